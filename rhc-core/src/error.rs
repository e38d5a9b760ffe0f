//! The one error of all `rhc-*` crates.

use crate::{
    limits::{LONGEST_NAME, LONGEST_PATH, LONGEST_WORDS, Plain},
    service_error::ServiceError,
};
use azure_core::http::Method;
use std::{error::Error as StdError, fmt, time::Duration};

/// The result of a call.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What kind of failure it was: above all, whether the service may have acted.
///
/// It is about the last try; [`Error::was_sent`] and [`Error::is_outcome_unknown`] are about all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// An argument was refused before anything was sent.
    InvalidInput,
    /// No token could be had. Nothing was sent.
    Credential,
    /// A link led to another origin than the one that the token is for. Nothing was sent there.
    RefusedOrigin,
    /// A policy of the caller refused the request. Nothing was sent.
    Refused,
    /// The service could not be reached. Nothing was sent.
    NotSent,
    /// The request was sent and no whole answer came back: the service may or may not have acted.
    NoAnswer,
    /// The service answered with an error status.
    Status,
    /// The service answered with success, in a form that could not be read.
    Decode,
    /// A long-running operation ended in failure or was cancelled.
    OperationFailed,
    /// Time ran out while waiting for the service.
    DeadlineExceeded,
}

/// A call that failed.
///
/// `Display` says this level only (what was asked, what came back); `source()` holds the cause. What a service said stands in it
/// shortened and without control characters, so that it can be put on a terminal; the getters have it whole.
pub struct Error(Box<Inner>);

