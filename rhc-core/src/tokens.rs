//! The token in a request: asked for, sent to one origin only, replaced after a 401 or a claims challenge.

use crate::{clock::Clock, limits::LONGEST_CHALLENGE, retry::text, token_cache::TokenCache};
use azure_core::{
    credentials::{AccessToken, TokenCredential, TokenRequestOptions},
    error::{Error, ErrorKind},
    http::{
        AsyncRawResponse, ClientMethodOptions, Context, Request, Url,
        headers::AUTHORIZATION,
        policies::{Policy, PolicyResult},
    },
};
use std::{fmt, sync::Arc};

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
    cache: TokenCache,
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
            cache: TokenCache::new(clock),
        }
    }

    async fn token(&self) -> azure_core::Result<AccessToken> {
        self.cache.token(|| self.ask(&*self.credential, None)).await
    }

    /// A token other than `refused`, which the service did not accept.
    async fn replacement(
        &self,
        refused: &AccessToken,
        claims: Option<Claims>,
    ) -> azure_core::Result<Option<AccessToken>> {
        let with_claims = claims.is_some();
        let mut flight = self.cache.flight().await;
        let other = |token: &AccessToken| token.token.secret() != refused.token.secret();
        if let Some(token) = self.cache.cached().filter(other) {
            return Ok(Some(token));
        }
        flight.shared(with_claims)?;
        self.cache.forget();
        let first = self.ask(&*self.credential, claims.clone());
        let mut token = flight.fly(with_claims, first).await?;
        if !other(&token) {
            let Some(factory) = &self.factory else {
                return Ok(None);
            };
            let fresh = factory();
            token = flight.fly(with_claims, self.ask(&*fresh, claims)).await?;
        }
        if !other(&token) {
            return Ok(None);
        }
        flight.land(&token);
        Ok(Some(token))
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
    text(answer.headers(), "www-authenticate").and_then(claims_of)
}

/// The claims of a challenge, decoded: `Bearer …, error="insufficient_claims", claims="<base64>"`.
pub(crate) fn claims_of(header: &str) -> Option<Claims> {
    if header.len() > LONGEST_CHALLENGE {
        return None;
    }
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
