//! Paths that are no resources: name checks, provider registration, billing, soft-deleted vaults.

use std::fmt;
use std::time::Duration;

use axum::http::HeaderMap;
use rhc_core::fake::State;
use rhc_core::fake::authority::Caller;
use serde_json::{Value, json};
use uuid::Uuid;

use super::error::ServiceError;
use super::query::Query;
use super::rules::TypeRules;

/// A path of a resource provider that is no resource.
#[derive(Clone, Copy)]
pub struct Route {
    /// The method.
    pub method: &'static str,
    /// The path, with `{name}` for a segment of any name. One that begins with `/subscriptions/{subscription}` is
    /// for callers of the subscription's tenant, if it exists; one that begins with `/{*scope}` is for anything that such a
    /// path leads to.
    pub pattern: &'static str,
    /// The API versions that it answers to.
    pub api_versions: &'static [&'static str],
    /// What the caller must be allowed to do to the subscription, or to `{*scope}`, with names of the path in braces; empty for
    /// nothing.
    pub permission: &'static str,
    /// What it does.
    pub run: fn(&mut State, &RouteContext<'_>) -> Result<Reply, ServiceError>,
}

impl Route {
    /// What the caller must be allowed to do, by what the path says.
    pub(crate) fn action(&self, params: &[(&'static str, String)]) -> Option<String> {
        let action = params
            .iter()
            .fold(self.permission.to_owned(), |action, (name, value)| {
                action.replace(&format!("{{{name}}}"), value)
            });
        (!action.is_empty()).then_some(action)
    }
}

impl fmt::Debug for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.pattern)
    }
}

/// What a route is told.
#[derive(Debug)]
pub struct RouteContext<'a> {
    pub(crate) params: Vec<(&'static str, String)>,
    /// Who asks.
    pub caller: &'a Caller,
    /// The tenant of the subscription; without one, the caller's.
    pub tenant: Uuid,
    /// The query.
    pub query: &'a Query,
    /// The request's body, `null` without one.
    pub sent: &'a Value,
    /// The API version asked for.
    pub api_version: &'a str,
    /// The types registered in the namespace that the route's `{namespace}` names.
    pub types: &'a [TypeRules],
    /// All namespaces that have types.
    pub namespaces: &'a [&'static str],
}

impl RouteContext<'_> {
    /// The segment that stood for `{name}`.
    #[must_use]
    pub fn param(&self, name: &str) -> &str {
        self.params
            .iter()
            .find(|(own, _)| *own == name)
            .map_or("", |(_, value)| value)
    }

    /// The subscription's id, for a route below one.
    #[must_use]
    pub fn subscription(&self) -> Option<Uuid> {
        self.param("subscription").parse().ok()
    }

    /// The text that the body must have at a path.
    ///
    /// # Errors
    /// `InvalidRequestContent`.
    pub fn need(&self, path: &str) -> Result<&str, ServiceError> {
        super::json::text(self.sent, path).ok_or_else(|| {
            ServiceError::bad_request(
                "InvalidRequestContent",
                format!("The request content is invalid: '{path}' is required."),
            )
        })
    }
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Reply {
    pub(crate) status: u16,
    pub(crate) body: Option<Value>,
    pub(crate) headers: HeaderMap,
    pub(crate) retry_after: Duration,
    pub(crate) pages: bool,
}

impl Reply {
    /// Without a body.
    #[must_use]
    pub fn empty(status: u16) -> Self {
        Self {
            status,
            body: None,
            headers: HeaderMap::new(),
            retry_after: Duration::ZERO,
            pages: false,
        }
    }

    /// With a body.
    #[must_use]
    pub fn new(status: u16, body: Value) -> Self {
        Self {
            body: Some(body),
            ..Self::empty(status)
        }
    }

    /// A list, which goes out in pages.
    #[must_use]
    pub fn list(items: Vec<Value>) -> Self {
        Self {
            pages: true,
            ..Self::new(200, json!({ "value": items }))
        }
    }

    /// With `Retry-After`.
    #[must_use]
    pub fn retry_after(mut self, after: Duration) -> Self {
        self.retry_after = after;
        self
    }

    /// With a header; a value that HTTP cannot carry is left out.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: &str) -> Self {
        if let Ok(value) = value.parse() {
            self.headers.insert(name, value);
        }
        self
    }
}

/// How a pattern begins that stands for anything in a subscription, the subscription itself included.
pub(crate) const ANY_SCOPE: &str = "/{*scope}";

/// A pattern's names and the segments behind them.
pub(crate) type Params = Vec<(&'static str, String)>;

/// The segments behind a pattern's names, if the path is of the pattern.
pub(crate) fn matched(pattern: &'static str, segments: &[String]) -> Option<Params> {
    let mut params = Vec::new();
    let mut given = segments.iter();
    let mut parts = pattern.split('/').filter(|part| !part.is_empty());
    if let Some(rest) = pattern.strip_prefix(ANY_SCOPE) {
        let behind = rest.split('/').filter(|part| !part.is_empty()).count();
        let scope = segments.len().checked_sub(behind).filter(|own| *own > 0)?;
        let own: Vec<_> = given.by_ref().take(scope).map(String::as_str).collect();
        params.push(("scope", format!("/{}", own.join("/"))));
        parts.next();
    }
    for part in parts {
        let segment = given.next()?;
        match part
            .strip_prefix('{')
            .and_then(|part| part.strip_suffix('}'))
        {
            Some(name) => params.push((name, segment.clone())),
            None if part.eq_ignore_ascii_case(segment) => {}
            None => return None,
        }
    }
    given.next().is_none().then_some(params)
}
