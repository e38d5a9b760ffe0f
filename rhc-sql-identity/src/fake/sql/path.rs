//! Whether the private way from a subnet leads to a server: the endpoint, its approval, and the name.

use rhc_arm::fake::{Arm, ResourcePath, Stored};

use crate::fake::arm::PRIVATE_ENDPOINTS;

const ZONE: &str = "privatelink.database.windows.net";
const GROUPS: &str = "Microsoft.Network/privateEndpoints/privateDnsZoneGroups";
const LINKS: &str = "Microsoft.Network/privateDnsZones/virtualNetworkLinks";

/// Whether what stands in the subnet reaches the server by a private endpoint. Networks that are peered are not looked at.
pub(super) fn leads(arm: &Arm, server: &str, subnet: &str) -> bool {
    let Some(network) = network_of(subnet) else {
        return false;
    };
    let approved = arm.of_type(server, PRIVATE_ENDPOINTS).filter(|connection| {
        connection.text("properties.privateLinkServiceConnectionState.status") == Some("Approved")
    });
    approved
        .filter_map(|connection| arm.get(connection.text("properties.privateEndpoint.id")?))
        .filter(|endpoint| stands_in(endpoint, &network))
        .any(|endpoint| is_known_by_name(arm, endpoint, &network))
}

fn network_of(subnet: &str) -> Option<String> {
    Some(ResourcePath::parse(subnet)?.parent()?.key())
}

fn stands_in(endpoint: &Stored, network: &str) -> bool {
    endpoint
        .text("properties.subnet.id")
        .and_then(network_of)
        .is_some_and(|own| own == network)
}

/// Without a record in a zone that the network asks, the server's name leads to its public door.
fn is_known_by_name(arm: &Arm, endpoint: &Stored, network: &str) -> bool {
    let zones = arm
        .of_type(endpoint.id(), GROUPS)
        .flat_map(|group| {
            group.all("properties.privateDnsZoneConfigs[].properties.privateDnsZoneId")
        })
        .filter_map(|id| arm.get(id.as_str()?));
    zones
        .filter(|zone| zone.name().eq_ignore_ascii_case(ZONE))
        .flat_map(|zone| arm.of_type(zone.id(), LINKS))
        .filter_map(|link| ResourcePath::parse(link.text("properties.virtualNetwork.id")?))
        .any(|linked| linked.key() == network)
}
