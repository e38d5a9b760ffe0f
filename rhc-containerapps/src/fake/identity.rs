//! Which identities a container of a job has: those of its job, for whoever knows the secret of a running execution.
//!
//! Source: [managed identities in Container Apps](https://learn.microsoft.com/azure/container-apps/managed-identity).

use rhc_arm::fake::{Arm, Stored};
use rhc_core::fake::State;
use rhc_core::fake::authority::AssignedIdentity;
use serde_json::Value;

use super::{EXECUTIONS, json};

/// Under what an execution hides the secret that its containers send.
pub(super) const HEADER: &str = "identityHeader";

/// The identities that the main containers of an execution see, by their secret.
pub(super) fn of_execution(state: &State, secret: &str) -> Option<Vec<AssignedIdentity>> {
    let arm = state.read::<Arm>()?;
    let job = job_of(arm, secret)?;
    let ids = job.get("identity.userAssignedIdentities");
    let ids = ids.and_then(Value::as_object).into_iter().flatten();
    let hidden = |id: &str| {
        let settings = job.all("properties.configuration.identitySettings[]");
        settings.into_iter().any(|own| {
            json::text(own, "identity").is_some_and(|own| own.eq_ignore_ascii_case(id))
                && matches!(json::text(own, "lifecycle"), Some("None" | "Init"))
        })
    };
    let seen = ids.filter(|(id, _)| !hidden(id));
    let assigned = seen.filter_map(|(id, _)| {
        let own = arm.get(id)?;
        Some(AssignedIdentity {
            tenant: arm.tenant_of(own.id())?,
            principal: own.text("properties.principalId")?.parse().ok()?,
        })
    });
    Some(assigned.collect())
}

/// The job whose running execution knows this secret.
fn job_of<'a>(arm: &'a Arm, secret: &str) -> Option<&'a Stored> {
    let execution = arm.everywhere(EXECUTIONS).find(|own| {
        !secret.is_empty() && own.hidden.get(HEADER).and_then(Value::as_str) == Some(secret)
    })?;
    let (job, _) = execution.id().rsplit_once("/executions/")?;
    arm.get(job)
}
