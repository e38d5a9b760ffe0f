//! The virtual network.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The virtual network and what stands in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Network {
    /// Key of the subscription.
    pub subscription: String,
    /// Resource group.
    pub resource_group: String,
    /// Name of the virtual network.
    pub name: String,
    /// Its address range, as `10.40.0.0/16`.
    pub address_space: String,
    /// The subnets by name.
    pub subnets: BTreeMap<String, Subnet>,
    /// The way from the network to the SQL server of the other tenant.
    pub sql_private_endpoint: PrivateEndpoint,
}

/// What a subnet is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SubnetUse {
    /// A Container Apps environment; the subnet is delegated to `Microsoft.App/environments`.
    ContainerApps,
    /// Private endpoints.
    PrivateEndpoints,
}

impl SubnetUse {
    /// The service that the subnet is delegated to.
    pub fn delegation(self) -> Option<&'static str> {
        match self {
            Self::ContainerApps => Some("Microsoft.App/environments"),
            Self::PrivateEndpoints => None,
        }
    }
}

/// A subnet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subnet {
    /// Its address range.
    pub address_prefix: String,
    /// What it is for.
    #[serde(rename = "use")]
    pub usage: SubnetUse,
    /// Name of its network security group.
    pub security_group: String,
    /// Services that the subnet reaches directly, such as `Microsoft.KeyVault`.
    pub service_endpoints: Vec<String>,
}

/// A private endpoint with the private DNS zone that makes it found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrivateEndpoint {
    /// Name of the endpoint.
    pub name: String,
    /// Subnet in which it stands.
    pub subnet: String,
    /// Private DNS zone.
    pub dns_zone: String,
    /// Name of the zone's link to the network.
    pub dns_zone_link: String,
    /// What the owner of the server reads when he is asked to approve.
    pub request_message: String,
}
