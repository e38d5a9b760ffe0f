//! Operations that take their time: how they begin, how one asks after them, how they end.

use std::time::Duration;

use rhc_core::fake::{State, respond};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Call, ORIGIN, delete, deploy, read};
use crate::fake::error::ServiceError;
use crate::fake::path;
use crate::fake::registry::Registry;
use crate::fake::route::Reply;
use crate::fake::rules::{Style, Timing, TypeRules};
use crate::fake::state::{Arm, Operation, Work, arm};

/// The kind of event at which an operation ends.
pub(crate) const EVENT: &str = "arm.operation";

/// How often a deployment looks whether what it waits for is done.
const LOOKS_AGAIN: Duration = Duration::from_secs(5);

/// An operation that has begun, for the answer.
pub(crate) struct Begun {
    pub(crate) id: Uuid,
    status_link: Option<String>,
    result_link: Option<String>,
    retry_after: Duration,
}

pub(super) fn begin(
    state: &mut State,
    call: &Call<'_>,
    resource_id: &str,
    rules: &TypeRules,
    work: Work,
    action: Option<&str>,
    timing: &Timing,
) -> Begun {
    let id = state.uuid();
    let now = call.now;
    let operation = Operation {
        resource_id: resource_id.to_owned(),
        resource_type: rules.resource_type.to_owned(),
        action: action.map(str::to_owned),
        work,
        status: timing.state.to_owned(),
        started: now,
        ended: None,
        retry_after: timing.retry_after.as_secs(),
        api_version: call.api_version.to_owned(),
        result: None,
        error: None,
    };
    state.schedule(timing.takes, EVENT, json!({ "operation": id }));
    let base = base(resource_id, rules);
    let link = |word: &str| {
        format!(
            "{ORIGIN}{port}{base}/{word}/{id}?api-version={}",
            call.api_version,
            port = port(rules)
        )
    };
    let (status_link, result_link) = match timing.style {
        Style::Resource => (None, None),
        Style::AsyncOperation => (Some(link("operationStatuses")), None),
        Style::Location => (None, Some(link("operationResults"))),
        Style::Both => (
            Some(link("operationStatuses")),
            Some(link("operationResults")),
        ),
    };
    arm(state).operations.insert(id, operation);
    Begun {
        id,
        status_link,
        result_link,
        retry_after: timing.retry_after,
    }
}

/// Private zones were recorded with the default port in their links, which a client must not take for another host.
fn port(rules: &TypeRules) -> &'static str {
    if rules
        .resource_type
        .starts_with("Microsoft.Network/privateDnsZones")
    {
        ":443"
    } else {
        ""
    }
}

/// Where a provider's operations are asked after.
fn base(resource_id: &str, rules: &TypeRules) -> String {
    let namespace = rules.namespace();
    match path::subscription_of(resource_id) {
        Some(id) if rules.resource_type == path::RESOURCE_GROUPS => format!("/subscriptions/{id}"),
        Some(id) => format!("/subscriptions/{id}/providers/{namespace}/locations/eastus2"),
        None => format!("/providers/{namespace}/locations/global"),
    }
}

pub(super) fn reply(status: u16, body: Option<Value>, begun: &Begun) -> Reply {
    let mut reply = match body {
        Some(body) => Reply::new(status, body),
        None => Reply::empty(status),
    };
    if let Some(link) = &begun.status_link {
        reply = reply.header("azure-asyncoperation", link);
    }
    if let Some(link) = &begun.result_link {
        reply = reply.header("location", link);
    }
    reply.retry_after(begun.retry_after)
}

pub(super) fn set_result(state: &mut State, id: Uuid, result: Option<Value>) {
    if let Some(operation) = arm(state).operations.get_mut(&id) {
        operation.result = result;
    }
}

