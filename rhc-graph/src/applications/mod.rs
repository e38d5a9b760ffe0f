//! Application registrations.

mod federated;
mod key_credentials;
mod model;

pub use federated::{FederatedCredential, FederatedCredentials};
pub use key_credentials::{KeyCredential, KeyCredentials};
pub use model::{
    Api, AppRole, Application, ImplicitGrant, OptionalClaim, OptionalClaims, PasswordCredential,
    PermissionScope, PreAuthorizedApplication, PublicClient, RequiredResourceAccess,
    ResourceAccess, SignInAudience, Spa, Web,
};

use crate::{ApplicationKey, Deltas, GraphClient, ListQuery, Owners, Upserted};
use rhc_core::{Method, Pages, Path, Request, Result};
use uuid::Uuid;

/// The applications registered in this tenant.
///
/// Passwords are not offered: no method here makes a client secret. Use federated credentials.
#[derive(Debug, Clone)]
pub struct Applications {
    client: GraphClient,
}

impl Applications {
    pub(crate) fn new(client: GraphClient) -> Self {
        Self { client }
    }

    /// Reads one.
    ///
    /// Request: `GET /applications/{id}`, operation `applications.get`.
    /// Permission: `Application.Read.All`, or `Application.ReadWrite.OwnedBy` for an application's own.
    /// Page: [application-get](https://learn.microsoft.com/graph/api/application-get).
    ///
    /// # Errors
    /// 404 `Request_ResourceNotFound`, also for a while after creation: see [`get_opt`](Self::get_opt) and
    /// [`GraphClient::settled`].
    pub async fn get(&self, key: impl Into<ApplicationKey>) -> Result<Application> {
        self.client.read(get(&key.into())).await
    }

    /// Reads one; `None` if there is none, which a list of another tenant's applications cannot tell either.
    ///
    /// Request, permission and page as [`get`](Self::get).
    ///
    /// # Errors
    /// Any but 404.
    pub async fn get_opt(&self, key: impl Into<ApplicationKey>) -> Result<Option<Application>> {
        self.client.read_opt(get(&key.into())).await
    }

    /// Lists them. New ones appear after a while.
    ///
    /// Request: `GET /applications`, operation `applications.list`.
    /// Permission: `Application.Read.All`.
    /// Page: [application-list](https://learn.microsoft.com/graph/api/application-list).
    pub fn list(&self, query: ListQuery) -> Pages<Application> {
        self.client.pages(list(&query))
    }

    /// Creates one. A repeated call makes a second one: prefer [`upsert`](Self::upsert).
    ///
    /// Request: `POST /applications`, operation `applications.create`.
    /// Permission: `Application.ReadWrite.All`, or `Application.ReadWrite.OwnedBy` for an application.
    /// Page: [application-post-applications](https://learn.microsoft.com/graph/api/application-post-applications).
    ///
    /// # Errors
    /// 400 `Request_BadRequest` for a property that the service does not know; 403 where users may not register applications.
    pub async fn create(&self, application: &Application) -> Result<Application> {
        self.client.read(create(application)).await
    }

    /// Creates the one with this unique name or updates it. Needs `display_name` to create.
    ///
    /// Request: `PATCH /applications(uniqueName='{uniqueName}')`, operation `applications.upsert`.
    /// Permission: as [`create`](Self::create).
    /// Page: [application-upsert](https://learn.microsoft.com/graph/api/application-upsert).
    ///
    /// # Errors
    /// 409 `Request_MultipleObjectsWithSameKeyValue` where a deleted application still has the name
    /// (unverified: restore or purge it by [`DeletedItems`](crate::DeletedItems)).
    pub async fn upsert(
        &self,
        unique_name: &str,
        application: &Application,
    ) -> Result<Upserted<Application>> {
        self.client.upsert(upsert(unique_name, application)).await
    }

    /// Changes the given properties; others stay.
    ///
    /// Request: `PATCH /applications/{id}`, operation `applications.update`.
    /// Permission: as [`create`](Self::create).
    /// Page: [application-update](https://learn.microsoft.com/graph/api/application-update).
    ///
    /// # Errors
    /// 404 `Request_ResourceNotFound`; 400 for a read-only property.
    pub async fn update(
        &self,
        key: impl Into<ApplicationKey>,
        application: &Application,
    ) -> Result<()> {
        self.client.write(update(&key.into(), application)).await
    }

    /// Deletes one. It can be restored for thirty days, and its service principal goes with it in this tenant only.
    ///
    /// Request: `DELETE /applications/{id}`, operation `applications.delete`.
    /// Permission: as [`create`](Self::create).
    /// Page: [application-delete](https://learn.microsoft.com/graph/api/application-delete).
    ///
    /// # Errors
    /// 404 `Request_ResourceNotFound`.
    pub async fn delete(&self, key: impl Into<ApplicationKey>) -> Result<()> {
        self.client.write(delete(&key.into())).await
    }

