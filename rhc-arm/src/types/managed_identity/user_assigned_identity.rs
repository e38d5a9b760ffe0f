//! User-assigned identities.

use crate::{ResourceType, model, open_enum};

model! {
    /// What a user-assigned identity has.
    UserAssignedIdentityProperties {
        /// The tenant of its service principal: that of the subscription. Only the service writes it.
        tenant_id: String,
        /// The object id of its service principal. Only the service writes it.
        principal_id: String,
        /// Its application (client) id. Only the service writes it.
        client_id: String,
        /// Which regions may use it.
        isolation_scope: IsolationScope,
    }
}

open_enum! {
    /// Which regions may use an identity.
    IsolationScope {
        /// Any.
        None = "None",
        /// Its own.
        Regional = "Regional",
    }
}

/// A user-assigned identity. Its scope is a resource group.
///
/// Its service principal is known to the directory some time after it was created: a role assignment may answer
/// `PrincipalNotFound` until then. The interface takes 10 writes a second of a tenant, 2 of a subscription.
///
/// Role: Managed Identity Contributor.
/// Source: [user-assigned identities](https://learn.microsoft.com/azure/templates/microsoft.managedidentity/userassignedidentities).
#[derive(Debug, Clone)]
pub enum UserAssignedIdentity {}

impl ResourceType for UserAssignedIdentity {
    const TYPE: &'static str = "Microsoft.ManagedIdentity/userAssignedIdentities";
    const API_VERSION: &'static str = "2024-11-30";
    const READ_ONLY: &'static [&'static str] = &["tenantId", "principalId", "clientId"];
    const LONG_RUNNING: bool = false;
    type Properties = UserAssignedIdentityProperties;
}
