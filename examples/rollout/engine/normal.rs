//! What counts as equal everywhere, because the services rewrite it.

use serde_json::{Map, Number, Value};

/// Whether two scalars say the same, in the field with this name.
pub(super) fn scalars_equal(desired: &Value, observed: &Value, field: &str) -> bool {
    match (desired, observed) {
        (Value::String(desired), Value::String(observed)) => {
            desired == observed
                || (is_location(field) && location(desired) == location(observed))
                || ((is_resource_id(desired) || is_uuid(desired)) && same_id(desired, observed))
        }
        (Value::Number(desired), Value::Number(observed)) => same_number(desired, observed),
        _ => desired == observed,
    }
}

/// Whether two texts differ in case only.
pub(super) fn texts_equal_ignoring_case(desired: &Value, observed: &Value) -> bool {
    match (desired.as_str(), observed.as_str()) {
        (Some(desired), Some(observed)) => desired.to_lowercase() == observed.to_lowercase(),
        _ => false,
    }
}

/// Whether two values are the same number, each written as a number or as text.
pub(super) fn numbers_equal(desired: &Value, observed: &Value) -> bool {
    let number = |value: &Value| match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    };
    match (number(desired), number(observed)) {
        (Some(desired), Some(observed)) => desired == observed,
        _ => false,
    }
}

/// The property whose name is this resource id in another case.
pub(super) fn get_by_resource_id<'m>(map: &'m Map<String, Value>, key: &str) -> Option<&'m Value> {
    if !is_resource_id(key) {
        return None;
    }
    map.iter()
        .find_map(|(name, value)| same_id(name, key).then_some(value))
}

fn same_number(desired: &Number, observed: &Number) -> bool {
    // Integers first: beyond 2^53 two different ones are the same float.
    match (desired.as_i64(), observed.as_i64()) {
        (Some(desired), Some(observed)) => desired == observed,
        _ => desired == observed || desired.as_f64() == observed.as_f64(),
    }
}

fn is_location(field: &str) -> bool {
    field == "location" || field == "locationName" || field.ends_with("Location")
}

fn location(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_whitespace())
        .flat_map(char::to_lowercase)
        .collect()
}

fn is_resource_id(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    text.starts_with("/subscriptions/") || text.starts_with("/providers/")
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36 && uuid::Uuid::try_parse(text).is_ok()
}

fn same_id(left: &str, right: &str) -> bool {
    let left = left.trim_end_matches('/');
    let right = right.trim_end_matches('/');
    left.eq_ignore_ascii_case(right)
}
