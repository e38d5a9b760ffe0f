//! Virtual networks, their subnets, and network security groups.

use rhc_core::fake::State;
use serde_json::{Value, json};

use super::super::context::PutContext;
use super::super::engine::upsert;
use super::super::error::ServiceError;
use super::super::json;
use super::super::path::key;
use super::super::rules::{Codes, Link, Patch, Pattern, Style, Timing, TypeRules, Unknown};
use super::super::state::{Arm, Stored, arm};
use super::cidr::Range;

pub(super) const VERSIONS: &[&str] = &[
    "2022-01-01",
    "2024-01-01",
    "2024-05-01",
    "2024-07-01",
    "2025-05-01",
    "2025-07-01",
    "2025-09-01",
];
pub(super) const NETWORKS: &str = "Microsoft.Network/virtualNetworks";
pub(super) const SUBNETS: &str = "Microsoft.Network/virtualNetworks/subnets";
pub(super) const SECURITY_GROUPS: &str = "Microsoft.Network/networkSecurityGroups";

/// What the provider of networks calls its refusals. Unverified: `InvalidRequestFormat` for an unknown member, and
/// 409 for a second write, are general knowledge.
pub(super) const CODES: Codes = Codes {
    missing: (400, "InvalidRequestFormat"),
    invalid: (400, "InvalidRequestFormat"),
    unknown: (400, "InvalidRequestFormat"),
    read_only: (400, "InvalidRequestFormat"),
    busy: (409, "AnotherOperationInProgress"),
    parent_busy: (409, "AnotherOperationInProgress"),
};

/// How the provider makes, changes and deletes.
pub(super) const CREATE: Timing =
    Timing::after(4, Style::AsyncOperation, 201, "Updating").retry_after(2);
pub(super) const UPDATE: Timing =
    Timing::after(3, Style::AsyncOperation, 200, "Updating").retry_after(2);
pub(super) const REMOVE: Timing = Timing::after(5, Style::Both, 202, "Deleting")
    .no_body()
    .retry_after(5);

fn is_range(value: &Value) -> bool {
    value
        .as_str()
        .is_some_and(|text| Range::parse(text).is_some())
}

const SECURITY_GROUP_LINK: Link = Link {
    path: "properties.networkSecurityGroup.id",
    resource_type: SECURITY_GROUPS,
    action: "Microsoft.Network/networkSecurityGroups/join/action",
    missing: (400, "InvalidResourceReference"),
};

