//! File shares that the apps of an environment can mount.

use rhc_arm::{Resource, ResourceType, Sensitive, model, open_enum};

open_enum! {
    /// What an app may do to a share.
    AccessMode {
        /// Read.
        ReadOnly = "ReadOnly",
        /// Read and write.
        ReadWrite = "ReadWrite",
    }

    /// What a volume is made of.
    StorageType {
        /// Files that live as long as the replica.
        EmptyDir = "EmptyDir",
        /// A share by SMB.
        AzureFile = "AzureFile",
        /// A share by NFS.
        NfsAzureFile = "NfsAzureFile",
        /// The app's secrets as files.
        Secret = "Secret",
    }
}

model! {
    /// The properties of a storage: one of the two.
    ///
    /// Source: [storages, 2025-07-01](https://learn.microsoft.com/rest/api/resource-manager/containerapps/managed-environments-storages).
    StorageProperties {
        /// A share by SMB.
        azure_file: AzureFile,
        /// A share by NFS, which asks for no key but needs an environment in a network.
        nfs_azure_file: NfsAzureFile,
    }

    /// A share by SMB.
    AzureFile {
        /// The storage account.
        account_name: String,
        /// A key of the account. It is sent, and never answered.
        account_key: Sensitive,
        /// Where a key vault has the key, in place of it.
        account_key_vault_properties: SecretKeyVaultProperties,
        /// What apps may do.
        access_mode: AccessMode,
        /// The share.
        share_name: String,
    }

    /// Where a key vault has a secret.
    SecretKeyVaultProperties {
        /// The id of the environment's identity that reads it, or `system`.
        identity: String,
        /// The address of the secret in the vault.
        key_vault_url: String,
    }

    /// A share by NFS.
    NfsAzureFile {
        /// The server, such as `account.file.core.windows.net`.
        server: String,
        /// What apps may do.
        access_mode: AccessMode,
        /// The share, as `/account/share`.
        share_name: String,
    }

    /// What containers can mount.
    Volume {
        /// Its name.
        name: String,
        /// What it is made of.
        storage_type: StorageType,
        /// The environment's storage that it shows.
        storage_name: String,
        /// Options of the mount, such as `uid=1000`.
        mount_options: String,
    }

    /// Where a container has a volume.
    VolumeMount {
        /// The volume's name.
        volume_name: String,
        /// The path in the container.
        mount_path: String,
        /// The path in the volume.
        sub_path: String,
    }
}

/// A file share that the apps of an environment can mount by its name. Its scope is an environment.
///
/// There is no PATCH. One that does not exist is `ManagedEnvironmentStorageNotFound`.
///
/// Role: [Container Apps ManagedEnvironments Contributor](https://learn.microsoft.com/azure/role-based-access-control/built-in-roles/containers#container-apps-managedenvironments-contributor).
#[derive(Debug, Clone)]
pub enum EnvironmentStorage {}

impl EnvironmentStorage {
    /// A share by NFS.
    pub fn nfs(
        server: impl Into<String>,
        share: impl Into<String>,
        access: AccessMode,
    ) -> Resource<Self> {
        Resource::new(StorageProperties {
            nfs_azure_file: Some(NfsAzureFile {
                server: Some(server.into()),
                share_name: Some(share.into()),
                access_mode: Some(access),
                ..Default::default()
            }),
            ..Default::default()
        })
    }
}

impl ResourceType for EnvironmentStorage {
    const TYPE: &'static str = "Microsoft.App/managedEnvironments/storages";
    const API_VERSION: &'static str = crate::API_VERSION;
    const LONG_RUNNING: bool = false;
    type Properties = StorageProperties;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_no_key() {
        let storage = Resource::<EnvironmentStorage>::new(StorageProperties {
            azure_file: Some(AzureFile {
                account_name: Some("account".to_owned()),
                account_key: Some("planted".to_owned().into()),
                ..Default::default()
            }),
            ..Default::default()
        });
        let shown = format!("{storage:?}");
        assert!(
            shown.contains("account") && !shown.contains("planted"),
            "{shown}"
        );
        assert_eq!(
            storage.for_write()["properties"]["azureFile"]["accountKey"],
            "planted"
        );
    }
}
