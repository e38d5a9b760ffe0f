//! A finished environment, to be broken: applied once on the embedded cloud, kept as the JSON that a person could edit.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use rhc_core::fake::WorldOptions;
use rollout::connection::Connection;
use rollout::embedded::EmbeddedCloud;
use rollout::engine::{
    Adoption, AdoptionOptions, ApplyOptions, Fence, Journal, Key, MemoryJournal, PlanOptions,
    Planned, RemovalOptions, Rollout, Summary, Takedown,
};
use rollout::manifest::Manifest;
use rollout::steps::{self, Clients};
use serde_json::Value;

/// The QA environment's file.
pub(crate) fn manifest() -> Manifest {
    Manifest::load(concat!(env!("CARGO_MANIFEST_DIR"), "/environments/qa.toml")).unwrap()
}

/// The state of a cloud in which the whole environment stands.
pub(crate) fn state() -> Value {
    static STATE: OnceLock<Value> = OnceLock::new();
    STATE.get_or_init(make).clone()
}

/// A runtime of a thread's own, whose clock is paused like the tests' own.
fn runtime() -> tokio::runtime::Runtime {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    runtime.enable_all().start_paused(true).build().unwrap()
}

/// Judges many cases, of which each makes or breaks a whole environment, on all of the machine's cores. What the verdicts
/// say, in the order of the cases.
pub(crate) fn judge_each<T: Sync>(
    cases: &[T],
    judge: impl AsyncFn(&T) -> Option<String> + Sync,
) -> Vec<String> {
    let next = AtomicUsize::new(0);
    let work = || {
        let runtime = runtime();
        let mut said = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(case) = cases.get(index) else {
                return said;
            };
            let verdict = runtime.block_on(judge(case));
            said.extend(verdict.map(|verdict| (index, verdict)));
        }
    };
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let mut said: Vec<(usize, String)> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..cores).map(|_| scope.spawn(work)).collect();
        let said = workers.into_iter().flat_map(|one| one.join().unwrap());
        said.collect()
    });
    said.sort();
    said.into_iter().map(|(_, verdict)| verdict).collect()
}

fn make() -> Value {
    let made = std::thread::spawn(|| {
        runtime().block_on(async {
            let manifest = manifest();
            let cloud = EmbeddedCloud::new(&manifest, WorldOptions::default(), true).unwrap();
            let run = Run::over(manifest, cloud);
            let planned = run.plan().await;
            let summary = run.apply(planned).await;
            assert_eq!((&summary.failed, &summary.manual), (&vec![], &vec![]));
            settle().await;
            run.cloud.to_state().unwrap()
        })
    });
    made.join().unwrap()
}

/// Directories show what was written some time later in their lists.
pub(crate) async fn settle() {
    tokio::time::sleep(Duration::from_secs(120)).await;
}

/// One process: fresh clients and steps over a cloud, and no memory of earlier ones.
pub(crate) struct Run {
    pub(crate) cloud: EmbeddedCloud,
    pub(crate) manifest: Manifest,
    pub(crate) clients: Clients,
    pub(crate) rollout: Rollout,
    connection: Arc<Connection>,
}

impl Run {
    /// A process over the cloud that a state file describes, in which nobody does what a person has to do.
    pub(crate) fn from_state(state: &Value) -> Self {
        Self::of(manifest(), state)
    }

    /// The same, with another environment file.
    pub(crate) fn of(manifest: Manifest, state: &Value) -> Self {
        let state = state.to_string();
        let cloud =
            EmbeddedCloud::from_state(&manifest, &state, WorldOptions::default(), false).unwrap();
        Self::over(manifest, cloud)
    }

    /// A process over a cloud.
    pub(crate) fn over(manifest: Manifest, cloud: EmbeddedCloud) -> Self {
        let connection = cloud.connect();
        let clients = Clients::new(Arc::clone(&connection) as Arc<dyn steps::Connect>);
        let rollout = steps::environment(&manifest, &clients).unwrap();
        Self {
            cloud,
            manifest,
            clients,
            rollout,
            connection,
        }
    }

    /// The same from a desk, where the databases' server lets nobody in.
    pub(crate) fn seen_from_outside(self) -> Self {
        self.connection.work_from_outside();
        self
    }

    /// What it may write.
    pub(crate) fn fence(&self) -> &Fence {
        self.connection.fence()
    }

    pub(crate) async fn plan(&self) -> Planned {
        self.rollout.plan(&PlanOptions::default()).await
    }

    pub(crate) async fn apply(&self, planned: Planned) -> Summary {
        self.apply_within(planned, Duration::from_secs(4 * 3600))
            .await
    }

    /// As [`apply`](Self::apply), and a person is waited for so long only.
    pub(crate) async fn apply_within(&self, planned: Planned, patience: Duration) -> Summary {
        let options = ApplyOptions {
            fence: Some(self.connection.fence().clone()),
            patience,
            ..ApplyOptions::default()
        };
        self.rollout.apply(planned, &options).await.unwrap()
    }

    /// What would be taken down, what stays, and what is in the way.
    pub(crate) async fn plan_removal(&self) -> Takedown {
        let options = RemovalOptions {
            fence: Some(self.connection.fence().clone()),
            now: self.connection.clock().now(),
            ..RemovalOptions::default()
        };
        self.rollout.plan_removal(&options).await.unwrap()
    }

    /// What of these would be adopted, and what is in the way.
    pub(crate) async fn plan_adoption(&self, keys: &[Key]) -> Adoption {
        self.plan_adoption_after(keys, &MemoryJournal::new()).await
    }

    /// The same, after the runs that this journal knows.
    pub(crate) async fn plan_adoption_after(
        &self,
        keys: &[Key],
        journal: &MemoryJournal,
    ) -> Adoption {
        let options = AdoptionOptions {
            recovery: journal.recovery().await.unwrap(),
            fence: Some(self.connection.fence().clone()),
            ..AdoptionOptions::default()
        };
        self.rollout.plan_adoption(keys, &options).await.unwrap()
    }

    /// Adopts it.
    pub(crate) async fn adopt(&self, adoption: Adoption) -> Summary {
        self.adopt_after(adoption, Arc::default()).await
    }

    /// The same, with this journal.
    pub(crate) async fn adopt_after(
        &self,
        adoption: Adoption,
        journal: Arc<MemoryJournal>,
    ) -> Summary {
        let options = ApplyOptions {
            journal: journal as Arc<dyn Journal>,
            fence: Some(self.connection.fence().clone()),
            leaves_doors: true,
            ..ApplyOptions::default()
        };
        let Adoption { rollout, planned } = adoption;
        rollout.apply(planned, &options).await.unwrap()
    }

    /// Takes it down.
    pub(crate) async fn take_down(&self, takedown: Takedown) -> Summary {
        let options = ApplyOptions {
            fence: Some(self.connection.fence().clone()),
            ..ApplyOptions::default()
        };
        takedown
            .rollout
            .apply(takedown.planned, &options)
            .await
            .unwrap()
    }
}
