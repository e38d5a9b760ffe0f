//! DELETE.

use rhc_core::fake::State;

use super::{Call, gate, operation, put};
use crate::fake::context::DeleteContext;
use crate::fake::error::ServiceError;
use crate::fake::path::ResourcePath;
use crate::fake::registry::Registry;
use crate::fake::route::Reply;
use crate::fake::state::{Arm, Work, arm};
use crate::fake::types::lock::{self, Doing};

pub(super) fn delete(
    state: &mut State,
    call: &Call<'_>,
    path: &ResourcePath,
) -> Result<Reply, ServiceError> {
    let tenant = match path.subscription() {
        Some(id) => gate::subscription(state, call, id)?,
        None => call.caller.tenant,
    };
    let rules = gate::rules(call, &path.resource_type())?;
    if !rules.delete {
        return Err(ServiceError::new(
            405,
            "MethodNotAllowed",
            format!(
                "The HTTP method 'DELETE' is not supported for resource type '{}'.",
                rules.resource_type
            ),
        ));
    }
    gate::access(state, call, &rules, &path.id(), "delete")?;
    lock::check(state, &path.id(), Doing::Deleting)?;
    let existing = state
        .read::<Arm>()
        .and_then(|arm| arm.get(&path.id()))
        .cloned();
    if let Err(error) = gate::surroundings(state, &rules, path, false) {
        // A child whose parent is gone is gone.
        return match error.code() {
            "ParentResourceNotFound" => Ok(Reply::empty(204)),
            _ => Err(error),
        };
    }
    let Some(existing) = existing else {
        return if path.is_group() {
            Err(gate::group_not_found(path.name()))
        } else {
            Ok(Reply::empty(204))
        };
    };
    put::free(state, call, &rules, path, Some(&existing))?;
    let context = DeleteContext {
        path,
        caller: &call.caller,
        tenant,
        existing: &existing,
    };
    (rules.before_delete)(state, &context)?;
    let timing = rules.remove;
    if timing.takes.is_zero() {
        remove(state, call.registry, &path.key());
        let body = timing.body.then(|| existing.body.clone());
        return Ok(match body {
            Some(body) if answered_when_gone(rules.resource_type) => {
                Reply::new(timing.status, body)
            }
            _ => Reply::empty(timing.status),
        });
    }
    let id = existing.id().to_owned();
    let begun = operation::begin(state, call, &id, &rules, Work::Delete, None, &timing);
    if let Some(stored) = arm(state).get_mut(&id) {
        stored.operation = Some(begun.id);
        if rules.provisioning_state {
            stored.set("properties.provisioningState", timing.state);
        }
    }
    Ok(operation::reply(timing.status, None, &begun))
}

/// Whether the answer to a deletion holds what is gone: recorded of the first and the last.
fn answered_when_gone(resource_type: &str) -> bool {
    [
        crate::fake::roles::ROLE_ASSIGNMENTS,
        crate::fake::roles::ROLE_DEFINITIONS,
        crate::fake::types::policy::ASSIGNMENTS,
    ]
    .contains(&resource_type)
}

/// Removes a resource with everything below it, the innermost first.
pub(crate) fn remove(state: &mut State, registry: &Registry, key: &str) {
    let mut keys: Vec<String> = state
        .read::<Arm>()
        .map(|arm| arm.below(key).map(|(key, _)| key.to_owned()).collect())
        .unwrap_or_default();
    keys.reverse();
    keys.push(key.to_owned());
    for key in keys {
        let Some(stored) = arm(state).resources.remove(&key) else {
            continue;
        };
        let rules =
            ResourcePath::parse(&key).and_then(|path| registry.rules(&path.resource_type()));
        if let Some(rules) = rules {
            (rules.after_delete)(state, &stored);
        }
    }
}
