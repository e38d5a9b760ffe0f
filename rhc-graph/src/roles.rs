//! Directory roles and who holds them.

use crate::{DirectoryObject, Filter, GraphClient, ListQuery};
use rhc_core::model;
use rhc_core::{Method, ObjectId, Pages, Path, Request};
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

/// The directory roles of this tenant.
///
/// Permission of all reads: `RoleManagement.Read.Directory`.
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
