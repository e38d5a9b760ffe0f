//! `Microsoft.Sql/servers/keys`.

use rhc_arm::{Resource, ResourceType, model, open_enum};

/// A key that a server may encrypt with: Microsoft's, which every server has, or one of a vault. An
/// [`EncryptionProtector`](super::EncryptionProtector) names the one that is in use.
///
/// The server needs a managed identity that may use the vault's keys. Codes worth matching: `AzureKeyVaultNoServerIdentity`,
/// `AzureKeyVaultMissingPermissions`, `InvalidKeyName` and `InvalidUpsertKeyType` (400), `AzureKeyVaultKeyInUse` (409) for the key
/// of the protector.
///
/// Role: SQL Security Manager (or Contributor).
/// Source: [server keys](https://learn.microsoft.com/rest/api/sql/server-keys).
#[derive(Debug, Clone)]
pub enum ServerKey {}

impl ServerKey {
    /// A key of a vault by its address, version included: `https://{vault}.vault.azure.net/keys/{key}/{version}`. It is put under
    /// [`name_of`](Self::name_of) that address.
    pub fn key_vault(uri: impl Into<String>) -> Resource<Self> {
        Resource::new(ServerKeyProperties {
            server_key_type: Some(ServerKeyType::AzureKeyVault),
            uri: Some(uri.into()),
            ..ServerKeyProperties::default()
        })
    }

    /// The name that a server demands for a vault's key: `{vault}_{key}_{version}`. `None` where the address is none of a key's version.
    #[must_use]
    pub fn name_of(uri: &str) -> Option<String> {
        let (host, path) = uri.strip_prefix("https://")?.split_once('/')?;
        let vault = host.split('.').next().filter(|name| !name.is_empty())?;
        let parts: Vec<_> = path.trim_end_matches('/').split('/').collect();
        match parts[..] {
            ["keys", key, version] if !key.is_empty() && !version.is_empty() => {
                Some(format!("{vault}_{key}_{version}"))
            }
            _ => None,
        }
    }
}

impl ResourceType for ServerKey {
    const TYPE: &'static str = "Microsoft.Sql/servers/keys";
    const API_VERSION: &'static str = "2025-01-01";
    const READ_ONLY: &'static [&'static str] = &[
        "autoRotationEnabled",
        "creationDate",
        "keyVersion",
        "subregion",
        "thumbprint",
    ];
    type Properties = ServerKeyProperties;
}

model! {
    /// What a server's key has.
    ServerKeyProperties {
        /// Whose it is. It is sent, and not answered; a key that was read tells it by its `kind`.
        server_key_type: ServerKeyType,
        /// Where it is, of a vault's key. It is sent, and not answered.
        uri: String,
        /// By what it is told from others. Only the service writes it.
        thumbprint: String,
        /// When it was made known to the server. Only the service writes it.
        creation_date: String,
        /// Whether a new version is taken up by itself. Only the service writes it.
        auto_rotation_enabled: bool,
    }
}

open_enum! {
    /// Whose a key is.
    ServerKeyType {
        /// Microsoft's.
        ServiceManaged = "ServiceManaged",
        /// A vault's.
        AzureKeyVault = "AzureKeyVault",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_named_by_vault_key_and_version() {
        let name = |uri| ServerKey::name_of(uri);
        assert_eq!(
            name("https://rhc-kv.vault.azure.net/keys/tde/0123").as_deref(),
            Some("rhc-kv_tde_0123")
        );
        for uri in [
            "https://rhc-kv.vault.azure.net/keys/tde",
            "https://rhc-kv.vault.azure.net/secrets/tde/0123",
            "https:///keys/tde/0123",
            "http://rhc-kv.vault.azure.net/keys/tde/0123",
            "",
        ] {
            assert_eq!(name(uri), None, "{uri}");
        }
    }
}
