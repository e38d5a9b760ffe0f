//! The credential of a person in one tenant: authorization code with PKCE on loopback, or device code.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use azure_core::credentials::{AccessToken, TokenCredential, TokenRequestOptions};
use azure_core::error::ErrorKind;
use azure_core::http::HttpClient;
use oauth2::basic::{BasicClient, BasicTokenResponse};
use oauth2::{
    AuthUrl, AuthorizationCode, ClientId, CsrfToken, DeviceAuthorizationUrl, EndpointNotSet,
    EndpointSet, ErrorResponse, HttpRequest, PkceCodeChallenge, RedirectUrl, RefreshToken,
    RequestTokenError, Scope, StandardDeviceAuthorizationResponse, TokenResponse, TokenUrl,
};
use rhc_core::{Claims, Clock, Cloud, TenantId};
use tokio::net::TcpListener;
use tokio::sync::Mutex;

use super::http;
use super::loopback;
use super::scopes::{self, AZURE_CLIENT, GRAPH_CLIENT};
use super::{Ask, Prompt, TenantSignIn};
use crate::engine::TenantKey;

/// How long a person may take in his browser.
const PATIENCE: Duration = Duration::from_secs(300);

/// How often an authority is asked that does not say how often it may be.
const INTERVAL: Duration = Duration::from_secs(5);

/// A client with everything set that both flows need.
type Client = BasicClient<EndpointSet, EndpointSet, EndpointNotSet, EndpointNotSet, EndpointSet>;

/// How a person is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flow {
    /// In the browser of this computer.
    Browser,
    /// In a browser anywhere.
    DeviceCode,
}

/// Where a person signs in, and how.
pub(super) struct Person {
    pub(super) tenant: TenantKey,
    pub(super) id: TenantId,
    pub(super) flow: Flow,
    pub(super) cloud: Cloud,
    pub(super) transport: Arc<dyn HttpClient>,
    pub(super) clock: Clock,
    pub(super) prompt: Arc<dyn Prompt>,
    pub(super) file: TenantSignIn,
}

/// A person in one tenant. Refresh tokens live in memory and nowhere else.
pub(super) struct PersonCredential {
    person: Person,
    /// By client. One token request at a time: two at once would ask the person twice.
    refresh: Mutex<HashMap<String, RefreshToken>>,
}

impl PersonCredential {
    pub(super) fn new(person: Person) -> Self {
        Self {
            person,
            refresh: Mutex::default(),
        }
    }

    async fn token(&self, scope: &str, claims: Option<&str>) -> azure_core::Result<AccessToken> {
        let person = &self.person;
        let id = person.client_id(scope);
        let client = person.client(id)?;
        let asked = person.asked(scope, claims);
        let mut refresh = self.refresh.lock().await;
        if let Some(token) = refresh.get(id) {
            match person.renew(&client, token, &asked).await {
                Ok(answer) => return Ok(person.keep(&mut refresh, id, &answer)),
                // Only the person can mend what the authority does not accept any more.
                Err(Failure::Refused(_) | Failure::Spent(_)) => drop(refresh.remove(id)),
                Err(other) => return Err(other.into()),
            }
        }
        let answer = match person.sign_in(&client, &asked).await {
            // Its token went astray on the way: whoever redeems a code again is told that there is none.
            Err(Failure::Spent(_)) => person.sign_in(&client, &asked).await?,
            other => other?,
        };
        Ok(person.keep(&mut refresh, id, &answer))
    }
}

/// The wait that the authority asks for. It can only name whole seconds, which are minutes in a cloud whose time runs
/// faster; there, the usual wait in the cloud's time is enough.
fn between_polls(clock: Clock, interval: Duration) -> Duration {
    if clock.speed() > 1.0 {
        interval.min(clock.scaled(INTERVAL))
    } else {
        interval
    }
}

/// What one token request asks for.
struct Asked {
    /// The service, for the person.
    service: &'static str,
    scopes: Vec<Scope>,
    claims: Option<String>,
}

impl Person {
    fn client_id(&self, scope: &str) -> &str {
        match &self.file.client_id {
            Some(own) => own,
            None if scopes::is_graph(&self.cloud, scope) => GRAPH_CLIENT,
            None => AZURE_CLIENT,
        }
    }

