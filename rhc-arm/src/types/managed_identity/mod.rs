//! `Microsoft.ManagedIdentity`: user-assigned identities and what they trust.

mod federated_credential;
mod user_assigned_identity;

pub use federated_credential::{FederatedCredential, FederatedCredentialProperties};
pub use user_assigned_identity::{
    IsolationScope, UserAssignedIdentity, UserAssignedIdentityProperties,
};
