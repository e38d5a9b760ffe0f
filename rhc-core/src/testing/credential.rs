//! A credential without an authority.

use crate::Claims;
use azure_core::credentials::{AccessToken, TokenCredential, TokenRequestOptions};
use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use time::OffsetDateTime;

/// Hands out `token-1`, `token-2`, … and remembers what it was asked for.
pub struct FixedCredential {
    lifetime: Duration,
    asked: Mutex<Vec<(String, Option<Claims>)>>,
    renew: bool,
    answers_after: Duration,
    fails_from: usize,
    started: tokio::time::Instant,
}

impl FixedCredential {
    /// Tokens live for an hour.
    pub fn new() -> Arc<Self> {
        Arc::new(Self::default())
    }

    /// Tokens live this long.
    #[must_use]
    pub fn living(mut self, lifetime: Duration) -> Self {
        self.lifetime = lifetime;
        self
    }

    /// Gives the same token again whatever happens, as credentials with a cache of their own do.
    #[must_use]
    pub fn stubborn(mut self) -> Self {
        self.renew = false;
        self
    }

    /// Takes this long to answer.
    #[must_use]
    pub fn slow(mut self, duration: Duration) -> Self {
        self.answers_after = duration;
        self
    }

    /// Fails from the n-th time on, counted from one.
    #[must_use]
    pub fn failing_from(mut self, nth: usize) -> Self {
        self.fails_from = nth;
        self
    }

    /// The scopes and claims it was asked for.
    pub fn asked(&self) -> Vec<(String, Option<Claims>)> {
        self.asked
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

impl Default for FixedCredential {
    fn default() -> Self {
        Self {
            lifetime: Duration::from_secs(3600),
            asked: Mutex::default(),
            renew: true,
            answers_after: Duration::ZERO,
            fails_from: usize::MAX,
            started: tokio::time::Instant::now(),
        }
    }
}

impl fmt::Debug for FixedCredential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FixedCredential").finish_non_exhaustive()
    }
}

/// The time that tests' tokens are counted from: clients under test get a [`Clock`](crate::Clock) anchored here.
pub(crate) const START: OffsetDateTime = time::macros::datetime!(2026-01-01 0:00 UTC);

#[async_trait::async_trait]
impl TokenCredential for FixedCredential {
    async fn get_token(
        &self,
        scopes: &[&str],
        options: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        let claims =
            options.and_then(|options| options.method_options.context.value::<Claims>().cloned());
        let count = {
            let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
            asked.push((scopes.join(" "), claims));
            asked.len()
        };
        tokio::time::sleep(self.answers_after).await;
        if count >= self.fails_from {
            return Err(azure_core::Error::with_message(
                azure_core::error::ErrorKind::Credential,
                "the credential was told to fail",
            ));
        }
        let number = if self.renew { count } else { 1 };
        Ok(AccessToken::new(
            format!("token-{number}"),
            START + self.started.elapsed() + self.lifetime,
        ))
    }
}
