//! The records of a host name in an Azure DNS zone that the file names. The zone is somebody else's: the two records are
//! written and nothing else of it.

use std::collections::BTreeMap;

use rhc_arm::Resource;
use rhc_arm::types::network::{
    CnameRecord, CnameRecordProperties, DnsCname, DnsTxt, TxtRecord, TxtRecordProperties,
};
use serde_json::Value;

use super::records::{proof_name, relative};
use super::{Ground, Records, STAGE};
use crate::engine::{Meta, Output};
use crate::manifest::AzureZone;
use crate::steps::arm_resource::Parent;
use crate::steps::site::Site;

/// For how long whoever asks may remember an answer.
const TTL: i64 = 3600;

/// The note by which a record set is known: it can have no tags.
const NOTE: &str = "rhc-environment";

impl Site<'_> {
    pub(super) fn records_in_azure(&mut self, zone: &AzureZone, ground: &Ground<'_>) -> Records {
        let domain = &self.manifest.dns.zone;
        let environment = self.environment().to_owned();
        let note = move || BTreeMap::from([(NOTE.to_owned(), environment.clone())]);
        let parent = || Parent::Given(zone.id(domain));
        let tenant = self.tenant(&zone.tenant);

        let proof: Output<String> = ground.app.key.output("domainVerificationId");
        let name = proof_name(ground.host);
        let meta = self.meta::<DnsTxt>(
            STAGE,
            &tenant,
            relative(&name, domain),
            "proves whose the host name is",
        );
        let notes = note.clone();
        let step = self.step::<DnsTxt, _>(meta, &tenant, parent(), move |inputs| {
            let text = TxtRecord {
                value: Some(vec![inputs.text(&proof)?]),
                ..TxtRecord::default()
            };
            Ok(Resource::<DnsTxt>::new(TxtRecordProperties {
                ttl: Some(TTL),
                txt_records: Some(vec![text]),
                metadata: Some(notes()),
                ..TxtRecordProperties::default()
            }))
        });
        let proof = self.add(
            step.noted()
                .rules(|rules| rules.open("properties.TXTRecords")),
        );

        let leads_to: Output<String> = ground.app.key.output("host");
        let meta: Meta = self.meta::<DnsCname>(
            STAGE,
            &tenant,
            relative(ground.host, domain),
            "leads the host name to the app",
        );
        let step = self.step::<DnsCname, _>(meta, &tenant, parent(), move |inputs| {
            let alias = CnameRecord {
                cname: Some(inputs.text(&leads_to)?),
                ..CnameRecord::default()
            };
            Ok(Resource::<DnsCname>::new(CnameRecordProperties {
                ttl: Some(TTL),
                cname_record: Some(alias),
                metadata: Some(note()),
                ..CnameRecordProperties::default()
            }))
        });
        let way = self.add(
            step.noted()
                .rules(|rules| rules.equal_by("properties.CNAMERecord.cname", same_name)),
        );
        Records { proof, way }
    }
}

/// Names in any case, and with or without the dot at the end.
fn same_name(left: &Value, right: &Value) -> bool {
    let plain = |value: &Value| {
        let text = value.as_str().unwrap_or_default();
        text.trim_end_matches('.').to_ascii_lowercase()
    };
    plain(left) == plain(right)
}
