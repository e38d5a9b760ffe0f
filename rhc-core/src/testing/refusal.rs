//! A refusal as the result of an operation: what a fixture of an error pins.

use crate::{Error, ErrorKind, Result};
use serde::Serialize;

/// What a caller can tell by of a refusal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Refused {
    /// The operation, as the error names it.
    pub operation: String,
    /// The status.
    pub status: Option<u16>,
    /// The code of the root cause.
    pub code: Option<String>,
    /// The message of the root cause.
    pub message: String,
    /// What the error's predicates say.
    pub is: Vec<&'static str>,
}

impl From<&Error> for Refused {
    fn from(error: &Error) -> Self {
        let is = [
            ("not found", error.is_not_found()),
            ("conflict", error.is_conflict()),
            ("throttled", error.is_throttled()),
            ("forbidden", error.is_forbidden()),
            ("unauthorized", error.is_unauthorized()),
            ("of unknown outcome", error.is_outcome_unknown()),
        ];
        Self {
            operation: error.operation().to_owned(),
            status: error.status(),
            code: error.code().map(str::to_owned),
            message: error.message().to_owned(),
            is: is
                .into_iter()
                .filter_map(|(name, holds)| holds.then_some(name))
                .collect(),
        }
    }
}

/// Turns a refusal into a result that a fixture can pin; what was accepted, or was no answer of the service, fails.
///
/// # Errors
/// Where the operation was not refused.
pub fn refusal<T>(result: Result<T>) -> Result<Refused> {
    match result {
        Ok(_) => Err(Error::new(
            ErrorKind::Decode,
            "refusal",
            "the service accepted what it should refuse",
        )),
        Err(error) => match error.kind() {
            ErrorKind::Status | ErrorKind::OperationFailed => Ok(Refused::from(&error)),
            _ => Err(error),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ServiceError;
    use serde_json::json;

    #[test]
    fn what_is_accepted_and_what_was_never_asked_is_no_refusal() {
        assert!(refusal(Ok(())).is_err());
        let error = refusal::<()>(Err(Error::invalid("x", "a bad name"))).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
    }

    #[test]
    fn a_refusal_says_what_a_caller_can_tell_by() {
        let body = json!({"error": {"code": "Conflict", "message": "it is there"}});
        let error = Error::new(ErrorKind::Status, "x.create", "")
            .with_status(409, None)
            .with_service_error(ServiceError::from_value(&body));
        let refused = refusal::<()>(Err(error)).unwrap();
        assert_eq!(
            json!(refused),
            json!({"operation": "x.create", "status": 409, "code": "Conflict", "message": "it is there", "is": ["conflict"]})
        );
    }
}
