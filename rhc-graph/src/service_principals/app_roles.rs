//! Who holds the roles that an application defines.

use crate::{GraphClient, ListQuery};
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
    /// Permission: `Application.Read.All`.
    /// Page: [serviceprincipal-list-approleassignedto](https://learn.microsoft.com/graph/api/serviceprincipal-list-approleassignedto).
    pub fn list(&self, query: ListQuery) -> Pages<AppRoleAssignment> {
        let request = Request::new("appRoleAssignedTo.list", Method::Get, self.all());
        self.client.pages(query.apply(request))
    }

    /// Gives a role to a principal; the nil role is access without a role.
    ///
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

/// The roles of other applications that one service principal holds: the application permissions that an administrator
/// consented to.
#[derive(Debug, Clone)]
pub struct HeldAppRoles {
    client: GraphClient,
    principal: ObjectId,
}

impl HeldAppRoles {
    pub(crate) fn new(client: GraphClient, principal: ObjectId) -> Self {
        Self { client, principal }
    }

    /// Lists them.
    ///
    /// Permission: `Application.Read.All`.
    /// Page: [serviceprincipal-list-approleassignments](https://learn.microsoft.com/graph/api/serviceprincipal-list-approleassignments).
    pub fn list(&self, query: ListQuery) -> Pages<AppRoleAssignment> {
        let request = Request::new("appRoleAssignments.list", Method::Get, self.all());
        self.client.pages(query.apply(request))
    }

    /// Gives it a role that the application of `resource` (a service principal) defines.
    ///
    /// Permission: `AppRoleAssignment.ReadWrite.All` and `Application.Read.All`.
    /// Page: [serviceprincipal-post-approleassignments](https://learn.microsoft.com/graph/api/serviceprincipal-post-approleassignments).
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
        let request = Request::new("appRoleAssignments.create", Method::Post, self.all());
        self.client.read(request.json(&body)).await
    }

    /// Takes a role away.
    ///
    /// Permission: `AppRoleAssignment.ReadWrite.All`.
    /// Page: [serviceprincipal-delete-approleassignments](https://learn.microsoft.com/graph/api/serviceprincipal-delete-approleassignments).
    ///
    /// # Errors
    /// 404 `Request_ResourceNotFound`.
    pub async fn delete(&self, id: &str) -> Result<()> {
        let path = self.all().segment(id);
        let request = Request::new("appRoleAssignments.delete", Method::Delete, path);
        self.client.write(request).await
    }

    fn all(&self) -> Path {
        Path::new("/v1.0/servicePrincipals")
            .segment(self.principal.to_string())
            .fixed("/appRoleAssignments")
    }
}
