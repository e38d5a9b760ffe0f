//! Subnets.

use crate::{ResourceId, ResourceType, model, types::ResourceRef};

model! {
    /// What a subnet has.
    SubnetProperties {
        /// Its range, such as `10.40.0.0/23`, where it has one.
        address_prefix: String,
        /// Its ranges, where it has several.
        address_prefixes: Vec<String>,
        /// The network security group that guards it.
        network_security_group: ResourceRef,
        /// Its routes.
        route_table: ResourceRef,
        /// Its way out.
        nat_gateway: ResourceRef,
        /// Azure services that see it as itself.
        service_endpoints: Vec<ServiceEndpoint>,
        /// Services that it is given to.
        delegations: Vec<Delegation>,
        /// Whether rules and routes count for private endpoints in it.
        private_endpoint_network_policies: String,
        /// Whether rules and routes count for private link services in it.
        private_link_service_network_policies: String,
        /// Whether machines in it reach the internet without being given a way.
        default_outbound_access: bool,
        /// The state of the last write. Only the service writes it.
        provisioning_state: String,
    }

    /// An Azure service that sees the subnet as itself.
    ServiceEndpoint {
        /// The service, such as `Microsoft.KeyVault`.
        service: String,
        /// The regions of the service.
        locations: Vec<String>,
    }

    /// A service that a subnet is given to.
    Delegation {
        /// The id. Only the service writes it.
        id: ResourceId,
        /// The name, of one's own choice.
        name: String,
        /// The service.
        properties: DelegationProperties,
    }

    /// The service that a subnet is given to.
    DelegationProperties {
        /// The service, such as `Microsoft.App/environments`.
        service_name: String,
        /// What the service may do. Only the service writes it.
        actions: Vec<String>,
    }
}

impl Delegation {
    /// Gives a subnet to a service, such as `Microsoft.App/environments`.
    pub fn to(service: impl Into<String>) -> Self {
        let service = service.into();
        let properties = DelegationProperties {
            service_name: Some(service.clone()),
            ..DelegationProperties::default()
        };
        Self {
            name: Some(service.replace('/', ".")),
            properties: Some(properties),
            ..Self::default()
        }
    }
}

/// A subnet. Its scope is a virtual network.
///
/// Written one at a time for a network: two at once answer 409 or 429 (`AnotherOperationInProgress`). It has no tags and
/// no location.
///
/// Role: Network Contributor.
/// Source: [subnets](https://learn.microsoft.com/azure/templates/microsoft.network/virtualnetworks/subnets).
#[derive(Debug, Clone)]
pub enum Subnet {}

impl ResourceType for Subnet {
    const TYPE: &'static str = "Microsoft.Network/virtualNetworks/subnets";
    const API_VERSION: &'static str = super::API_VERSION;
    const READ_ONLY: &'static [&'static str] = &[
        "privateEndpoints",
        "ipConfigurations",
        "ipConfigurationProfiles",
        "resourceNavigationLinks",
        "serviceAssociationLinks",
        "purpose",
    ];
    type Properties = SubnetProperties;
}
