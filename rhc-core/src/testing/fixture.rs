//! The format of recorded exchanges.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::{collections::BTreeMap, fs, io, path::Path};

/// The headers of a request that a service acts on, and so the ones that a fixture holds.
pub(super) const REQUEST_HEADERS: &[&str] = &[
    "consistencylevel",
    "content-type",
    "if-match",
    "if-none-match",
    "metadata",
    "prefer",
    "x-github-api-version",
    "x-ms-authorization-auxiliary",
];

/// The headers of a response that a client acts on.
pub(super) const RESPONSE_HEADERS: &[&str] = &[
    "content-type",
    "location",
    "azure-asyncoperation",
    "operation-location",
    "retry-after",
    "etag",
    "www-authenticate",
    "x-ms-request-id",
    "request-id",
];

/// One operation's exchanges, as recorded and scrubbed. Kept as `tests/fixtures/<operation>.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fixture {
    /// The operation, for example `applications.create`.
    pub operation: String,
    /// What gave the answers: `embedded` for our own fakes, `azure` for the real services.
    pub source: String,
    /// The exchanges in order.
    pub exchanges: Vec<Exchange>,
}

/// A request and its response.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exchange {
    /// What was sent.
    pub request: RecordedRequest,
    /// What came back.
    pub response: RecordedResponse,
}

/// What was sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordedRequest {
    /// The method.
    pub method: String,
    /// The host that it was for.
    pub host: String,
    /// The path as it was sent.
    pub path: String,
    /// The query parameters in order, decoded.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub query: Vec<(String, String)>,
    /// The headers that matter.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// The body: JSON as it is, anything else as a string.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Value>,
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordedResponse {
    /// The status.
    pub status: u16,
    /// The headers that matter.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// The body: JSON as it is, anything else as a string.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Value>,
}

impl Fixture {
    /// Reads a fixture.
    ///
    /// # Errors
    /// Where the file cannot be read or is not a fixture; the message names it and says how to record it.
    pub fn load(path: &Path) -> io::Result<Self> {
        let named = |error: &dyn std::fmt::Display| {
            format!(
                "{}: {error}\nrecord it with `cargo xtask record`",
                path.display()
            )
        };
        let text = fs::read_to_string(path)
            .map_err(|error| io::Error::new(error.kind(), named(&error)))?;
        serde_json::from_str(&text)
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, named(&error)))
    }

    /// Writes a fixture, scrubbed.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn save(&self, path: &Path) -> io::Result<()> {
        let mut value = serde_json::to_value(self)?;
        for exchange in value["exchanges"].as_array_mut().into_iter().flatten() {
            super::scrub(exchange);
        }
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(path, format!("{}\n", serde_json::to_string_pretty(&value)?))
    }
}

/// A body for the file.
pub(super) fn body_of(bytes: &[u8]) -> Option<Value> {
    match bytes {
        [] => None,
        bytes => Some(
            serde_json::from_slice(bytes)
                .unwrap_or_else(|_| String::from_utf8_lossy(bytes).into_owned().into()),
        ),
    }
}

/// An answer's body from the file. A string is one in JSON too, where the answer says that it is JSON.
pub(super) fn bytes_of(response: &RecordedResponse) -> Vec<u8> {
    let kind = response.headers.get("content-type");
    let is_json = kind.is_some_and(|kind| kind.starts_with("application/json"));
    match &response.body {
        None => Vec::new(),
        Some(value) if is_json => value.to_string().into_bytes(),
        Some(Value::String(text)) => text.clone().into_bytes(),
        Some(value) => value.to_string().into_bytes(),
    }
}
