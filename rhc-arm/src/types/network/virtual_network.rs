//! Virtual networks.

use super::Subnet;
use crate::{Resource, ResourceType, model};

model! {
    /// What a virtual network has.
    VirtualNetworkProperties {
        /// The addresses that it owns.
        address_space: AddressSpace,
        /// Its name servers, where they are not Azure's.
        dhcp_options: DhcpOptions,
        /// Its subnets. A write replaces them all, so one that leaves some out deletes those.
        subnets: Vec<Resource<Subnet>>,
        /// Whether private endpoints in it need a policy of their own.
        #[serde(rename = "privateEndpointVNetPolicies")]
        private_endpoint_vnet_policies: String,
        /// Its id for life. Only the service writes it.
        resource_guid: String,
        /// The state of the last write. Only the service writes it.
        provisioning_state: String,
    }

    /// Addresses.
    AddressSpace {
        /// Ranges, such as `10.40.0.0/16`.
        address_prefixes: Vec<String>,
    }

    /// What machines of the network are told.
    DhcpOptions {
        /// Name servers.
        dns_servers: Vec<String>,
    }
}

/// A virtual network. Its scope is a resource group.
///
/// Role: Network Contributor.
/// Source: [virtual networks](https://learn.microsoft.com/azure/templates/microsoft.network/virtualnetworks).
#[derive(Debug, Clone)]
pub enum VirtualNetwork {}

impl ResourceType for VirtualNetwork {
    const TYPE: &'static str = "Microsoft.Network/virtualNetworks";
    const API_VERSION: &'static str = super::API_VERSION;
    const READ_ONLY: &'static [&'static str] =
        &["resourceGuid", "flowLogs", "defaultPublicNatGateway"];
    type Properties = VirtualNetworkProperties;
}
