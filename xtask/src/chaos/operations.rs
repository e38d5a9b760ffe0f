//! Long-running operations of the embedded Resource Manager that do not end as they should.

use std::time::Duration;

use rhc_arm::fake::{Arm, Stored, Work, key};
use rhc_core::fake::State;
use serde_json::{Value, json};
use uuid::Uuid;

/// Longer than any client waits for one operation, and short enough for the next run to see the end.
pub(super) const HANGS: Duration = Duration::from_secs(150 * 60);

/// How an operation ends against its nature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Doom {
    /// The service fails.
    Fails,
    /// Somebody cancels it.
    IsCancelled,
    /// It goes on for hours.
    Hangs,
}

/// What stands on a path. A write that fails leaves it so in SQL, whose resources have no state that could say that it
/// failed (unverified).
pub(super) fn standing(state: &State, path: &str) -> Option<Stored> {
    state.read::<Arm>()?.get(&asked(path)).cloned()
}

fn asked(path: &str) -> String {
    key(path.split('?').next().unwrap_or_default())
}

/// Dooms what a request on this path has just begun; false where it began nothing. `before` stood there before it.
pub(super) fn doom(state: &mut State, path: &str, doom: Doom, before: Option<&Stored>) -> bool {
    let asked = asked(path);
    if doom == Doom::Hangs && hang(state, &asked) {
        return true;
    }
    let arm = state.section::<Arm>();
    let begun = arm.operations.iter().filter(|(_, operation)| {
        // An action's path goes on after the resource's.
        let of = key(&operation.resource_id);
        !operation.is_over()
            && asked
                .strip_prefix(&of)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    });
    let newest =
        begun.max_by_key(|(_, operation)| (operation.started, operation.resource_id.len()));
    let Some(id) = newest.map(|(id, _)| *id) else {
        return false;
    };
    match doom {
        Doom::Hangs => state.postpone(HANGS, |_, data: &Value| {
            data["operation"].as_str().and_then(|own| own.parse().ok()) == Some(id)
        }),
        Doom::Fails => end(
            state,
            id,
            before,
            "Failed",
            "InternalServerError",
            "The operation failed.",
        ),
        Doom::IsCancelled => end(
            state,
            id,
            before,
            "Canceled",
            "OperationCanceled",
            "The operation was cancelled.",
        ),
    }
    true
}

/// What takes its time without being an operation: a subscription that is made or changes its owner, a provider that is
/// registered. It ends by an event that names what the path names.
fn hang(state: &mut State, path: &str) -> bool {
    let is_it = |data: &Value| {
        let named = |name: &str| {
            let text = data[name].as_str()?;
            let last = text.rsplit('/').next().unwrap_or_default();
            Some(path.contains(&last.to_ascii_lowercase()))
        };
        let of_what = named("alias").or_else(|| named("subscription"));
        of_what == Some(true) && named("namespace") != Some(false)
    };
    let waits = state.scheduled().any(|(_, _, data)| is_it(data));
    if waits {
        state.postpone(HANGS, |_, data| is_it(data));
    }
    waits
}

fn end(
    state: &mut State,
    id: Uuid,
    before: Option<&Stored>,
    status: &str,
    code: &str,
    message: &str,
) {
    let now = state.now();
    let arm = state.section::<Arm>();
    let Some(operation) = arm.operations.get_mut(&id) else {
        return;
    };
    status.clone_into(&mut operation.status);
    operation.ended = Some(now);
    operation.error = Some(json!({ "code": code, "message": message }));
    let (work, resource) = (operation.work, key(&operation.resource_id));
    let keeps_no_state = operation.resource_type.starts_with("Microsoft.Sql/");
    if work != Work::Put {
        return;
    }
    if keeps_no_state {
        match before {
            Some(before) => arm.resources.insert(resource, before.clone()),
            None => arm.resources.remove(&resource),
        };
    } else if let Some(stored) = arm.resources.get_mut(&resource) {
        stored.operation = None;
        if let Some(shown) = stored.body.pointer_mut("/properties/provisioningState") {
            *shown = status.into();
        }
    }
}
