//! What a service says is wrong, in whichever of its shapes.

use serde_json::Value;

/// Codes that only wrap another error.
const WRAPPERS: &[&str] = &[
    "DeploymentFailed",
    "ResourceDeploymentFailure",
    "InvalidTemplateDeployment",
];

/// A service's error body: a code, a message, and what lies beneath.
///
/// Read from Resource Manager (`{"error":{"code","message","details"}}`, sometimes with JSON inside `message`),
/// Graph (the same with `innerError`), the token endpoint (`{"error":"invalid_client","error_description":…}`),
/// a registry (`{"errors":[…]}`) and bare `{"code","message"}` bodies.
/// Source: [OData error response](https://learn.microsoft.com/rest/api/gettingstarted/#error-responses).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct ServiceError {
    /// The code, to be compared without case.
    pub code: String,
    /// The message for a person.
    pub message: String,
    /// The property or resource that the error is about.
    pub target: Option<String>,
    /// What lies beneath.
    pub details: Vec<ServiceError>,
}

impl ServiceError {
    /// Reads a body. `None` when it is not an error in a known shape.
    pub fn parse(body: &[u8]) -> Option<Self> {
        Self::from_value(&serde_json::from_slice(body).ok()?)
    }

    /// Reads a parsed body, or the `error` object of an operation's status.
    pub fn from_value(body: &Value) -> Option<Self> {
        if let Some(first) = body
            .get("errors")
            .and_then(Value::as_array)
            .and_then(|all| all.first())
        {
            return Self::level(first);
        }
        match body.get("error") {
            Some(error @ Value::Object(_)) => Self::level(error),
            Some(Value::String(code)) => Some(Self {
                code: code.clone(),
                message: text(body, "error_description")
                    .unwrap_or_default()
                    .lines()
                    .next()
                    .unwrap_or_default()
                    .to_owned(),
                target: None,
                details: aadsts(body),
            }),
            _ => Self::level(body),
        }
    }

    /// The innermost error that says more than "something below failed".
    pub fn root_cause(&self) -> &Self {
        let wraps = WRAPPERS
            .iter()
            .any(|code| code.eq_ignore_ascii_case(&self.code));
        match self.details.as_slice() {
            // A detail without a code would take the one that a caller matches away.
            [first, ..] if first.code.is_empty() => self,
            [only] if wraps || !only.message.is_empty() => only.root_cause(),
            [first, ..] if wraps => first.root_cause(),
            _ => self,
        }
    }

    /// Whether this error or one beneath it has the code.
    pub fn has_code(&self, code: &str) -> bool {
        self.code.eq_ignore_ascii_case(code)
            || self.details.iter().any(|detail| detail.has_code(code))
    }

    fn level(value: &Value) -> Option<Self> {
        let code = ["code", "Code", "errorCode"]
            .iter()
            .find_map(|name| text(value, name));
        let message = ["message", "Message"]
            .iter()
            .find_map(|name| text(value, name));
        if code.is_none() && message.is_none() {
            return None;
        }
        let mut error = Self {
            code: code.unwrap_or_default(),
            message: message.unwrap_or_default(),
            target: text(value, "target"),
            details: Vec::new(),
        };
        for detail in value
            .get("details")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            error.details.extend(Self::level(detail));
        }
        for name in ["innererror", "innerError"] {
            // Graph's innerError often holds only a request id; it counts when it has a code of its own.
            let inner = value
                .get(name)
                .filter(|inner| text(inner, "code").is_some());
            error.details.extend(inner.and_then(Self::level));
        }
        // Deployments put the whole body of the failed resource into the message, as a string.
        if error.message.trim_start().starts_with('{')
            && let Ok(body) = serde_json::from_str(&error.message)
            && let Some(nested) = Self::from_value(&body)
        {
            error.message.clone_from(&nested.message);
            error.details.push(nested);
        }
        Some(error)
    }
}

fn text(value: &Value, name: &str) -> Option<String> {
    match value.get(name)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// The numbers of the token endpoint, kept for diagnosis only: control flow goes by `error`.
fn aadsts(body: &Value) -> Vec<ServiceError> {
    let codes = body
        .get("error_codes")
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    codes
        .map(|code| ServiceError {
            code: format!("AADSTS{code}"),
            ..ServiceError::default()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn parse(body: Value) -> ServiceError {
        ServiceError::from_value(&body).unwrap()
    }

    #[test]
    fn nested_arm_error_has_a_root_cause() {
        let error = parse(
            json!({"error": {"code": "DeploymentFailed", "message": "At least one…", "details": [
            {"code": "Conflict", "message": "{\"error\":{\"code\":\"RoleAssignmentExists\",\"message\":\"The \\\"role\\\" exists\"}}"}]}}),
        );
        assert_eq!(error.root_cause().code, "RoleAssignmentExists");
        assert_eq!(error.root_cause().message, "The \"role\" exists");
        assert!(
            error.has_code("conflict")
                && error.has_code("deploymentfailed")
                && !error.has_code("other")
        );
    }

    #[test]
    fn graph_error_keeps_its_details() {
        let error = parse(
            json!({"error": {"code": "Request_BadRequest", "message": "The appId does not…", "innerError": {"request-id": "r"},
            "details": [{"code": "NoBackingApplicationObject", "message": "The appId '1' of the service principal does not reference a valid application object.", "target": "appId"}]}}),
        );
        assert_eq!(error.root_cause().code, "NoBackingApplicationObject");
        assert_eq!(error.root_cause().target.as_deref(), Some("appId"));
    }

    #[test]
    fn several_details_do_not_replace_a_real_code() {
        let error = parse(
            json!({"error": {"code": "ValidationFailed", "message": "two", "details": [{"code": "A", "message": "a"}, {"code": "B", "message": "b"}]}}),
        );
        assert_eq!(error.root_cause().code, "ValidationFailed");
        assert!(error.has_code("B"));
    }

    #[test]
    fn a_detail_without_a_code_does_not_hide_one() {
        let error = parse(
            json!({"error": {"code": "InvalidRequestContent", "message": "outer", "details": [{"message": "inner"}]}}),
        );
        assert_eq!(error.root_cause().code, "InvalidRequestContent");
    }

    #[test]
    fn token_endpoint_and_others() {
        let error = parse(
            json!({"error": "invalid_client", "error_description": "AADSTS700213: No matching…\r\nTrace ID: 1", "error_codes": [700213]}),
        );
        assert_eq!(
            (error.code.as_str(), error.message.as_str()),
            ("invalid_client", "AADSTS700213: No matching…")
        );
        assert!(error.has_code("AADSTS700213"));
        assert_eq!(error.root_cause().code, "invalid_client");
        assert_eq!(
            parse(json!({"errors": [{"code": "UNAUTHORIZED", "message": "m"}]})).code,
            "UNAUTHORIZED"
        );
        assert_eq!(parse(json!({"code": 40615, "message": "m"})).code, "40615");
        assert_eq!(parse(json!({"error": {"code": "Forbidden", "message": "m", "innererror": {"code": "ForbiddenByRbac", "message": "why"}}})).root_cause().code, "ForbiddenByRbac");
    }

    #[test]
    fn what_is_no_error_is_none() {
        for body in [
            json!({}),
            json!([]),
            json!(null),
            json!({"error": null}),
            json!({"value": []}),
            json!("text"),
        ] {
            assert_eq!(ServiceError::from_value(&body), None, "{body}");
        }
        assert_eq!(ServiceError::parse(b"<html>"), None);
    }
}