#[derive(Default)]
struct Inner {
    kind: Option<ErrorKind>,
    operation: String,
    method: Option<Method>,
    path: String,
    status: Option<u16>,
    service: Option<ServiceError>,
    message: String,
    request_id: Option<String>,
    attempts: u32,
    earlier_unknown: bool,
    elapsed: Duration,
    retry_after: Option<Duration>,
    body: Option<String>,
    resume_id: Option<String>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl Error {
    /// An error of this kind.
    pub fn new(kind: ErrorKind, operation: impl Into<String>, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            kind: Some(kind),
            operation: operation.into(),
            message: message.into(),
            ..Inner::default()
        }))
    }

    /// An argument that was refused before anything was sent.
    pub fn invalid(operation: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(ErrorKind::InvalidInput, operation, message)
    }

    /// Adds the cause.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// Adds what was asked.
    #[must_use]
    pub fn with_request(mut self, method: Method, path: impl Into<String>) -> Self {
        self.0.method = Some(method);
        self.0.path = path.into();
        self
    }

    /// Adds what came back.
    #[must_use]
    pub fn with_status(mut self, status: u16, request_id: Option<String>) -> Self {
        self.0.status = Some(status);
        self.0.request_id = request_id;
        self
    }

    /// Adds the id under which Microsoft's support finds the request, where the status would mislead.
    #[must_use]
    pub fn with_request_id(mut self, request_id: Option<String>) -> Self {
        self.0.request_id = request_id;
        self
    }

    /// Adds what the service said is wrong.
    #[must_use]
    pub fn with_service_error(mut self, error: Option<ServiceError>) -> Self {
        self.0.service = error;
        self
    }

    /// Adds the body that could not be read, cut at 4,096 characters.
    #[must_use]
    pub fn with_body(mut self, body: &[u8]) -> Self {
        self.0.body = Some(String::from_utf8_lossy(body).chars().take(4096).collect());
        self
    }

    /// Adds what to go on with, where the service may still be at it.
    #[must_use]
    pub fn with_resume_id(mut self, id: impl Into<String>) -> Self {
        self.0.resume_id = Some(id.into());
        self
    }

    /// Adds how often it was tried, how long that took, and how long the service asked to wait.
    #[must_use]
    pub fn with_effort(
        mut self,
        attempts: u32,
        elapsed: Duration,
        retry_after: Option<Duration>,
    ) -> Self {
        self.0.attempts = attempts;
        self.0.elapsed = elapsed;
        self.0.retry_after = retry_after;
        self
    }

    /// Says that a try before the last one was sent and may have acted.
    pub(crate) fn with_earlier_unknown(mut self, unknown: bool) -> Self {
        self.0.earlier_unknown = unknown;
        self
    }

    /// What kind of failure it was.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind.unwrap_or(ErrorKind::InvalidInput)
    }

    /// The operation, for example `applications.create`.
    pub fn operation(&self) -> &str {
        &self.0.operation
    }

    /// The method of the request, if there was one.
    pub fn method(&self) -> Option<Method> {
        self.0.method
    }

    /// The path of the request without its query, which may hold personal data.
    pub fn path(&self) -> &str {
        &self.0.path
    }

    /// The status that the service answered with.
    pub fn status(&self) -> Option<u16> {
        self.0.status
    }

    /// The code of the root cause.
    pub fn code(&self) -> Option<&str> {
        self.0
            .service
            .as_ref()
            .map(|error| error.root_cause().code.as_str())
            .filter(|code| !code.is_empty())
    }

    /// What the service said is wrong, all of it.
    pub fn service_error(&self) -> Option<&ServiceError> {
        self.0.service.as_ref()
    }

    /// The message of the root cause, or what is wrong in our words.
    pub fn message(&self) -> &str {
        let said = self
            .0
            .service
            .as_ref()
            .map(|error| error.root_cause().message.as_str());
        said.filter(|message| !message.is_empty())
            .unwrap_or(&self.0.message)
    }

    /// The id under which Microsoft's support finds the request.
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// How often the request was tried.
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// How long all tries took.
    pub fn elapsed(&self) -> Duration {
        self.0.elapsed
    }

    /// How long the service asked to wait, where it did.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// The answer that could not be read.
    pub fn body(&self) -> Option<&str> {
        self.0.body.as_deref()
    }

    /// What to go on with, where the service may still be at it: a long-running operation's id, as text.
    ///
    /// `Display` and `Debug` leave it out: it holds links that may be signed.
    pub fn resume_id(&self) -> Option<&str> {
        self.0.resume_id.as_deref()
    }

    /// Whether the service's answer has this code at any level, compared without case.
    pub fn has_code(&self, code: &str) -> bool {
        self.0
            .service
            .as_ref()
            .is_some_and(|error| error.has_code(code))
    }

    /// The service says that it does not exist.
    ///
    /// # Troubleshooting
    /// Just after creation a directory object may not be found for a while: wait until it reads well several times.
    /// Otherwise compare the tenant or subscription of the credential with the one of the object.
    pub fn is_not_found(&self) -> bool {
        self.status() == Some(404)
    }

    /// It conflicts with what exists or with an operation in progress.
    ///
    /// # Troubleshooting
    /// Read the object by its natural key: it may be there already. If another operation is in progress, wait for it.
    pub fn is_conflict(&self) -> bool {
        matches!(self.status(), Some(409 | 412))
    }

    /// The service asked to slow down, and went on doing so until the deadline.
    ///
    /// # Troubleshooting
    /// Give the client a [`Pacer`](crate::Pacer) for the service's published limits.
    pub fn is_throttled(&self) -> bool {
        self.status() == Some(429)
    }

    /// The credential may not do this.
    ///
    /// # Troubleshooting
    /// The documentation of the method names the permission or role. A role that was just granted can take minutes to arrive.
    pub fn is_forbidden(&self) -> bool {
        self.status() == Some(403)
    }

    /// The service does not accept the token, or there is none.
    ///
    /// # Troubleshooting
    /// Sign in again; compare the tenant of the credential with the one of the resource.
    pub fn is_unauthorized(&self) -> bool {
        self.status() == Some(401) || self.kind() == ErrorKind::Credential
    }

    /// Whether the request left this machine in any try, so that the service may have acted on it.
    pub fn was_sent(&self) -> bool {
        if self.0.earlier_unknown {
            return true;
        }
        match self.kind() {
            ErrorKind::InvalidInput
            | ErrorKind::Credential
            | ErrorKind::RefusedOrigin
            | ErrorKind::Refused
            | ErrorKind::NotSent => false,
            ErrorKind::NoAnswer
            | ErrorKind::Status
            | ErrorKind::Decode
            | ErrorKind::OperationFailed
            | ErrorKind::DeadlineExceeded => true,
        }
    }

    /// Whether a write may have taken effect although this error came back.
    ///
    /// Statuses of the 4xx family say that it did not; a lost answer, a failing gateway (5xx, 408) and an unreadable success do not say.
    /// A try before the last one counts too: after a lost answer to a PUT, neither a refused connection nor a 409 says that nothing was made.
    pub fn is_outcome_unknown(&self) -> bool {
        if self.0.earlier_unknown {
            return true;
        }
        match self.kind() {
            ErrorKind::NoAnswer | ErrorKind::Decode | ErrorKind::DeadlineExceeded => true,
            ErrorKind::Status => matches!(self.status(), Some(408 | 500..=599)),
            _ => false,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &self.0;
        f.write_str(&inner.operation)?;
        if let Some(method) = inner.method {
            write!(f, " ({method} {})", Plain(&inner.path, LONGEST_PATH))?;
        }
        f.write_str(": ")?;
        let code = self.code().map(|code| Plain(code, LONGEST_NAME));
        if let Some(status) = inner.status {
            write!(f, "{status}")?;
            match code {
                Some(code) => write!(f, " {code}: ")?,
                None => f.write_str(": ")?,
            }
        } else if let Some(code) = code {
            write!(f, "{code}: ")?;
        }
        write!(f, "{}", Plain(self.message(), LONGEST_WORDS))?;
        if let Some(id) = &inner.request_id {
            write!(f, " [request {}]", Plain(id, LONGEST_NAME))?;
        }
        if inner.attempts > 1 {
            write!(
                f,
                " (gave up after {} attempts in {:.1} s)",
                inner.attempts,
                inner.elapsed.as_secs_f64()
            )?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.kind())
            .field("display", &self.to_string())
            .field("source", &self.0.source)
            .finish_non_exhaustive()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0
            .source
            .as_deref()
            .map(|source| source as &(dyn StdError + 'static))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn says_this_level_only() {
        let service = ServiceError::from_value(
            &json!({"error": {"code": "Conflict", "message": "name \"x\" is taken"}}),
        );
        let error = Error::new(ErrorKind::Status, "containerapps.get", "")
            .with_request(Method::Get, "/a")
            .with_status(409, Some("r-7".into()))
            .with_service_error(service)
            .with_effort(3, Duration::from_millis(2500), None)
            .with_source("the cause");
        assert_eq!(
            error.to_string(),
            "containerapps.get (GET /a): 409 Conflict: name \"x\" is taken [request r-7] (gave up after 3 attempts in 2.5 s)"
        );
        assert_eq!(error.source().unwrap().to_string(), "the cause");
        assert!(
            error.is_conflict()
                && error.was_sent()
                && !error.is_outcome_unknown()
                && error.has_code("conflict")
        );
    }

    #[test]
    fn knows_what_was_sent_and_what_is_unknown() {
        let of = |kind, status: Option<u16>| {
            let error = Error::new(kind, "op", "m");
            status.map_or_else(
                || Error::new(kind, "op", "m"),
                |status| error.with_status(status, None),
            )
        };
        for (error, sent, unknown) in [
            (of(ErrorKind::InvalidInput, None), false, false),
            (of(ErrorKind::NotSent, None), false, false),
            (of(ErrorKind::Refused, None), false, false),
            (of(ErrorKind::NoAnswer, None), true, true),
            (of(ErrorKind::Decode, Some(200)), true, true),
            (of(ErrorKind::Status, Some(400)), true, false),
            (of(ErrorKind::Status, Some(504)), true, true),
            (of(ErrorKind::Status, Some(408)), true, true),
            (of(ErrorKind::OperationFailed, None), true, false),
        ] {
            assert_eq!(
                (error.was_sent(), error.is_outcome_unknown()),
                (sent, unknown),
                "{error}"
            );
        }
    }
}
