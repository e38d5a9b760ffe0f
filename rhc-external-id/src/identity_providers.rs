//! The identity providers of a tenant: by which other services its users may sign in.

use crate::IdentityProvider;
use rhc_core::{Method, Pages, Path, Request, Result};
use rhc_graph::GraphClient;
use serde::Deserialize;

/// The identity providers of a tenant. A user flow offers those that are added to it:
/// [`FlowIdentityProviders`](crate::FlowIdentityProviders).
#[derive(Debug, Clone)]
pub struct IdentityProviders {
    graph: GraphClient,
}

#[derive(Deserialize)]
struct Types {
    value: Vec<String>,
}

impl IdentityProviders {
    /// Over a client of Microsoft Graph, whose credential is of the tenant and whose options it shares.
    pub fn new(graph: GraphClient) -> Self {
        Self { graph }
    }

    /// Lists them, the built-in ones included. Secrets come as asterisks.
    ///
    /// Request: `GET /identity/identityProviders`, operation `identityProviders.list`.
    /// Permission: `IdentityProvider.Read.All`.
    /// Page: [identitycontainer-list-identityproviders](https://learn.microsoft.com/graph/api/identitycontainer-list-identityproviders).
    pub fn list(&self) -> Pages<IdentityProvider> {
        self.graph
            .pages(Request::new("identityProviders.list", Method::Get, all()))
    }

    /// Reads one; `None` if there is none.
    ///
    /// Request: `GET /identity/identityProviders/{id}`, operation `identityProviders.get`.
    /// Permission: as [`list`](Self::list).
    /// Page: [identityproviderbase-get](https://learn.microsoft.com/graph/api/identityproviderbase-get).
    ///
    /// # Errors
    /// Any but 404.
    pub async fn get_opt(&self, id: &str) -> Result<Option<IdentityProvider>> {
        let request = Request::new("identityProviders.get", Method::Get, all().segment(id));
        match self.graph.send(request).await {
            Ok(answer) => answer.json().map(Some),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Configures one: [`IdentityProvider::social`] and others. There is one of each social service.
    ///
    /// Request: `POST /identity/identityProviders`, operation `identityProviders.create`.
    /// Permission: `IdentityProvider.ReadWrite.All`; a user also the role External Identity Provider Administrator.
    /// Page: [identitycontainer-post-identityproviders](https://learn.microsoft.com/graph/api/identitycontainer-post-identityproviders).
    ///
    /// # Errors
    /// 400 for a kind that the tenant cannot have, for one that it has, and without client id or secret (unverified: the
    /// codes).
    pub async fn create(&self, provider: &IdentityProvider) -> Result<IdentityProvider> {
        let request = Request::new("identityProviders.create", Method::Post, all());
        self.graph.send(request.json(provider)).await?.json()
    }

    /// Changes the given properties; others stay. What is sent must say its `@odata.type`.
    ///
    /// Request: `PATCH /identity/identityProviders/{id}`, operation `identityProviders.update`.
    /// Permission: as [`create`](Self::create).
    /// Page: [identityproviderbase-update](https://learn.microsoft.com/graph/api/identityproviderbase-update).
    ///
    /// # Errors
    /// 404; 400 for a built-in one.
    pub async fn update(&self, id: &str, provider: &IdentityProvider) -> Result<()> {
        let path = all().segment(id);
        let request = Request::new("identityProviders.update", Method::Patch, path)
            .json(provider)
            .idempotent(true);
        self.graph.send(request).await.map(drop)
    }

    /// Deletes one: nobody signs in by it any more.
    ///
    /// Request: `DELETE /identity/identityProviders/{id}`, operation `identityProviders.delete`.
    /// Permission: as [`create`](Self::create).
    /// Page: [identityproviderbase-delete](https://learn.microsoft.com/graph/api/identityproviderbase-delete).
    ///
    /// # Errors
    /// 404; 400 for a built-in one, and for one that a user flow offers (unverified).
    pub async fn delete(&self, id: &str) -> Result<()> {
        let request = Request::new(
            "identityProviders.delete",
            Method::Delete,
            all().segment(id),
        );
        self.graph.send(request).await.map(drop)
    }

    /// The kinds that the tenant can have, such as `Google`.
    ///
    /// Request: `GET /identity/identityProviders/availableProviderTypes`, operation `identityProviders.availableProviderTypes`.
    /// Permission: as [`list`](Self::list).
    /// Page: [identityproviderbase-availableprovidertypes](https://learn.microsoft.com/graph/api/identityproviderbase-availableprovidertypes).
    ///
    /// # Errors
    /// Any [`Error`](rhc_core::Error).
    pub async fn available_types(&self) -> Result<Vec<String>> {
        let path = all().fixed("/availableProviderTypes");
        let request = Request::new(
            "identityProviders.availableProviderTypes",
            Method::Get,
            path,
        );
        Ok(self.graph.send(request).await?.json::<Types>()?.value)
    }
}

fn all() -> Path {
    Path::new("/v1.0/identity/identityProviders")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_secret_is_sent_and_never_printed() {
        let google = IdentityProvider::social("Google", "client", "planted".to_owned().into());
        assert_eq!(
            json!(google),
            json!({"@odata.type": "#microsoft.graph.socialIdentityProvider", "displayName": "Google", "identityProviderType": "Google",
                "clientId": "client", "clientSecret": "planted"})
        );
        assert!(!format!("{google:?}").contains("planted"), "{google:?}");
        let apple: IdentityProvider =
            serde_json::from_value(json!({"certificateData": "planted", "keyId": "k"})).unwrap();
        assert!(!format!("{apple:?}").contains("planted"), "{apple:?}");
    }
}
