//! Whether the private way from a subnet leads to something: the endpoint, its approval, and the name.

use super::path::ResourcePath;
use super::state::{Arm, Stored};

const GROUPS: &str = "Microsoft.Network/privateEndpoints/privateDnsZoneGroups";
const LINKS: &str = "Microsoft.Network/privateDnsZones/virtualNetworkLinks";

/// Whether what stands in the subnet reaches the target by an approved private endpoint, and finds it through the zone that a
/// service of this kind is found in. Networks that are peered are not looked at.
#[must_use]
pub fn leads_privately(arm: &Arm, target: &str, zone: &str, subnet: &str) -> bool {
    let (Some(network), Some(path)) = (network_of(subnet), ResourcePath::parse(target)) else {
        return false;
    };
    let connections = format!("{}/privateEndpointConnections", path.resource_type());
    let approved = arm.of_type(target, &connections).filter(|connection| {
        connection.text("properties.privateLinkServiceConnectionState.status") == Some("Approved")
    });
    approved
        .filter_map(|connection| arm.get(connection.text("properties.privateEndpoint.id")?))
        .filter(|endpoint| stands_in(endpoint, &network))
        .any(|endpoint| is_known_by_name(arm, endpoint, zone, &network))
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

/// Without a record in a zone that the network asks, the target's name leads to its public door.
fn is_known_by_name(arm: &Arm, endpoint: &Stored, zone: &str, network: &str) -> bool {
    let zones = arm
        .of_type(endpoint.id(), GROUPS)
        .flat_map(|group| {
            group.all("properties.privateDnsZoneConfigs[].properties.privateDnsZoneId")
        })
        .filter_map(|id| arm.get(id.as_str()?));
    zones
        .filter(|own| own.name().eq_ignore_ascii_case(zone))
        .flat_map(|own| arm.of_type(own.id(), LINKS))
        .filter_map(|link| ResourcePath::parse(link.text("properties.virtualNetwork.id")?))
        .any(|linked| linked.key() == network)
}
