//! Links between objects: members and owners of something, and what something is a member of.

use super::applications::{list_of, owned};
use super::objects::{EntityType, body_of, entity_of, mixed, referenced};
use super::{Call, Refusal, Reply, call::ORIGIN, odata};
use rhc_core::fake::{ObjectKind, Read, State};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use uuid::Uuid;

/// The type of the object that the path begins with.
pub(super) fn entity(call: &Call) -> Result<&'static EntityType, Refusal> {
    let first = call.path.trim_start_matches('/');
    let set = first.split(['/', '(']).next().unwrap_or_default();
    [
        ObjectKind::Application,
        ObjectKind::ServicePrincipal,
        ObjectKind::Group,
        ObjectKind::User,
    ]
    .into_iter()
    .map(entity_of)
    .find(|entity| entity.set.eq_ignore_ascii_case(set))
    .ok_or_else(|| Refusal::not_found(set))
}

pub(super) fn members(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    linked(state, call, "members")
}

pub(super) fn owners(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    linked(state, call, "owners")
}

fn linked(state: &State, call: &Call, relation: &str) -> Result<Reply, Refusal> {
    let id = entity(call)?.target(state, call)?;
    let linked = state
        .directory_ref()
        .object(call.tenant(), id, Read::Authoritative)
        .and_then(|view| view.object.links.get(relation))
        .cloned()
        .unwrap_or_default();
    page(state, call, &linked)
}

/// `GET /groups/{key}/transitiveMembers`: everything below, each once.
pub(super) fn transitive_members(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let id = entity(call)?.target(state, call)?;
    let mut found = BTreeSet::new();
    let mut next = vec![id];
    while let Some(group) = next.pop() {
        let members = state
            .directory_ref()
            .object(call.tenant(), group, Read::Authoritative)
            .and_then(|view| view.object.links.get("members"))
            .cloned()
            .unwrap_or_default();
        next.extend(members.into_iter().filter(|member| found.insert(*member)));
    }
    page(state, call, &found)
}

/// `GET …/memberOf`. Unverified of the real service and not simulated: the directory roles among the answers.
pub(super) fn member_of(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let id = entity(call)?.target(state, call)?;
    let groups = state
        .directory_ref()
        .objects(call.tenant(), ObjectKind::Group, Read::List);
    let direct = groups
        .iter()
        .filter(|view| {
            view.object
                .links
                .get("members")
                .is_some_and(|members| members.contains(&id))
        })
        .map(|view| view.id)
        .collect();
    page(state, call, &direct)
}

pub(super) fn transitive_member_of(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let id = entity(call)?.target(state, call)?;
    let all = state.directory_ref().groups_of(call.tenant(), id);
    page(state, call, &all)
}

/// `POST …/getMemberGroups`: ids only.
pub(super) fn member_groups(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let id = entity(call)?.target(state, call)?;
    let body = call.body()?;
    let wanted = match body.iter().collect::<Vec<_>>()[..] {
        [(name, Value::Bool(wanted))] if name == "securityEnabledOnly" => *wanted,
        _ => return Err(Refusal::required("securityEnabledOnly", "getMemberGroups")),
    };
    let is_security = |group: &Uuid| {
        body_of(state, call.tenant(), *group).get("securityEnabled") == Some(&json!(true))
    };
    let all: Vec<Uuid> = state
        .directory_ref()
        .groups_of(call.tenant(), id)
        .into_iter()
        .filter(|group| !wanted || is_security(group))
        .collect();
    Ok(Reply::ok(json!({
        "@odata.context": format!("{ORIGIN}/$metadata#Collection(Edm.String)"),
        "value": all,
    })))
}

fn page(state: &State, call: &Call, ids: &BTreeSet<Uuid>) -> Result<Reply, Refusal> {
    let query = &call.query;
    if query.filter.is_some() || query.count || query.expand.is_some() || query.search.is_some() {
        return Err(Refusal::new(
            400,
            "Request_UnsupportedQuery",
            "The specified filter to the reference property query is currently not supported.",
        ));
    }
    let directory = state.directory_ref();
    let views = ids
        .iter()
        .filter_map(|id| directory.object(call.tenant(), *id, Read::List));
    let all: Vec<Value> = views.map(|view| mixed(&view)).collect();
    let context = format!("{ORIGIN}/$metadata#directoryObjects");
    Ok(Reply::ok(odata::cut(call, &context, all)))
}

