//! Who holds the roles that an application defines.

use crate::{GraphClient, GroupKey, ListQuery, ServicePrincipalKey, UserKey};
use rhc_core::model;
use rhc_core::{Method, ObjectId, Pages, Path, Request, Result};
use uuid::Uuid;

model! {
    /// A role of an application, given to a principal.
    ///
    /// Page: [appRoleAssignment](https://learn.microsoft.com/graph/api/resources/approleassignment).
    AppRoleAssignment {
        /// Its id; given by the service.
        id: String,
        /// Who holds the role: a user, a group or a service principal.
        principal_id: ObjectId,
        /// The service principal whose application defines the role.
        resource_id: ObjectId,
        /// The role; all zeros for access without a role.
        app_role_id: Uuid,
        /// `User`, `Group` or `ServicePrincipal`; given by the service.
        principal_type: String,
        /// The holder's name; given by the service.
        principal_display_name: String,
        /// The application's name; given by the service.
        resource_display_name: String,
        /// When it was given; given by the service.
        created_date_time: String,
    }
}

/// Who holds the roles that one service principal's application defines.
#[derive(Debug, Clone)]
pub struct AppRoleAssignments {
    client: GraphClient,
    resource: ObjectId,
}

impl AppRoleAssignments {
    pub(crate) fn new(client: GraphClient, resource: ObjectId) -> Self {
        Self { client, resource }
    }

    /// Lists them.
    ///
    /// Request: `GET /servicePrincipals/{id}/appRoleAssignedTo`, operation `appRoleAssignedTo.list`.
    /// Permission: `Application.Read.All`.
    /// Page: [serviceprincipal-list-approleassignedto](https://learn.microsoft.com/graph/api/serviceprincipal-list-approleassignedto).
    pub fn list(&self, query: ListQuery) -> Pages<AppRoleAssignment> {
        let request = Request::new("appRoleAssignedTo.list", Method::Get, self.all());
        self.client.pages(query.apply(request))
    }

    /// Gives a role to a principal; the nil role is access without a role.
    ///
    /// Request: `POST /servicePrincipals/{id}/appRoleAssignedTo`, operation `appRoleAssignedTo.create`.
    /// Permission: `AppRoleAssignment.ReadWrite.All` and `Application.Read.All`.
    /// Page: [serviceprincipal-post-approleassignedto](https://learn.microsoft.com/graph/api/serviceprincipal-post-approleassignedto).
    ///
    /// # Errors
    /// 400 `Request_BadRequest` where it is given already ("Permission being assigned already exists on the object")
    /// and where the application has no such role.
    pub async fn create(&self, principal: ObjectId, role: Uuid) -> Result<AppRoleAssignment> {
        self.client.read(self.creating(principal, role)).await
    }

    /// Takes a role away.
    ///
    /// Request: `DELETE /servicePrincipals/{id}/appRoleAssignedTo/{id}`, operation `appRoleAssignedTo.delete`.
    /// Permission: `AppRoleAssignment.ReadWrite.All`.
    /// Page: [serviceprincipal-delete-approleassignedto](https://learn.microsoft.com/graph/api/serviceprincipal-delete-approleassignedto).
    ///
    /// # Errors
    /// 404 `Request_ResourceNotFound`.
    pub async fn delete(&self, id: &str) -> Result<()> {
        let path = self.all().segment(id);
        let request = Request::new("appRoleAssignedTo.delete", Method::Delete, path);
        self.client.write(request).await
    }

    fn creating(&self, principal: ObjectId, role: Uuid) -> Request {
        let body = AppRoleAssignment {
            principal_id: Some(principal),
            resource_id: Some(self.resource),
            app_role_id: Some(role),
            ..AppRoleAssignment::default()
        };
        Request::new("appRoleAssignedTo.create", Method::Post, self.all()).json(&body)
    }

    fn all(&self) -> Path {
        Path::new("/v1.0/servicePrincipals")
            .segment(self.resource.to_string())
            .fixed("/appRoleAssignedTo")
    }
}

/// The roles of other applications that a service principal, a group or a user holds. A service principal's are the
/// application permissions that an administrator consented to.
#[derive(Debug, Clone)]
pub struct HeldAppRoles {
    client: GraphClient,
    principal: ObjectId,
    all: Path,
    names: [&'static str; 3],
}

impl HeldAppRoles {
    pub(crate) fn new(client: GraphClient, principal: ObjectId) -> Self {
        let holder = ServicePrincipalKey::Id(principal).path();
        let names = [
            "appRoleAssignments.list",
            "appRoleAssignments.create",
            "appRoleAssignments.delete",
        ];
        Self::of(client, principal, holder, names)
    }

