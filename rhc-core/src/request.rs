//! A request as a value, and its answer.

use crate::{
    Clock, Error, ErrorKind, Path, Result, ServiceError,
    error::Error as CoreError,
    limits::shown,
    retry::{may_repeat_after, server_wait},
};
use azure_core::http::{Method, Url, headers::Headers};
use bytes::Bytes;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Serialize, de::DeserializeOwned};
use std::{borrow::Cow, fmt, time::Duration};

/// What stays as it is in a query value: OData expressions remain readable, and a space is `%20`, never `+`.
const QUERY: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'$')
    .remove(b',')
    .remove(b':')
    .remove(b'/')
    .remove(b'(')
    .remove(b')')
    .remove(b'@')
    .remove(b'*');

/// Where a request goes.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Target {
    Path(Path),
    /// A link that the service gave, checked against the client's origin.
    Link(Url),
}

/// A request as a value: built and tested without a client.
///
/// Nothing here fails; what is wrong (a name that would change the path, a body that does not serialise) is reported when it is sent.
///
/// ```
/// use rhc_core::{Path, Request, Method};
/// let request = Request::new("groups.list", Method::Get, Path::new("/v1.0/groups")).query("$filter", "displayName eq 'a b'");
/// assert_eq!(request.path_and_query(), "/v1.0/groups?$filter=displayName%20eq%20%27a%20b%27");
/// ```
#[derive(Clone)]
pub struct Request {
    pub(crate) operation: &'static str,
    pub(crate) method: Method,
    pub(crate) target: Target,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Option<Bytes>,
    pub(crate) content_type: Cow<'static, str>,
    pub(crate) idempotent: Option<bool>,
    pub(crate) sensitive: bool,
    pub(crate) parts: Vec<Request>,
    pub(crate) problem: Option<String>,
}

impl Request {
    /// A request of the operation, for example `applications.create`.
    pub fn new(operation: &'static str, method: Method, path: Path) -> Self {
        Self::to(operation, method, Target::Path(path))
    }

    pub(crate) fn to(operation: &'static str, method: Method, target: Target) -> Self {
        Self {
            operation,
            method,
            target,
            query: Vec::new(),
            headers: Vec::new(),
            body: None,
            content_type: "application/json".into(),
            idempotent: None,
            sensitive: false,
            parts: Vec::new(),
            problem: None,
        }
    }

    /// Adds a query parameter.
    #[must_use]
    pub fn query(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.query.push((name.into(), value.into()));
        self
    }

    /// Adds a query parameter if there is a value.
    #[must_use]
    pub fn query_opt(self, name: &'static str, value: Option<impl ToString>) -> Self {
        match value {
            Some(value) => self.query(name, value.to_string()),
            None => self,
        }
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Sends this as JSON.
    #[must_use]
    pub fn json<T: Serialize + ?Sized>(mut self, body: &T) -> Self {
        match serde_json::to_vec(body) {
            Ok(bytes) => self.body = Some(bytes.into()),
            Err(error) => {
                self.problem = Some(format!("the body cannot be written as JSON: {error}"))
            }
        }
        self
    }

    /// Sends these bytes.
    #[must_use]
    pub fn body(
        mut self,
        content_type: impl Into<Cow<'static, str>>,
        body: impl Into<Bytes>,
    ) -> Self {
        self.body = Some(body.into());
        self.content_type = content_type.into();
        self
    }

    /// Says whether sending it twice does the same as sending it once, where the method does not say so.
    ///
    /// By method: GET, HEAD, PUT and DELETE are idempotent, POST and PATCH are not.
    #[must_use]
    pub fn idempotent(mut self, idempotent: bool) -> Self {
        self.idempotent = Some(idempotent);
        self
    }

    /// Keeps the path out of errors and of `Debug`.
    #[must_use]
    pub fn sensitive(mut self) -> Self {
        self.sensitive = true;
        self
    }

    /// Says which requests travel inside of it: a [`Pacer`](crate::Pacer) counts each.
    #[must_use]
    pub fn carrying(mut self, parts: Vec<Request>) -> Self {
        self.parts = parts;
        self
    }

    /// The operation.
    pub fn operation(&self) -> &'static str {
        self.operation
    }

    /// The method.
    pub fn method(&self) -> Method {
        self.method
    }

