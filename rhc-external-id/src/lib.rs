#![doc = include_str!("../README.md")]

mod directory;
mod event_listeners;
#[cfg(feature = "fake")]
pub mod fake;
mod identity_providers;
#[cfg(feature = "key-vault")]
mod key_vault;
mod user_attributes;
mod user_flows;

pub use directory::{
    BillingConfig, CiamDirectories, CiamDirectory, CiamDirectoryProperties, CreateTenantProperties,
    InvalidDomain, NameAvailability, initial_domain,
};
pub use event_listeners::{EventListener, EventListeners, MOST_EVENT_LISTENERS};
pub use identity_providers::IdentityProviders;
#[cfg(feature = "key-vault")]
pub use key_vault::{
    Attributes, Certificate, CertificateItem, CertificateOperation, CertificatePolicy, Issuer,
    KeyProperties, KeyVaultClient, KeyVaultClientOptions, OperationError, SecretProperties,
    SignatureAlgorithm, VaultRefusal, VaultSignedCredential, VaultSignedCredentialOptions,
    X509Properties,
};
pub use user_attributes::UserAttributes;
pub use user_flows::{
    AttributeCollection, CollectionPage, EMAIL_PASSWORD, FlowApplication, FlowApplications,
    FlowAttribute, FlowAttributes, FlowConditionApplications, FlowConditions,
    FlowIdentityProviders, IdentityProvider, InteractiveStart, MethodLoadStart, PageInput,
    PageView, UserCreateStart, UserFlow, UserFlows,
};

/// Gives the markers of all resource types of this crate to a macro: fuzzers and comparisons go through them.
#[doc(hidden)]
#[macro_export]
macro_rules! resource_types {
    ($each:ident) => {
        $each! {
            $crate::CiamDirectory,
        }
    };
}
