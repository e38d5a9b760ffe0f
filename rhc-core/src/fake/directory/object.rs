//! A directory object as Graph shows it, with what replication needs to know.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use time::OffsetDateTime;
use uuid::Uuid;

/// What a directory object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ObjectKind {
    /// A user, native, guest or customer.
    User,
    /// A security or Microsoft 365 group.
    Group,
    /// An application registration.
    Application,
    /// A service principal, a managed identity's included.
    ServicePrincipal,
}

/// How a reader looks: what he sees lags behind what was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Read {
    /// By id or natural key.
    Point,
    /// By listing or filtering, which lags further.
    List,
    /// As the service itself knows it (uniqueness, conflicts), without lag.
    Authoritative,
}

/// What readers still see of an object that was changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Previous {
    /// The body before the change.
    pub body: Map<String, Value>,
    /// Until when point reads see it.
    #[serde(with = "time::serde::rfc3339")]
    pub until: OffsetDateTime,
    /// Until when lists see it.
    #[serde(with = "time::serde::rfc3339")]
    pub list_until: OffsetDateTime,
}

/// One object of a tenant's directory.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct DirectoryObject {
    /// What it is.
    pub kind: ObjectKind,
    /// Its properties as Graph shows them, `id` included.
    pub body: Map<String, Value>,
    /// Relations to other objects of the tenant (`members`, `owners`), by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub links: BTreeMap<String, BTreeSet<Uuid>>,
    /// When it was made.
    #[serde(with = "time::serde::rfc3339")]
    pub created: OffsetDateTime,
    /// From when point reads find it.
    #[serde(with = "time::serde::rfc3339")]
    pub visible_at: OffsetDateTime,
    /// From when lists hold it.
    #[serde(with = "time::serde::rfc3339")]
    pub listed_at: OffsetDateTime,
    /// What readers still see after a change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<Previous>,
    /// When it was deleted; it can be restored for thirty days.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "time::serde::rfc3339::option"
    )]
    pub deleted_at: Option<OffsetDateTime>,
}

/// What one reader sees of an object.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    /// The object's id.
    pub id: Uuid,
    /// The properties that the reader sees, which may be older than the object's.
    pub body: &'a Map<String, Value>,
    /// The object behind.
    pub object: &'a DirectoryObject,
}

impl View<'_> {
    /// A string property.
    #[must_use]
    pub fn text(&self, property: &str) -> Option<&str> {
        self.body.get(property).and_then(Value::as_str)
    }
}

impl DirectoryObject {
    /// The body that a reader sees at `now`; `None` if he does not see the object.
    pub(super) fn seen(
        &self,
        read: Read,
        now: OffsetDateTime,
        lag: super::Replication,
    ) -> Option<&Map<String, Value>> {
        let (visible, lag) = match read {
            Read::Point => (self.visible_at, lag.point_read),
            Read::List => (self.listed_at, lag.list),
            Read::Authoritative => {
                return self.deleted_at.is_none().then_some(&self.body);
            }
        };
        if now < visible || self.deleted_at.is_some_and(|at| now >= later(at, lag)) {
            return None;
        }
        match &self.previous {
            Some(previous) if read == Read::Point && now < previous.until => Some(&previous.body),
            Some(previous) if read == Read::List && now < previous.list_until => {
                Some(&previous.body)
            }
            _ => Some(&self.body),
        }
    }

    /// A string property as the service itself knows it.
    #[must_use]
    pub fn text(&self, property: &str) -> Option<&str> {
        self.body.get(property).and_then(Value::as_str)
    }
}

/// A moment after another; a file can hold the end of time.
pub(super) fn later(at: OffsetDateTime, by: Duration) -> OffsetDateTime {
    at.saturating_add(time::Duration::try_from(by).unwrap_or(time::Duration::MAX))
}
