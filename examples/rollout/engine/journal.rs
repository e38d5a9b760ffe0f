//! The journal: what a run was about to do, and how it ended.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::error::StepError;
use super::key::Key;

/// One line of the journal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "record")]
pub enum Record {
    /// The service gave a long-running operation.
    Operation {
        /// The step.
        key: Key,
        /// Its id, from which another process can wait for it.
        operation: String,
    },
}

/// The journal could not be read or written.
#[derive(Debug, thiserror::Error)]
#[error("the journal could not be written")]
pub struct JournalError;

/// An append-only record of intents and outcomes.
#[async_trait]
pub trait Journal: Send + Sync {
    /// Adds a record and returns when it is safe on disk.
    ///
    /// # Errors
    /// When it is not.
    async fn append(&self, record: Record) -> Result<(), JournalError>;
}

impl From<JournalError> for StepError {
    fn from(error: JournalError) -> Self {
        Self::new("the journal could not be written, so nothing more is begun").caused_by(error)
    }
}
