//! Tokens: one cache per (tenant, scope), one flight, early refresh, claims challenges.

use crate::clock::Clock;
use azure_core::{
    credentials::{AccessToken, TokenCredential, TokenRequestOptions},
    error::{Error, ErrorKind},
    http::{
        AsyncRawResponse, ClientMethodOptions, Context, Request, Url,
        headers::{AUTHORIZATION, HeaderName},
        policies::{Policy, PolicyResult},
    },
};
use std::{
    fmt,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
};
use tokio::sync::Mutex;

/// Tokens are renewed this long before they end, so that none ends on the way.
const EARLY: time::Duration = time::Duration::minutes(5);

/// Makes a credential anew, for credentials that ignore [`Claims`]: a fresh one has no cached token to hand out again.
pub type CredentialFactory = Arc<dyn Fn() -> Arc<dyn TokenCredential> + Send + Sync>;

/// The claims that a service demands in the next token (continuous access evaluation).
///
/// They travel in the `Context` of the token request; a credential that honours them sends them as the `claims` parameter.
/// Source: [claims challenges](https://learn.microsoft.com/entra/identity-platform/claims-challenge).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claims(pub String);

/// The authorization policy of one client: one credential (so one tenant) and one scope.
pub(crate) struct Authorize {
    credential: Arc<dyn TokenCredential>,
    factory: Option<CredentialFactory>,
    scope: String,
    origin: Url,
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

impl Authorize {
    pub(crate) fn new(
        credential: Arc<dyn TokenCredential>,
        factory: Option<CredentialFactory>,
        scope: String,
        origin: Url,
        clock: Clock,
    ) -> Self {
        Self {
            credential,
            factory,
            scope,
            origin,
            clock,
            cached: RwLock::default(),
            flight: Mutex::default(),
            ended: AtomicU64::new(0),
        }
    }

    fn cached(&self) -> Option<AccessToken> {
        self.cached
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn store(&self, token: Option<AccessToken>) {
        *self.cached.write().unwrap_or_else(PoisonError::into_inner) = token;
    }

    async fn token(&self) -> azure_core::Result<AccessToken> {
        let fresh = |token: &AccessToken| token.expires_on - self.clock.now() > EARLY;
        if let Some(token) = self.cached().filter(fresh) {
            return Ok(token);
        }
        let alive = |token: &AccessToken| token.expires_on > self.clock.now();
        let ended = self.ended.load(Ordering::Acquire);
        let mut flight = match (self.flight.try_lock(), self.cached().filter(alive)) {
            (Ok(first), _) => first,
            // Another request renews it; nobody else has to wait for that while the old one lives.
            (Err(_), Some(token)) => return Ok(token),
            (Err(_), None) => self.flight.lock().await,
        };
        if let Some(token) = self.cached().filter(fresh) {
            return Ok(token);
        }
        let alive = self.cached().filter(alive);
        let result = match shared(flight.as_ref(), ended, false) {
            Some(error) => Err(error),
            None => self.fly(&mut flight, &*self.credential, None).await,
        };
        match (result, alive) {
            (Ok(token), _) => {
                self.store(Some(token.clone()));
                Ok(token)
            }
            (Err(error), Some(token)) => {
                tracing::warn!(%error, "an early renewal of the token failed; the old one is used while it lives");
                Ok(token)
            }
            (Err(error), None) => Err(error),
        }
    }

    /// A token other than `refused`, which the service did not accept.
    async fn replacement(
        &self,
        refused: &AccessToken,
        claims: Option<Claims>,
    ) -> azure_core::Result<Option<AccessToken>> {
        let ended = self.ended.load(Ordering::Acquire);
        let mut flight = self.flight.lock().await;
        let other = |token: &AccessToken| token.token.secret() != refused.token.secret();
        if let Some(token) = self.cached().filter(other) {
            return Ok(Some(token));
        }
        if let Some(error) = shared(flight.as_ref(), ended, claims.is_some()) {
            return Err(error);
        }
        self.store(None);
        let mut token = self
            .fly(&mut flight, &*self.credential, claims.clone())
            .await?;
        if !other(&token) {
            let Some(factory) = &self.factory else {
                return Ok(None);
            };
            token = self.fly(&mut flight, &*factory(), claims).await?;
        }
        if !other(&token) {
            return Ok(None);
        }
        self.store(Some(token.clone()));
        Ok(Some(token))
    }

    /// Asks, and keeps a failure for those who wait.
    async fn fly(
        &self,
        flight: &mut Option<Failed>,
        credential: &dyn TokenCredential,
        claims: Option<Claims>,
    ) -> azure_core::Result<AccessToken> {
        let with_claims = claims.is_some();
        let result = self.ask(credential, claims).await;
        let number = self.ended.fetch_add(1, Ordering::AcqRel) + 1;
        *flight = None;
        result.map_err(|error| {
            let why = Arc::new(error);
            let told = told(&why);
            *flight = Some(Failed {
                number,
                with_claims,
                why,
            });
            told
        })
    }

    async fn ask(
        &self,
        credential: &dyn TokenCredential,
        claims: Option<Claims>,
    ) -> azure_core::Result<AccessToken> {
        let mut context = Context::new();
        if let Some(claims) = claims {
            context.insert(claims);
        }
        let options = TokenRequestOptions {
            method_options: ClientMethodOptions { context },
        };
        credential
            .get_token(&[&self.scope], Some(options))
            .await
            .map_err(|error| match error.kind() {
                ErrorKind::Credential => error,
                _ => Error::with_error(
                    ErrorKind::Credential,
                    error,
                    format!("no token for {}", self.scope),
                ),
            })
    }
}

#[async_trait::async_trait]
impl Policy for Authorize {
    async fn send(
        &self,
        ctx: &Context,
        request: &mut Request,
        next: &[Arc<dyn Policy>],
    ) -> PolicyResult {
        if request.url().origin() != self.origin.origin() || request.url().scheme() != "https" {
            let message = format!(
                "a token for {} is not sent to {}",
                origin_of(&self.origin),
                origin_of(request.url())
            );
            return Err(Error::with_error(ErrorKind::Other, WrongOrigin, message));
        }
        let Some((first, rest)) = next.split_first() else {
            return Err(Error::with_message(
                ErrorKind::Other,
                "the pipeline has no transport",
            ));
        };
        let token = self.token().await?;
        request.insert_header(AUTHORIZATION, format!("Bearer {}", token.token.secret()));
        let answer = first.send(ctx, request, rest).await?;
        if u16::from(answer.status()) != 401 {
            return Ok(answer);
        }
        // A 401 says that the service did not act, so one more try is safe for any method.
        let claims = challenge(&answer);
        let challenged = claims.is_some();
        match self.replacement(&token, claims).await? {
            Some(token) => {
                request.insert_header(AUTHORIZATION, format!("Bearer {}", token.token.secret()));
                let answer = first.send(ctx, request, rest).await?;
                if u16::from(answer.status()) == 401 && challenge(&answer).is_some() {
                    return Err(Error::with_message(
                        ErrorKind::Credential,
                        "the service demands a new sign-in (its policy changed or access was revoked) and refuses the credential's new token too: sign in again",
                    ));
                }
                Ok(answer)
            }
            None if challenged => Err(Error::with_message(
                ErrorKind::Credential,
                "the service demands a new sign-in (its policy changed or access was revoked) and the credential gives the same token again: sign in again",
            )),
            None => Ok(answer),
        }
    }
}

/// The failure of a flight that ended after `ended` others, if it asked for the same.
fn shared(last: Option<&Failed>, ended: u64, with_claims: bool) -> Option<Error> {
    last.filter(|failed| failed.number > ended && failed.with_claims == with_claims)
        .map(|failed| told(&failed.why))
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

impl fmt::Debug for Authorize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authorize")
            .field("scope", &self.scope)
            .field("origin", &self.origin.as_str())
            .finish_non_exhaustive()
    }
}

/// Marks the refusal to send a token elsewhere, so that the caller's error says so.
#[derive(Debug)]
pub(crate) struct WrongOrigin;

impl fmt::Display for WrongOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a link led to another origin")
    }
}

