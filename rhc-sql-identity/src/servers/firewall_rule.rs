//! `Microsoft.Sql/servers/firewallRules`.

use std::net::Ipv4Addr;

use rhc_arm::{Resource, ResourceType, model};

/// A range of addresses that a server lets in.
///
/// Rules cannot be made or changed while public network access is off: `DenyPublicEndpointEnabled`, which is 42101 in
/// SQL.
///
/// Role: SQL Security Manager (or Contributor).
/// Source: [firewall rules](https://learn.microsoft.com/rest/api/sql/firewall-rules).
#[derive(Debug, Clone)]
pub enum FirewallRule {}

impl FirewallRule {
    /// One address.
    pub fn address(address: Ipv4Addr) -> Resource<Self> {
        Resource::new(FirewallRuleProperties {
            start_ip_address: Some(address.to_string()),
            end_ip_address: Some(address.to_string()),
            ..FirewallRuleProperties::default()
        })
    }
}

impl ResourceType for FirewallRule {
    const TYPE: &'static str = "Microsoft.Sql/servers/firewallRules";
    const API_VERSION: &'static str = "2025-01-01";
    const LONG_RUNNING: bool = false;
    type Properties = FirewallRuleProperties;
}

model! {
    /// What a rule has.
    FirewallRuleProperties {
        /// The first address.
        start_ip_address: String,
        /// The last address.
        end_ip_address: String,
    }
}

impl FirewallRuleProperties {
    /// Whether it lets in all of Azure, other customers' machines included: told by its addresses, whatever its name.
    #[must_use]
    pub fn admits_all_of_azure(&self) -> bool {
        let zero = |address: &Option<String>| address.as_deref() == Some("0.0.0.0");
        zero(&self.start_ip_address) && zero(&self.end_ip_address)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_for_all_of_azure_is_told_by_its_addresses() {
        let zero = FirewallRule::address(Ipv4Addr::UNSPECIFIED).properties;
        assert!(zero.admits_all_of_azure());
        let one = FirewallRule::address(Ipv4Addr::new(203, 0, 113, 7)).properties;
        assert!(!one.admits_all_of_azure());
        assert!(!FirewallRuleProperties::default().admits_all_of_azure());
    }
}