const SUBNET: TypeRules = TypeRules {
    patterns: &[
        Pattern {
            path: "properties.addressPrefix",
            fits: is_range,
            code: "InvalidAddressPrefixFormat",
            says: "a range such as 10.0.0.0/24 without host bits",
        },
        Pattern {
            path: "properties.addressPrefixes[]",
            fits: is_range,
            code: "InvalidAddressPrefixFormat",
            says: "a range such as 10.0.0.0/24 without host bits",
        },
    ],
    enums: &[
        (
            "properties.privateEndpointNetworkPolicies",
            &[
                "Enabled",
                "Disabled",
                "NetworkSecurityGroupEnabled",
                "RouteTableEnabled",
            ],
        ),
        (
            "properties.privateLinkServiceNetworkPolicies",
            &["Enabled", "Disabled"],
        ),
    ],
    links: &[SECURITY_GROUP_LINK],
    read_only: &[
        "properties.purpose",
        "properties.ipConfigurations",
        "properties.privateEndpoints",
        "properties.serviceAssociationLinks",
        "properties.resourceNavigationLinks",
        "properties.serviceEndpoints[].provisioningState",
        "properties.delegations[].etag",
        "properties.delegations[].properties.actions",
        "properties.delegations[].properties.provisioningState",
    ],
    properties: &[
        "properties.addressPrefix",
        "properties.addressPrefixes",
        "properties.networkSecurityGroup",
        "properties.routeTable",
        "properties.natGateway",
        "properties.serviceEndpoints[].service",
        "properties.serviceEndpoints[].locations",
        "properties.serviceEndpoints[].networkIdentifier",
        "properties.serviceEndpointPolicies",
        "properties.delegations[].name",
        "properties.delegations[].id",
        "properties.delegations[].type",
        "properties.delegations[].properties.serviceName",
        "properties.privateEndpointNetworkPolicies",
        "properties.privateLinkServiceNetworkPolicies",
        "properties.applicationGatewayIPConfigurations",
        "properties.ipAllocations",
        "properties.sharingScope",
        "properties.defaultOutboundAccess",
        "properties.ipamPoolPrefixAllocations",
        "properties.serviceGateway",
    ],
    unknown: Unknown::Reject,
    defaults: || {
        json!({
            "properties": {
                "delegations": [],
                "privateEndpointNetworkPolicies": "Disabled",
                "privateLinkServiceNetworkPolicies": "Enabled",
            },
        })
    },
    create: CREATE,
    update: UPDATE,
    remove: REMOVE,
    lane_of_parent: true,
    system_data: false,
    codes: CODES,
    before_put: |state, context| {
        let Some(network) = context.path.parent() else {
            return Ok(());
        };
        let spaces = state
            .read::<Arm>()
            .and_then(|arm| arm.get(&network.id()))
            .map(|own| ranges(own.all("properties.addressSpace.addressPrefixes[]")))
            .unwrap_or_default();
        let others = neighbours(state, &network.id(), context.path.name());
        fits(
            context.path.name(),
            network.name(),
            context.sent,
            &spaces,
            &others,
        )
    },
    compute: |state, context, stored| {
        dress(stored);
        let tag = etag(state, context.id);
        stored.set("etag", tag);
        Ok(())
    },
    before_delete: |state, context| subnet_unused(state, context.existing.id()),
    ..TypeRules::child(SUBNETS, VERSIONS)
};

pub(super) const TYPES: &[TypeRules] = &[
    SUBNET,
    TypeRules {
        required: &["properties.addressSpace.addressPrefixes"],
        patterns: &[Pattern {
            path: "properties.addressSpace.addressPrefixes[]",
            fits: is_range,
            code: "InvalidAddressPrefixFormat",
            says: "a range such as 10.0.0.0/16 without host bits",
        }],
        links: &[Link {
            path: "properties.subnets[].properties.networkSecurityGroup.id",
            ..SECURITY_GROUP_LINK
        }],
        read_only: &[
            "properties.resourceGuid",
            "properties.flowLogs",
            "properties.defaultPublicNatGateway",
        ],
        properties: &[
            "properties.addressSpace.addressPrefixes",
            "properties.addressSpace.ipamPoolPrefixAllocations",
            "properties.dhcpOptions.dnsServers",
            "properties.flowTimeoutInMinutes",
            "properties.subnets",
            "properties.virtualNetworkPeerings",
            "properties.enableDdosProtection",
            "properties.enableVmProtection",
            "properties.ddosProtectionPlan",
            "properties.bgpCommunities",
            "properties.encryption",
            "properties.ipAllocations",
            "properties.privateEndpointVNetPolicies",
            "properties.summarizedGatewayPrefixes",
        ],
        unknown: Unknown::Reject,
        defaults: || json!({ "properties": { "virtualNetworkPeerings": [], "enableDdosProtection": false } }),
        patch: Patch::Tags,
        create: CREATE,
        update: UPDATE,
        remove: REMOVE,
        system_data: false,
        codes: CODES,
        before_put: check_network,
        compute: compute_network,
        before_delete: |state, context| {
            for subnet in subnets_of(state, context.existing.id()) {
                subnet_unused(state, subnet.id())?;
            }
            Ok(())
        },
        view: |state, stored| {
            let mut body = stored.body.clone();
            let subnets: Vec<_> = subnets_of(state, stored.id())
                .into_iter()
                .map(|own| own.body)
                .collect();
            json::put(&mut body, "properties.subnets", Value::Array(subnets));
            body
        },
        ..TypeRules::new(NETWORKS, VERSIONS)
    },
];

