//! Application registrations.

mod keys;
mod rules;
mod table;

pub(super) use table::{
    APP_ROLE, AUDIENCES, INFO, KEY_CREDENTIAL, PERMISSION_SCOPE, VERIFIED_PUBLISHER,
};

use super::objects::{EntityType, body_of};
use super::{Call, Refusal, Reply, schema};
use rhc_core::fake::{ObjectKind, Read, State};
use serde_json::{Map, Value, json};
use table::PROPERTIES;
use uuid::Uuid;

pub(super) const APPLICATION: EntityType = EntityType {
    kind: ObjectKind::Application,
    set: "applications",
    name: "application",
    resource: "Application",
    properties: PROPERTIES,
    alternate_keys: &["appId", "uniqueName"],
};

pub(super) fn list(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let mut reply = APPLICATION.list(state, call)?;
    let listed = reply
        .json_mut()
        .and_then(|body| body["value"].as_array_mut());
    listed.into_iter().flatten().for_each(keys::hide);
    Ok(reply)
}

pub(super) fn count(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    APPLICATION.count(state, call)
}

pub(super) fn get(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let mut reply = APPLICATION.get(state, call)?;
    if call.query.select.is_empty() {
        reply.json_mut().into_iter().for_each(keys::hide);
    }
    Ok(reply)
}

pub(super) fn create(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    create_named(state, call, None)
}

fn create_named(
    state: &mut State,
    call: &Call,
    unique_name: Option<&str>,
) -> Result<Reply, Refusal> {
    let body = call.body()?;
    schema::check(body, PROPERTIES, "Application", true)?;
    if body
        .get("displayName")
        .and_then(Value::as_str)
        .is_none_or(str::is_empty)
    {
        return Err(Refusal::required("displayName", "Application"));
    }
    let app_id = state.uuid();
    let mut made = Map::new();
    made.insert("appId".into(), json!(app_id));
    if let Some(name) = unique_name {
        made.insert("uniqueName".into(), json!(name));
    }
    made.insert(
        "createdDateTime".into(),
        json!(rhc_core::fake::respond::timestamp(call.at)),
    );
    if let Some(tenant) = state.directory_ref().tenant_by_id(call.tenant()) {
        made.insert("publisherDomain".into(), json!(tenant.initial_domain));
    }
    made.insert(
        "parentalControlSettings".into(),
        json!({"countriesBlockedForMinors": [], "legalAgeGroupRule": "Allow"}),
    );
    made.insert(
        "signInAudience".into(),
        json!("AzureADandPersonalMicrosoftAccount"),
    );
    let no_tokens = json!({"enableAccessTokenIssuance": false, "enableIdTokenIssuance": false});
    made.insert("web".into(), json!({"implicitGrantSettings": no_tokens}));
    schema::merge(&mut made, body);
    rules::settle(&mut made);
    keys::settle(state, &Map::new(), &mut made)?;
    rules::check(state, call, &made, None)?;
    let (id, reply) = APPLICATION.insert(state, call, made)?;
    if call.is_application() {
        let owner = call.caller.object_id;
        // A caller from the World's own hands may be unknown to the directory; then nobody owns it.
        let _ = state.directory().link(call.tenant(), id, "owners", owner);
    }
    Ok(reply)
}

/// `PATCH /applications/{key}`: an update, or with `Prefer: create-if-missing` and a unique name an upsert.
pub(super) fn update(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let tenant = call.tenant();
    let Some(id) = APPLICATION.patched(state, call, "uniqueName")? else {
        return create_named(state, call, Some(&call.key(0)?.value));
    };
    owned(state, call, id)?;
    let body = call.body()?;
    schema::check(body, PROPERTIES, "Application", false)?;
    APPLICATION.named_once(state, tenant, id, body)?;
    let before = body_of(state, tenant, id);
    let mut after = before.clone();
    schema::merge(&mut after, body);
    rules::settle(&mut after);
    keys::settle(state, &before, &mut after)?;
    rules::check(state, call, &after, Some(id))?;
    rules::entitlements(&before, &after)?;
    state
        .directory()
        .update(tenant, id, |own| *own = after.clone())
        .map_err(|error| Refusal::bad_request(error.to_string()))?;
    super::service_principals::follow(state, &after);
    Ok(Reply::no_content())
}

pub(super) fn delete(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let id = APPLICATION.target(state, call)?;
    owned(state, call, id)?;
    let tenant = call.tenant();
    let app_id = body_of(state, tenant, id)
        .get("appId")
        .and_then(Value::as_str)
        .and_then(|id| id.parse::<Uuid>().ok());
    let directory = state.directory();
    let principal = app_id.and_then(|app_id| {
        directory
            .service_principal(tenant, app_id, Read::Authoritative)
            .map(|view| view.id)
    });
    // Its service principal in its own tenant goes with it; those in other tenants stay behind.
    for id in principal.into_iter().chain([id]) {
        directory
            .delete(tenant, id)
            .map_err(|_| Refusal::not_found(&id.to_string()))?;
    }
    Ok(Reply::no_content())
}

/// `POST /applications/{key}/removePassword`.
pub(super) fn remove_password(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let id = APPLICATION.target(state, call)?;
    owned(state, call, id)?;
    let body = call.body()?;
    let password = body.get("keyId").and_then(Value::as_str);
    let password = password.ok_or_else(|| Refusal::required("keyId", "PasswordCredential"))?;
    let tenant = call.tenant();
    let mut after = body_of(state, tenant, id);
    let held = after.get_mut("passwordCredentials");
    let removed = held.and_then(Value::as_array_mut).is_some_and(|held| {
        let before = held.len();
        held.retain(|one| {
            !one.get("keyId")
                .and_then(Value::as_str)
                .is_some_and(|own| own.eq_ignore_ascii_case(password))
        });
        held.len() < before
    });
    if !removed {
        // Unverified: the words.
        return Err(Refusal::bad_request(format!(
            "No password credential found with keyId '{password}'."
        )));
    }
    state
        .directory()
        .update(tenant, id, |own| *own = after)
        .map_err(|error| Refusal::bad_request(error.to_string()))?;
    Ok(Reply::no_content())
}

/// 409: a deleted object keeps its natural key for thirty days. Unverified.
pub(super) fn still_deleted(property: &'static str, value: &str) -> Refusal {
    Refusal::new(
        409,
        "Request_MultipleObjectsWithSameKeyValue",
        format!("A deleted object has the value '{value}' for the key {property}: restore it or delete it permanently."),
    )
    .detailed("ObjectConflict", property)
}

/// 403: with `Application.ReadWrite.OwnedBy` only own applications can be changed.
pub(super) fn owned(state: &State, call: &Call, id: Uuid) -> Result<(), Refusal> {
    let object = state
        .directory_ref()
        .object(call.tenant(), id, Read::Authoritative)
        .map(|view| view.object);
    let owns = object
        .and_then(|object| object.links.get("owners"))
        .is_some_and(|owners| owners.contains(&call.caller.object_id));
    if call.owns_only() && !owns {
        return Err(Refusal::denied());
    }
    Ok(())
}

/// The items of a list that may be absent.
pub(super) fn list_of(value: Option<&Value>) -> impl Iterator<Item = &Value> {
    value.and_then(Value::as_array).into_iter().flatten()
}