/// Answers a poll; `None` if the path is no operation's.
pub(super) fn poll(state: &State, call: &Call<'_>) -> Result<Option<Reply>, ServiceError> {
    let [.., word, id] = call.segments else {
        return Ok(None);
    };
    let wants_status = word.eq_ignore_ascii_case("operationStatuses");
    if !wants_status && !word.eq_ignore_ascii_case("operationResults") {
        return Ok(None);
    }
    if let [root, subscription, ..] = call.segments
        && root.eq_ignore_ascii_case("subscriptions")
    {
        super::gate::subscription(state, call, subscription)?;
    }
    let found = id
        .parse::<Uuid>()
        .ok()
        .and_then(|id| Some((id, state.read::<Arm>()?.operations.get(&id)?)));
    let Some((id, operation)) = found else {
        return Err(ServiceError::not_found(
            "OperationNotFound",
            format!("The operation '{id}' could not be found."),
        ));
    };
    let wait = Duration::from_secs(operation.retry_after);
    if wants_status {
        return Ok(Some(
            Reply::new(200, status_body(call, id, operation)).retry_after(if operation.is_over() {
                Duration::ZERO
            } else {
                wait
            }),
        ));
    }
    if !operation.is_over() {
        let link = format!("{ORIGIN}{}?api-version={}", call.path, call.api_version);
        return Ok(Some(
            Reply::empty(202)
                .header("location", &link)
                .retry_after(wait),
        ));
    }
    if let Some(error) = &operation.error {
        return Ok(Some(Reply::new(409, json!({ "error": error }))));
    }
    if operation.work == Work::Delete {
        return Ok(Some(Reply::empty(204)));
    }
    if let Some(result) = &operation.result {
        return Ok(Some(Reply::new(200, result.clone())));
    }
    let shown = call
        .registry
        .rules(&operation.resource_type)
        .and_then(|rules| {
            let stored = state.read::<Arm>()?.get(&operation.resource_id)?;
            Some(read::shown(state, &rules, stored))
        });
    Ok(Some(match shown {
        Some(body) => Reply::new(200, body),
        None => Reply::empty(204),
    }))
}

fn status_body(call: &Call<'_>, id: Uuid, operation: &Operation) -> Value {
    let mut body = json!({
        "id": call.path,
        "name": id,
        "resourceId": operation.resource_id,
        "status": operation.status,
        "startTime": respond::timestamp(operation.started),
    });
    if let Some(ended) = operation.ended {
        body["endTime"] = json!(respond::timestamp(ended));
        body["percentComplete"] = json!(100.0);
    }
    if let Some(error) = &operation.error {
        body["error"] = error.clone();
    }
    if let Some(result) = operation.result.as_ref().filter(|_| operation.is_over()) {
        body["properties"] = result.clone();
    }
    body
}

/// Ends an operation whose time has passed.
pub(crate) fn finish(state: &mut State, registry: &Registry, data: &Value) {
    let id = data["operation"].as_str().and_then(|id| id.parse().ok());
    let Some((id, operation)) = id.and_then(|id: Uuid| {
        let operation = arm(state).operations.get(&id)?;
        Some((id, operation.clone()))
    }) else {
        return;
    };
    // It was canceled, or somebody has ended it in the file meanwhile.
    if operation.is_over() {
        return;
    }
    let key = path::key(&operation.resource_id);
    let rules = registry.rules(&operation.resource_type);
    let outcome = match operation.work {
        Work::Put => match deploy::advance(state, registry, &operation, &key) {
            Some(done) => finish_put(state, rules.as_ref(), &key, id, done),
            None => {
                state.schedule(LOOKS_AGAIN, EVENT, data.clone());
                return;
            }
        },
        Work::Delete => {
            delete::remove(state, registry, &key);
            Ok(())
        }
        Work::Action => {
            let action = rules.and_then(|rules| {
                let name = operation.action.as_deref()?;
                rules.actions.iter().find(|action| action.name == name)
            });
            if let Some(finish) = action.and_then(|action| action.finish) {
                finish(state, &key);
            }
            Ok(())
        }
    };
    let now = state.now();
    if let Some(operation) = arm(state).operations.get_mut(&id) {
        operation.ended = Some(now);
        match outcome {
            Ok(()) => "Succeeded".clone_into(&mut operation.status),
            Err(error) => {
                "Failed".clone_into(&mut operation.status);
                operation.error = Some(error.body());
            }
        }
    }
}

fn finish_put(
    state: &mut State,
    rules: Option<&TypeRules>,
    key: &str,
    id: Uuid,
    done: Result<(), ServiceError>,
) -> Result<(), ServiceError> {
    let shows_state = rules.is_some_and(|rules| rules.provisioning_state);
    let mine = |arm: &mut Arm| {
        arm.resources
            .get(key)
            .is_some_and(|own| own.operation == Some(id))
    };
    // Somebody may have deleted it in the file meanwhile.
    if !mine(arm(state)) {
        return Err(ServiceError::conflict(
            "Canceled",
            format!("The resource '{key}' is gone or another operation took over."),
        ));
    }
    let set = |state: &mut State, word: &str| {
        if let Some(own) = arm(state).resources.get_mut(key) {
            own.operation = None;
            if shows_state {
                own.set("properties.provisioningState", word);
            }
        }
    };
    set(state, "Succeeded");
    let outcome = done.and_then(|()| rules.map_or(Ok(()), |rules| (rules.on_ready)(state, key)));
    if outcome.is_err() {
        set(state, "Failed");
    }
    outcome
}
