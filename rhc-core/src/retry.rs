//! Retries by idempotency: what may be sent again, and when.

use crate::{
    clock::Clock,
    limits::{TooLarge, read},
};
use azure_core::{
    error::ErrorKind,
    http::{
        AsyncRawResponse, Context, Request,
        headers::{HeaderName, HeaderValue, Headers},
        policies::{Policy, PolicyResult},
    },
};
use std::{
    convert::Infallible,
    hash::{BuildHasher, RandomState},
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering},
    },
    time::Duration,
};
use time::{OffsetDateTime, format_description::well_known::Rfc2822};

/// How long and how often to try again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetryOptions {
    /// How often a request is sent at most, the first time included.
    pub max_attempts: u32,
    /// When to give up, counted from when the request was first sent: waiting for a [`Pacer`](crate::Pacer)
    /// or for a person who signs in before that does not count. A wait that would end later is not begun.
    pub deadline: Duration,
    /// The first wait where the service does not say how long; it doubles each time, with up to a quarter added by chance.
    pub first_wait: Duration,
    /// The longest such wait.
    pub longest_wait: Duration,
    /// How long one try may take from when it is sent. Waiting for a [`Pacer`](crate::Pacer) or for a person who signs in does not count.
    pub try_timeout: Duration,
}

impl Default for RetryOptions {
    fn default() -> Self {
        Self {
            max_attempts: 8,
            deadline: Duration::from_secs(300),
            first_wait: Duration::from_millis(800),
            longest_wait: Duration::from_secs(60),
            try_timeout: Duration::from_secs(120),
        }
    }
}

impl RetryOptions {
    /// How long to wait before the next try: as the service asked, else by doubling. `None`: it was tried often or long enough.
    ///
    /// `attempt` counts from one, `elapsed` from when the request was first sent.
    pub fn pause(
        &self,
        attempt: u32,
        asked: Option<Duration>,
        elapsed: Duration,
        clock: &Clock,
    ) -> Option<Duration> {
        if attempt >= self.max_attempts {
            return None;
        }
        // "At once" (zero, or a date that has passed) would spend all attempts within a moment.
        let wait = asked
            .filter(|asked| !asked.is_zero())
            .unwrap_or_else(|| self.backoff(attempt, clock));
        (elapsed.saturating_add(wait) <= self.deadline).then_some(wait)
    }

    fn backoff(&self, attempt: u32, clock: &Clock) -> Duration {
        let doubled = self
            .first_wait
            .saturating_mul(2u32.saturating_pow(attempt.saturating_sub(1)));
        let capped = doubled.min(self.longest_wait);
        // RandomState is seeded by the system; one hash of it is chance enough to spread clients.
        let chance = (RandomState::new().hash_one(attempt) % 1000) as u32;
        clock.scaled(capped.saturating_add(capped / 4000 * chance))
    }
}

/// What one call knows about itself while it passes the pipeline.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) idempotent: bool,
    pub(crate) attempts: AtomicU32,
    first_sent: OnceLock<tokio::time::Instant>,
    /// Whether a try before the last one may have acted.
    pub(crate) earlier_unknown: AtomicBool,
    /// Whether the last try was answered with success by something that is no answer of the service.
    pub(crate) garbled: AtomicBool,
    /// The last wait that the service asked for, in milliseconds, plus one; zero when it asked for none.
    asked: AtomicU64,
}

impl Call {
    pub(crate) fn new(idempotent: bool) -> Self {
        Self {
            idempotent,
            attempts: AtomicU32::new(0),
            first_sent: OnceLock::new(),
            earlier_unknown: AtomicBool::new(false),
            garbled: AtomicBool::new(false),
            asked: AtomicU64::new(0),
        }
    }

    pub(crate) fn asked_to_wait(&self) -> Option<Duration> {
        self.asked
            .load(Ordering::Relaxed)
            .checked_sub(1)
            .map(Duration::from_millis)
    }
}

