//! What a vault refuses, in its words.

use axum::response::Response;
use rhc_core::fake::respond;
use serde_json::json;

/// A refusal.
#[derive(Debug)]
pub(super) struct VaultError {
    status: u16,
    code: &'static str,
    inner: Option<&'static str>,
    message: String,
    challenge: Option<String>,
}

impl VaultError {
    pub(super) fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            inner: None,
            message: message.into(),
            challenge: None,
        }
    }

    pub(super) fn bad(message: impl Into<String>) -> Self {
        Self::new(400, "BadParameter", message)
    }

    pub(super) fn forbidden(inner: &'static str, message: impl Into<String>) -> Self {
        Self {
            inner: Some(inner),
            ..Self::new(403, "Forbidden", message)
        }
    }

    /// 401, with the tenant to sign in to.
    pub(super) fn unauthorized(tenant: impl std::fmt::Display, message: impl Into<String>) -> Self {
        Self {
            challenge: Some(format!(
                "Bearer authorization=\"https://login.microsoftonline.com/{tenant}\", resource=\"https://vault.azure.net\""
            )),
            ..Self::new(401, "Unauthorized", message)
        }
    }

    pub(super) fn response(&self) -> Response {
        let mut error = json!({ "code": self.code, "message": self.message });
        if let Some(inner) = self.inner {
            error["innererror"] = json!({ "code": inner });
        }
        let response = respond::json(self.status, &json!({ "error": error }));
        match &self.challenge {
            Some(challenge) => respond::with_header(response, "www-authenticate", challenge),
            None => response,
        }
    }
}
