//! Role definitions.

use crate::{Error, ErrorKind, Resource, ResourceType, Resources, Result, model};

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

/// A role definition, named by a GUID: an extension of any scope.
///
/// Role: Reader reads it; it is not written here.
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