    /// The body, if any.
    pub fn body_bytes(&self) -> Option<&[u8]> {
        self.body.as_deref()
    }

    /// The headers that were added.
    pub fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        self.headers
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
    }

    /// Whether it may be sent again after an answer of this status.
    pub fn may_repeat_after(&self, status: u16) -> bool {
        may_repeat_after(status, self.is_idempotent())
    }

    /// Path and query as they are sent.
    pub fn path_and_query(&self) -> String {
        let (path, mut query) = match &self.target {
            Target::Path(path) => (path.as_str(), String::new()),
            Target::Link(url) => (url.path(), url.query().unwrap_or_default().to_owned()),
        };
        for (name, value) in &self.query {
            if !query.is_empty() {
                query.push('&');
            }
            query.extend(utf8_percent_encode(name, QUERY));
            query.push('=');
            query.extend(utf8_percent_encode(value, QUERY));
        }
        if query.is_empty() {
            path.to_owned()
        } else {
            format!("{path}?{query}")
        }
    }

    /// Whether it may be sent again when nobody knows what became of it.
    pub fn is_idempotent(&self) -> bool {
        self.idempotent.unwrap_or(matches!(
            self.method,
            Method::Get | Method::Head | Method::Put | Method::Delete
        ))
    }

    /// The path for errors.
    pub(crate) fn shown_path(&self) -> String {
        match &self.target {
            _ if self.sensitive => "(not shown)".to_owned(),
            Target::Path(path) => path.as_str().to_owned(),
            Target::Link(url) => url.path().to_owned(),
        }
    }

    /// Where it goes.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`] for a name that would change the path, and for a body that cannot be written.
    pub fn url(&self, origin: &Url) -> Result<Url> {
        let path_problem = match &self.target {
            Target::Path(path) => path.problem(),
            Target::Link(_) => None,
        };
        if let Some(problem) = path_problem.or(self.problem.as_deref()) {
            let problem = match path_problem {
                Some(_) if self.sensitive => "the path would change its shape (not shown)",
                _ => problem,
            };
            return Err(Error::invalid(self.operation, problem));
        }
        if let Target::Link(link) = &self.target {
            // Joined as text, a path that begins with `//` would name another host.
            let mut url = origin.clone();
            url.set_path(link.path());
            let query = self.path_and_query();
            url.set_query(query.split_once('?').map(|(_, query)| query));
            return Ok(url);
        }
        origin.join(&self.path_and_query()).map_err(|error| {
            Error::invalid(
                self.operation,
                format!("`{}` is not a path: {error}", self.shown_path()),
            )
        })
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("operation", &self.operation)
            .field("method", &self.method)
            .field("path", &self.shown_path())
            .field(
                "query",
                &self.query.iter().map(|(name, _)| name).collect::<Vec<_>>(),
            )
            .field(
                "body",
                &self
                    .body
                    .as_ref()
                    .map(|body| format!("{} bytes", body.len())),
            )
            .finish_non_exhaustive()
    }
}

/// What a service answered.
#[derive(Clone)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers. Repeated headers arrive as one.
    pub headers: Headers,
    /// The body.
    pub body: Bytes,
    pub(crate) operation: &'static str,
    pub(crate) method: Method,
    pub(crate) path: String,
}

impl Answer {
    /// The answer to one of several requests that were sent as one.
    pub fn of(request: &Request, status: u16, headers: Headers, body: Bytes) -> Self {
        Self {
            status,
            headers,
            body,
            operation: request.operation,
            method: request.method,
            path: request.shown_path(),
        }
    }

    /// Itself, if the status is 2xx.
    ///
    /// # Errors
    /// [`ErrorKind::Status`] for any other.
    pub fn success(self) -> Result<Self> {
        match self.status {
            200..=299 => Ok(self),
            _ => Err(self.refusal()),
        }
    }

    /// What the service says is wrong.
    pub(crate) fn refusal(&self) -> CoreError {
        let service = ServiceError::parse(&self.body);
        let words = match &service {
            Some(_) => String::new(),
            None => plain_words(self),
        };
        let error = self
            .error(ErrorKind::Status, words)
            .with_service_error(service);
        match error.service_error() {
            Some(_) => error,
            None => error.with_body(&self.body),
        }
    }

