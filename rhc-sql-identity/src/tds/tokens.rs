//! The token of a credential: asked for once, however many sessions are opened at once.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use azure_core::credentials::{AccessToken, TokenCredential};
use rhc_core::{Clock, Error, ErrorKind, Result, TokenCache};

pub(super) struct Tokens {
    credential: Arc<dyn TokenCredential>,
    scope: String,
    clock: Clock,
    cache: TokenCache,
}

impl Tokens {
    pub(super) fn new(credential: Arc<dyn TokenCredential>, scope: String, clock: Clock) -> Self {
        Self {
            credential,
            scope,
            clock,
            cache: TokenCache::new(clock),
        }
    }

    /// A token for a new session.
    pub(super) async fn token(&self) -> Result<AccessToken> {
        let ask = || async { self.credential.get_token(&[&self.scope], None).await };
        self.cache.token(ask).await.map_err(|error| {
            let message = format!("no token for {}: {error}", self.scope);
            Error::new(ErrorKind::Credential, "sql.open", message).with_source(error)
        })
    }

    /// Forgets a token that was refused, so that the next session asks for another.
    pub(super) fn refused(&self, token: &AccessToken) {
        let same = |own: &AccessToken| own.token.secret() == token.token.secret();
        if self.cache.cached().is_some_and(|own| same(&own)) {
            self.cache.forget();
        }
    }

    /// How long a token lasts, on tokio's clock.
    pub(super) fn lasts(&self, token: &AccessToken) -> Duration {
        let left = token.expires_on - self.clock.now();
        self.clock.scaled(left.try_into().unwrap_or_default())
    }
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tokens")
            .field("scope", &self.scope)
            .finish_non_exhaustive()
    }
}