/// An etag that changes with each write.
pub(super) fn etag(state: &mut State, id: &str) -> String {
    let now = state.now().unix_timestamp_nanos().to_string();
    format!("W/\"{}\"", state.derived_uuid(&["etag", &key(id), &now]))
}

fn ranges(values: Vec<&Value>) -> Vec<Range> {
    values
        .into_iter()
        .filter_map(Value::as_str)
        .filter_map(Range::parse)
        .collect()
}

fn ranges_of(subnet: &Value) -> Vec<Range> {
    let mut found: Vec<_> = json::all(subnet, "properties.addressPrefix");
    found.extend(json::all(subnet, "properties.addressPrefixes[]"));
    ranges(found.into_iter().map(|(_, value)| value).collect())
}

fn subnets_of(state: &State, network: &str) -> Vec<Stored> {
    state
        .read::<Arm>()
        .map(|arm| arm.of_type(network, SUBNETS).cloned().collect())
        .unwrap_or_default()
}

/// The ranges of a network's other subnets.
fn neighbours(state: &State, network: &str, name: &str) -> Vec<(String, Range)> {
    subnets_of(state, network)
        .into_iter()
        .filter(|own| !own.name().eq_ignore_ascii_case(name))
        .flat_map(|own| {
            let name = own.name().to_owned();
            ranges_of(&own.body)
                .into_iter()
                .map(move |range| (name.clone(), range))
        })
        .collect()
}

/// Checks a subnet's ranges against its network and its neighbours.
fn fits(
    name: &str,
    network: &str,
    subnet: &Value,
    spaces: &[Range],
    others: &[(String, Range)],
) -> Result<(), ServiceError> {
    let own = ranges_of(subnet);
    if own.is_empty() {
        return Err(ServiceError::bad_request(
            "InvalidRequestFormat",
            format!(
                "Subnet '{name}' needs properties.addressPrefix or properties.addressPrefixes."
            ),
        ));
    }
    for range in own {
        if !spaces.iter().any(|space| space.holds(range)) {
            return Err(ServiceError::bad_request(
                "NetcfgSubnetRangeOutsideVnet",
                format!(
                    "Subnet '{name}' is not valid because its IP address range is outside the IP address range of \
                     virtual network '{network}'."
                ),
            ));
        }
        if others.iter().any(|(_, other)| other.overlaps(range)) {
            return Err(ServiceError::bad_request(
                "NetcfgSubnetRangesOverlap",
                format!(
                    "Subnet '{name}' is not valid because its IP address range overlaps with that of an existing \
                     subnet in virtual network '{network}'."
                ),
            ));
        }
        // Five addresses of each subnet are the service's.
        if range.size() < 8 {
            return Err(ServiceError::bad_request(
                "NetcfgInvalidSubnet",
                format!(
                    "Subnet '{name}' is not valid in virtual network '{network}': it has fewer than 8 addresses."
                ),
            ));
        }
    }
    Ok(())
}

fn check_network(state: &mut State, context: &PutContext<'_>) -> Result<(), ServiceError> {
    let network = context.path.name();
    let spaces = ranges(
        json::all(context.sent, "properties.addressSpace.addressPrefixes[]")
            .into_iter()
            .map(|(_, value)| value)
            .collect(),
    );
    let Some(sent) = json::at(context.sent, "properties.subnets").and_then(Value::as_array) else {
        for own in subnets_of(state, context.id) {
            fits(own.name(), network, &own.body, &spaces, &[])?;
        }
        return Ok(());
    };
    let mut before: Vec<(String, Range)> = Vec::new();
    for subnet in sent {
        let name = json::text(subnet, "name").unwrap_or_default();
        if name.is_empty() {
            return Err(ServiceError::bad_request(
                "InvalidRequestFormat",
                "Every subnet needs a name.",
            ));
        }
        fits(name, network, subnet, &spaces, &before)?;
        before.extend(
            ranges_of(subnet)
                .into_iter()
                .map(|range| (name.to_owned(), range)),
        );
    }
    for own in subnets_of(state, context.id) {
        if !before
            .iter()
            .any(|(name, _)| name.eq_ignore_ascii_case(own.name()))
        {
            subnet_unused(state, own.id())?;
        }
    }
    Ok(())
}

