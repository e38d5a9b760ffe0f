//! `Microsoft.App/managedEnvironments/certificates`: what the owner of a host name brings himself. What stands in the
//! file, or in the vault, is not read.

use rhc_arm::fake::{
    Arm, Codes, Patch, PutContext, ServiceError, Stored, Timing, TypeRules, Unknown,
};
use rhc_core::fake::State;
use serde_json::{Value, json};

use super::{OWN_CERTIFICATES, UNNAMED, VERSIONS, bad, json, managed_certificate, workload};

const VALUE: &str = "properties.value";
const VAULT: &str = "properties.certificateKeyVaultProperties";

pub(super) const RULES: TypeRules = TypeRules {
    name: managed_certificate::NAME,
    read_only: &[
        "properties.subjectName",
        "properties.subjectAlternativeNames",
        "properties.issuer",
        "properties.issueDate",
        "properties.expirationDate",
        "properties.thumbprint",
        "properties.valid",
        "properties.publicKeyHash",
        "properties.deploymentErrors",
    ],
    properties: &[VALUE, "properties.password", VAULT],
    unknown: Unknown::Ignore,
    secrets: &[VALUE, "properties.password"],
    patch: Patch::Tags,
    create: Timing::at_once(200),
    codes: Codes {
        missing: (400, UNNAMED),
        invalid: (400, UNNAMED),
        ..Codes::COMMON
    },
    before_put,
    compute: |_, _, stored: &mut Stored| {
        stored.set("properties.valid", true);
        Ok(())
    },
    before_delete: managed_certificate::unused,
    ..TypeRules::new(OWN_CERTIFICATES, VERSIONS)
};

/// One source, and an identity of the environment for a vault. Unverified: the codes.
fn before_put(state: &mut State, put: &PutContext<'_>) -> Result<(), ServiceError> {
    let file = json::text(put.sent, VALUE);
    let vault = json::at(put.sent, VAULT);
    let kept = put.patch
        && put
            .existing
            .is_some_and(|own| own.hidden.contains_key(VALUE));
    match (file, vault) {
        (None, None) if kept => Ok(()),
        (Some(file), None) if is_base64(file) => Ok(()),
        (Some(_), None) => Err(bad(UNNAMED, "The certificate is not in Base64.")),
        (None, Some(vault)) => in_vault(state, put, vault),
        _ => Err(bad(
            UNNAMED,
            "A certificate needs one of value and certificateKeyVaultProperties.",
        )),
    }
}

fn is_base64(text: &str) -> bool {
    let body = text.trim_end_matches('=');
    text.len().is_multiple_of(4)
        && text.len() - body.len() <= 2
        && body
            .bytes()
            .all(|own| own.is_ascii_alphanumeric() || own == b'+' || own == b'/')
}

fn in_vault(state: &State, put: &PutContext<'_>, vault: &Value) -> Result<(), ServiceError> {
    let environment = put.path.parent();
    let environment = environment.and_then(|own| state.read::<Arm>()?.get(&own.id()));
    let identity = environment.and_then(|own| own.get("identity"));
    let wanted = json::text(vault, "identity").unwrap_or_default();
    if json::text(vault, "keyVaultUrl").is_none() || wanted.is_empty() {
        return Err(bad(
            UNNAMED,
            "certificateKeyVaultProperties needs keyVaultUrl and identity.",
        ));
    }
    if workload::has_identity(identity.unwrap_or(&json!(null)), wanted) {
        return Ok(());
    }
    Err(bad(
        UNNAMED,
        format!("The identity '{wanted}' is not assigned to the managed environment."),
    ))
}
