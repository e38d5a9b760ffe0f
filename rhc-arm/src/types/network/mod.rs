//! `Microsoft.Network`: virtual networks, what guards them, and private access.

mod dns_zone;
mod dns_zone_group;
mod private_dns_zone;
mod private_endpoint;
mod security_group;
mod subnet;
mod virtual_network;

pub use dns_zone::{
    CnameRecord, CnameRecordProperties, DnsCname, DnsTxt, DnsZone, DnsZoneProperties, TxtRecord,
    TxtRecordProperties,
};
pub use dns_zone_group::{
    DnsZoneConfig, DnsZoneConfigProperties, DnsZoneGroup, DnsZoneGroupProperties,
};
pub use private_dns_zone::{
    PrivateDnsZone, PrivateDnsZoneLink, PrivateDnsZoneLinkProperties, PrivateDnsZoneProperties,
};
pub use private_endpoint::{
    CustomDnsConfig, PrivateEndpoint, PrivateEndpointProperties, PrivateLinkConnection,
    PrivateLinkConnectionProperties, PrivateLinkConnectionState,
};
pub use security_group::{
    RuleAccess, RuleDirection, RuleProtocol, SecurityGroup, SecurityGroupProperties, SecurityRule,
    SecurityRuleProperties,
};
pub use subnet::{Delegation, DelegationProperties, ServiceEndpoint, Subnet, SubnetProperties};
pub use virtual_network::{AddressSpace, DhcpOptions, VirtualNetwork, VirtualNetworkProperties};

/// The version of the network provider's types. DNS zones have their own.
const API_VERSION: &str = "2025-09-01";
