//! The one JSON document that `--json` prints.

use rhc_core::fake::LoggedRequest;
use serde::Serialize;

use super::reads::most_reads_of_one_address;
use crate::engine::{Exit, ObserveStats, Plan, Summary};
use crate::mirror::{Comparison, MirrorTotals};
use crate::preflight::Finding;
use crate::verify::Report;

/// What a process came to. Parts that the verb does not have are null.
#[derive(Clone, Debug, Serialize)]
pub struct Document {
    /// The verb.
    pub verb: &'static str,
    /// The environment's name.
    pub environment: String,
    /// `embedded`, the address, or `azure`.
    pub cloud: String,
    /// What preflight found.
    pub preflight: Vec<Finding>,
    /// The plan's totals.
    pub plan: Option<Counts>,
    /// What was done.
    pub apply: Option<Applied>,
    /// What was proven.
    pub verify: Option<Verified>,
    /// The totals of the plan after the apply.
    pub second_plan: Option<Counts>,
    /// How development and the environment compare.
    pub mirror: Option<MirrorTotals>,
    /// What the plan needs, tenant by tenant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub permissions: Option<serde_json::Value>,
    /// How many requests this process sent.
    pub requests: u64,
    /// How many seconds it took, on the wall.
    pub seconds: f64,
    /// How many seconds passed in the cloud.
    pub cloud_seconds: f64,
    /// The process's exit code.
    pub exit: u8,
    /// Everything behind the totals.
    pub details: Details,
}

/// A plan's totals.
#[derive(Clone, Debug, Serialize)]
pub struct Counts {
    #[serde(flatten)]
    totals: crate::engine::Totals,
    left_over: usize,
    observed: ObserveStats,
    #[serde(skip_serializing_if = "Option::is_none")]
    most_reads_of_one_address: Option<usize>,
}

/// What was done.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Applied {
    created: usize,
    updated: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    deleted: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    adopted: Option<usize>,
    failed: usize,
    unchanged: usize,
    recovered: usize,
    done_by_person: usize,
    blocked: usize,
    manual: usize,
    not_started: usize,
    left_running: usize,
    stopped: bool,
}

impl Applied {
    /// Of this run.
    pub fn of(summary: &Summary) -> Self {
        Self {
            created: summary.created,
            updated: summary.updated,
            deleted: (summary.deleted > 0).then_some(summary.deleted),
            adopted: (summary.adopted > 0).then_some(summary.adopted),
            failed: summary.failed.len(),
            unchanged: summary.unchanged,
            recovered: summary.recovered,
            done_by_person: summary.done_by_person,
            blocked: summary.blocked.len(),
            manual: summary.manual.len(),
            not_started: summary.not_started.len(),
            left_running: summary.left_running.len(),
            stopped: summary.stopped,
        }
    }
}

/// What was proven.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Verified {
    passed: usize,
    failed: usize,
    not_proven: usize,
}

/// Everything behind the totals.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Details {
    /// The plan.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plan: Option<Plan>,
    /// The apply.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub apply: Option<Summary>,
    /// The verification.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verify: Option<Report>,
    /// The plan after the apply.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub second_plan: Option<Plan>,
    /// The comparisons with development.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mirror: Option<Vec<Comparison>>,
}

impl Document {
    /// A document in which nothing has happened yet.
    pub fn new(verb: &'static str, environment: &str, cloud: &str) -> Self {
        Self {
            verb,
            environment: environment.to_owned(),
            cloud: cloud.to_owned(),
            preflight: Vec::new(),
            plan: None,
            apply: None,
            verify: None,
            second_plan: None,
            mirror: None,
            permissions: None,
            requests: 0,
            seconds: 0.0,
            cloud_seconds: 0.0,
            exit: Exit::Done.code(),
            details: Details::default(),
        }
    }

    /// Adds the plan.
    pub fn planned(&mut self, plan: Plan) {
        self.plan = Some(counts(&plan));
        self.details.plan = Some(plan);
    }

    /// Adds the plan after the apply, and of an embedded cloud what was asked for it.
    pub fn planned_again(&mut self, plan: Plan, log: Option<&[LoggedRequest]>) {
        self.second_plan = Some(Counts {
            most_reads_of_one_address: log.map(most_reads_of_one_address),
            ..counts(&plan)
        });
        self.details.second_plan = Some(plan);
    }

    /// Adds the apply.
    pub fn applied(&mut self, summary: Summary) {
        self.apply = Some(Applied::of(&summary));
        self.details.apply = Some(summary);
    }

    /// Adds the comparison with development.
    pub fn mirrored(&mut self, totals: MirrorTotals, comparisons: Vec<Comparison>) {
        self.mirror = Some(totals);
        self.details.mirror = Some(comparisons);
    }

    /// Adds the verification.
    pub fn verified(&mut self, report: Report) {
        self.verify = Some(Verified {
            passed: report.passed,
            failed: report.failed,
            not_proven: report.not_proven,
        });
        self.details.verify = Some(report);
    }
}

fn counts(plan: &Plan) -> Counts {
    Counts {
        totals: plan.totals,
        left_over: plan.orphans.len(),
        observed: plan.observed.clone(),
        most_reads_of_one_address: None,
    }
}
