//! Private endpoints and the zone groups that give them names.

use rhc_core::fake::State;
use serde_json::{Value, json};

use super::super::context::PutContext;
use super::super::error::ServiceError;
use super::super::json;
use super::super::path::{ResourcePath, key};
use super::super::rules::{Link, Patch, TypeRules, Unknown};
use super::super::state::{Arm, Stored, arm};
use super::cidr::Range;
use super::network::{CODES, CREATE, REMOVE, SUBNETS, UPDATE, VERSIONS, etag};
use super::private_dns::ZONES;

pub(super) const ENDPOINTS: &str = "Microsoft.Network/privateEndpoints";
const ZONE_GROUPS: &str = "Microsoft.Network/privateEndpoints/privateDnsZoneGroups";
/// The two lists of connections: approved by the maker's own right, and asked for.
const LISTS: [&str; 2] = [
    "privateLinkServiceConnections",
    "manualPrivateLinkServiceConnections",
];

pub(super) const TYPES: &[TypeRules] = &[
    TypeRules {
        required: &["properties.subnet.id"],
        links: &[
            Link {
                path: "properties.subnet.id",
                resource_type: SUBNETS,
                action: "Microsoft.Network/virtualNetworks/subnets/join/action",
                missing: (400, "InvalidResourceReference"),
            },
            // Whoever may approve connects at once; everybody else has to ask, by the other list.
            Link {
                path: "properties.privateLinkServiceConnections[].properties.privateLinkServiceId",
                resource_type: "",
                action: "{type}/PrivateEndpointConnectionsApproval/action",
                missing: (400, "InvalidResourceReference"),
            },
        ],
        read_only: &[
            "properties.networkInterfaces",
            "properties.resourceGuid",
            "properties.privateLinkServiceConnections[].etag",
            "properties.privateLinkServiceConnections[].type",
            "properties.privateLinkServiceConnections[].properties.provisioningState",
            "properties.manualPrivateLinkServiceConnections[].etag",
            "properties.manualPrivateLinkServiceConnections[].type",
            "properties.manualPrivateLinkServiceConnections[].properties.provisioningState",
        ],
        properties: &[
            "properties.subnet",
            "properties.ipVersionType",
            "properties.privateLinkServiceConnections[].name",
            "properties.privateLinkServiceConnections[].id",
            "properties.privateLinkServiceConnections[].properties",
            "properties.manualPrivateLinkServiceConnections[].name",
            "properties.manualPrivateLinkServiceConnections[].id",
            "properties.manualPrivateLinkServiceConnections[].properties",
            "properties.customDnsConfigs",
            "properties.applicationSecurityGroups",
            "properties.ipConfigurations",
            "properties.customNetworkInterfaceName",
            "properties.billingSku",
        ],
        unknown: Unknown::Reject,
        defaults: || {
            json!({
                "properties": {
                    "privateLinkServiceConnections": [],
                    "manualPrivateLinkServiceConnections": [],
                    "customNetworkInterfaceName": "",
                },
            })
        },
        patch: Patch::Tags,
        create: CREATE,
        update: UPDATE,
        remove: REMOVE,
        system_data: false,
        codes: CODES,
        before_put: check,
        compute,
        after_delete: |state, stored| {
            for (target, name) in connections(stored) {
                let id = connection_id(&target, stored, &name);
                arm(state).resources.remove(&key(&id));
            }
        },
        view,
        ..TypeRules::new(ENDPOINTS, VERSIONS)
    },
    TypeRules {
        required: &[
            "properties.privateDnsZoneConfigs",
            "properties.privateDnsZoneConfigs[].name",
            "properties.privateDnsZoneConfigs[].properties.privateDnsZoneId",
        ],
        links: &[Link {
            path: "properties.privateDnsZoneConfigs[].properties.privateDnsZoneId",
            resource_type: ZONES,
            action: "Microsoft.Network/privateDnsZones/join/action",
            missing: (400, "InvalidResourceReference"),
        }],
        properties: &[
            "properties.privateDnsZoneConfigs[].name",
            "properties.privateDnsZoneConfigs[].properties",
        ],
        unknown: Unknown::Reject,
        create: CREATE,
        update: UPDATE,
        remove: REMOVE,
        lane_of_parent: true,
        system_data: false,
        codes: CODES,
        compute: |state, context, stored| {
            let tag = etag(state, context.id);
            stored.set("etag", tag);
            let shown = "properties.privateDnsZoneConfigs[].properties.recordSets";
            json::take_all(&mut stored.body, shown);
            Ok(())
        },
        view: zone_group,
        ..TypeRules::child(ZONE_GROUPS, VERSIONS)
    },
];

