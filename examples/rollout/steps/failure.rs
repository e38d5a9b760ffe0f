//! What a failed call means to a step, and what the administrator can do about it.

use rhc_core::{Error, ErrorKind};

use crate::engine::StepError;

impl From<Error> for StepError {
    fn from(error: Error) -> Self {
        let unknown = error.is_outcome_unknown();
        let remedy = remedy(&error);
        let passing = matches!(error.kind(), ErrorKind::NotSent)
            || error.is_throttled()
            || is_overtaken(&error);
        // What was just granted arrives within minutes.
        let brief = error.is_forbidden();
        let after = error.retry_after();
        // The error says its own level only; a failure in a report has to say the whole story.
        let causes =
            std::iter::successors(std::error::Error::source(&error), |cause| cause.source());
        let message = causes.fold(error.to_string(), |message, cause| {
            format!("{message}: {cause}")
        });
        let mut step = Self::new(message);
        if let Some(remedy) = remedy {
            step = step.remedy(remedy);
        }
        if passing {
            step = step.retry_after(after);
        }
        if brief {
            step = step.briefly();
        }
        if unknown {
            step = step.unknown_fate();
        }
        step
    }
}

/// Whether somebody else is at work on it, was since it was looked at, or took over what was begun: another look, and
/// the write may be made.
///
/// Codes: [Resource Manager](https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/common-deployment-errors),
/// and the providers' own, which have no page: SQL's `Conflicting…Operation` and `UpsertLogicalServerRequestAlreadyInProgress`,
/// the network's `CanceledAndSupersededDueToAnotherOperation`.
fn is_overtaken(error: &Error) -> bool {
    let code = error.code().unwrap_or_default().to_ascii_lowercase();
    match error.kind() {
        ErrorKind::Status => {
            error.status() == Some(412)
                || code.ends_with("inprogress")
                || code.ends_with("lockconflict")
                || code.starts_with("conflicting") && code.ends_with("operation")
                || code == "concurrentfederatedidentitycredentialswritesforsinglemanagedidentity"
        }
        ErrorKind::OperationFailed => code.starts_with("cancel") || code == "operationcanceled",
        _ => false,
    }
}

fn remedy(error: &Error) -> Option<&'static str> {
    Some(match error.kind() {
        ErrorKind::NotSent => {
            "check the network, then run the same command again: it goes on where it stopped"
        }
        ErrorKind::NoAnswer | ErrorKind::DeadlineExceeded => {
            "run the same command again: it looks at what became of this before it writes anything"
        }
        ErrorKind::Decode => {
            "something on the way may have changed the answer, such as a proxy or a network that wants a sign-in: then run the same command again; else report it with this message"
        }
        _ if is_overtaken(error) => {
            "somebody else is at work on it: run the same command again when he is done"
        }
        ErrorKind::OperationFailed => {
            "the service gave up what it had begun: run the same command again, which begins it anew"
        }
        ErrorKind::Credential => "sign in to the tenant again, then run the same command again",
        ErrorKind::RefusedOrigin => {
            "a service sent us elsewhere, which Microsoft's do not do: look for a proxy on the way, and report it"
        }
        ErrorKind::Refused => "nothing was sent; the message says which rule forbids it",
        ErrorKind::Status if error.is_unauthorized() => {
            "sign in to the tenant again; if it was just made, wait a few minutes"
        }
        ErrorKind::Status if error.is_forbidden() => {
            "the account lacks a permission or role, or one that was just given has not arrived yet: wait five minutes and run again, else give it the role that the message names"
        }
        ErrorKind::Status if error.is_throttled() => {
            "the service asks for time: wait some minutes and run the same command again"
        }
        ErrorKind::Status if error.status().is_some_and(|status| status >= 500) => {
            "the service has trouble: wait some minutes and run the same command again"
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_was_overtaken_looks_again_and_who_was_refused_does_not() {
        let of = |kind, code: &str| {
            let said = serde_json::json!({ "error": { "code": code, "message": "no" } });
            let error = Error::new(kind, "op", "what");
            let error = match kind {
                ErrorKind::Status => error.with_status(409, None),
                _ => error,
            };
            let error = error.with_service_error(rhc_core::ServiceError::from_value(&said));
            StepError::from(error).is_retriable()
        };
        for code in [
            "AnotherOperationInProgress",
            "ContainerAppOperationInProgress",
            "ContainerAppLockConflict",
            "ConflictingServerOperation",
            "UpsertLogicalServerRequestAlreadyInProgress",
            "ConcurrentFederatedIdentityCredentialsWritesForSingleManagedIdentity",
        ] {
            assert!(of(ErrorKind::Status, code), "{code}");
        }
        for code in [
            "Canceled",
            "OperationCanceled",
            "CanceledAndSupersededDueToAnotherOperation",
        ] {
            assert!(of(ErrorKind::OperationFailed, code), "{code}");
        }
        for code in [
            "Conflict",
            "StorageAccountAlreadyTaken",
            "InternalServerError",
        ] {
            assert!(!of(ErrorKind::Status, code), "{code}");
            assert!(!of(ErrorKind::OperationFailed, code), "{code}");
        }
    }

    #[test]
    fn every_failure_says_what_to_do_and_what_is_known() {
        let of = |kind, status: Option<u16>| {
            let error = Error::new(kind, "op", "what");
            StepError::from(match status {
                Some(status) => error.with_status(status, None),
                None => error,
            })
        };
        for (kind, status, unknown, retriable) in [
            (ErrorKind::NotSent, None, false, true),
            (ErrorKind::NoAnswer, None, true, false),
            (ErrorKind::Status, Some(504), true, false),
            (ErrorKind::Status, Some(429), false, true),
            (ErrorKind::Status, Some(403), false, true),
            (ErrorKind::Status, Some(412), false, true),
            (ErrorKind::Decode, None, true, false),
            (ErrorKind::OperationFailed, None, false, false),
            (ErrorKind::Credential, None, false, false),
        ] {
            let error = of(kind, status);
            assert_eq!(
                (error.is_unknown_fate(), error.is_retriable()),
                (unknown, retriable),
                "{kind:?}"
            );
            assert!(
                error.remedy_text().is_some_and(|text| text.len() > 20),
                "{kind:?}"
            );
        }
        assert!(
            of(ErrorKind::Status, Some(400)).remedy_text().is_none(),
            "the service's own words must do"
        );
    }
}
