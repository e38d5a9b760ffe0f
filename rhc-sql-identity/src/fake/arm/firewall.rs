//! `Microsoft.Sql/servers/firewallRules`.

use std::net::Ipv4Addr;

use rhc_arm::fake::{Arm, NameRule, Pattern, ServiceError, Timing, TypeRules};
use rhc_core::fake::State;
use serde_json::Value;

use super::{CODES, FIREWALL_RULES, bad, child, parent_id};

const fn address(path: &'static str) -> Pattern {
    Pattern {
        path,
        fits: |value| parsed(value).is_some(),
        code: "FirewallRuleNotIPv4Address",
        says: "an IPv4 address",
    }
}

fn parsed(value: &Value) -> Option<Ipv4Addr> {
    value.as_str()?.parse().ok()
}

pub(super) const RULES: TypeRules = TypeRules {
    name: NameRule {
        min: 1,
        max: 128,
        fits: |name| {
            !name.contains(['<', '>', '*', '%', '&', ':', '\\', '/', '?']) && !name.ends_with('.')
        },
        refusal: (400, "FirewallRuleNameTooLong"),
        says: "none of <>*%&:\\/? and no period at the end",
    },
    required: &["properties.startIpAddress", "properties.endIpAddress"],
    patterns: &[
        address("properties.startIpAddress"),
        address("properties.endIpAddress"),
    ],
    create: Timing::at_once(201),
    codes: rhc_arm::fake::Codes {
        missing: (400, "InvalidServerFirewallRuleResourceParameters"),
        ..CODES
    },
    before_put: |state, put| {
        can_change(state, parent_id(put.id))?;
        let sent = &put.sent["properties"];
        if parsed(&sent["startIpAddress"]) > parsed(&sent["endIpAddress"]) {
            return Err(bad(
                "FirewallRuleInvalidRange",
                "The specified firewall rule range is invalid.",
            ));
        }
        Ok(())
    },
    // Unverified for deletions: the documentation speaks of rules that are added or changed.
    before_delete: |state, delete| can_change(state, parent_id(delete.existing.id())),
    ..child(FIREWALL_RULES)
};

/// While the public network is off, rules cannot be changed; in SQL the same refusal is 42101.
fn can_change(state: &mut State, server: &str) -> Result<(), ServiceError> {
    let server = state.section::<Arm>().get(server);
    let access = server.and_then(|server| server.text("properties.publicNetworkAccess"));
    if access == Some("Enabled") {
        return Ok(());
    }
    Err(bad(
        "DenyPublicEndpointEnabled",
        "Unable to create or modify firewall rules when public network interface for the server is disabled. To manage server or database level firewall rules, please enable the public network interface.",
    ))
}
