//! What the service refuses, and how it words it.

use axum::response::Response;
use rhc_core::fake::{RequestInfo, respond};
use serde_json::{Value, json};

/// A request that Graph refuses: status, code, message, and what lies beneath.
#[derive(Clone, Debug, PartialEq)]
pub struct Refusal {
    status: u16,
    code: &'static str,
    message: String,
    detail: Option<(&'static str, &'static str)>,
}

impl Refusal {
    /// A refusal with a status, a code and a message for people.
    pub fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
            detail: None,
        }
    }

    /// 400 `Request_BadRequest`.
    pub fn bad_request(message: impl Into<String>) -> Self {
        Self::new(400, "Request_BadRequest", message)
    }

    /// 404: no such object, or a reader has not heard of it yet.
    pub fn not_found(id: &str) -> Self {
        let message = format!(
            "Resource '{id}' does not exist or one of its queried reference-property objects are not present."
        );
        Self::new(404, "Request_ResourceNotFound", message)
    }

    /// 403: the token has none of the permissions that would do.
    pub fn denied() -> Self {
        Self::new(
            403,
            "Authorization_RequestDenied",
            "Insufficient privileges to complete the operation.",
        )
    }

    /// 400: another object of the tenant has this value.
    pub fn taken(property: &'static str) -> Self {
        Self::bad_request(format!(
            "Another object with the same value for property {property} already exists."
        ))
        .detailed("ObjectConflict", property)
    }

    /// 400: a property that the type does not have.
    pub fn unknown_property(property: &str, resource: &str) -> Self {
        Self::bad_request(format!(
            "Property '{property}' does not exist as a declared property or extension property of resource '{resource}'."
        ))
    }

    /// 400: a property that only the service sets.
    pub fn read_only(property: &str, resource: &str) -> Self {
        Self::bad_request(format!(
            "Property '{property}' is read-only and cannot be set on resource '{resource}'."
        ))
    }

    /// 400: a property that is missing.
    pub fn required(property: &str, resource: &str) -> Self {
        Self::bad_request(format!(
            "A value is required for property '{property}' of resource '{resource}'."
        ))
    }

    /// 400: a value that the property does not take.
    pub fn invalid(property: &str, resource: &str) -> Self {
        Self::bad_request(format!(
            "Invalid value specified for property '{property}' of resource '{resource}'."
        ))
    }

    /// With a code beneath, about a property.
    #[must_use]
    pub fn detailed(mut self, code: &'static str, target: &'static str) -> Self {
        self.detail = Some((code, target));
        self
    }

    /// The status.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// The code.
    pub fn code(&self) -> &str {
        self.code
    }

    /// The message.
    pub fn message(&self) -> &str {
        &self.message
    }

    pub(super) fn response(&self, info: &RequestInfo) -> Response {
        respond::json(self.status, &self.body(info))
    }

    /// The body alone, as within a batch.
    pub(super) fn body(&self, info: &RequestInfo) -> Value {
        let more = match self.detail {
            Some((code, target)) => {
                json!({"details": [{"code": code, "message": self.message, "target": target}]})
            }
            None => Value::Null,
        };
        respond::graph_error_body(info, self.code, &self.message, more)
    }
}
