//! A request as the fake's operations see it, and their answer.

use super::{Refusal, odata::Query};
use axum::body::Bytes;
use axum::http::HeaderMap;
use rhc_core::fake::authority::{Caller, CallerKind};
use serde_json::{Map, Value};
use std::borrow::Cow;
use time::OffsetDateTime;
use uuid::Uuid;

/// The service's address, as answers spell it.
pub const ORIGIN: &str = "https://graph.microsoft.com/v1.0";

/// A request whose token was checked and whose path was matched.
#[derive(Debug)]
pub struct Call {
    /// Who calls, and in which tenant.
    pub caller: Caller,
    /// What stood in the pattern's `{…}`, in order.
    pub keys: Vec<Key>,
    /// The query options.
    pub query: Query,
    /// The path below the version, as it was sent.
    pub path: String,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, if there is one.
    pub body: Option<Map<String, Value>>,
    /// What a PUT sends: a file, which is no JSON.
    pub(super) file: Bytes,
    /// When it arrived.
    pub at: OffsetDateTime,
}

/// How a path addresses an object: `/x/value`, `/x('value')` or `/x(name='value')`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// The alternate key's property; none for the id.
    pub property: Option<String>,
    /// Its value.
    pub value: String,
}

impl Call {
    /// The tenant that the token is of.
    pub fn tenant(&self) -> Uuid {
        self.caller.tenant
    }

    /// The n-th key of the path.
    ///
    /// # Errors
    /// 404 where the pattern has no such key.
    pub fn key(&self, index: usize) -> Result<&Key, Refusal> {
        self.keys.get(index).ok_or_else(|| Refusal::not_found(""))
    }

    /// The body.
    ///
    /// # Errors
    /// 400 without one.
    pub fn body(&self) -> Result<&Map<String, Value>, Refusal> {
        self.body
            .as_ref()
            .ok_or_else(|| Refusal::new(400, "BadRequest", "Empty Payload. JSON content expected."))
    }

    /// Whether the caller asks to create what is missing.
    pub fn creates_if_missing(&self) -> bool {
        self.header("prefer")
            .is_some_and(|value| value.to_ascii_lowercase().contains("create-if-missing"))
    }

    /// Whether the caller accepts eventual consistency, which advanced queries need.
    pub fn is_eventual(&self) -> bool {
        self.header("consistencylevel")
            .is_some_and(|value| value.eq_ignore_ascii_case("eventual"))
    }

    /// Whether an application calls, and not a person.
    pub fn is_application(&self) -> bool {
        self.caller.kind != CallerKind::Person
    }

    /// Whether only the objects that the caller owns are open to it.
    pub fn owns_only(&self) -> bool {
        let wider = ["Application.ReadWrite.All", "Directory.ReadWrite.All"];
        self.caller.may("Application.ReadWrite.OwnedBy")
            && !wider.iter().any(|permission| self.caller.may(permission))
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// What an operation answers.
#[derive(Debug, Clone, PartialEq)]
pub struct Reply {
    pub(super) status: u16,
    pub(super) body: Content,
    pub(super) location: Option<String>,
}

/// What an answer holds.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Content {
    /// Nothing.
    None,
    /// JSON.
    Json(Value),
    /// Something else: its type, and itself.
    Plain(Cow<'static, str>, Bytes),
}

impl Reply {
    /// 200 with a body.
    pub fn ok(body: Value) -> Self {
        Self::json(200, body)
    }

    /// 201 with what was made.
    pub fn created(body: Value) -> Self {
        Self::json(201, body)
    }

    /// 202: it is begun.
    pub(super) fn accepted(body: Value) -> Self {
        Self::json(202, body)
    }

    /// 204.
    pub fn no_content() -> Self {
        Self {
            status: 204,
            body: Content::None,
            location: None,
        }
    }

    /// 200 with a number as text, as `$count` answers.
    pub(super) fn number(number: usize) -> Self {
        Self::plain("text/plain", number.to_string().into())
    }

    /// 200 with something that is not JSON.
    pub(super) fn plain(kind: impl Into<Cow<'static, str>>, body: Bytes) -> Self {
        Self {
            status: 200,
            body: Content::Plain(kind.into(), body),
            location: None,
        }
    }

    /// With a `Location`.
    #[must_use]
    pub fn at(mut self, location: String) -> Self {
        self.location = Some(location);
        self
    }

    /// The JSON that it holds.
    pub(super) fn json_mut(&mut self) -> Option<&mut Value> {
        match &mut self.body {
            Content::Json(body) => Some(body),
            _ => None,
        }
    }

    fn json(status: u16, body: Value) -> Self {
        Self {
            status,
            body: Content::Json(body),
            location: None,
        }
    }
}
