//! The World's public DNS: zones, and the records in them that anybody can look up.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, Ipv6Addr};

use serde::{Deserialize, Serialize};

use super::section::{Section, SectionProblem};

/// A chain of aliases that is longer leads nowhere.
const LONGEST_CHAIN: usize = 8;

/// The kinds of records that the World knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum RecordType {
    /// An IPv4 address.
    A,
    /// An IPv6 address.
    Aaaa,
    /// Who may issue certificates.
    Caa,
    /// Another name for the same.
    Cname,
    /// Who answers for a zone.
    Ns,
    /// Text.
    Txt,
}

impl RecordType {
    /// As DNS writes it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::Aaaa => "AAAA",
            Self::Caa => "CAA",
            Self::Ns => "NS",
            Self::Cname => "CNAME",
            Self::Txt => "TXT",
        }
    }

    /// Whether a value has the form of this kind.
    fn takes(self, value: &str) -> bool {
        match self {
            Self::A => value.parse::<Ipv4Addr>().is_ok(),
            Self::Aaaa => value.parse::<Ipv6Addr>().is_ok(),
            Self::Caa => caa(value).is_some(),
            Self::Cname | Self::Ns | Self::Txt => true,
        }
    }

    /// What a value of this kind is.
    fn wanted(self) -> &'static str {
        match self {
            Self::A => "an IPv4 address",
            Self::Aaaa => "an IPv6 address",
            Self::Caa => r#"of the form 0 issue "example.com""#,
            Self::Cname | Self::Ns => "a name",
            Self::Txt => "a text",
        }
    }

    /// From how DNS writes it, in any case.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [
            Self::A,
            Self::Aaaa,
            Self::Caa,
            Self::Cname,
            Self::Ns,
            Self::Txt,
        ]
        .into_iter()
        .find(|kind| kind.as_str().eq_ignore_ascii_case(text))
    }
}

/// Public DNS. Names are in small letters and without the dot at the end.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Dns {
    zones: BTreeMap<String, Zone>,
}

/// What one party answers for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct Zone {
    /// The ARM id of the Azure DNS zone that answers for it; `None`: somebody else's name servers do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delegated_to: Option<String>,
    /// Record sets by full name and type.
    pub records: BTreeMap<String, BTreeMap<RecordType, Vec<String>>>,
}

impl Dns {
    /// A zone that somebody's name servers answer for; one that is there stays as it is.
    pub fn add_zone(&mut self, name: &str) -> &mut Zone {
        self.zones.entry(plain(name)).or_default()
    }

    /// From now on an Azure DNS zone, by its id, answers for the zone.
    pub fn delegate(&mut self, name: &str, azure_zone: &str) {
        self.add_zone(name).delegated_to = Some(azure_zone.to_ascii_lowercase());
    }

    /// The zones.
    pub fn zones(&self) -> impl Iterator<Item = (&str, &Zone)> {
        self.zones.iter().map(|(name, zone)| (name.as_str(), zone))
    }

    /// Whether an Azure DNS zone answers for this zone.
    #[must_use]
    pub fn is_delegated_to(&self, name: &str, azure_zone: &str) -> bool {
        let zone = self.zones.get(&plain(name));
        zone.and_then(|zone| zone.delegated_to.as_deref())
            .is_some_and(|own| own.eq_ignore_ascii_case(azure_zone))
    }

    /// Puts a record set there in place of what was; no values take it away. A name in no zone is left alone.
    pub fn set<V: Into<String>>(
        &mut self,
        name: &str,
        kind: RecordType,
        values: impl IntoIterator<Item = V>,
    ) {
        let name = plain(name);
        let Some(zone) = self
            .zone_of(&name)
            .and_then(|zone| self.zones.get_mut(&zone))
        else {
            return;
        };
        let values: Vec<String> = values.into_iter().map(Into::into).collect();
        let sets = zone.records.entry(name.clone()).or_default();
        if values.is_empty() {
            sets.remove(&kind);
        } else {
            sets.insert(kind, values);
        }
        if sets.is_empty() {
            zone.records.remove(&name);
        }
    }

