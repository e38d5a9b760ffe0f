//! `identity`: what Resource Manager does for every type that can have one.

use rhc_core::fake::{ObjectKind, State};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::Call;
use super::links::{self, LinkedAction};
use crate::fake::error::ServiceError;
use crate::fake::path::ResourcePath;
use crate::fake::state::{Arm, Stored};

/// The type of user-assigned identities.
pub(crate) const USER_ASSIGNED: &str = "Microsoft.ManagedIdentity/userAssignedIdentities";
const ASSIGN: &str = "Microsoft.ManagedIdentity/userAssignedIdentities/assign/action";

/// Checks the identities that a body names.
pub(super) fn check(
    state: &State,
    call: &Call<'_>,
    path: &ResourcePath,
    sent: &Value,
) -> Result<(), ServiceError> {
    let Some(identity) = sent.get("identity").filter(|identity| !identity.is_null()) else {
        return Ok(());
    };
    let words = words(identity);
    let known = ["none", "systemassigned", "userassigned"];
    if words.is_empty() || words.iter().any(|word| !known.contains(&word.as_str())) {
        return Err(ServiceError::bad_request(
            "InvalidRequestContent",
            "The request content was invalid: 'identity.type' must be None, SystemAssigned, UserAssigned or both.",
        ));
    }
    let named = names(identity);
    if words.iter().any(|word| word == "userassigned") == named.is_empty() {
        return Err(ServiceError::bad_request(
            "InvalidIdentityValues",
            "Resource identity type and the list of user assigned identities do not agree.",
        ));
    }
    for takes in assigned(sent) {
        let id = &takes.resource_id;
        let exists = state.read::<Arm>().is_some_and(|arm| arm.get(id).is_some());
        if !exists {
            return Err(ServiceError::bad_request(
                "FailedIdentityOperation",
                format!(
                    "Identity operation for resource '{}' failed with error 'Failed to perform resource identity \
                     operation. Status: 'BadRequest'. Response: '{{\"error\":{{\"code\":\"BadRequest\",\
                     \"message\":\"Resource '{id}' was not found.\"}}}}''.",
                    path.id()
                ),
            ));
        }
        links::allowed(state, call, "write", path, &takes)?;
    }
    Ok(())
}

/// What it takes to give the identities that a body names.
pub(super) fn assigned(body: &Value) -> impl Iterator<Item = LinkedAction> {
    names(&body["identity"])
        .into_iter()
        .map(|resource_id| LinkedAction {
            resource_id,
            action: ASSIGN.to_owned(),
        })
}

fn words(identity: &Value) -> Vec<String> {
    identity["type"]
        .as_str()
        .unwrap_or_default()
        .split(',')
        .map(|word| word.trim().to_ascii_lowercase())
        .filter(|word| !word.is_empty())
        .collect()
}

fn names(identity: &Value) -> Vec<String> {
    identity["userAssignedIdentities"]
        .as_object()
        .map(|named| named.keys().cloned().collect())
        .unwrap_or_default()
}

/// Fills in what the identities are called in the directory; makes the system's one.
pub(super) fn fill(state: &mut State, tenant: Uuid, before: Option<&Stored>, stored: &mut Stored) {
    let Some(identity) = stored.body.get("identity").cloned() else {
        return;
    };
    if identity.is_null() {
        stored.unset("identity");
        return;
    }
    let words = words(&identity);
    let mut filled = json!({ "type": identity["type"] });
    if words.iter().any(|word| word == "systemassigned") {
        let known = before
            .and_then(|before| before.text("identity.principalId"))
            .and_then(|id| id.parse().ok());
        let principal = known.unwrap_or_else(|| {
            let (id, name) = (stored.id().to_owned(), stored.name().to_owned());
            service_principal(state, tenant, &id, &name, false).0
        });
        filled["principalId"] = json!(principal);
        filled["tenantId"] = json!(tenant);
    }
    let mut named = Map::new();
    for id in names(&identity) {
        let ids = state.read::<Arm>().and_then(|arm| arm.get(&id)).map(|own| {
            json!({
                "principalId": own.get("properties.principalId"),
                "clientId": own.get("properties.clientId"),
            })
        });
        named.insert(id, ids.unwrap_or_else(|| json!({})));
    }
    if !named.is_empty() {
        filled["userAssignedIdentities"] = Value::Object(named);
    }
    stored.set("identity", filled);
}

/// Makes the service principal behind an identity: its object id and client id.
pub(crate) fn service_principal(
    state: &mut State,
    tenant: Uuid,
    resource_id: &str,
    name: &str,
    explicit: bool,
) -> (Uuid, Uuid) {
    let (principal, client) = (state.uuid(), state.uuid());
    let explicit = if explicit { "True" } else { "False" };
    let body = json!({
        "appId": client,
        "displayName": name,
        "appDisplayName": null,
        "servicePrincipalType": "ManagedIdentity",
        "accountEnabled": true,
        "appOwnerOrganizationId": null,
        "appRoles": [],
        "servicePrincipalNames": [client],
        "alternativeNames": [format!("isExplicit={explicit}"), resource_id],
        "tags": [],
    });
    if let Value::Object(body) = body {
        // The subscription's tenant exists, and a fresh id is free: nothing to refuse.
        let _ = state
            .directory()
            .insert(tenant, ObjectKind::ServicePrincipal, principal, body);
    }
    (principal, client)
}
