//! `Microsoft.Authorization`: who may do what.

mod role_assignment;
mod role_definition;

pub use role_assignment::{PrincipalType, RoleAssignment, RoleAssignmentProperties};
pub use role_definition::{Permission, RoleDefinition, RoleDefinitionProperties};