    /// What anybody is told of a name; nothing where there is none.
    #[must_use]
    pub fn lookup(&self, name: &str, kind: RecordType) -> &[String] {
        let name = plain(name);
        self.zone_of(&name)
            .and_then(|zone| self.zones.get(&zone)?.records.get(&name)?.get(&kind))
            .map_or(&[], Vec::as_slice)
    }

    /// Who answers for a zone: what stands in it, or else a server of the World's. Nobody where no zone has this name.
    #[must_use]
    pub fn name_servers(&self, zone: &str) -> Vec<String> {
        let zone = plain(zone);
        match self.lookup(&zone, RecordType::Ns) {
            [] if self.zones.contains_key(&zone) => vec![format!("ns1.{zone}")],
            own => own.to_vec(),
        }
    }

    /// Whether an authority may issue certificates for a name: the first name on the way up that has CAA records says so (RFC 8659,
    /// section 3).
    #[must_use]
    pub fn may_issue(&self, name: &str, authority: &str) -> bool {
        let name = plain(name);
        let mut at = Some(name.as_str());
        while let Some(own) = at {
            let found = self.lookup(&self.resolve(own), RecordType::Caa);
            if !found.is_empty() {
                let mut issuers = found
                    .iter()
                    .filter_map(|value| caa(value))
                    .filter(|(tag, _)| tag.eq_ignore_ascii_case("issue"))
                    .map(|(_, issuer)| issuer)
                    .peekable();
                return issuers.peek().is_none()
                    || issuers.any(|issuer| issuer.eq_ignore_ascii_case(authority));
            }
            at = own.split_once('.').map(|(_, above)| above);
        }
        true
    }

    /// The name at the end of a name's aliases; itself where it has none, or they go round in a circle.
    #[must_use]
    pub fn resolve(&self, name: &str) -> String {
        let mut at = plain(name);
        for _ in 0..LONGEST_CHAIN {
            match self.lookup(&at, RecordType::Cname).first() {
                Some(next) => at = plain(next),
                None => return at,
            }
        }
        plain(name)
    }

    /// The zone that a name lies in: the one with the longest name.
    fn zone_of(&self, name: &str) -> Option<String> {
        let mut rest = name;
        loop {
            if self.zones.contains_key(rest) {
                return Some(rest.to_owned());
            }
            rest = rest.split_once('.')?.1;
        }
    }
}

/// The tag and the issuer, without parameters, of a CAA record as zone files write it.
fn caa(value: &str) -> Option<(&str, &str)> {
    let mut parts = value.splitn(3, ' ');
    let _flags: u8 = parts.next()?.parse().ok()?;
    let tag = parts.next()?;
    let issuer = parts.next()?.trim_matches('"');
    Some((tag, issuer.split(';').next().unwrap_or_default().trim()))
}

fn plain(name: &str) -> String {
    name.trim_end_matches('.').to_ascii_lowercase()
}

impl Section for Dns {
    const NAME: &'static str = "dns";

