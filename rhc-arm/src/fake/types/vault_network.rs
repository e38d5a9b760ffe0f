//! A vault's network rules as its data plane knows them: a change takes a while to arrive there.

use std::net::Ipv4Addr;
use std::time::Duration;

use rhc_core::fake::{State, Vantage};
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::super::error::ServiceError;
use super::super::json;
use super::super::state::Stored;
use super::cidr::Range;

/// How long a change takes to arrive. Unverified: Microsoft says that it may take minutes.
const DELAY: Duration = Duration::from_secs(20);
const BEFORE: &str = "networkBefore";
const RULES: [&str; 2] = ["networkAcls", "publicNetworkAccess"];

/// The network rules of a vault.
#[derive(Debug, Clone, PartialEq)]
pub struct VaultNetwork(Value);

/// Refuses what can be no rule: addresses are public ones of version 4, or ranges of them.
///
/// Source: [network security](https://learn.microsoft.com/azure/key-vault/general/network-security). Unverified: the code.
pub(super) fn check(sent: &Value) -> Result<(), ServiceError> {
    for (_, rule) in json::all(sent, "properties.networkAcls.ipRules[].value") {
        let text = rule.as_str().unwrap_or_default();
        let address = text.split('/').next().unwrap_or_default();
        let address = address.parse::<Ipv4Addr>().ok();
        let range = text.contains('/').then(|| Range::parse(text));
        if address.is_none_or(|own| own.is_private()) || range == Some(None) {
            return Err(ServiceError::bad_request(
                "BadRequest",
                format!(
                    "The IP rule '{text}' is not valid. Only public IPv4 addresses and ranges are allowed."
                ),
            ));
        }
    }
    Ok(())
}

/// Notes what counted before a write.
pub(super) fn note(state: &State, existing: Option<&Stored>, stored: &mut Stored) {
    let Some(existing) = existing else {
        return;
    };
    let (old, new) = (rules_of(existing), rules_of(stored));
    if old == new {
        return;
    }
    let before = VaultNetwork::in_force(state, existing).0;
    let until = (state.now() + DELAY).format(&Rfc3339).unwrap_or_default();
    stored.hidden.insert(
        BEFORE.to_owned(),
        serde_json::json!({ "until": until, "rules": before }),
    );
}

fn rules_of(stored: &Stored) -> Value {
    let own = |name: &str| {
        stored
            .get(&format!("properties.{name}"))
            .cloned()
            .unwrap_or(Value::Null)
    };
    serde_json::json!({ RULES[0]: own(RULES[0]), RULES[1]: own(RULES[1]) })
}

impl VaultNetwork {
    /// What counts now.
    #[must_use]
    pub fn in_force(state: &State, vault: &Stored) -> Self {
        let before = vault.hidden.get(BEFORE).filter(|before| {
            let until = before["until"].as_str();
            let until = until.and_then(|text| OffsetDateTime::parse(text, &Rfc3339).ok());
            until.is_some_and(|until| state.now() < until)
        });
        Self(before.map_or_else(|| rules_of(vault), |before| before["rules"].clone()))
    }

    /// Whether it is reached from public networks at all.
    #[must_use]
    pub fn is_public(&self) -> bool {
        self.0[RULES[1]] != "Disabled"
    }

    /// Whether its rules let somebody in from there.
    #[must_use]
    pub fn admits(&self, from: &Vantage) -> bool {
        let acls = &self.0[RULES[0]];
        if acls["defaultAction"] != "Deny" {
            return true;
        }
        let all = |list: &str| acls[list].as_array().into_iter().flatten();
        match from {
            Vantage::Outside(address) => all("ipRules")
                .filter_map(|rule| rule["value"].as_str())
                .any(|own| covers(own, *address)),
            Vantage::Subnet(id) => all("virtualNetworkRules")
                .filter_map(|rule| rule["id"].as_str())
                .any(|own| own.eq_ignore_ascii_case(id)),
        }
    }
}

/// Whether a rule, an address or a range, covers an address.
fn covers(rule: &str, address: Ipv4Addr) -> bool {
    let range = if rule.contains('/') {
        rule.to_owned()
    } else {
        format!("{rule}/32")
    };
    let one = Range::parse(&format!("{address}/32"));
    Range::parse(&range)
        .zip(one)
        .is_some_and(|(range, one)| range.holds(one))
}
