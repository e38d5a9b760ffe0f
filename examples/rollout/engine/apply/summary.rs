//! What a run came to.

use std::collections::BTreeMap;

use serde::Serialize;

use super::super::exit::Exit;
use super::super::key::{Key, Stage, TenantKey};
use super::super::values::Outputs;
use super::super::window::Window;

/// What a run came to.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Summary {
    /// Made.
    pub created: usize,
    /// What was made, in the order in which it was finished.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub made: Vec<Made>,
    /// What was planned as new and was there as soon as what it is part of was made.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub came_with: Vec<Made>,
    /// Changed.
    pub updated: usize,
    /// As wanted already.
    pub unchanged: usize,
    /// Begun by an earlier run that was cut off; found done, and not done again.
    pub recovered: usize,
    /// Done by a person during the run.
    pub done_by_person: usize,
    /// Deleted.
    #[serde(skip_serializing_if = "is_zero")]
    pub deleted: usize,
    /// Marked as the environment's.
    #[serde(skip_serializing_if = "is_zero")]
    pub adopted: usize,
    /// Failed.
    pub failed: Vec<Failure>,
    /// Not begun, because another step failed.
    pub blocked: Vec<Blocked>,
    /// Waiting for a person.
    pub manual: Vec<Waiting>,
    /// Not begun, because the run was stopped.
    pub not_started: Vec<Key>,
    /// Left under way at the service, because the run was stopped twice.
    pub left_running: Vec<Key>,
    /// Whether the run was stopped.
    pub stopped: bool,
    /// Doors that were opened for the operator, and closed again.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub windows: Vec<Window>,
    /// What is known of each thing after the run: its id above all.
    #[serde(skip)]
    pub outputs: BTreeMap<Key, Outputs>,
}

/// A thing that was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Made {
    /// The step.
    pub key: Key,
    /// Where the plan showed it.
    pub stage: Stage,
    /// The tenant that it was made in.
    pub tenant: TenantKey,
    /// Resource type or collection.
    pub kind: String,
}

/// A step that failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Failure {
    /// The step.
    pub key: Key,
    /// Why.
    pub message: String,
    /// What can be done about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
}

/// A step that was not begun.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Blocked {
    /// The step.
    pub key: Key,
    /// The step that failed.
    pub by: Key,
}

/// A step that waits for a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Waiting {
    /// The step.
    pub key: Key,
    /// What he must do.
    pub instructions: Vec<String>,
    /// The steps that wait for it.
    pub holds_up: Vec<Key>,
}

#[allow(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands a reference over"
)]
fn is_zero(number: &usize) -> bool {
    *number == 0
}

impl Summary {
    /// How the process ends.
    pub fn exit(&self) -> Exit {
        let left_open = self.windows.iter().any(|window| window.closed.is_none());
        if self.stopped {
            Exit::Stopped
        } else if !self.failed.is_empty() || left_open {
            Exit::Failure
        } else if self.manual.is_empty() {
            Exit::Done
        } else {
            Exit::Changes
        }
    }

    /// How to go on, when there is something left.
    ///
    /// `verb` is what this was a run of.
    pub fn next(&self, verb: &str) -> Option<String> {
        let words = if !self.left_running.is_empty() {
            format!(
                "run {verb} again: it looks at what was left under way, waits for it or does it again, and goes on \
                 from there"
            )
        } else if self.stopped {
            format!("run {verb} again: it goes on where this run was stopped")
        } else if !self.failed.is_empty() {
            format!("mend what failed and run {verb} again: what is done is not done twice")
        } else if !self.manual.is_empty() {
            format!(
                "do the manual steps and run {verb} again: it sees that they are done and goes on"
            )
        } else {
            return None;
        };
        Some(words)
    }

    pub(super) fn short(&self) -> String {
        let mut first = String::new();
        for (number, what) in [(self.deleted, "deleted"), (self.adopted, "adopted")] {
            if number > 0 {
                first.push_str(&format!("{number} {what}, "));
            }
        }
        format!(
            "{first}{} created, {} updated, {} failed, {} blocked, {} waiting{}",
            self.created,
            self.updated,
            self.failed.len(),
            self.blocked.len(),
            self.manual.len(),
            if self.stopped { ", stopped" } else { "" }
        )
    }
}
