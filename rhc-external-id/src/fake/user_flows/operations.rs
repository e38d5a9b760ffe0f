//! The user flows themselves.

use rhc_core::fake::{Read, State, TenantKind};
use rhc_graph::fake::{Call, ORIGIN, Refusal, Reply};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::body;
use super::listeners;
use super::state::{Flow, TenantFlows, UserFlowState};

const SET: &str = "identity/authenticationEventsFlows";

/// 400: a workforce tenant has no user flows for customers, and does not know them. Unverified: the words.
pub(super) fn external(state: &State, call: &Call) -> Result<(), Refusal> {
    let tenant = state.directory_ref().tenant_by_id(call.tenant());
    if tenant.is_some_and(|tenant| tenant.kind == TenantKind::ExternalId) {
        return Ok(());
    }
    Err(Refusal::new(
        400,
        "BadRequest",
        "User flows of this type are available in external tenants only.",
    ))
}

pub(super) fn own<'s>(state: &'s mut State, call: &Call) -> &'s mut TenantFlows {
    state.section::<UserFlowState>().of(call.tenant())
}

/// The user flow that the call's first key means.
pub(super) fn target(state: &mut State, call: &Call) -> Result<(Uuid, Flow), Refusal> {
    external(state, call)?;
    let value = call.key(0)?.value.clone();
    let id: Uuid = value.parse().map_err(|_| Refusal::not_found(&value))?;
    let flow = own(state, call).user_flows.get(&id).cloned();
    flow.map(|flow| (id, flow))
        .ok_or_else(|| Refusal::not_found(&value))
}

pub(super) fn put(state: &mut State, call: &Call, id: Uuid, flow: Flow) {
    own(state, call).user_flows.insert(id, flow);
}

fn whole(call: &Call, mut answer: Map<String, Value>) -> Value {
    let context = format!("{ORIGIN}/$metadata#{SET}/$entity");
    let mut body = Map::new();
    body.insert("@odata.context".into(), json!(context));
    body.append(&mut answer);
    let select = &call.query.select;
    if !select.is_empty() {
        body.retain(|name, _| {
            name.starts_with('@') || select.iter().any(|own| own.eq_ignore_ascii_case(name))
        });
    }
    Value::Object(body)
}

/// Filters reach into what a user flow is made of, which the fake does not understand: it refuses them.
fn plain(call: &Call) -> Result<(), Refusal> {
    let query = &call.query;
    let select = query.select.iter();
    let mut unknown = select.filter(|name| {
        rhc_graph::fake::schema::find(body::ANSWER, name).is_none() && !name.starts_with("on")
    });
    if query.filter.is_some() || query.expand.is_some() || query.order.is_some() {
        return Err(Refusal::new(
            400,
            "BadRequest",
            "The query options $filter, $expand and $orderby are not supported here.",
        ));
    }
    match unknown.next() {
        Some(name) => Err(Refusal::new(
            400,
            "BadRequest",
            format!(
                "Parsing OData Select and Expand failed: Could not find a property named '{name}' on type 'microsoft.graph.authenticationEventsFlow'."
            ),
        )),
        None => Ok(()),
    }
}

pub(super) fn list(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    external(state, call)?;
    plain(call)?;
    let own = own(state, call);
    let all: Vec<Value> = own
        .user_flows
        .iter()
        .map(|(id, flow)| Value::Object(body::answer(*id, flow, own, false)))
        .collect();
    let context = format!("{ORIGIN}/$metadata#{SET}");
    Ok(Reply::ok(json!({"@odata.context": context, "value": all})))
}

pub(super) fn get(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    plain(call)?;
    let (id, flow) = target(state, call)?;
    let answer = body::answer(id, &flow, own(state, call), false);
    Ok(Reply::ok(whole(call, answer)))
}

pub(super) fn create(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    external(state, call)?;
    let sent = call.body()?;
    body::check(sent, true)?;
    let flow = body::made(sent, own(state, call))?;
    name_is_free(own(state, call), &flow.display_name, None)?;
    listeners::has_room(own(state, call), &flow)?;
    for application in &flow.include_applications {
        application_is_free(state, call, *application)?;
    }
    let id = state.uuid();
    put(state, call, id, flow.clone());
    let answer = body::answer(id, &flow, own(state, call), true);
    Ok(Reply::created(whole(call, answer)))
}

pub(super) fn update(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let (id, mut flow) = target(state, call)?;
    let sent = call.body()?;
    body::check(sent, false)?;
    body::changed(sent, &mut flow)?;
    name_is_free(own(state, call), &flow.display_name, Some(id))?;
    put(state, call, id, flow);
    Ok(Reply::no_content())
}

pub(super) fn delete(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let (id, _) = target(state, call)?;
    own(state, call).user_flows.remove(&id);
    Ok(Reply::no_content())
}

fn name_is_free(own: &TenantFlows, name: &str, except: Option<Uuid>) -> Result<(), Refusal> {
    let taken = own
        .user_flows
        .iter()
        .any(|(id, flow)| Some(*id) != except && flow.display_name.eq_ignore_ascii_case(name));
    if taken {
        return Err(Refusal::new(
            400,
            "BadRequest",
            format!("A user flow with the display name '{name}' already exists."),
        ));
    }
    Ok(())
}

/// An application that can be attached: registered in the tenant, and in no user flow.
pub(super) fn application_is_free(
    state: &mut State,
    call: &Call,
    application: Uuid,
) -> Result<(), Refusal> {
    let tenant = call.tenant();
    let registered = state
        .directory_ref()
        .application(application, Read::Point)
        .is_some_and(|(home, _)| home == tenant);
    if !registered {
        return Err(Refusal::not_found(&application.to_string()));
    }
    let flows = own(state, call).user_flows.values();
    let mut holders = flows.filter(|flow| flow.include_applications.contains(&application));
    match holders.next() {
        Some(flow) => Err(Refusal::new(
            400,
            "BadRequest",
            format!(
                "The application '{application}' is already linked to the user flow '{}': an application can only be linked to one user flow.",
                flow.display_name
            ),
        )),
        None => Ok(()),
    }
}
