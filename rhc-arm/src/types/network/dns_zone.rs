//! Public DNS zones of Azure, and the records that prove and direct a host name.

use std::collections::BTreeMap;

use crate::{ResourceType, model};

/// Zones and records have had no stable version since.
const API_VERSION: &str = "2018-05-01";

model! {
    /// What a public DNS zone has. Only the service writes it, but for its type.
    DnsZoneProperties {
        /// `Public`.
        zone_type: String,
        /// The servers that the registrar has to name, for the zone to be seen.
        name_servers: Vec<String>,
        /// How many record sets it has.
        number_of_record_sets: i64,
    }

    /// What a CNAME record set has.
    CnameRecordProperties {
        /// For how many seconds whoever has asked may remember the answer.
        #[serde(rename = "TTL")]
        ttl: i64,
        /// The other name.
        #[serde(rename = "CNAMERecord")]
        cname_record: CnameRecord,
        /// Notes by name: record sets have no tags.
        metadata: BTreeMap<String, String>,
        /// The full name, with a dot at the end. Only the service writes it.
        fqdn: String,
        /// The state of the last write. Only the service writes it.
        provisioning_state: String,
    }

    /// Another name for the same.
    CnameRecord {
        /// The other name.
        cname: String,
    }

    /// What a TXT record set has.
    TxtRecordProperties {
        /// For how many seconds whoever has asked may remember the answer.
        #[serde(rename = "TTL")]
        ttl: i64,
        /// The texts.
        #[serde(rename = "TXTRecords")]
        txt_records: Vec<TxtRecord>,
        /// Notes by name: record sets have no tags.
        metadata: BTreeMap<String, String>,
        /// The full name, with a dot at the end. Only the service writes it.
        fqdn: String,
        /// The state of the last write. Only the service writes it.
        provisioning_state: String,
    }

    /// A text.
    TxtRecord {
        /// The text, in parts of 255 characters at most that belong together.
        value: Vec<String>,
    }
}

/// A public DNS zone, named by its domain; its location is `global`. Its scope is a resource group.
///
/// Nobody sees it before the registrar names its servers.
///
/// Role: DNS Zone Contributor.
/// Source: [zones](https://learn.microsoft.com/azure/templates/microsoft.network/dnszones).
#[derive(Debug, Clone)]
pub enum DnsZone {}

impl ResourceType for DnsZone {
    const TYPE: &'static str = "Microsoft.Network/dnsZones";
    const API_VERSION: &'static str = API_VERSION;
    const READ_ONLY: &'static [&'static str] = &[
        "maxNumberOfRecordSets",
        "maxNumberOfRecordsPerRecordSet",
        "numberOfRecordSets",
        "nameServers",
    ];
    const LONG_RUNNING: bool = false;
    type Properties = DnsZoneProperties;
}

/// A CNAME record set, named relative to its zone. Its scope is the zone.
///
/// Role: DNS Zone Contributor.
/// Source: [CNAME](https://learn.microsoft.com/azure/templates/microsoft.network/dnszones/cname).
#[derive(Debug, Clone)]
pub enum DnsCname {}

impl ResourceType for DnsCname {
    const TYPE: &'static str = "Microsoft.Network/dnsZones/CNAME";
    const API_VERSION: &'static str = API_VERSION;
    const READ_ONLY: &'static [&'static str] = &["fqdn"];
    const LONG_RUNNING: bool = false;
    type Properties = CnameRecordProperties;
}

/// A TXT record set, named relative to its zone. Its scope is the zone.
///
/// Role: DNS Zone Contributor.
/// Source: [TXT](https://learn.microsoft.com/azure/templates/microsoft.network/dnszones/txt).
#[derive(Debug, Clone)]
pub enum DnsTxt {}

impl ResourceType for DnsTxt {
    const TYPE: &'static str = "Microsoft.Network/dnsZones/TXT";
    const API_VERSION: &'static str = API_VERSION;
    const READ_ONLY: &'static [&'static str] = &["fqdn"];
    const LONG_RUNNING: bool = false;
    type Properties = TxtRecordProperties;
}
