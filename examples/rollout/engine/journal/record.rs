//! The lines of the journal, and what follows from them.

use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;

use serde::{Deserialize, Serialize};

use super::super::key::Key;
use super::super::step::ChangeKind;
use super::super::window::DoorName;

/// One line of the journal. No bodies and no secrets: keys, fingerprints and the ids of operations.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "record")]
pub enum Record {
    /// A run began.
    RunStarted {
        /// Its process.
        pid: u32,
    },
    /// A run ended by itself (a killed one does not say so).
    RunEnded {
        /// How, in a few words.
        summary: String,
    },
    /// A write is about to leave.
    Intent {
        /// The step.
        key: Key,
        /// What kind of change.
        change: ChangeKind,
        /// Fingerprint of the document to be sent.
        digest: String,
    },
    /// The service answered a write with a long-running operation.
    Operation {
        /// The step.
        key: Key,
        /// Its id, from which another process can wait for it.
        operation: String,
    },
    /// A service has made something and said by which id it knows it. Written before the wait for replication: until every
    /// reader sees the thing, only its id leads to it.
    Made {
        /// The step.
        key: Key,
        /// The id.
        id: String,
    },
    /// A closed door is about to be opened for the operator.
    WindowOpening {
        /// Which one.
        door: DoorName,
        /// For which address.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        address: Option<Ipv4Addr>,
    },
    /// It is closed again.
    WindowClosed {
        /// Which one.
        door: DoorName,
    },
    /// How a write ended.
    Outcome {
        /// The step.
        key: Key,
        /// How.
        outcome: Outcome,
        /// Why it failed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        message: Option<String>,
    },
}

/// How a write ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Made.
    Created,
    /// Changed.
    Updated,
    /// Deleted.
    Deleted,
    /// Marked as the environment's.
    Adopted,
    /// Nothing was to be done, or it turned out to have been done before.
    Unchanged,
    /// Refused or failed: nothing was made.
    Failed,
}

/// A write of which nobody knows how it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenIntent {
    /// What kind of change.
    pub change: ChangeKind,
    /// Fingerprint of the document.
    pub digest: String,
    /// The long-running operation that it began, if the service said so in time.
    pub operation: Option<String>,
}

/// What earlier runs left behind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recovery {
    /// Writes of unknown outcome.
    pub open: BTreeMap<Key, OpenIntent>,
    /// What was made: a list that does not show it may only lag.
    pub created: BTreeSet<Key>,
    /// By which ids services know what was made: point reads find it by them while names and lists lag.
    pub made: BTreeMap<Key, String>,
    /// Doors that were opened and not closed again, with the address that they were opened for.
    pub windows: BTreeMap<DoorName, Option<Ipv4Addr>>,
}

impl Recovery {
    /// Reads the records from first to last.
    pub fn from_records<'r>(records: impl IntoIterator<Item = &'r Record>) -> Self {
        let mut recovery = Self::default();
        for record in records {
            match record {
                Record::RunStarted { .. } | Record::RunEnded { .. } => {}
                Record::WindowOpening { door, address } => {
                    recovery.windows.insert(door.clone(), *address);
                }
                Record::WindowClosed { door } => {
                    recovery.windows.remove(door);
                }
                Record::Intent {
                    key,
                    change,
                    digest,
                } => {
                    let intent = OpenIntent {
                        change: *change,
                        digest: digest.clone(),
                        operation: None,
                    };
                    recovery.open.insert(key.clone(), intent);
                }
                Record::Operation { key, operation } => {
                    if let Some(intent) = recovery.open.get_mut(key) {
                        intent.operation = Some(operation.clone());
                    }
                }
                Record::Made { key, id } => {
                    recovery.made.insert(key.clone(), id.clone());
                }
                Record::Outcome { key, outcome, .. } => {
                    let intent = recovery.open.remove(key);
                    if *outcome == Outcome::Deleted {
                        recovery.created.remove(key);
                        recovery.made.remove(key);
                    }
                    let made = *outcome == Outcome::Created
                        || (*outcome == Outcome::Unchanged
                            && intent.is_some_and(|i| i.change == ChangeKind::Create));
                    if made {
                        recovery.created.insert(key.clone());
                    }
                }
            }
        }
        recovery
    }

    /// Whether something is known of this step that a list may not show yet.
    pub fn doubts(&self, key: &Key) -> bool {
        self.open.contains_key(key) || self.created.contains(key) || self.made.contains_key(key)
    }
}
