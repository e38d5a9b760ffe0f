//! Encryption at rest: `transparentDataEncryption` of a database, `encryptionProtector` of a server.

use rhc_arm::{Resource, ResourceType, model, open_enum};

/// Whether a database is encrypted at rest. There is one, called [`NAME`](Self::NAME); new databases have it on
/// (unverified).
///
/// Role: SQL Security Manager (or Contributor).
/// Source: [transparent data encryption](https://learn.microsoft.com/rest/api/sql/transparent-data-encryptions).
#[derive(Debug, Clone)]
pub enum TransparentDataEncryption {}

impl TransparentDataEncryption {
    /// The only name there is.
    pub const NAME: &'static str = "current";

    /// Encrypted.
    pub fn on() -> Resource<Self> {
        Resource::new(TransparentDataEncryptionProperties {
            state: Some(EncryptionState::Enabled),
            ..TransparentDataEncryptionProperties::default()
        })
    }
}

impl ResourceType for TransparentDataEncryption {
    const TYPE: &'static str = "Microsoft.Sql/servers/databases/transparentDataEncryption";
    const API_VERSION: &'static str = "2025-01-01";
    const READ_ONLY: &'static [&'static str] = &["scanState"];
    type Properties = TransparentDataEncryptionProperties;
}

/// The key that the keys of a server's databases are encrypted with. There is one, called [`NAME`](Self::NAME); it is
/// Microsoft's unless another is set.
///
/// Role: SQL Security Manager (or Contributor).
/// Source: [encryption protectors](https://learn.microsoft.com/rest/api/sql/encryption-protectors).
#[derive(Debug, Clone)]
pub enum EncryptionProtector {}

impl EncryptionProtector {
    /// The only name there is.
    pub const NAME: &'static str = "current";

    /// Microsoft's own key.
    pub fn service_managed() -> Resource<Self> {
        Resource::new(EncryptionProtectorProperties {
            server_key_type: Some("ServiceManaged".to_owned()),
            server_key_name: Some("ServiceManaged".to_owned()),
            ..EncryptionProtectorProperties::default()
        })
    }

    /// A key of a vault, by the name that it has on the server: `vault_key_version`.
    pub fn key_vault(server_key_name: impl Into<String>) -> Resource<Self> {
        Resource::new(EncryptionProtectorProperties {
            server_key_type: Some("AzureKeyVault".to_owned()),
            server_key_name: Some(server_key_name.into()),
            ..EncryptionProtectorProperties::default()
        })
    }
}

impl ResourceType for EncryptionProtector {
    const TYPE: &'static str = "Microsoft.Sql/servers/encryptionProtector";
    const API_VERSION: &'static str = "2025-01-01";
    const READ_ONLY: &'static [&'static str] = &["keyVersion", "subregion", "thumbprint", "uri"];
    type Properties = EncryptionProtectorProperties;
}

model! {
    /// What a database's encryption has.
    TransparentDataEncryptionProperties {
        /// Whether it is on.
        state: EncryptionState,
        /// How far a change is. Only the service writes it.
        scan_state: String,
    }

    /// What a server's encryption key has.
    EncryptionProtectorProperties {
        /// Whose it is: `ServiceManaged` or `AzureKeyVault`.
        server_key_type: String,
        /// Its name on the server.
        server_key_name: String,
        /// Whether a new version is taken up by itself.
        auto_rotation_enabled: bool,
        /// Where it is. Only the service writes it.
        uri: String,
    }
}

open_enum! {
    /// Whether a database is encrypted.
    EncryptionState {
        /// It is.
        Enabled = "Enabled",
        /// It is not.
        Disabled = "Disabled",
    }
}
