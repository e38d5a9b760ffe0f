//! `Microsoft.Sql/servers/keys`, and what the encryption protector wants of them.
//!
//! Whether a key is in its vault is the vault's data plane to say, which this fake does not ask: the vault has to be there, and the
//! server's identity to have the right to wrap keys in it.

use rhc_arm::fake::{
    Arm, DeleteContext, NameRule, Plane, PutContext, ServiceError, Stored, TypeRules, VAULTS, may,
};
use rhc_core::fake::{State, respond};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{CODES, KEYS, PROTECTORS, bad, child, child_id, is_named, later, parent_id, stored};

/// The key that every server has.
pub(super) const MANAGED: &str = "ServiceManaged";
const WRAP: &str = "Microsoft.KeyVault/vaults/keys/wrap/action";

pub(super) const RULES: TypeRules = TypeRules {
    name: NameRule {
        min: 1,
        max: 200,
        fits: |name| !name.contains(['/', ' ']),
        refusal: (400, "InvalidKeyName"),
        says: "a vault, a key and a version, with underscores between them",
    },
    required: &["properties.serverKeyType"],
    enums: &[("properties.serverKeyType", &[MANAGED, "AzureKeyVault"])],
    read_only: &[
        "properties.autoRotationEnabled",
        "properties.creationDate",
        "properties.keyVersion",
        "properties.subregion",
        "properties.thumbprint",
    ],
    create: later(5),
    update: later(5),
    remove: later(5),
    codes: rhc_arm::fake::Codes {
        missing: (400, "InvalidKeyUpsertRequest"),
        invalid: (400, "InvalidKeyType"),
        ..CODES
    },
    before_put,
    compute: |state, put, key| {
        let now = respond::timestamp(state.now());
        let made = put
            .existing
            .and_then(|own| own.text("properties.creationDate"));
        let made = made.map_or(now, str::to_owned);
        let digits: String = ["key", "thumbprint"]
            .iter()
            .map(|half| state.derived_uuid(&[half, put.id]).simple().to_string())
            .collect();
        // As long as a digest by SHA-1.
        let thumbprint = digits.get(..40).unwrap_or_default().to_ascii_uppercase();
        let location = server(state, put.id)
            .and_then(|own| own.get("location"))
            .cloned();
        key.set("properties.creationDate", made);
        key.set("properties.thumbprint", thumbprint);
        key.set("properties.autoRotationEnabled", false);
        key.set("kind", "azurekeyvault");
        key.set("location", location.unwrap_or_default());
        Ok(())
    },
    before_delete: |state, delete: &DeleteContext<'_>| {
        let key = delete.existing;
        if is_named(key.name(), MANAGED) {
            return Err(managed());
        }
        let protector = child_id(parent_id(key.id()), PROTECTORS, "current");
        let used = stored(state, &protector)
            .and_then(|own| own.text("properties.serverKeyName").map(str::to_owned));
        if used.is_some_and(|used| is_named(&used, key.name())) {
            return Err(ServiceError::conflict(
                "AzureKeyVaultKeyInUse",
                "The key is currently being used by the server.",
            ));
        }
        Ok(())
    },
    // By the description both are for making it, and only the protector tells where its key is.
    view: |_, key| {
        let mut shown = key.clone();
        shown.unset("properties.serverKeyType");
        shown.unset("properties.uri");
        shown.body
    },
    ..child(KEYS)
};

fn managed() -> ServiceError {
    bad(
        "InvalidUpsertKeyType",
        "Service-managed TDE keys are managed by the service. Service-managed TDE keys don't support Create or Update by the user.",
    )
}

fn server<'a>(state: &'a State, part: &str) -> Option<&'a Stored> {
    state.read::<Arm>()?.get(parent_id(part))
}

