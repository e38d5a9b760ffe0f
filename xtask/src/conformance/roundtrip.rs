//! What a model makes of a document: read and written again, nothing may be lost or changed.

use serde_json::{Map, Value};

use super::check::Disagreement;

/// Compares a document with what a model wrote of it.
///
/// Null is absent, numbers are equal by value, and strings without case: enumerations are read in any.
#[must_use]
pub fn compare(original: &Value, written: &Value) -> Vec<Disagreement> {
    let mut found = Vec::new();
    value(original, written, &mut String::new(), &mut found);
    found
}

fn value(original: &Value, written: &Value, path: &mut String, found: &mut Vec<Disagreement>) {
    let same = match (original, written) {
        (Value::Object(original), Value::Object(written)) => {
            members(original, written, path, found);
            true
        }
        (Value::Array(original), Value::Array(written)) => {
            let end = path.len();
            for (place, (original, written)) in original.iter().zip(written).enumerate() {
                path.push_str(&format!("[{place}]"));
                value(original, written, path, found);
                path.truncate(end);
            }
            original.len() == written.len()
        }
        (Value::Number(original), Value::Number(written)) => original.as_f64() == written.as_f64(),
        (Value::String(original), Value::String(written)) => original.eq_ignore_ascii_case(written),
        (original, written) => original == written,
    };
    if !same {
        let says = format!("{} became {}", short(original), short(written));
        let path = path.clone();
        found.push(Disagreement { path, says });
    }
}

fn members(
    original: &Map<String, Value>,
    written: &Map<String, Value>,
    path: &mut String,
    found: &mut Vec<Disagreement>,
) {
    let end = path.len();
    for (name, was) in original {
        push(path, name);
        match written.get(name) {
            Some(is) if !(was.is_null() && nothing(is)) => value(was, is, path, found),
            None if !was.is_null() && !nothing_as_text(name, was) => {
                let says = format!("{} was lost", short(was));
                let path = path.clone();
                found.push(Disagreement { path, says });
            }
            _ => {}
        }
        path.truncate(end);
    }
    for (name, is) in written {
        if !original.contains_key(name) && !nothing(is) {
            push(path, name);
            let says = format!("{} came from nowhere", short(is));
            let path_there = path.clone();
            found.push(Disagreement {
                path: path_there,
                says,
            });
            path.truncate(end);
        }
    }
}

fn push(path: &mut String, name: &str) {
    if !path.is_empty() {
        path.push('.');
    }
    path.push_str(name);
}

/// An object or list without anything in it says as much as an absent one.
fn nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Object(members) => members.is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => false,
    }
}

/// Application Insights writes `"tags": ""` where there are none; `{}` is none as well, of tags and of properties.
fn nothing_as_text(name: &str, value: &Value) -> bool {
    matches!(name, "tags" | "properties") && (value.as_str() == Some("") || nothing(value))
}

fn short(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn found(original: Value, written: Value) -> Vec<String> {
        compare(&original, &written)
            .into_iter()
            .map(|one| format!("{}: {}", one.path, one.says))
            .collect()
    }

    #[test]
    fn what_means_the_same_is_the_same() {
        let original = json!({"a": 1.0, "b": null, "c": "On", "tags": "", "l": [{"x": 1}]});
        let written = json!({"a": 1, "c": "on", "l": [{"x": 1}], "properties": {}});
        assert_eq!(found(original, written), [""; 0]);
    }

    #[test]
    fn what_is_lost_changed_or_made_up_is_seen() {
        let original = json!({"a": {"b": 1, "c": "x"}, "l": [1, 2], "t": "text"});
        let written = json!({"a": {"c": "y", "d": 2}, "l": [1], "t": 5});
        assert_eq!(
            found(original, written),
            [
                "a.b: 1 was lost",
                "a.c: \"x\" became \"y\"",
                "a.d: 2 came from nowhere",
                "l: [1,2] became [1]",
                "t: \"text\" became 5"
            ]
        );
    }
}
