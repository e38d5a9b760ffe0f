//! What happens during a run, as events for whoever draws it.

use std::time::Duration;

use serde::Serialize;
use tokio::sync::mpsc::UnboundedSender;

use super::key::Key;
use super::step::ChangeKind;

/// What a step's write came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// It was made.
    Created,
    /// It was changed.
    Updated,
    /// There was nothing to do.
    Unchanged,
    /// An earlier run, or an attempt whose answer was lost, had made it; it was found and not made again.
    Recovered,
    /// A person did it.
    DoneByPerson,
    /// It was deleted.
    Deleted,
    /// It bears the environment's mark now.
    Adopted,
}

/// Something happened.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "event")]
pub enum Progress {
    /// The run begins.
    RunStarted {
        /// Steps that have something to do.
        to_do: usize,
        /// All steps.
        steps: usize,
    },
    /// A write begins.
    Started {
        /// The step.
        key: Key,
        /// What kind of change.
        change: ChangeKind,
    },
    /// What a step says of itself meanwhile.
    Note {
        /// The step.
        key: Key,
        /// The text.
        text: String,
    },
    /// The service goes on with an operation that it has accepted, and says how far it is.
    UnderWay {
        /// The step.
        key: Key,
        /// The state in the service's words.
        state: String,
        /// How much is done, where the service says so.
        percent: Option<f64>,
    },
    /// An attempt failed and will be repeated.
    Retrying {
        /// The step.
        key: Key,
        /// Why.
        reason: String,
        /// After this long; as JSON in seconds.
        #[serde(serialize_with = "seconds")]
        after: Duration,
    },
    /// It is done.
    Done {
        /// The step.
        key: Key,
        /// What it came to.
        effect: Effect,
    },
    /// It failed.
    Failed {
        /// The step.
        key: Key,
        /// Why.
        message: String,
        /// What can be done about it.
        remedy: Option<String>,
    },
    /// It cannot be done because another one was not.
    Blocked {
        /// The step.
        key: Key,
        /// The step that it needs.
        by: Key,
    },
    /// It waits for a person.
    WaitsForPerson {
        /// The step.
        key: Key,
        /// What he must do.
        instructions: Vec<String>,
    },
    /// The user asked to stop: nothing new begins.
    Stopping {
        /// Writes that are still under way.
        running: usize,
    },
}

fn seconds<S: serde::Serializer>(time: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(time.as_secs_f64())
}

/// Where events go: a channel, or nowhere.
#[derive(Clone, Debug, Default)]
pub struct ProgressSink(Option<UnboundedSender<Progress>>);

impl ProgressSink {
    /// To a channel.
    pub fn to(sender: UnboundedSender<Progress>) -> Self {
        Self(Some(sender))
    }

    pub(super) fn send(&self, event: Progress) {
        if let Some(sender) = &self.0 {
            // Whoever drew the run may have stopped looking; that does not stop the run.
            let _ = sender.send(event);
        }
    }
}
