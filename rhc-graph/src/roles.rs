//! Directory roles and who holds them.

use crate::{DirectoryObject, Filter, GraphClient, ListQuery};
use rhc_core::model;
use rhc_core::{Method, ObjectId, Pages, Path, Request, Result};
use uuid::Uuid;

/// The role definition of Global Administrator, the same in each tenant.
///
/// Page: [permissions-reference](https://learn.microsoft.com/entra/identity/role-based-access-control/permissions-reference).
pub const GLOBAL_ADMINISTRATOR: Uuid = Uuid::from_u128(0x62e9_0394_69f5_4237_9190_0121_7714_5e10);

model! {
    /// A directory role, held by a principal.
    ///
    /// Page: [unifiedRoleAssignment](https://learn.microsoft.com/graph/api/resources/unifiedroleassignment).
    RoleAssignment {
        /// Its id.
        id: String,
        /// Who holds the role.
        principal_id: ObjectId,
        /// The role's definition.
        role_definition_id: Uuid,
        /// `/` for the whole directory, else an object in it.
        directory_scope_id: String,
        /// The holder, if the query expands it.
        principal: DirectoryObject,
    }
}

model! {
    /// A directory role.
    ///
    /// Page: [unifiedRoleDefinition](https://learn.microsoft.com/graph/api/resources/unifiedroledefinition).
    RoleDefinition {
        /// Its id; for a built-in role its template's.
        id: Uuid,
        /// Its name.
        display_name: String,
        /// What it allows.
        description: String,
        /// The template, the same in each tenant.
        template_id: Uuid,
        /// Whether Microsoft defined it.
        is_built_in: bool,
        /// Whether it can be given.
        is_enabled: bool,
    }
}

impl RoleAssignment {
    /// A role for the whole directory.
    pub fn whole_directory(principal: ObjectId, role: Uuid) -> Self {
        Self {
            principal_id: Some(principal),
            role_definition_id: Some(role),
            directory_scope_id: Some("/".to_owned()),
            ..Self::default()
        }
    }
}

/// The directory roles of this tenant: which there are, and who holds them.
#[derive(Debug, Clone)]
pub struct Roles {
    client: GraphClient,
}

impl Roles {
    pub(crate) fn new(client: GraphClient) -> Self {
        Self { client }
    }

    /// Lists who holds roles.
    ///
    /// Request: `GET /roleManagement/directory/roleAssignments`, operation `roles.assignments.list`.
    /// Permission: `RoleManagement.Read.Directory`.
    /// Page: [rbacapplication-list-roleassignments](https://learn.microsoft.com/graph/api/rbacapplication-list-roleassignments).
    pub fn assignments(&self, query: ListQuery) -> Pages<RoleAssignment> {
        self.client.pages(assignments(&query))
    }

    /// Lists who holds one role, each with his directory object.
    ///
    /// Request and permission as [`assignments`](Self::assignments).
    /// Page: as [`assignments`](Self::assignments).
    pub fn holders(&self, role: Uuid) -> Pages<RoleAssignment> {
        self.assignments(ListQuery {
            expand: Some("principal".to_owned()),
            ..ListQuery::filter(Filter::eq("roleDefinitionId", role.to_string()))
        })
    }

    /// Reads one assignment.
    ///
    /// Request: `GET /roleManagement/directory/roleAssignments/{id}`, operation `roles.assignments.get`.
    /// Permission: `RoleManagement.Read.Directory`.
    /// Page: [unifiedroleassignment-get](https://learn.microsoft.com/graph/api/unifiedroleassignment-get).
    ///
    /// # Errors
    /// 404 `Request_ResourceNotFound`.
    pub async fn assignment(&self, id: &str) -> Result<RoleAssignment> {
        let path = Path::new("/v1.0/roleManagement/directory/roleAssignments").segment(id);
        let request = Request::new("roles.assignments.get", Method::Get, path);
        self.client.read(request).await
    }