    fn asked(&self, scope: &str, claims: Option<&str>) -> Asked {
        let scopes = scopes::wanted(&self.cloud, scope, &self.file.permissions);
        Asked {
            service: if scopes::is_graph(&self.cloud, scope) {
                "Microsoft Graph"
            } else {
                "Azure"
            },
            scopes: scopes.into_iter().map(Scope::new).collect(),
            claims: claims.map(str::to_owned),
        }
    }

    fn client(&self, id: &str) -> azure_core::Result<Client> {
        let at = |path: &str| {
            let authority = self.cloud.authority.as_str().trim_end_matches('/');
            format!("{authority}/{}/oauth2/v2.0/{path}", self.id)
        };
        Ok(BasicClient::new(ClientId::new(id.to_owned()))
            .set_auth_uri(AuthUrl::new(at("authorize"))?)
            .set_device_authorization_url(DeviceAuthorizationUrl::new(at("devicecode"))?)
            .set_token_uri(TokenUrl::new(at("token"))?))
    }

    fn http(&self) -> impl Fn(HttpRequest) -> HttpAnswer + Send + Sync + use<> {
        let (transport, clock) = (Arc::clone(&self.transport), self.clock);
        move |request| Box::pin(http::send(Arc::clone(&transport), clock, request))
    }

    async fn renew(
        &self,
        client: &Client,
        token: &RefreshToken,
        asked: &Asked,
    ) -> Result<BasicTokenResponse, Failure> {
        let http = self.http();
        let mut request = client
            .exchange_refresh_token(token)
            .add_scopes(asked.scopes.iter().cloned());
        if let Some(claims) = &asked.claims {
            request = request.add_extra_param("claims", claims);
        }
        request.request_async(&http).await.map_err(Failure::of)
    }

    async fn sign_in(&self, client: &Client, asked: &Asked) -> Result<BasicTokenResponse, Failure> {
        match self.flow {
            Flow::Browser => self.by_browser(client.clone(), asked).await,
            Flow::DeviceCode => self.by_device(client, asked).await,
        }
    }

    async fn by_device(
        &self,
        client: &Client,
        asked: &Asked,
    ) -> Result<BasicTokenResponse, Failure> {
        let http = self.http();
        let mut request = client
            .exchange_device_code()
            .add_scopes(asked.scopes.iter().cloned());
        if let Some(claims) = &asked.claims {
            request = request.add_extra_param("claims", claims);
        }
        let details: StandardDeviceAuthorizationResponse =
            request.request_async(&http).await.map_err(Failure::of)?;
        self.prompt.ask(&Ask::Code {
            tenant: &self.tenant,
            service: asked.service,
            address: details.verification_uri(),
            code: details.user_code().secret(),
        });
        // The authority says itself how often it may be asked and for how long the code is good.
        let clock = self.clock;
        let sleep = move |interval| tokio::time::sleep(between_polls(clock, interval));
        client
            .exchange_device_access_token(&details)
            .request_async(&http, sleep, None)
            .await
            .map_err(Failure::of)
    }

    /// Falls back to a device code where nothing can listen on this computer.
    async fn by_browser(
        &self,
        client: Client,
        asked: &Asked,
    ) -> Result<BasicTokenResponse, Failure> {
        let listening = TcpListener::bind(("127.0.0.1", 0)).await;
        let Some((listener, port)) = listening
            .ok()
            .and_then(|listener| Some((listener.local_addr().ok()?.port(), listener)))
            .map(|(port, listener)| (listener, port))
        else {
            return self.by_device(&client, asked).await;
        };
        let redirect = RedirectUrl::new(format!("http://localhost:{port}"))
            .map_err(|error| Failure::Broken(error.into()))?;
        let client = client.set_redirect_uri(redirect);
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let mut request = client
            .authorize_url(CsrfToken::new_random)
            .add_scopes(asked.scopes.iter().cloned())
            .add_extra_param("prompt", "select_account")
            .set_pkce_challenge(challenge);
        if let Some(claims) = &asked.claims {
            request = request.add_extra_param("claims", claims);
        }
        let (address, state) = request.url();
        self.prompt.ask(&Ask::Browser {
            tenant: &self.tenant,
            service: asked.service,
            address: address.as_str(),
        });
        let returned = tokio::time::timeout(PATIENCE, loopback::returned(&listener))
            .await
            .map_err(|_| Failure::Refused("nobody signed in within five minutes".to_owned()))?
            .map_err(|error| Failure::Broken(error.into()))?;
        if let Some(error) = returned.error {
            return Err(Failure::Refused(error));
        }
        if returned.state.as_deref() != Some(state.secret().as_str()) {
            let message = "the browser brought the answer to another sign-in; begin again";
            return Err(Failure::Refused(message.to_owned()));
        }
        let http = self.http();
        client
            .exchange_code(AuthorizationCode::new(returned.code.unwrap_or_default()))
            .set_pkce_verifier(verifier)
            .request_async(&http)
            .await
            .map_err(Failure::of)
    }

