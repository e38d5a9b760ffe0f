//! What the authority refuses, in OAuth's words and under Microsoft's numbers.

use std::fmt;

use axum::response::Response;

use crate::fake::{RequestInfo, respond};

/// A refusal of the authority.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthorityError {
    status: u16,
    error: &'static str,
    number: u32,
    message: String,
}

impl AuthorityError {
    pub(super) fn new(
        status: u16,
        error: &'static str,
        number: u32,
        message: impl Into<String>,
    ) -> Self {
        Self {
            status,
            error,
            number,
            message: message.into(),
        }
    }

    /// A request that lacks something or is asked of the wrong place.
    pub(super) fn invalid_request(number: u32, message: impl Into<String>) -> Self {
        Self::new(400, "invalid_request", number, message)
    }

    /// A client that could not prove itself.
    pub(super) fn invalid_client(number: u32, message: impl Into<String>) -> Self {
        Self::new(401, "invalid_client", number, message)
    }

    /// A client that may not do this.
    pub(super) fn unauthorized_client(number: u32, message: impl Into<String>) -> Self {
        Self::new(400, "unauthorized_client", number, message)
    }

    /// A code, a refresh token or a person that does not do.
    pub(super) fn invalid_grant(number: u32, message: impl Into<String>) -> Self {
        Self::new(400, "invalid_grant", number, message)
    }

    pub(super) fn tenant_not_found(name: &str) -> Self {
        Self::invalid_request(
            90002,
            format!(
                "Tenant '{name}' not found. Check to make sure you have the correct tenant ID and are signing \
                 into the correct cloud."
            ),
        )
    }

    pub(super) fn missing_parameter(name: &str) -> Self {
        Self::invalid_request(
            900_144,
            format!("The request body must contain the following parameter: '{name}'."),
        )
    }

    /// The OAuth error, by which a client may decide.
    #[must_use]
    pub fn error(&self) -> &'static str {
        self.error
    }

    /// Microsoft's number, for a person to look up.
    #[must_use]
    pub fn number(&self) -> u32 {
        self.number
    }

    /// The HTTP status.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.status
    }

    /// What is wrong.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The answer on the wire.
    #[must_use]
    pub fn response(&self, info: &RequestInfo) -> Response {
        respond::oauth_error(info, self.status, self.error, self.number, &self.message)
    }
}

impl fmt::Display for AuthorityError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: AADSTS{}: {}", self.error, self.number, self.message)
    }
}

impl std::error::Error for AuthorityError {}
