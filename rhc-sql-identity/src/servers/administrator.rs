//! `Microsoft.Sql/servers/administrators`: the one Entra administrator of a server.

use rhc_arm::{Resource, ResourceType, model};
use rhc_core::TenantId;
use uuid::Uuid;

use super::{AdministratorType, EntraAdministrator};

/// The Entra administrator of a server. There is one, called [`NAME`](Self::NAME); a group is recommended.
///
/// It cannot be removed while [`EntraOnlyAuthentication`](super::EntraOnlyAuthentication) is on
/// (`InvalidServerAzureADAdminDeleteOperation`).
///
/// Role: SQL Server Contributor.
/// Source: [server administrators](https://learn.microsoft.com/rest/api/sql/server-azure-ad-administrators).
#[derive(Debug, Clone)]
pub enum ServerAdministrator {}

impl ServerAdministrator {
    /// The only name there is.
    pub const NAME: &'static str = "ActiveDirectory";

    /// This administrator.
    pub fn of(administrator: &EntraAdministrator) -> Resource<Self> {
        Resource::new(ServerAdministratorProperties {
            administrator_type: Some(AdministratorType::ActiveDirectory),
            login: Some(administrator.login.clone()),
            sid: Some(administrator.sid),
            tenant_id: Some(administrator.tenant),
            ..ServerAdministratorProperties::default()
        })
    }
}

impl ResourceType for ServerAdministrator {
    const TYPE: &'static str = "Microsoft.Sql/servers/administrators";
    const API_VERSION: &'static str = "2025-01-01";
    const READ_ONLY: &'static [&'static str] = &["azureADOnlyAuthentication"];
    type Properties = ServerAdministratorProperties;
}

model! {
    /// What the administrator has.
    ServerAdministratorProperties {
        /// Always `ActiveDirectory`.
        administrator_type: AdministratorType,
        /// The name.
        login: String,
        /// The object id of a user or group, the application (client) id of an application.
        sid: Uuid,
        /// The tenant, which is the server's.
        tenant_id: TenantId,
        /// Whether nobody can log in with a password. Only the service writes it here.
        #[serde(rename = "azureADOnlyAuthentication")]
        azure_ad_only_authentication: bool,
    }
}