    /// Reads the body.
    ///
    /// # Errors
    /// [`ErrorKind::Decode`] with the JSON path of what did not fit; the body rides in the error.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T> {
        let mut reader = serde_json::Deserializer::from_slice(&self.body);
        serde_path_to_error::deserialize(&mut reader).map_err(|error| {
            let message = format!(
                "the answer does not have the expected form at `{}`",
                error.path()
            );
            self.error(ErrorKind::Decode, message)
                .with_body(&self.body)
                .with_source(shown(error.into_inner()))
        })
    }

    /// A header's value.
    pub fn header(&self, name: &'static str) -> Option<&str> {
        crate::retry::text(&self.headers, name)
    }

    /// The id under which Microsoft's support finds the request.
    pub fn request_id(&self) -> Option<&str> {
        self.header("x-ms-request-id")
            .or_else(|| self.header("request-id"))
            .or_else(|| self.header("x-ms-correlation-request-id"))
    }

    /// How long the service asks to wait before the next request about this one.
    pub fn retry_after(&self, clock: &Clock) -> Option<Duration> {
        server_wait(&self.headers, clock.now())
    }

    /// An error about this answer.
    pub fn error(&self, kind: ErrorKind, message: impl Into<String>) -> CoreError {
        Error::new(kind, self.operation, message)
            .with_request(self.method, self.path.clone())
            .with_status(self.status, self.request_id().map(str::to_owned))
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer")
            .field("operation", &self.operation)
            .field("status", &self.status)
            .field("body", &format!("{} bytes", self.body.len()))
            .finish_non_exhaustive()
    }
}

/// What to say of an error without an error body, such as a proxy's page.
fn plain_words(answer: &Answer) -> String {
    let kind = answer.header("content-type").unwrap_or("no content type");
    match answer.status {
        300..=399 => "the service redirects; redirects are not followed, because a token must not go elsewhere".to_owned(),
        _ if answer.body.is_empty() => "the service gave no reason".to_owned(),
        _ => format!("the answer is not an error of the service ({kind}); something in between may have given it"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn debug_shows_neither_body_nor_values() {
        let request = Request::new("users.create", Method::Post, Path::new("/v1.0/users"))
            .query("$filter", "mail eq 'ann@example.com'")
            .json(&json!({"passwordProfile": {"password": "hunter2"}}));
        let shown = format!("{request:?}");
        assert!(
            !shown.contains("hunter2") && !shown.contains("ann@"),
            "{shown}"
        );
        assert!(format!("{:?}", request.sensitive()).contains("(not shown)"));
    }

    #[test]
    fn idempotency_follows_the_method_unless_said() {
        for (method, expected) in [
            (Method::Get, true),
            (Method::Head, true),
            (Method::Put, true),
            (Method::Delete, true),
            (Method::Post, false),
            (Method::Patch, false),
        ] {
            let request = Request::new("x", method, Path::new("/"));
            assert_eq!(request.is_idempotent(), expected, "{method}");
            assert_eq!(request.idempotent(!expected).is_idempotent(), !expected);
        }
    }

    #[test]
    fn a_refused_name_of_a_sensitive_path_is_not_shown() {
        let origin = Url::parse("https://graph.microsoft.com").unwrap();
        let path = Path::new("/v1.0/users").segment("hunter2/");
        let request = Request::new("users.get", Method::Get, path);
        assert!(
            request
                .url(&origin)
                .unwrap_err()
                .message()
                .contains("hunter2")
        );
        let error = request.sensitive().url(&origin).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        assert!(!format!("{error} {error:?}").contains("hunter2"));
    }

    #[test]
    fn problems_surface_when_the_url_is_made() {
        let origin = Url::parse("https://graph.microsoft.com").unwrap();
        let bad = Request::new(
            "users.get",
            Method::Get,
            Path::new("/v1.0/users").segment("../me"),
        );
        let error = bad.url(&origin).unwrap_err();
        assert_eq!(
            (error.kind(), error.operation()),
            (ErrorKind::InvalidInput, "users.get")
        );
        let good = Request::new(
            "users.get",
            Method::Get,
            Path::new("/v1.0/users").segment("a b"),
        )
        .query("$select", "id,mail");
        assert_eq!(
            good.url(&origin).unwrap().as_str(),
            "https://graph.microsoft.com/v1.0/users/a%20b?$select=id,mail"
        );
    }
}
