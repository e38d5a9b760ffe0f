//! The certificates of an application registration.
//!
//! Source: [keyCredential](https://learn.microsoft.com/graph/api/resources/keycredential). Unverified: the codes of the
//! details, and that a kept credential may be sent without its key.

use super::list_of;
use crate::fake::Refusal;
use rhc_core::fake::x509::Certificate;
use rhc_core::fake::{State, respond};
use serde_json::{Map, Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

const ALL: &str = "keyCredentials";

/// Checks the certificates that a request leaves an application with, and fills in what the service reads from them.
pub(super) fn settle(
    state: &mut State,
    before: &Map<String, Value>,
    after: &mut Map<String, Value>,
) -> Result<(), Refusal> {
    if before.get(ALL) == after.get(ALL) {
        return Ok(());
    }
    let mut settled: Vec<Value> = Vec::new();
    for sent in list_of(after.get(ALL)) {
        let own = one(state, before, sent)?;
        if settled.iter().any(|other| other["keyId"] == own["keyId"]) {
            return Err(refused(
                "KeyCredentialsDuplicateKeyId",
                "Key credentials must have distinct keyId values.",
            ));
        }
        settled.push(own);
    }
    after.insert(ALL.to_owned(), Value::Array(settled));
    Ok(())
}

fn one(state: &mut State, before: &Map<String, Value>, sent: &Value) -> Result<Value, Refusal> {
    let kept = list_of(before.get(ALL))
        .find(|old| !sent["keyId"].is_null() && old["keyId"] == sent["keyId"]);
    let mut own = sent.clone();
    if own["key"].is_null() {
        own["key"] = kept.map_or(Value::Null, |old| old["key"].clone());
    }
    if own["type"] != "AsymmetricX509Cert" || own["usage"] != "Verify" {
        return Err(refused(
            "KeyCredentialsInvalidTypeOrUsage",
            "Key credential must have the type AsymmetricX509Cert and the usage Verify.",
        ));
    }
    let certificate = own["key"]
        .as_str()
        .and_then(|key| azure_core::base64::decode(key).ok())
        .and_then(|der| Certificate::parse(&der))
        .ok_or_else(|| {
            refused(
                "KeyCredentialsInvalidKey",
                "New key credential must have a valid certificate as its key.",
            )
        })?;
    if own["startDateTime"].is_null() {
        own["startDateTime"] = json!(respond::timestamp(certificate.not_before));
    }
    if own["endDateTime"].is_null() {
        own["endDateTime"] = json!(respond::timestamp(certificate.not_after));
    }
    let end = own["endDateTime"]
        .as_str()
        .and_then(|end| OffsetDateTime::parse(end, &Rfc3339).ok());
    let is_new = kept.is_none();
    if end.is_none_or(|end| end > certificate.not_after || is_new && end <= state.now()) {
        return Err(refused(
            "KeyCredentialsInvalidEndDate",
            "Key credential end date is invalid.",
        ));
    }
    if own["customKeyIdentifier"].is_null() {
        own["customKeyIdentifier"] = json!(azure_core::base64::encode(certificate.sha1()));
    }
    if own["keyId"].is_null() {
        own["keyId"] = json!(state.uuid());
    }
    Ok(own)
}

fn refused(code: &'static str, message: &str) -> Refusal {
    Refusal::bad_request(message).detailed(code, ALL)
}

/// The certificates themselves are shown to whoever asks for them, and for one application only.
pub(super) fn hide(body: &mut Value) {
    let held = body.get_mut(ALL).and_then(Value::as_array_mut);
    for credential in held.into_iter().flatten() {
        credential["key"] = Value::Null;
    }
}
