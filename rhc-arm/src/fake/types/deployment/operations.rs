//! What a deployment does, resource by resource; how it is stopped, and its template had back.

use rhc_core::fake::{State, respond};
use serde_json::{Value, json};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::super::super::error::ServiceError;
use super::super::super::path::{self, ResourcePath};
use super::super::super::route::{Reply, RouteContext};
use super::super::super::state::{Arm, Stored, arm};
use super::{DEPLOYMENTS, SENT, not_found};

/// Where a deployment keeps what it did: one entry a resource, in the order in which they were begun.
const DONE: &str = "done";
/// The state of a deployment that was stopped.
pub(crate) const CANCELED: &str = "Canceled";

/// A resource is written.
pub(crate) fn begun(state: &mut State, key: &str, id: &str) {
    let now = respond::timestamp(state.now());
    if let Some(own) = arm(state).get_mut(key) {
        let done = own.hidden.entry(DONE).or_insert_with(|| json!([]));
        if let Some(done) = done.as_array_mut() {
            done.push(json!({ "id": id, "begun": now }));
        }
    }
}

/// A resource is there. Only the first word of it counts.
pub(crate) fn ended(state: &mut State, key: &str, id: &str) {
    let now = respond::timestamp(state.now());
    if let Some(entry) = entry(state, key, id).filter(|own| own["ended"].is_null()) {
        entry["ended"] = json!(now);
    }
}

/// A resource was refused.
pub(crate) fn refused(state: &mut State, key: &str, id: &str, error: &ServiceError) {
    ended(state, key, id);
    let (status, body) = (error.status(), error.body());
    if let Some(entry) = entry(state, key, id) {
        entry["error"] = json!({ "status": status, "body": body });
    }
}

fn entry<'a>(state: &'a mut State, key: &str, id: &str) -> Option<&'a mut Value> {
    let own = arm(state).get_mut(key)?;
    let done = own.hidden.get_mut(DONE)?.as_array_mut()?;
    done.iter_mut()
        .find(|own| own["id"].as_str().map(path::key) == Some(path::key(id)))
}

fn found<'a>(state: &'a State, context: &RouteContext<'_>) -> Result<&'a Stored, ServiceError> {
    let name = context.param("name");
    let id = format!("{}/providers/{DEPLOYMENTS}/{name}", context.param("scope"));
    let stored = state.read::<Arm>().and_then(|arm| arm.get(&id));
    stored.ok_or_else(|| not_found(name))
}

pub(super) fn list(state: &mut State, context: &RouteContext<'_>) -> Result<Reply, ServiceError> {
    let all = shown(state, found(state, context)?);
    let most = context.query.get("$top").map(str::parse::<usize>);
    Ok(Reply::list(match most {
        None => all,
        Some(Ok(most)) => all.into_iter().take(most).collect(),
        // Unverified: the code.
        Some(Err(_)) => {
            return Err(ServiceError::bad_request(
                "InvalidTopInQueryString",
                "The value of $top in the query string must be a number.",
            ));
        }
    }))
}

pub(super) fn get(state: &mut State, context: &RouteContext<'_>) -> Result<Reply, ServiceError> {
    let wanted = context.param("operation");
    let all = shown(state, found(state, context)?);
    let one = all.into_iter().find(|own| {
        own["operationId"]
            .as_str()
            .is_some_and(|id| id.eq_ignore_ascii_case(wanted))
    });
    // Unverified: the code.
    one.map(|own| Reply::new(200, own)).ok_or_else(|| {
        ServiceError::not_found(
            "DeploymentOperationNotFound",
            format!("Deployment operation '{wanted}' could not be found."),
        )
    })
}

/// As recorded: an entry a resource, and in the end one for what the template gives out.
fn shown(state: &State, deployment: &Stored) -> Vec<Value> {
    let done = deployment.hidden.get(DONE).and_then(Value::as_array);
    let mut all: Vec<Value> = done
        .into_iter()
        .flatten()
        .map(|own| of_resource(state, deployment, own))
        .collect();
    if deployment.text("properties.provisioningState") == Some("Succeeded") {
        let at = deployment.get("properties.timestamp");
        let properties = json!({
            "provisioningOperation": "EvaluateDeploymentOutput",
            "provisioningState": "Succeeded",
            "timestamp": at,
            "duration": deployment.get("properties.duration"),
            "statusCode": "OK",
        });
        all.push(operation(state, deployment, "outputs", properties));
    }
    all
}

