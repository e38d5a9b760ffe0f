//! Looking into what was sent.

use serde_json::Value;

/// The value at a dotted path; `null` is none.
pub(super) fn at<'a>(value: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.')
        .try_fold(value, |value, name| value.get(name))
        .filter(|value| !value.is_null())
}

/// The text at a dotted path; empty is none.
pub(super) fn text<'a>(value: &'a Value, path: &str) -> Option<&'a str> {
    at(value, path)
        .and_then(Value::as_str)
        .filter(|text| !text.is_empty())
}

/// The items of the list at a dotted path.
pub(super) fn items<'a>(value: &'a Value, path: &str) -> &'a [Value] {
    at(value, path)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

/// The value without its nulls and empty texts, which the service takes for absent.
pub(super) fn lean(value: &Value) -> Value {
    match value {
        Value::Object(members) => members
            .iter()
            .filter(|(_, value)| !value.is_null() && *value != "")
            .map(|(name, value)| (name.clone(), lean(value)))
            .collect(),
        Value::Array(items) => items.iter().map(lean).collect(),
        other => other.clone(),
    }
}
