//! `Microsoft.Authorization`: who may do what, and what nobody may.

mod lock;
mod role_assignment;
mod role_definition;

pub use lock::{Lock, LockLevel, LockProperties};
pub use role_assignment::{PrincipalType, RoleAssignment, RoleAssignmentProperties};
pub use role_definition::{Permission, RoleDefinition, RoleDefinitionProperties};
