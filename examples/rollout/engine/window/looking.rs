//! Planning behind a door that is opened for the look.

use std::sync::Arc;

use super::super::apply::{ApplyOptions, StopLevel};
use super::super::error::StepError;
use super::super::key::Key;
use super::super::planning::{PlanOptions, Planned};
use super::super::rollout::Rollout;
use super::super::values::Output;
use super::{Door, Window, Windows};

impl Rollout {
    /// Looks once more with this door open, and adds what stands behind it to what the first look saw. Nothing is written but
    /// what opens the door and closes it again, and that is in the journal. The door is closed whatever happens, a stop
    /// included.
    ///
    /// # Errors
    /// When the door cannot be opened, may still be open, or somebody stops it.
    pub async fn plan_through(
        &self,
        first: Planned,
        options: &PlanOptions,
        run: &ApplyOptions,
        key: &Key,
        door: Arc<dyn Door>,
    ) -> Result<(Planned, Vec<Window>), StepError> {
        let (journal, progress) = (Arc::clone(&run.journal), run.progress.clone());
        let windows = Windows::new(run.operator.clone(), journal, progress);
        if let Some(fence) = &run.fence {
            fence.reopened(door.name());
        }
        let planned = {
            let work = Box::pin(async { Ok(self.plan(options).await) });
            let through = windows.through(key, door, work);
            tokio::select! {
                biased;
                () = run.stop.beyond(StopLevel::Go) => Err(StepError::stopped()),
                planned = through => planned,
            }
        };
        windows.close_all().await;
        let history = windows.history();
        match history.iter().find(|window| window.closed.is_none()) {
            Some(window) => Err(
                StepError::new(format!("the {} may still be open", window.door))
                    .remedy("run apply, which closes it before anything else"),
            ),
            None => {
                let seen = |through| self.seen_through(first, through, &options.recovery);
                planned.map(|through| (seen(through), history))
            }
        }
    }

    /// What a step was seen to have made.
    pub fn seen(&self, planned: &Planned, output: &Output<String>) -> Option<String> {
        let at = self.graph.index.get(output.key())?;
        let outputs = &planned.looks.get(*at)?.outputs;
        let mut texts = outputs.texts();
        let found = texts.find(|(name, _)| *name == output.name())?;
        Some(found.1.to_owned())
    }
}
