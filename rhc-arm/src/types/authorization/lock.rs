//! Locks.

use crate::{ResourceType, model, open_enum};

model! {
    /// What a lock has.
    LockProperties {
        /// What nobody may.
        level: LockLevel,
        /// Why.
        notes: String,
    }
}

open_enum! {
    /// What nobody may.
    LockLevel {
        /// Delete.
        CanNotDelete = "CanNotDelete",
        /// Delete or change.
        ReadOnly = "ReadOnly",
    }
}

/// A lock: an extension of any scope, which holds for everything in it. Owner and User Access Administrator may write it.
///
/// What it forbids is answered with 409 `ScopeLocked`.
///
/// Source: [locks](https://learn.microsoft.com/azure/templates/microsoft.authorization/locks).
#[derive(Debug, Clone)]
pub enum Lock {}

impl ResourceType for Lock {
    const TYPE: &'static str = "Microsoft.Authorization/locks";
    const API_VERSION: &'static str = "2020-05-01";
    const LONG_RUNNING: bool = false;
    type Properties = LockProperties;
}
