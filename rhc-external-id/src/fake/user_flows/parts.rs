//! What a user flow is made of: applications, identity providers, attributes.

use rhc_core::fake::State;
use rhc_graph::fake::{Call, ORIGIN, Refusal, Reply};
use serde_json::{Value, json};
use uuid::Uuid;

use super::body::{no_collection, unknown_attribute};
use super::operations::{application_is_free, own, put, target};

fn page(kind: &str, all: Vec<Value>) -> Reply {
    let context = format!("{ORIGIN}/$metadata#Collection(microsoft.graph.{kind})");
    Reply::ok(json!({"@odata.context": context, "value": all}))
}

fn bad(message: String) -> Refusal {
    Refusal::new(400, "BadRequest", message)
}

pub(super) fn applications(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let (_, flow) = target(state, call)?;
    let all = flow.include_applications.iter();
    let all = all.map(|id| json!({ "appId": id })).collect();
    Ok(page("authenticationConditionApplication", all))
}

pub(super) fn attach(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let (id, mut flow) = target(state, call)?;
    let body = call.body()?;
    let kind = "authenticationConditionApplication";
    if let Some(unknown) = body
        .keys()
        .find(|name| *name != "appId" && *name != "@odata.type")
    {
        return Err(Refusal::unknown_property(unknown, kind));
    }
    let application = body.get("appId").and_then(Value::as_str);
    let application: Uuid = application
        .ok_or_else(|| Refusal::required("appId", kind))?
        .parse()
        .map_err(|_| Refusal::invalid("appId", kind))?;
    application_is_free(state, call, application)?;
    flow.include_applications.push(application);
    put(state, call, id, flow);
    Ok(Reply::created(json!({ "appId": application })))
}

pub(super) fn detach(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let (id, mut flow) = target(state, call)?;
    let asked = call.key(1)?.value.clone();
    let before = flow.include_applications.len();
    flow.include_applications
        .retain(|own| own.to_string() != asked);
    if flow.include_applications.len() == before {
        return Err(Refusal::not_found(&asked));
    }
    put(state, call, id, flow);
    Ok(Reply::no_content())
}

/// The last segment of a reference to one of the tenant's own.
fn referenced(call: &Call, collection: &str) -> Result<String, Refusal> {
    let link = call.body()?.get("@odata.id").and_then(Value::as_str);
    let link = link.unwrap_or_default();
    let own = link.strip_prefix(ORIGIN).and_then(|rest| {
        rest.strip_prefix("/identity/")
            .or_else(|| rest.strip_prefix('/'))
    });
    let id = own
        .and_then(|rest| rest.strip_prefix(collection))
        .and_then(|rest| rest.strip_prefix('/'));
    id.filter(|id| !id.is_empty() && !id.contains('/'))
        .map(str::to_owned)
        .ok_or_else(|| {
            Refusal::bad_request(format!(
                "Invalid URL format specified in payload: '{link}'."
            ))
        })
}

pub(super) fn providers(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let (_, flow) = target(state, call)?;
    let own = own(state, call);
    let all = flow.identity_providers.iter();
    let all = all.filter_map(|id| own.provider(id)).collect();
    Ok(page("identityProviderBase", all))
}

pub(super) fn add_provider(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let (id, mut flow) = target(state, call)?;
    let provider = referenced(call, "identityProviders")?;
    if own(state, call).provider(&provider).is_none() {
        return Err(bad(format!(
            "The identity provider '{provider}' is not configured in the tenant."
        )));
    }
    if flow.identity_providers.contains(&provider) {
        return Err(bad(format!(
            "The identity provider '{provider}' is already in the user flow."
        )));
    }
    flow.identity_providers.push(provider);
    put(state, call, id, flow);
    Ok(Reply::no_content())
}

pub(super) fn remove_provider(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let (id, mut flow) = target(state, call)?;
    let asked = call.key(1)?.value.clone();
    if !flow.identity_providers.contains(&asked) {
        return Err(Refusal::not_found(&asked));
    }
    if flow.identity_providers.len() == 1 {
        return Err(bad(
            "The user flow must have at least one identity provider.".to_owned(),
        ));
    }
    flow.identity_providers.retain(|own| *own != asked);
    put(state, call, id, flow);
    Ok(Reply::no_content())
}

pub(super) fn attributes(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let (_, flow) = target(state, call)?;
    let own = own(state, call);
    let collected = flow.attribute_collection.iter();
    let all = collected
        .flat_map(|collection| &collection.attributes)
        .filter_map(|id| own.attribute(id))
        .collect();
    Ok(page("identityUserFlowAttribute", all))
}

pub(super) fn add_attribute(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let (id, mut flow) = target(state, call)?;
    let attribute = referenced(call, "userFlowAttributes")?;
    if own(state, call).attribute(&attribute).is_none() {
        return Err(unknown_attribute(&attribute));
    }
    let collection = flow
        .attribute_collection
        .as_mut()
        .ok_or_else(no_collection)?;
    if collection.attributes.contains(&attribute) {
        return Err(bad(format!(
            "The attribute '{attribute}' is already in the user flow."
        )));
    }
    collection.attributes.push(attribute);
    put(state, call, id, flow);
    Ok(Reply::no_content())
}

pub(super) fn remove_attribute(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let (id, mut flow) = target(state, call)?;
    let asked = call.key(1)?.value.clone();
    let collection = flow
        .attribute_collection
        .as_mut()
        .ok_or_else(no_collection)?;
    if !collection.attributes.contains(&asked) {
        return Err(Refusal::not_found(&asked));
    }
    collection.attributes.retain(|own| *own != asked);
    for view in &mut collection.views {
        if let Some(inputs) = view.get_mut("inputs").and_then(Value::as_array_mut) {
            inputs.retain(|input| input["attribute"] != asked.as_str());
        }
    }
    put(state, call, id, flow);
    Ok(Reply::no_content())
}
