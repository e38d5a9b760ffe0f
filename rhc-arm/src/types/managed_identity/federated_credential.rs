//! What a user-assigned identity trusts.

use crate::{ResourceType, model};

model! {
    /// What a federated credential of an identity has. All three are compared with case.
    FederatedCredentialProperties {
        /// Who issues the tokens.
        issuer: String,
        /// Whom they are about.
        subject: String,
        /// Whom they are for: exactly one.
        audiences: Vec<String>,
    }
}

impl FederatedCredentialProperties {
    /// Trusts the tokens of this issuer about this subject for this audience.
    pub fn new(
        issuer: impl Into<String>,
        subject: impl Into<String>,
        audience: impl Into<String>,
    ) -> Self {
        Self {
            issuer: Some(issuer.into()),
            subject: Some(subject.into()),
            audiences: Some(vec![audience.into()]),
            ..Self::default()
        }
    }
}

/// What a user-assigned identity trusts. Its scope is the identity.
///
/// Written one at a time for an identity: two at once answer 409
/// `ConcurrentFederatedIdentityCredentialsWritesForSingleManagedIdentity`. At most 20 of an identity; issuer and subject
/// together only once.
///
/// Role: Managed Identity Contributor.
/// Source: [federated credentials](https://learn.microsoft.com/azure/templates/microsoft.managedidentity/userassignedidentities/federatedidentitycredentials).
#[derive(Debug, Clone)]
pub enum FederatedCredential {}

impl ResourceType for FederatedCredential {
    const TYPE: &'static str =
        "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials";
    const API_VERSION: &'static str = "2024-11-30";
    const LONG_RUNNING: bool = false;
    type Properties = FederatedCredentialProperties;
}
