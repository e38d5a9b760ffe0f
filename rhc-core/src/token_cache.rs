//! One token: kept while it lives, renewed early, by one flight for all who ask.

use crate::clock::Clock;
use azure_core::{
    credentials::AccessToken,
    error::{Error, ErrorKind},
};
use std::{
    fmt,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
};
use tokio::sync::{Mutex, MutexGuard};

/// Tokens are renewed this long before they end, so that none ends on the way.
const EARLY: time::Duration = time::Duration::minutes(5);

/// Keeps one token, for credentials that have none of this themselves.
///
/// A token is renewed five minutes before it ends. However many ask, one request is under way; while it is, those who
/// have a token that lives are not held up, and those who have none share its outcome, a failure included. An early
/// renewal that fails does no harm while the old token lives.
pub struct TokenCache {
    clock: Clock,
    cached: RwLock<Option<AccessToken>>,
    flight: Mutex<Option<Failed>>,
    /// How many flights have ended.
    ended: AtomicU64,
}

/// The last flight, if it failed: those who waited for it share its failure, so that a person is not asked once for each of them.
struct Failed {
    number: u64,
    with_claims: bool,
    why: Arc<Error>,
}

/// The right to ask.
pub(crate) struct Flight<'a> {
    cache: &'a TokenCache,
    last: MutexGuard<'a, Option<Failed>>,
    /// How many flights had ended when this one began to wait.
    ended: u64,
}

impl TokenCache {
    /// Without a token yet. The clock is the one that tokens end by.
    pub fn new(clock: Clock) -> Self {
        Self {
            clock,
            cached: RwLock::default(),
            flight: Mutex::default(),
            ended: AtomicU64::new(0),
        }
    }

    /// The token, whatever is left of it.
    pub fn cached(&self) -> Option<AccessToken> {
        self.cached
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Lets the next who asks get another token.
    pub fn forget(&self) {
        self.store(None);
    }

    fn store(&self, token: Option<AccessToken>) {
        *self.cached.write().unwrap_or_else(PoisonError::into_inner) = token;
    }

    /// The token, asked for where there is none or its end is near.
    ///
    /// # Errors
    /// The one of `ask`, for everybody who waited for it.
    pub async fn token<F>(&self, ask: impl FnOnce() -> F) -> azure_core::Result<AccessToken>
    where
        F: Future<Output = azure_core::Result<AccessToken>>,
    {
        let fresh = |token: &AccessToken| token.expires_on - self.clock.now() > EARLY;
        if let Some(token) = self.cached().filter(fresh) {
            return Ok(token);
        }
        let alive = |token: &AccessToken| token.expires_on > self.clock.now();
        let ended = self.ended.load(Ordering::Acquire);
        let last = match (self.flight.try_lock(), self.cached().filter(alive)) {
            (Ok(first), _) => first,
            // Another request renews it; nobody else has to wait for that while the old one lives.
            (Err(_), Some(token)) => return Ok(token),
            (Err(_), None) => self.flight.lock().await,
        };
        let mut flight = Flight {
            cache: self,
            last,
            ended,
        };
        if let Some(token) = self.cached().filter(fresh) {
            return Ok(token);
        }
        let alive = self.cached().filter(alive);
        let result = match flight.shared(false) {
            Err(error) => Err(error),
            Ok(()) => flight.fly(false, ask()).await,
        };
        match (result, alive) {
            (Ok(token), _) => {
                flight.land(&token);
                Ok(token)
            }
            (Err(error), Some(token)) => {
                tracing::warn!(%error, "an early renewal of the token failed; the old one is used while it lives");
                Ok(token)
            }
            (Err(error), None) => Err(error),
        }
    }

    /// Another token, whatever is left of the one that is there: after it was refused, or for claims.
    ///
    /// # Errors
    /// The one of `ask`.
    pub async fn renewed(
        &self,
        ask: impl Future<Output = azure_core::Result<AccessToken>>,
    ) -> azure_core::Result<AccessToken> {
        let mut flight = self.flight().await;
        let token = flight.fly(true, ask).await?;
        flight.land(&token);
        Ok(token)
    }

    pub(crate) async fn flight(&self) -> Flight<'_> {
        let ended = self.ended.load(Ordering::Acquire);
        Flight {
            cache: self,
            last: self.flight.lock().await,
            ended,
        }
    }
}

impl Flight<'_> {
    /// Asks, and keeps a failure for those who wait.
    pub(crate) async fn fly(
        &mut self,
        with_claims: bool,
        ask: impl Future<Output = azure_core::Result<AccessToken>>,
    ) -> azure_core::Result<AccessToken> {
        let result = ask.await;
        let number = self.cache.ended.fetch_add(1, Ordering::AcqRel) + 1;
        *self.last = None;
        result.map_err(|error| {
            let why = Arc::new(error);
            let told = told(&why);
            *self.last = Some(Failed {
                number,
                with_claims,
                why,
            });
            told
        })
    }

    pub(crate) fn land(&self, token: &AccessToken) {
        self.cache.store(Some(token.clone()));
    }

    /// The failure of a flight that was waited for, if it asked for the same.
    pub(crate) fn shared(&self, with_claims: bool) -> azure_core::Result<()> {
        let waited_for =
            |failed: &&Failed| failed.number > self.ended && failed.with_claims == with_claims;
        match self.last.as_ref().filter(waited_for) {
            Some(failed) => Err(told(&failed.why)),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for TokenCache {
    /// Without the token.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenCache").finish_non_exhaustive()
    }
}

/// The same failure once more, for one more caller.
fn told(why: &Arc<Error>) -> Error {
    let words = why.to_string();
    match std::error::Error::source(&**why) {
        Some(_) => Error::with_error(ErrorKind::Credential, SharedCause(Arc::clone(why)), words),
        None => Error::with_message(ErrorKind::Credential, words),
    }
}

/// What lies beneath an error that several callers share.
struct SharedCause(Arc<Error>);

impl SharedCause {
    fn cause(&self) -> &(dyn std::error::Error + 'static) {
        std::error::Error::source(&*self.0).unwrap_or(&*self.0)
    }
}

impl fmt::Display for SharedCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self.cause(), f)
    }
}

impl fmt::Debug for SharedCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.cause(), f)
    }
}

impl std::error::Error for SharedCause {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.cause().source()
    }
}
