//! Why a journal cannot be opened, read or written.

use std::path::PathBuf;

use super::contents::FORMAT;
use super::lock::Holder;

/// The journal could not be opened, read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JournalError {
    /// The operating system refused.
    #[error("cannot {doing} {}", path.display())]
    Io {
        /// What was tried.
        doing: &'static str,
        /// On which file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// Blob Storage refused, or did not answer.
    #[error("cannot {doing} {place}")]
    Blob {
        /// What was tried.
        doing: &'static str,
        /// On which blob.
        place: String,
        /// Why not.
        source: rhc_core::Error,
    },
    /// Another run is using it.
    #[error("another run{} is using {place}: wait for it, or end it", named(.holder))]
    Locked {
        /// The journal.
        place: String,
        /// Who that is, if it could be read.
        holder: Option<Holder>,
    },
    /// It was this run's, and is not any more.
    #[error("this run no longer holds {place}: {why}")]
    Lost {
        /// The journal.
        place: String,
        /// What was seen.
        why: String,
    },
    /// It belongs to another environment.
    #[error(
        "{place} is the journal of the environment '{found}', and this is '{wanted}': name another place"
    )]
    OtherEnvironment {
        /// The journal.
        place: String,
        /// The environment in it.
        found: String,
        /// The environment of this run.
        wanted: String,
    },
    /// A newer program wrote it.
    #[error(
        "{place} has format {found}, this program reads {FORMAT}: use the program that wrote it"
    )]
    Version {
        /// The journal.
        place: String,
        /// The format in it.
        found: u32,
    },
    /// A line in the middle is not a record.
    #[error("line {line} of {place} is not a journal record: restore it, or move it away")]
    Corrupt {
        /// The journal.
        place: String,
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// A line was begun that nobody can take away again.
    #[error(
        "the last line of {place} is not whole ({bytes} bytes), and what stands in an append blob stays there: look at it, and move the blob away"
    )]
    Torn {
        /// The journal.
        place: String,
        /// How much of it is there.
        bytes: usize,
    },
    /// A record is longer than the place takes.
    #[error("a record of {bytes} bytes is longer than {place} takes at once")]
    TooLong {
        /// The journal.
        place: String,
        /// How long it is.
        bytes: usize,
    },
}

fn named(holder: &Option<Holder>) -> String {
    let name = holder.as_ref().map(|holder| format!(" ({holder})"));
    name.unwrap_or_default()
}