fn of_resource(state: &State, deployment: &Stored, entry: &Value) -> Value {
    let id = entry["id"].as_str().unwrap_or_default();
    let error = entry.get("error").filter(|own| !own.is_null());
    let word = match (error, &entry["ended"]) {
        (Some(_), _) => "Failed",
        (None, Value::Null) => "Running",
        (None, _) => "Succeeded",
    };
    let at = |name: &str| OffsetDateTime::parse(entry[name].as_str()?, &Rfc3339).ok();
    let last = at("ended").or_else(|| at("begun")).unwrap_or(state.now());
    let seconds = at("begun").map_or(0, |begun| (last - begun).whole_seconds());
    let path = ResourcePath::parse(id);
    let mut properties = json!({
        "provisioningOperation": "Create",
        "provisioningState": word,
        "timestamp": respond::timestamp(last),
        "duration": format!("PT{seconds}S"),
        "statusCode": "OK",
        "targetResource": {
            "id": id,
            "resourceType": reported(state, id),
            "resourceName": path.as_ref().map(ResourcePath::name),
        },
    });
    if let Some(error) = error {
        let status = error["status"]
            .as_u64()
            .and_then(|own| u16::try_from(own).ok());
        properties["statusCode"] = json!(reason(status.unwrap_or(400)));
        properties["statusMessage"] = json!({ "status": "Failed", "error": error["body"] });
    }
    operation(state, deployment, id, properties)
}

/// A type as the resource itself says, or as its id has it.
fn reported(state: &State, id: &str) -> String {
    let stored = state.read::<Arm>().and_then(|arm| arm.get(id));
    let own = stored.and_then(|own| own.text("type")).map(str::to_owned);
    own.or_else(|| ResourcePath::parse(id).map(|path| path.resource_type()))
        .unwrap_or_default()
}

/// A status as .NET calls it.
fn reason(status: u16) -> &'static str {
    match status {
        400 => "BadRequest",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "NotFound",
        _ => "Conflict",
    }
}

fn operation(state: &State, deployment: &Stored, of: &str, properties: Value) -> Value {
    let drawn = state.derived_uuid(&["deployment operation", deployment.id(), of]);
    let digits = drawn.simple().to_string().to_ascii_uppercase();
    let name = digits.get(..16).unwrap_or_default();
    json!({
        "id": format!("{}/operations/{name}", deployment.id()),
        "operationId": name,
        "properties": properties,
    })
}

pub(super) fn export(state: &mut State, context: &RouteContext<'_>) -> Result<Reply, ServiceError> {
    let stored = found(state, context)?;
    let template = stored
        .hidden
        .get(SENT)
        .and_then(|sent| sent.pointer("/properties/template"));
    Ok(Reply::new(200, json!({ "template": template })))
}

pub(super) fn cancel(state: &mut State, context: &RouteContext<'_>) -> Result<Reply, ServiceError> {
    let stored = found(state, context)?;
    let (id, under_way) = (stored.id().to_owned(), stored.operation);
    let Some(operation) = under_way else {
        let word = stored
            .text("properties.provisioningState")
            .unwrap_or_default();
        // Unverified: the code. The documentation says that only one that is accepted or running can be stopped.
        return Err(ServiceError::conflict(
            "Conflict",
            format!(
                "The deployment '{}' cannot be canceled: its provisioning state is '{word}'.",
                stored.name()
            ),
        ));
    };
    let now = state.now();
    let arm = arm(state);
    if let Some(own) = arm.get_mut(&id) {
        own.operation = None;
        own.set("properties.provisioningState", CANCELED);
        own.set("properties.timestamp", respond::timestamp(now));
    }
    if let Some(own) = arm.operations.get_mut(&operation) {
        CANCELED.clone_into(&mut own.status);
        own.ended = Some(now);
    }
    Ok(Reply::empty(204))
}