fn before_put(state: &mut State, put: &PutContext<'_>) -> Result<(), ServiceError> {
    let sent = &put.sent["properties"];
    if sent["serverKeyType"]
        .as_str()
        .is_some_and(|own| is_named(own, MANAGED))
    {
        return Err(managed());
    }
    let uri = sent["uri"].as_str().filter(|own| !own.is_empty()).ok_or_else(|| {
        bad(
            "SecurityAzureKeyVaultUrlNullOrEmpty",
            "The operation could not be completed because the Azure Key Vault Uri is null or empty.",
        )
    })?;
    let (vault, wanted) = parts(uri).ok_or_else(|| {
        bad(
            "AzureKeyVaultMalformedVaultUri",
            "The provided Key Vault uri is not valid.",
        )
    })?;
    if !is_named(put.path.name(), &wanted) {
        return Err(bad(
            "InvalidKeyName",
            "An invalid value was given for the server key name.",
        ));
    }
    let principals = principals(server(state, put.id));
    if principals.is_empty() {
        return Err(bad(
            "AzureKeyVaultNoServerIdentity",
            "The server identity is not correctly configured.",
        ));
    }
    let vaults = state
        .read::<Arm>()
        .into_iter()
        .flat_map(|arm| arm.everywhere(VAULTS));
    let allowed = vaults
        .filter(|own| is_named(own.name(), &vault))
        .any(|own| {
            principals
                .iter()
                .any(|id| may(state, put.tenant, *id, own.id(), WRAP, Plane::Data))
        });
    if !allowed {
        return Err(bad(
            "AzureKeyVaultMissingPermissions",
            "The server is missing required permissions on the Azure Key Vault.",
        ));
    }
    Ok(())
}

/// The vault's name, and the name that the key must have on the server.
fn parts(uri: &str) -> Option<(String, String)> {
    let (host, path) = uri.strip_prefix("https://")?.split_once('/')?;
    let vault = host.split('.').next().filter(|name| !name.is_empty())?;
    let mut parts = path.trim_end_matches('/').split('/');
    let (kind, key, version) = (parts.next()?, parts.next()?, parts.next()?);
    let whole = kind == "keys" && parts.next().is_none() && !key.is_empty() && !version.is_empty();
    whole.then(|| (vault.to_owned(), format!("{vault}_{key}_{version}")))
}

/// The identities of a server.
fn principals(server: Option<&Stored>) -> Vec<Uuid> {
    let Some(identity) = server.and_then(|own| own.get("identity")) else {
        return Vec::new();
    };
    let named = identity["userAssignedIdentities"].as_object();
    let named = named.into_iter().flatten().map(|(_, own)| own);
    std::iter::once(identity)
        .chain(named)
        .filter_map(|own| own["principalId"].as_str()?.parse().ok())
        .collect()
}

/// The protector's key has to be one of the server's.
pub(super) fn check_protector(state: &mut State, put: &PutContext<'_>) -> Result<(), ServiceError> {
    let sent = &put.sent["properties"];
    let vaults_own = sent["serverKeyType"]
        .as_str()
        .is_some_and(|own| is_named(own, "AzureKeyVault"));
    if !vaults_own {
        return Ok(());
    }
    let name = sent["serverKeyName"].as_str().unwrap_or_default();
    match known(state, put.id, name) {
        Some(_) if !is_named(name, MANAGED) => Ok(()),
        _ => Err(ServiceError::not_found(
            "ServerKeyNotFound",
            "The requested server key was not found on the current subscription.",
        )),
    }
}

/// What the protector shows of its key.
pub(super) fn show(state: &State, put: &PutContext<'_>, protector: &mut Stored) {
    let name = protector
        .text("properties.serverKeyName")
        .unwrap_or(MANAGED)
        .to_owned();
    let key = known(state, put.id, &name).filter(|_| !is_named(&name, MANAGED));
    for path in ["properties.uri", "properties.thumbprint"] {
        match key.and_then(|own| own.get(path)) {
            Some(value) => protector.set(path, value.clone()),
            None => {
                protector.unset(path);
            }
        }
    }
    protector.set("properties.serverKeyName", name);
    let kind = if key.is_some() {
        "azurekeyvault"
    } else {
        "servicemanaged"
    };
    protector.set("kind", kind);
    let location = server(state, put.id)
        .and_then(|own| own.get("location"))
        .cloned();
    protector.set("location", location.unwrap_or_default());
}

fn known<'a>(state: &'a State, protector: &str, name: &str) -> Option<&'a Stored> {
    let id = child_id(parent_id(protector), KEYS, name);
    state.read::<Arm>()?.get(&id)
}

/// The key of Microsoft's that a new server has.
pub(super) fn own(location: &str) -> Value {
    json!({ "kind": "servicemanaged", "location": location, "properties": { "serverKeyType": MANAGED } })
}
