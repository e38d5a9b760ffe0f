//! Private endpoints.

use crate::{ResourceId, ResourceType, model, types::ResourceRef};

model! {
    /// What a private endpoint has.
    PrivateEndpointProperties {
        /// The subnet that it is in.
        subnet: ResourceRef,
        /// What it leads to, where the owner of that lets it in by itself: one.
        private_link_service_connections: Vec<PrivateLinkConnection>,
        /// What it leads to, where the owner of that, such as another tenant, has to approve: one.
        manual_private_link_service_connections: Vec<PrivateLinkConnection>,
        /// The names and addresses that it serves.
        custom_dns_configs: Vec<CustomDnsConfig>,
        /// The name of its network interface.
        custom_network_interface_name: String,
        /// Its network interfaces. Only the service writes them.
        network_interfaces: Vec<ResourceRef>,
        /// The state of the last write. Only the service writes it.
        provisioning_state: String,
    }

    /// A connection of a private endpoint.
    PrivateLinkConnection {
        /// The id. Only the service writes it.
        id: ResourceId,
        /// The name, of one's own choice.
        name: String,
        /// What it leads to.
        properties: PrivateLinkConnectionProperties,
    }

    /// What a connection leads to.
    PrivateLinkConnectionProperties {
        /// The resource, such as an SQL server.
        private_link_service_id: ResourceId,
        /// The part of it, such as `sqlServer`.
        group_ids: Vec<String>,
        /// What the approver reads: at most 140 characters.
        request_message: String,
        /// Whether it was approved.
        private_link_service_connection_state: PrivateLinkConnectionState,
    }

    /// Whether a connection was approved.
    PrivateLinkConnectionState {
        /// `Pending`, `Approved`, `Rejected` or `Disconnected`.
        status: String,
        /// Why.
        description: String,
        /// What the approver still has to do.
        actions_required: String,
    }

    /// A name that a private endpoint serves.
    CustomDnsConfig {
        /// The name.
        fqdn: String,
        /// Its private addresses.
        ip_addresses: Vec<String>,
    }
}

/// A private endpoint. Its scope is a resource group.
///
/// Role: Network Contributor; where it connects by itself, also the right to approve at the other end.
/// Source: [private endpoints](https://learn.microsoft.com/azure/templates/microsoft.network/privateendpoints).
#[derive(Debug, Clone)]
pub enum PrivateEndpoint {}

impl ResourceType for PrivateEndpoint {
    const TYPE: &'static str = "Microsoft.Network/privateEndpoints";
    const API_VERSION: &'static str = super::API_VERSION;
    const READ_ONLY: &'static [&'static str] = &["networkInterfaces"];
    type Properties = PrivateEndpointProperties;
}
