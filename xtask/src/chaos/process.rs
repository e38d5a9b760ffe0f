//! One process of the rollout: fresh clients, and no memory of an earlier one but its journal.

use std::{sync::Arc, time::Duration};

use rollout::{
    embedded::EmbeddedCloud,
    engine::{ApplyOptions, Journal, MemoryJournal, PlanOptions, ProgressSink, Summary},
    manifest::Manifest,
    steps::{self, Clients},
};

use crate::Outcome;

/// How long the simulated person may take for everything.
const PATIENCE: Duration = Duration::from_secs(4 * 60 * 60);
/// How often a run looks whether he is done. Seldom, because each look is a request where faults strike like everywhere, and
/// the third of them shows no more than the tenth.
const POLL: Duration = Duration::from_secs(300);
/// After this long every reader of a directory sees the last write.
const AT_REST: Duration = Duration::from_secs(120);

/// Plans and applies, as `qa_rollout apply` does.
pub(super) async fn apply(
    manifest: &Manifest,
    cloud: &EmbeddedCloud,
    journal: &Arc<MemoryJournal>,
    progress: ProgressSink,
) -> Outcome<Summary> {
    let connection = cloud.connect();
    let clients = Clients::new(Arc::clone(&connection) as Arc<dyn steps::Connect>);
    let rollout = steps::environment(manifest, &clients).map_err(|error| error.to_string())?;
    let recovery = journal
        .recovery()
        .await
        .map_err(|error| error.to_string())?;
    let planned = rollout
        .plan(&PlanOptions {
            recovery,
            ..PlanOptions::default()
        })
        .await;
    let options = ApplyOptions {
        journal: Arc::clone(journal) as Arc<dyn Journal>,
        progress,
        fence: Some(connection.fence().clone()),
        patience: PATIENCE,
        poll: POLL,
        ..ApplyOptions::default()
    };
    let summary = rollout.apply(planned, &options).await;
    summary.map_err(|error| error.to_string())
}

/// Lets everything happen that a finished run has left to time, and, for this long more, to the service.
pub(super) async fn come_to_rest(more: Duration) {
    tokio::time::sleep(AT_REST + more).await;
}

/// Runs this on a paused clock of its own.
pub(super) fn paused<T>(work: impl Future<Output = Outcome<T>>) -> Outcome<T> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .map_err(|error| error.to_string())?;
    runtime.block_on(work)
}
