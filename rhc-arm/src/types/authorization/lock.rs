//! Locks.

use crate::{Resource, ResourceType, model, open_enum};

model! {
    /// What a lock has.
    LockProperties {
        /// What it keeps from being done.
        level: LockLevel,
        /// Why it is there: at most 512 characters.
        notes: String,
        /// The applications that own it.
        owners: Vec<LockOwner>,
    }

    /// An application that owns a lock.
    LockOwner {
        /// Its id.
        application_id: String,
    }
}

open_enum! {
    /// What a lock keeps from being done at its scope and below.
    LockLevel {
        /// Nothing is deleted.
        CanNotDelete = "CanNotDelete",
        /// Nothing is deleted or changed, and no action runs.
        ReadOnly = "ReadOnly",
        /// Nothing is said.
        NotSpecified = "NotSpecified",
    }
}

/// A lock, which holds for everybody, whatever his role: an extension of any scope. What it forbids is answered with the code `ScopeLocked` (409).
///
/// The list of a scope has those of what is below it too; the filter `atScope()` leaves them out.
///
/// Role: Owner or User Access Administrator; Contributor may not write it.
/// Source: [locks](https://learn.microsoft.com/azure/templates/microsoft.authorization/locks),
/// [what they do](https://learn.microsoft.com/azure/azure-resource-manager/management/lock-resources).
#[derive(Debug, Clone)]
pub enum Lock {}

impl Lock {
    /// A lock of this level.
    pub fn of(level: LockLevel, notes: impl Into<String>) -> Resource<Self> {
        Resource::new(LockProperties {
            level: Some(level),
            notes: Some(notes.into()),
            ..LockProperties::default()
        })
    }
}

impl ResourceType for Lock {
    const TYPE: &'static str = "Microsoft.Authorization/locks";
    const API_VERSION: &'static str = "2020-05-01";
    const LONG_RUNNING: bool = false;
    type Properties = LockProperties;
}
