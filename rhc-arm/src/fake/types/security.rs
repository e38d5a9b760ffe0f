//! Assessments of Defender for Cloud. What Defender itself finds is put into the state; one's own are written.

use rhc_core::fake::{State, respond};

use super::super::context::{ListContext, Listing, PutContext};
use super::super::error::ServiceError;
use super::super::path::ResourcePath;
use super::super::roles::covers;
use super::super::rules::{Scope, TypeRules};
use super::super::state::{Arm, Stored};

const ASSESSMENTS: &str = "Microsoft.Security/assessments";
const CODE: &str = "properties.status.code";

pub(super) const TYPES: &[TypeRules] = &[TypeRules {
    scope: Scope::Extension,
    required: &[
        "properties.status.code",
        "properties.resourceDetails.source",
    ],
    read_only: &[
        "properties.displayName",
        "properties.links",
        "properties.status.firstEvaluationDate",
        "properties.status.statusChangeDate",
    ],
    enums: &[(CODE, &["Healthy", "Unhealthy", "NotApplicable"])],
    system_data: false,
    provisioning_state: false,
    compute,
    list,
    ..TypeRules::child(ASSESSMENTS, &["2020-01-01", "2021-06-01"])
}];

fn compute(
    state: &mut State,
    put: &PutContext<'_>,
    stored: &mut Stored,
) -> Result<(), ServiceError> {
    let now = respond::timestamp(state.now());
    let kept = |path: &str| Some(put.existing?.get(path)?.clone());
    let first = kept("properties.status.firstEvaluationDate");
    let changed = kept("properties.status.statusChangeDate")
        .filter(|_| put.existing.and_then(|own| own.text(CODE)) == stored.text(CODE));
    stored.set(
        "properties.status.firstEvaluationDate",
        first.unwrap_or_else(|| now.clone().into()),
    );
    stored.set(
        "properties.status.statusChangeDate",
        changed.unwrap_or_else(|| now.into()),
    );
    stored.set("properties.resourceDetails.id", put.path.scope());
    Ok(())
}

/// As described: those of everything in the scope.
fn list(state: &State, context: &ListContext<'_>) -> Listing {
    let Some(arm) = state.read::<Arm>() else {
        return Listing::Usual;
    };
    let inside = |own: &&Stored| {
        ResourcePath::parse(own.id()).is_some_and(|path| covers(context.scope, path.scope()))
    };
    let all = arm.everywhere(ASSESSMENTS).filter(inside);
    Listing::Instead(all.map(|own| own.body.clone()).collect())
}
