//! What GitHub's refusals mean, for the administrator.
//!
//! Sources: [rate limits](https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api),
//! [troubleshooting](https://docs.github.com/rest/using-the-rest-api/troubleshooting-the-rest-api): 404 in place of 403 for
//! what a token may not see; 403 or 429 over a limit, with `retry-after` or `x-ratelimit-reset`.

use std::time::Duration;

use rhc_core::{Answer, Clock, Error, ErrorKind, ServiceError};
use serde::Deserialize;

use super::client::RepositoryName;

/// The code of an error that passes when the time has come which [`Error::retry_after`] tells.
pub const RATE_LIMITED: &str = "RateLimited";

#[derive(Deserialize)]
struct Body {
    message: Option<String>,
}

fn said(body: &[u8]) -> String {
    let body: Option<Body> = serde_json::from_slice(body).ok();
    body.and_then(|body| body.message).unwrap_or_default()
}

fn with_words(error: Error, code: &str, words: String) -> Error {
    let mut service = ServiceError::default();
    code.clone_into(&mut service.code);
    service.message = words;
    error.with_service_error(Some(service))
}

/// 403: too many requests, or not with this token.
pub(super) fn forbidden(answer: &Answer, clock: &Clock) -> Error {
    let error = answer.error(ErrorKind::Status, "");
    let said = said(&answer.body);
    let spent = answer.header("x-ratelimit-remaining") == Some("0");
    let wait = answer.retry_after(clock).or_else(|| {
        let reset: i64 = answer.header("x-ratelimit-reset")?.parse().ok()?;
        let left = reset.saturating_sub(clock.now().unix_timestamp());
        spent.then(|| Duration::from_secs(u64::try_from(left).unwrap_or(0)))
    });
    if let Some(wait) = wait {
        let minutes = wait.as_secs().div_ceil(60);
        let words = format!("GitHub takes no more requests for {minutes} minutes ({said})");
        return with_words(
            error.with_effort(1, Duration::ZERO, Some(wait)),
            RATE_LIMITED,
            words,
        );
    }
    let words = format!("the token may not do this: {said}");
    with_words(error, "", words)
}

/// Everything else, where GitHub's own words do not do.
pub(super) fn explained(error: Error, name: &RepositoryName) -> Error {
    let words = match error.status() {
        Some(401) => {
            "GitHub does not accept the token: it is mistyped, revoked, or has expired".to_owned()
        }
        Some(404) => format!(
            "GitHub shows nothing there to this token: it does not exist in {name}, or the token has no right to it (GitHub answers both alike)"
        ),
        _ => return error,
    };
    with_words(error, "", words)
}
