//! The tags of a subscription. Those of groups and resources are written with them, and not here.

use rhc_core::fake::State;
use serde_json::{Map, Value, json};

use super::super::engine::check_tags;
use super::super::error::ServiceError;
use super::super::json;
use super::super::route::{Reply, Route, RouteContext};
use super::super::state::arm;

const VERSIONS: &[&str] = &[
    "2022-09-01",
    "2024-03-01",
    "2024-07-01",
    "2024-11-01",
    "2025-04-01",
];
const PATTERN: &str = "/subscriptions/{subscription}/providers/Microsoft.Resources/tags/default";

pub(super) const ROUTES: &[Route] = &[
    route("GET", "Microsoft.Resources/tags/read", |state, context| {
        Ok(Reply::new(200, body(state, context)))
    }),
    route("PUT", "Microsoft.Resources/tags/write", |state, context| {
        write(state, context, "Replace")
    }),
    route(
        "PATCH",
        "Microsoft.Resources/tags/write",
        |state, context| {
            let operation = context.need("operation")?.to_owned();
            write(state, context, &operation)
        },
    ),
    route(
        "DELETE",
        "Microsoft.Resources/tags/delete",
        |state, context| {
            let id = context.subscription().unwrap_or_default();
            if let Some(own) = arm(state).subscriptions.get_mut(&id) {
                own.tags.clear();
            }
            Ok(Reply::empty(200))
        },
    ),
];

const fn route(
    method: &'static str,
    permission: &'static str,
    run: fn(&mut State, &RouteContext<'_>) -> Result<Reply, ServiceError>,
) -> Route {
    Route {
        method,
        pattern: PATTERN,
        api_versions: VERSIONS,
        permission,
        run,
    }
}

/// As recorded.
fn body(state: &mut State, context: &RouteContext<'_>) -> Value {
    let id = context.subscription().unwrap_or_default();
    let tags = arm(state)
        .subscriptions
        .get(&id)
        .map(|own| own.tags.clone())
        .unwrap_or_default();
    json!({
        "id": format!("/subscriptions/{id}/providers/Microsoft.Resources/tags/default"),
        "name": "default",
        "type": "Microsoft.Resources/tags",
        "properties": { "tags": tags },
    })
}

fn write(
    state: &mut State,
    context: &RouteContext<'_>,
    operation: &str,
) -> Result<Reply, ServiceError> {
    let invalid = |message: &str| ServiceError::bad_request("InvalidRequestContent", message);
    let sent = json::at(context.sent, "properties.tags")
        .filter(|own| !own.is_null())
        .ok_or_else(|| invalid("The request content is invalid: 'properties.tags' is required."))?;
    check_tags(&json!({ "tags": sent }))?;
    let sent = sent.as_object().cloned().unwrap_or_default();
    let id = context.subscription().unwrap_or_default();
    if let Some(own) = arm(state).subscriptions.get_mut(&id) {
        let mut tags = match operation {
            "Merge" | "Delete" => own.tags.clone(),
            "Replace" => Map::new(),
            _ => {
                return Err(invalid(
                    "The request content is invalid: 'operation' is Replace, Merge or Delete.",
                ));
            }
        };
        for (name, value) in sent {
            // Names are told apart without case; the first spelling stays.
            let known = tags.keys().find(|own| own.eq_ignore_ascii_case(&name));
            let name = known.cloned().unwrap_or(name);
            if operation == "Delete" {
                tags.remove(&name);
            } else {
                tags.insert(name, value);
            }
        }
        check_tags(&json!({ "tags": tags }))?;
        own.tags = tags;
    }
    Ok(Reply::new(200, body(state, context)))
}
