//! A plan that looks behind the SQL server's door.

use std::sync::Arc;

use super::failure::{CliError, full};
use super::journal;
use super::session::Session;
use crate::engine::{Journal, PlanOptions, Planned, ProgressSink, StepError};
use crate::steps::sql_door;

impl Session<'_> {
    /// Plans, opens the door of the server that was seen, looks behind it, and closes it. Where no server is there yet, or
    /// everything could be seen anyway, nothing is opened.
    pub(super) async fn plan_through_window(
        &mut self,
        journal: Arc<dyn Journal>,
    ) -> Result<Planned, CliError> {
        let recovery = journal.recovery().await.map_err(journal::refused)?;
        let first = self.plan(recovery.clone()).await?;
        if first.plan.totals.not_observed == 0 {
            return Ok(first);
        }
        let door = sql_door(self.manifest, &self.clients, &self.rollout, &first).await;
        let Some((key, door)) = door.map_err(|error| failed(&error))? else {
            return Ok(first);
        };
        self.console
            .line(&format!("Opening the {} for the look.", door.name()));
        let run = self.run_options(journal, ProgressSink::default());
        let options = PlanOptions {
            recovery,
            ..PlanOptions::default()
        };
        let rollout = &self.rollout;
        let planned = rollout
            .plan_through(first, &options, &run, &key, door)
            .await;
        // Whatever became of it, the cloud in this process has changed.
        self.save()?;
        let (planned, windows) = planned.map_err(|error| failed(&error))?;
        for window in windows {
            let address = window
                .address
                .map_or_else(String::new, |own| format!(" for {own}"));
            let (opened, closed) = (window.opened.as_deref(), window.closed.as_deref());
            self.console.line(&format!(
                "The {} was opened{address} at {} and closed at {}.",
                window.door,
                opened.unwrap_or("an unknown time"),
                closed.unwrap_or("an unknown time"),
            ));
        }
        Ok(planned)
    }
}

fn failed(error: &StepError) -> CliError {
    if error.is_stopped() {
        return CliError::stopped();
    }
    let help = error.remedy_text().unwrap_or("run the same command again");
    CliError::failed(full(error), help)
}
