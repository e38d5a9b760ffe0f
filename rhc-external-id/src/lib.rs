#![doc = include_str!("../README.md")]

mod directory;
#[cfg(feature = "fake")]
pub mod fake;
#[cfg(feature = "key-vault")]
mod key_vault;
mod user_flows;

pub use directory::{
    BillingConfig, CiamDirectories, CiamDirectory, CiamDirectoryProperties, CreateTenantProperties,
    InvalidDomain, NameAvailability, initial_domain,
};
#[cfg(feature = "key-vault")]
pub use key_vault::{
    Attributes, Certificate, CertificateItem, CertificateOperation, CertificatePolicy, Issuer,
    KeyProperties, KeyVaultClient, KeyVaultClientOptions, OperationError, SecretProperties,
    SignatureAlgorithm, VaultRefusal, VaultSignedCredential, VaultSignedCredentialOptions,
    X509Properties,
};
pub use user_flows::{
    AttributeCollection, CollectionPage, EMAIL_PASSWORD, FlowApplication, FlowApplications,
    FlowAttribute, FlowAttributes, FlowConditionApplications, FlowConditions,
    FlowIdentityProviders, IdentityProvider, InteractiveStart, MethodLoadStart, PageInput,
    PageView, UserCreateStart, UserFlow, UserFlows,
};
