//! GET: one resource, or the resources of a scope.

use rhc_core::fake::State;
use serde_json::{Value, json};

use super::{Call, gate};
use crate::fake::context::{ListContext, Listing};
use crate::fake::error::ServiceError;
use crate::fake::path::{self, ResourcePath};
use crate::fake::roles::{self, Plane};
use crate::fake::route::Reply;
use crate::fake::rules::TypeRules;
use crate::fake::state::{Arm, Stored};

pub(super) fn get(
    state: &State,
    call: &Call<'_>,
    path: &ResourcePath,
) -> Result<Reply, ServiceError> {
    let rules = readable(state, call, path)?;
    let found = state.read::<Arm>().and_then(|arm| arm.get(&path.id()));
    if let Some(stored) = found {
        let mut body = shown(state, &rules, stored);
        if let Some(wanted) = call.query.get("$expand") {
            (rules.expand)(stored, wanted, &mut body);
        }
        return Ok(Reply::new(200, body));
    }
    match (rules.find)(state, path) {
        Some(body) => Ok(Reply::new(200, body)),
        None => Err(missing(&rules, path)),
    }
}

pub(super) fn head(
    state: &State,
    call: &Call<'_>,
    path: &ResourcePath,
) -> Result<Reply, ServiceError> {
    readable(state, call, path)?;
    let found = state
        .read::<Arm>()
        .is_some_and(|arm| arm.get(&path.id()).is_some());
    Ok(Reply::empty(if found { 204 } else { 404 }))
}

fn readable(
    state: &State,
    call: &Call<'_>,
    path: &ResourcePath,
) -> Result<TypeRules, ServiceError> {
    if let Some(id) = path.subscription() {
        gate::subscription(state, call, id)?;
    }
    let rules = gate::rules(call, &path.resource_type())?;
    gate::access(state, call, &rules, &path.id(), "read")?;
    gate::surroundings(state, &rules, path, false)?;
    Ok(rules)
}

/// What GET shows of a resource.
pub(crate) fn shown(state: &State, rules: &TypeRules, stored: &Stored) -> Value {
    let mut body = (rules.view)(state, stored);
    if let Some(body) = body.as_object_mut() {
        if rules.system_data {
            let at = |at| json!(rhc_core::fake::respond::timestamp(at));
            body.insert(
                "systemData".to_owned(),
                json!({ "createdAt": at(stored.created), "lastModifiedAt": at(stored.changed) }),
            );
        }
        if let Some(kind) = rules.reported_type {
            body.insert("type".to_owned(), json!(kind));
        }
    }
    body
}

/// The refusal for a resource that is not there.
pub(super) fn missing(rules: &TypeRules, path: &ResourcePath) -> ServiceError {
    if path.is_group() {
        return gate::group_not_found(path.name());
    }
    if let Some(absent) = rules.absent {
        return absent(path);
    }
    ServiceError::resource_not_found(
        rules.resource_type,
        &path.names(),
        path.group().unwrap_or_default(),
    )
}

pub(super) fn list(
    state: &State,
    call: &Call<'_>,
    scope: &str,
    resource_type: &str,
) -> Result<Reply, ServiceError> {
    if let Some(id) = path::subscription_of(scope) {
        gate::subscription(state, call, id)?;
    }
    let rules = gate::rules(call, resource_type)?;
    let visible = stands(state, call, &rules, scope)?;
    let context = ListContext {
        scope,
        caller: &call.caller,
        filter: call.query.get("$filter"),
    };
    match (rules.list)(state, &context) {
        Listing::Instead(items) => return Ok(Reply::list(items)),
        Listing::BadFilter(reason) => {
            return Err(ServiceError::bad_request("BadRequest", reason));
        }
        Listing::Refused(code, reason) => return Err(ServiceError::bad_request(code, reason)),
        Listing::Usual => {}
    }
    let Some(arm) = state.read::<Arm>() else {
        return Ok(Reply::list(Vec::new()));
    };
    let own = path::key(scope);
    let is_child = rules.parent_type().is_some();
    let extends = rules.scope == crate::fake::rules::Scope::Extension;
    let items = arm
        .below(scope)
        .filter(|(key, _)| {
            ResourcePath::parse(key).is_some_and(|path| {
                let direct = match path.parent() {
                    Some(parent) => parent.id() == own,
                    // Outermost resources are listed for their group and for the subscription.
                    None => !extends || path.scope() == own,
                };
                path.resource_type().eq_ignore_ascii_case(resource_type)
                    && (direct || !is_child && !extends)
            })
        })
        .filter(|(_, stored)| visible || may_read(state, call, &rules, stored.id()))
        .map(|(_, stored)| shown(state, &rules, stored))
        .collect();
    Ok(Reply::list(items))
}

/// Checks that a list's scope is there. The value is whether the caller sees everything in it.
fn stands(
    state: &State,
    call: &Call<'_>,
    rules: &TypeRules,
    scope: &str,
) -> Result<bool, ServiceError> {
    let visible = may_read(state, call, rules, scope);
    match ResourcePath::parse(scope) {
        Some(target) => {
            if !visible {
                gate::access(state, call, rules, scope, "read")?;
            }
            gate::surroundings_of(state, &target)?;
        }
        // A subscription's list holds what the caller may see of it.
        None if !visible && path::subscription_of(scope).is_some() => {
            let any = state.read::<Arm>().is_some_and(|arm| {
                arm.below(scope)
                    .any(|(key, _)| may_read(state, call, rules, key))
            });
            if !any {
                gate::access(state, call, rules, scope, "read")?;
            }
        }
        None => {}
    }
    Ok(visible)
}

fn may_read(state: &State, call: &Call<'_>, rules: &TypeRules, id: &str) -> bool {
    let action = if rules.resource_type == path::RESOURCE_GROUPS {
        "Microsoft.Resources/subscriptions/resourceGroups/read".to_owned()
    } else {
        format!("{}/read", rules.resource_type)
    };
    roles::may(
        state,
        call.caller.tenant,
        call.caller.object_id,
        id,
        &action,
        Plane::Control,
    )
}
