//! A pipeline on GitHub: its OIDC token is the assertion itself, so nothing secret is kept anywhere.
//!
//! Page: [OpenID Connect reference](https://docs.github.com/actions/reference/security/oidc).

use std::sync::Arc;

use async_trait::async_trait;
use azure_core::credentials::{Secret, TokenCredential};
use azure_core::error::ErrorKind;
use azure_core::http::{
    ClientMethodOptions, ClientOptions, HttpClient, Method, Request, Transport, Url,
};
use azure_identity::{
    ClientAssertion, ClientAssertionCredential, ClientAssertionCredentialOptions,
};
use rhc_core::TenantId;
use serde::Deserialize;

/// What a workflow run with `permissions: id-token: write` finds in its environment.
#[derive(Clone, Debug)]
pub struct Pipeline {
    /// `ACTIONS_ID_TOKEN_REQUEST_URL`.
    pub request_url: Url,
    /// `ACTIONS_ID_TOKEN_REQUEST_TOKEN`.
    pub request_token: Secret,
    /// `AZURE_CLIENT_ID`: the application that trusts the repository, the same in every tenant.
    pub client_id: String,
}

/// The run's own token, fetched for each use: it is good for a few minutes only.
#[derive(Debug)]
struct RunToken {
    pipeline: Pipeline,
    audience: String,
    transport: Arc<dyn HttpClient>,
}

impl Pipeline {
    pub(super) fn credential(
        &self,
        tenant: TenantId,
        audience: &str,
        transport: &Arc<dyn HttpClient>,
    ) -> azure_core::Result<Arc<dyn TokenCredential>> {
        let assertion = RunToken {
            pipeline: self.clone(),
            audience: audience.to_owned(),
            transport: Arc::clone(transport),
        };
        let options = ClientAssertionCredentialOptions {
            client_options: ClientOptions {
                transport: Some(Transport::new(Arc::clone(transport))),
                ..ClientOptions::default()
            },
        };
        let credential: Arc<dyn TokenCredential> = ClientAssertionCredential::new(
            tenant.to_string(),
            self.client_id.clone(),
            assertion,
            Some(options),
        )?;
        Ok(credential)
    }
}

#[async_trait]
impl ClientAssertion for RunToken {
    async fn secret(&self, _: Option<ClientMethodOptions<'_>>) -> azure_core::Result<String> {
        #[derive(Deserialize)]
        struct Answer {
            value: String,
        }
        let mut url = self.pipeline.request_url.clone();
        url.query_pairs_mut()
            .append_pair("audience", &self.audience);
        let mut request = Request::new(url, Method::Get);
        let token = self.pipeline.request_token.secret();
        request.insert_header("authorization", format!("Bearer {token}"));
        request.insert_header("accept", "application/json");
        let (status, _, body) = self
            .transport
            .execute_request(&request)
            .await?
            .deconstruct();
        let body = body.collect().await?;
        if !status.is_success() {
            return Err(azure_core::Error::with_message(
                ErrorKind::Credential,
                format!(
                    "GitHub gave the run no token ({status}): does the job have `permissions: id-token: write`?"
                ),
            ));
        }
        let answer: Answer = serde_json::from_slice(&body)?;
        Ok(answer.value)
    }
}