    /// Gives a role to a user, a role-assignable group or a service principal: [`RoleAssignment::whole_directory`].
    ///
    /// Request: `POST /roleManagement/directory/roleAssignments`, operation `roles.assignments.create`.
    /// Permission: `RoleManagement.ReadWrite.Directory`; a user also the role Privileged Role Administrator.
    /// Page: [rbacapplication-post-roleassignments](https://learn.microsoft.com/graph/api/rbacapplication-post-roleassignments).
    ///
    /// # Errors
    /// 400 `Request_BadRequest` "A conflicting object with one or more of the specified property values is present in the
    /// directory" where he holds it; 400 and 404 where principal or role is unknown, the principal perhaps not yet
    /// (unverified: which of both).
    pub async fn assign(&self, assignment: &RoleAssignment) -> Result<RoleAssignment> {
        let path = Path::new("/v1.0/roleManagement/directory/roleAssignments");
        let request = Request::new("roles.assignments.create", Method::Post, path);
        self.client.read(request.json(assignment)).await
    }

    /// Takes a role away.
    ///
    /// Request: `DELETE /roleManagement/directory/roleAssignments/{id}`, operation `roles.assignments.delete`.
    /// Permission: as [`assign`](Self::assign).
    /// Page: [unifiedroleassignment-delete](https://learn.microsoft.com/graph/api/unifiedroleassignment-delete).
    ///
    /// # Errors
    /// 404 `Request_ResourceNotFound`; 400 `Request_BadRequest` for the last Global Administrator (unverified: the code).
    pub async fn unassign(&self, id: &str) -> Result<()> {
        let path = Path::new("/v1.0/roleManagement/directory/roleAssignments").segment(id);
        let request = Request::new("roles.assignments.delete", Method::Delete, path);
        self.client.write(request).await
    }

    /// Reads one role.
    ///
    /// Request: `GET /roleManagement/directory/roleDefinitions/{id}`, operation `roles.definitions.get`.
    /// Permission: `RoleManagement.Read.Directory`.
    /// Page: [unifiedroledefinition-get](https://learn.microsoft.com/graph/api/unifiedroledefinition-get).
    ///
    /// # Errors
    /// 404 `Request_ResourceNotFound`.
    pub async fn definition(&self, id: Uuid) -> Result<RoleDefinition> {
        let path = Path::new("/v1.0/roleManagement/directory/roleDefinitions");
        let path = path.segment(id.to_string());
        let request = Request::new("roles.definitions.get", Method::Get, path);
        self.client.read(request).await
    }

    /// Lists the roles.
    ///
    /// Request: `GET /roleManagement/directory/roleDefinitions`, operation `roles.definitions.list`.
    /// Permission: `RoleManagement.Read.Directory`.
    /// Page: [rbacapplication-list-roledefinitions](https://learn.microsoft.com/graph/api/rbacapplication-list-roledefinitions).
    pub fn definitions(&self, query: ListQuery) -> Pages<RoleDefinition> {
        let path = Path::new("/v1.0/roleManagement/directory/roleDefinitions");
        let request = Request::new("roles.definitions.list", Method::Get, path);
        self.client.pages(query.apply(request))
    }
}

fn assignments(query: &ListQuery) -> Request {
    let path = Path::new("/v1.0/roleManagement/directory/roleAssignments");
    query.apply(Request::new("roles.assignments.list", Method::Get, path))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_holder_comes_with_its_object() {
        let assignment: RoleAssignment = serde_json::from_value(json!({
            "id": "lAPpYvVpN0KRkAEhdxReEMmO4KwRqtpKkUWt3wOYIz4-1", "principalId": "ace08ec9-aa11-4ada-9145-addf0398233e",
            "roleDefinitionId": "62e90394-69f5-4237-9190-012177145e10", "directoryScopeId": "/", "resourceScope": "/",
            "principal": {"@odata.type": "#microsoft.graph.user", "id": "ace08ec9-aa11-4ada-9145-addf0398233e", "userPrincipalName": "joeyc@contoso.com"}}))
        .unwrap();
        assert_eq!(assignment.role_definition_id, Some(GLOBAL_ADMINISTRATOR));
        let holder = assignment
            .principal
            .as_ref()
            .and_then(DirectoryObject::as_user)
            .unwrap();
        assert!(!holder.is_external());
    }

    #[test]
    fn the_filter_is_by_role() {
        let query = ListQuery {
            expand: Some("principal".to_owned()),
            ..ListQuery::filter(Filter::eq(
                "roleDefinitionId",
                GLOBAL_ADMINISTRATOR.to_string(),
            ))
        };
        assert_eq!(
            assignments(&query).path_and_query(),
            "/v1.0/roleManagement/directory/roleAssignments?$filter=roleDefinitionId%20eq%20%2762e90394-69f5-4237-9190-012177145e10%27&$expand=principal"
        );
    }
}
