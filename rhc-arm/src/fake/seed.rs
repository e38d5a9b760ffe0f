//! What is there before the story begins: subscriptions, roles and resources without a request.

use rhc_core::fake::{ObjectKind, Read, State, respond};
use serde_json::{Value, json};
use uuid::Uuid;

use super::path::ResourcePath;
use super::roles::{ROLE_ASSIGNMENTS, ROLE_DEFINITIONS};
use super::state::{Registration, Stored, Subscription, arm};

/// Adds a subscription of a tenant with an Owner and with these resource providers registered.
pub fn create_subscription(
    state: &mut State,
    id: Uuid,
    display_name: &str,
    tenant: Uuid,
    owner: Uuid,
    providers: &[&str],
) {
    let mut subscription = Subscription::new(display_name, tenant);
    for namespace in providers {
        subscription
            .providers
            .insert((*namespace).to_owned(), Registration::Registered);
    }
    arm(state).subscriptions.insert(id, subscription);
    let scope = format!("/subscriptions/{id}");
    assign_role(state, &scope, owner, super::roles::OWNER);
}

/// Gives a principal a role over a scope; nothing changes if he has it there.
pub fn assign_role(state: &mut State, scope: &str, principal: Uuid, role: Uuid) {
    let name = state.derived_uuid(&[
        &scope.to_ascii_lowercase(),
        &principal.to_string(),
        &role.to_string(),
    ]);
    let id = format!("{scope}/providers/{ROLE_ASSIGNMENTS}/{name}");
    let subscription = super::path::subscription_of(scope)
        .map(|id| format!("/subscriptions/{id}"))
        .unwrap_or_default();
    let now = state.now();
    let tenants: Vec<_> = state.directory_ref().tenants().map(|own| own.id).collect();
    let kind = tenants.iter().find_map(|tenant| {
        let found = state
            .directory_ref()
            .object(*tenant, principal, Read::Authoritative)?;
        Some(found.object.kind)
    });
    let kind = match kind {
        Some(ObjectKind::ServicePrincipal) => "ServicePrincipal",
        Some(ObjectKind::Group) => "Group",
        _ => "User",
    };
    let body = json!({
        "id": id,
        "name": name,
        "type": ROLE_ASSIGNMENTS,
        "properties": {
            "roleDefinitionId": format!("{subscription}/providers/{ROLE_DEFINITIONS}/{role}"),
            "principalId": principal,
            "principalType": kind,
            "scope": scope,
            "condition": null,
            "conditionVersion": null,
            "createdOn": respond::timestamp(now),
            "updatedOn": respond::timestamp(now),
            "createdBy": null,
            "updatedBy": null,
            "delegatedManagedIdentityResourceId": null,
            "description": null,
        },
    });
    let taken = arm(state).resources.contains_key(&super::path::key(&id));
    if !taken {
        arm(state).insert(Stored::new(body, now));
    }
}

/// Puts a resource into the state as it is, unchecked; `body` needs an `id`, the rest of its envelope is filled in.
pub fn put_resource(state: &mut State, mut body: Value) {
    let Some(path) = body["id"].as_str().and_then(ResourcePath::parse) else {
        return;
    };
    let envelope = json!({ "name": path.name(), "type": path.resource_type(), "properties": {} });
    super::json::fill(&mut body, &envelope);
    let now = state.now();
    arm(state).insert(Stored::new(body, now));
}
