//! A pipeline on GitHub: its OIDC token is the assertion itself, so nothing secret is kept anywhere.
//!
//! Page: [OpenID Connect reference](https://docs.github.com/actions/reference/security/oidc).

use std::sync::Arc;

use azure_core::credentials::{Secret, TokenCredential};
use azure_core::http::{HttpClient, Transport, Url};
use rhc_core::{AppId, ClientOptions, Clock, Cloud, Error, TenantId};
use rhc_sql_identity::{CrossTenantCredential, CrossTenantCredentialOptions, WorkflowToken};

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

impl Pipeline {
    pub(super) fn credential(
        &self,
        tenant: TenantId,
        cloud: &Cloud,
        transport: &Arc<dyn HttpClient>,
        clock: Clock,
    ) -> rhc_core::Result<Arc<dyn TokenCredential>> {
        let client_id: AppId = self
            .client_id
            .parse()
            .map_err(|error| Error::invalid("sign_in", format!("AZURE_CLIENT_ID: {error}")))?;
        let mut client = ClientOptions {
            clock,
            ..ClientOptions::default()
        };
        client.client_options.transport = Some(Transport::new(Arc::clone(transport)));
        let run = WorkflowToken::new(&self.request_url, self.request_token.clone(), Some(&client))?;
        let options = CrossTenantCredentialOptions {
            cloud: cloud.clone(),
            client,
            ..CrossTenantCredentialOptions::default()
        };
        let credential = CrossTenantCredential::new(run, tenant, client_id, Some(options))?;
        Ok(Arc::new(credential))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderMap;
    use rhc_core::fake::authority::GITHUB_ISSUER;
    use rhc_core::fake::{ObjectKind, World, WorldOptions, authority};
    use serde_json::{Value, json};
    use uuid::Uuid;

    const AUDIENCE: &str = "api://AzureADTokenExchange";
    const SUBJECT: &str = "repo:vokworks-ronk/rhc-azure:environment:rollout";
    const APP: &str = "11111111-2222-4333-8444-555555555555";
    const GRAPH: &str = "https://graph.microsoft.com/.default";

    /// A tenant whose application trusts this subject.
    fn world(trusted: &str) -> (World, TenantId) {
        let world = World::new(WorldOptions::default());
        let tenant = world.with(|state| {
            let tenant = state.directory().add_workforce_tenant("contoso").unwrap();
            let application = json!({
                "appId": APP,
                "signInAudience": "AzureADMultipleOrgs",
                "federatedIdentityCredentials": [{
                    "name": "rollout", "issuer": GITHUB_ISSUER, "subject": trusted, "audiences": [AUDIENCE],
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

    /// A run with its own secret, or with another one.
    async fn sign_in(
        world: &World,
        tenant: TenantId,
        secret: Option<&str>,
        client_id: &str,
    ) -> Result<String, Box<dyn std::error::Error>> {
        let run = world.workflow_run(SUBJECT);
        let pipeline = Pipeline {
            request_url: run.request_url.parse()?,
            request_token: secret.map_or(run.request_token, |own| own.to_owned().into()),
            client_id: client_id.to_owned(),
        };
        let (cloud, clock) = (Cloud::public(), world.clock());
        let credential = pipeline.credential(tenant, &cloud, &world.transport(), clock)?;
        let token = credential.get_token(&[GRAPH], None).await?;
        Ok(token.token.secret().to_owned())
    }

    #[tokio::test(start_paused = true)]
    async fn a_run_signs_in_as_the_application_that_trusts_it() {
        let (world, tenant) = world(SUBJECT);
        let token = sign_in(&world, tenant, None, APP).await.unwrap();
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
        let error = sign_in(&world, tenant, None, APP).await.unwrap_err();
        assert!(format!("{error:?}").contains("700213"), "{error:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_run_without_permission_is_told_what_is_missing() {
        let (world, tenant) = world(SUBJECT);
        let error = sign_in(&world, tenant, Some("hush"), APP)
            .await
            .unwrap_err();
        let text = format!("{error} {error:?}");
        assert!(text.contains("id-token: write"), "{text}");
        assert!(!text.contains("hush"), "{text}");
        let error = sign_in(&world, tenant, None, "my app").await.unwrap_err();
        assert!(error.to_string().contains("AZURE_CLIENT_ID"), "{error}");
    }
}
