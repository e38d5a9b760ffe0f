//! A request and its answer, however they were seen.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{check::Disagreement, read::recordings::decode};

/// A request and its answer.
#[derive(Clone, Debug, Default)]
pub struct Exchange {
    /// In capitals.
    pub method: String,
    /// Without a port.
    pub host: String,
    /// Percent-decoded.
    pub path: String,
    /// Percent-decoded.
    pub query: Vec<(String, String)>,
    /// Path and query as sent, to recognise a link that was handed out.
    pub link: String,
    /// Names in lower case.
    pub request_headers: BTreeMap<String, String>,
    /// What was sent, if it was JSON.
    pub request: Option<Value>,
    /// What was answered.
    pub status: u16,
    /// Names in lower case.
    pub answer_headers: BTreeMap<String, String>,
    /// What was answered, if it was JSON.
    pub answer: Option<Value>,
}

impl Exchange {
    /// A parameter of the query.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.query
            .iter()
            .find(|(found, _)| found.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// The host, or for hosts with a name of their own their domain.
    #[must_use]
    pub fn host_kind(&self) -> &str {
        match self.host.split_once('.') {
            Some((_, domain)) if self.host.matches('.').count() > 2 => domain,
            _ => &self.host,
        }
    }

    /// The links that the answer hands out, without their origin.
    pub fn links(&self) -> impl Iterator<Item = String> {
        let headers = ["location", "azure-asyncoperation"]
            .into_iter()
            .filter_map(|name| self.answer_headers.get(name));
        let next = ["nextLink", "@odata.nextLink"]
            .into_iter()
            .filter_map(|name| self.answer.as_ref()?.get(name)?.as_str());
        headers
            .map(String::as_str)
            .chain(next)
            .map(|link| normal(&without_origin(link)))
            .collect::<Vec<_>>()
            .into_iter()
    }
}

/// A link as it is compared with others: decoded, without what an empty query leaves.
#[must_use]
pub fn normal(link: &str) -> String {
    decode(&link.replace('+', " "))
        .trim_end_matches('?')
        .to_lowercase()
}

/// Path and query of an address.
#[must_use]
pub fn without_origin(address: &str) -> String {
    match address.split_once("://") {
        Some((_, rest)) => match rest.find('/') {
            Some(place) => rest.get(place..).unwrap_or_default().to_owned(),
            None => "/".to_owned(),
        },
        None => address.to_owned(),
    }
}

/// A disagreement about the request as a whole.
pub(super) fn says(path: &str, says: impl Into<String>) -> Disagreement {
    Disagreement {
        path: path.to_owned(),
        says: says.into(),
    }
}

/// What is wrong about a body that says that something is wrong: `{"error": {"code", "message"}}`.
pub(super) fn error_body(answer: Option<&Value>) -> Vec<Disagreement> {
    let Some(answer) = answer else {
        return vec![says("", "an error without a body")];
    };
    let mut found = Vec::new();
    for name in ["code", "message"] {
        let there = answer
            .get("error")
            .and_then(|error| error.get(name))
            .and_then(Value::as_str);
        if there.is_none_or(str::is_empty) {
            found.push(says(&format!("error.{name}"), "required, and missing"));
        }
    }
    found
}
