//! Network security groups.

use rhc_core::fake::State;
use serde_json::{Value, json};

use super::super::context::{DeleteContext, PutContext};
use super::super::error::ServiceError;
use super::super::json;
use super::super::path::key;
use super::super::rules::{Patch, Pattern, TypeRules, Unknown};
use super::super::state::{Arm, Stored};
use super::network::{CODES, CREATE, REMOVE, SECURITY_GROUPS, SUBNETS, UPDATE, VERSIONS, etag};

pub(super) const TYPES: &[TypeRules] = &[TypeRules {
    required: &[
        "properties.securityRules[].properties.protocol",
        "properties.securityRules[].properties.access",
        "properties.securityRules[].properties.priority",
        "properties.securityRules[].properties.direction",
    ],
    enums: &[
        (
            "properties.securityRules[].properties.protocol",
            &["Tcp", "Udp", "Icmp", "Esp", "*", "Ah"],
        ),
        (
            "properties.securityRules[].properties.access",
            &["Allow", "Deny"],
        ),
        (
            "properties.securityRules[].properties.direction",
            &["Inbound", "Outbound"],
        ),
    ],
    patterns: &[Pattern {
        path: "properties.securityRules[].properties.priority",
        fits: |value| {
            value
                .as_u64()
                .is_some_and(|own| (100..=4096).contains(&own))
        },
        code: "SecurityRuleInvalidPriority",
        says: "100 to 4096",
    }],
    read_only: &[
        "properties.defaultSecurityRules",
        "properties.resourceGuid",
        "properties.subnets",
        "properties.networkInterfaces",
        "properties.flowLogs",
    ],
    properties: &["properties.flushConnection", "properties.securityRules"],
    unknown: Unknown::Reject,
    defaults: || json!({ "properties": { "securityRules": [] } }),
    patch: Patch::Tags,
    create: CREATE,
    update: UPDATE,
    remove: REMOVE,
    system_data: false,
    codes: CODES,
    before_put: check,
    compute,
    before_delete: unused,
    ..TypeRules::new(SECURITY_GROUPS, VERSIONS)
}];

fn check(_: &mut State, context: &PutContext<'_>) -> Result<(), ServiceError> {
    let rules = json::all(context.sent, "properties.securityRules[]");
    for (index, (_, rule)) in rules.iter().enumerate() {
        let of = |rule: &Value| {
            (
                rule["properties"]["direction"]
                    .as_str()
                    .unwrap_or_default()
                    .to_ascii_lowercase(),
                rule["properties"]["priority"].as_u64(),
            )
        };
        let twin = rules
            .iter()
            .take(index)
            .find(|(_, other)| of(other) == of(rule));
        if let Some((_, twin)) = twin {
            return Err(ServiceError::bad_request(
                "SecurityRuleConflict",
                format!(
                    "Security rule {} conflicts with rule {}. Rules cannot have the same Priority and Direction.",
                    rule["name"], twin["name"]
                ),
            ));
        }
    }
    Ok(())
}

fn compute(
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
    let own: Vec<_> = stored
        .all("properties.securityRules[]")
        .into_iter()
        .cloned()
        .map(|mut rule| {
            let name = rule["name"].as_str().unwrap_or_default().to_owned();
            json::fill(
                &mut rule,
                &json!({
                    "id": format!("{}/securityRules/{name}", context.id),
                    "type": "Microsoft.Network/networkSecurityGroups/securityRules",
                    "properties": {
                        "provisioningState": "Succeeded",
                        "sourcePortRanges": [],
                        "destinationPortRanges": [],
                        "sourceAddressPrefixes": [],
                        "destinationAddressPrefixes": [],
                    },
                }),
            );
            rule["etag"] = json!(tag);
            rule
        })
        .collect();
    stored.set("properties.securityRules", Value::Array(own));
    let defaults: Vec<_> = DEFAULTS
        .iter()
        .map(|(name, access, direction, priority, from, to)| {
            json!({
                "name": name,
                "id": format!("{}/defaultSecurityRules/{name}", context.id),
                "etag": tag,
                "type": "Microsoft.Network/networkSecurityGroups/defaultSecurityRules",
                "properties": {
                    "provisioningState": "Succeeded",
                    "protocol": "*",
                    "sourcePortRange": "*",
                    "destinationPortRange": "*",
                    "sourceAddressPrefix": from,
                    "destinationAddressPrefix": to,
                    "access": access,
                    "priority": priority,
                    "direction": direction,
                    "sourcePortRanges": [],
                    "destinationPortRanges": [],
                    "sourceAddressPrefixes": [],
                    "destinationAddressPrefixes": [],
                },
            })
        })
        .collect();
    stored.set("properties.defaultSecurityRules", Value::Array(defaults));
    Ok(())
}

/// Refuses to delete a security group that a subnet has.
fn unused(state: &mut State, context: &DeleteContext<'_>) -> Result<(), ServiceError> {
    let id = context.existing.id();
    let users: Vec<_> = state
        .read::<Arm>()
        .into_iter()
        .flat_map(|arm| arm.everywhere(SUBNETS))
        .filter(|own| {
            own.text("properties.networkSecurityGroup.id")
                .is_some_and(|own| key(own) == key(id))
        })
        .map(|own| own.id().to_owned())
        .collect();
    if users.is_empty() {
        return Ok(());
    }
    Err(ServiceError::bad_request(
        "InUseNetworkSecurityGroupCannotBeDeleted",
        format!(
            "Network security group {id} cannot be deleted because it is in use by the following resources: {}. In \
             order to delete the Network security group, remove the association with the resource(s). To learn how \
             to do this, see aka.ms/deletensg.",
            users.join(", ")
        ),
    ))
}

type DefaultRule = (
    &'static str,
    &'static str,
    &'static str,
    u32,
    &'static str,
    &'static str,
);

/// The rules that every group has.
const DEFAULTS: &[DefaultRule] = &[
    (
        "AllowVnetInBound",
        "Allow",
        "Inbound",
        65000,
        "VirtualNetwork",
        "VirtualNetwork",
    ),
    (
        "AllowAzureLoadBalancerInBound",
        "Allow",
        "Inbound",
        65001,
        "AzureLoadBalancer",
        "*",
    ),
    ("DenyAllInBound", "Deny", "Inbound", 65500, "*", "*"),
    (
        "AllowVnetOutBound",
        "Allow",
        "Outbound",
        65000,
        "VirtualNetwork",
        "VirtualNetwork",
    ),
    (
        "AllowInternetOutBound",
        "Allow",
        "Outbound",
        65001,
        "*",
        "Internet",
    ),
    ("DenyAllOutBound", "Deny", "Outbound", 65500, "*", "*"),
];