/// The first per-call policy: everything after it runs once per try.
#[derive(Debug)]
pub(crate) struct RetryPolicy {
    options: RetryOptions,
    clock: Clock,
}

impl RetryPolicy {
    pub(crate) fn new(options: RetryOptions, clock: Clock) -> Self {
        Self { options, clock }
    }
}

/// The last policy before the caller's own: a try ends here, and not while it waits for its turn or for a token,
/// because then nothing was sent. The whole answer counts to it, and here it is looked at whether it is whole.
#[derive(Debug)]
pub(crate) struct OneTry {
    pub(crate) timeout: Duration,
    pub(crate) largest_answer: usize,
}

#[async_trait::async_trait]
impl Policy for OneTry {
    async fn send(
        &self,
        ctx: &Context,
        request: &mut Request,
        next: &[Arc<dyn Policy>],
    ) -> PolicyResult {
        let Some((first, rest)) = next.split_first() else {
            return Err(no_transport());
        };
        if let Some(call) = ctx.value::<Arc<Call>>() {
            call.first_sent.get_or_init(tokio::time::Instant::now);
            call.garbled.store(false, Ordering::Relaxed);
        }
        let wants_page = text(request.headers(), "accept").is_some_and(|own| own.contains("html"));
        let answered = async {
            let (status, headers, body) = first.send(ctx, request, rest).await?.deconstruct();
            let (body, is_whole) = read(body, self.largest_answer).await?;
            if !is_whole && status.is_success() {
                return Err(TooLarge(self.largest_answer).into());
            }
            if let Some(call) = ctx.value::<Arc<Call>>() {
                let garbled = !wants_page && is_garbled(status.is_success(), &headers, &body);
                let garbled = garbled && is_whole;
                call.garbled.store(garbled, Ordering::Relaxed);
            }
            Ok(AsyncRawResponse::from_bytes(status, headers, body))
        };
        tokio::time::timeout(self.timeout, answered)
            .await
            .unwrap_or_else(|_| {
                Err(azure_core::Error::with_message(
                    ErrorKind::Io,
                    format!("no answer within {:?}", self.timeout),
                ))
            })
    }
}

/// How often at most a request is sent whose answers are garbled: what stays so will not pass soon.
const GARBLED_ATTEMPTS: u32 = 3;

/// Whether an answer cannot be the service's: JSON that is cut short, or, where it says that all is well, the page of
/// something in between.
fn is_garbled(success: bool, headers: &Headers, body: &[u8]) -> bool {
    let kind = text(headers, "content-type").unwrap_or_default();
    let kind = kind.to_ascii_lowercase();
    let is_json = || serde_json::from_slice::<serde::de::IgnoredAny>(body).is_ok();
    let is_page = success && kind.starts_with("text/html");
    !body.is_empty() && (is_page || kind.contains("json") && !is_json())
}

fn no_transport() -> azure_core::Error {
    azure_core::Error::with_message(ErrorKind::Other, "the pipeline has no transport")
}

#[async_trait::async_trait]
impl Policy for RetryPolicy {
    async fn send(
        &self,
        ctx: &Context,
        request: &mut Request,
        next: &[Arc<dyn Policy>],
    ) -> PolicyResult {
        let fallback = Call::new(false);
        let call = ctx.value::<Arc<Call>>().map_or(&fallback, Arc::as_ref);
        let Some((first, rest)) = next.split_first() else {
            return Err(no_transport());
        };
        loop {
            let attempt = call.attempts.fetch_add(1, Ordering::Relaxed) + 1;
            let result = first.send(ctx, request, rest).await;
            let asked = match &result {
                Ok(answer) if may_wait_for(answer) => {
                    server_wait(answer.headers(), self.clock.now())
                }
                _ => None,
            };
            call.asked.store(
                asked.map_or(0, |wait| {
                    u64::try_from(wait.as_millis())
                        .unwrap_or(u64::MAX)
                        .saturating_add(1)
                }),
                Ordering::Relaxed,
            );
            // Whoever refuses did nothing, whatever it says of that.
            let safe = call.idempotent || is_refusal(&result);
            let garbled = call.garbled.load(Ordering::Relaxed);
            let garbled = garbled && safe && attempt < GARBLED_ATTEMPTS;
            if !(garbled || may_repeat(&result, call.idempotent)) {
                return result;
            }
            let elapsed = call
                .first_sent
                .get()
                .map_or(Duration::ZERO, tokio::time::Instant::elapsed);
            let Some(wait) = self.options.pause(attempt, asked, elapsed, &self.clock) else {
                return result;
            };
            if may_have_acted(&result) {
                call.earlier_unknown.store(true, Ordering::Relaxed);
            }
            tracing::debug!(attempt, wait_ms = wait.as_millis() as u64, "trying again");
            tokio::time::sleep(wait).await;
        }
    }
}

