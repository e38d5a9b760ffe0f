//! `Microsoft.Authorization`: who may do what, and what nobody may.

mod lock;
mod permissions;
mod policy_assignment;
mod role_assignment;
mod role_definition;

pub use lock::{Lock, LockLevel, LockOwner, LockProperties};
pub use policy_assignment::{
    EnforcementMode, NonComplianceMessage, PolicyAssignment, PolicyAssignmentProperties,
    PolicyParameter,
};
pub use role_assignment::{PrincipalType, RoleAssignment, RoleAssignmentProperties};
pub use role_definition::{Permission, RoleDefinition, RoleDefinitionProperties};
