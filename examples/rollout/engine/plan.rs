//! The plan, as data.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use super::diff::FieldChange;
use super::exit::Exit;
use super::key::{Key, Stage, TenantKey};
use super::observe::ObserveStats;

/// What a run would do. Entries are grouped by stage and tenant, and within a group stand in an order in which they can be
/// carried out; the same environment gives the same plan, byte for byte.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Plan {
    /// The environment's name.
    pub environment: String,
    /// One per step.
    pub entries: Vec<PlanEntry>,
    /// How many of each.
    pub totals: Totals,
    /// Things that carry this environment's mark, or stand where only the file's may be, and are not in the file. They are
    /// never deleted.
    pub orphans: Vec<Orphan>,
    /// What else the reader should know.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// What it cost to find out.
    pub observed: ObserveStats,
}

/// What would be done with one step.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PlanEntry {
    /// The step.
    pub key: Key,
    /// Where the plan shows it.
    pub stage: Stage,
    /// The tenant whose service is spoken to.
    pub tenant: TenantKey,
    /// Resource type or collection.
    pub kind: String,
    /// The name that a person would look for.
    pub name: String,
    /// Why the environment needs it.
    pub why: String,
    /// What would be done.
    #[serde(flatten)]
    pub action: Action,
    /// Steps that it needs and that are not done yet.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub after: Vec<Key>,
    /// The step that could not be seen, so that this one could not be either: the first of them, where one hides the next.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hidden_by: Option<Key>,
    /// An earlier run began to write it and did not record how that ended.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub unfinished: bool,
}

/// What would be done.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "action")]
pub enum Action {
    /// It does not exist and will be made.
    Create {
        /// The document, as a person should see it.
        desired: Value,
    },
    /// It differs and will be changed.
    Update {
        /// The fields.
        changes: Vec<FieldChange>,
    },
    /// It is as wanted.
    Unchanged,
    /// A person has to do it.
    Manual {
        /// What he must do.
        instructions: Vec<String>,
        /// What must be done before he can.
        waits_for: Vec<Key>,
    },
    /// It cannot be seen from here; `apply` looks from where it can.
    NotObserved {
        /// Why.
        reason: String,
    },
    /// Something with this name exists that this rollout did not make. It is not touched.
    Foreign {
        /// What is there.
        what: String,
        /// What can be done about it.
        resolve: String,
    },
    /// It exists, is ours, and differs in what cannot be changed.
    Conflict {
        /// The fields.
        changes: Vec<FieldChange>,
        /// What can be done about it.
        resolve: String,
    },
    /// It is deleted. In the plan of a takedown only, as all that follow but the last, and what is said of an import.
    Delete {
        /// How many other things of the environment go with it.
        #[serde(skip_serializing_if = "is_zero")]
        parts: usize,
        /// What is left of it for a while, and until when.
        #[serde(skip_serializing_if = "Option::is_none")]
        remains: Option<String>,
    },
    /// It goes with what it is part of.
    GoesWith {
        /// The step of that.
        whole: Key,
    },
    /// It stays as it is meant to.
    Stays {
        /// Why.
        why: String,
    },
    /// It is there, and the environment's mark is put on it. In the plan of an import only.
    Adopt(Box<Adopting>),
    /// It stays, or is not adopted, because something is in the way.
    Refused {
        /// What.
        why: String,
        /// What can be done about it.
        resolve: String,
    },
    /// It is not there any more.
    Gone,
    /// It could not be planned.
    Failed {
        /// Why.
        message: String,
        /// What can be done about it.
        #[serde(skip_serializing_if = "Option::is_none")]
        remedy: Option<String>,
    },
}

impl Plan {
    /// Whether a run would have nothing to do, as far as that can be seen.
    pub fn is_empty(&self) -> bool {
        let t = &self.totals;
        let changes = t.delete + t.adopt + t.create + t.update + t.manual;
        changes + t.refused + t.foreign + t.conflict + t.failed == 0
    }

    /// The entry of a step.
    pub fn entry(&self, key: &Key) -> Option<&PlanEntry> {
        self.entries.iter().find(|entry| entry.key == *key)
    }

    /// How a process that only planned ends.
    pub fn exit(&self) -> Exit {
        let t = &self.totals;
        if t.failed + t.foreign + t.conflict + t.refused > 0 {
            Exit::Failure
        } else if self.is_empty() {
            Exit::Done
        } else {
            Exit::Changes
        }
    }
}

/// What is adopted: what is there, what is written, and what follows.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Adopting {
    /// Its id at the service.
    pub id: String,
    /// Where it is, where the service says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// The tags or notes that it bears, which stay.
    pub tags: BTreeMap<String, String>,
    /// The mark, as it is written.
    pub writes: String,
    /// What apply changes of it afterwards.
    pub changes: Vec<FieldChange>,
    /// What can be done about those of them that cannot be changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conflict: Option<String>,
}

/// How many entries of each action.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Totals {
    /// To be made.
    pub create: usize,
    /// To be changed.
    pub update: usize,
    /// As wanted.
    pub unchanged: usize,
    /// Waiting for a person.
    pub manual: usize,
    /// Not visible from here.
    pub not_observed: usize,
    /// Not ours.
    pub foreign: usize,
    /// Differing in what cannot be changed.
    pub conflict: usize,
    /// Not planned.
    pub failed: usize,
    /// To be adopted.
    #[serde(skip_serializing_if = "is_zero")]
    pub adopt: usize,
    /// To be deleted.
    #[serde(skip_serializing_if = "is_zero")]
    pub delete: usize,
    /// Going with what they are part of.
    #[serde(skip_serializing_if = "is_zero")]
    pub goes_with: usize,
    /// Staying as they are meant to.
    #[serde(skip_serializing_if = "is_zero")]
    pub stays: usize,
    /// Staying, or not adopted, because something is in the way.
    #[serde(skip_serializing_if = "is_zero")]
    pub refused: usize,
    /// Not there any more.
    #[serde(skip_serializing_if = "is_zero")]
    pub gone: usize,
}

#[allow(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands a reference over"
)]
fn is_zero(number: &usize) -> bool {
    *number == 0
}

/// A thing that is in no step, and carries this environment's mark or stands where only the file's things may be.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Orphan {
    /// In which tenant.
    pub tenant: TenantKey,
    /// Resource type or collection.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// Its id at the service.
    pub id: String,
    /// How a person removes it.
    pub resolve: String,
}