/// The table: may this request be sent again after this?
///
/// | what happened | idempotent | not idempotent |
/// |---|---|---|
/// | not sent | again | again |
/// | 429 | again | again |
/// | 408, 500, 502, 503, 504 | again | no |
/// | answer lost | again | no |
/// | success that is cut short, or a page of something in between | again, twice at most | no |
/// | refusal that is cut short | again, twice at most | again, twice at most |
/// | anything else | no | no |
pub(crate) fn may_repeat(
    result: &Result<AsyncRawResponse, azure_core::Error>,
    idempotent: bool,
) -> bool {
    match result {
        Ok(answer) => may_repeat_after(answer.status().into(), idempotent),
        Err(error) => match error.kind() {
            ErrorKind::Connection => true,
            ErrorKind::Io => idempotent,
            _ => false,
        },
    }
}

/// The part of [`may_repeat`] that is about answers.
pub(crate) fn may_repeat_after(status: u16, idempotent: bool) -> bool {
    match status {
        429 => true,
        408 | 500 | 502 | 503 | 504 => idempotent,
        _ => false,
    }
}

fn may_have_acted(result: &Result<AsyncRawResponse, azure_core::Error>) -> bool {
    match result {
        Ok(_) => !is_refusal(result),
        Err(error) => !matches!(error.kind(), ErrorKind::Connection),
    }
}

/// Whether the service answered that it does not do it: any 4xx but 408, which says that it heard only a part.
fn is_refusal(result: &Result<AsyncRawResponse, azure_core::Error>) -> bool {
    let status = result.as_ref().map(|answer| u16::from(answer.status()));
    matches!(status, Ok(400..=407 | 409..=499))
}

fn may_wait_for(answer: &AsyncRawResponse) -> bool {
    matches!(
        u16::from(answer.status()),
        408 | 429 | 500 | 502 | 503 | 504
    )
}

/// What the service asked for: milliseconds before seconds, as they are the finer statement.
pub(crate) fn server_wait(headers: &Headers, now: OffsetDateTime) -> Option<Duration> {
    for name in ["retry-after-ms", "x-ms-retry-after-ms"] {
        if let Some(ms) = text(headers, name).and_then(|value| value.trim().parse::<u64>().ok()) {
            return Some(Duration::from_millis(ms));
        }
    }
    let value = text(headers, "retry-after")?.trim();
    if let Ok(seconds) = value.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let until = http_date(value)?;
    // The service's own clock says how far away its date is; ours may differ.
    let now = text(headers, "date").and_then(http_date).unwrap_or(now);
    Some(Duration::try_from(until - now).unwrap_or(Duration::ZERO))
}

/// The text of a header. `get_optional_str` would make an error of each that is not there, and with `RUST_BACKTRACE` a
/// backtrace too.
pub(crate) fn text<'a>(headers: &'a Headers, name: &'static str) -> Option<&'a str> {
    let read = |value: &'a HeaderValue| Ok::<_, Infallible>(value.as_str());
    let found = headers.get_optional_with(&HeaderName::from_static(name), read);
    found.ok().flatten()
}

