//! Carries out deployments: each resource by the way of every other write, when what it depends on is there.

use axum::http::Method;
use rhc_core::fake::State;
use rhc_core::fake::authority::Caller;
use serde_json::{Value, json};

use super::{Call, delete, put};
use crate::fake::error::ServiceError;
use crate::fake::path::{self, ResourcePath};
use crate::fake::query::Query;
use crate::fake::registry::Registry;
use crate::fake::state::{Arm, Operation, Stored, arm};
use crate::fake::types::deployment::{self, Planned, Task};

/// Where a deployment keeps what it has written so far.
const MADE: &str = "made";

/// Does what can be done now; `None` while something that was begun goes on. Another operation than a deployment's is not this file's.
pub(super) fn advance(
    state: &mut State,
    registry: &Registry,
    operation: &Operation,
    key: &str,
) -> Option<Result<(), ServiceError>> {
    if operation.resource_type != deployment::DEPLOYMENTS {
        return Some(Ok(()));
    }
    if is_canceled(state, key) {
        return Some(Ok(()));
    }
    let Some(task) = deployment::work(state, key) else {
        return Some(Ok(()));
    };
    match steps(state, registry, key, &task) {
        Ok(false) => None,
        Ok(true) => Some(Ok(())),
        Err(error) => Some(Err(deployment::failed(&error))),
    }
}

fn is_canceled(state: &State, key: &str) -> bool {
    let stored = state.read::<Arm>().and_then(|arm| arm.get(key));
    stored.and_then(|own| own.text("properties.provisioningState")) == Some(deployment::CANCELED)
}

/// Whether all is done.
fn steps(
    state: &mut State,
    registry: &Registry,
    key: &str,
    task: &Task,
) -> Result<bool, ServiceError> {
    let mut made = made(state, key);
    let before = made.len();
    note_ended(state, key, &made);
    for planned in &task.resources {
        let waits = planned
            .after
            .iter()
            .flat_map(|name| task.resources.iter().filter(move |own| own.is(name)))
            .any(|own| !is_ready(state, &made, &own.id));
        if waits || made.contains(&path::key(&planned.id)) {
            continue;
        }
        deployment::begun(state, key, &planned.id);
        if let Err(error) = send(state, registry, &task.caller, &Method::PUT, planned) {
            deployment::refused(state, key, &planned.id, &error);
            return Err(error);
        }
        made.push(path::key(&planned.id));
        note_ended(state, key, &made);
    }
    if let Some(own) = arm(state).get_mut(key) {
        own.set("properties.provisioningState", "Running");
        own.hidden.insert(MADE.to_owned(), json!(made));
    }
    for id in &made {
        let stored = state.read::<Arm>().and_then(|arm| arm.get(id));
        if stored.and_then(|own| own.text("properties.provisioningState")) == Some("Failed") {
            let error = ServiceError::conflict(
                "ResourceDeploymentFailure",
                format!(
                    "The resource write operation failed to complete successfully, because it reached terminal provisioning state 'Failed': '{id}'."
                ),
            );
            deployment::refused(state, key, id, &error);
            return Err(error);
        }
    }
    if made.iter().any(|id| !is_ready(state, &made, id)) {
        return Ok(false);
    }
    if made.len() < task.resources.len() {
        if made.len() == before {
            return Err(ServiceError::bad_request(
                "InvalidTemplate",
                "Deployment template validation failed: 'Circular dependency detected'.",
            ));
        }
        return Ok(false);
    }
    if task.complete {
        sweep(state, registry, task)?;
    }
    deployment::close(state, key, &task.resources);
    Ok(true)
}

/// What is there by now is done.
fn note_ended(state: &mut State, key: &str, made: &[String]) {
    for id in made {
        if is_ready(state, made, id) {
            deployment::ended(state, key, id);
        }
    }
}

fn made(state: &State, key: &str) -> Vec<String> {
    let stored = state.read::<Arm>().and_then(|arm| arm.get(key));
    let list = stored.and_then(|own| own.hidden.get(MADE)?.as_array().cloned());
    let list = list.unwrap_or_default();
    list.iter()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect()
}

/// Whether a resource was written and nothing of it goes on.
fn is_ready(state: &State, made: &[String], id: &str) -> bool {
    let going_on = |own: &Stored| own.operation.is_some();
    made.contains(&path::key(id))
        && !state
            .read::<Arm>()
            .and_then(|arm| arm.get(id))
            .is_some_and(going_on)
}

/// Mode `Complete`: what the template does not name goes.
fn sweep(state: &mut State, registry: &Registry, task: &Task) -> Result<(), ServiceError> {
    let named = |id: &str| {
        task.resources
            .iter()
            .any(|own| path::key(&own.id) == path::key(id))
    };
    let outermost = |id: &str| ResourcePath::parse(id).is_some_and(|path| path.parent().is_none());
    let others: Vec<Planned> = state
        .read::<Arm>()
        .into_iter()
        .flat_map(|arm| arm.below(&task.scope))
        .filter(|(_, own)| own.get("location").is_some() && outermost(own.id()) && !named(own.id()))
        .filter_map(|(_, own)| {
            let rules = registry.rules(own.text("type")?)?;
            Some(Planned {
                id: own.id().to_owned(),
                api_version: (*rules.api_versions.last()?).to_owned(),
                body: Value::Null,
                after: Vec::new(),
            })
        })
        .collect();
    for other in others {
        send(state, registry, &task.caller, &Method::DELETE, &other)?;
    }
    Ok(())
}

fn send(
    state: &mut State,
    registry: &Registry,
    caller: &Caller,
    method: &Method,
    planned: &Planned,
) -> Result<(), ServiceError> {
    let segments = path::segments(&planned.id);
    let query = Query::parse(&format!("api-version={}", planned.api_version));
    let Some(path) = ResourcePath::parse(&planned.id) else {
        return Err(ServiceError::bad_request(
            "InvalidTemplate",
            format!("'{}' is not a resource id.", planned.id),
        ));
    };
    let call = Call {
        registry,
        method,
        path: &planned.id,
        segments: &segments,
        query: &query,
        sent: Ok(planned.body.clone()),
        api_version: &planned.api_version,
        caller: caller.clone(),
        now: state.now(),
        lane_taken: false,
        if_match: None,
    };
    match *method {
        Method::DELETE => delete::delete(state, &call, &path)?,
        _ => put::put(state, &call, &path)?,
    };
    Ok(())
}
