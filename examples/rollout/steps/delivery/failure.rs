//! What GitHub's refusals mean to a step.

use rhc_core::Error;

use crate::engine::StepError;
use crate::github::RATE_LIMITED;

/// A failed request to GitHub, with what can be done about it.
pub fn failed(error: Error) -> StepError {
    let (limited, wait) = (error.has_code(RATE_LIMITED), error.retry_after());
    let remedy = match error.status() {
        Some(401) => Some(
            "make a new token on GitHub (Settings > Developer settings) and give it in GITHUB_TOKEN",
        ),
        Some(403) if limited => {
            Some("GitHub counts requests: wait as long as it says, then run the same command again")
        }
        Some(403 | 404) => Some(
            "give the token these rights in that repository: Actions and Metadata read; Administration, Contents, Environments, Variables and Workflows write (a classic token: the scopes repo and workflow)",
        ),
        _ => None,
    };
    let error = StepError::from(error);
    let error = match remedy {
        Some(remedy) => error.remedy(remedy),
        None => error,
    };
    if limited {
        error.retry_after(wait)
    } else {
        error
    }
}
