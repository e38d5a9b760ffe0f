//! Properties that a type's table does not know.

use serde_json::Value;

use super::check::refusal;
use crate::fake::error::ServiceError;
use crate::fake::json;
use crate::fake::rules::{TypeRules, Unknown};

pub(super) fn check(rules: &TypeRules, sent: &Value) -> Result<(), ServiceError> {
    if rules.unknown != Unknown::Reject {
        return Ok(());
    }
    match strange(&known(rules), sent) {
        None => Ok(()),
        Some(at) => Err(refusal(
            rules.codes.unknown,
            format!(
                "Could not find member '{}' on object of type '{}'. Path '{at}'.",
                at.rsplit('.').next().unwrap_or_default(),
                rules.short_type()
            ),
            &at,
        )),
    }
}

/// What the table knows: what a client sets, and what it may send back of what the service set.
fn known(rules: &TypeRules) -> Vec<&'static str> {
    let mut known = vec!["properties.provisioningState"];
    known.extend(rules.properties.iter().chain(rules.read_only));
    known
}

/// The first property that no path of the table knows.
fn strange(known: &[&str], sent: &Value) -> Option<String> {
    let mut queue = vec![("properties".to_owned(), sent.get("properties")?)];
    while let Some((at, value)) = queue.pop() {
        match value {
            Value::Object(members) => {
                for (name, value) in members {
                    let path = format!("{at}.{name}");
                    match standing(known, &path) {
                        Standing::Strange => return Some(path),
                        Standing::Inner => queue.push((path, value)),
                        Standing::Leaf => {}
                    }
                }
            }
            Value::Array(items) => {
                queue.extend(items.iter().map(|item| (format!("{at}[]"), item)));
            }
            _ => {}
        }
    }
    None
}

/// Takes out what no path of the table knows.
pub(super) fn drop(rules: &TypeRules, body: &mut Value) {
    if rules.unknown != Unknown::Ignore {
        return;
    }
    while let Some(at) = strange(&known(rules), body) {
        if json::take_all(body, &at).is_empty() {
            return;
        }
    }
}

enum Standing {
    Strange,
    /// Something below it is in the table.
    Inner,
    /// It ends a path of the table.
    Leaf,
}

fn standing(known: &[&str], path: &str) -> Standing {
    let mut standing = Standing::Strange;
    for own in known {
        if own.eq_ignore_ascii_case(path) {
            return Standing::Leaf;
        }
        let below = own
            .get(..path.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(path))
            && own
                .get(path.len()..)
                .is_some_and(|rest| rest.starts_with('.') || rest.starts_with("[]"));
        if below {
            standing = Standing::Inner;
        }
    }
    standing
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn knows_what_the_table_knows_and_all_below() {
        let known = [
            "properties.sku",
            "properties.networkAcls.ipRules[].value",
            "properties.networkAcls.bypass",
        ];
        let strange = |value| strange(&known, &value);
        assert_eq!(
            strange(
                json!({ "properties": { "sku": { "anything": 1 }, "networkAcls": { "ipRules": [{ "value": 1 }] } } })
            ),
            None
        );
        assert_eq!(
            strange(json!({ "properties": { "networkAcls": { "ipRules": [{ "valu": 1 }] } } }))
                .as_deref(),
            Some("properties.networkAcls.ipRules[].valu")
        );
        assert_eq!(
            strange(json!({ "properties": { "netwrokAcls": {} } })).as_deref(),
            Some("properties.netwrokAcls")
        );
    }
}
