//! Long-running operations of the embedded Resource Manager that do not end as they should.

use std::time::Duration;

use rhc_arm::fake::{Arm, Work, key};
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

/// Dooms the operation that a request on this path has just begun; false where it began none.
pub(super) fn doom(state: &mut State, path: &str, doom: Doom) -> bool {
    let asked = key(path.split('?').next().unwrap_or_default());
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
            "Failed",
            "InternalServerError",
            "The operation failed.",
        ),
        Doom::IsCancelled => end(
            state,
            id,
            "Canceled",
            "OperationCanceled",
            "The operation was cancelled.",
        ),
    }
    true
}

fn end(state: &mut State, id: Uuid, status: &str, code: &str, message: &str) {
    let now = state.now();
    let arm = state.section::<Arm>();
    let Some(operation) = arm.operations.get_mut(&id) else {
        return;
    };
    status.clone_into(&mut operation.status);
    operation.ended = Some(now);
    operation.error = Some(json!({ "code": code, "message": message }));
    let (work, resource) = (operation.work, key(&operation.resource_id));
    if let (Work::Put, Some(stored)) = (work, arm.resources.get_mut(&resource)) {
        stored.operation = None;
        if let Some(shown) = stored.body.pointer_mut("/properties/provisioningState") {
            *shown = status.into();
        }
    }
}
