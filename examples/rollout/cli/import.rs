//! `import`: adopts what exists without the environment's mark, after it has shown what that is.

use std::sync::Arc;

use super::args::CloudChoice;
use super::failure::{CliError, full};
use super::journal;
use super::prompt;
use super::session::Session;
use crate::engine::{Adoption, AdoptionOptions, Exit, Key, MemoryJournal};
use crate::report::{self, Detail, Named};

impl Session<'_> {
    /// Shows what would be adopted, asks, and does it.
    pub(super) async fn import(&mut self) -> Result<Exit, CliError> {
        let journal = self.journal.clone();
        let journal = journal.unwrap_or_else(|| Arc::new(MemoryJournal::new()));
        let options = AdoptionOptions {
            recovery: journal.recovery().await.map_err(journal::refused)?,
            fence: Some(self.target.connection.fence().clone()),
            time_scale: self.target.connection.clock().speed(),
            ..AdoptionOptions::default()
        };
        let keys: Vec<Key> = self.args.keys().iter().map(Key::new).collect();
        let looked = self.rollout.plan_adoption(&keys, &options);
        let Adoption { rollout, planned } =
            self.signals.or_stopped(looked).await?.map_err(|error| {
                CliError::failed(
                    full(&error),
                    "this is a mistake in the rollout: please report it",
                )
            })?;
        let plan = planned.plan.clone();
        for event in report::of_plan(&plan) {
            self.events.say(event);
        }
        let refused = plan.totals.refused > 0;
        let asks = self.args.cloud == CloudChoice::Azure
            && !self.args.yes
            && !refused
            && plan.totals.adopt > 0;
        // Whoever wants little to read still reads what he is asked about.
        let mut text = self.console.text();
        if asks && self.console.detail() == Detail::Quiet {
            text = text.with(Detail::Normal);
        }
        report::adoption(&mut text, &plan);
        self.console.show(text);
        self.document.planned(plan.clone());
        if refused {
            return Ok(Exit::Failure);
        }
        if rollout.is_empty() {
            return Ok(Exit::Done);
        }
        if asks {
            let asked = prompt::confirm(self.args.verb(), "Adopt all this on Azure?");
            self.signals.or_stopped(asked).await??;
        }
        self.rollout = rollout;
        let summary = self.carry_out(planned, journal).await?;
        let mut text = self.console.text();
        report::adopted(&mut text, &summary, &plan);
        self.console.show(text);
        self.outputs.extend(summary.outputs.clone());
        self.events
            .say(Named::Applied(report::Applied::of(&summary)));
        self.document.applied(summary.clone());
        Ok(summary.exit())
    }
}
