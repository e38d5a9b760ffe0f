//! The difference between what is wanted and what is there.

use serde::Serialize;
use serde_json::Value;

/// One field that differs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FieldChange {
    /// Where, for a person: `properties.subnets[hp2-apps].properties.addressPrefix`.
    pub path: String,
    /// What is there; null when it is absent.
    pub old: Value,
    /// What is wanted; null when it must go.
    pub new: Value,
    /// The service cannot change it on an existing resource.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub immutable: bool,
}
