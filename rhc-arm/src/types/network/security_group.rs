//! Network security groups.

use crate::{ResourceId, ResourceType, model, open_enum};

model! {
    /// What a network security group has.
    SecurityGroupProperties {
        /// Its rules. A write replaces them all.
        security_rules: Vec<SecurityRule>,
        /// The rules that every group has. Only the service writes them.
        default_security_rules: Vec<SecurityRule>,
        /// Whether connections that exist are judged anew when a rule changes.
        flush_connection: bool,
        /// Its id for life. Only the service writes it.
        resource_guid: String,
        /// The state of the last write. Only the service writes it.
        provisioning_state: String,
    }

    /// A rule.
    SecurityRule {
        /// The id. Only the service writes it.
        id: ResourceId,
        /// The name.
        name: String,
        /// What it says.
        properties: SecurityRuleProperties,
    }

    /// What a rule says. Of each pair of one and several, one is set.
    SecurityRuleProperties {
        /// Why it is there.
        description: String,
        /// The protocol.
        protocol: RuleProtocol,
        /// The port that it comes from, or a range, or `*`.
        source_port_range: String,
        /// The ports that it comes from.
        source_port_ranges: Vec<String>,
        /// The port that it goes to, or a range, or `*`.
        destination_port_range: String,
        /// The ports that it goes to.
        destination_port_ranges: Vec<String>,
        /// The addresses that it comes from, or a service tag, or `*`.
        source_address_prefix: String,
        /// The addresses that it comes from.
        source_address_prefixes: Vec<String>,
        /// The addresses that it goes to, or a service tag, or `*`.
        destination_address_prefix: String,
        /// The addresses that it goes to.
        destination_address_prefixes: Vec<String>,
        /// What happens to it.
        access: RuleAccess,
        /// The order, from 100 to 4096: the lowest number that fits decides. One of a kind per direction.
        priority: i64,
        /// Which way it goes.
        direction: RuleDirection,
    }
}

open_enum! {
    /// The protocol of a rule.
    RuleProtocol {
        /// TCP.
        Tcp = "Tcp",
        /// UDP.
        Udp = "Udp",
        /// ICMP.
        Icmp = "Icmp",
        /// ESP.
        Esp = "Esp",
        /// AH.
        Ah = "Ah",
        /// Any.
        Any = "*",
    }

    /// What a rule does.
    RuleAccess {
        /// It lets through.
        Allow = "Allow",
        /// It stops.
        Deny = "Deny",
    }

    /// Which way.
    RuleDirection {
        /// In.
        Inbound = "Inbound",
        /// Out.
        Outbound = "Outbound",
    }
}

/// A network security group. Its scope is a resource group.
///
/// Role: Network Contributor.
/// Source: [network security groups](https://learn.microsoft.com/azure/templates/microsoft.network/networksecuritygroups).
#[derive(Debug, Clone)]
pub enum SecurityGroup {}

impl ResourceType for SecurityGroup {
    const TYPE: &'static str = "Microsoft.Network/networkSecurityGroups";
    const API_VERSION: &'static str = super::API_VERSION;
    const READ_ONLY: &'static [&'static str] = &[
        "defaultSecurityRules",
        "networkInterfaces",
        "subnets",
        "flowLogs",
        "resourceGuid",
    ];
    type Properties = SecurityGroupProperties;
}
