//! What is sent for an update: what is there, with what is wanted put over it, so that nothing unknown is lost.

use serde_json::{Map, Value};

use super::rules::{DiffRules, Rule};

/// Puts the desired document over the observed one.
///
/// What the desired document does not mention stays as observed; so does what the step does not own. Arrays are replaced,
/// unless their elements are told apart by a field or others may add elements.
///
/// ```
/// use rollout::engine::{DiffRules, merge};
/// use serde_json::json;
/// let rules = DiffRules::new().keyed_by("containers", "name").not_owned("containers.*.image");
/// let observed = json!({"containers": [{"name": "app", "image": "new", "cpu": 1}], "other": true});
/// let desired = json!({"containers": [{"name": "app", "image": "bootstrap", "cpu": 2}]});
/// assert_eq!(merge(&observed, &desired, &rules), json!({"containers": [{"name": "app", "image": "new", "cpu": 2}], "other": true}));
/// ```
pub fn merge(observed: &Value, desired: &Value, rules: &DiffRules) -> Value {
    put_over(observed, desired, rules, &mut Vec::new())
}

fn put_over(observed: &Value, desired: &Value, rules: &DiffRules, path: &mut Vec<String>) -> Value {
    match (observed, desired) {
        (Value::Object(observed), Value::Object(desired)) => {
            Value::Object(objects(observed, desired, rules, path))
        }
        (Value::Array(observed), Value::Array(desired)) => {
            Value::Array(arrays(observed, desired, rules, path))
        }
        _ => desired.clone(),
    }
}

fn objects(
    observed: &Map<String, Value>,
    desired: &Map<String, Value>,
    rules: &DiffRules,
    path: &mut Vec<String>,
) -> Map<String, Value> {
    let mut merged = observed.clone();
    for (name, wanted) in desired {
        // Resource ids are keys too, and come back in another case.
        let there = merged
            .keys()
            .find(|key| *key == name)
            .or_else(|| {
                merged
                    .keys()
                    .find(|key| name.starts_with('/') && key.eq_ignore_ascii_case(name))
            })
            .cloned();
        let there = there.unwrap_or_else(|| name.clone());
        path.push(name.clone());
        if rules.at(path).any(|rule| matches!(rule, Rule::NotOwned)) {
            path.pop();
            continue;
        }
        let value = put_over(
            merged.get(&there).unwrap_or(&Value::Null),
            wanted,
            rules,
            path,
        );
        path.pop();
        merged.insert(there, value);
    }
    merged
}

fn arrays(
    observed: &[Value],
    desired: &[Value],
    rules: &DiffRules,
    path: &mut Vec<String>,
) -> Vec<Value> {
    let key = rules.at(path).find_map(|rule| match rule {
        Rule::KeyedBy(field) => Some(field.clone()),
        _ => None,
    });
    let open = rules.at(path).any(|rule| matches!(rule, Rule::Open));
    let same = |left: &Value, right: &Value| match &key {
        Some(field) => same_text(&left[field], &right[field]),
        None => left == right,
    };
    let mut merged = Vec::with_capacity(desired.len());
    for wanted in desired {
        let there = observed.iter().find(|there| same(there, wanted));
        path.push("*".to_owned());
        merged.push(there.map_or_else(
            || wanted.clone(),
            |there| put_over(there, wanted, rules, path),
        ));
        path.pop();
    }
    if open {
        merged.extend(
            observed
                .iter()
                .filter(|there| !desired.iter().any(|wanted| same(there, wanted)))
                .cloned(),
        );
    }
    merged
}

fn same_text(left: &Value, right: &Value) -> bool {
    match (left.as_str(), right.as_str()) {
        (Some(left), Some(right)) => left.eq_ignore_ascii_case(right),
        _ => left == right,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_not_mentioned_stays_and_what_is_not_owned_is_not_touched() {
        let rules = DiffRules::new().not_owned("properties.image");
        let observed = json!({"tags": {"a": "1", "theirs": "2"}, "properties": {"image": "theirs", "tls": "1.0", "unknown": [1]}});
        let desired = json!({"tags": {"a": "3"}, "properties": {"image": "ours", "tls": "1.2"}});
        let merged = json!({"tags": {"a": "3", "theirs": "2"}, "properties": {"image": "theirs", "tls": "1.2", "unknown": [1]}});
        assert_eq!(merge(&observed, &desired, &rules), merged);
        assert_eq!(
            merge(&json!({}), &desired, &rules),
            desired,
            "it is sent where there is none yet"
        );
    }

    #[test]
    fn arrays_are_replaced_joined_or_matched() {
        let rules = DiffRules::new()
            .open("open")
            .keyed_by("keyed", "name")
            .keyed_by("both", "name")
            .open("both");
        let observed = json!({"plain": [1, 2], "open": ["a", "b"], "keyed": [{"name": "X", "kept": 1}, {"name": "gone"}], "both": [{"name": "theirs"}]});
        let desired = json!({"plain": [3], "open": ["b", "c"], "keyed": [{"name": "x", "v": 2}], "both": [{"name": "ours"}]});
        let merged = json!({"plain": [3], "open": ["b", "c", "a"], "keyed": [{"name": "x", "kept": 1, "v": 2}], "both": [{"name": "ours"}, {"name": "theirs"}]});
        assert_eq!(merge(&observed, &desired, &rules), merged);
    }

    #[test]
    fn resource_ids_as_keys_keep_the_services_case() {
        let observed = json!({"/Subscriptions/A": {"clientId": "c"}});
        let desired = json!({"/subscriptions/a": {}});
        assert_eq!(
            merge(&observed, &desired, &DiffRules::new()),
            json!({"/Subscriptions/A": {"clientId": "c"}})
        );
    }
}
