//! Storage accounts.

use crate::{ResourceId, ResourceType, model};

model! {
    /// What a storage account has. The replication is the resource's `sku`, such as `Standard_LRS`; `kind` is `StorageV2`.
    StorageAccountProperties {
        /// Whether requests without TLS are refused.
        supports_https_traffic_only: bool,
        /// `TLS1_2` or `TLS1_3`; the older ones are taken, too.
        minimum_tls_version: String,
        /// Whether a container can be opened to everybody.
        allow_blob_public_access: bool,
        /// Whether the account's two keys get in.
        allow_shared_key_access: bool,
        /// Whether blobs can be replicated to an account of another tenant.
        allow_cross_tenant_replication: bool,
        /// From where copies may come: `AAD` for accounts of the same tenant, `PrivateLink` for those in the same network.
        allowed_copy_scope: String,
        /// Whether the portal signs in as the person and not with a key.
        default_to_o_auth_authentication: bool,
        /// Whether there may be users of the account's own, for SFTP.
        is_local_user_enabled: bool,
        /// How long a signed address is good for.
        sas_policy: SasPolicy,
        /// `Enabled`, `Disabled` or `SecuredByPerimeter`.
        public_network_access: String,
        /// Its firewall.
        network_acls: StorageNetworkRules,
        /// How it is encrypted at rest.
        encryption: StorageEncryption,
        /// `Hot`, `Cool` or `Cold`.
        access_tier: String,
        /// Whether blobs stand in real folders. Fixed when it is created.
        is_hns_enabled: bool,
        /// The state of the last write. Only the service writes it.
        provisioning_state: String,
    }

    /// How long a signed address is good for.
    SasPolicy {
        /// As `1.00:00:00`: days, hours, minutes, seconds.
        sas_expiration_period: String,
        /// What happens to longer ones: `Log` or `Block`.
        expiration_action: String,
    }

    /// The firewall of a storage account.
    StorageNetworkRules {
        /// Which of Azure's own services pass: `AzureServices`, `Logging`, `Metrics`, or `None`.
        bypass: String,
        /// What happens to who is in no rule: `Allow` or `Deny`.
        default_action: String,
        /// Addresses that pass.
        ip_rules: Vec<StorageIpRule>,
        /// Subnets that pass; each has a service endpoint for `Microsoft.Storage`.
        virtual_network_rules: Vec<StorageNetworkRule>,
    }

    /// An address that passes.
    StorageIpRule {
        /// An address or a range.
        value: String,
        /// `Allow`.
        action: String,
    }

    /// A subnet that passes.
    StorageNetworkRule {
        /// The subnet.
        id: ResourceId,
        /// `Allow`.
        action: String,
        /// How far the rule is. Only the service writes it.
        state: String,
    }

    /// How an account is encrypted at rest.
    StorageEncryption {
        /// Whose key: `Microsoft.Storage` or `Microsoft.Keyvault`.
        key_source: String,
        /// Whether it is encrypted twice. Fixed when it is created.
        require_infrastructure_encryption: bool,
    }
}

/// A storage account. Its name is of one kind in the whole cloud. Its scope is a resource group.
///
/// Refusals worth matching: `StorageAccountAlreadyTaken` (somebody has the name), `NetworkAclsValidationFailure` (a
/// subnet without the service endpoint).
///
/// Role: Storage Account Contributor; to read or write blobs takes a role of the data plane.
/// Source: [storage accounts](https://learn.microsoft.com/azure/templates/microsoft.storage/storageaccounts).
#[derive(Debug, Clone)]
pub enum StorageAccount {}

impl ResourceType for StorageAccount {
    const TYPE: &'static str = "Microsoft.Storage/storageAccounts";
    const API_VERSION: &'static str = super::API_VERSION;
    const READ_ONLY: &'static [&'static str] = &[
        "primaryEndpoints",
        "primaryLocation",
        "statusOfPrimary",
        "secondaryEndpoints",
        "secondaryLocation",
        "statusOfSecondary",
        "lastGeoFailoverTime",
        "creationTime",
        "keyCreationTime",
        "geoReplicationStats",
        "failoverInProgress",
        "privateEndpointConnections",
        "blobRestoreStatus",
        "storageAccountSkuConversionStatus",
        "isSkuConversionBlocked",
        "accountMigrationInProgress",
    ];
    type Properties = StorageAccountProperties;
}
