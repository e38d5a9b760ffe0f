//! The records of a host name, where only a person can add them.

use async_trait::async_trait;

use crate::dns::RecordKind;
use crate::engine::{Inputs, Key, Meta, Observe, Observed, Output, Outputs, Step, StepError};
use crate::steps::clients::Clients;

/// For how long whoever asks may remember an answer. Short enough that a mistake is mended within the hour.
const TTL: u32 = 3600;

/// The records that a person adds where the zone is kept; public DNS shows when they are there.
#[derive(Debug)]
pub(super) struct RecordsStep {
    meta: Meta,
    clients: Clients,
    zone: String,
    host: String,
    leads_to: Output<String>,
    proof: Output<String>,
}

/// A record as it must be.
struct Record {
    kind: RecordKind,
    name: String,
    value: String,
}

impl RecordsStep {
    /// The records of `host`, which lies in `zone`, for the app of the step `app`.
    pub(super) fn new(meta: Meta, clients: Clients, zone: &str, host: &str, app: &Key) -> Self {
        let (leads_to, proof) = (app.output("host"), app.output("domainVerificationId"));
        Self {
            meta: meta.manual().needs(app),
            clients,
            zone: zone.to_owned(),
            host: host.to_owned(),
            leads_to,
            proof,
        }
    }

    fn records(&self, inputs: &Inputs<'_>) -> Result<[Record; 2], StepError> {
        Ok([
            Record {
                kind: RecordKind::Txt,
                name: proof_name(&self.host),
                value: inputs.require(&self.proof)?,
            },
            Record {
                kind: RecordKind::Cname,
                name: self.host.clone(),
                value: inputs.require(&self.leads_to)?,
            },
        ])
    }

    fn instructions(&self, records: &[(Record, Vec<String>)]) -> Vec<String> {
        let zone = &self.zone;
        let mut lines = vec![format!(
            "Sign in where the DNS of {zone} is kept (the registrar, or whoever its name servers belong to), and open the list of its records."
        )];
        let missing = records.iter().filter(|(record, seen)| !record.is_in(seen));
        for (record, seen) in missing {
            let Record { kind, name, value } = record;
            let relative = relative(name, zone);
            let verb = match (kind, seen.is_empty()) {
                (RecordKind::Cname, false) => "Change the",
                _ => "Add a",
            };
            lines.push(format!(
                "{verb} {kind} record. Name: {relative} (some pages want it in full: {name}). Value: {value}. TTL: {TTL} seconds, or what the page proposes."
            ));
            lines.push(match (kind, seen.as_slice()) {
                (RecordKind::Cname, []) => format!(
                    "It must be a plain CNAME: no forwarding, no proxy (with Cloudflare \"DNS only\"), and no A record beside it. {name} has none yet."
                ),
                (RecordKind::Cname, seen) => format!(
                    "It must be a plain CNAME: no forwarding, no proxy (with Cloudflare \"DNS only\"). {name} leads to {} at present.",
                    seen.join(", ")
                ),
                (_, []) => format!("{name} has none yet."),
                (_, seen) => format!(
                    "{name} holds {} at present, which may stay beside it.",
                    seen.join(", ")
                ),
            });
        }
        lines.push("Leave every other record as it is. The rollout sees by itself when they are there; that takes minutes, at worst an hour.".to_owned());
        lines
    }
}

impl Record {
    fn is_in(&self, seen: &[String]) -> bool {
        match self.kind {
            // One alias and no other: names are compared in any case.
            RecordKind::Cname => {
                !seen.is_empty() && seen.iter().all(|own| own.eq_ignore_ascii_case(&self.value))
            }
            _ => seen.contains(&self.value),
        }
    }
}

/// Where the service looks for the proof of whose a host name is.
pub(super) fn proof_name(host: &str) -> String {
    format!("asuid.{host}")
}

/// A name as the pages of most DNS hosts want it: without the zone.
pub(super) fn relative<'n>(name: &'n str, zone: &str) -> &'n str {
    name.strip_suffix(zone)
        .and_then(|rest| rest.strip_suffix('.'))
        .unwrap_or(name)
}

#[async_trait]
impl Step for RecordsStep {
    fn meta(&self) -> &Meta {
        &self.meta
    }

    async fn observe(&self, cx: &Observe<'_>) -> Result<Observed, StepError> {
        let resolver = self.clients.connection().resolver();
        let mut looked = Vec::new();
        for record in self.records(cx.inputs())? {
            let seen = cx.read(resolver.lookup(&record.name, record.kind)).await?;
            looked.push((record, seen));
        }
        if looked.iter().all(|(record, seen)| record.is_in(seen)) {
            return Ok(Observed::ManualDone {
                outputs: Outputs::new(),
            });
        }
        Ok(Observed::ManualPending {
            instructions: self.instructions(&looked),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_there_when_it_says_just_that() {
        let record = |kind| Record {
            kind,
            name: "www.example.org".to_owned(),
            value: "App.example.net".to_owned(),
        };
        let seen = |values: &[&str]| -> Vec<String> {
            values.iter().map(|own| (*own).to_owned()).collect()
        };
        let alias = record(RecordKind::Cname);
        assert!(alias.is_in(&seen(&["app.example.net"])));
        assert!(!alias.is_in(&seen(&[])));
        assert!(!alias.is_in(&seen(&["app.example.net", "other.example.net"])));
        let text = record(RecordKind::Txt);
        assert!(text.is_in(&seen(&["another", "App.example.net"])));
        assert!(!text.is_in(&seen(&["app.example.net"])), "a proof is exact");
    }

    #[test]
    fn names_are_given_without_the_zone() {
        assert_eq!(
            relative("asuid.www.example.org", "example.org"),
            "asuid.www"
        );
        assert_eq!(
            relative("www.example.org", "www.example.org"),
            "www.example.org"
        );
        assert_eq!(relative("wwwexample.org", "example.org"), "wwwexample.org");
    }
}
