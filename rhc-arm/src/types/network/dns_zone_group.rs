//! Which private DNS zones name a private endpoint.

use crate::{ResourceId, ResourceType, model};

model! {
    /// What a zone group has.
    DnsZoneGroupProperties {
        /// The zones.
        private_dns_zone_configs: Vec<DnsZoneConfig>,
        /// The state of the last write. Only the service writes it.
        provisioning_state: String,
    }

    /// A zone of a group.
    DnsZoneConfig {
        /// The name, of one's own choice.
        name: String,
        /// The zone.
        properties: DnsZoneConfigProperties,
    }

    /// The zone of a group.
    DnsZoneConfigProperties {
        /// The private DNS zone.
        private_dns_zone_id: ResourceId,
    }
}

/// The zones that get the records of a private endpoint, and lose them with it. Its scope is the endpoint.
///
/// Role: Network Contributor.
/// Source: [zone groups](https://learn.microsoft.com/azure/templates/microsoft.network/privateendpoints/privatednszonegroups).
#[derive(Debug, Clone)]
pub enum DnsZoneGroup {}

impl ResourceType for DnsZoneGroup {
    const TYPE: &'static str = "Microsoft.Network/privateEndpoints/privateDnsZoneGroups";
    const API_VERSION: &'static str = super::API_VERSION;
    type Properties = DnsZoneGroupProperties;
}
