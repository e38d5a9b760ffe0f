//! GitHub's answers, and whom it lets in.

use axum::http::HeaderMap;
use axum::response::Response;
use rhc_core::fake::respond;
use serde_json::{Value, json};

/// The token of whoever administers the repositories. It is good in this World only.
pub const TOKEN: &str = "embedded-github-administrator";
/// A token that may look and not write.
pub const READER: &str = "embedded-github-reader";
/// A token of somebody who is no member.
pub const OUTSIDER: &str = "embedded-github-outsider";

/// The versions that are spoken.
const VERSIONS: [&str; 2] = ["2022-11-28", "2026-03-10"];

/// What a token may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Caller {
    Administrator,
    Reader,
    Outsider,
}

/// An answer before it is written.
#[derive(Debug)]
pub(super) struct Answer {
    status: u16,
    body: Option<Value>,
}

/// What GitHub says to a request.
pub(super) type Said = Result<Answer, Answer>;

impl Answer {
    pub(super) fn ok(body: Value) -> Self {
        Self {
            status: 200,
            body: Some(body),
        }
    }

    pub(super) fn created(body: Value) -> Self {
        Self {
            status: 201,
            body: Some(body),
        }
    }

    pub(super) fn empty(status: u16) -> Self {
        Self { status, body: None }
    }

    pub(super) fn refused(status: u16, message: impl Into<String>) -> Self {
        let body = json!({
            "message": message.into(),
            "documentation_url": "https://docs.github.com/rest",
            "status": status.to_string(),
        });
        Self {
            status,
            body: Some(body),
        }
    }

    pub(super) fn not_found() -> Self {
        Self::refused(404, "Not Found")
    }

    pub(super) fn response(self) -> Response {
        match self.body {
            Some(body) => respond::json(self.status, &body),
            None => respond::empty(self.status),
        }
    }
}

/// Who asks, if the request is one that GitHub takes.
pub(super) fn caller(headers: &HeaderMap) -> Result<Caller, Answer> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if text("user-agent").is_none_or(str::is_empty) {
        return Err(Answer::refused(
            403,
            "Request forbidden by administrative rules. Please make sure your request has a User-Agent header.",
        ));
    }
    if let Some(version) = text("x-github-api-version")
        && !VERSIONS.contains(&version)
    {
        return Err(Answer::refused(
            400,
            format!("Version {version} is not a supported version."),
        ));
    }
    let Some(token) = text("authorization").and_then(|value| value.strip_prefix("Bearer ")) else {
        return Err(Answer::refused(401, "Requires authentication"));
    };
    match token {
        TOKEN => Ok(Caller::Administrator),
        READER => Ok(Caller::Reader),
        OUTSIDER => Ok(Caller::Outsider),
        _ => Err(Answer::refused(401, "Bad credentials")),
    }
}