    fn keep(
        &self,
        refresh: &mut HashMap<String, RefreshToken>,
        client: &str,
        answer: &BasicTokenResponse,
    ) -> AccessToken {
        if let Some(token) = answer.refresh_token() {
            refresh.insert(client.to_owned(), token.clone());
        }
        // The authority counts real seconds, our clock may run faster.
        let expires = self.clock.after(answer.expires_in().unwrap_or_default());
        AccessToken::new(answer.access_token().secret().clone(), expires)
    }
}

type HttpAnswer =
    std::pin::Pin<Box<dyn Future<Output = azure_core::Result<oauth2::HttpResponse>> + Send>>;

/// What the authority says of a code that was redeemed: of a device's and of a browser's.
///
/// Page: [device code](https://learn.microsoft.com/entra/identity-platform/v2-oauth2-device-code#expected-errors),
/// [AADSTS54005](https://learn.microsoft.com/entra/identity-platform/reference-error-codes).
const SPENT: [&str; 2] = ["bad_verification_code", "AADSTS54005"];

/// Why there is no token.
enum Failure {
    /// The authority said no, or the person did.
    Refused(String),
    /// The authority knows no such code, or gave a token for it before.
    Spent(String),
    /// The authority could not be asked.
    Broken(azure_core::Error),
}

impl Failure {
    fn of<E>(error: RequestTokenError<azure_core::Error, E>) -> Self
    where
        E: ErrorResponse + fmt::Display + 'static,
    {
        match error {
            RequestTokenError::ServerResponse(answer) => {
                let words = answer.to_string();
                let is_spent = SPENT.iter().any(|code| words.contains(code));
                if is_spent {
                    Self::Spent(words)
                } else {
                    Self::Refused(words)
                }
            }
            RequestTokenError::Request(error) => Self::Broken(error),
            RequestTokenError::Parse(error, _) => {
                Self::Broken(azure_core::Error::new(ErrorKind::DataConversion, error))
            }
            RequestTokenError::Other(message) => {
                Self::Broken(azure_core::Error::with_message(ErrorKind::Other, message))
            }
        }
    }
}

impl From<Failure> for azure_core::Error {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Refused(message) | Failure::Spent(message) => Self::with_message(
                ErrorKind::Credential,
                format!("the sign-in was refused: {message}"),
            ),
            Failure::Broken(error) => error,
        }
    }
}

impl fmt::Debug for PersonCredential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PersonCredential")
            .field("tenant", &self.person.tenant)
            .field("id", &self.person.id)
            .field("flow", &self.person.flow)
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl TokenCredential for PersonCredential {
    async fn get_token(
        &self,
        scopes: &[&str],
        options: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        let Some(scope) = scopes.first() else {
            return Err(azure_core::Error::with_message(
                ErrorKind::Credential,
                "a token was asked for without a scope",
            ));
        };
        let claims = options
            .as_ref()
            .and_then(|options| options.method_options.context.value::<Claims>())
            .map(|claims| claims.0.clone());
        self.token(scope, claims.as_deref()).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn whole_seconds_do_not_slow_down_a_fast_cloud_and_are_obeyed_elsewhere() {
        let at = |speed| Clock::anchored(time::OffsetDateTime::UNIX_EPOCH, speed);
        let (one, ten) = (Duration::from_secs(1), Duration::from_secs(10));
        assert_eq!(between_polls(at(100.0), one), Duration::from_millis(50));
        assert_eq!(between_polls(at(1.0), ten), ten);
    }
}
