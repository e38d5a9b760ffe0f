//! The journal: what a run was about to do, and how it ended.
//!
//! An intent is on disk before the write leaves, the outcome after its answer. A run that finds an intent without an
//! outcome does not know what became of the write, and settles it by looking.

mod contents;
mod file;
mod lines;
mod lock;
mod record;

use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;

use super::error::StepError;

pub use contents::{Contents, Entry};
pub use file::{FileJournal, JournalError};
pub use lock::{Held, Holder};
pub use record::{OpenIntent, Outcome, Record, Recovery};

/// An append-only record of intents and outcomes.
#[async_trait]
pub trait Journal: Send + Sync {
    /// Adds a record and returns when it will survive a crash.
    ///
    /// # Errors
    /// When it will not: then nobody may go on.
    async fn append(&self, record: Record) -> Result<(), JournalError>;

    /// What earlier runs left behind.
    ///
    /// # Errors
    /// When it cannot be read.
    async fn recovery(&self) -> Result<Recovery, JournalError>;
}

/// A journal that lives as long as the process: for rehearsals without a state file, and for tests.
#[derive(Debug, Default)]
pub struct MemoryJournal(Mutex<Vec<Record>>);

impl MemoryJournal {
    /// An empty journal.
    pub fn new() -> Self {
        Self::default()
    }

    /// A journal with these records, as a killed run would have left it.
    pub fn with_records(records: Vec<Record>) -> Self {
        Self(Mutex::new(records))
    }

    /// What was recorded so far.
    pub fn records(&self) -> Vec<Record> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

#[async_trait]
impl Journal for MemoryJournal {
    async fn append(&self, record: Record) -> Result<(), JournalError> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(record);
        Ok(())
    }

    async fn recovery(&self) -> Result<Recovery, JournalError> {
        Ok(Recovery::from_records(&self.records()))
    }
}

impl From<JournalError> for StepError {
    fn from(error: JournalError) -> Self {
        Self::journal_broken("the journal could not be written, so nothing more is begun")
            .caused_by(error)
            .remedy("make room for the journal or mend its folder, then run again")
    }
}
