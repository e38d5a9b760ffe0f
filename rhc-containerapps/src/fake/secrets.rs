//! An app's secrets: taken in, never shown, given out by `listSecrets` only.

use rhc_arm::fake::{Action, ActionContext, PutContext, ServiceError, Stored, Timing};
use rhc_core::fake::State;
use serde_json::{Map, Value, json};

use super::{bad, json};

/// Where the values stand in a body, and under which name they are hidden.
pub(super) const VALUES: &str = "properties.configuration.secrets[].value";
const SECRETS: &str = "properties.configuration.secrets";

/// Names, and that each secret has a value or is in a vault.
pub(super) fn check(put: &PutContext<'_>) -> Result<(), ServiceError> {
    let held = |name: &str| {
        // PATCH that leaves the secrets alone leaves their values alone; PUT must carry them.
        put.patch && put.existing.is_some_and(|own| value(own, name).is_some())
    };
    for secret in json::items(put.sent, SECRETS) {
        let name = json::text(secret, "name").unwrap_or_default();
        let plain = |own: u8| own.is_ascii_lowercase() || own.is_ascii_digit();
        let fits = (1..=253).contains(&name.len())
            && name
                .bytes()
                .all(|own| plain(own) || own == b'-' || own == b'.')
            && name.bytes().next().is_some_and(plain)
            && name.bytes().last().is_some_and(plain);
        if !fits {
            return Err(bad(
                "ContainerAppInvalidSecretName",
                format!(
                    "Secret name has an invalid value '{name}'. A value must consist of lower case alphanumeric \
                     characters, '-', and must start and end with an alphanumeric character. The length must not be \
                     more than 253 characters."
                ),
            ));
        }
        let in_vault =
            json::text(secret, "keyVaultUrl").is_some() && json::text(secret, "identity").is_some();
        if json::text(secret, "value").is_none() && !in_vault && !held(name) {
            return Err(bad(
                "ContainerAppSecretInvalid",
                format!(
                    "Invalid Request: Container app secret(s) with name(s) '{name}' are invalid: value or keyVaultUrl \
                     and identity should be provided."
                ),
            ));
        }
    }
    Ok(())
}

/// Whether the body has a secret of this name.
pub(super) fn has(sent: &Value, name: &str) -> bool {
    json::items(sent, SECRETS)
        .iter()
        .any(|own| json::text(own, "name") == Some(name))
}

fn value<'a>(stored: &'a Stored, name: &str) -> Option<&'a Value> {
    stored.hidden.get(VALUES)?.get(name)
}

/// Keeps the values by the secrets' names; what is sent empty is not shown.
pub(super) fn keep(put: &PutContext<'_>, stored: &mut Stored) {
    if let Some(secrets) = stored.get(SECRETS).map(json::lean) {
        stored.set(SECRETS, secrets);
    }
    let mut kept = Map::new();
    for secret in json::items(put.sent, SECRETS) {
        let name = json::text(secret, "name").unwrap_or_default();
        let new = json::at(secret, "value").cloned();
        let before = || put.existing.and_then(|own| value(own, name)).cloned();
        if let Some(value) = new.or_else(before) {
            kept.insert(name.to_owned(), value);
        }
    }
    stored.hidden.shift_remove(VALUES);
    if !kept.is_empty() {
        stored.hidden.insert(VALUES.to_owned(), Value::Object(kept));
    }
}

/// `listSecrets`.
pub(super) const LIST: Action = Action {
    name: "listSecrets",
    permission: None,
    timing: Timing::at_once(200),
    run: list,
    finish: None,
};

fn list(_: &mut State, context: &ActionContext<'_>) -> Result<Option<Value>, ServiceError> {
    let app = context.existing;
    let secrets: Vec<_> = app
        .all(&format!("{SECRETS}[]"))
        .into_iter()
        .map(|secret| {
            let mut secret = secret.clone();
            let name = json::text(&secret, "name").unwrap_or_default();
            if let Some(value) = value(app, name) {
                secret["value"] = value.clone();
            }
            secret
        })
        .collect();
    Ok(Some(json!({ "value": secrets })))
}
