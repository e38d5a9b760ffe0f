//! The subnet that an environment is given.

use rhc_arm::fake::{Arm, PutContext, ResourcePath, ServiceError, Stored};
use rhc_core::fake::State;
use std::net::Ipv4Addr;

use super::{ENVIRONMENTS, bad, json, regions};

pub(super) const SUBNET: &str = "properties.vnetConfiguration.infrastructureSubnetId";
pub(super) const INVALID: &str = "ManagedEnvironmentInvalidNetworkConfiguration";
const SERVICE: &str = "Microsoft.App/environments";

fn invalid(reason: &str) -> ServiceError {
    bad(
        INVALID,
        format!("The environment network configuration is invalid: {reason}"),
    )
}

/// Whether a new environment can live in the subnet that it names; that it exists is known.
pub(super) fn check(state: &State, put: &PutContext<'_>) -> Result<(), ServiceError> {
    let Some(id) = json::text(put.sent, SUBNET) else {
        if json::at(put.sent, "properties.vnetConfiguration.internal")
            .is_some_and(|own| own == true)
        {
            return Err(invalid(
                "an internal environment needs an infrastructure subnet.",
            ));
        }
        return Ok(());
    };
    let (Some(arm), Some(path)) = (state.read::<Arm>(), ResourcePath::parse(id)) else {
        return Ok(());
    };
    let network = path.parent().and_then(|network| arm.get(&network.id()));
    let (Some(network), Some(subnet)) = (network, arm.get(id)) else {
        return Err(invalid(
            "Invalid vnet resource ID provided, or the virtual network could not be found.",
        ));
    };
    let own = put.path.subscription().unwrap_or_default();
    if !path
        .subscription()
        .is_some_and(|other| other.eq_ignore_ascii_case(own))
    {
        return Err(invalid(
            "Invalid vnet resource ID provided, or the virtual network could not be found.",
        ));
    }
    let region = network.text("location").unwrap_or_default();
    if !json::text(put.sent, "location").is_some_and(|own| regions::same(own, region)) {
        return Err(invalid(
            "The virtual network must be in the region of the environment.",
        ));
    }
    // Without profiles it is an environment of the first generation, with other demands.
    let profiles = !json::items(put.sent, "properties.workloadProfiles").is_empty();
    let longest = if profiles { 27 } else { 23 };
    match prefix(subnet) {
        None => {
            return Err(invalid(
                "The subnet and its addressPrefix could not be found.",
            ));
        }
        Some((_, length)) if length > longest => {
            return Err(invalid(&format!(
                "Provided subnet must have a size of at least /{longest}"
            )));
        }
        Some(_) => {}
    }
    let delegated = subnet
        .all("properties.delegations[].properties.serviceName")
        .into_iter()
        .any(|own| {
            own.as_str()
                .is_some_and(|own| own.eq_ignore_ascii_case(SERVICE))
        });
    if profiles && !delegated {
        return Err(bad(
            "ManagedEnvironmentSubnetDelegationError",
            format!("The subnet of the environment must be delegated to the service '{SERVICE}'."),
        ));
    }
    if !profiles && delegated {
        return Err(bad(
            "ManagedEnvironmentSubnetIsDelegated",
            "The subnet of an environment without workload profiles must not be delegated.",
        ));
    }
    let user = arm.everywhere(ENVIRONMENTS).find(|other| {
        other
            .text(SUBNET)
            .is_some_and(|taken| taken.eq_ignore_ascii_case(id))
    });
    if let Some(user) = user {
        return Err(invalid(&format!(
            "The subnet is already in use by the environment '{}'.",
            user.id()
        )));
    }
    Ok(())
}

/// The address range of a subnet: its first address and the length of its prefix.
fn prefix(subnet: &Stored) -> Option<(Ipv4Addr, u8)> {
    let text = subnet.text("properties.addressPrefix").or_else(|| {
        subnet
            .all("properties.addressPrefixes[]")
            .first()
            .and_then(|own| own.as_str())
    })?;
    let (address, length) = text.split_once('/')?;
    Some((address.parse().ok()?, length.parse().ok()?))
}

/// An address of the subnet that Azure does not keep for itself.
pub(super) fn address(subnet: &Stored) -> Option<Ipv4Addr> {
    let (first, _) = prefix(subnet)?;
    Some(Ipv4Addr::from(u32::from(first).checked_add(10)?))
}
