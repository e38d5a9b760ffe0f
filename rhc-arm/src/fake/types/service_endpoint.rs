//! Whether a firewall can let in a subnet: only with a service endpoint for the service.

use rhc_core::fake::State;

use super::super::rules::Link;
use super::super::state::Arm;
use super::network::SUBNETS;

/// A firewall's rule names a subnet by the right to join it through its service endpoint.
///
/// Source: [service endpoints](https://learn.microsoft.com/azure/virtual-network/virtual-network-service-endpoints-overview),
/// and [storage](https://learn.microsoft.com/azure/storage/common/storage-network-security) by name. Unverified: that Key Vault asks
/// as storage does, and that it is asked of subnets that were let in before.
pub(super) const fn rule(refusal: &'static str) -> Link {
    Link {
        path: "properties.networkAcls.virtualNetworkRules[].id",
        resource_type: SUBNETS,
        action: "Microsoft.Network/virtualNetworks/subnets/joinViaServiceEndpoint/action",
        missing: (400, refusal),
    }
}

/// Why a service cannot let in a subnet, as a code and a sentence. Each service wraps them in a refusal of its own.
pub(super) struct Unreachable {
    pub(super) code: &'static str,
    pub(super) message: String,
}

/// Refuses a subnet from which a service cannot be reached by its endpoint.
pub(super) fn check(state: &State, subnet: &str, service: &str) -> Result<(), Unreachable> {
    let Some(stored) = state.read::<Arm>().and_then(|arm| arm.get(subnet)) else {
        return Err(Unreachable {
            code: "InvalidResourceReference",
            message: format!("Resource {subnet} was not found"),
        });
    };
    let has_endpoint = stored
        .all("properties.serviceEndpoints[].service")
        .iter()
        .filter_map(|own| own.as_str())
        .any(|own| own.eq_ignore_ascii_case(service));
    if has_endpoint {
        return Ok(());
    }
    let network = subnet
        .rsplit_once("/subnets/")
        .map_or(subnet, |(network, _)| network);
    Err(Unreachable {
        code: "SubnetsHaveNoServiceEndpointsConfigured",
        message: format!(
            "Subnets {} of virtual network {network} do not have ServiceEndpoints for {service} resources configured. \
             Add {service} to subnet's ServiceEndpoints collection before trying to ACL {service} resources to these \
             subnets.",
            stored.name()
        ),
    })
}
