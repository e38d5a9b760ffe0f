//! Service principals: an application inside a tenant.

mod app_roles;

pub use app_roles::{AppRoleAssignment, AppRoleAssignments, HeldAppRoles};

use crate::{
    AppRole, Deltas, GraphClient, ListQuery, Memberships, Owners, PermissionScope,
    ServicePrincipalKey, Upserted,
};
use rhc_core::model;
use rhc_core::{AppId, Method, ObjectId, Pages, Path, Request, Result};

model! {
    /// An application inside a tenant: what roles are given to and what tokens are issued for.
    ///
    /// Page: [servicePrincipal](https://learn.microsoft.com/graph/api/resources/serviceprincipal).
    ServicePrincipal {
        /// Its id in this tenant; given by the service.
        id: ObjectId,
        /// The application; never changed.
        app_id: AppId,
        /// Its name, from the application.
        display_name: String,
        /// The application's name; given by the service.
        app_display_name: String,
        /// The tenant that the application is registered in; Microsoft's own for first-party ones. Given by the service.
        app_owner_organization_id: rhc_core::TenantId,
        /// `Application`, `ManagedIdentity`, `Legacy`, `SocialIdp`; given by the service.
        service_principal_type: String,
        /// Whether tokens are issued for it.
        account_enabled: bool,
        /// Whether only users and groups that are assigned may sign in to it.
        app_role_assignment_required: bool,
        /// The identifiers under which tokens for it are asked for.
        service_principal_names: Vec<String>,
        /// What a managed identity stands for: its Azure resource id is among these.
        alternative_names: Vec<String>,
        /// The roles that the application defines; given by the service.
        app_roles: Vec<AppRole>,
        /// The delegated permissions that the application defines; given by the service.
        oauth2_permission_scopes: Vec<PermissionScope>,
        /// Labels. This workspace marks what it owns here.
        tags: Vec<String>,
        /// Notes for administrators.
        notes: String,
        /// What it is for.
        description: String,
        /// Who may sign in, from the application; given by the service.
        sign_in_audience: crate::SignInAudience,
        /// When it was made; given by the service.
        created_date_time: String,
        /// When it was deleted; given by the service.
        deleted_date_time: String,
    }
}

required! {
    ServicePrincipal, "servicePrincipals" {
        object_id = id: ObjectId,
        client_id = app_id: AppId,
    }
}

/// The service principals of this tenant.
#[derive(Debug, Clone)]
pub struct ServicePrincipals {
    client: GraphClient,
}

impl ServicePrincipals {
    pub(crate) fn new(client: GraphClient) -> Self {
        Self { client }
    }

    /// Reads one.
    ///
    /// Request: `GET /servicePrincipals/{id}`, operation `servicePrincipals.get`.
    /// Permission: `Application.Read.All`.
    /// Page: [serviceprincipal-get](https://learn.microsoft.com/graph/api/serviceprincipal-get).
    ///
    /// # Errors
    /// 404 `Request_ResourceNotFound`, also for a while after creation.
    pub async fn get(&self, key: impl Into<ServicePrincipalKey>) -> Result<ServicePrincipal> {
        self.client.read(get(key.into())).await
    }

    /// Reads one; `None` if there is none.
    ///
    /// Request, permission and page as [`get`](Self::get).
    ///
    /// # Errors
    /// Any but 404.
    pub async fn get_opt(
        &self,
        key: impl Into<ServicePrincipalKey>,
    ) -> Result<Option<ServicePrincipal>> {
        self.client.read_opt(get(key.into())).await
    }

    /// Lists them, Microsoft's own included. New ones appear after a while.
    ///
    /// Request: `GET /servicePrincipals`, operation `servicePrincipals.list`.
    /// Permission: `Application.Read.All`.
    /// Page: [serviceprincipal-list](https://learn.microsoft.com/graph/api/serviceprincipal-list).
    pub fn list(&self, query: ListQuery) -> Pages<ServicePrincipal> {
        self.client
            .pages(query.apply(Request::new("servicePrincipals.list", Method::Get, all())))
    }

    /// Makes an application known in this tenant, its own or another's.
    ///
    /// Request: `POST /servicePrincipals`, operation `servicePrincipals.create`.
    /// Permission: `Application.ReadWrite.All`; `Application.ReadWrite.OwnedBy` is enough for an application of this
    /// tenant. For another tenant's application a user also needs the role Cloud Application Administrator.
    /// Page: [serviceprincipal-post-serviceprincipals](https://learn.microsoft.com/graph/api/serviceprincipal-post-serviceprincipals).
    ///
    /// # Errors
    /// 400 `NoBackingApplicationObject` where the application is not there, not yet replicated, or not
    /// [for multiple tenants](crate::SignInAudience::MultipleTenants): try again for some minutes after its creation.
    /// 403 with "the backing application … must in the local tenant" means the same, or that the permission is `OwnedBy`.
    /// 409 `Request_MultipleObjectsWithSameKeyValue` where it is known already: prefer [`upsert`](Self::upsert).
    pub async fn create(&self, principal: &ServicePrincipal) -> Result<ServicePrincipal> {
        self.client.read(create(principal)).await
    }

