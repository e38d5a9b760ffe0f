//! The network and the private path.

use serde_json::json;

use super::{
    Break, NOBODY_GETS_IN_BY_NAME,
    Shown::{Create, Update},
    one,
};
use crate::edit::{delete, resource};

const VNET: &str = "/virtualnetworks/rhc-qa-vnet";

pub(super) fn network() -> Vec<Break> {
    vec![
        one(
            "a rule that lets everybody in was added",
            "network/Microsoft.Network/networkSecurityGroups/rhc-qa-hp2-apps-nsg",
            Update(&["properties.securityRules"]),
            |state| {
                let group = resource(state, "/networksecuritygroups/rhc-qa-hp2-apps-nsg");
                group["properties"]["securityRules"] = json!([{"name": "everybody", "properties": {
                    "priority": 100, "direction": "Inbound", "access": "Allow", "protocol": "*",
                    "sourceAddressPrefix": "*", "sourcePortRange": "*",
                    "destinationAddressPrefix": "*", "destinationPortRange": "*"}}]);
            },
        ),
        one(
            "the network's address range was widened",
            "network/Microsoft.Network/virtualNetworks/rhc-qa-vnet",
            Update(&["properties.addressSpace.addressPrefixes"]),
            |state| {
                resource(state, VNET)["properties"]["addressSpace"]["addressPrefixes"] =
                    json!(["10.40.0.0/16", "10.41.0.0/16"]);
            },
        ),
        one(
            "a subnet lost its service endpoint",
            "network/Microsoft.Network/virtualNetworks/rhc-qa-vnet/subnets/smx-apps",
            Update(&["properties.serviceEndpoints[Microsoft.Storage]"]),
            |state| {
                let subnet = resource(state, "/subnets/smx-apps");
                let endpoints = subnet["properties"]["serviceEndpoints"].as_array_mut();
                endpoints.unwrap().pop();
            },
        ),
        one(
            "a tag of the private zone was edited",
            "network/Microsoft.Network/privateDnsZones/privatelink.database.windows.net",
            Update(&["tags.rhc-app"]),
            |state| {
                resource(state, "/privatednszones/privatelink.database.windows.net")["tags"]["rhc-app"] =
                    json!("mine");
            },
        ),
        one(
            "the zone registers the network's machines",
            "network/Microsoft.Network/privateDnsZones/privatelink.database.windows.net/virtualNetworkLinks/rhc-qa-vnet-link",
            Update(&["properties.registrationEnabled"]),
            |state| {
                resource(state, "/virtualnetworklinks/rhc-qa-vnet-link")["properties"]["registrationEnabled"] =
                    json!(true);
            },
        ),
        one(
            "a tag of the private endpoint was edited",
            "network/Microsoft.Network/privateEndpoints/rhc-qa-sql-pe",
            Update(&["tags.rhc-cost-center"]),
            |state| {
                resource(state, "/privateendpoints/rhc-qa-sql-pe")["tags"]["rhc-cost-center"] =
                    json!("x");
            },
        ),
        Break {
            seen_too: NOBODY_GETS_IN_BY_NAME,
            ..one(
                "the private endpoint lost its zone",
                "network/Microsoft.Network/privateEndpoints/rhc-qa-sql-pe/privateDnsZoneGroups/default",
                Create,
                |state| delete(state, "/privatednszonegroups/default"),
            )
        },
    ]
}
