//! What a step has at hand while it writes.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use super::error::StepError;
use super::fence::Fence;
use super::journal::{Journal, Record};
use super::meta::Meta;
use super::progress::{Effect, Progress, ProgressSink};
use super::values::Inputs;
use super::window::{Door, Windows};

/// What a step has at hand while it writes.
pub struct Apply<'a> {
    meta: &'a Meta,
    inputs: Inputs<'a>,
    journal: &'a dyn Journal,
    progress: &'a ProgressSink,
    windows: &'a Windows,
    fence: Option<&'a Fence>,
    effect: Mutex<Option<Effect>>,
    /// The id of what was made, for the looks of this run.
    made: &'a Mutex<Option<String>>,
}

impl<'a> Apply<'a> {
    pub(super) fn new(
        meta: &'a Meta,
        inputs: Inputs<'a>,
        journal: &'a dyn Journal,
        progress: &'a ProgressSink,
        windows: &'a Windows,
        made: &'a Mutex<Option<String>>,
        fence: Option<&'a Fence>,
    ) -> Self {
        Self {
            meta,
            inputs,
            journal,
            progress,
            windows,
            fence,
            effect: Mutex::default(),
            made,
        }
    }

    /// The same for a step that reads other outputs.
    pub(super) fn reading<'b>(&'b self, inputs: Inputs<'b>) -> Apply<'b> {
        Apply::new(
            self.meta,
            inputs,
            self.journal,
            self.progress,
            self.windows,
            self.made,
            self.fence,
        )
    }

    /// The step's own description.
    pub fn meta(&self) -> &Meta {
        self.meta
    }

    /// The outputs of the steps that it needs; all of them are known now.
    pub fn inputs(&self) -> &Inputs<'a> {
        &self.inputs
    }

    /// An object of the tenant's directory bears this environment's mark, although it is not what the step was looked at for: it
    /// may be written, too. `id` is what requests name it by.
    pub fn recognise(&self, id: &str) {
        if let Some(fence) = self.fence {
            fence.own(&self.meta.tenant, id);
        }
    }

    /// Records the id of a long-running operation, so that another process can wait for it after a kill. Call it as soon
    /// as the service has answered with one, before the first poll.
    ///
    /// # Errors
    /// When the journal cannot be written: then nobody may go on.
    pub async fn operation(&self, id: &str) -> Result<(), StepError> {
        self.journal
            .append(Record::Operation {
                key: self.meta.key.clone(),
                operation: id.to_owned(),
            })
            .await
            .map_err(StepError::from)
    }

    /// Records by which id the service knows what it has just made. Call it before the wait until every reader sees it: a
    /// run that is killed in the wait, or gives it up, finds the thing by [`Observe::made`](super::Observe::made), however
    /// long names and lists lag, and makes no second one.
    ///
    /// # Errors
    /// When the journal cannot be written: then nobody may go on.
    pub async fn made(&self, id: &str) -> Result<(), StepError> {
        *self.made.lock().unwrap_or_else(PoisonError::into_inner) = Some(id.to_owned());
        let record = Record::Made {
            key: self.meta.key.clone(),
            id: id.to_owned(),
        };
        self.journal.append(record).await.map_err(StepError::from)
    }

    /// Opens a closed door for the operator, does the work behind it, and closes the door, whatever comes of the work. The
    /// work is given up when the window has been open for as long as the file allows.
    ///
    /// # Errors
    /// Those of the work; and when the door cannot be opened, or may still be open.
    pub async fn through<T>(
        &self,
        door: Arc<dyn Door>,
        work: impl Future<Output = Result<T, StepError>>,
    ) -> Result<T, StepError> {
        self.windows.through(&self.meta.key, door, work).await
    }

    /// Tells whoever draws the run what is going on.
    pub fn note(&self, text: impl Into<String>) {
        self.progress.send(Progress::Note {
            key: self.meta.key.clone(),
            text: text.into(),
        });
    }

    /// Tells whoever draws the run how far the service is with an operation that it has accepted.
    pub fn under_way(&self, state: impl Into<String>, percent: Option<f64>) {
        self.progress.send(Progress::UnderWay {
            key: self.meta.key.clone(),
            state: state.into(),
            percent,
        });
    }

    /// Says what the write came to, where the kind of change does not say it: after
    /// [`ChangeKind::Reconcile`](super::ChangeKind::Reconcile), or when a create found the thing there already.
    pub fn effect(&self, effect: Effect) {
        *self.effect.lock().unwrap_or_else(PoisonError::into_inner) = Some(effect);
    }

    pub(super) fn take_effect(&self) -> Option<Effect> {
        self.effect
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
    }
}

impl fmt::Debug for Apply<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Apply")
            .field("key", &self.meta.key)
            .field("inputs", &self.inputs)
            .finish_non_exhaustive()
    }
}
