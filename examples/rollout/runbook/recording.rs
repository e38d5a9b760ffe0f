//! What each step sends: a rehearsal in this process, written down.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use rhc_core::fake::WorldOptions;
use rhc_graph::fake::Needs;

use crate::connection::{Connection, Sent, Tap, What};
use crate::embedded::{EmbeddedCloud, EmbeddedError};
use crate::engine::{
    ApplyOptions, GraphError, JournalError, Key, Meta, Operator, Outputs, PlanOptions,
    RemovalOptions, Summary,
};
use crate::manifest::Manifest;
use crate::steps::{Clients, Connect, environment};

/// How long the simulated person may take.
const PERSONS_PATIENCE: Duration = Duration::from_secs(4 * 60 * 60);
/// After this long every reader of a directory sees the last write.
const AT_REST: Duration = Duration::from_secs(120);
/// By which address embedded clouds know who comes from outside.
const ADDRESS: Ipv4Addr = Ipv4Addr::new(203, 0, 113, 7);
/// How many steps are looked at at the same time.
const CONCURRENCY: usize = 32;

/// A rehearsal of a whole environment.
#[derive(Clone, Debug)]
pub struct Recording {
    /// What was sent while the steps wrote, in the order in which it was sent.
    pub written: Vec<Sent>,
    /// What was sent while a plan was made of an empty cloud.
    pub planned: Vec<Sent>,
    /// What was sent while a plan was made of the finished environment.
    pub planned_again: Vec<Sent>,
    /// What was sent when everything was done and each thing was read back by itself.
    pub read: Vec<Sent>,
    /// What was sent while the finished environment was taken down again; nothing where only its making was rehearsed.
    pub taken_down: TakenDown,
    graph: BTreeMap<(String, String), Needs>,
    /// What each step made known.
    pub outputs: BTreeMap<Key, Outputs>,
    /// The steps, each after those that it needs.
    pub steps: Vec<Meta>,
    /// The address from which the rehearsal came through closed doors.
    pub address: Ipv4Addr,
}

/// What a takedown sent.
#[derive(Clone, Debug, Default)]
pub struct TakenDown {
    /// While it looked for what is there.
    pub planned: Vec<Sent>,
    /// While it deleted.
    pub deleted: Vec<Sent>,
}

impl Recording {
    /// What plans and the apply have sent.
    pub fn all(&self) -> impl Iterator<Item = &Sent> {
        let before = self.planned.iter().chain(&self.written);
        before.chain(&self.planned_again)
    }

    /// The permissions of Microsoft Graph that a request needs: one of each list.
    pub fn graph_needs(&self, method: &str, path: &str) -> Option<Needs> {
        let key = (method.to_owned(), path.to_owned());
        self.graph.get(&key).copied()
    }

    /// The step that found out or made a subscription, and its name.
    pub fn subscription(&self, id: &str) -> Option<(&Key, &str)> {
        let has = |meta: &&Meta| {
            let outputs = self.outputs.get(&meta.key);
            let own = outputs.and_then(|outputs| outputs.get("subscriptionId")?.as_str());
            own.is_some_and(|own| own.eq_ignore_ascii_case(id))
        };
        let found = self.steps.iter().find(has);
        found.map(|meta| (&meta.key, meta.name.as_str()))
    }

    /// The domain of a tenant, by the id that it has in this rehearsal.
    pub fn domain<'m>(&self, manifest: &'m Manifest, id: &str) -> Option<&'m str> {
        let found = manifest.tenants.values().find(|tenant| {
            let own = tenant.id.as_deref();
            own.is_some_and(|own| own.eq_ignore_ascii_case(id))
                || (own.is_none() && self.made_id(tenant.initial_domain()) == Some(id))
        });
        found.map(|tenant| tenant.domain.as_str())
    }

    /// The id that a tenant got.
    fn made_id(&self, label: Option<&str>) -> Option<&str> {
        let label = label?;
        let of = |key: &Key| {
            let last = key.as_str().rsplit('/').next().unwrap_or_default();
            last == label || last.split('.').next() == Some(label)
        };
        let mut steps = self.outputs.iter().filter(|(key, _)| of(key));
        steps.find_map(|(_, outputs)| outputs.get("tenantId")?.as_str())
    }
}

