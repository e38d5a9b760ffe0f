//! Addresses in a private DNS zone.

use crate::{ResourceType, model};

model! {
    /// What a record has.
    PrivateDnsRecordProperties {
        /// For how many seconds an answer is good.
        ttl: i64,
        /// The whole name, with a dot at the end. Only the service writes it.
        fqdn: String,
        /// The addresses.
        a_records: Vec<AddressRecord>,
        /// Whether a machine registered itself. Only the service writes it.
        is_auto_registered: bool,
    }

    /// An address.
    AddressRecord {
        /// As `10.40.4.4`.
        ipv4_address: String,
    }
}

/// The addresses of one name of a private DNS zone: records of the type `A`. Its scope is the zone. A private endpoint's
/// zone group writes its own.
///
/// Role: Private DNS Zone Contributor.
/// Source: [A records](https://learn.microsoft.com/azure/templates/microsoft.network/privatednszones/a).
#[derive(Debug, Clone)]
pub enum PrivateDnsRecord {}

impl ResourceType for PrivateDnsRecord {
    const TYPE: &'static str = "Microsoft.Network/privateDnsZones/A";
    const API_VERSION: &'static str = super::private_dns_zone::API_VERSION;
    const LONG_RUNNING: bool = false;
    const READ_ONLY: &'static [&'static str] = &["fqdn", "isAutoRegistered"];
    type Properties = PrivateDnsRecordProperties;
}
