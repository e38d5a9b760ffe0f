//! Consent: which delegated permissions an application may use on behalf of users.

use crate::{GraphClient, ListQuery};
use rhc_core::{Method, ObjectId, Pages, Path, Request, Result};
use rhc_core::{model, open_enum};

open_enum! {
    /// For whom a consent counts.
    ConsentType {
        /// All users of the tenant: an administrator's consent.
        AllPrincipals = "AllPrincipals",
        /// One user.
        Principal = "Principal",
    }
}

model! {
    /// Delegated permissions of one API that one application may use.
    ///
    /// There is one per application, API and user (or all of them).
    /// Page: [oAuth2PermissionGrant](https://learn.microsoft.com/graph/api/resources/oauth2permissiongrant).
    PermissionGrant {
        /// Its id; given by the service.
        id: String,
        /// The service principal of the application; never changed.
        client_id: ObjectId,
        /// For whom it counts; never changed.
        consent_type: ConsentType,
        /// The one user, where it is for one; never changed.
        principal_id: ObjectId,
        /// The service principal of the API; never changed.
        resource_id: ObjectId,
        /// The permissions' values, with spaces between them.
        scope: String,
    }
}

required! {
    PermissionGrant, "oauth2PermissionGrants" {
        grant_id = id: String,
    }
}

impl PermissionGrant {
    /// An administrator's consent for all users of the tenant.
    pub fn for_all(client: ObjectId, resource: ObjectId, scope: impl Into<String>) -> Self {
        Self {
            client_id: Some(client),
            consent_type: Some(ConsentType::AllPrincipals),
            resource_id: Some(resource),
            scope: Some(scope.into()),
            ..Self::default()
        }
    }
}

/// The consents of this tenant.
#[derive(Debug, Clone)]
pub struct PermissionGrants {
    client: GraphClient,
}

impl PermissionGrants {
    pub(crate) fn new(client: GraphClient) -> Self {
        Self { client }
    }

    /// Lists them.
    ///
    /// Request: `GET /oauth2PermissionGrants`, operation `oauth2PermissionGrants.list`.
    /// Permission: `Directory.Read.All`; `DelegatedPermissionGrant.ReadWrite.All` will do.
    /// Page: [oauth2permissiongrant-list](https://learn.microsoft.com/graph/api/oauth2permissiongrant-list).
    pub fn list(&self, query: ListQuery) -> Pages<PermissionGrant> {
        let request = Request::new("oauth2PermissionGrants.list", Method::Get, all());
        self.client.pages(query.apply(request))
    }

    /// Consents.
    ///
    /// Request: `POST /oauth2PermissionGrants`, operation `oauth2PermissionGrants.create`.
    /// Permission: `DelegatedPermissionGrant.ReadWrite.All`.
    /// Page: [oauth2permissiongrant-post](https://learn.microsoft.com/graph/api/oauth2permissiongrant-post).
    ///
    /// # Errors
    /// 409 `Request_MultipleObjectsWithSameKeyValue` where there is one for this application, API and user already:
    /// [`update`](Self::update) it.
    pub async fn create(&self, grant: &PermissionGrant) -> Result<PermissionGrant> {
        let request = Request::new("oauth2PermissionGrants.create", Method::Post, all());
        self.client.read(request.json(grant)).await
    }

    /// Changes the permissions, which is all that can be changed.
    ///
    /// Request: `PATCH /oauth2PermissionGrants/{id}`, operation `oauth2PermissionGrants.update`.
    /// Permission: as [`create`](Self::create).
    /// Page: [oauth2permissiongrant-update](https://learn.microsoft.com/graph/api/oauth2permissiongrant-update).
    ///
    /// # Errors
    /// 404 `Request_ResourceNotFound`.
    pub async fn update(&self, id: &str, scope: &str) -> Result<()> {
        let request = one("oauth2PermissionGrants.update", Method::Patch, id);
        let body = PermissionGrant {
            scope: Some(scope.to_owned()),
            ..PermissionGrant::default()
        };
        self.client
            .write(request.json(&body).idempotent(true))
            .await
    }

    /// Takes the consent back.
    ///
    /// Request: `DELETE /oauth2PermissionGrants/{id}`, operation `oauth2PermissionGrants.delete`.
    /// Permission: as [`create`](Self::create).
    /// Page: [oauth2permissiongrant-delete](https://learn.microsoft.com/graph/api/oauth2permissiongrant-delete).
    ///
    /// # Errors
    /// 404 `Request_ResourceNotFound`.
    pub async fn delete(&self, id: &str) -> Result<()> {
        let request = one("oauth2PermissionGrants.delete", Method::Delete, id);
        self.client.write(request).await
    }
}

fn all() -> Path {
    Path::new("/v1.0/oauth2PermissionGrants")
}

fn one(operation: &'static str, method: Method, id: &str) -> Request {
    Request::new(operation, method, all().segment(id))
}