    fn validate(&self) -> Result<(), SectionProblem> {
        for (zone, held) in &self.zones {
            for (name, sets) in &held.records {
                let at = format!("zones.{zone}.records.{name}");
                if self.zone_of(name).as_ref() != Some(zone) || *name != plain(name) {
                    return Err(SectionProblem::new(
                        at,
                        "a record's name lies in its zone, in small letters and without a dot at the end",
                    ));
                }
                // RFC 1034, section 3.6.2.
                if sets.contains_key(&RecordType::Cname) && sets.len() > 1 {
                    return Err(SectionProblem::new(
                        at,
                        "a name with a CNAME record has no other records",
                    ));
                }
                for (kind, values) in sets {
                    let wrong = values.iter().find(|value| !kind.takes(value));
                    if let Some(value) = wrong {
                        return Err(SectionProblem::new(
                            format!("{at}.{}", kind.as_str()),
                            format!("{value:?} is not {}", kind.wanted()),
                        ));
                    }
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dns() -> Dns {
        let mut dns = Dns::default();
        dns.add_zone("contoso.com");
        dns.add_zone("below.contoso.com");
        dns.set("WWW.contoso.com.", RecordType::Cname, ["app.contoso.com."]);
        dns.set("app.contoso.com", RecordType::A, ["203.0.113.7"]);
        dns
    }

    #[test]
    fn names_are_found_in_any_case_and_nothing_is_found_elsewhere() {
        let dns = dns();
        assert_eq!(
            dns.lookup("www.Contoso.com", RecordType::Cname),
            ["app.contoso.com."]
        );
        assert_eq!(dns.resolve("www.contoso.com"), "app.contoso.com");
        assert_eq!(dns.lookup("www.contoso.com", RecordType::Txt), [""; 0]);
        assert_eq!(dns.lookup("www.fabrikam.com", RecordType::A), [""; 0]);
    }

    #[test]
    fn a_name_in_no_zone_cannot_be_set_and_an_empty_set_is_gone() {
        let mut dns = dns();
        dns.set("www.fabrikam.com", RecordType::A, ["203.0.113.8"]);
        dns.set("app.contoso.com", RecordType::A, [""; 0]);
        assert_eq!(dns.zones().count(), 2);
        assert_eq!(dns.lookup("app.contoso.com", RecordType::A), [""; 0]);
    }

    #[test]
    fn aliases_in_a_circle_lead_nowhere() {
        let mut dns = dns();
        dns.set("a.contoso.com", RecordType::Cname, ["b.contoso.com"]);
        dns.set("b.contoso.com", RecordType::Cname, ["a.contoso.com"]);
        assert_eq!(dns.resolve("a.contoso.com"), "a.contoso.com");
    }

    #[test]
    fn a_zone_has_name_servers_and_another_name_has_none() {
        let mut dns = dns();
        assert_eq!(dns.name_servers("Contoso.com"), ["ns1.contoso.com"]);
        assert_eq!(dns.name_servers("www.contoso.com"), [""; 0]);
        assert_eq!(dns.name_servers("fabrikam.com"), [""; 0]);
        dns.set("contoso.com", RecordType::Ns, ["a.example"]);
        assert_eq!(dns.name_servers("contoso.com"), ["a.example"]);
    }

    #[test]
    fn the_nearest_records_say_who_may_issue() {
        let mut dns = dns();
        assert!(dns.may_issue("www.contoso.com", "digicert.com"));
        dns.set(
            "contoso.com",
            RecordType::Caa,
            ["0 issue \"other.example\""],
        );
        assert!(!dns.may_issue("www.contoso.com", "digicert.com"));
        dns.set(
            "contoso.com",
            RecordType::Caa,
            ["0 iodef \"mailto:x@contoso.com\""],
        );
        assert!(dns.may_issue("www.contoso.com", "digicert.com"));
        // Those at the end of an alias count, and those above the name only where there are none.
        dns.set(
            "app.contoso.com",
            RecordType::Caa,
            ["0 issue \"DigiCert.com; account=1\""],
        );
        dns.set("contoso.com", RecordType::Caa, ["0 issue \";\""]);
        assert!(dns.may_issue("www.contoso.com", "digicert.com"));
        assert!(!dns.may_issue("other.contoso.com", "digicert.com"));
    }

    #[test]
    fn a_section_that_contradicts_itself_is_refused() {
        let path = |json: serde_json::Value| {
            let dns: Dns = serde_json::from_value(json).unwrap();
            dns.validate().unwrap_err().path
        };
        let zone = |name: &str, sets: serde_json::Value| serde_json::json!({ "zones": { "contoso.com": { "records": { name: sets } } } });
        assert_eq!(
            path(zone("a.fabrikam.com", serde_json::json!({ "TXT": ["x"] }))),
            "zones.contoso.com.records.a.fabrikam.com"
        );
        assert_eq!(
            path(zone(
                "a.contoso.com",
                serde_json::json!({ "CNAME": ["b"], "TXT": ["x"] })
            )),
            "zones.contoso.com.records.a.contoso.com"
        );
        assert_eq!(
            path(zone("a.contoso.com", serde_json::json!({ "A": ["x"] }))),
            "zones.contoso.com.records.a.contoso.com.A"
        );
        for (kind, value) in [("AAAA", "203.0.113.7"), ("CAA", "digicert.com")] {
            assert_eq!(
                path(zone("a.contoso.com", serde_json::json!({ kind: [value] }))),
                format!("zones.contoso.com.records.a.contoso.com.{kind}")
            );
        }
        assert!(dns().validate().is_ok());
    }
}
