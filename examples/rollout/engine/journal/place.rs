//! Where a journal is kept.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;

use super::Journal;
use super::contents::Contents;
use super::error::JournalError;
use super::lock::Held;

/// Where a journal is kept: a file, or a blob.
#[async_trait]
pub trait JournalPlace: fmt::Debug + Send + Sync {
    /// For people.
    fn name(&self) -> String;

    /// Opens the journal of an environment, or begins it. It is this run's alone until it is closed or dropped.
    ///
    /// # Errors
    /// When another run holds it, when it is another environment's or a newer program's, and when it cannot be read or
    /// begun.
    async fn open(&self, environment: &str) -> Result<Arc<dyn Journal>, JournalError>;

    /// What stands in it; `None` where there is none. It may be in use, and is left as it is.
    ///
    /// # Errors
    /// As [`open`](Self::open), but for the run that holds it.
    async fn read(&self, environment: &str) -> Result<Option<Contents>, JournalError>;

    /// Which run holds it now.
    ///
    /// # Errors
    /// When that cannot be found out.
    async fn held(&self) -> Result<Held, JournalError>;
}
