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

#[cfg(test)]
mod tests {
    use super::*;
    use axum::Router;
    use axum::extract::RawQuery;
    use axum::http::HeaderMap;
    use axum::routing::get;
    use rhc_core::fake::{ObjectKind, World, WorldOptions, authority, respond};
    use serde_json::{Value, json};
    use std::time::Duration;
    use uuid::Uuid;

    const AUDIENCE: &str = "api://AzureADTokenExchange";
    const ISSUER: &str = "https://token.actions.githubusercontent.com";
    const SUBJECT: &str = "repo:vokworks-ronk/rhc-azure:environment:rollout";
    const APP: &str = "11111111-2222-4333-8444-555555555555";
    const GRAPH: &str = "https://graph.microsoft.com/.default";

    /// What GitHub answers to a run with its own request token.
    async fn github(
        world: World,
        headers: HeaderMap,
        RawQuery(query): RawQuery,
    ) -> axum::response::Response {
        let own = headers.get("authorization").map(|value| value.as_bytes());
        if own != Some(b"Bearer run-secret") {
            return respond::json(401, &json!({ "message": "no" }));
        }
        let query = query.unwrap_or_default();
        assert!(
            query.contains("api-version=2.0")
                && query.contains("audience=api%3A%2F%2FAzureADTokenExchange"),
            "{query}"
        );
        let lifetime = Duration::from_secs(300);
        let token = world.with(|state| {
            authority::external_assertion(state, ISSUER, SUBJECT, AUDIENCE, lifetime)
        });
        respond::json(200, &json!({ "value": token.secret() }))
    }

    /// A tenant whose application trusts this subject.
    fn world(trusted: &str) -> (World, TenantId) {
        let world = World::new(WorldOptions::default());
        world.mount(
            "pipelines.example",
            Router::new().route("/token", get(github)),
        );
        let tenant = world.with(|state| {
            let tenant = state.directory().add_workforce_tenant("contoso").unwrap();
            let application = json!({
                "appId": APP,
                "signInAudience": "AzureADMultipleOrgs",
                "federatedIdentityCredentials": [{
                    "name": "rollout", "issuer": ISSUER, "subject": trusted, "audiences": [AUDIENCE],
                }],
            });
            let principal = json!({ "appId": APP, "accountEnabled": true, "servicePrincipalType": "Application" });
            for (kind, body) in [
                (ObjectKind::Application, application),
                (ObjectKind::ServicePrincipal, principal),
            ] {
                let Value::Object(body) = body else { panic!() };
                let id: Uuid = state.uuid();
                state.directory().insert_settled(tenant, kind, id, body).unwrap();
            }
            tenant
        });
        (world, TenantId::new(tenant))
    }

    async fn sign_in(
        world: &World,
        tenant: TenantId,
        request_token: &str,
    ) -> azure_core::Result<String> {
        let pipeline = Pipeline {
            request_url: "https://pipelines.example/token?api-version=2.0"
                .parse()
                .unwrap(),
            request_token: request_token.to_owned().into(),
            client_id: APP.to_owned(),
        };
        let credential = pipeline.credential(tenant, AUDIENCE, &world.transport())?;
        let token = credential.get_token(&[GRAPH], None).await?;
        Ok(token.token.secret().to_owned())
    }

    #[tokio::test(start_paused = true)]
    async fn a_run_signs_in_as_the_application_that_trusts_it() {
        let (world, tenant) = world(SUBJECT);
        let token = sign_in(&world, tenant, "run-secret").await.unwrap();
        let mut headers = HeaderMap::new();
        headers.insert("authorization", format!("Bearer {token}").parse().unwrap());
        let caller = world.with(|state| {
            authority::authenticate(state, &headers, &["https://graph.microsoft.com"]).unwrap()
        });
        assert_eq!(caller.app_id, APP.parse().ok());
        assert_eq!(caller.tenant, *tenant.as_uuid());
    }

    #[tokio::test(start_paused = true)]
    async fn whom_the_application_does_not_trust_it_turns_away() {
        let (world, tenant) = world("repo:somebody/else:ref:refs/heads/main");
        let error = sign_in(&world, tenant, "run-secret").await.unwrap_err();
        assert!(format!("{error:?}").contains("700213"), "{error:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_run_without_permission_is_told_what_is_missing() {
        let (world, tenant) = world(SUBJECT);
        let error = sign_in(&world, tenant, "another").await.unwrap_err();
        let text = format!("{error:?}");
        assert!(text.contains("id-token: write"), "{text}");
        assert!(!text.contains("run-secret"), "{text}");
    }
}