    /// Makes an application known in this tenant, or updates its service principal.
    ///
    /// Request: `PATCH /servicePrincipals(appId='{appId}')`, operation `servicePrincipals.upsert`.
    /// Permission: as [`create`](Self::create).
    /// Page: [serviceprincipal-upsert](https://learn.microsoft.com/graph/api/serviceprincipal-upsert).
    ///
    /// # Errors
    /// As [`create`](Self::create), but for 409.
    pub async fn upsert(
        &self,
        app_id: AppId,
        principal: &ServicePrincipal,
    ) -> Result<Upserted<ServicePrincipal>> {
        self.client.upsert(upsert(app_id, principal)).await
    }

    /// Changes the given properties; others stay.
    ///
    /// Request: `PATCH /servicePrincipals/{id}`, operation `servicePrincipals.update`.
    /// Permission: as [`create`](Self::create).
    /// Page: [serviceprincipal-update](https://learn.microsoft.com/graph/api/serviceprincipal-update).
    ///
    /// # Errors
    /// 404 `Request_ResourceNotFound`; 400 for a read-only property.
    pub async fn update(
        &self,
        key: impl Into<ServicePrincipalKey>,
        principal: &ServicePrincipal,
    ) -> Result<()> {
        let path = key.into().path();
        let request = Request::new("servicePrincipals.update", Method::Patch, path);
        self.client
            .write(request.json(principal).idempotent(true))
            .await
    }

    /// Deletes one: the application is no longer known in this tenant.
    ///
    /// Request: `DELETE /servicePrincipals/{id}`, operation `servicePrincipals.delete`.
    /// Permission: as [`create`](Self::create).
    /// Page: [serviceprincipal-delete](https://learn.microsoft.com/graph/api/serviceprincipal-delete).
    ///
    /// # Errors
    /// 404 `Request_ResourceNotFound`.
    pub async fn delete(&self, key: impl Into<ServicePrincipalKey>) -> Result<()> {
        let path = key.into().path();
        let request = Request::new("servicePrincipals.delete", Method::Delete, path);
        self.client.write(request).await
    }

    /// Who holds the roles that this one's application defines.
    pub fn app_role_assigned_to(&self, resource: ObjectId) -> AppRoleAssignments {
        AppRoleAssignments::new(self.client.clone(), resource)
    }

    /// The roles of other applications that one holds.
    pub fn app_roles_held(&self, principal: ObjectId) -> HeldAppRoles {
        HeldAppRoles::new(self.client.clone(), principal)
    }

    /// What changes among them.
    pub fn deltas(&self) -> Deltas<ServicePrincipal> {
        Deltas::of_service_principals(self.client.clone())
    }

    /// The owners of one.
    pub fn owners(&self, key: impl Into<ServicePrincipalKey>) -> Owners {
        Owners::of_service_principal(self.client.clone(), key.into().path())
    }

    /// The groups that one is in.
    pub fn memberships(&self, key: impl Into<ServicePrincipalKey>) -> Memberships {
        Memberships::of_service_principal(self.client.clone(), key.into().path())
    }

    /// Counts them, or those that the query's filter and search select.
    ///
    /// Request: `GET /servicePrincipals/$count`, operation `servicePrincipals.count`.
    /// Permission: as [`list`](Self::list).
    /// Page: [serviceprincipal-list](https://learn.microsoft.com/graph/api/serviceprincipal-list).
    ///
    /// # Errors
    /// 400 `Request_UnsupportedQuery` for a filter that cannot be counted.
    pub async fn count(&self, query: &ListQuery) -> Result<u64> {
        let path = all().fixed("/$count");
        let request = Request::new("servicePrincipals.count", Method::Get, path);
        self.client.count(query.apply_to_count(request)).await
    }
}

fn all() -> Path {
    Path::new("/v1.0/servicePrincipals")
}

fn get(key: ServicePrincipalKey) -> Request {
    Request::new("servicePrincipals.get", Method::Get, key.path())
}

fn create(principal: &ServicePrincipal) -> Request {
    Request::new("servicePrincipals.create", Method::Post, all()).json(principal)
}

fn upsert(app_id: AppId, principal: &ServicePrincipal) -> Request {
    let path = all().key("appId", app_id.to_string());
    Request::new("servicePrincipals.upsert", Method::Patch, path).json(principal)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn requests_are_as_the_pages_say() {
        let app: AppId = "2a2a53ed-e317-4935-adb6-85ddfc0bf06c".parse().unwrap();
        let principal = ServicePrincipal {
            app_id: Some(app),
            ..ServicePrincipal::default()
        };
        let request = create(&principal);
        let body: Value = serde_json::from_slice(request.body_bytes().unwrap()).unwrap();
        assert_eq!(
            body,
            json!({"appId": "2a2a53ed-e317-4935-adb6-85ddfc0bf06c"})
        );
        assert_eq!(request.path_and_query(), "/v1.0/servicePrincipals");
        let request = upsert(app, &ServicePrincipal::default());
        assert_eq!(request.method(), Method::Patch);
        assert_eq!(
            request.path_and_query(),
            "/v1.0/servicePrincipals(appId='2a2a53ed-e317-4935-adb6-85ddfc0bf06c')"
        );
    }
}