impl std::error::Error for WrongOrigin {}

pub(crate) fn origin_of(url: &Url) -> String {
    url.origin().ascii_serialization()
}

fn challenge(answer: &AsyncRawResponse) -> Option<Claims> {
    answer
        .headers()
        .get_optional_str(&HeaderName::from_static("www-authenticate"))
        .and_then(claims_of)
}

/// The claims of a challenge, decoded: `Bearer …, error="insufficient_claims", claims="<base64>"`.
fn claims_of(header: &str) -> Option<Claims> {
    let lower = header.to_ascii_lowercase();
    if !lower.contains("insufficient_claims") {
        return None;
    }
    let start = lower
        .find("claims=\"")
        .filter(|at| !lower[..*at].ends_with("insufficient_"))?
        + "claims=\"".len();
    let encoded = header.get(start..)?.split('"').next()?;
    let standard: String = encoded
        .trim_end_matches('=')
        .chars()
        .map(|c| match c {
            '-' => '+',
            '_' => '/',
            c => c,
        })
        .collect();
    let padded = format!("{standard}{}", "=".repeat((4 - standard.len() % 4) % 4));
    let decoded = azure_core::base64::decode(padded).ok()?;
    String::from_utf8(decoded).ok().map(Claims)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_claims_challenge() {
        // {"access_token":{"nbf":{"essential":true,"value":"1604106651"}}}
        let encoded = "eyJhY2Nlc3NfdG9rZW4iOnsibmJmIjp7ImVzc2VudGlhbCI6dHJ1ZSwidmFsdWUiOiIxNjA0MTA2NjUxIn19fQ==";
        let header = format!(
            "Bearer realm=\"\", authorization_uri=\"https://login.microsoftonline.com/common/oauth2/authorize\", error=\"insufficient_claims\", claims=\"{encoded}\""
        );
        assert_eq!(
            claims_of(&header).unwrap().0,
            "{\"access_token\":{\"nbf\":{\"essential\":true,\"value\":\"1604106651\"}}}"
        );
        let unpadded = header.replace("==\"", "\"");
        assert_eq!(claims_of(&unpadded), claims_of(&header));
        assert_eq!(claims_of("Bearer error=\"invalid_token\""), None);
        assert_eq!(claims_of("Bearer error=\"insufficient_claims\""), None);
        assert_eq!(
            claims_of("Bearer error=\"insufficient_claims\", claims=\"%%%\""),
            None
        );
    }
}