    /// Removes a password that somebody gave it. There is no method that gives it one.
    ///
    /// Request: `POST /applications/{id}/removePassword`, operation `applications.removePassword`.
    /// Permission: as [`create`](Self::create).
    /// Page: [application-removepassword](https://learn.microsoft.com/graph/api/application-removepassword).
    ///
    /// # Errors
    /// 404 `Request_ResourceNotFound` without the application; 400 `Request_BadRequest` without that password (unverified).
    pub async fn remove_password(
        &self,
        key: impl Into<ApplicationKey>,
        password: Uuid,
    ) -> Result<()> {
        self.client
            .write(remove_password(&key.into(), password))
            .await
    }

    /// The federated credentials of one.
    pub fn federated_credentials(&self, key: impl Into<ApplicationKey>) -> FederatedCredentials {
        FederatedCredentials::new(self.client.clone(), key.into())
    }

    /// The certificates of one.
    pub fn key_credentials(&self, key: impl Into<ApplicationKey>) -> KeyCredentials {
        KeyCredentials::new(self.client.clone(), key.into())
    }

    /// What changes among them.
    pub fn deltas(&self) -> Deltas<Application> {
        Deltas::of_applications(self.client.clone())
    }

    /// The owners of one.
    pub fn owners(&self, key: impl Into<ApplicationKey>) -> Owners {
        Owners::of_application(self.client.clone(), key.into().path())
    }

    /// Counts them, or those that the query's filter and search select.
    ///
    /// Request: `GET /applications/$count`, operation `applications.count`.
    /// Permission: as [`list`](Self::list).
    /// Page: [application-list](https://learn.microsoft.com/graph/api/application-list).
    ///
    /// # Errors
    /// 400 `Request_UnsupportedQuery` for a filter that cannot be counted.
    pub async fn count(&self, query: &ListQuery) -> Result<u64> {
        let path = all().fixed("/$count");
        let request = Request::new("applications.count", Method::Get, path);
        self.client.count(query.apply_to_count(request)).await
    }
}

fn all() -> Path {
    Path::new("/v1.0/applications")
}

fn get(key: &ApplicationKey) -> Request {
    Request::new("applications.get", Method::Get, key.path())
}

fn list(query: &ListQuery) -> Request {
    query.apply(Request::new("applications.list", Method::Get, all()))
}

fn create(application: &Application) -> Request {
    Request::new("applications.create", Method::Post, all()).json(application)
}

fn upsert(unique_name: &str, application: &Application) -> Request {
    let path = all().key("uniqueName", unique_name);
    Request::new("applications.upsert", Method::Patch, path).json(application)
}

fn update(key: &ApplicationKey, application: &Application) -> Request {
    Request::new("applications.update", Method::Patch, key.path())
        .json(application)
        .idempotent(true)
}

fn remove_password(key: &ApplicationKey, password: Uuid) -> Request {
    let path = key.path().fixed("/removePassword");
    Request::new("applications.removePassword", Method::Post, path)
        .json(&serde_json::json!({ "keyId": password }))
}

fn delete(key: &ApplicationKey) -> Request {
    Request::new("applications.delete", Method::Delete, key.path())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rhc_core::AppId;
    use serde_json::{Value, json};

    fn body(request: &Request) -> Value {
        serde_json::from_slice(request.body_bytes().unwrap()).unwrap()
    }

    #[test]
    fn requests_are_as_the_pages_say() {
        let app: AppId = "2a2a53ed-e317-4935-adb6-85ddfc0bf06c".parse().unwrap();
        let request = get(&app.into());
        assert_eq!(
            request.path_and_query(),
            "/v1.0/applications(appId='2a2a53ed-e317-4935-adb6-85ddfc0bf06c')"
        );
        let application = Application {
            display_name: Some("qa-db-client".into()),
            sign_in_audience: Some(SignInAudience::MultipleTenants),
            ..Application::default()
        };
        let request = create(&application);
        assert_eq!(
            (request.method(), request.path_and_query().as_str()),
            (Method::Post, "/v1.0/applications")
        );
        assert_eq!(
            body(&request),
            json!({"displayName": "qa-db-client", "signInAudience": "AzureADMultipleOrgs"})
        );
        let request = upsert("rhc-hp2-qa-db", &application);
        assert_eq!(
            (request.method(), request.path_and_query().as_str()),
            (
                Method::Patch,
                "/v1.0/applications(uniqueName='rhc-hp2-qa-db')"
            )
        );
    }
}
