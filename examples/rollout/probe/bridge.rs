//! The bridge into another tenant: an application there that is proven by a managed identity's token here.
//!
//! Page: [configure an application to trust a managed identity](https://learn.microsoft.com/entra/workload-id/workload-identity-federation-config-app-trust-managed-identity).

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use azure_core::credentials::{AccessToken, Secret, TokenCredential, TokenRequestOptions};
use azure_core::http::{HttpClient, Method, Request};
use rhc_core::{AppId, Clock, Cloud, TenantId};
use serde::Deserialize;
use serde_json::Value;
use url::form_urlencoded;

use super::identity::{ManagedIdentity, refused};

const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// An application in a tenant, as whom a managed identity of another tenant acts. It has no secret of its own.
pub struct Bridge {
    /// Who proves it.
    pub identity: ManagedIdentity,
    /// The tenant whose tokens are asked for.
    pub tenant: TenantId,
    /// The application.
    pub application: AppId,
    /// Whose authority is asked.
    pub cloud: Cloud,
    /// How it is reached.
    pub transport: Arc<dyn HttpClient>,
    /// The time of day there.
    pub clock: Clock,
}

impl fmt::Debug for Bridge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bridge")
            .field("identity", &self.identity)
            .field("tenant", &self.tenant)
            .field("application", &self.application)
            .finish_non_exhaustive()
    }
}

impl Bridge {
    /// The first leg: the identity's own token, which says who it is in its own tenant.
    ///
    /// # Errors
    /// Where the container's endpoint gives none.
    pub async fn assertion(&self) -> azure_core::Result<Secret> {
        self.identity
            .token(&self.cloud.token_exchange_audience)
            .await
    }

    /// The second leg: that token for one of the application, in the other tenant.
    ///
    /// # Errors
    /// In the authority's own words: no such application there, no trust in this identity.
    pub async fn exchange(
        &self,
        assertion: &Secret,
        scope: &str,
    ) -> azure_core::Result<AccessToken> {
        #[derive(Deserialize)]
        struct Given {
            access_token: String,
            expires_in: u64,
        }
        let mut url = self.cloud.authority.clone();
        url.set_path(&format!("/{}/oauth2/v2.0/token", self.tenant));
        let form = form_urlencoded::Serializer::new(String::new())
            .append_pair("client_assertion", assertion.secret())
            .append_pair("client_assertion_type", ASSERTION_TYPE)
            .append_pair("client_id", &self.application.to_string())
            .append_pair("grant_type", "client_credentials")
            .append_pair("scope", scope)
            .finish();
        let mut request = Request::new(url, Method::Post);
        request.insert_header("content-type", "application/x-www-form-urlencoded");
        request.set_body(form);
        let answer = self.transport.execute_request(&request).await?;
        let (status, _, body) = answer.deconstruct();
        let body = body.collect().await?;
        if !status.is_success() {
            let said: Value = serde_json::from_slice(&body).unwrap_or_default();
            let said = said["error_description"].as_str().unwrap_or("no reason");
            // The words end where ids for support begin.
            let said = said.split(" Trace ID").next().unwrap_or(said).trim();
            return Err(refused(format!(
                "the tenant {} gave the application {} no token ({status}): {said}",
                self.tenant, self.application
            )));
        }
        let given: Given = serde_json::from_slice(&body)?;
        let lifetime = Duration::from_secs(given.expires_in);
        Ok(AccessToken {
            token: Secret::new(given.access_token),
            expires_on: self.clock.now() + lifetime,
        })
    }
}

#[async_trait]
impl TokenCredential for Bridge {
    async fn get_token(
        &self,
        scopes: &[&str],
        _: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        let assertion = self.assertion().await?;
        self.exchange(&assertion, &scopes.join(" ")).await
    }
}
