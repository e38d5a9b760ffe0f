//! The tags of a subscription, a group or a resource by themselves.

use rhc_core::fake::State;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::super::engine::check_tags;
use super::super::error::ServiceError;
use super::super::json;
use super::super::path::key;
use super::super::route::{Reply, Route, RouteContext};
use super::super::state::arm;
use super::lock::{self, Doing};

const VERSIONS: &[&str] = &[
    "2022-09-01",
    "2024-03-01",
    "2024-07-01",
    "2024-11-01",
    "2025-04-01",
];
const PATTERN: &str = "/{*scope}/providers/Microsoft.Resources/tags/default";

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
            let scope = context.param("scope");
            // Unverified: that a lock against deletion lets tags be taken off.
            lock::check(state, scope, Doing::Writing)?;
            set(state, scope, Map::new());
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
    let scope = context.param("scope");
    json!({
        "id": format!("{scope}/providers/Microsoft.Resources/tags/default"),
        "name": "default",
        "type": "Microsoft.Resources/tags",
        "properties": { "tags": held(state, scope) },
    })
}

fn subscription(scope: &str) -> Option<Uuid> {
    let id = scope.strip_prefix('/')?.split_once('/')?.1;
    id.parse().ok()
}

fn held(state: &mut State, scope: &str) -> Map<String, Value> {
    let arm = arm(state);
    match subscription(scope) {
        Some(id) => arm.subscriptions.get(&id).map(|own| own.tags.clone()),
        None => arm
            .get(scope)
            .and_then(|own| own.body["tags"].as_object().cloned()),
    }
    .unwrap_or_default()
}

fn set(state: &mut State, scope: &str, tags: Map<String, Value>) {
    let arm = arm(state);
    if let Some(id) = subscription(scope) {
        if let Some(own) = arm.subscriptions.get_mut(&id) {
            own.tags = tags;
        }
    } else if let Some(own) = arm.resources.get_mut(&key(scope)) {
        own.set("tags", Value::Object(tags));
    }
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
    let scope = context.param("scope");
    lock::check(state, scope, Doing::Writing)?;
    let mut tags = match operation {
        "Merge" | "Delete" => held(state, scope),
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
    set(state, scope, tags);
    Ok(Reply::new(200, body(state, context)))
}
