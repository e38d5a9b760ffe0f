//! Temporary Access Passes.

use super::super::schema;
use super::super::{Call, Refusal, Reply, method_policies};
use super::{bad, insert, new, registered, tables, writable};
use rhc_core::fake::{State, respond};
use serde_json::{Map, Value, json};
use time::{Duration, OffsetDateTime, format_description::well_known::Rfc3339};

const TYPE: &str = "temporaryAccessPassAuthenticationMethod";

/// Makes one in place of the one that the user has.
pub(in super::super) fn create(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let user = writable(state, call)?;
    let empty = Map::new();
    // Everything may be left out.
    let body = call.body.as_ref().unwrap_or(&empty);
    schema::check(body, tables::PASS, TYPE, true)?;
    let policy = method_policies::configuration(state, call, "temporaryAccessPass");
    let limit = |name: &str, otherwise: i64| {
        let own = policy.get(name).and_then(Value::as_i64);
        own.unwrap_or(otherwise)
    };
    if policy.get("state") != Some(&json!("enabled")) {
        return Err(bad(
            "Temporary Access Pass is not enabled in the authentication methods policy.",
        ));
    }
    let (least, most) = (
        limit("minimumLifetimeInMinutes", 60),
        limit("maximumLifetimeInMinutes", 480),
    );
    let lifetime = body.get("lifetimeInMinutes").and_then(Value::as_i64);
    let lifetime = lifetime.unwrap_or_else(|| limit("defaultLifetimeInMinutes", 60));
    if !(least..=most).contains(&lifetime) {
        return Err(bad(format!(
            "Invalid LifetimeInMinutes specified. The valid range between {least} and {most}."
        )));
    }
    let once = policy.get("isUsableOnce") == Some(&json!(true));
    let wanted = body.get("isUsableOnce").and_then(Value::as_bool);
    if once && wanted == Some(false) {
        return Err(bad(
            "The policy allows Temporary Access Passes for one-time use only.",
        ));
    }
    let start = body.get("startDateTime").and_then(Value::as_str);
    let start = start.and_then(|text| OffsetDateTime::parse(text, &Rfc3339).ok());
    if start.is_some_and(|start| start < call.at) {
        return Err(bad("Invalid StartDateTime specified: it is in the past."));
    }
    let id = state.uuid().to_string();
    let code = code(state, limit("defaultLength", 8));
    let mut made = new(TYPE, &id);
    made.insert(
        "createdDateTime".to_owned(),
        json!(respond::timestamp(call.at)),
    );
    made.insert(
        "startDateTime".to_owned(),
        json!(respond::timestamp(start.unwrap_or(call.at))),
    );
    made.insert("lifetimeInMinutes".to_owned(), json!(lifetime));
    made.insert("isUsableOnce".to_owned(), json!(wanted.unwrap_or(once)));
    let kind = made.get("@odata.type").cloned();
    registered(state, call, user).retain(|_, own| own.get("@odata.type") != kind.as_ref());
    let mut answer = insert(state, call, user, &id, made)?;
    answer["temporaryAccessPass"] = json!(code);
    Ok(Reply::created(answer))
}

/// So many letters and digits, from 8 to 48.
fn code(state: &mut State, length: i64) -> String {
    let length = usize::try_from(length).unwrap_or_default().clamp(8, 48);
    let mut text = String::new();
    while text.len() < length {
        text += &state.uuid().simple().to_string();
    }
    text.truncate(length);
    text
}

/// Fills in whether it counts now.
pub(super) fn complete(state: &mut State, call: &Call, pass: &mut Map<String, Value>) {
    let policy = method_policies::configuration(state, call, "temporaryAccessPass");
    let start = pass.get("startDateTime").and_then(Value::as_str);
    let start = start.and_then(|text| OffsetDateTime::parse(text, &Rfc3339).ok());
    let lifetime = pass.get("lifetimeInMinutes").and_then(Value::as_i64);
    let start = start.unwrap_or(call.at);
    let end = start.checked_add(Duration::minutes(lifetime.unwrap_or_default()));
    let reason = if policy.get("state") != Some(&json!("enabled")) {
        "DisabledByPolicy"
    } else if call.at < start {
        "NotYetValid"
    } else if end.is_some_and(|end| end <= call.at) {
        "Expired"
    } else {
        "EnabledByPolicy"
    };
    pass.insert("isUsable".to_owned(), json!(reason == "EnabledByPolicy"));
    pass.insert("methodUsabilityReason".to_owned(), json!(reason));
}
