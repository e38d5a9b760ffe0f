//! The verb `mirror`: development and the environment side by side. It reads.

use super::failure::CliError;
use super::session::Session;
use crate::engine::{Exit, Recovery, StepError};
use crate::mirror::{self, MirrorTotals};
use crate::report;

impl Session<'_> {
    /// Compares what was asked for; what differs is what a plan's changes are: something to look at.
    pub(super) async fn mirror(&mut self) -> Result<Exit, CliError> {
        let apps = mirror::apps(self.manifest, self.args.from_group.as_deref());
        let apps = apps.map_err(|error| wrong_group(&error))?;
        let mut seen = Vec::new();
        for (key, app) in apps {
            let look = mirror::look(self.manifest, &self.target.connection, app);
            let look = self
                .signals
                .or_stopped(look)
                .await?
                .map_err(|error| unseen(&error))?;
            seen.push((key, app, look));
        }
        let plan = if seen.iter().any(|(_, _, look)| look.needs_plan()) {
            Some(self.plan(Recovery::default()).await?.plan)
        } else {
            None
        };
        let comparisons: Vec<_> = seen
            .iter()
            .map(|(key, app, look)| mirror::compared(key, app, look, plan.as_ref()))
            .collect();
        let mut text = self.console.text();
        report::mirror(&mut text, &comparisons);
        self.console.show(text);
        let totals = MirrorTotals::of(&comparisons);
        self.document.mirrored(totals, comparisons);
        Ok(if totals.is_equal() {
            Exit::Done
        } else {
            Exit::Changes
        })
    }
}

fn wrong_group(error: &StepError) -> CliError {
    CliError::usage(error.full_message(), help(error))
}

fn unseen(error: &StepError) -> CliError {
    CliError::failed(error.full_message(), help(error))
}

fn help(error: &StepError) -> String {
    let help = error.remedy_text();
    help.unwrap_or("mirror needs the role Reader in development's tenant and in the environment's")
        .to_owned()
}
