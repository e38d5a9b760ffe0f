//! Federated identity credentials of an application.
//!
//! They live in the application's body, where the World's authority looks for them.

use super::applications::{APPLICATION, list_of, owned};
use super::objects::body_of;
use super::schema::{self, Property, guid, short, texts};
use super::{Call, Refusal, Reply, odata};
use rhc_core::fake::{Read, State};
use serde_json::{Map, Value, json};
use uuid::Uuid;

/// Where the World's authority looks for them.
const PLACE: &str = "federatedIdentityCredentials";
const RESOURCE: &str = "FederatedIdentityCredential";
/// As many as an application can have.
const LIMIT: usize = 20;

/// The properties of a federated identity credential.
pub(super) const PROPERTIES: &[Property] = &[
    guid("id").read_only(),
    short("name", 120).not_null(),
    short("issuer", 600).not_null(),
    short("subject", 600).not_null(),
    short("description", 600),
    texts("audiences"),
];

pub(super) fn list(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let id = APPLICATION.target(state, call)?;
    let all = seen(state, call, id);
    odata::listed(
        call,
        &set(id),
        "federatedIdentityCredential",
        PROPERTIES,
        all,
    )
    .map(Reply::ok)
}

pub(super) fn get(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let id = APPLICATION.target(state, call)?;
    let all = seen(state, call, id);
    let found = position(&all, call)?.and_then(|at| all.get(at));
    let found = found.ok_or_else(|| missing(call))?;
    single(call, id, found).map(Reply::ok)
}

pub(super) fn create(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let application = APPLICATION.target(state, call)?;
    owned(state, call, application)?;
    let body = call.body()?.clone();
    if !body.contains_key("name") {
        return Err(Refusal::required("name", RESOURCE));
    }
    add(state, call, application, body)
}

/// `PATCH …/federatedIdentityCredentials/{name or id}`: an update, or an upsert by name.
pub(super) fn update(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let application = APPLICATION.target(state, call)?;
    owned(state, call, application)?;
    let mut all = stored(state, call, application);
    let body = call.body()?;
    let Some(at) = position(&all, call)? else {
        let key = call.key(1)?;
        if !call.creates_if_missing() || key.property.is_none() {
            return Err(missing(call));
        }
        let mut body = body.clone();
        body.insert("name".into(), json!(key.value));
        return add(state, call, application, body);
    };
    schema::check(body, PROPERTIES, RESOURCE, false)?;
    let mut changed = all.remove(at);
    if body
        .get("name")
        .is_some_and(|name| Some(name) != changed.get("name"))
    {
        return Err(Refusal::read_only("name", RESOURCE));
    }
    schema::merge(&mut changed, body);
    rules(&all, &changed)?;
    all.insert(at, changed);
    store(state, call, application, all)?;
    Ok(Reply::no_content())
}

pub(super) fn delete(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let application = APPLICATION.target(state, call)?;
    owned(state, call, application)?;
    let mut all = stored(state, call, application);
    let at = position(&all, call)?.ok_or_else(|| missing(call))?;
    all.remove(at);
    store(state, call, application, all)?;
    Ok(Reply::no_content())
}

fn add(
    state: &mut State,
    call: &Call,
    application: Uuid,
    body: Map<String, Value>,
) -> Result<Reply, Refusal> {
    schema::check(&body, PROPERTIES, RESOURCE, true)?;
    let mut all = stored(state, call, application);
    rules(&all, &body)?;
    if all.iter().any(|own| own.get("name") == body.get("name")) {
        return Err(Refusal::new(
            409,
            "Request_MultipleObjectsWithSameKeyValue",
            format!(
                "FederatedIdentityCredential with name {} already exists.",
                body.get("name").and_then(Value::as_str).unwrap_or_default()
            ),
        )
        .detailed("ObjectConflict", "name"));
    }
    if all.len() >= LIMIT {
        return Err(Refusal::bad_request(format!(
            "Maximum number of federated identity credentials ({LIMIT}) per application is reached."
        )));
    }
    let mut made = Map::new();
    made.insert("id".into(), json!(state.uuid()));
    schema::merge(&mut made, &body);
    all.push(made.clone());
    store(state, call, application, all)?;
    single(call, application, &made).map(Reply::created)
}

/// A wrong issuer or subject is accepted: it shows when a token is asked for.
fn rules(others: &[Map<String, Value>], body: &Map<String, Value>) -> Result<(), Refusal> {
    for name in ["issuer", "subject", "audiences"] {
        if body.get(name).is_none() {
            return Err(Refusal::required(name, RESOURCE));
        }
    }
    let name = body.get("name").and_then(Value::as_str).unwrap_or_default();
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let begins = name.starts_with(|c: char| c.is_ascii_alphanumeric());
    if name.len() < 3 || !begins || !name.chars().all(plain) {
        return Err(Refusal::invalid("name", RESOURCE));
    }
    if list_of(body.get("audiences")).count() != 1 {
        return Err(Refusal::bad_request(
            "Federated Identity Credential must have exactly one audience.",
        ));
    }
    let same = |own: &Map<String, Value>, property| own.get(property) == body.get(property);
    if others
        .iter()
        .any(|own| same(own, "issuer") && same(own, "subject"))
    {
        return Err(Refusal::bad_request(
            "Issuer and subject combination already exists for this Managed Identity or Application.",
        ));
    }
    Ok(())
}

fn parse(body: &Map<String, Value>) -> Vec<Map<String, Value>> {
    list_of(body.get(PLACE))
        .filter_map(|item| item.as_object().cloned())
        .collect()
}

/// As a reader sees them.
fn seen(state: &State, call: &Call, application: Uuid) -> Vec<Map<String, Value>> {
    let view = state
        .directory_ref()
        .object(call.tenant(), application, Read::Point);
    view.map(|view| parse(view.body)).unwrap_or_default()
}

/// As the service itself knows them.
fn stored(state: &State, call: &Call, application: Uuid) -> Vec<Map<String, Value>> {
    parse(&body_of(state, call.tenant(), application))
}

fn store(
    state: &mut State,
    call: &Call,
    application: Uuid,
    all: Vec<Map<String, Value>>,
) -> Result<(), Refusal> {
    let all: Vec<Value> = all.into_iter().map(Value::Object).collect();
    state
        .directory()
        .update(call.tenant(), application, |body| {
            body.insert(PLACE.to_owned(), all.into());
        })
        .map_err(|_| Refusal::not_found(&application.to_string()))
}

fn position(all: &[Map<String, Value>], call: &Call) -> Result<Option<usize>, Refusal> {
    let key = call.key(1)?;
    if key
        .property
        .as_deref()
        .is_some_and(|property| property != "name")
    {
        return Err(Refusal::new(
            400,
            "BadRequest",
            "A federated identity credential is addressed by id or name.",
        ));
    }
    let is = |own: &Map<String, Value>, property: &str| {
        own.get(property).and_then(Value::as_str) == Some(key.value.as_str())
    };
    Ok(all
        .iter()
        .position(|own| is(own, "name") || (key.property.is_none() && is(own, "id"))))
}

fn missing(call: &Call) -> Refusal {
    Refusal::not_found(call.keys.get(1).map_or("", |key| &key.value))
}

fn set(application: Uuid) -> String {
    format!("applications('{application}')/federatedIdentityCredentials")
}

fn single(call: &Call, application: Uuid, body: &Map<String, Value>) -> Result<Value, Refusal> {
    odata::single(
        call,
        &set(application),
        "federatedIdentityCredential",
        PROPERTIES,
        body,
    )
}