fn each_connection(body: &Value) -> Vec<(&'static str, &Value)> {
    LISTS
        .iter()
        .flat_map(|list| {
            json::all(body, &format!("properties.{list}[]"))
                .into_iter()
                .map(move |(_, value)| (*list, value))
        })
        .collect()
}

fn check(state: &mut State, context: &PutContext<'_>) -> Result<(), ServiceError> {
    let all = each_connection(context.sent);
    if all.len() != 1 {
        return Err(ServiceError::bad_request(
            "InvalidRequestFormat",
            "A private endpoint needs exactly one connection, in privateLinkServiceConnections or \
             manualPrivateLinkServiceConnections.",
        ));
    }
    for (_, connection) in all {
        let target = json::text(connection, "properties.privateLinkServiceId").unwrap_or_default();
        let has_group = connection["properties"]["groupIds"]
            .as_array()
            .is_some_and(|own| !own.is_empty());
        if json::text(connection, "name").is_none() || target.is_empty() || !has_group {
            return Err(ServiceError::bad_request(
                "InvalidRequestFormat",
                "A connection needs name, properties.privateLinkServiceId and properties.groupIds.",
            ));
        }
        let is_there = state
            .read::<Arm>()
            .is_some_and(|arm| arm.get(target).is_some());
        if !is_there {
            return Err(ServiceError::bad_request(
                "InvalidResourceReference",
                format!(
                    "Resource {target} referenced by resource {} was not found.",
                    context.id
                ),
            ));
        }
    }
    Ok(())
}

/// The targets and names of an endpoint's connections.
fn connections(stored: &Stored) -> Vec<(String, String)> {
    each_connection(&stored.body)
        .into_iter()
        .filter_map(|(_, own)| {
            let target = json::text(own, "properties.privateLinkServiceId")?;
            Some((target.to_owned(), json::text(own, "name")?.to_owned()))
        })
        .collect()
}

/// The other end of a connection, where it is approved: a child of the target.
fn connection_id(target: &str, endpoint: &Stored, name: &str) -> String {
    let guid = endpoint.text("properties.resourceGuid").unwrap_or_default();
    format!("{target}/privateEndpointConnections/{name}-{guid}")
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
    stored.set("etag", tag);
    // Worked out at each reading: what a client sends back of it is not kept.
    json::remove(&mut stored.body, "properties.customDnsConfigs");
    for list in LISTS {
        for shown in ["id", "properties.privateLinkServiceConnectionState"] {
            json::take_all(&mut stored.body, &format!("properties.{list}[].{shown}"));
        }
    }
    let subnet = stored
        .text("properties.subnet.id")
        .unwrap_or_default()
        .to_owned();
    stored.set("properties.subnet", json!({ "id": subnet }));
    let nic = format!(
        "{}/providers/Microsoft.Network/networkInterfaces/{}.nic.{}",
        context.path.scope(),
        context.path.name(),
        stored.text("properties.resourceGuid").unwrap_or_default()
    );
    stored.set("properties.networkInterfaces", json!([{ "id": nic }]));
    let now = state.now();
    for (list, connection) in each_connection(&stored.body.clone()) {
        let target = json::text(connection, "properties.privateLinkServiceId").unwrap_or_default();
        let name = json::text(connection, "name").unwrap_or_default();
        let id = connection_id(target, stored, name);
        if arm(state).get(&id).is_some() {
            continue;
        }
        let (status, description) = if list == LISTS[1] {
            let message = json::text(connection, "properties.requestMessage");
            ("Pending", message.unwrap_or("Awaiting Approval"))
        } else {
            ("Approved", "Auto-Approved")
        };
        let kind = ResourcePath::parse(&id).map(|path| path.resource_type());
        let body = json!({
            "id": id,
            "name": id.rsplit('/').next(),
            "type": kind,
            "properties": {
                "privateEndpoint": { "id": context.id },
                "groupIds": connection["properties"]["groupIds"],
                "privateLinkServiceConnectionState": {
                    "status": status,
                    "description": description,
                    "actionsRequired": "None",
                },
                "provisioningState": "Ready",
            },
        });
        arm(state).insert(Stored::new(body, now));
    }
    Ok(())
}

