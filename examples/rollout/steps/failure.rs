//! What a failed call means to a step, and what the administrator can do about it.

use rhc_core::{Error, ErrorKind};

use crate::engine::StepError;

impl From<Error> for StepError {
    fn from(error: Error) -> Self {
        let unknown = error.is_outcome_unknown();
        let remedy = remedy(&error);
        let passing = matches!(error.kind(), ErrorKind::NotSent) || error.is_throttled();
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
        if unknown {
            step = step.unknown_fate();
        }
        step
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
            (ErrorKind::Status, Some(403), false, false),
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
