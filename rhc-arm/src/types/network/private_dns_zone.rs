//! Private DNS zones and the networks that see them.

use crate::{ResourceType, model, types::ResourceRef};

pub(super) const API_VERSION: &str = "2024-06-01";

model! {
    /// What a private DNS zone has. Only the service writes it.
    PrivateDnsZoneProperties {
        /// How many record sets it has.
        number_of_record_sets: i64,
        /// How many networks see it.
        number_of_virtual_network_links: i64,
        /// The state of the last write.
        provisioning_state: String,
    }

    /// What a link has.
    PrivateDnsZoneLinkProperties {
        /// The network that sees the zone.
        virtual_network: ResourceRef,
        /// Whether machines of the network register themselves.
        registration_enabled: bool,
        /// What happens to a name that the zone does not have.
        resolution_policy: String,
        /// `InProgress` or `Completed`. Only the service writes it.
        virtual_network_link_state: String,
        /// The state of the last write. Only the service writes it.
        provisioning_state: String,
    }
}

/// A private DNS zone, named by its domain; its location is `global`. Its scope is a resource group.
///
/// Role: Private DNS Zone Contributor.
/// Source: [private DNS zones](https://learn.microsoft.com/azure/templates/microsoft.network/privatednszones).
#[derive(Debug, Clone)]
pub enum PrivateDnsZone {}

impl ResourceType for PrivateDnsZone {
    const TYPE: &'static str = "Microsoft.Network/privateDnsZones";
    const API_VERSION: &'static str = API_VERSION;
    const READ_ONLY: &'static [&'static str] = &[
        "maxNumberOfRecordSets",
        "numberOfRecordSets",
        "maxNumberOfVirtualNetworkLinks",
        "numberOfVirtualNetworkLinks",
        "maxNumberOfVirtualNetworkLinksWithRegistration",
        "numberOfVirtualNetworkLinksWithRegistration",
        "internalId",
    ];
    type Properties = PrivateDnsZoneProperties;
}

/// A network that sees a private DNS zone; its location is `global`. Its scope is the zone.
///
/// Role: Private DNS Zone Contributor, with the right to join the network.
/// Source: [links](https://learn.microsoft.com/azure/templates/microsoft.network/privatednszones/virtualnetworklinks).
#[derive(Debug, Clone)]
pub enum PrivateDnsZoneLink {}

impl ResourceType for PrivateDnsZoneLink {
    const TYPE: &'static str = "Microsoft.Network/privateDnsZones/virtualNetworkLinks";
    const API_VERSION: &'static str = API_VERSION;
    const READ_ONLY: &'static [&'static str] = &["virtualNetworkLinkState"];
    type Properties = PrivateDnsZoneLinkProperties;
}
