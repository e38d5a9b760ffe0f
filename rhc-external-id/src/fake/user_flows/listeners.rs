//! Event listeners: each part of a user flow is one, and a tenant has only so many.
//!
//! Source: the pages of `authenticationEventListener` and of the service limits. Unverified: that each part of a user flow is one,
//! the words of the refusal, and that the list has them all. Not simulated: making and changing extensions.

use rhc_core::fake::State;
use rhc_graph::fake::{Call, ORIGIN, Refusal, Reply};
use serde_json::{Value, json};
use uuid::Uuid;

use super::operations::own;
use super::state::{Flow, TenantFlows};

/// Source: service limits.
const MOST: usize = 249;

/// The events that a user flow listens to.
fn events(flow: &Flow) -> Vec<&'static str> {
    let mut events = vec![
        "onInteractiveAuthFlowStart",
        "onAuthenticationMethodLoadStart",
    ];
    if flow.attribute_collection.is_some() {
        events.push("onAttributeCollection");
    }
    if flow.user_type_to_create.is_some() {
        events.push("onUserCreateStart");
    }
    events
}

fn all(own: &TenantFlows) -> Vec<Value> {
    let of_flows = own.user_flows.iter().flat_map(|(id, flow)| {
        events(flow).into_iter().map(move |event| {
            json!({
                "@odata.type": format!("#microsoft.graph.{event}Listener"),
                "id": Uuid::new_v5(id, event.as_bytes()),
                "authenticationEventsFlowId": id,
            })
        })
    });
    let others = own.event_listeners.iter().map(
        |(id, kind)| json!({ "@odata.type": kind, "id": id, "authenticationEventsFlowId": null }),
    );
    of_flows.chain(others).collect()
}

pub(super) fn list(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let query = &call.query;
    if query.filter.is_some() || query.expand.is_some() || query.order.is_some() {
        return Err(Refusal::new(
            400,
            "BadRequest",
            "The query options $filter, $expand and $orderby are not supported here.",
        ));
    }
    let all = all(own(state, call));
    let context = format!("{ORIGIN}/$metadata#identity/authenticationEventListeners");
    Ok(Reply::ok(json!({"@odata.context": context, "value": all})))
}

/// 400 where a new user flow would be one too many.
pub(super) fn has_room(own: &TenantFlows, flow: &Flow) -> Result<(), Refusal> {
    if all(own).len() + events(flow).len() <= MOST {
        return Ok(());
    }
    Err(Refusal::new(
        400,
        "BadRequest",
        format!("The tenant has reached the limit of {MOST} event listener policies."),
    ))
}
