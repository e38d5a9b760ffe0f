//! Vaults, and those that wait for their purge.

use crate::{ResourceId, ResourceType, Resources, SubscriptionScope, model};
use std::collections::BTreeMap;

const API_VERSION: &str = "2026-02-01";

model! {
    /// What a vault has. Access policies are not modelled, and kept: roles decide here.
    VaultProperties {
        /// The tenant whose tokens it takes.
        tenant_id: String,
        /// The edition.
        sku: VaultSku,
        /// Where it is. Only the service writes it.
        vault_uri: String,
        /// Whether roles decide who may do what, and not access policies.
        enable_rbac_authorization: bool,
        /// Whether what is deleted can be recovered. Always so for new vaults.
        enable_soft_delete: bool,
        /// For how many days: 7 to 90. Fixed when the vault is created.
        soft_delete_retention_in_days: i64,
        /// Whether nobody can purge before that. It can be turned on, and never off: `false` is refused, so leave it out.
        enable_purge_protection: bool,
        /// `enabled` or `disabled`.
        public_network_access: String,
        /// Its firewall.
        network_acls: NetworkAcls,
        /// Whether virtual machines may fetch certificates.
        enabled_for_deployment: bool,
        /// Whether disk encryption may fetch keys.
        enabled_for_disk_encryption: bool,
        /// Whether deployments may fetch secrets.
        enabled_for_template_deployment: bool,
        /// `recover` brings a deleted vault of that name back. Sent, and never answered.
        create_mode: String,
        /// The state of the last write. Only the service writes it.
        provisioning_state: String,
    }

    /// The edition of a vault.
    VaultSku {
        /// `A`: there is no other.
        family: String,
        /// `standard` or `premium`.
        name: String,
    }

    /// The firewall of a vault.
    NetworkAcls {
        /// Whether Azure's own services pass: `AzureServices` or `None`.
        bypass: String,
        /// What happens to the rest: `Allow` or `Deny`.
        default_action: String,
        /// Addresses that pass.
        ip_rules: Vec<VaultIpRule>,
        /// Subnets that pass; each has a service endpoint for `Microsoft.KeyVault`.
        virtual_network_rules: Vec<VaultNetworkRule>,
    }

    /// An address that passes.
    VaultIpRule {
        /// An address or a range.
        value: String,
    }

    /// A subnet that passes.
    VaultNetworkRule {
        /// The subnet.
        id: ResourceId,
        /// Whether a subnet without service endpoint is taken.
        ignore_missing_vnet_service_endpoint: bool,
    }

    /// What a deleted vault has. Only the service writes it.
    DeletedVaultProperties {
        /// What it was.
        vault_id: ResourceId,
        /// Where it was.
        location: String,
        /// Its tags.
        tags: BTreeMap<String, String>,
        /// When it was deleted.
        deletion_date: String,
        /// When it will be gone and its name free.
        scheduled_purge_date: String,
        /// Whether nobody can purge it before.
        purge_protection_enabled: bool,
    }
}

impl VaultSku {
    /// The edition `standard`.
    pub fn standard() -> Self {
        Self {
            family: Some("A".to_owned()),
            name: Some("standard".to_owned()),
            ..Self::default()
        }
    }
}

/// A vault. Its name is of one kind in the whole cloud, deleted vaults included. Its scope is a resource group.
///
/// Role: Key Vault Contributor; for network rules also the right to join the subnets.
/// Source: [vaults](https://learn.microsoft.com/azure/templates/microsoft.keyvault/vaults).
#[derive(Debug, Clone)]
pub enum Vault {}

impl ResourceType for Vault {
    const TYPE: &'static str = "Microsoft.KeyVault/vaults";
    const API_VERSION: &'static str = API_VERSION;
    const READ_ONLY: &'static [&'static str] = &[
        "vaultUri",
        "hsmPoolResourceId",
        "privateEndpointConnections",
    ];
    type Properties = VaultProperties;
}

/// A vault that was deleted and can be recovered. Purging it is the action `purge`, which purge protection forbids.
///
/// Role: Key Vault Contributor to purge it (unverified).
/// Source: [deleted vaults](https://learn.microsoft.com/rest/api/keyvault/keyvault/vaults/get-deleted).
#[derive(Debug, Clone)]
pub enum DeletedVault {}

impl ResourceType for DeletedVault {
    const TYPE: &'static str = "Microsoft.KeyVault/locations/deletedVaults";
    const API_VERSION: &'static str = API_VERSION;
    type Properties = DeletedVaultProperties;
}

impl SubscriptionScope {
    /// The deleted vaults of a region, to read or purge by name. They are listed for the whole subscription only.
    /// Needs `Microsoft.KeyVault/locations/deletedVaults/read`.
    pub fn deleted_vaults(&self, location: &str) -> Resources<DeletedVault> {
        self.client
            .resources(self.id().provider("Microsoft.KeyVault/locations", location))
    }
}
