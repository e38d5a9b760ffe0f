//! How to carry a plan out.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::super::fence::Fence;
use super::super::journal::{Journal, MemoryJournal};
use super::super::progress::ProgressSink;
use super::super::window::Operator;
use super::stop::Stop;

/// How to carry a plan out.
#[derive(Clone)]
pub struct ApplyOptions {
    /// Where intents and outcomes are recorded.
    pub journal: Arc<dyn Journal>,
    /// Where events go.
    pub progress: ProgressSink,
    /// Who may stop it.
    pub stop: Stop,
    /// Who is let in where a door is opened for the work, and for how long.
    pub operator: Operator,
    /// Doors that an earlier run left open stay so until the next apply, because this run may write nothing else.
    pub leaves_doors: bool,
    /// How long a run goes on that is stopped.
    pub grace: Grace,
    /// The fence around the clients of the steps, which learns from the run what is the environment's.
    pub fence: Option<Fence>,
    /// How many writes are under way at the same time.
    pub concurrency: usize,
    /// How long to go on looking for manual steps when nothing else is left to do. Zero: end with the list of them.
    pub patience: Duration,
    /// How often to look whether a person has done a manual step.
    pub poll: Duration,
    /// How often a write that may be repeated is tried.
    pub attempts: u32,
    /// The wait before the second attempt; it doubles up to half a minute, unless the service says how long.
    pub backoff: Duration,
    /// How long to wait for something that is already under way at the service.
    pub finish_within: Duration,
    /// How a create that must not be repeated blindly is settled.
    pub settle: Settle,
    /// How long an observation is trusted before a write.
    pub trust: Duration,
    /// Every wait of the engine's own, and `trust`, is divided by it; for clouds whose clock runs faster.
    pub time_scale: f64,
}

/// When something that may have been made counts as not made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settle {
    /// After so many point reads in a row that do not find it,
    pub absences: u32,
    /// spread over the time in which a directory replicates.
    pub window: Duration,
}

/// How long a run goes on that is stopped: on the wall, because somebody waits in front of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grace {
    /// What is under way may end within this; what has not is left to the service, and in the journal.
    pub work: Duration,
    /// Within this, counted from the same moment, doors that are open are closed.
    pub doors: Duration,
}

impl Default for Grace {
    fn default() -> Self {
        Self {
            work: Duration::from_secs(6),
            doors: Duration::from_secs(10),
        }
    }
}

impl Default for Settle {
    fn default() -> Self {
        Self {
            absences: 5,
            window: Duration::from_secs(60),
        }
    }
}

impl Default for ApplyOptions {
    fn default() -> Self {
        Self {
            journal: Arc::new(MemoryJournal::new()),
            progress: ProgressSink::default(),
            stop: Stop::never(),
            operator: Operator::default(),
            leaves_doors: false,
            grace: Grace::default(),
            fence: None,
            concurrency: 16,
            patience: Duration::ZERO,
            poll: Duration::from_secs(15),
            attempts: 10,
            backoff: Duration::from_secs(2),
            finish_within: Duration::from_secs(45 * 60),
            settle: Settle::default(),
            trust: Duration::from_secs(120),
            time_scale: 1.0,
        }
    }
}

impl ApplyOptions {
    /// A wait of the engine's own at the speed of the cloud's clock. A scale that makes no sense is not applied.
    pub(super) fn scaled(&self, wait: Duration) -> Duration {
        let scaled = wait.as_secs_f64() / self.time_scale;
        if self.time_scale > 0.0 {
            Duration::try_from_secs_f64(scaled).unwrap_or(wait)
        } else {
            wait
        }
    }

    /// How long an observation is trusted, at the speed of the cloud's clock.
    pub(super) fn trusted(&self) -> Duration {
        self.scaled(self.trust)
    }

    /// The wait before an attempt (the second is 1).
    pub(super) fn backoff(&self, attempt: u32) -> Duration {
        let doubled = self
            .backoff
            .saturating_mul(1 << attempt.saturating_sub(1).min(10));
        self.scaled(doubled.min(Duration::from_secs(30)))
    }
}

/// A moment that much later; for a wait beyond the clock's range, one that nobody will see.
pub(super) fn later(from: Instant, wait: Duration) -> Instant {
    const DECADE: Duration = Duration::from_secs(10 * 365 * 24 * 60 * 60);
    from.checked_add(wait).unwrap_or_else(|| from + DECADE)
}

impl std::fmt::Debug for ApplyOptions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ApplyOptions")
            .field("concurrency", &self.concurrency)
            .field("patience", &self.patience)
            .field("settle", &self.settle)
            .field("time_scale", &self.time_scale)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_a_fast_cloud_waits_are_shorter_and_observations_older() {
        let at = |time_scale| ApplyOptions {
            time_scale,
            ..ApplyOptions::default()
        };
        assert_eq!(at(60.0).trusted(), Duration::from_secs(2));
        assert_eq!(at(60.0).backoff(1), at(1.0).backoff(1) / 60);
        for senseless in [0.0, -1.0, f64::NAN] {
            assert_eq!(at(senseless).trusted(), at(1.0).trusted());
        }
    }
}
