//! Addresses in a private DNS zone: those that somebody wrote, and those that come with a private endpoint.

use rhc_core::fake::State;
use serde_json::{Value, json};

use super::super::context::Listing;
use super::super::path::ResourcePath;
use super::super::rules::{Codes, NameRule, Pattern, Timing, TypeRules, Unknown};
use super::super::state::Arm;
use super::private_link;

const RECORDS: &str = "Microsoft.Network/privateDnsZones/A";
const VERSIONS: &[&str] = &["2018-09-01", "2020-06-01", "2024-06-01"];

pub(super) const TYPES: &[TypeRules] = &[TypeRules {
    name: NameRule {
        min: 1,
        max: 253,
        fits: |name| {
            name == "@"
                || name.split('.').all(|label| {
                    !label.is_empty()
                        && label
                            .chars()
                            .all(|own| own.is_ascii_alphanumeric() || "-_*".contains(own))
                })
        },
        refusal: (400, "BadRequest"),
        says: "labels of letters, digits, - and _, or @ for the zone itself",
    },
    required: &["properties.ttl"],
    patterns: &[Pattern {
        path: "properties.aRecords[].ipv4Address",
        fits: |value| {
            value
                .as_str()
                .is_some_and(|own| own.parse::<std::net::Ipv4Addr>().is_ok())
        },
        code: "BadRequest",
        says: "an IPv4 address",
    }],
    read_only: &["properties.fqdn", "properties.isAutoRegistered"],
    properties: &[
        "properties.ttl",
        "properties.aRecords",
        "properties.metadata",
    ],
    unknown: Unknown::Ignore,
    system_data: false,
    provisioning_state: false,
    codes: Codes {
        missing: (400, "BadRequest"),
        invalid: (400, "BadRequest"),
        ..Codes::COMMON
    },
    create: Timing::at_once(201),
    compute: |_, context, stored| {
        let zone = context.path.parent();
        let zone = zone.as_ref().map_or("", ResourcePath::name);
        let fqdn = format!("{}.{zone}.", stored.name());
        stored.set("properties.fqdn", fqdn);
        stored.set("properties.isAutoRegistered", false);
        Ok(())
    },
    find: |state, path| {
        let zone = path.parent()?;
        let all = of_endpoints(state, &zone.id());
        all.into_iter().find(|own| {
            own["name"]
                .as_str()
                .is_some_and(|name| name.eq_ignore_ascii_case(path.name()))
        })
    },
    list: |state, context| {
        let Some(arm) = state.read::<Arm>() else {
            return Listing::Usual;
        };
        let mut all: Vec<Value> = arm
            .of_type(context.scope, RECORDS)
            .map(|own| own.body.clone())
            .collect();
        for one in of_endpoints(state, context.scope) {
            // What somebody wrote stands before what an endpoint would have there.
            if !all.iter().any(|own| own["name"] == one["name"]) {
                all.push(one);
            }
        }
        Listing::Instead(all)
    },
    ..TypeRules::child(RECORDS, VERSIONS)
}];

/// The records that private endpoints keep in a zone.
fn of_endpoints(state: &State, zone: &str) -> Vec<Value> {
    let domain = zone.rsplit('/').next().unwrap_or_default();
    private_link::records_in(state, zone)
        .into_iter()
        .map(|(name, addresses)| {
            let addresses: Vec<Value> = addresses
                .iter()
                .map(|own| json!({ "ipv4Address": own }))
                .collect();
            json!({
                "id": format!("{zone}/A/{name}"),
                "name": name,
                "type": RECORDS,
                "etag": "00000000-0000-0000-0000-000000000000",
                "properties": {
                    "ttl": 10,
                    "fqdn": format!("{name}.{domain}."),
                    "aRecords": addresses,
                    "isAutoRegistered": false,
                },
            })
        })
        .collect()
}