/// Each connection's state, as its other end says, and the endpoint's addresses once it is approved.
fn view(state: &State, stored: &Stored) -> Value {
    let mut body = stored.body.clone();
    let Some(arm) = state.read::<Arm>() else {
        return body;
    };
    let mut approved = Vec::new();
    for list in LISTS {
        let shown: Vec<_> = stored
            .all(&format!("properties.{list}[]"))
            .into_iter()
            .cloned()
            .map(|mut own| {
                let target = json::text(&own, "properties.privateLinkServiceId")
                    .unwrap_or_default()
                    .to_owned();
                let name = json::text(&own, "name").unwrap_or_default().to_owned();
                let end = arm.get(&connection_id(&target, stored, &name));
                let state = end
                    .and_then(|end| end.get("properties.privateLinkServiceConnectionState"))
                    .cloned()
                    .unwrap_or_else(|| json!({ "status": "Disconnected", "description": "", "actionsRequired": "None" }));
                if state["status"] == json!("Approved") {
                    approved.push(target);
                }
                json::put(&mut own, "id", json!(format!("{}/{list}/{name}", stored.id())));
                json::put(&mut own, "type", json!(format!("{ENDPOINTS}/{list}")));
                json::put(&mut own, "properties.provisioningState", json!("Succeeded"));
                json::put(&mut own, "properties.privateLinkServiceConnectionState", state);
                own
            })
            .collect();
        json::put(
            &mut body,
            &format!("properties.{list}"),
            Value::Array(shown),
        );
    }
    let address = address(arm, stored);
    let names: Vec<_> = approved
        .iter()
        .filter_map(|target| fqdn(arm, target))
        .map(|fqdn| json!({ "fqdn": fqdn, "ipAddresses": address.iter().collect::<Vec<_>>() }))
        .collect();
    json::put(
        &mut body,
        "properties.customDnsConfigs",
        Value::Array(names),
    );
    body
}

/// The endpoint's address in its subnet: the fourth is the first that is not the service's own.
fn address(arm: &Arm, endpoint: &Stored) -> Option<String> {
    let id = endpoint.text("properties.subnet.id")?;
    let subnet = arm.get(id)?;
    let range = subnet
        .text("properties.addressPrefix")
        .or_else(|| {
            let all = subnet.all("properties.addressPrefixes[]");
            all.first().copied().and_then(Value::as_str)
        })
        .and_then(Range::parse)?;
    let place = arm
        .everywhere(ENDPOINTS)
        .filter(|own| {
            own.text("properties.subnet.id")
                .is_some_and(|own| key(own) == key(id))
        })
        .position(|own| own.id() == endpoint.id())?;
    Some(range.at(u32::try_from(place).ok()? + 4).to_string())
}

/// The public name of what an endpoint leads to.
fn fqdn(arm: &Arm, target: &str) -> Option<String> {
    let own = arm.get(target)?;
    own.text("properties.fullyQualifiedDomainName")
        .or_else(|| own.text("properties.loginServer"))
        .map(str::to_owned)
        .or_else(|| {
            let uri = own.text("properties.vaultUri")?;
            Some(
                uri.trim_start_matches("https://")
                    .trim_end_matches('/')
                    .to_owned(),
            )
        })
}

/// Names and addresses that endpoints keep in a zone.
pub(super) fn records_in(state: &State, zone: &str) -> Vec<(String, Vec<String>)> {
    let Some(arm) = state.read::<Arm>() else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for group in arm.everywhere(ZONE_GROUPS) {
        let shown = zone_group(state, group);
        for (_, config) in json::all(&shown, "properties.privateDnsZoneConfigs[]") {
            let into = json::text(config, "properties.privateDnsZoneId").unwrap_or_default();
            if key(into) != key(zone) {
                continue;
            }
            for (_, record) in json::all(config, "properties.recordSets[]") {
                let addresses = json::all(record, "ipAddresses[]");
                let addresses = addresses.iter().filter_map(|(_, own)| own.as_str());
                if let Some(name) = json::text(record, "recordSetName") {
                    found.push((name.to_owned(), addresses.map(str::to_owned).collect()));
                }
            }
        }
    }
    found
}

/// The records that a zone group keeps, once its endpoint is approved.
fn zone_group(state: &State, stored: &Stored) -> Value {
    let mut body = stored.body.clone();
    let endpoint = ResourcePath::parse(stored.id())
        .and_then(|path| path.parent())
        .and_then(|parent| state.read::<Arm>()?.get(&parent.id()));
    let names = endpoint
        .map(|endpoint| view(state, endpoint)["properties"]["customDnsConfigs"].take())
        .and_then(|names| names.as_array().cloned())
        .unwrap_or_default();
    let configs: Vec<_> = stored
        .all("properties.privateDnsZoneConfigs[]")
        .into_iter()
        .cloned()
        .map(|mut own| {
            let records: Vec<_> = names
                .iter()
                .filter_map(|own| Some((own["fqdn"].as_str()?, &own["ipAddresses"])))
                .map(|(fqdn, addresses)| {
                    json!({
                        "recordType": "A",
                        "recordSetName": fqdn.split('.').next(),
                        "fqdn": fqdn,
                        "ttl": 10,
                        "ipAddresses": addresses,
                        "provisioningState": "Succeeded",
                    })
                })
                .collect();
            json::put(&mut own, "properties.recordSets", Value::Array(records));
            own
        })
        .collect();
    json::put(
        &mut body,
        "properties.privateDnsZoneConfigs",
        Value::Array(configs),
    );
    body
}
