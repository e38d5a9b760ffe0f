//! Values at dotted paths: `properties.subnets[].name`.

use serde_json::{Map, Value};

/// Every value at `path`, with the path that led to it (`properties.subnets[1].name`). `null` counts as absent.
pub(crate) fn all<'a>(value: &'a Value, path: &str) -> Vec<(String, &'a Value)> {
    let mut found = vec![(String::new(), value)];
    for step in path.split('.') {
        let (name, each) = match step.strip_suffix("[]") {
            Some(name) => (name, true),
            None => (step, false),
        };
        found = found
            .into_iter()
            .filter_map(|(at, value)| {
                let at = if at.is_empty() {
                    name.to_owned()
                } else {
                    format!("{at}.{name}")
                };
                Some((at, member(value, name)?))
            })
            .flat_map(|(at, value)| match value {
                Value::Array(items) if each => items
                    .iter()
                    .enumerate()
                    .map(|(index, item)| (format!("{at}[{index}]"), item))
                    .collect(),
                _ => vec![(at, value)],
            })
            .collect();
    }
    found
}

/// A member in the very case, else in any: the services read names without case.
fn member<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    let object = value.as_object()?;
    object
        .get(name)
        .or_else(|| {
            object
                .iter()
                .find(|(own, _)| own.eq_ignore_ascii_case(name))
                .map(|(_, value)| value)
        })
        .filter(|value| !value.is_null())
}

/// The value at a path without `[]`.
pub(crate) fn at<'a>(value: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.').try_fold(value, member)
}

/// The text at a path without `[]`.
pub(crate) fn text<'a>(value: &'a Value, path: &str) -> Option<&'a str> {
    at(value, path).and_then(Value::as_str)
}

/// Puts a value at a path without `[]`, making the objects on the way.
pub(crate) fn put(value: &mut Value, path: &str, new: Value) {
    let mut place = value;
    for name in path.split('.') {
        if !place.is_object() {
            *place = Value::Object(Map::new());
        }
        let Value::Object(object) = place else {
            return;
        };
        place = object.entry(name.to_owned()).or_insert(Value::Null);
    }
    *place = new;
}

/// Removes what stands at a path without `[]`.
pub(crate) fn remove(value: &mut Value, path: &str) -> Option<Value> {
    let (parents, last) = match path.rsplit_once('.') {
        Some((parents, last)) => (Some(parents), last),
        None => (None, path),
    };
    let place = match parents {
        Some(parents) => parents
            .split('.')
            .try_fold(value, |place, name| place.get_mut(name))?,
        None => value,
    };
    place.as_object_mut()?.shift_remove(last)
}

/// Takes what stands at a path, `[]` included, out of the value.
pub(crate) fn take_all(value: &mut Value, path: &str) -> Vec<Value> {
    let Some((list, rest)) = path.split_once("[].") else {
        return remove(value, path).into_iter().collect();
    };
    let items = list
        .split('.')
        .try_fold(value, |place, name| place.get_mut(name))
        .and_then(Value::as_array_mut);
    items
        .into_iter()
        .flatten()
        .flat_map(|item| take_all(item, rest))
        .collect()
}

/// Adds what `value` lacks of `defaults`, in depth; arrays are taken as they are.
pub(crate) fn fill(value: &mut Value, defaults: &Value) {
    match (value, defaults) {
        (Value::Object(own), Value::Object(defaults)) => {
            for (name, default) in defaults {
                match own.get_mut(name) {
                    Some(Value::Null) | None => {
                        own.insert(name.clone(), default.clone());
                    }
                    Some(own) => fill(own, default),
                }
            }
        }
        (value @ Value::Null, defaults) => *value = defaults.clone(),
        _ => {}
    }
}

/// RFC 7396: members of `patch` replace, `null` removes.
pub(crate) fn merge(value: &mut Value, patch: &Value) {
    let Value::Object(patch) = patch else {
        *value = patch.clone();
        return;
    };
    if !value.is_object() {
        *value = Value::Object(Map::new());
    }
    let Value::Object(own) = value else { return };
    for (name, new) in patch {
        if new.is_null() {
            own.shift_remove(name);
        } else {
            merge(own.entry(name.clone()).or_insert(Value::Null), new);
        }
    }
}

/// Equality as the services see it: text without case, absent as null.
pub(crate) fn same(one: Option<&Value>, other: Option<&Value>) -> bool {
    let present = |value: Option<&Value>| value.filter(|value| !value.is_null()).cloned();
    match (present(one), present(other)) {
        (None, None) => true,
        (Some(Value::String(one)), Some(Value::String(other))) => one
            .trim_end_matches('/')
            .eq_ignore_ascii_case(other.trim_end_matches('/')),
        (one, other) => one == other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn finds_through_lists_and_any_case() {
        let value = json!({ "Properties": { "subnets": [ { "name": "a" }, { "name": null }, { "name": "c" } ] } });
        let found = all(&value, "properties.subnets[].name");
        assert_eq!(
            found,
            [
                ("properties.subnets[0].name".to_owned(), &json!("a")),
                ("properties.subnets[2].name".to_owned(), &json!("c")),
            ]
        );
    }

    #[test]
    fn takes_secrets_out_of_lists() {
        let mut value =
            json!({ "p": { "secrets": [ { "name": "a", "value": 1 }, { "name": "b" } ] } });
        assert_eq!(take_all(&mut value, "p.secrets[].value"), [json!(1)]);
        assert_eq!(
            value,
            json!({ "p": { "secrets": [ { "name": "a" }, { "name": "b" } ] } })
        );
    }

    #[test]
    fn fills_merges_and_puts() {
        let mut value = json!({ "a": { "b": 1 }, "n": null });
        fill(&mut value, &json!({ "a": { "b": 2, "c": 3 }, "n": 4 }));
        assert_eq!(value, json!({ "a": { "b": 1, "c": 3 }, "n": 4 }));
        merge(&mut value, &json!({ "a": { "b": null, "d": [1] } }));
        assert_eq!(value, json!({ "a": { "c": 3, "d": [1] }, "n": 4 }));
        put(&mut value, "x.y", json!(true));
        assert_eq!(at(&value, "x.y"), Some(&json!(true)));
    }
}
