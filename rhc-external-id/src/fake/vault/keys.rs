//! The keys of certificates: they sign, and stay where they are.

use aws_lc_rs::digest::{Digest, SHA256};
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::{RSA_PKCS1_SHA256, RSA_PSS_SHA256, RsaEncoding};
use azure_core::base64;
use rhc_core::fake::State;
use serde_json::{Value, json};

use super::Reply;
use super::door::Visit;
use super::error::VaultError;
use super::section;

pub(super) fn sign(
    state: &mut State,
    visit: &Visit,
    body: &[u8],
    name: &str,
    version: &str,
) -> Result<Reply, VaultError> {
    visit.may(state, "keys/sign/action", &format!("keys/{name}"))?;
    let now = state.now();
    let own = section::named(state, &visit.vault.name, name);
    let found = own.and_then(|own| {
        let one = own.ready(now).find(|one| one.version == version)?;
        Some((own, one))
    });
    let (own, key) = found.ok_or_else(|| {
        VaultError::new(
            404,
            "KeyNotFound",
            format!(
                "A key with (name/id) {name}/{version} was not found in this key vault. If you recently deleted this \
                 key you may be able to recover it using the correct recovery command."
            ),
        )
    })?;
    if !key.enabled {
        return Err(VaultError::forbidden(
            "KeyDisabled",
            "Operation sign is not allowed on a disabled key.",
        ));
    }
    if now < key.not_before || key.not_after <= now {
        // Unverified: the codes within.
        return Err(VaultError::forbidden(
            "KeyNotInTime",
            "Operation sign is not allowed on a key that is expired or not yet valid.",
        ));
    }
    let body: Value = serde_json::from_slice(body)
        .map_err(|_| VaultError::bad("The request body is no valid JSON."))?;
    let encoding: &'static dyn RsaEncoding = match body["alg"].as_str() {
        Some("PS256") => &RSA_PSS_SHA256,
        Some("RS256") => &RSA_PKCS1_SHA256,
        _ => return Err(VaultError::bad("Property alg has invalid value")),
    };
    let digest = body["value"]
        .as_str()
        .and_then(|text| base64::decode_url_safe(text.trim_end_matches('=')).ok())
        .and_then(|bytes| Digest::import_less_safe(&bytes, &SHA256).ok())
        .ok_or_else(|| {
            VaultError::bad(
                "Property value has invalid value: its length does not fit the digest of the algorithm",
            )
        })?;
    let broken = || VaultError::new(500, "InternalServerError", "The key cannot be used.");
    let pair = KeyPair::from_pkcs8(&key.pkcs8()).map_err(|_| broken())?;
    let mut signature = vec![0; pair.public_modulus_len()];
    pair.sign_digest(encoding, &digest, &mut signature)
        .map_err(|_| broken())?;
    let value = base64::encode_url_safe(signature);
    Ok(Reply::ok(json!({
        "kid": visit.vault.url(&format!("keys/{}/{}", own.name, key.version)),
        "value": value.trim_end_matches('='),
    })))
}
