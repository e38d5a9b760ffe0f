//! Key Vault's data plane, as far as a certificate needs it whose key never leaves the vault.

mod client;
mod credential;
mod model;
mod refusal;

pub use client::{KeyVaultClient, KeyVaultClientOptions};
pub use credential::{VaultSignedCredential, VaultSignedCredentialOptions};
pub use model::{
    Attributes, Certificate, CertificateItem, CertificateOperation, CertificatePolicy, Issuer,
    KeyProperties, OperationError, SecretProperties, SignatureAlgorithm, X509Properties,
};
pub use refusal::VaultRefusal;
