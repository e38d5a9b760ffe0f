//! What was deleted in the last thirty days.

use super::objects::{EntityType, entity_of, mixed};
use super::{
    Call, Refusal, Reply, applications, call::ORIGIN, groups, odata, service_principals, users,
};
use rhc_core::fake::{ObjectKind, Read, State, respond};
use serde_json::{Map, Value, json};
use uuid::Uuid;

pub(super) fn applications(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    list(state, call, &applications::APPLICATION)
}

pub(super) fn service_principals(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    list(state, call, &service_principals::SERVICE_PRINCIPAL)
}

pub(super) fn groups(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    list(state, call, &groups::GROUP)
}

pub(super) fn users(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    list(state, call, &users::USER)
}

fn list(state: &State, call: &Call, entity: &EntityType) -> Result<Reply, Refusal> {
    let views = state.directory_ref().deleted(call.tenant(), entity.kind);
    let bodies: Vec<Map<String, Value>> = views
        .iter()
        .map(|view| {
            let mut body = view.body.clone();
            let at = view.object.deleted_at.map(respond::timestamp);
            body.insert("deletedDateTime".into(), json!(at));
            body
        })
        .collect();
    odata::listed(call, entity.set, entity.name, entity.properties, bodies).map(Reply::ok)
}

/// The deleted object that the call means.
fn target(state: &State, call: &Call) -> Result<(Uuid, ObjectKind), Refusal> {
    let value = &call.key(0)?.value;
    let id = value
        .parse::<Uuid>()
        .map_err(|_| Refusal::not_found(value))?;
    let kinds = [
        ObjectKind::Application,
        ObjectKind::ServicePrincipal,
        ObjectKind::Group,
        ObjectKind::User,
    ];
    kinds
        .into_iter()
        .find(|kind| {
            let all = state.directory_ref().deleted(call.tenant(), *kind);
            all.iter().any(|view| view.id == id)
        })
        .map(|kind| (id, kind))
        .ok_or_else(|| Refusal::not_found(value))
}

/// Reading one needs the permission to read its kind.
pub(super) fn get(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let (id, kind) = target(state, call)?;
    let wanted: &[&str] = match kind {
        ObjectKind::User => &["User.Read.All", "User.ReadWrite.All"],
        ObjectKind::Group => &["Group.Read.All", "Group.ReadWrite.All"],
        ObjectKind::Application | ObjectKind::ServicePrincipal => {
            &["Application.Read.All", "Application.ReadWrite.All"]
        }
    };
    let directory = ["Directory.Read.All", "Directory.AccessAsUser.All"];
    let may = |permission: &&str| call.caller.may(permission);
    if !wanted.iter().chain(&directory).any(may) {
        return Err(Refusal::denied());
    }
    let deleted = state.directory_ref().deleted(call.tenant(), kind);
    let view = deleted.iter().find(|view| view.id == id);
    let view = view.ok_or_else(|| Refusal::not_found(&id.to_string()))?;
    let mut answer = Map::new();
    let context = format!("{ORIGIN}/$metadata#directoryObjects/$entity");
    answer.insert("@odata.context".into(), json!(context));
    if let Value::Object(mut object) = mixed(view) {
        let at = view.object.deleted_at.map(respond::timestamp);
        object.insert("deletedDateTime".into(), json!(at));
        answer.append(&mut object);
    }
    Ok(Reply::ok(Value::Object(answer)))
}

/// The permission depends on the kind of what is deleted.
fn allowed(call: &Call, kind: ObjectKind) -> Result<(), Refusal> {
    let wanted: &[&str] = match kind {
        ObjectKind::User => &["User.DeleteRestore.All", "User.ReadWrite.All"],
        ObjectKind::Group => &["Group.ReadWrite.All", "Directory.ReadWrite.All"],
        ObjectKind::Application | ObjectKind::ServicePrincipal => {
            &["Application.ReadWrite.All", "Application.ReadWrite.OwnedBy"]
        }
    };
    let may = |permission: &&str| call.caller.may(permission);
    if wanted.iter().any(may) || call.caller.may("Directory.AccessAsUser.All") {
        Ok(())
    } else {
        Err(Refusal::denied())
    }
}

pub(super) fn restore(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let (id, kind) = target(state, call)?;
    allowed(call, kind)?;
    let tenant = call.tenant();
    let entity = entity_of(kind);
    let deleted = state.directory_ref().deleted(tenant, kind);
    let body = deleted
        .iter()
        .find(|view| view.id == id)
        .map(|view| view.body.clone());
    let body = body.unwrap_or_default();
    for property in entity.alternate_keys.iter().chain(&["userPrincipalName"]) {
        let value = body
            .get(*property)
            .and_then(Value::as_str)
            .unwrap_or_default();
        let found = state
            .directory_ref()
            .find(tenant, kind, property, value, Read::Authoritative);
        if !value.is_empty() && !found.is_empty() {
            return Err(match kind {
                ObjectKind::ServicePrincipal => service_principals::in_use(value),
                _ => Refusal::taken(property),
            });
        }
    }
    state
        .directory()
        .restore(tenant, id)
        .map_err(|_| Refusal::not_found(&id.to_string()))?;
    let mut answer = Map::new();
    answer.insert(
        "@odata.context".into(),
        json!(format!("{ORIGIN}/$metadata#directoryObjects/$entity")),
    );
    let view = state
        .directory_ref()
        .object(tenant, id, Read::Authoritative);
    if let Some(Value::Object(mut object)) = view.map(|view| mixed(&view)) {
        answer.append(&mut object);
    }
    Ok(Reply::ok(Value::Object(answer)))
}

pub(super) fn delete(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let (id, kind) = target(state, call)?;
    allowed(call, kind)?;
    state
        .directory()
        .purge(call.tenant(), id)
        .map_err(|_| Refusal::not_found(&id.to_string()))?;
    Ok(Reply::no_content())
}
