//! The methods by which users prove who they are.
//!
//! Source: the pages of `authentication` and of each method. `badRequest` and the words about a lifetime are as the service
//! answered them (microsoft-graph-docs, pull request 12187); unverified are the words of every other refusal, and the code of a
//! permission that is missing. Passkeys, apps and computers are registered by their owners and stand in the state
//! (`sections.graph`); nobody signs in with any of these methods here.

mod emails;
mod passes;
mod passwords;
mod phones;
mod tables;

pub(super) use emails::{create as create_email, update as update_email};
pub(super) use passes::create as create_pass;
pub(super) use passwords::{operation, reset as reset_password};
pub(super) use phones::{
    create as create_phone, delete as delete_phone, disable_sms, enable_sms, update as update_phone,
};
pub(super) use tables::tables;

use super::state::GraphState;
use super::users::{USER, guard_administrator};
use super::{Call, Refusal, Reply, call::ORIGIN, odata, schema};
use rhc_core::fake::State;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use tables::Collection;
use uuid::Uuid;

/// The id of everybody's password.
const PASSWORD: &str = "28c10230-6103-485e-b985-444c60001490";

/// What the state may hold: a method of a known type.
pub(super) fn is_known(method: &Map<String, Value>) -> bool {
    of(method).is_some()
}

fn bad(message: impl Into<String>) -> Refusal {
    Refusal::new(400, "badRequest", message)
}

/// The user of the path.
fn user(state: &State, call: &Call) -> Result<Uuid, Refusal> {
    USER.target(state, call)
}

/// The user of the path, about whom the caller may change something.
fn writable(state: &State, call: &Call) -> Result<Uuid, Refusal> {
    let user = user(state, call)?;
    guard_administrator(state, call, user)?;
    Ok(user)
}

/// The collection that the path names.
fn collection(call: &Call) -> Result<&'static Collection, Refusal> {
    let mut parts = call.path.split('/');
    let set = parts
        .find(|part| part.eq_ignore_ascii_case("authentication"))
        .and_then(|_| parts.next())
        .unwrap_or_default();
    let name = set.split('(').next().unwrap_or_default();
    tables::named(name).ok_or_else(|| Refusal::not_found(set))
}

fn of(method: &Map<String, Value>) -> Option<&'static Collection> {
    tables::of_type(method.get("@odata.type")?.as_str()?)
}

/// What a user has registered.
fn registered<'a>(
    state: &'a mut State,
    call: &Call,
    user: Uuid,
) -> &'a mut BTreeMap<String, Map<String, Value>> {
    let policies = state.section::<GraphState>().of(call.tenant());
    policies.authentication.entry(user).or_default()
}

/// All methods of a user as they are now: what depends on time and policies is filled in.
fn all(state: &mut State, call: &Call, user: Uuid) -> Vec<Map<String, Value>> {
    let mut methods = registered(state, call, user).clone();
    methods.entry(PASSWORD.to_owned()).or_insert_with(|| {
        let password =
            json!({"@odata.type": "#microsoft.graph.passwordAuthenticationMethod", "id": PASSWORD});
        password.as_object().cloned().unwrap_or_default()
    });
    let mut all: Vec<_> = methods.into_values().collect();
    for method in &mut all {
        match of(method).map(|own| own.set) {
            Some("phoneMethods") => phones::complete(state, call, user, method),
            Some("temporaryAccessPassMethods") => passes::complete(state, call, method),
            _ => {}
        }
    }
    all
}

/// The methods of the collection that the path names.
fn own(state: &mut State, call: &Call) -> Result<Vec<Map<String, Value>>, Refusal> {
    let (user, set) = (user(state, call)?, collection(call)?.set);
    let mut all = all(state, call, user);
    all.retain(|method| of(method).is_some_and(|own| own.set == set));
    Ok(all)
}

/// The one of them that the path names.
fn target(state: &mut State, call: &Call) -> Result<Map<String, Value>, Refusal> {
    let id = &call.key(1)?.value;
    own(state, call)?
        .into_iter()
        .find(|method| method.get("id") == Some(&json!(id)))
        .ok_or_else(|| Refusal::not_found(id))
}

fn set_of(call: &Call, set: &str) -> Result<String, Refusal> {
    let user = &call.key(0)?.value;
    Ok(format!("users('{user}')/authentication/{set}"))
}

/// The answer about one method.
fn answered(call: &Call, method: &Map<String, Value>) -> Result<Value, Refusal> {
    let own = of(method).ok_or_else(|| Refusal::not_found(""))?;
    let set = set_of(call, own.set)?;
    odata::single(call, &set, own.type_name, own.properties, method)
}

pub(super) fn list(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let (methods, own) = (own(state, call)?, collection(call)?);
    let set = set_of(call, own.set)?;
    odata::listed(call, &set, own.type_name, own.properties, methods).map(Reply::ok)
}

pub(super) fn get(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let method = target(state, call)?;
    answered(call, &method).map(Reply::ok)
}

pub(super) fn delete(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let user = writable(state, call)?;
    target(state, call)?;
    registered(state, call, user).remove(&call.key(1)?.value);
    Ok(Reply::no_content())
}

/// `GET /users/{key}/authentication/methods`: all of them, each with its type.
pub(super) fn list_all(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let user = user(state, call)?;
    let query = &call.query;
    if query.filter.is_some() || query.search.is_some() || query.order.is_some() {
        return Err(bad("This query option is not supported for methods."));
    }
    let methods = all(state, call, user)
        .iter()
        .map(|method| Value::Object(typed(method, &query.select)))
        .collect();
    let context = format!("{ORIGIN}/$metadata#{}", set_of(call, "methods")?);
    Ok(Reply::ok(odata::cut(call, &context, methods)))
}

pub(super) fn get_any(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let user = user(state, call)?;
    let id = &call.key(1)?.value;
    let found = all(state, call, user)
        .into_iter()
        .find(|method| method.get("id") == Some(&json!(id)))
        .ok_or_else(|| Refusal::not_found(id))?;
    let mut answer = Map::new();
    let context = format!("{ORIGIN}/$metadata#{}/$entity", set_of(call, "methods")?);
    answer.insert("@odata.context".to_owned(), json!(context));
    answer.append(&mut typed(&found, &call.query.select));
    Ok(Reply::ok(Value::Object(answer)))
}

fn typed(method: &Map<String, Value>, select: &[String]) -> Map<String, Value> {
    let mut shown = Map::new();
    if let Some(own) = of(method) {
        let kind = format!("#microsoft.graph.{}", own.type_name);
        shown.insert("@odata.type".to_owned(), json!(kind));
        shown.append(&mut schema::shown(method, own.properties, select));
    }
    shown
}

/// A method with its type and id, before it is filled.
fn new(type_name: &str, id: &str) -> Map<String, Value> {
    let method = json!({"@odata.type": format!("#microsoft.graph.{type_name}"), "id": id});
    method.as_object().cloned().unwrap_or_default()
}

/// Keeps a method and answers 201 with it as it is now.
fn insert(
    state: &mut State,
    call: &Call,
    user: Uuid,
    id: &str,
    method: Map<String, Value>,
) -> Result<Value, Refusal> {
    registered(state, call, user).insert(id.to_owned(), method);
    let made = all(state, call, user)
        .into_iter()
        .find(|method| method.get("id") == Some(&json!(id)))
        .ok_or_else(|| Refusal::not_found(id))?;
    answered(call, &made)
}
