//! Role assignments.

use crate::{ResourceId, ResourceType, model, open_enum};

model! {
    /// What a role assignment has.
    RoleAssignmentProperties {
        /// The role.
        role_definition_id: ResourceId,
        /// The object id of who has it.
        principal_id: String,
        /// What that is. Sent, it keeps the service from looking in a directory that does not know the principal yet.
        principal_type: PrincipalType,
        /// Where it holds. Only the service writes it.
        scope: ResourceId,
        /// Why it is there.
        description: String,
        /// When it holds.
        condition: String,
        /// The version of the condition: `2.0`.
        condition_version: String,
        /// When it was made. Only the service writes it.
        created_on: String,
    }
}

impl RoleAssignmentProperties {
    /// This role for this principal.
    pub fn new(
        role: ResourceId,
        principal_id: impl Into<String>,
        principal_type: PrincipalType,
    ) -> Self {
        Self {
            role_definition_id: Some(role),
            principal_id: Some(principal_id.into()),
            principal_type: Some(principal_type),
            ..Self::default()
        }
    }
}

open_enum! {
    /// What a principal is.
    PrincipalType {
        /// A person.
        User = "User",
        /// A group.
        Group = "Group",
        /// An application or a managed identity.
        ServicePrincipal = "ServicePrincipal",
        /// A group of another tenant.
        ForeignGroup = "ForeignGroup",
        /// A device.
        Device = "Device",
    }
}

/// A role assignment, named by a GUID of one's own choice: an extension of any scope. It cannot be changed, only deleted
/// and made anew.
///
/// The list of a scope has those of the scopes above and below; the filter `atScope()` leaves out those below,
/// `principalId eq '…'` those of others.
///
/// Codes worth matching: `RoleAssignmentExists` (409: the same under another name), `PrincipalNotFound` (400: the
/// directory does not know the principal yet, or it is of another tenant), `RoleAssignmentUpdateNotPermitted` (the name
/// is taken by another).
///
/// Role: Role Based Access Control Administrator, User Access Administrator or Owner.
/// Source: [role assignments](https://learn.microsoft.com/azure/templates/microsoft.authorization/roleassignments).
#[derive(Debug, Clone)]
pub enum RoleAssignment {}

impl ResourceType for RoleAssignment {
    const TYPE: &'static str = "Microsoft.Authorization/roleAssignments";
    const API_VERSION: &'static str = "2022-04-01";
    const READ_ONLY: &'static [&'static str] =
        &["scope", "createdOn", "updatedOn", "createdBy", "updatedBy"];
    const LONG_RUNNING: bool = false;
    type Properties = RoleAssignmentProperties;
}
