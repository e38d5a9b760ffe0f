//! The credential.
//!
//! Pages: [trusting a managed identity](https://learn.microsoft.com/entra/workload-id/workload-identity-federation-config-app-trust-managed-identity),
//! [client credentials](https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow).

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use azure_core::credentials::{AccessToken, TokenCredential, TokenRequestOptions};
use azure_core::error::ErrorKind;
use rhc_core::{AppId, Claims, ClientOptions, Cloud, Result, TenantId, TokenCache, TokenEndpoint};

use super::source::AssertionSource;
use super::walk::not_asserted;

/// What a caller may choose about the credential.
#[derive(Clone, Debug)]
pub struct CrossTenantCredentialOptions {
    /// The cloud of both tenants: its authority, and its audience of exchanged tokens. Between clouds there is no chain.
    pub cloud: Cloud,
    /// Transport, retries and clock of the exchange.
    pub client: ClientOptions,
    /// How long [`diagnose`](CrossTenantCredential::diagnose) waits for what was only just made to be known everywhere.
    pub patience: Duration,
}

impl Default for CrossTenantCredentialOptions {
    fn default() -> Self {
        Self {
            cloud: Cloud::default(),
            client: ClientOptions::default(),
            patience: Duration::from_secs(60),
        }
    }
}

/// A `TokenCredential` for another tenant: an application there, proven by a managed identity, a workflow or a pod here.
///
/// The source's token is exchanged for one of the *bridge app*: a multi-tenant application that is registered in the
/// identity's tenant, trusts it by a federated credential, and has a service principal in the tenant that is asked. Any
/// scope will do, not only that of databases.
///
/// Tokens are kept per scope and renewed five minutes before they end. However many ask at once, one request is made. An
/// error says which link failed; [`diagnose`](Self::diagnose) says why, and what to do.
///
/// Permission: none in the directory; the service principal needs the rights at the service itself.
pub struct CrossTenantCredential {
    pub(super) source: Arc<dyn AssertionSource>,
    pub(super) application: AppId,
    pub(super) endpoint: TokenEndpoint,
    pub(super) cloud: Cloud,
    pub(super) client: ClientOptions,
    pub(super) patience: Duration,
    assertion: TokenCache,
    tokens: Mutex<HashMap<String, Arc<TokenCache>>>,
}

impl CrossTenantCredential {
    /// The application in this tenant, proven by this source.
    ///
    /// # Errors
    /// `InvalidInput` where the cloud's authority is no `https` address.
    pub fn new(
        source: impl AssertionSource + 'static,
        tenant: TenantId,
        application: AppId,
        options: Option<CrossTenantCredentialOptions>,
    ) -> Result<Self> {
        let CrossTenantCredentialOptions {
            cloud,
            client,
            patience,
        } = options.unwrap_or_default();
        Ok(Self {
            source: Arc::new(source),
            application,
            endpoint: TokenEndpoint::new(&cloud.authority, tenant, &client)?,
            cloud,
            patience,
            assertion: TokenCache::new(client.clock),
            tokens: Mutex::default(),
            client,
        })
    }

    /// The tenant whose tokens it gives.
    #[must_use]
    pub fn tenant(&self) -> TenantId {
        self.endpoint.tenant()
    }

    /// The application as which it acts there.
    #[must_use]
    pub fn application(&self) -> AppId {
        self.application
    }

    /// One token for each scope.
    fn cache(&self, scope: &str) -> Arc<TokenCache> {
        let mut tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        let made = || Arc::new(TokenCache::new(self.client.clock));
        Arc::clone(tokens.entry(scope.to_owned()).or_insert_with(made))
    }

    async fn asserted(&self) -> azure_core::Result<AccessToken> {
        let audience = &self.cloud.token_exchange_audience;
        let ask = || async {
            let asked = self.source.assertion(audience).await;
            asked.map_err(|error| {
                let (_, remedy) = not_asserted(&error);
                let what = format!("{} gives none ({remedy})", self.source.name());
                self.failed(&what, error)
            })
        };
        self.assertion.token(ask).await
    }

    async fn exchanged(
        &self,
        scope: &str,
        claims: Option<&Claims>,
    ) -> azure_core::Result<AccessToken> {
        let kept = self.assertion.cached();
        let assertion = self.asserted().await?;
        let exchange = |assertion: AccessToken| async move {
            let token = &assertion.token;
            self.endpoint
                .exchange(self.application, token, scope, claims)
                .await
        };
        let same =
            |one: &AccessToken, other: &AccessToken| one.token.secret() == other.token.secret();
        let is_kept = kept.is_some_and(|kept| same(&kept, &assertion));
        let mut given = exchange(assertion.clone()).await;
        if matches!(&given, Err(error) if error.code() == Some("invalid_client")) {
            // The next one is of an identity that may have been made anew since; so is this one, if there is another.
            self.assertion.forget();
            if is_kept {
                let fresh = self.asserted().await?;
                if !same(&fresh, &assertion) {
                    given = exchange(fresh).await;
                }
            }
        }
        given.map_err(|error| {
            let who = self.source.name();
            self.failed(&format!("the exchange of the token of {who} failed"), error)
        })
    }

    fn failed(&self, what: &str, error: rhc_core::Error) -> azure_core::Error {
        let message = format!(
            "no token of the tenant {} for the application {}: {what}: {error}",
            self.tenant(),
            self.application
        );
        azure_core::Error::with_error(ErrorKind::Credential, error, message)
    }
}

#[async_trait]
impl TokenCredential for CrossTenantCredential {
    async fn get_token(
        &self,
        scopes: &[&str],
        options: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        let scope = scopes.join(" ");
        let claims = options.and_then(|own| own.method_options.context.value::<Claims>().cloned());
        let cache = self.cache(&scope);
        match &claims {
            Some(claims) => cache.renewed(self.exchanged(&scope, Some(claims))).await,
            None => cache.token(|| self.exchanged(&scope, None)).await,
        }
    }
}

impl fmt::Debug for CrossTenantCredential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CrossTenantCredential")
            .field("source", &self.source)
            .field("tenant", &self.tenant())
            .field("application", &self.application)
            .field("authority", &self.cloud.authority.as_str())
            .finish_non_exhaustive()
    }
}
