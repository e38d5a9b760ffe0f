//! A run as a stream of events for programs: one JSON object a line.
//!
//! The names and what they carry stand in examples/README.md, which a test compares with what runs really write.

use serde::Serialize;

use super::document::Applied;
use crate::connection::Exchange;
use crate::engine::{Action, Plan, PlanEntry, Progress, Totals};
use crate::preflight::Finding;
use crate::verify::{Report, Vantage};

/// Which version of the events' form it is. It becomes another number when a name or a meaning changes, and stays when one is
/// added.
pub const SCHEMA: u32 = 1;

/// What happened.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub enum Event<'a> {
    /// With a name of its own.
    Named(Named<'a>),
    /// What happens during an apply.
    Progress(&'a Progress),
}

/// What happened, with its name.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "snake_case", tag = "event")]
pub enum Named<'a> {
    /// The run begins.
    Run {
        /// The verb.
        verb: &'static str,
        /// The environment's name.
        environment: &'a str,
        /// `embedded`, the address, or `azure`.
        cloud: &'a str,
    },
    /// Something that was foreseen.
    Foreseen(&'a Finding),
    /// A step of the plan.
    Planned {
        /// The step.
        key: &'a str,
        /// The stage's id.
        stage: &'static str,
        /// The environment file's name for the tenant.
        tenant: &'a str,
        /// Resource type or collection.
        kind: &'a str,
        /// The name that a person would look for.
        name: &'a str,
        /// What would be done.
        action: &'static str,
    },
    /// The plan's end.
    Plan {
        /// How many of each.
        #[serde(flatten)]
        totals: Totals,
        /// How many things are not in the file.
        left_over: usize,
    },
    /// A request was answered, or got no answer. With `--verbose` only.
    Request(&'a Exchange),
    /// The apply's end.
    Applied(Applied),
    /// What a check found.
    Check {
        /// The check.
        id: &'a str,
        /// What it says if it passes.
        title: &'a str,
        /// From where it looks.
        vantage: Vantage,
        /// What it found: `passed`, `failed`, `not_proven`.
        verdict: &'static str,
    },
    /// The verification's end.
    Verified {
        /// So many checks passed.
        passed: usize,
        /// So many failed.
        failed: usize,
        /// So many could not be made.
        not_proven: usize,
    },
    /// The run ends early.
    Error {
        /// Why.
        message: &'a str,
        /// What to do.
        help: Option<&'a str>,
    },
    /// The run's end; always the last line.
    End {
        /// The process's exit code.
        exit: u8,
        /// How many requests it sent.
        requests: u64,
        /// How many seconds it took, on the wall.
        seconds: f64,
        /// How many seconds passed in the cloud.
        cloud_seconds: f64,
    },
}

/// The events of a plan: one for each step that is not as wanted, then the totals.
pub fn of_plan(plan: &Plan) -> Vec<Named<'_>> {
    let entries = plan.entries.iter();
    let steps = entries.filter_map(planned);
    let totals = Named::Plan {
        totals: plan.totals,
        left_over: plan.orphans.len(),
    };
    steps.chain([totals]).collect()
}

fn planned(entry: &PlanEntry) -> Option<Named<'_>> {
    let action = match &entry.action {
        Action::Unchanged | Action::Gone => return None,
        Action::Create { .. } => "create",
        Action::Update { .. } => "update",
        Action::Manual { .. } => "manual",
        Action::NotObserved { .. } => "not_observed",
        Action::Foreign { .. } => "foreign",
        Action::Conflict { .. } => "conflict",
        Action::Failed { .. } => "failed",
        Action::Delete { .. } => "delete",
        Action::GoesWith { .. } => "goes_with",
        Action::Stays { .. } => "stays",
        Action::Refused { .. } => "refused",
        Action::Adopt(_) => "adopt",
    };
    Some(Named::Planned {
        key: entry.key.as_str(),
        stage: entry.stage.id,
        tenant: entry.tenant.as_str(),
        kind: &entry.kind,
        name: &entry.name,
        action,
    })
}

/// The events of a verification: one for each check, then the totals.
pub fn of_verification(report: &Report) -> Vec<Named<'_>> {
    let checks = report.checks.iter().map(|entry| Named::Check {
        id: &entry.id,
        title: &entry.title,
        vantage: entry.vantage,
        verdict: entry.verdict.name(),
    });
    let totals = Named::Verified {
        passed: report.passed,
        failed: report.failed,
        not_proven: report.not_proven,
    };
    checks.chain([totals]).collect()
}
