//! What the service refuses.

use std::borrow::Cow;
use std::fmt;

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::Response;
use rhc_core::fake::respond;
use serde_json::{Value, json};

/// A refusal, as Azure Resource Manager or a resource provider words it.
#[derive(Clone, Debug)]
pub struct ServiceError(Box<Refusal>);

#[derive(Clone, Debug)]
struct Refusal {
    status: u16,
    code: Cow<'static, str>,
    message: String,
    more: Value,
    headers: HeaderMap,
}

impl ServiceError {
    /// A refusal with a status, a code and a message for people.
    pub fn new(
        status: u16,
        code: impl Into<Cow<'static, str>>,
        message: impl Into<String>,
    ) -> Self {
        Self(Box::new(Refusal {
            status,
            code: code.into(),
            message: message.into(),
            more: Value::Null,
            headers: HeaderMap::new(),
        }))
    }

    /// 400.
    pub fn bad_request(code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self::new(400, code, message)
    }

    /// 404.
    pub fn not_found(code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self::new(404, code, message)
    }

    /// 409.
    pub fn conflict(code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self::new(409, code, message)
    }

    /// `ResourceNotFound`, as Resource Manager words it.
    #[must_use]
    pub fn resource_not_found(resource_type: &str, names: &str, group: &str) -> Self {
        let kind = resource_type.split_once('/').map_or_else(
            || resource_type.to_owned(),
            |(namespace, types)| {
                let pairs: Vec<_> = types
                    .split('/')
                    .zip(names.split('/'))
                    .map(|(kind, name)| format!("{kind}/{name}"))
                    .collect();
                format!("{namespace}/{}", pairs.join("/"))
            },
        );
        Self::not_found(
            "ResourceNotFound",
            format!(
                "The Resource '{kind}' under resource group '{group}' was not found. For more details please go to \
                 https://aka.ms/ARMResourceNotFoundFix"
            ),
        )
    }

    /// With what the error is about.
    #[must_use]
    pub fn target(self, target: &str) -> Self {
        self.with("target", json!(target))
    }

    /// With `details`, each `(code, message)`.
    #[must_use]
    pub fn details(self, details: &[(&str, &str)]) -> Self {
        let details: Vec<_> = details
            .iter()
            .map(|(code, message)| json!({ "code": code, "message": message }))
            .collect();
        self.with("details", Value::Array(details))
    }

    /// With a further member of the error.
    #[must_use]
    pub fn with(mut self, name: &str, value: Value) -> Self {
        match &mut self.0.more {
            Value::Object(more) => {
                more.insert(name.to_owned(), value);
            }
            more => *more = json!({ name: value }),
        }
        self
    }

    /// With a header of the answer; a value that HTTP cannot carry is left out.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: &str) -> Self {
        if let Ok(value) = HeaderValue::try_from(value) {
            self.0.headers.insert(HeaderName::from_static(name), value);
        }
        self
    }

    /// The HTTP status.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.0.status
    }

    /// The code, by which a client decides.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.0.code
    }

    /// The `error` object of an operation that failed with it.
    #[must_use]
    pub fn body(&self) -> Value {
        let mut body = json!({ "code": self.0.code, "message": self.0.message });
        if let (Some(body), Value::Object(more)) = (body.as_object_mut(), self.0.more.clone()) {
            body.extend(more);
        }
        body
    }

    /// The answer on the wire.
    #[must_use]
    pub fn response(&self) -> Response {
        let response = respond::arm_error_with(
            self.0.status,
            &self.0.code,
            &self.0.message,
            self.0.more.clone(),
        );
        respond::with_headers(response, self.0.headers.clone())
    }
}

impl fmt::Display for ServiceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.0.status, self.0.code, self.0.message)
    }
}

impl std::error::Error for ServiceError {}
