//! The contract between a step and the engine.

use std::fmt;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::apply_context::Apply;
use super::diff::FieldChange;
use super::error::StepError;
use super::key::Key;
use super::marking::{MarkWrite, Marking};
use super::meta::Meta;
use super::observe::Observe;
use super::removal::{Address, Remains, Removal};
use super::rules::DiffRules;
use super::values::{Inputs, Outputs};

/// One thing of the environment: how it is named, what is wanted, how it is looked at, how it is written.
///
/// # How to write one
/// - [`desired`](Self::desired) builds the document that will be sent, by serialising the typed model of the client with
///   [`Inputs::text`] in its string fields. It reads no service and no clock: the same inputs give the same document.
///   An output that does not exist yet stands in it as a placeholder, and is not the step's concern.
/// - [`observe`](Self::observe) asks [`Observe::listing`] for the one list of (scope, type) that all steps share, finds
///   its own by name, and answers with the document in the shape of `desired`, the outputs, and the mark. What it must
///   know to ask (the subscription, the tenant) it takes with [`Inputs::require`] and `?`: while that is unknown the
///   engine takes the step for absent, without a request.
/// - [`rules`](Self::rules) says what the service normalises and which fields belong to someone else.
/// - [`apply`](Self::apply) makes one write (or few) of [`Change::desired`], which holds no placeholder, waits until the
///   service has finished, and returns the outputs. It may be called again after a failure.
/// - If the create is not safe to repeat (a POST that would make a second one), [`repeat`](Self::repeat) says
///   [`Repeat::LookFirst`] and [`find`](Self::find) is a point read by natural key.
/// - If the service gives a long-running operation, `apply` hands its id to [`Apply::operation`] as soon as it has it,
///   and [`resume`](Self::resume) picks it up in another process.
/// - If a directory says by which id it knows what it has just made, `apply` hands that to [`Apply::made`] before it waits
///   for replication, and `find` asks by [`Observe::made`] where no name and no list shows the thing.
/// - A thing that is still being made is no answer: `find` fails with [`StepError::retry_after`], and the engine asks
///   again. A thing whose creation failed answers with an empty document: everything differs, and `apply` sends it again.
/// - What the service refuses only for a while (a principal that is not replicated yet, a resource that another
///   operation holds) `apply` hands on with [`StepError::retry_after`] or, where it may be meant to stay,
///   [`StepError::briefly`], for the codes it knows and no others; a request
///   whose answer was lost with [`StepError::unknown_fate`].
/// - A manual step ([`Meta::manual`]) answers [`Observed::ManualPending`] or [`Observed::ManualDone`] and has no
///   `desired` and no `apply`.
#[async_trait]
pub trait Step: Send + Sync {
    /// What is known before anything is asked.
    fn meta(&self) -> &Meta;

    /// What the environment file wants, as the document that is sent. Null means that there is nothing to compare.
    ///
    /// # Errors
    /// When the file and the inputs do not make a document.
    fn desired(&self, inputs: &Inputs<'_>) -> Result<Value, StepError> {
        let _ = inputs;
        Ok(Value::Null)
    }

    /// How `desired` is compared with what is observed.
    fn rules(&self) -> DiffRules {
        DiffRules::new()
    }

