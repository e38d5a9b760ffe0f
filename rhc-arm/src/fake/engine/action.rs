//! POST to a resource.

use rhc_core::fake::State;

use super::{Call, gate, operation, read};
use crate::fake::context::ActionContext;
use crate::fake::error::ServiceError;
use crate::fake::path::{Place, ResourcePath};
use crate::fake::roles;
use crate::fake::route::Reply;
use crate::fake::state::{Arm, Work};
use crate::fake::types::lock::{self, Doing};

pub(super) fn post(state: &mut State, call: &Call<'_>) -> Result<Reply, ServiceError> {
    let Some((name, rest)) = call.segments.split_last() else {
        return Err(super::not_allowed(call));
    };
    let Some(Place::Item(path)) = Place::parse(rest) else {
        return Err(super::not_allowed(call));
    };
    let tenant = match path.subscription() {
        Some(id) => gate::subscription(state, call, id)?,
        None => call.caller.tenant,
    };
    let rules = gate::rules(call, &path.resource_type())?;
    let Some(action) = rules
        .actions
        .iter()
        .find(|action| action.name.eq_ignore_ascii_case(name))
    else {
        return Err(super::not_allowed(call));
    };
    roles::authorize(state, &call.caller, &path.id(), &action.of(&rules))?;
    lock::check(state, &path.id(), Doing::Writing)?;
    gate::surroundings(state, &rules, &path, true)?;
    let existing = find(state, &path).ok_or_else(|| read::missing(&rules, &path))?;
    let context = ActionContext {
        path: &path,
        caller: &call.caller,
        tenant,
        existing: &existing,
        sent: call.any_body()?,
        query: call.query,
    };
    let result = (action.run)(state, &context)?;
    let timing = action.timing;
    if timing.takes.is_zero() {
        return Ok(match result {
            Some(body) => Reply::new(timing.status, body),
            None => Reply::empty(timing.status),
        });
    }
    let begun = operation::begin(
        state,
        call,
        existing.id(),
        &rules,
        Work::Action,
        Some(action.name),
        &timing,
    );
    operation::set_result(state, begun.id, result);
    Ok(operation::reply(timing.status, None, &begun))
}

fn find(state: &State, path: &ResourcePath) -> Option<crate::fake::state::Stored> {
    state.read::<Arm>()?.get(&path.id()).cloned()
}