/// Puts the subnets that came with the network where they belong; a list without one of them removes it, no list at
/// all leaves them as they are. Unverified: the latter, which newer API versions are said to do.
fn compute_network(
    state: &mut State,
    context: &PutContext<'_>,
    stored: &mut Stored,
) -> Result<(), ServiceError> {
    if context.existing.is_none() {
        let guid = state.uuid().to_string();
        stored.set("properties.resourceGuid", guid);
    }
    let tag = etag(state, context.id);
    stored.set("etag", tag.clone());
    let sent = stored.unset("properties.subnets");
    let Some(sent) = sent.as_ref().and_then(Value::as_array) else {
        return Ok(());
    };
    let mut kept = Vec::new();
    for subnet in sent {
        let name = json::text(subnet, "name").unwrap_or_default();
        let id = format!("{}/subnets/{name}", context.id);
        let body = json!({
            "id": id,
            "etag": tag,
            "properties": subnet.get("properties").cloned().unwrap_or_else(|| json!({})),
        });
        upsert(state, &SUBNET, body);
        if let Some(own) = arm(state).get_mut(&id) {
            dress(own);
        }
        kept.push(key(&id));
    }
    for own in subnets_of(state, context.id) {
        let key = key(own.id());
        if !kept.contains(&key) {
            arm(state).resources.remove(&key);
        }
    }
    Ok(())
}

/// What the service adds to a subnet's parts.
fn dress(subnet: &mut Stored) {
    let id = subnet.id().to_owned();
    if let Some(Value::Array(endpoints)) = subnet.get("properties.serviceEndpoints").cloned() {
        let dressed: Vec<_> = endpoints
            .into_iter()
            .map(|mut own| {
                json::fill(
                    &mut own,
                    &json!({ "provisioningState": "Succeeded", "locations": ["*"] }),
                );
                own
            })
            .collect();
        subnet.set("properties.serviceEndpoints", Value::Array(dressed));
    }
    if let Some(Value::Array(delegations)) = subnet.get("properties.delegations").cloned() {
        let dressed: Vec<_> = delegations
            .into_iter()
            .map(|mut own| {
                let name = own["name"].as_str().unwrap_or_default().to_owned();
                json::fill(
                    &mut own,
                    &json!({
                        "id": format!("{id}/delegations/{name}"),
                        "type": "Microsoft.Network/virtualNetworks/subnets/delegations",
                        "properties": {
                            "provisioningState": "Succeeded",
                            "actions": ["Microsoft.Network/virtualNetworks/subnets/join/action"],
                        },
                    }),
                );
                own
            })
            .collect();
        subnet.set("properties.delegations", Value::Array(dressed));
    }
}

/// Where resources name the subnet that they live in.
const LIVE_IN: &[&str] = &[
    "properties.subnet.id",
    "properties.vnetConfiguration.infrastructureSubnetId",
];

fn subnet_unused(state: &State, subnet: &str) -> Result<(), ServiceError> {
    let Some(arm) = state.read::<Arm>() else {
        return Ok(());
    };
    let user = arm.resources.values().find(|own| {
        LIVE_IN
            .iter()
            .any(|path| own.text(path).is_some_and(|id| key(id) == key(subnet)))
    });
    match user {
        None => Ok(()),
        Some(user) => Err(ServiceError::bad_request(
            "InUseSubnetCannotBeDeleted",
            format!(
                "Subnet {} is in use by {} and cannot be deleted. In order to delete the subnet, delete all the \
                 resources within the subnet. See aka.ms/deletesubnet.",
                subnet.rsplit('/').next().unwrap_or_default(),
                user.id()
            ),
        )),
    }
}