    /// What there is, by the shared list.
    ///
    /// # Errors
    /// When it cannot be seen; "not known yet" from [`Inputs::require`] counts as absent.
    async fn observe(&self, cx: &Observe<'_>) -> Result<Observed, StepError>;

    /// What there is, by a point read: lists lag behind writes.
    ///
    /// # Errors
    /// When it cannot be seen.
    async fn find(&self, cx: &Observe<'_>) -> Result<Observed, StepError> {
        self.observe(cx).await
    }

    /// Whether a create whose fate is unknown may simply be sent again.
    fn repeat(&self) -> Repeat {
        Repeat::Safe
    }

    /// Makes the change, and returns when the service has finished it.
    ///
    /// # Errors
    /// When it was refused, failed, or nobody knows; see [`StepError`].
    async fn apply(&self, cx: &Apply<'_>, change: &Change<'_>) -> Result<Outputs, StepError> {
        let _ = (cx, change);
        Err(StepError::bug(format!(
            "{} has nothing to write",
            self.meta().key
        )))
    }

    /// Waits for the long-running operation that an earlier `apply` recorded. `None`: it can no longer be told from its
    /// id, look instead.
    ///
    /// # Errors
    /// When the operation failed.
    async fn resume(&self, cx: &Apply<'_>, operation: &str) -> Result<Option<Outputs>, StepError> {
        let _ = (cx, operation);
        Ok(None)
    }

    /// How what was seen is taken down.
    fn removal(&self, document: &Value, outputs: &Outputs) -> Removal {
        let _ = (document, outputs);
        Removal::of(self.meta())
    }

    /// What is left of it for a while when it was deleted.
    fn remains(&self, document: &Value) -> Option<Remains> {
        let _ = document;
        None
    }

    /// Deletes what stands at this address, and returns when the service has finished it. What is not there is deleted.
    ///
    /// # Errors
    /// When it was refused, failed, or nobody knows; see [`StepError`].
    async fn remove(&self, cx: &Apply<'_>, address: &Address) -> Result<(), StepError> {
        let _ = cx;
        Err(StepError::bug(format!(
            "{} does not know how to delete {}",
            self.meta().key,
            address.as_str()
        )))
    }

    /// How what was seen, which does not bear this environment's mark, comes to bear it.
    fn marking(&self, document: &Value, outputs: &Outputs) -> Marking {
        let _ = (document, outputs);
        Marking::impossible(self.meta())
    }

    /// Sends this one request and no other, and returns when the service has done it.
    ///
    /// # Errors
    /// When it was refused, failed, or nobody knows; see [`StepError`].
    async fn put_mark(&self, cx: &Apply<'_>, mark: &MarkWrite) -> Result<(), StepError> {
        let _ = cx;
        Err(StepError::bug(format!(
            "{} does not know how to write {}",
            self.meta().key,
            mark.says
        )))
    }
}

/// What a step sees of its thing.
#[derive(Clone, Debug, PartialEq)]
pub enum Observed {
    /// It does not exist.
    Absent,
    /// It exists.
    Present {
        /// The document, in the shape of `desired`.
        document: Value,
        /// What other steps read.
        outputs: Outputs,
        /// Whose it is.
        mark: Mark,
    },
    /// It cannot be looked at before these steps are done; until then it counts as absent.
    Blocked {
        /// The steps.
        on: Vec<Key>,
    },
    /// It cannot be observed without a write (SQL grants while the server is closed), or not with these permissions.
    NotObserved {
        /// Why.
        reason: String,
    },
    /// A person has not done it yet.
    ManualPending {
        /// What he must do, one sentence each, in order.
        instructions: Vec<String>,
    },
    /// A person has done it.
    ManualDone {
        /// What other steps read.
        outputs: Outputs,
    },
}

impl Observed {
    /// It exists and is this environment's.
    pub fn ours(document: Value, outputs: Outputs) -> Self {
        Self::Present {
            document,
            outputs,
            mark: Mark::Ours,
        }
    }

    /// It exists, without this environment's mark.
    pub fn foreign(document: Value, outputs: Outputs) -> Self {
        Self::Present {
            document,
            outputs,
            mark: Mark::Foreign,
        }
    }

    /// It exists, and cannot bear a mark: its parent, its id or its uniqueness makes it ours.
    pub fn unmarkable(document: Value, outputs: Outputs) -> Self {
        Self::Present {
            document,
            outputs,
            mark: Mark::Unmarkable,
        }
    }
}

/// Whose an observed thing is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    /// It carries this environment's mark.
    Ours,
    /// It could carry the mark and does not: it is reported and not touched.
    Foreign,
    /// It cannot carry one.
    Unmarkable,
}

/// Whether a create of unknown fate may be sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeat {
    /// Sending it twice makes one: PUT, a unique name that the service enforces, `Prefer: create-if-missing`.
    Safe,
    /// Sending it twice makes two: it is repeated only after point reads show several times that it is not there.
    LookFirst,
}

/// The change that `apply` makes.
#[derive(Clone, Copy)]
pub struct Change<'a> {
    /// What kind of change.
    pub kind: ChangeKind,
    /// The document to send; it holds no placeholder.
    pub desired: &'a Value,
    /// What is there now, for updates that must not lose what they do not know.
    pub observed: Option<&'a Value>,
    /// The fields that differ.
    pub fields: &'a [FieldChange],
}

impl fmt::Debug for Change<'_> {
    /// Without the documents: the desired one may hold what must not be shown. The fields hide it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Change")
            .field("kind", &self.kind)
            .field("fields", &self.fields)
            .finish_non_exhaustive()
    }
}

/// What kind of change `apply` makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    /// It does not exist.
    Create,
    /// It exists and differs.
    Update,
    /// It could not be observed: look from where it can be seen, and mend what differs. Say by [`Apply::effect`] what
    /// that was.
    Reconcile,
    /// It exists and is to go.
    Delete,
    /// It exists and is to bear the mark; nothing else of it changes.
    Adopt,
}
