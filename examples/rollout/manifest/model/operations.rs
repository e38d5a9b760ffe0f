//! What all parts of the environment have in common, and the people around it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// How long logs are kept, and which tenants export theirs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Logs {
    /// Price plan of the Log Analytics workspaces.
    pub workspace_sku: WorkspaceSku,
    /// Days for which logs can be searched at once.
    pub interactive_days: u32,
    /// Days for which audit tables are kept in all, the archive included.
    pub audit_total_days: u32,
    /// Key of the app whose workspace takes the logs of what all apps share.
    pub shared_workspace_of: Option<String>,
    /// Keys of the tenants whose sign-in and audit logs are exported.
    pub entra_export: Vec<String>,
}

/// Price plan of a Log Analytics workspace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum WorkspaceSku {
    /// Pay by volume.
    #[serde(rename = "PerGB2018")]
    PerGb2018,
}

impl WorkspaceSku {
    /// As the service writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PerGb2018 => "PerGB2018",
        }
    }
}

/// What all key vaults have in common. Access is by roles only and purge protection is on; neither can be changed here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vaults {
    /// Price tier.
    pub sku: VaultSku,
    /// Days for which what was deleted can be brought back.
    pub soft_delete_days: u32,
    /// From where the vaults can be reached.
    pub network: VaultNetwork,
    /// Where their private endpoints stand, if that is how they are reached.
    pub private_endpoints: Option<VaultEndpoints>,
    /// The certificates that are made in them, where the usual ones do not do.
    pub certificates: Option<VaultCertificates>,
}

/// The ground of the vaults' private endpoints, of which each app names its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VaultEndpoints {
    /// Name of the subnet that they stand in.
    pub subnet: String,
    /// Private DNS zone that leads the vaults' names to them.
    pub dns_zone: String,
    /// Name of the zone's link to the network.
    pub dns_zone_link: String,
}

/// The certificates with which the apps prove themselves in the customers' tenant. Their keys cannot leave the vault; that
/// cannot be changed here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VaultCertificates {
    /// Bits of the key.
    pub key_size: u32,
    /// Months for which a certificate counts.
    pub validity_months: u32,
    /// Days before its end on which it is replaced.
    pub renew_days: u32,
    /// Days for which the one before stays beside a new one.
    pub overlap_days: u32,
}

impl Default for VaultCertificates {
    /// The usual ones.
    fn default() -> Self {
        Self {
            key_size: 2048,
            validity_months: 12,
            renew_days: 30,
            overlap_days: 7,
        }
    }
}

/// Price tier of a key vault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum VaultSku {
    /// Protected by software.
    Standard,
    /// Protected by hardware.
    Premium,
}

impl VaultSku {
    /// As the service writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::Premium => "premium",
        }
    }
}

/// From where the vaults can be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum VaultNetwork {
    /// The firewall denies everybody but the apps' subnets.
    AppSubnets,
    /// Public access is off; there is a private endpoint.
    PrivateEndpoint,
}

/// The public image that a new container app starts with, until its pipeline brings the real one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bootstrap {
    /// Image reference.
    pub image: String,
    /// Port on which it answers.
    pub port: u16,
    /// Path that answers while it is well.
    pub probe_path: String,
}

/// The image that looks at the environment from inside, as a job with an app's own identity and subnet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Probe {
    /// Key of the app whose registry holds the image.
    pub registry_of: String,
    /// Repository and tag within that registry.
    pub image: String,
    /// A table by database that the probe may read, and see whether it could write. Empty while the databases are.
    #[serde(default)]
    pub tables: BTreeMap<String, String>,
}

/// The public DNS zone of the apps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dns {
    /// The zone.
    pub zone: String,
    /// The Azure DNS zone that answers for it. `None`: its records are kept elsewhere, by a person.
    pub azure_zone: Option<AzureZone>,
}

/// An Azure DNS zone that exists beforehand and stays its owner's: two records per app are written into it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AzureZone {
    /// Key of the tenant whose account may write there.
    pub tenant: String,
    /// Id of the subscription.
    pub subscription: String,
    /// Resource group.
    pub resource_group: String,
}

impl AzureZone {
    /// The ARM id of the zone for a domain.
    pub fn id(&self, domain: &str) -> String {
        format!(
            "/subscriptions/{}/resourceGroups/{}/providers/Microsoft.Network/dnsZones/{domain}",
            self.subscription, self.resource_group
        )
    }
}

/// The person who runs the rollout.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Operator {
    /// Public IPv4 address from which he works; asked for when it is needed and absent here.
    pub address: Option<String>,
    /// How long the server's or a vault's door stays open for him at most.
    pub window_minutes: u32,
}

/// Where the journal of real runs is kept: a storage account that exists beforehand and that the rollout does not own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Journal {
    /// Name of the account.
    pub storage_account: String,
    /// Container in it.
    pub container: String,
}

/// Practices: limits, and the first ones if there are any yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Practices {
    /// Most users of one practice, its administrator included.
    pub max_users: u32,
    /// Most practices that are expected at launch.
    pub expected_at_launch: u32,
    /// Most practices that are expected in the first year.
    pub expected_in_first_year: u32,
    /// Practices that the rollout sets up.
    pub first: Vec<Practice>,
}

/// A practice that the rollout sets up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Practice {
    /// Readable name.
    pub name: String,
    /// Its locations.
    pub locations: Vec<String>,
    /// E-mail address of its first user, who administers it.
    pub administrator_email: String,
}

/// What only a person can show.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Compliance {
    /// The pieces of evidence.
    pub evidence: Vec<Evidence>,
}

/// A piece of evidence that only a person can bring.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// Short name, unique in the file.
    pub name: String,
    /// What is shown.
    pub title: String,
    /// The rule that asks for it.
    pub framework: String,
    /// Where the document lies, once there is one.
    pub document: Option<String>,
    /// The day on which it was shown, as `2026-11-22`.
    pub since: Option<String>,
}
