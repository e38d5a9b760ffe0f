//! Federated identity credentials: tokens of another issuer instead of a secret.

use crate::{ApplicationKey, GraphClient, ListQuery, Upserted};
use rhc_core::model;
use rhc_core::{Method, Pages, Path, Request, Result};

model! {
    /// Whose tokens an application accepts in place of a secret.
    ///
    /// Page: [federatedIdentityCredential](https://learn.microsoft.com/graph/api/resources/federatedidentitycredential).
    FederatedCredential {
        /// Its id; given by the service.
        id: String,
        /// Its name, 3 to 120 of letters, digits, `-` and `_`; never changed.
        name: String,
        /// Who issues the tokens: the `iss` claim to the letter. A wrong one is accepted and fails when a token is asked for.
        issuer: String,
        /// Whom they are issued for: the `sub` claim to the letter, case included.
        subject: String,
        /// For whom they are meant: exactly one, usually `api://AzureADTokenExchange`.
        audiences: Vec<String>,
        /// What it is for.
        description: String,
    }
}

impl FederatedCredential {
    /// Trusts a user-assigned managed identity. It must be of the application's own tenant, whose issuer this is:
    /// `https://login.microsoftonline.com/{tenant}/v2.0`; the subject is the identity's principal id.
    ///
    /// Page: [config-app-trust-managed-identity](https://learn.microsoft.com/entra/workload-id/workload-identity-federation-config-app-trust-managed-identity).
    pub fn managed_identity(
        cloud: &rhc_core::Cloud,
        tenant: rhc_core::TenantId,
        principal: rhc_core::ObjectId,
    ) -> Self {
        let authority = cloud.authority.as_str().trim_end_matches('/');
        Self {
            issuer: Some(format!("{authority}/{tenant}/v2.0")),
            subject: Some(principal.to_string()),
            audiences: Some(vec![cloud.token_exchange_audience.clone()]),
            ..Self::default()
        }
    }

    /// Trusts GitHub Actions: `subject` is for example `repo:org/name:environment:qa` or `repo:org/name:ref:refs/heads/qa`.
    ///
    /// Page: [create-trust](https://learn.microsoft.com/entra/workload-id/workload-identity-federation-create-trust).
    pub fn github(cloud: &rhc_core::Cloud, subject: impl Into<String>) -> Self {
        Self {
            issuer: Some("https://token.actions.githubusercontent.com".to_owned()),
            subject: Some(subject.into()),
            audiences: Some(vec![cloud.token_exchange_audience.clone()]),
            ..Self::default()
        }
    }

    /// With a name.
    #[must_use]
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }
}

/// The federated credentials of one application: twenty at most, changed one after the other.
#[derive(Debug, Clone)]
pub struct FederatedCredentials {
    client: GraphClient,
    application: ApplicationKey,
}

impl FederatedCredentials {
    pub(crate) fn new(client: GraphClient, application: ApplicationKey) -> Self {
        Self {
            client,
            application,
        }
    }

    /// Lists them.
    ///
    /// Request: `GET /applications/{id}/federatedIdentityCredentials`, operation `federatedCredentials.list`.
    /// Permission: `Application.Read.All`.
    /// Page: [application-list-federatedidentitycredentials](https://learn.microsoft.com/graph/api/application-list-federatedidentitycredentials).
    pub fn list(&self) -> Pages<FederatedCredential> {
        let request = Request::new("federatedCredentials.list", Method::Get, self.all());
        self.client.pages(ListQuery::default().apply(request))
    }

    /// Reads one by its name or id.
    ///
    /// Request: `GET /applications/{id}/federatedIdentityCredentials/{name}`, operation `federatedCredentials.get`.
    /// Permission: `Application.ReadWrite.All`, or `Application.ReadWrite.OwnedBy` for an application's own: more than to list them.
    /// Page: [federatedidentitycredential-get](https://learn.microsoft.com/graph/api/federatedidentitycredential-get).
    ///
    /// # Errors
    /// 404 `Request_ResourceNotFound`.
    pub async fn get(&self, name: &str) -> Result<FederatedCredential> {
        let request = self.one("federatedCredentials.get", Method::Get, name);
        self.client.read(request).await
    }

    /// Reads one by its name or id; `None` if there is none.
    ///
    /// Request and permission as [`get`](Self::get).
    ///
    /// # Errors
    /// Any but 404.
    pub async fn get_opt(&self, name: &str) -> Result<Option<FederatedCredential>> {
        let request = self.one("federatedCredentials.get", Method::Get, name);
        self.client.read_opt(request).await
    }

    /// Creates one.
    ///
    /// Request: `POST /applications/{id}/federatedIdentityCredentials`, operation `federatedCredentials.create`.
    /// Permission: `Application.ReadWrite.All`, or `Application.ReadWrite.OwnedBy` for an application's own.
    /// Page: [application-post-federatedidentitycredentials](https://learn.microsoft.com/graph/api/application-post-federatedidentitycredentials).
    ///
    /// # Errors
    /// 400 for more or less than one audience, a combination of issuer and subject that is there already, and the twenty-first.
    /// 409 for a name that is taken.
    pub async fn create(&self, credential: &FederatedCredential) -> Result<FederatedCredential> {
        let request = Request::new("federatedCredentials.create", Method::Post, self.all());
        self.client.read(request.json(credential)).await
    }