fn http_date(value: &str) -> Option<OffsetDateTime> {
    OffsetDateTime::parse(&value.replace("GMT", "+0000"), &Rfc2822).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use azure_core::http::StatusCode;

    fn answer(status: u16) -> Result<AsyncRawResponse, azure_core::Error> {
        Ok(AsyncRawResponse::from_bytes(
            StatusCode::from(status),
            Headers::new(),
            Vec::new(),
        ))
    }

    fn failure(kind: ErrorKind) -> Result<AsyncRawResponse, azure_core::Error> {
        Err(azure_core::Error::with_message(kind, "x"))
    }

    #[test]
    fn every_row_of_the_table() {
        assert!(may_repeat(&answer(429), true) && may_repeat(&answer(429), false));
        for status in [408, 500, 502, 503, 504] {
            assert!(
                may_repeat(&answer(status), true) && !may_repeat(&answer(status), false),
                "{status}"
            );
        }
        for status in [
            200, 201, 202, 204, 301, 302, 400, 401, 403, 404, 409, 412, 422, 424, 501, 505,
        ] {
            assert!(
                !may_repeat(&answer(status), true) && !may_repeat(&answer(status), false),
                "{status}"
            );
        }
        assert!(
            may_repeat(&failure(ErrorKind::Connection), true)
                && may_repeat(&failure(ErrorKind::Connection), false)
        );
        assert!(
            may_repeat(&failure(ErrorKind::Io), true)
                && !may_repeat(&failure(ErrorKind::Io), false)
        );
        for kind in [
            ErrorKind::Credential,
            ErrorKind::Other,
            ErrorKind::DataConversion,
        ] {
            assert!(
                !may_repeat(&failure(kind.clone()), true) && !may_repeat(&failure(kind), false)
            );
        }
    }

    #[test]
    fn reads_the_servers_clock() {
        let now = time::macros::datetime!(2026-11-22 12:00:00 UTC);
        let wait = |pairs: &[(&'static str, &'static str)]| {
            let mut headers = Headers::new();
            for (name, value) in pairs {
                headers.insert(*name, *value);
            }
            server_wait(&headers, now)
        };
        assert_eq!(wait(&[]), None);
        assert_eq!(wait(&[("retry-after", "7")]), Some(Duration::from_secs(7)));
        assert_eq!(wait(&[("retry-after", "0")]), Some(Duration::ZERO));
        assert_eq!(
            wait(&[("retry-after", "7"), ("retry-after-ms", "1500")]),
            Some(Duration::from_millis(1500))
        );
        assert_eq!(
            wait(&[("x-ms-retry-after-ms", "250")]),
            Some(Duration::from_millis(250))
        );
        assert_eq!(
            wait(&[("retry-after", "Sun, 22 Nov 2026 12:00:30 GMT")]),
            Some(Duration::from_secs(30))
        );
        assert_eq!(
            wait(&[("retry-after", "Sun, 22 Nov 2026 11:00:00 GMT")]),
            Some(Duration::ZERO)
        );
        let with_date = [
            ("retry-after", "Sun, 22 Nov 2026 12:10:30 GMT"),
            ("date", "Sun, 22 Nov 2026 12:10:00 GMT"),
        ];
        assert_eq!(wait(&with_date), Some(Duration::from_secs(30)));
        for nonsense in ["", "soon", "-1", "1.5", "9999999999999999999999"] {
            assert_eq!(wait(&[("retry-after", nonsense)]), None, "{nonsense}");
        }
    }

    #[test]
    fn backoff_doubles_up_to_its_cap() {
        let clock = Clock::anchored(OffsetDateTime::UNIX_EPOCH, 1.0);
        let options = RetryOptions::default();
        for (attempt, least) in [
            (1, 800),
            (2, 1600),
            (3, 3200),
            (20, 60_000),
            (u32::MAX, 60_000),
        ] {
            let wait = options.backoff(attempt, &clock).as_millis();
            assert!(
                wait >= least && wait <= least + least / 4,
                "attempt {attempt}: {wait} ms"
            );
        }
    }
}
