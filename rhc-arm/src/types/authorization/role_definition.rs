//! Role definitions.

use crate::{Error, ErrorKind, Resource, ResourceId, ResourceType, Resources, Result, model};

model! {
    /// What a role is.
    RoleDefinitionProperties {
        /// Its name for people.
        role_name: String,
        /// What it is for.
        description: String,
        /// `BuiltInRole` or `CustomRole`.
        #[serde(rename = "type")]
        role_type: String,
        /// What it allows.
        permissions: Vec<Permission>,
        /// Where it can be assigned.
        assignable_scopes: Vec<String>,
    }

    /// What a role allows.
    Permission {
        /// Operations on resources.
        actions: Vec<String>,
        /// Less these.
        not_actions: Vec<String>,
        /// Operations on data.
        data_actions: Vec<String>,
        /// Less these.
        not_data_actions: Vec<String>,
    }
}

/// A role definition, named by a GUID: an extension of any scope. The list takes the filters `roleName eq '…'` and `type eq 'CustomRole'`.
///
/// Codes worth matching: `RoleDefinitionWithSameNameExists` (409), `RoleDefinitionHasAssignments` (400: it is still in use).
///
/// Role: Reader reads it; Owner and User Access Administrator of every assignable scope write one of their own.
/// Source: [role definitions](https://learn.microsoft.com/azure/templates/microsoft.authorization/roledefinitions).
#[derive(Debug, Clone)]
pub enum RoleDefinition {}

impl ResourceType for RoleDefinition {
    const TYPE: &'static str = "Microsoft.Authorization/roleDefinitions";
    const API_VERSION: &'static str = "2022-04-01";
    const READ_ONLY: &'static [&'static str] =
        &["createdOn", "updatedOn", "createdBy", "updatedBy"];
    const LONG_RUNNING: bool = false;
    type Properties = RoleDefinitionProperties;
}

impl RoleDefinition {
    /// A role of one's own: what it allows, and where it can be assigned.
    pub fn custom(
        name: impl Into<String>,
        permission: Permission,
        assignable_scopes: impl IntoIterator<Item = ResourceId>,
    ) -> Resource<Self> {
        let scopes = assignable_scopes.into_iter();
        Resource::new(RoleDefinitionProperties {
            role_name: Some(name.into()),
            role_type: Some("CustomRole".to_owned()),
            permissions: Some(vec![permission]),
            assignable_scopes: Some(scopes.map(|scope| scope.to_string()).collect()),
            ..RoleDefinitionProperties::default()
        })
    }
}

impl Resources<RoleDefinition> {
    /// Finds a role by its name for people, such as `AcrPull`.
    ///
    /// Request and permission as [`list`](Self::list).
    ///
    /// # Errors
    /// [`Decode`](ErrorKind::Decode) where several have the name, as custom roles may.
    pub async fn named(&self, role: &str) -> Result<Option<Resource<RoleDefinition>>> {
        let found = self
            .list_filtered(&format!("roleName eq '{}'", role.replace('\'', "''")))
            .collect_all()
            .await?;
        let mut found = found.into_iter();
        match (found.next(), found.next()) {
            (first, None) => Ok(first),
            (_, Some(_)) => Err(Error::new(
                ErrorKind::Decode,
                "resources.list",
                format!("several roles have the name `{role}`"),
            )),
        }
    }
}
