//! What a deployment would change.

use rhc_core::fake::State;
use serde_json::{Value, json};

use super::super::super::json;
use super::super::super::path;
use super::super::super::state::Arm;
use super::template::Planned;

/// The changes, as recorded: what the template says, laid over what is there.
pub(super) fn changes(state: &State, scope: &str, complete: bool, planned: &[Planned]) -> Value {
    let Some(arm) = state.read::<Arm>() else {
        return json!([]);
    };
    let mut all: Vec<Value> = planned
        .iter()
        .map(|own| match arm.get(&own.id) {
            None => json!({ "resourceId": own.id, "changeType": "Create", "after": with_id(own) }),
            Some(stored) => {
                let before = stored.body.clone();
                let mut after = before.clone();
                lay_over(&mut after, &own.body);
                let mut delta = Vec::new();
                differences("", &before, &after, &mut delta);
                let kind = if delta.is_empty() { "NoChange" } else { "Modify" };
                let mut change = json!({ "resourceId": stored.id(), "changeType": kind, "before": before, "after": after });
                if !delta.is_empty() {
                    change["delta"] = json!(delta);
                }
                change
            }
        })
        .collect();
    let named = |id: &str| {
        planned
            .iter()
            .any(|own| path::key(&own.id) == path::key(id))
    };
    // Deployments of a subscription say nothing of what they do not name.
    if path::group_of(scope).is_some() {
        let others = arm
            .below(scope)
            .filter(|(_, own)| own.get("location").is_some() && !named(own.id()));
        all.extend(others.map(|(_, own)| {
            let kind = if complete { "Delete" } else { "Ignore" };
            json!({ "resourceId": own.id(), "changeType": kind, "before": own.body })
        }));
    }
    Value::Array(all)
}

fn with_id(planned: &Planned) -> Value {
    let mut body = planned.body.clone();
    body["id"] = json!(planned.id);
    body["apiVersion"] = json!(planned.api_version);
    body
}

/// What is not named stays, as the service's own values would.
fn lay_over(value: &mut Value, new: &Value) {
    match (value, new) {
        (Value::Object(own), Value::Object(new)) => {
            for (name, new) in new {
                lay_over(own.entry(name.clone()).or_insert(Value::Null), new);
            }
        }
        (value, new) if !json::same(Some(value), Some(new)) => *value = new.clone(),
        _ => {}
    }
}

fn differences(at: &str, before: &Value, after: &Value, found: &mut Vec<Value>) {
    let (Value::Object(own), Value::Object(new)) = (before, after) else {
        if before != after {
            let kind = if before.is_null() { "Create" } else { "Modify" };
            let mut change = json!({ "path": at, "propertyChangeType": kind, "after": after });
            if !before.is_null() {
                change["before"] = before.clone();
            }
            found.push(change);
        }
        return;
    };
    for (name, new) in new {
        let at = if at.is_empty() {
            name.clone()
        } else {
            format!("{at}.{name}")
        };
        differences(&at, own.get(name).unwrap_or(&Value::Null), new, found);
    }
}