    /// Creates the one with this name or updates it. `credential.name` is left out of the body.
    ///
    /// Request: `PATCH /applications/{id}/federatedIdentityCredentials(name='{name}')`, operation `federatedCredentials.upsert`.
    /// Permission: as [`create`](Self::create).
    /// Page: [federatedidentitycredential-upsert](https://learn.microsoft.com/graph/api/federatedidentitycredential-upsert).
    ///
    /// # Errors
    /// As [`create`](Self::create).
    pub async fn upsert(
        &self,
        name: &str,
        credential: &FederatedCredential,
    ) -> Result<Upserted<FederatedCredential>> {
        let path = self
            .application
            .path()
            .fixed("/federatedIdentityCredentials")
            .key("name", name);
        let body = FederatedCredential {
            name: None,
            ..credential.clone()
        };
        let request = Request::new("federatedCredentials.upsert", Method::Patch, path);
        self.client.upsert(request.json(&body)).await
    }

    /// Changes the given properties of one, by its name or id; the name itself cannot change.
    ///
    /// Request: `PATCH /applications/{id}/federatedIdentityCredentials/{name}`, operation `federatedCredentials.update`.
    /// Permission: as [`create`](Self::create).
    /// Page: [federatedidentitycredential-update](https://learn.microsoft.com/graph/api/federatedidentitycredential-update).
    ///
    /// # Errors
    /// As [`create`](Self::create), and 404 `Request_ResourceNotFound`.
    pub async fn update(&self, name: &str, credential: &FederatedCredential) -> Result<()> {
        let request = self.one("federatedCredentials.update", Method::Patch, name);
        let request = request.json(credential).idempotent(true);
        self.client.write(request).await
    }

    /// Deletes one, by its name or id.
    ///
    /// Request: `DELETE /applications/{id}/federatedIdentityCredentials/{name}`, operation `federatedCredentials.delete`.
    /// Permission: as [`create`](Self::create).
    /// Page: [federatedidentitycredential-delete](https://learn.microsoft.com/graph/api/federatedidentitycredential-delete).
    ///
    /// # Errors
    /// 404 `Request_ResourceNotFound`.
    pub async fn delete(&self, name: &str) -> Result<()> {
        let request = self.one("federatedCredentials.delete", Method::Delete, name);
        self.client.write(request).await
    }

    fn all(&self) -> Path {
        self.application
            .path()
            .fixed("/federatedIdentityCredentials")
    }

    fn one(&self, operation: &'static str, method: Method, name: &str) -> Request {
        Request::new(operation, method, self.all().segment(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::GraphClientOptions;
    use rhc_core::{
        Cloud,
        testing::{FixedCredential, Reply, Script},
    };
    use serde_json::json;

    #[test]
    fn a_managed_identity_is_trusted_by_its_principal_id() {
        let tenant = "ed01df5d-6b39-45f8-82ae-36b88e5daae0".parse().unwrap();
        let principal = "a7d388c3-5e3f-4959-ac7d-786b3383006a".parse().unwrap();
        let credential =
            FederatedCredential::managed_identity(&Cloud::public(), tenant, principal).named("app");
        assert_eq!(
            json!(credential),
            json!({"name": "app", "issuer": "https://login.microsoftonline.com/ed01df5d-6b39-45f8-82ae-36b88e5daae0/v2.0",
                "subject": "a7d388c3-5e3f-4959-ac7d-786b3383006a", "audiences": ["api://AzureADTokenExchange"]})
        );
    }

    #[tokio::test(start_paused = true)]
    async fn the_upsert_names_it_in_the_path_only() {
        let script = Script::new([Reply::status(204)]);
        let options = GraphClientOptions {
            client: script.options(),
            ..GraphClientOptions::default()
        };
        let graph = GraphClient::new(FixedCredential::new(), Some(options)).unwrap();
        let credential = FederatedCredential::github(&Cloud::public(), "repo:o/r:environment:qa");
        let upserted = graph
            .applications()
            .federated_credentials("rhc-rollout")
            .upsert("pipeline", &credential.named("pipeline"))
            .await
            .unwrap();
        assert_eq!(upserted, Upserted::Updated);
        let seen = &script.seen()[0];
        assert_eq!(
            seen.url.path(),
            "/v1.0/applications(uniqueName='rhc-rollout')/federatedIdentityCredentials(name='pipeline')"
        );
        assert_eq!(seen.header("prefer"), Some("create-if-missing"));
        assert_eq!(seen.json()["name"], json!(null));
        assert_eq!(seen.json()["subject"], "repo:o/r:environment:qa");
    }
}