    pub(crate) fn of_group(client: GraphClient, group: ObjectId) -> Self {
        let names = [
            "groups.appRoleAssignments.list",
            "groups.appRoleAssignments.create",
            "groups.appRoleAssignments.delete",
        ];
        Self::of(client, group, GroupKey::Id(group).path(), names)
    }

    pub(crate) fn of_user(client: GraphClient, user: ObjectId) -> Self {
        let names = [
            "users.appRoleAssignments.list",
            "users.appRoleAssignments.create",
            "users.appRoleAssignments.delete",
        ];
        Self::of(client, user, UserKey::Id(user).path(), names)
    }

    fn of(
        client: GraphClient,
        principal: ObjectId,
        holder: Path,
        names: [&'static str; 3],
    ) -> Self {
        Self {
            client,
            principal,
            all: holder.fixed("/appRoleAssignments"),
            names,
        }
    }

    /// Lists them.
    ///
    /// Request: `GET /servicePrincipals/{id}/appRoleAssignments`, operation `appRoleAssignments.list`.
    /// Request: `GET /groups/{id}/appRoleAssignments`, operation `groups.appRoleAssignments.list`.
    /// Request: `GET /users/{id}/appRoleAssignments`, operation `users.appRoleAssignments.list`.
    /// Permission: `Application.Read.All`; of a group or a user `Directory.Read.All`.
    /// Pages: [serviceprincipal-list-approleassignments](https://learn.microsoft.com/graph/api/serviceprincipal-list-approleassignments),
    /// [group-list-approleassignments](https://learn.microsoft.com/graph/api/group-list-approleassignments),
    /// [user-list-approleassignments](https://learn.microsoft.com/graph/api/user-list-approleassignments).
    pub fn list(&self, query: ListQuery) -> Pages<AppRoleAssignment> {
        let [list, _, _] = self.names;
        let request = Request::new(list, Method::Get, self.all.clone());
        self.client.pages(query.apply(request))
    }

    /// Gives it a role that the application of `resource` (a service principal) defines.
    ///
    /// Request: `POST /servicePrincipals/{id}/appRoleAssignments`, operation `appRoleAssignments.create`.
    /// Request: `POST /groups/{id}/appRoleAssignments`, operation `groups.appRoleAssignments.create`.
    /// Request: `POST /users/{id}/appRoleAssignments`, operation `users.appRoleAssignments.create`.
    /// Permission: `AppRoleAssignment.ReadWrite.All` and `Application.Read.All`.
    /// Pages: [serviceprincipal-post-approleassignments](https://learn.microsoft.com/graph/api/serviceprincipal-post-approleassignments),
    /// [group-post-approleassignments](https://learn.microsoft.com/graph/api/group-post-approleassignments),
    /// [user-post-approleassignments](https://learn.microsoft.com/graph/api/user-post-approleassignments).
    ///
    /// # Errors
    /// As [`AppRoleAssignments::create`].
    pub async fn create(&self, resource: ObjectId, role: Uuid) -> Result<AppRoleAssignment> {
        let body = AppRoleAssignment {
            principal_id: Some(self.principal),
            resource_id: Some(resource),
            app_role_id: Some(role),
            ..AppRoleAssignment::default()
        };
        let [_, create, _] = self.names;
        let request = Request::new(create, Method::Post, self.all.clone());
        self.client.read(request.json(&body)).await
    }

    /// Takes a role away.
    ///
    /// Request: `DELETE /servicePrincipals/{id}/appRoleAssignments/{id}`, operation `appRoleAssignments.delete`.
    /// Request: `DELETE /groups/{id}/appRoleAssignments/{id}`, operation `groups.appRoleAssignments.delete`.
    /// Request: `DELETE /users/{id}/appRoleAssignments/{id}`, operation `users.appRoleAssignments.delete`.
    /// Permission: `AppRoleAssignment.ReadWrite.All`.
    /// Pages: [serviceprincipal-delete-approleassignments](https://learn.microsoft.com/graph/api/serviceprincipal-delete-approleassignments),
    /// [group-delete-approleassignments](https://learn.microsoft.com/graph/api/group-delete-approleassignments),
    /// [user-delete-approleassignments](https://learn.microsoft.com/graph/api/user-delete-approleassignments).
    ///
    /// # Errors
    /// 404 `Request_ResourceNotFound`.
    pub async fn delete(&self, id: &str) -> Result<()> {
        let [_, _, delete] = self.names;
        let path = self.all.clone().segment(id);
        self.client
            .write(Request::new(delete, Method::Delete, path))
            .await
    }
}