/// Why there is no recording.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecordingError {
    /// The embedded cloud cannot be made.
    #[error("the cloud for the rehearsal cannot be made")]
    Cloud(#[from] EmbeddedError),
    /// The steps do not fit together.
    #[error("the steps do not fit together")]
    Graph(#[from] GraphError),
    /// The journal in memory failed.
    #[error("the rehearsal could not be kept")]
    Journal(#[from] JournalError),
    /// A step failed.
    #[error("the rehearsal did not come to its end: {0}")]
    Step(String),
    /// No runtime.
    #[error("the rehearsal could not be started")]
    Start(#[from] std::io::Error),
}

/// Rehearses the whole environment on a cloud of its own, with ids that are derived from this seed, and writes down what
/// is sent.
///
/// # Errors
/// Where the environment cannot be built from nothing, with the step that failed.
pub fn record(manifest: &Manifest, seed: u64) -> Result<Recording, RecordingError> {
    rehearsed(manifest, seed, false)
}

/// The same, and takes the finished environment down again.
///
/// # Errors
/// Where the environment cannot be built from nothing or does not go again, with the step that failed.
pub fn record_takedown(manifest: &Manifest, seed: u64) -> Result<Recording, RecordingError> {
    rehearsed(manifest, seed, true)
}

fn rehearsed(
    manifest: &Manifest,
    seed: u64,
    takes_down: bool,
) -> Result<Recording, RecordingError> {
    let mut manifest = manifest.clone();
    // What is sent does not depend on the client that one signs in with, and a client with few permissions would not get far.
    for tenant in manifest.tenants.values_mut() {
        tenant.sign_in_client_id = None;
    }
    // A paused clock of its own, whatever clock the program runs on.
    std::thread::scope(|threads| {
        let worker = threads.spawn(|| {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .start_paused(true)
                .build()?;
            runtime.block_on(rehearse(&manifest, seed, takes_down))
        });
        worker
            .join()
            .unwrap_or_else(|_| Err(RecordingError::Step("it broke off".to_owned())))
    })
}

async fn rehearse(
    manifest: &Manifest,
    seed: u64,
    takes_down: bool,
) -> Result<Recording, RecordingError> {
    let ordinary = WorldOptions::default();
    let later = u32::try_from(seed).unwrap_or_default();
    let options = WorldOptions {
        seed,
        // So that a time of the rehearsal is not taken for one of the file.
        start: ordinary.start + Duration::from_secs(86_400) * later.saturating_sub(1),
        ..ordinary
    };
    let cloud = EmbeddedCloud::new(manifest, options, true)?;
    let tap = Tap::new(cloud.world());
    let connection = Connection::embedded_tapped(manifest, cloud.world(), &tap);
    let clients = Clients::new(Arc::clone(&connection) as Arc<dyn Connect>);
    let rollout = environment(manifest, &clients)?;
    let planned = rollout.plan(&PlanOptions::default()).await;
    let seen = tap.take();
    let options = ApplyOptions {
        fence: Some(connection.fence().clone()),
        patience: PERSONS_PATIENCE,
        operator: Operator {
            address: Some(ADDRESS),
            minutes: manifest.operator.window_minutes,
            clock: connection.clock(),
        },
        ..ApplyOptions::default()
    };
    let summary = rollout.apply(planned, &options).await?;
    must_be_whole(&summary)?;
    let written = tap.take();
    tokio::time::sleep(AT_REST).await;
    rollout.plan(&PlanOptions::default()).await;
    let planned_again = tap.take();
    rollout.check(CONCURRENCY).await;
    let read = tap.take();
    let mut taken_down = TakenDown::default();
    if takes_down {
        let removal = RemovalOptions {
            fence: Some(connection.fence().clone()),
            now: connection.clock().now(),
            ..RemovalOptions::default()
        };
        let takedown = rollout.plan_removal(&removal).await?;
        taken_down.planned = tap.take();
        must_be_whole(&takedown.rollout.apply(takedown.planned, &options).await?)?;
        taken_down.deleted = tap.take();
    }
    let mut graph = BTreeMap::new();
    let made = seen.iter().chain(&written).chain(&planned_again);
    for sent in made.chain(&taken_down.planned).chain(&taken_down.deleted) {
        if let What::Http { method, url, .. } = &sent.what
            && let Some(path) = url.path().strip_prefix("/v1.0")
            && let Some(needs) = rhc_graph::fake::needs(cloud.world(), method, path)
        {
            graph.insert((method.clone(), path.to_owned()), needs);
        }
    }
    Ok(Recording {
        graph,
        planned: seen,
        planned_again,
        written,
        read,
        taken_down,
        outputs: summary.outputs,
        steps: rollout.steps().map(|step| step.meta().clone()).collect(),
        address: ADDRESS,
    })
}

fn must_be_whole(summary: &Summary) -> Result<(), RecordingError> {
    let failure = summary.failed.first().map(|failure| format!("{failure:?}"));
    let waiting = || summary.manual.first().map(|waiting| format!("{waiting:?}"));
    match failure.or_else(waiting) {
        Some(why) => Err(RecordingError::Step(why)),
        None => Ok(()),
    }
}
