//! Container registries.

use crate::{ResourceType, model};

model! {
    /// What a registry has. The tier is the resource's `sku`: `Basic`, `Standard` or `Premium`.
    RegistryProperties {
        /// The host from which images are pulled. Only the service writes it.
        login_server: String,
        /// Whether one account with two passwords gets in.
        admin_user_enabled: bool,
        /// Whether anybody may pull.
        anonymous_pull_enabled: bool,
        /// `Enabled` or `Disabled`; `Premium` only can be closed.
        public_network_access: String,
        /// Its firewall. `Premium` only.
        network_rule_set: RegistryNetworkRules,
        /// Whether Azure's own services pass the firewall: `AzureServices` or `None`.
        network_rule_bypass_options: String,
        /// Whether builds of the registry's own pass it, too.
        network_rule_bypass_allowed_for_tasks: bool,
        /// How it treats images and callers.
        policies: RegistryPolicies,
        /// What decides who may pull: `LegacyRegistryPermissions` knows `AcrPull` and `AcrPush`, `AbacRepositoryPermissions`
        /// knows other roles and not these.
        role_assignment_mode: String,
        /// `Enabled` spreads it over several buildings. `Premium` only; fixed when it is created.
        zone_redundancy: String,
        /// When it was made. Only the service writes it.
        creation_date: String,
        /// The state of the last write. Only the service writes it.
        provisioning_state: String,
    }

    /// The firewall of a registry.
    RegistryNetworkRules {
        /// What happens to who is in no rule: `Allow` or `Deny`.
        default_action: String,
        /// Addresses that pass.
        ip_rules: Vec<RegistryIpRule>,
    }

    /// An address that passes.
    RegistryIpRule {
        /// `Allow`.
        action: String,
        /// An address or a range.
        value: String,
    }

    /// How a registry treats images and callers.
    RegistryPolicies {
        /// Whether tokens for Resource Manager are taken in place of the registry's own. Container Apps pulls with these.
        #[serde(rename = "azureADAuthenticationAsArmPolicy")]
        azure_ad_authentication_as_arm_policy: RegistryStatus,
        /// Whether images may leave it.
        export_policy: RegistryStatus,
        /// What becomes of images that no tag names.
        retention_policy: RegistryRetention,
    }

    /// Whether a policy is on.
    RegistryStatus {
        /// `enabled` or `disabled`.
        status: String,
    }

    /// What becomes of images that no tag names. `Premium` only.
    RegistryRetention {
        /// `enabled` or `disabled`.
        status: String,
        /// For how many days they stay.
        days: i64,
    }
}

/// A container registry. Its name is of one kind in the whole cloud. Its scope is a resource group. To pull from it takes
/// `AcrPull`, to push `AcrPush`.
///
/// Refusals worth matching: `AlreadyInUse` (somebody has the name), `DisablingPublicNetworkAccessNotSupported` (the
/// tier).
///
/// Role: Contributor.
/// Source: [registries](https://learn.microsoft.com/azure/templates/microsoft.containerregistry/registries).
#[derive(Debug, Clone)]
pub enum Registry {}

impl ResourceType for Registry {
    const TYPE: &'static str = "Microsoft.ContainerRegistry/registries";
    const API_VERSION: &'static str = super::API_VERSION;
    const READ_ONLY: &'static [&'static str] = &[
        "loginServer",
        "creationDate",
        "status",
        "dataEndpointHostNames",
        "privateEndpointConnections",
    ];
    type Properties = RegistryProperties;
}
