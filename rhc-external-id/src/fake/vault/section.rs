//! What the vaults hold: the section `vaults` of the World's state.

use std::collections::BTreeMap;
use std::fmt;

use azure_core::base64;
use rhc_core::fake::{Section, State};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use time::OffsetDateTime;

/// The contents of all vaults, by the vault's name in lower case.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub(super) struct Vaults {
    vaults: BTreeMap<String, Held>,
    /// How many keys were made.
    keys: usize,
}

impl Section for Vaults {
    const NAME: &'static str = "vaults";
}

/// What one vault holds.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub(super) struct Held {
    /// Certificates, by name in lower case.
    pub(super) certificates: BTreeMap<String, Named>,
    /// Deleted ones.
    pub(super) deleted: BTreeMap<String, Named>,
}

/// A certificate with all its versions.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Named {
    /// Its name as it was first written.
    pub(super) name: String,
    /// By which rules it was last made.
    pub(super) policy: Value,
    /// The last making.
    pub(super) request: String,
    /// Its versions, the oldest first.
    pub(super) versions: Vec<Version>,
}

/// A version of a certificate.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Version {
    /// Its name.
    pub(super) version: String,
    /// The certificate, DER in Base64.
    pub(super) certificate: String,
    /// Its key, PKCS #8 in Base64: what stands for the inside of the vault. It is worth nothing outside of this World.
    pub(super) key: String,
    /// Whether it can be used.
    pub(super) enabled: bool,
    /// From when it counts.
    #[serde(with = "time::serde::rfc3339")]
    pub(super) not_before: OffsetDateTime,
    /// Until when.
    #[serde(with = "time::serde::rfc3339")]
    pub(super) not_after: OffsetDateTime,
    /// When the making was begun.
    #[serde(with = "time::serde::rfc3339")]
    pub(super) begun: OffsetDateTime,
    /// When it was, or will be, there.
    #[serde(with = "time::serde::rfc3339")]
    pub(super) ready: OffsetDateTime,
}

impl fmt::Debug for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Version")
            .field("version", &self.version)
            .field("not_after", &self.not_after)
            .finish_non_exhaustive()
    }
}

impl Version {
    /// The certificate itself.
    pub(super) fn der(&self) -> Vec<u8> {
        base64::decode(&self.certificate).unwrap_or_default()
    }

    /// The key's PKCS #8.
    pub(super) fn pkcs8(&self) -> Vec<u8> {
        base64::decode(&self.key).unwrap_or_default()
    }
}

impl Named {
    /// The versions that are there, the oldest first.
    pub(super) fn ready(&self, now: OffsetDateTime) -> impl DoubleEndedIterator<Item = &Version> {
        self.versions.iter().filter(move |own| own.ready <= now)
    }

    /// The version that is being made.
    pub(super) fn under_way(&self, now: OffsetDateTime) -> Option<&Version> {
        self.versions.iter().find(|own| now < own.ready)
    }
}

/// What a vault holds, to change.
pub(super) fn held<'s>(state: &'s mut State, vault: &str) -> &'s mut Held {
    let all = state.section::<Vaults>();
    all.vaults.entry(vault.to_ascii_lowercase()).or_default()
}

/// The place of a new key among all of this World.
pub(super) fn next_key(state: &mut State) -> usize {
    let all = state.section::<Vaults>();
    all.keys += 1;
    all.keys - 1
}

/// A certificate, to read.
pub(super) fn named<'s>(state: &'s State, vault: &str, name: &str) -> Option<&'s Named> {
    let all = state.read::<Vaults>()?;
    let held = all.vaults.get(&vault.to_ascii_lowercase())?;
    held.certificates.get(&name.to_ascii_lowercase())
}

/// All certificates, to read.
pub(super) fn all<'s>(state: &'s State, vault: &str) -> impl Iterator<Item = &'s Named> {
    let held = state
        .read::<Vaults>()
        .and_then(|all| all.vaults.get(&vault.to_ascii_lowercase()));
    held.into_iter().flat_map(|held| held.certificates.values())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_no_key() {
        let version = Version {
            version: "v".to_owned(),
            certificate: "MII".to_owned(),
            key: "hunter2".to_owned(),
            enabled: true,
            not_before: OffsetDateTime::UNIX_EPOCH,
            not_after: OffsetDateTime::UNIX_EPOCH,
            begun: OffsetDateTime::UNIX_EPOCH,
            ready: OffsetDateTime::UNIX_EPOCH,
        };
        assert!(!format!("{version:?}").contains("hunter2"));
    }
}
