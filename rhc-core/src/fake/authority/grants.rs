//! What the authority remembers: sign-ins under way, consents, ended sessions.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use uuid::Uuid;

use super::machine::AssignedIdentity;
use crate::fake::Section;

/// A device code that waits for its person.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct DeviceCode {
    pub(super) tenant: Uuid,
    pub(super) client: Uuid,
    pub(super) scope: String,
    #[serde(with = "time::serde::rfc3339")]
    pub(super) asked: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339")]
    pub(super) expires: OffsetDateTime,
}

/// An authorization code on its way through a browser.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct AuthorizationCode {
    pub(super) tenant: Uuid,
    pub(super) client: Uuid,
    pub(super) user: Uuid,
    pub(super) scope: String,
    pub(super) redirect_uri: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) challenge: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) nonce: Option<String>,
    #[serde(with = "time::serde::rfc3339")]
    pub(super) expires: OffsetDateTime,
}

/// The payload of a refresh token.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct RefreshToken {
    pub(super) tenant: Uuid,
    pub(super) client: Uuid,
    pub(super) user: Uuid,
    pub(super) scope: String,
    pub(super) issued: i64,
    pub(super) expires: i64,
}

/// The section `authority` of the state.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "camelCase")]
pub(super) struct Grants {
    pub(super) device_codes: BTreeMap<String, DeviceCode>,
    pub(super) authorization_codes: BTreeMap<String, AuthorizationCode>,
    /// Delegated permissions of Microsoft Graph that were consented to, by tenant and client.
    consents: BTreeMap<Uuid, BTreeMap<Uuid, BTreeSet<String>>>,
    /// Issuers outside whose keys the authority can fetch; GitHub's is always one.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub(super) issuers: BTreeSet<String>,
    /// Subjects of workflow runs, by the secret with which a run asks for its token.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) workflow_runs: BTreeMap<String, String>,
    /// Identities of machines, by the secret that a machine's programs know.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) machines: BTreeMap<String, Vec<AssignedIdentity>>,
    /// Tokens by reference.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) references: BTreeMap<String, String>,
    /// Principals whose earlier tokens no longer count.
    revoked: BTreeMap<Uuid, Revocation>,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
struct Revocation(#[serde(with = "time::serde::rfc3339")] OffsetDateTime);

impl Section for Grants {
    const NAME: &'static str = "authority";
}

impl Grants {
    pub(super) fn consents(&mut self, tenant: Uuid, client: Uuid) -> &mut BTreeSet<String> {
        self.consents
            .entry(tenant)
            .or_default()
            .entry(client)
            .or_default()
    }

    pub(super) fn forget_expired(&mut self, now: OffsetDateTime) {
        self.authorization_codes
            .retain(|_, code| now < code.expires);
        // An hour longer, so that a late poll hears "expired" and not "unknown".
        let kept = now.saturating_sub(time::Duration::hours(1));
        self.device_codes.retain(|_, code| kept < code.expires);
    }

    pub(super) fn revoke(&mut self, principal: Uuid, now: OffsetDateTime) {
        self.revoked.insert(principal, Revocation(now));
    }

    /// When the sessions of a principal ended, as seconds since 1970.
    pub(super) fn revoked_at(&self, principal: Uuid) -> Option<i64> {
        self.revoked
            .get(&principal)
            .map(|Revocation(at)| at.unix_timestamp())
    }
}
