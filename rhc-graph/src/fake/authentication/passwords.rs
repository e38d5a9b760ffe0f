//! Setting a user's password, and how far that is.

use super::super::state::GraphState;
use super::super::users::complex;
use super::super::{Call, Refusal, Reply, call::ORIGIN, odata};
use super::{PASSWORD, bad, new, registered, set_of, tables, user, writable};
use rhc_core::fake::{State, respond};
use serde_json::{Map, Value, json};
use time::{Duration, OffsetDateTime, format_description::well_known::Rfc3339};
use uuid::Uuid;

/// How long the service writes at a password.
const WRITING: Duration = Duration::seconds(5);

pub(in super::super) fn reset(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    // The application permission of this name does not do.
    if call.is_application() {
        return Err(Refusal::denied());
    }
    let user = writable(state, call)?;
    let id = &call.key(1)?.value;
    if id != PASSWORD {
        return Err(Refusal::not_found(id));
    }
    if user == call.caller.object_id {
        return Err(bad("One cannot reset one's own password."));
    }
    let empty = Map::new();
    let body = call.body.as_ref().unwrap_or(&empty);
    if let Some(name) = body.keys().find(|name| *name != "newPassword") {
        return Err(Refusal::unknown_property(name, "resetPassword"));
    }
    let given = match body.get("newPassword") {
        None | Some(Value::Null) => None,
        Some(Value::String(text)) => Some(text),
        Some(_) => return Err(Refusal::invalid("newPassword", "resetPassword")),
    };
    if let Some(password) = given {
        complex(password)?;
    }
    let now = json!(respond::timestamp(call.at));
    let mut password = new("passwordAuthenticationMethod", PASSWORD);
    password.insert("createdDateTime".to_owned(), now.clone());
    registered(state, call, user).insert(PASSWORD.to_owned(), password);
    let operation = state.uuid();
    let kept = json!({"id": operation, "createdDateTime": now});
    let made = match given {
        Some(_) => None,
        // An upper-case and a lower-case letter, digits: as complex as it has to be.
        None => Some(format!("Cu{}", fragment(state))),
    };
    let policies = state.section::<GraphState>().of(call.tenant());
    policies
        .method_operations
        .entry(user)
        .or_default()
        .insert(operation, kept.as_object().cloned().unwrap_or_default());
    let body = match made {
        Some(made) => json!({
            "@odata.context": format!("{ORIGIN}/$metadata#microsoft.graph.passwordResetResponse"), "newPassword": made}),
        None => json!({}),
    };
    let location = format!("{ORIGIN}/users/{user}/authentication/operations/{operation}");
    Ok(Reply::accepted(body).at(location))
}

/// Six digits.
fn fragment(state: &mut State) -> String {
    format!("{:06}", state.uuid().as_u128() % 1_000_000)
}

pub(in super::super) fn operation(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let user = user(state, call)?;
    let id = &call.key(1)?.value;
    let policies = state.section::<GraphState>().of(call.tenant());
    let kept = id
        .parse::<Uuid>()
        .ok()
        .and_then(|id| policies.method_operations.get(&user)?.get(&id).cloned());
    let mut own = kept.ok_or_else(|| Refusal::not_found(id))?;
    let begun = own.get("createdDateTime").and_then(Value::as_str);
    let begun = begun.and_then(|text| OffsetDateTime::parse(text, &Rfc3339).ok());
    let begun = begun.unwrap_or(call.at);
    let written = begun.saturating_add(WRITING);
    let done = call.at >= written;
    let last = if done { written } else { begun };
    let status = if done { "succeeded" } else { "running" };
    own.insert("status".to_owned(), json!(status));
    own.insert(
        "lastActionDateTime".to_owned(),
        json!(respond::timestamp(last)),
    );
    let set = set_of(call, "operations")?;
    odata::single(call, &set, "longRunningOperation", tables::OPERATION, &own).map(Reply::ok)
}
