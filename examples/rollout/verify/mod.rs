//! Asks the finished environment whether it does what it is for.
//!
//! [`verify`] needs no journal and no memory of how the environment was made: it runs in a process of its own. It reads
//! everything that the steps make back, thing by thing, and then asks what no single step can see. It writes nothing but
//! the start of the apps' probes. What cannot be proven is reported as not proven, never as passed.

mod check;
mod checks;
mod context;
mod done;
mod outside;
mod report;
mod steps;

use futures::stream::{self, StreamExt};

pub use check::{Check, Unproven};
pub use context::Context;
pub use done::Done;
pub(crate) use done::titles as claims_of_done;
pub use report::{Entry, Report, Vantage, Verdict};
pub use steps::id as id_of_step;

use crate::engine::{Checked, DoorName, Fence, Finding, Recovery, Rollout};
use crate::manifest::Manifest;
use crate::steps::Clients;
use crate::steps::probe::KIND;

/// How to verify.
#[derive(Clone, Debug)]
pub struct VerifyOptions {
    /// How many questions are asked at the same time.
    pub concurrency: usize,
    /// The fence around the clients: from the first look on it lets nothing through but the start of the probes.
    pub fence: Option<Fence>,
    /// What earlier runs left behind: a door that may be open is a failure, whatever stands behind it.
    pub recovery: Recovery,
}

impl Default for VerifyOptions {
    fn default() -> Self {
        Self {
            concurrency: 16,
            fence: None,
            recovery: Recovery::default(),
        }
    }
}

/// Looks at the whole environment and says what is proven of it. What cannot be looked at is in the report with the
/// reason; verifying itself does not fail.
///
/// `clients` must be those that the steps of `rollout` were made with, so that a tenant is signed in to once.
pub async fn verify(
    rollout: &Rollout,
    manifest: &Manifest,
    clients: &Clients,
    options: &VerifyOptions,
) -> Report {
    if let Some(fence) = &options.fence {
        fence.only_start([]);
    }
    let checked = rollout.check(options.concurrency).await;
    if let Some(fence) = &options.fence {
        let_probes_start(fence, &checked);
    }
    let cx = Context::new(manifest, clients, &checked);
    let beyond = checks::of(manifest, &checked);
    let beyond = stream::iter(&beyond)
        .map(|check| run(check.as_ref(), &cx))
        .buffered(options.concurrency.max(1))
        .collect::<Vec<_>>()
        .await;
    let doors = options.recovery.windows.keys().map(left_open);
    let checks = checked.steps().map(steps::entry).chain(beyond);
    let checks: Vec<Entry> = checks.chain(doors).collect();
    let done = done::claims(manifest, &checks);
    Report::new(checks, done)
}

/// The jobs that are ours and as the file says may be started, and nothing else may be written.
fn let_probes_start(fence: &Fence, checked: &Checked) {
    let ready = checked
        .of_kind(KIND)
        .filter(|step| matches!(step.finding, Finding::AsWanted));
    let jobs = ready.filter_map(|step| Some((step.meta.tenant.clone(), step.id()?.to_owned())));
    let jobs: Vec<_> = jobs.collect();
    for (tenant, id) in &jobs {
        if let Some(subscription) = id.split('/').nth(2) {
            fence.own_subscription(tenant, subscription);
        }
    }
    fence.only_start(jobs);
}

/// Only the journal knows for whom a door was opened, and that nobody closed it.
fn left_open(door: &DoorName) -> Entry {
    Entry {
        id: format!("control-plane/left-open/{}/{}", door.kind, door.name),
        title: format!("the {door} is open for no operator"),
        tenant: door.tenant.clone(),
        vantage: Vantage::ControlPlane,
        why: "whoever comes from the operator's address is let in".to_owned(),
        verdict: Verdict::failed(
            door.left_open(),
            "run apply, which closes it before anything else",
        ),
    }
}

async fn run(check: &dyn Check, cx: &Context<'_>) -> Entry {
    let verdict = check.run(cx).await;
    Entry {
        id: check.id(),
        title: check.title(),
        tenant: check.tenant(),
        vantage: check.vantage(),
        why: check.why(),
        verdict: verdict.unwrap_or_else(|unproven| Verdict::not_proven(unproven.0)),
    }
}
