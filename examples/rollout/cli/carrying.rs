//! An apply as it is carried out: its progress drawn, logged and kept.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::MissedTickBehavior;

use super::failure::CliError;
use super::journal;
use super::session::Session;
use super::state;
use crate::engine::{ApplyOptions, Journal, Planned, Progress, ProgressSink, Summary};
use crate::report::{Board, Detail, Ended, Event, ProgressLines};

/// How long a simulated person may take for everything that is left to him.
const PERSONS_PATIENCE: Duration = Duration::from_secs(4 * 60 * 60);
/// How often the times at the lower end of a terminal go on.
const TICK: Duration = Duration::from_secs(1);

impl Session<'_> {
    pub(super) async fn carry_out(
        &mut self,
        planned: Planned,
        journal: Arc<dyn Journal>,
    ) -> Result<Summary, CliError> {
        let clock = self.target.connection.clock();
        let (sender, mut events) = mpsc::unbounded_channel();
        let options = ApplyOptions {
            patience: if self.target.person {
                PERSONS_PATIENCE
            } else {
                Duration::ZERO
            },
            ..self.run_options(journal, ProgressSink::to(sender))
        };
        let lines = ProgressLines {
            colour: self.console.colour(),
            person: self.target.person,
            detail: self.console.detail(),
        };
        let began = clock.now();
        let mut log = self.deployment_log(&planned.plan);
        let mut board = Board::of(&planned.plan);
        if self.console.detail() > Detail::Quiet {
            self.console.say("\n");
        }
        let live = self.console.begin_live();
        // In this process time jumps from one wait to the next: a clock that ticks would only make it stumble.
        let ticks = live && self.target.embedded.is_none();
        let (console, target, rollout) = (&mut *self.console, &self.target, &self.rollout);
        let timeline = &mut self.timeline;
        let told = &self.events;
        let run = async {
            let summary = rollout.apply(planned, &options).await;
            // The channel ends with the last sender, and so does the drawing.
            drop(options);
            summary
        };
        let draw = async {
            let mut tick = tokio::time::interval(TICK);
            tick.set_missed_tick_behavior(MissedTickBehavior::Skip);
            loop {
                let first = tokio::select! {
                    biased;
                    first = events.recv() => match first {
                        Some(first) => Some(first),
                        None => break,
                    },
                    _ = tick.tick(), if ticks => None,
                };
                let waiting = std::iter::from_fn(|| events.try_recv().ok());
                let mut something_done = false;
                let mut elapsed = Duration::try_from(clock.now() - began).unwrap_or_default();
                for event in first.into_iter().chain(waiting) {
                    elapsed = Duration::try_from(clock.now() - began).unwrap_or_default();
                    timeline.take(&event, elapsed);
                    told.tell(Event::Progress(&event));
                    if let Some(log) = &mut log {
                        log.take(&event, clock.now());
                    }
                    let ended = board.take(&event, elapsed);
                    if let Some(line) = lines.draw(&event, elapsed) {
                        console.say(&line);
                    }
                    // What is not over yet stands at the lower end of a terminal.
                    let ended = ended.filter(|what| !live || matches!(what, Ended::Stage { .. }));
                    if let Some(line) = ended.and_then(|what| lines.ended(&what, elapsed)) {
                        console.say(&line);
                    }
                    something_done |= matches!(event, Progress::Done { .. });
                }
                if live {
                    console.live(&board.lines(elapsed));
                }
                // A process that is killed loses no more than what it was doing.
                if let (true, Some((cloud, Some(path)))) = (something_done, &target.embedded) {
                    state::save(cloud.world(), path)?;
                }
            }
            Ok(())
        };
        let (summary, drawn) = tokio::join!(run, draw);
        console.end_live();
        let summary = summary.map_err(journal::refused)?;
        if let Some(log) = &mut log {
            log.end(&summary, clock.now());
        }
        if let Some(lost) = log.and_then(|log| log.lost) {
            self.console.line(&format!("note: {lost}"));
        }
        drawn.map(|()| summary)
    }
}
