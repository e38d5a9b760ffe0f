//! Certificates: made, read, deleted.

use azure_core::base64;
use rhc_core::fake::State;
use rhc_core::fake::x509::Certificate;
use serde_json::{Value, json};

use super::Reply;
use super::door::{Vault, Visit};
use super::error::VaultError;
use super::section::{self, Named, Version};
use super::x509;

const READ: &str = "certificates/read";

pub(super) fn create(
    state: &mut State,
    visit: &Visit,
    body: &[u8],
    name: &str,
) -> Result<Reply, VaultError> {
    visit.may(state, "certificates/create/action", &path(name))?;
    check_name(name)?;
    let body: Value = serde_json::from_slice(body)
        .map_err(|_| VaultError::bad("The request body is no valid JSON."))?;
    let policy = checked(&body["policy"])?;
    let (vault, now) = (&visit.vault, state.now());
    let key = name.to_ascii_lowercase();
    if section::held(state, &vault.name).deleted.contains_key(&key) {
        return Err(VaultError::new(
            409,
            "Conflict",
            format!(
                "Certificate {name} is currently in a deleted but recoverable state, and its name cannot be reused; \
                 in this state, the certificate can only be recovered or purged."
            ),
        ));
    }
    let busy = section::named(state, &vault.name, name).and_then(|own| own.under_way(now));
    if busy.is_some() {
        // Unverified: the words.
        return Err(VaultError::new(
            409,
            "Conflict",
            format!("The certificate {name} has a pending operation."),
        ));
    }
    let (serial, request) = (state.uuid(), state.uuid());
    let nth = section::next_key(state);
    let props = &policy["x509_props"];
    let made = x509::make(&x509::Wanted {
        subject: props["subject"].as_str().unwrap_or_default(),
        key_size: policy["key_props"]["key_size"].as_u64().unwrap_or_default(),
        months: props["validity_months"]
            .as_u64()
            .and_then(|months| months.try_into().ok())
            .unwrap_or_default(),
        serial,
        nth,
        now,
    })
    .ok_or_else(|| VaultError::bad("The certificate policy makes no certificate."))?;
    let own = section::held(state, &vault.name)
        .certificates
        .entry(key)
        .or_insert_with(|| Named {
            name: name.to_owned(),
            policy: Value::Null,
            request: String::new(),
            versions: Vec::new(),
        });
    own.policy = policy;
    own.request = request.simple().to_string();
    own.versions.push(made);
    let own = own.clone();
    let location = format!(
        "{}?api-version=7.4&request_id={}",
        vault.url(&format!("{}/pending", path(&own.name))),
        own.request
    );
    Ok(Reply {
        status: 202,
        body: operation(vault, &own, true),
        location: Some(location),
    })
}

pub(super) fn pending(
    state: &mut State,
    visit: &Visit,
    _: &[u8],
    name: &str,
) -> Result<Reply, VaultError> {
    visit.may(state, READ, &path(name))?;
    let own = section::named(state, &visit.vault.name, name).ok_or_else(|| {
        VaultError::new(
            404,
            "PendingCertificateNotFound",
            format!("Pending certificate not found: {name}"),
        )
    })?;
    let under_way = own.under_way(state.now()).is_some();
    Ok(Reply::ok(operation(&visit.vault, own, under_way)))
}

pub(super) fn latest(
    state: &mut State,
    visit: &Visit,
    _: &[u8],
    name: &str,
) -> Result<Reply, VaultError> {
    visit.may(state, READ, &path(name))?;
    let own = existing(state, visit, name)?;
    let version = own.ready(state.now()).next_back();
    let version = version.ok_or_else(|| not_found(name))?;
    Ok(Reply::ok(bundle(&visit.vault, own, version)))
}

pub(super) fn version(
    state: &mut State,
    visit: &Visit,
    _: &[u8],
    name: &str,
    version: &str,
) -> Result<Reply, VaultError> {
    visit.may(state, READ, &path(name))?;
    let own = existing(state, visit, name)?;
    let found = own.ready(state.now()).find(|one| one.version == version);
    let found = found.ok_or_else(|| not_found(&format!("{name}/{version}")))?;
    Ok(Reply::ok(bundle(&visit.vault, own, found)))
}

pub(super) fn versions(
    state: &mut State,
    visit: &Visit,
    _: &[u8],
    name: &str,
) -> Result<Reply, VaultError> {
    visit.may(state, READ, &path(name))?;
    let own = existing(state, visit, name)?;
    let items: Vec<Value> = own
        .ready(state.now())
        .map(|version| item(&visit.vault, &own.name, version, Some(&version.version)))
        .collect();
    Ok(Reply::ok(json!({ "value": items, "nextLink": null })))
}

pub(super) fn policy(
    state: &mut State,
    visit: &Visit,
    _: &[u8],
    name: &str,
) -> Result<Reply, VaultError> {
    visit.may(state, READ, &path(name))?;
    let own = existing(state, visit, name)?;
    Ok(Reply::ok(own.policy.clone()))
}

pub(super) fn list(state: &mut State, visit: &Visit) -> Result<Reply, VaultError> {
    visit.may(state, READ, "certificates")?;
    let now = state.now();
    let items: Vec<Value> = section::all(state, &visit.vault.name)
        .filter_map(|own| {
            let latest = own.ready(now).next_back()?;
            Some(item(&visit.vault, &own.name, latest, None))
        })
        .collect();
    Ok(Reply::ok(json!({ "value": items, "nextLink": null })))
}

