//! Accepting a subscription that was made for this tenant in another one.

use std::sync::Arc;
use std::time::Duration;

use rhc_core::fake::{State, World};
use serde_json::{Value, json};
use uuid::Uuid;

use super::super::error::ServiceError;
use super::super::json;
use super::super::roles::{OWNER, ROLE_ASSIGNMENTS, forbidden};
use super::super::route::{Reply, Route, RouteContext};
use super::super::seed::assign_role;
use super::super::state::{Arm, Destination, arm};
use super::alias::route;

/// The kind of event at which a subscription has changed hands.
const ACCEPTED: &str = "arm.acceptOwnership";
/// Unverified: how long that takes.
const ACCEPTANCE: Duration = Duration::from_secs(20);

pub(super) const ROUTES: &[Route] = &[
    route(
        "POST",
        "/providers/Microsoft.Subscription/subscriptions/{id}/acceptOwnership",
        "",
        accept,
    ),
    route(
        "GET",
        "/providers/Microsoft.Subscription/subscriptions/{id}/acceptOwnershipStatus",
        "",
        accept_status,
    ),
    route(
        "GET",
        "/providers/Microsoft.Subscription/subscriptionOperations/{id}",
        "",
        |state, context| {
            let id: Uuid = context.param("id").parse().unwrap_or_default();
            let pending = offered(state, id)
                .is_some_and(|(_, own)| own.accept_ownership_state != "Completed");
            if pending {
                return Ok(Reply::empty(202)
                    .header("location", &operation_link(id))
                    .retry_after(Duration::from_secs(8)));
            }
            Ok(Reply::new(200, json!({ "subscriptionId": id })))
        },
    ),
];

pub(super) fn on_events(world: &World) {
    world.on_event(
        ACCEPTED,
        Arc::new(|state, data| {
            if let Some(id) = data["subscription"].as_str().and_then(|id| id.parse().ok()) {
                hand_over(state, id, data);
            }
        }),
    );
}

/// The alias whose subscription is offered to another tenant: its key and for whom it is.
fn offered(state: &State, id: Uuid) -> Option<(String, Destination)> {
    let wanted = id.to_string();
    state
        .read::<Arm>()?
        .aliases
        .iter()
        .find(|(_, own)| json::text(&own.body, "properties.subscriptionId") == Some(&wanted))
        .and_then(|(key, own)| Some((key.clone(), own.destination.clone()?)))
}

fn operation_link(id: Uuid) -> String {
    format!(
        "https://management.azure.com/providers/Microsoft.Subscription/subscriptionOperations/{id}?api-version=2021-10-01"
    )
}

/// The offer, if it is for the caller.
fn offer(
    state: &State,
    context: &RouteContext<'_>,
    id: Uuid,
) -> Result<(String, Destination), ServiceError> {
    let (key, destination) = offered(state, id).ok_or_else(|| {
        ServiceError::not_found(
            "SubscriptionNotFound",
            format!("The subscription '{id}' could not be found."),
        )
    })?;
    let caller = context.caller;
    if (caller.tenant, caller.object_id) != (destination.tenant_id, destination.owner_id) {
        return Err(forbidden(
            caller,
            &format!("/providers/Microsoft.Subscription/subscriptions/{id}"),
            "Microsoft.Subscription/acceptOwnership/action",
        ));
    }
    Ok((key, destination))
}

fn accept(state: &mut State, context: &RouteContext<'_>) -> Result<Reply, ServiceError> {
    let id: Uuid = context.param("id").parse().unwrap_or_default();
    let (_, destination) = offer(state, context, id)?;
    let name = context.need("properties.displayName")?.to_owned();
    if !arm(state).subscriptions.contains_key(&id) {
        return Err(ServiceError::conflict(
            "SubscriptionNotReady",
            format!("The subscription '{id}' is still being made."),
        ));
    }
    let again = destination.accept_ownership_state == "Completed";
    if !again {
        state.schedule(
            ACCEPTANCE,
            ACCEPTED,
            json!({
                "subscription": id,
                "displayName": name,
                "tags": json::at(context.sent, "properties.tags"),
            }),
        );
    }
    Ok(Reply::empty(202)
        .header("location", &operation_link(id))
        .retry_after(Duration::from_secs(8)))
}

fn accept_status(state: &mut State, context: &RouteContext<'_>) -> Result<Reply, ServiceError> {
    let id: Uuid = context.param("id").parse().unwrap_or_default();
    let (key, destination) = offer(state, context, id)?;
    let alias = arm(state).aliases.get(&key).cloned();
    let name =
        alias.and_then(|own| json::text(&own.body, "properties.displayName").map(str::to_owned));
    let state = destination.accept_ownership_state;
    let provisioning = if state == "Completed" {
        "Succeeded"
    } else {
        "Accepted"
    };
    Ok(Reply::new(
        200,
        json!({
            "subscriptionId": id,
            "acceptOwnershipState": state,
            "provisioningState": provisioning,
            "billingOwner": null,
            "subscriptionTenantId": destination.tenant_id,
            "displayName": name,
            "tags": {},
        }),
    ))
}

/// The subscription trusts the other tenant from now on; what roles it had are gone.
fn hand_over(state: &mut State, id: Uuid, data: &Value) {
    let Some((key, destination)) = offered(state, id) else {
        return;
    };
    let scope = format!("/subscriptions/{id}");
    let own = arm(state);
    if let Some(alias) = own.aliases.get_mut(&key) {
        json::put(
            &mut alias.body,
            "properties.acceptOwnershipState",
            json!("Completed"),
        );
        if let Some(destination) = &mut alias.destination {
            "Completed".clone_into(&mut destination.accept_ownership_state);
        }
    }
    if let Some(subscription) = own.subscriptions.get_mut(&id) {
        subscription.tenant_id = destination.tenant_id;
        if let Some(name) = data["displayName"].as_str() {
            name.clone_into(&mut subscription.display_name);
        }
    }
    let assignments = ROLE_ASSIGNMENTS.to_ascii_lowercase();
    own.resources
        .retain(|key, _| !(key.starts_with(&scope) && key.contains(&assignments)));
    assign_role(state, &scope, destination.owner_id, OWNER);
}
