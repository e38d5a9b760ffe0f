//! What stands in a journal's file.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::error::JournalError;
use super::record::{Record, Recovery};

/// The version of the format that this program writes and reads.
pub(super) const FORMAT: u32 = 1;

#[derive(Serialize, Deserialize)]
pub(super) struct Header {
    journal: String,
    format: u32,
    environment: String,
}

impl Header {
    pub(super) fn of(environment: &str) -> Self {
        Self {
            journal: "rhc-rollout".to_owned(),
            format: FORMAT,
            environment: environment.to_owned(),
        }
    }
}

/// One line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// The wall clock, for the person who reads it; nothing is decided by it, because it may be set back.
    pub at: String,
    /// What happened.
    #[serde(flatten)]
    pub record: Record,
}

impl Entry {
    /// As of now.
    pub(super) fn now(record: Record) -> Self {
        let now = OffsetDateTime::now_utc().format(&Rfc3339);
        Self {
            at: now.unwrap_or_default(),
            record,
        }
    }
}

/// The whole lines of a journal.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Contents {
    /// The first to the last.
    pub entries: Vec<Entry>,
    /// How many bytes of a line stand behind them that a crash cut off, or that is being written.
    pub torn: usize,
    /// Whether the line is there that says whose journal it is.
    pub(super) begun: bool,
}

impl Contents {
    /// Reads them. A record counts when its line is complete; what a crash cut off was never acted on.
    pub(crate) fn read(place: &str, environment: &str, bytes: &[u8]) -> Result<Self, JournalError> {
        let complete = bytes
            .iter()
            .rposition(|byte| *byte == b'\n')
            .map_or(0, |at| at + 1);
        let (whole, torn) = bytes.split_at(complete);
        let mut lines = whole
            .split(|byte| *byte == b'\n')
            .enumerate()
            .filter(|(_, line)| !line.is_empty());
        let corrupt = |line: usize, source| JournalError::Corrupt {
            place: place.to_owned(),
            line: line + 1,
            source,
        };
        let mut contents = Self {
            entries: Vec::new(),
            torn: torn.len(),
            begun: false,
        };
        let Some((at, first)) = lines.next() else {
            return Ok(contents);
        };
        let header: Header = serde_json::from_slice(first).map_err(|error| corrupt(at, error))?;
        if header.format != FORMAT {
            return Err(JournalError::Version {
                place: place.to_owned(),
                found: header.format,
            });
        }
        if header.environment != environment {
            return Err(JournalError::OtherEnvironment {
                place: place.to_owned(),
                found: header.environment,
                wanted: environment.to_owned(),
            });
        }
        contents.begun = true;
        for (at, line) in lines {
            let entry = serde_json::from_slice(line).map_err(|error| corrupt(at, error))?;
            contents.entries.push(entry);
        }
        Ok(contents)
    }

    /// With what stands behind it in another part.
    pub(super) fn with(mut self, next: Self) -> Self {
        self.entries.extend(next.entries);
        Self {
            entries: self.entries,
            torn: self.torn + next.torn,
            begun: next.begun,
        }
    }

    /// What earlier runs left behind.
    pub fn recovery(&self) -> Recovery {
        Recovery::from_records(self.entries.iter().map(|entry| &entry.record))
    }
}
