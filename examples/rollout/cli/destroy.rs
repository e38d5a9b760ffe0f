//! `destroy`: takes down what `apply` made, after it has shown what that is and was told the environment's name.

use std::sync::Arc;

use super::args::Args;
use super::failure::{CliError, full};
use super::journal;
use super::prompt;
use super::session::Session;
use crate::engine::{Exit, MemoryJournal, Recovery, RemovalOptions, Takedown};
use crate::manifest::Manifest;
use crate::report::{self, Detail, Named};

/// The phase of the project in which an environment may be taken down by a program.
const QA: u8 = 1;

/// Refuses another environment than the one that was named, and one that is not for trying things out.
pub(super) fn check(args: &Args, manifest: &Manifest) -> Result<(), CliError> {
    must_be_for_tests(manifest)?;
    let name = &manifest.environment.name;
    match &args.yes_destroy {
        Some(given) if given != name => Err(CliError::usage(
            format!(
                "--yes-destroy says '{given}', and this is the environment '{name}': nothing was deleted"
            ),
            format!("if you mean this one, give --yes-destroy {name}"),
        )),
        _ => Ok(()),
    }
}

pub(super) fn must_be_for_tests(manifest: &Manifest) -> Result<(), CliError> {
    let own = &manifest.environment;
    let says = |text: &str| {
        let text = text.to_lowercase();
        let mut words = text.split(|c: char| !c.is_alphanumeric());
        words.any(|word| ["prod", "production", "live"].contains(&word))
    };
    let why = if own.phase != QA {
        format!(
            "phase = {} under [environment]: only phase 1 is QA",
            own.phase
        )
    } else if says(&own.name) || says(&own.display_name) {
        format!(
            "its name says production (name = \"{}\", display_name = \"{}\")",
            own.name, own.display_name
        )
    } else {
        return Ok(());
    };
    Err(CliError::usage(
        format!("destroy is for QA, and this environment file is not of QA: {why}"),
        "take production down by hand, one decision at a time; if the file is wrong, correct it",
    ))
}

impl Session<'_> {
    /// Looks at everything, and says what would be deleted.
    pub(super) async fn plan_takedown(&self, recovery: Recovery) -> Result<Takedown, CliError> {
        let clock = self.target.connection.clock();
        let options = RemovalOptions {
            recovery,
            fence: Some(self.target.connection.fence().clone()),
            now: clock.now(),
            time_scale: clock.speed(),
            ..RemovalOptions::default()
        };
        let looked = self.rollout.plan_removal(&options);
        self.signals.or_stopped(looked).await?.map_err(|error| {
            CliError::failed(
                full(&error),
                "this is a mistake in the rollout: please report it",
            )
        })
    }

    /// Shows what would be deleted, asks, and does it.
    pub(super) async fn destroy(&mut self) -> Result<Exit, CliError> {
        let journal = self.journal.clone();
        let journal = journal.unwrap_or_else(|| Arc::new(MemoryJournal::new()));
        let recovery = journal.recovery().await.map_err(journal::refused)?;
        let Takedown {
            rollout,
            planned,
            known,
        } = self.plan_takedown(recovery).await?;
        let plan = planned.plan.clone();
        for event in report::of_plan(&plan) {
            self.events.say(event);
        }
        let name = &self.manifest.environment.name;
        let asks = self.args.yes_destroy.is_none() && plan.totals.delete > 0;
        // Whoever wants little to read still reads what he is asked about.
        let mut text = self.console.text();
        if asks && self.console.detail() == Detail::Quiet {
            text = text.with(Detail::Normal);
        }
        report::takedown(&mut text, &plan);
        self.console.show(text);
        self.document.planned(plan.clone());
        let refused = plan.totals.refused > 0;
        if self.compares() && plan.totals.delete > 0 {
            self.rights_of_takedown(&plan, &known).await?;
        }
        if asks {
            self.signals
                .or_stopped(prompt::confirm_destroy(name))
                .await??;
        }
        if rollout.is_empty() {
            return Ok(if refused { Exit::Failure } else { Exit::Done });
        }
        self.rollout = rollout;
        let summary = self.carry_out(planned, journal).await?;
        let mut text = self.console.text();
        report::taken_down(&mut text, &summary, &plan);
        self.console.show(text);
        self.events
            .say(Named::Applied(report::Applied::of(&summary)));
        self.document.applied(summary.clone());
        Ok(match summary.exit() {
            Exit::Done if refused => Exit::Failure,
            exit => exit,
        })
    }
}
