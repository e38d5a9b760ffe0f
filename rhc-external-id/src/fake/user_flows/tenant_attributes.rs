//! The attributes of users that the tenant's user flows can ask for.
//!
//! Source: the pages of `identityUserFlowAttribute`. Unverified: that names are unique, that one in use cannot be deleted, and the
//! words of the refusals.

use rhc_core::fake::{ObjectKind, Read, State};
use rhc_graph::fake::schema::{self, Property, one_of, short, text};
use rhc_graph::fake::{Call, Refusal, Reply, listed, single};
use serde_json::{Map, Value, json};

use super::operations::own;
use crate::fake::EXTENSIONS_APP;

const SET: &str = "identity/userFlowAttributes";
const TYPE: &str = "identityUserFlowAttribute";

pub(in super::super) const PROPERTIES: &[Property] = &[
    text("id").read_only(),
    short("displayName", 256).create_only(),
    text("description"),
    one_of("userFlowAttributeType", &["builtIn", "custom", "required"])
        .read_only()
        .not_null(),
    one_of(
        "dataType",
        &["string", "boolean", "int64", "stringCollection", "dateTime"],
    )
    .create_only()
    .not_null(),
];

fn bad(message: impl Into<String>) -> Refusal {
    Refusal::new(400, "BadRequest", message)
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

pub(super) fn list(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let all = own(state, call).all_attributes();
    let all = all.into_iter().map(object).collect();
    listed(call, SET, TYPE, PROPERTIES, all).map(Reply::ok)
}

fn target(state: &mut State, call: &Call) -> Result<Map<String, Value>, Refusal> {
    let id = &call.key(0)?.value;
    let found = own(state, call).attribute(id);
    found.map(object).ok_or_else(|| Refusal::not_found(id))
}

pub(super) fn get(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let found = target(state, call)?;
    single(call, SET, TYPE, PROPERTIES, &found).map(Reply::ok)
}

pub(super) fn create(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let body = call.body()?;
    schema::check(body, PROPERTIES, TYPE, true)?;
    let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default();
    for name in ["displayName", "dataType"] {
        if text(name).is_empty() {
            return Err(Refusal::required(name, TYPE));
        }
    }
    let data = text("dataType");
    if !["string", "boolean", "int64"]
        .iter()
        .any(|own| own.eq_ignore_ascii_case(data))
    {
        return Err(bad(format!(
            "The data type '{data}' is not supported for a custom attribute."
        )));
    }
    let name = text("displayName");
    let all = own(state, call).all_attributes();
    let same = |own: &Value| {
        own["displayName"]
            .as_str()
            .is_some_and(|own| own.eq_ignore_ascii_case(name))
    };
    if all.iter().any(same) {
        return Err(bad(format!(
            "An attribute with the display name '{name}' already exists."
        )));
    }
    let letters: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    if letters.is_empty() {
        return Err(Refusal::invalid("displayName", TYPE));
    }
    let id = format!("extension_{}_{letters}", extensions_app(state, call));
    let mut kept = Map::new();
    schema::merge(&mut kept, body);
    let own = own(state, call);
    own.attributes.insert(id.clone(), kept);
    let made = own.attribute(&id).map(object);
    let made = made.ok_or_else(|| Refusal::not_found(&id))?;
    let answer = single(call, SET, TYPE, PROPERTIES, &made)?;
    Ok(Reply::created(answer).at(format!("/{SET}('{id}')")))
}

/// The application whose extensions one's own attributes are: each external tenant has one.
fn extensions_app(state: &State, call: &Call) -> String {
    let tenant = call.tenant();
    let apps = state
        .directory_ref()
        .objects(tenant, ObjectKind::Application, Read::Authoritative);
    let of = apps.iter().find(|app| {
        let name = app.body.get("displayName").and_then(Value::as_str);
        name.is_some_and(|name| name.starts_with(EXTENSIONS_APP))
    });
    let id = of.and_then(|app| app.body.get("appId")?.as_str());
    let id = id.map(str::to_owned);
    id.unwrap_or_else(|| {
        state
            .derived_uuid(&["extensions", &tenant.to_string()])
            .to_string()
    })
    .replace('-', "")
}

/// The one of the path, which somebody made.
fn custom(state: &mut State, call: &Call) -> Result<String, Refusal> {
    let found = target(state, call)?;
    if found.get("userFlowAttributeType") != Some(&json!("custom")) {
        return Err(bad("A built-in attribute cannot be changed."));
    }
    Ok(call.key(0)?.value.clone())
}

pub(super) fn update(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let id = custom(state, call)?;
    let body = call.body()?;
    schema::check(body, PROPERTIES, TYPE, false)?;
    if let Some(own) = own(state, call).attributes.get_mut(&id) {
        schema::merge(own, body);
    }
    Ok(Reply::no_content())
}

pub(super) fn delete(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let id = custom(state, call)?;
    let own = own(state, call);
    let mut flows = own.user_flows.values();
    let user = flows.find(|flow| {
        let collection = flow.attribute_collection.as_ref();
        collection.is_some_and(|collection| collection.attributes.contains(&id))
    });
    if let Some(flow) = user {
        return Err(bad(format!(
            "The attribute '{id}' is used by the user flow '{}'.",
            flow.display_name
        )));
    }
    own.attributes.remove(&id);
    Ok(Reply::no_content())
}
