//! The journal: what a run was about to do, and how it ended.
//!
//! An intent is on disk before the write leaves, the outcome after its answer. A run that finds an intent without an
//! outcome does not know what became of the write, and settles it by looking.

mod blob;
mod contents;
mod error;
mod file;
mod lines;
mod lock;
mod place;
mod record;

use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;

use super::error::StepError;

pub use blob::{BlobAddress, BlobAddressError, BlobJournal, JournalBlob};
pub use contents::{Contents, Entry};
pub use error::JournalError;
pub use file::{FileJournal, JournalFile};
pub use lock::{Held, Holder};
pub use place::JournalPlace;
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

    /// What was mended when it was opened.
    fn notes(&self) -> &[String] {
        &[]
    }

    /// Lets the next run have it at once. Without it the lock ends with the process, or runs out.
    async fn close(&self) {}
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
        let remedy = match &error {
            JournalError::Lost { .. } => {
                "another run has the journal now: wait until it has ended, then run again"
            }
            JournalError::Blob { .. } => {
                "see that the storage account answers and lets you write (role Storage Blob Data Contributor), then run again"
            }
            _ => "make room for the journal or mend its folder, then run again",
        };
        Self::journal_broken("the journal could not be written, so nothing more is begun")
            .caused_by(error)
            .remedy(remedy)
    }
}
