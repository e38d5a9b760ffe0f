//! What the containers hold: the section `blobs` of the World's state.

use std::collections::BTreeMap;

use rhc_core::fake::Section;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use time::OffsetDateTime;
use uuid::Uuid;

/// The contents of all containers.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub struct Blobs {
    /// By `account/container`, and in it by the blob's name.
    pub containers: BTreeMap<String, BTreeMap<String, Blob>>,
    /// How many changes there were: each makes an entity tag.
    pub changes: u64,
}

impl Section for Blobs {
    const NAME: &'static str = "blobs";
}

/// An append blob.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Blob {
    /// What stands in it, Base64.
    #[serde(serialize_with = "encoded", deserialize_with = "decoded")]
    pub content: Vec<u8>,
    /// Of how many blocks.
    pub blocks: u32,
    /// What was said of it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub metadata: BTreeMap<String, String>,
    /// Of which type it is said to be.
    pub content_type: String,
    /// Its entity tag.
    pub tag: u64,
    /// When it was last changed.
    #[serde(with = "time::serde::rfc3339")]
    pub modified: OffsetDateTime,
    /// The lease that is or was in force.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lease: Option<Lease>,
}

/// A lease.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Lease {
    /// Its id.
    pub id: Uuid,
    /// For how long it is each time; for ever without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds: Option<u32>,
    /// Until when.
    #[serde(default, with = "time::serde::rfc3339::option")]
    pub until: Option<OffsetDateTime>,
    /// Whether somebody broke it.
    #[serde(default)]
    pub broken: bool,
}

fn encoded<S: Serializer>(content: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&azure_core::base64::encode(content))
}

fn decoded<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
    let text = String::deserialize(deserializer)?;
    azure_core::base64::decode(text).map_err(de::Error::custom)
}

impl Blobs {
    /// Makes a container.
    pub fn add_container(&mut self, account: &str, container: &str) {
        let name = key(account, container);
        self.containers.entry(name).or_default();
    }

    /// A blob.
    pub fn blob(&mut self, account: &str, container: &str, name: &str) -> Option<&mut Blob> {
        self.container(account, container)?.get_mut(name)
    }

    pub(super) fn container(
        &mut self,
        account: &str,
        container: &str,
    ) -> Option<&mut BTreeMap<String, Blob>> {
        self.containers.get_mut(&key(account, container))
    }
}

fn key(account: &str, container: &str) -> String {
    format!("{}/{container}", account.to_ascii_lowercase())
}
