//! From what is wanted and what is there to what has to be done; the plan and the run decide alike.

use serde_json::Value;

use super::diff::{FieldChange, diff};
use super::error::StepError;
use super::marking::Marking;
use super::meta::{Meta, OwnedBy};
use super::rules::DiffRules;
use super::step::{Mark, Observed, Step};
use super::values::Outputs;

/// What has to be done with one step.
#[derive(Clone, Debug)]
pub(super) enum Decision {
    Create,
    Update(Vec<FieldChange>),
    Reconcile {
        reason: String,
    },
    Unchanged,
    Manual {
        instructions: Vec<String>,
    },
    Foreign {
        what: String,
        resolve: String,
    },
    Conflict {
        changes: Vec<FieldChange>,
        resolve: String,
    },
    Failed(StepError),
    Delete,
    Adopt,
}

pub(super) fn decide(
    step: &dyn Step,
    desired: &Value,
    observed: &Observed,
    rules: &DiffRules,
) -> Decision {
    let meta = step.meta();
    if meta.adopts {
        return match observed {
            Observed::Present {
                mark: Mark::Foreign,
                ..
            } => Decision::Adopt,
            Observed::Present { .. } => Decision::Unchanged,
            _ => Decision::Failed(
                StepError::new(format!(
                    "{} '{}' is not there any more, or cannot be seen",
                    meta.kind, meta.name
                ))
                .remedy("look at the plan: what is not there is made by apply"),
            ),
        };
    }
    if meta.removes {
        return match observed {
            Observed::Absent | Observed::Blocked { .. } => Decision::Unchanged,
            Observed::Present {
                document,
                outputs,
                mark: Mark::Foreign,
            } => foreign(step, document, outputs),
            Observed::Present { .. } => Decision::Delete,
            Observed::ManualPending { .. }
            | Observed::ManualDone { .. }
            | Observed::NotObserved { .. } => Decision::Failed(StepError::bug(format!(
                "{} is to be deleted and cannot be",
                meta.key
            ))),
        };
    }
    match observed {
        Observed::ManualPending { instructions } => Decision::Manual {
            instructions: instructions.clone(),
        },
        Observed::ManualDone { .. } => Decision::Unchanged,
        Observed::NotObserved { reason } => Decision::Reconcile {
            reason: reason.clone(),
        },
        Observed::Absent | Observed::Blocked { .. } => absent(meta),
        Observed::Present {
            document,
            outputs,
            mark,
        } => {
            if *mark == Mark::Foreign {
                return foreign(step, document, outputs);
            }
            if desired.is_null() {
                return Decision::Unchanged;
            }
            present(meta, diff(desired, document, rules), rules)
        }
    }
}

fn absent(meta: &Meta) -> Decision {
    if meta.manual {
        return Decision::Manual {
            instructions: vec![format!(
                "As soon as this is possible, plan and apply say what to do for {}.",
                meta.name
            )],
        };
    }
    if meta.owner == OwnedBy::Given {
        return Decision::Failed(
            StepError::new(format!(
                "the environment file names {} '{}' as existing, and it does not exist",
                meta.kind, meta.name
            ))
            .remedy("correct the name in the environment file, or make it first")
            .contradicts_file(),
        );
    }
    Decision::Create
}

fn foreign(step: &dyn Step, document: &Value, outputs: &Outputs) -> Decision {
    let meta = step.meta();
    let what = format!(
        "{} '{}' exists in tenant {} without this environment's mark",
        meta.kind, meta.name, meta.tenant
    );
    let (more, resolve) = match step.marking(document, outputs) {
        Marking::By(_) => (
            String::new(),
            "if it is this environment's, adopt it by its key: import writes the mark and nothing else. Else \
             choose another name in the environment file, or have a person remove it"
                .to_owned(),
        ),
        Marking::Anothers(other) => (format!(": it is the environment '{other}''s"), ANOTHERS.to_owned()),
        Marking::Not { why, resolve } => (format!(": {why}"), resolve),
    };
    Decision::Foreign {
        what: what + &more,
        resolve,
    }
}

/// What can be done about a thing of another environment.
pub(super) const ANOTHERS: &str =
    "choose another name in the environment file: what another environment has made is its own";

fn present(meta: &Meta, changes: Vec<FieldChange>, rules: &DiffRules) -> Decision {
    if changes.is_empty() {
        return Decision::Unchanged;
    }
    if meta.owner == OwnedBy::Given {
        return Decision::Conflict {
            changes,
            resolve: "the environment file names it as existing, so it is not written: change it by hand or in the file"
                .to_owned(),
        };
    }
    if changes.iter().any(|change| change.immutable) {
        let resolve = rules.says_way_out().unwrap_or(
            "the service cannot change this on an existing resource: take the file back to what is there, or \
             have a person remove the resource so that it is made anew",
        );
        return Decision::Conflict {
            changes,
            resolve: resolve.to_owned(),
        };
    }
    Decision::Update(changes)
}