pub(super) fn add_member(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let id = entity(call)?.target(state, call)?;
    let group = body_of(state, call.tenant(), id);
    if list_of(group.get("groupTypes")).any(|kind| kind == "DynamicMembership") {
        return Err(Refusal::bad_request(
            "Insufficient privileges to complete the operation: the membership of the group is dynamic.",
        ));
    }
    if group.get("isAssignableToRole") == Some(&json!(true))
        && !call.caller.may("RoleManagement.ReadWrite.Directory")
    {
        return Err(Refusal::denied());
    }
    let member = target(state, call, reference(call.body()?)?, "members")?;
    if member == id {
        return Err(Refusal::bad_request(
            "A group cannot be a member of itself.",
        ));
    }
    add(state, call, id, "members", member)
}

pub(super) fn remove_member(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let id = entity(call)?.target(state, call)?;
    remove(state, call, id, "members")
}

pub(super) fn add_owner(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let id = entity(call)?.target(state, call)?;
    changeable(state, call, id)?;
    let owner = target(state, call, reference(call.body()?)?, "owners")?;
    add(state, call, id, "owners", owner)
}

/// The last user among a group's owners stays. Source: group-delete-owners.
pub(super) fn remove_owner(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let entity = entity(call)?;
    let id = entity.target(state, call)?;
    changeable(state, call, id)?;
    let directory = state.directory_ref();
    let is_user = |id: &Uuid| {
        directory
            .object(call.tenant(), *id, Read::Authoritative)
            .is_some_and(|view| view.object.kind == ObjectKind::User)
    };
    let owners = directory
        .object(call.tenant(), id, Read::Authoritative)
        .and_then(|view| view.object.links.get("owners"));
    let users: Vec<String> = owners
        .into_iter()
        .flatten()
        .filter(|id| is_user(id))
        .map(Uuid::to_string)
        .collect();
    if entity.kind == ObjectKind::Group && users == [call.key(1)?.value.to_lowercase()] {
        return Err(Refusal::bad_request(
            "The group must have at least one owner, hence this owner cannot be removed.",
        ));
    }
    remove(state, call, id, "owners")
}

/// An application with `Application.ReadWrite.OwnedBy` changes only what it owns.
fn changeable(state: &State, call: &Call, id: Uuid) -> Result<(), Refusal> {
    match entity(call)?.kind {
        ObjectKind::Application | ObjectKind::ServicePrincipal => owned(state, call, id),
        _ => Ok(()),
    }
}

/// The one property of a reference.
fn reference(body: &Map<String, Value>) -> Result<&Value, Refusal> {
    match body.iter().collect::<Vec<_>>()[..] {
        [(name, link)] if name == "@odata.id" => Ok(link),
        _ => Err(Refusal::bad_request(
            "A reference has exactly the property '@odata.id'.",
        )),
    }
}

/// What a reference means, if it fits the relation: the service must have heard of it.
pub(super) fn target(
    state: &State,
    call: &Call,
    link: &Value,
    relation: &str,
) -> Result<Uuid, Refusal> {
    let id = referenced(link)?;
    let view = state.directory_ref().object(call.tenant(), id, Read::Point);
    let kind = match view {
        None => return Err(Refusal::not_found(&id.to_string())),
        Some(view) => view.object.kind,
    };
    let fits = match relation {
        "owners" => matches!(kind, ObjectKind::User | ObjectKind::ServicePrincipal),
        _ => kind != ObjectKind::Application,
    };
    if fits {
        return Ok(id);
    }
    let (kind, of) = (entity_of(kind).resource, entity(call)?.resource);
    Err(Refusal::bad_request(format!(
        "The reference target '{kind}' of type '{of}' is invalid for the '{relation}' reference."
    )))
}

fn add(
    state: &mut State,
    call: &Call,
    from: Uuid,
    relation: &str,
    to: Uuid,
) -> Result<Reply, Refusal> {
    let added = state
        .directory()
        .link(call.tenant(), from, relation, to)
        .map_err(|_| Refusal::not_found(&from.to_string()))?;
    if added {
        return Ok(Reply::no_content());
    }
    Err(Refusal::bad_request(format!(
        "One or more added object references already exist for the following modified properties: '{relation}'."
    )))
}

fn remove(state: &mut State, call: &Call, from: Uuid, relation: &str) -> Result<Reply, Refusal> {
    let to = &call.key(1)?.value;
    let removed = to.parse::<Uuid>().ok().is_some_and(|to| {
        let directory = state.directory();
        directory
            .unlink(call.tenant(), from, relation, to)
            .unwrap_or(false)
    });
    if removed {
        Ok(Reply::no_content())
    } else {
        Err(Refusal::not_found(to))
    }
}
