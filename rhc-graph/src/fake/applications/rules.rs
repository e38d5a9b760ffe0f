//! What a table cannot say about an application registration.

use super::list_of;
use crate::fake::{Call, Refusal};
use rhc_core::fake::{ObjectKind, Read, State};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use uuid::Uuid;

/// What the service fills in itself.
pub(super) fn settle(application: &mut Map<String, Value>) {
    let personal = application
        .get("signInAudience")
        .and_then(Value::as_str)
        .is_some_and(|audience| audience.to_ascii_lowercase().contains("personal"));
    if personal
        && application
            .get("api")
            .and_then(|api| api.get("requestedAccessTokenVersion"))
            .is_none()
    {
        let api = application.entry("api").or_insert_with(|| json!({}));
        api["requestedAccessTokenVersion"] = json!(2);
    }
}

/// Audience, identifiers, redirects, and the ids of roles and permissions.
pub(super) fn check(
    state: &State,
    call: &Call,
    application: &Map<String, Value>,
    id: Option<Uuid>,
) -> Result<(), Refusal> {
    let api = |name: &str| application.get("api").and_then(|api| api.get(name));
    let audience = application
        .get("signInAudience")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let version = api("requestedAccessTokenVersion");
    if audience.to_ascii_lowercase().contains("personal") && version != Some(&json!(2)) {
        return Err(
            Refusal::bad_request("Property api.requestedAccessTokenVersion is invalid.")
                .detailed("InvalidValue", "api.requestedAccessTokenVersion"),
        );
    }
    identifiers(state, call, application, id)?;
    redirects(application)?;
    let mut seen = BTreeSet::new();
    let entitlements =
        list_of(application.get("appRoles")).chain(list_of(api("oauth2PermissionScopes")));
    for entitlement in entitlements {
        let text = |name: &str| {
            entitlement
                .get(name)
                .and_then(Value::as_str)
                .unwrap_or_default()
        };
        if text("id").is_empty() {
            return Err(Refusal::required("id", "Entitlement"));
        }
        if !seen.insert(text("id").to_lowercase()) {
            return Err(
                Refusal::bad_request("Request contains a property with duplicate values.")
                    .detailed("DuplicateValue", "appRoles"),
            );
        }
        if entitlement
            .get("allowedMemberTypes")
            .is_some_and(|types| types == &json!([]))
        {
            return Err(Refusal::required("allowedMemberTypes", "AppRole"));
        }
    }
    Ok(())
}

/// Identifier URIs belong to the application, its tenant or a verified domain, and to one application only.
fn identifiers(
    state: &State,
    call: &Call,
    application: &Map<String, Value>,
    id: Option<Uuid>,
) -> Result<(), Refusal> {
    let tenant = call.tenant();
    let domains = state
        .directory_ref()
        .tenant_by_id(tenant)
        .map(|tenant| tenant.domains.clone())
        .unwrap_or_default();
    let app_id = application
        .get("appId")
        .and_then(Value::as_str)
        .unwrap_or_default();
    for uri in list_of(application.get("identifierUris")).filter_map(Value::as_str) {
        let host = uri
            .strip_prefix("api://")
            .or_else(|| uri.strip_prefix("https://"))
            .unwrap_or_default()
            .split('/')
            .next()
            .unwrap_or_default();
        let ours = host == app_id
            || host == tenant.to_string()
            || domains.iter().any(|domain| {
                host.eq_ignore_ascii_case(domain)
                    || host
                        .to_lowercase()
                        .ends_with(&format!(".{}", domain.to_lowercase()))
            });
        if !ours {
            return Err(Refusal::bad_request(format!(
                "Values of identifierUris property must use a verified domain of the organization or its subdomain: '{uri}'"
            ))
            .detailed("HostNameNotOnVerifiedDomain", "identifierUris"));
        }
        let others =
            state
                .directory_ref()
                .objects(tenant, ObjectKind::Application, Read::Authoritative);
        let taken = others.iter().any(|other| {
            Some(other.id) != id
                && list_of(other.body.get("identifierUris")).any(|own| own.as_str() == Some(uri))
        });
        if taken {
            return Err(Refusal::taken("identifierUris"));
        }
    }
    Ok(())
}

/// Redirect URIs are absolute, without wildcard or fragment, secure unless on this machine, and on one platform only.
fn redirects(application: &Map<String, Value>) -> Result<(), Refusal> {
    let mut seen = BTreeSet::new();
    for platform in ["web", "spa", "publicClient"] {
        let uris = application
            .get(platform)
            .and_then(|platform| platform.get("redirectUris"));
        for uri in list_of(uris).filter_map(Value::as_str) {
            let local = ["http://localhost", "http://127.0.0.1"]
                .iter()
                .filter_map(|start| uri.strip_prefix(start))
                .any(|rest| rest.is_empty() || rest.starts_with([':', '/']));
            let scheme = uri.split_once(':').map(|(scheme, _)| scheme);
            let fits = match platform {
                "publicClient" => scheme.is_some() && scheme != Some("http") || local,
                _ => scheme == Some("https") || local,
            };
            if !fits || uri.contains(['*', '#', ' ']) || uri.len() > 256 {
                return Err(Refusal::bad_request(format!(
                    "The redirect URI '{uri}' of {platform} is not valid."
                ))
                .detailed("InvalidValue", "redirectUris"));
            }
            if !seen.insert(uri) {
                return Err(
                    Refusal::bad_request("Redirect URIs must have distinct values.")
                        .detailed("DuplicateValue", "redirectUris"),
                );
            }
        }
    }
    Ok(())
}

/// A role or permission is disabled before it is removed.
pub(super) fn entitlements(
    before: &Map<String, Value>,
    after: &Map<String, Value>,
) -> Result<(), Refusal> {
    let all = |application: &Map<String, Value>| -> Vec<Value> {
        let scopes = application
            .get("api")
            .and_then(|api| api.get("oauth2PermissionScopes"));
        list_of(application.get("appRoles"))
            .chain(list_of(scopes))
            .cloned()
            .collect()
    };
    let kept = all(after);
    let removed = all(before).into_iter().any(|old| {
        old.get("isEnabled") == Some(&json!(true))
            && !kept.iter().any(|new| new.get("id") == old.get("id"))
    });
    if removed {
        return Err(Refusal::bad_request(
            "Property value cannot be deleted unless it is disabled first.",
        )
        .detailed("CannotDeleteOrUpdateEnabledEntitlement", "appRoles"));
    }
    Ok(())
}