pub(super) fn delete(
    state: &mut State,
    visit: &Visit,
    _: &[u8],
    name: &str,
) -> Result<Reply, VaultError> {
    visit.may(state, "certificates/delete", &path(name))?;
    let own = existing(state, visit, name)?.clone();
    let version = own.versions.last().ok_or_else(|| not_found(name))?;
    let mut body = bundle(&visit.vault, &own, version);
    let now = state.now();
    body["recoveryId"] = json!(
        visit
            .vault
            .url(&format!("deletedcertificates/{}", own.name))
    );
    body["deletedDate"] = json!(now.unix_timestamp());
    let purged = now + time::Duration::days(visit.vault.days());
    body["scheduledPurgeDate"] = json!(purged.unix_timestamp());
    let held = section::held(state, &visit.vault.name);
    held.certificates.remove(&name.to_ascii_lowercase());
    held.deleted.insert(name.to_ascii_lowercase(), own);
    Ok(Reply::ok(body))
}

fn path(name: &str) -> String {
    format!("certificates/{name}")
}

fn existing<'s>(state: &'s State, visit: &Visit, name: &str) -> Result<&'s Named, VaultError> {
    section::named(state, &visit.vault.name, name).ok_or_else(|| not_found(name))
}

fn not_found(name: &str) -> VaultError {
    VaultError::new(
        404,
        "CertificateNotFound",
        format!(
            "A certificate with (name/id) {name} was not found in this key vault. If you recently deleted this \
             certificate you may be able to recover it using the correct recovery command."
        ),
    )
}

fn check_name(name: &str) -> Result<(), VaultError> {
    let fits = (1..=127).contains(&name.len())
        && name
            .chars()
            .all(|own| own.is_ascii_alphanumeric() || own == '-');
    if fits {
        return Ok(());
    }
    Err(VaultError::bad(format!(
        "The request URI contains an invalid name: {name}"
    )))
}

/// The policy with the service's defaults, if a certificate can be made by it.
fn checked(policy: &Value) -> Result<Value, VaultError> {
    let invalid = |what: &str| VaultError::bad(format!("Property policy.{what} has invalid value"));
    let mut own = policy.clone();
    if !own.is_object() {
        return Err(VaultError::bad("The certificate policy is missing."));
    }
    for (part, member, default) in [
        ("key_props", "exportable", json!(true)),
        ("key_props", "kty", json!("RSA")),
        ("key_props", "key_size", json!(2048)),
        ("key_props", "reuse_key", json!(false)),
        ("secret_props", "contentType", json!("application/x-pkcs12")),
        ("x509_props", "validity_months", json!(12)),
    ] {
        if own[part][member].is_null() {
            own[part][member] = default;
        }
    }
    if !own["key_props"]["exportable"].is_boolean() {
        return Err(invalid("key_props.exportable"));
    }
    // Elliptic curves and hardware keys are not in this fake.
    if own["key_props"]["kty"] != "RSA" {
        return Err(invalid("key_props.kty"));
    }
    let size = own["key_props"]["key_size"].as_u64();
    if !size.is_some_and(|size| [2048, 3072, 4096].contains(&size)) {
        return Err(invalid("key_props.key_size"));
    }
    let content = own["secret_props"]["contentType"].as_str();
    if !content.is_some_and(|own| ["application/x-pkcs12", "application/x-pem-file"].contains(&own))
    {
        return Err(invalid("secret_props.contentType"));
    }
    let subject = own["x509_props"]["subject"].as_str().unwrap_or_default();
    if x509::subject(subject).is_none() {
        return Err(invalid("x509_props.subject"));
    }
    let months = own["x509_props"]["validity_months"].as_u64();
    if !months.is_some_and(|months| (1..=120).contains(&months)) {
        return Err(invalid("x509_props.validity_months"));
    }
    // Others' certificates are signed outside.
    if own["issuer"]["name"] != "Self" {
        return Err(invalid("issuer.name"));
    }
    Ok(own)
}

fn operation(vault: &Vault, own: &Named, under_way: bool) -> Value {
    let mut body = json!({
        "id": vault.url(&format!("{}/pending", path(&own.name))),
        "issuer": own.policy["issuer"],
        "cancellation_requested": false,
        "status": if under_way { "inProgress" } else { "completed" },
        "request_id": own.request,
    });
    if under_way {
        body["status_details"] = json!(
            "Pending certificate created. Certificate request is in progress. This may take some time based on the \
             issuer provider. Please check again later."
        );
    } else {
        body["target"] = json!(vault.url(&path(&own.name)));
    }
    body
}

fn item(vault: &Vault, name: &str, version: &Version, shown: Option<&str>) -> Value {
    let id = match shown {
        Some(version) => format!("{}/{version}", path(name)),
        None => path(name),
    };
    let der = version.der();
    let thumbprint = Certificate::parse(&der).map(|own| own.sha1());
    json!({
        "id": vault.url(&id),
        "x5t": base64::encode_url_safe(thumbprint.unwrap_or_default()).trim_end_matches('='),
        "attributes": {
            "enabled": version.enabled,
            "nbf": version.not_before.unix_timestamp(),
            "exp": version.not_after.unix_timestamp(),
            "created": version.begun.unix_timestamp(),
            "updated": version.ready.unix_timestamp(),
            "recoveryLevel": vault.recovery_level(),
            "recoverableDays": vault.days(),
        },
    })
}

fn bundle(vault: &Vault, own: &Named, version: &Version) -> Value {
    let mut body = item(vault, &own.name, version, Some(&version.version));
    let of = |kind: &str| vault.url(&format!("{kind}/{}/{}", own.name, version.version));
    body["kid"] = json!(of("keys"));
    body["sid"] = json!(of("secrets"));
    body["cer"] = json!(version.certificate);
    body["policy"] = own.policy.clone();
    body["policy"]["id"] = json!(vault.url(&format!("{}/policy", path(&own.name))));
    body
}
