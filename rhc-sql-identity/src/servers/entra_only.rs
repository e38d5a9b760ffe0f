//! `Microsoft.Sql/servers/azureADOnlyAuthentications`: whether passwords are of any use on a server.

use rhc_arm::{Resource, ResourceType, model};

/// Whether nobody can log in to a server with a password. There is one, called [`NAME`](Self::NAME).
///
/// It needs an administrator (`InvalidServerAADOnlyAuthNoAADAdminPropertyName`). Logins and users with passwords stay
/// where they are and cannot connect.
///
/// Role: SQL Security Manager (or Contributor); SQL Server Contributor can set it at the server's creation only.
/// Source: [Entra-only authentication](https://learn.microsoft.com/rest/api/sql/server-azure-ad-only-authentications).
#[derive(Debug, Clone)]
pub enum EntraOnlyAuthentication {}

impl EntraOnlyAuthentication {
    /// The only name there is.
    pub const NAME: &'static str = "Default";

    /// Passwords are of no use.
    pub fn on() -> Resource<Self> {
        Resource::new(EntraOnlyAuthenticationProperties {
            azure_ad_only_authentication: Some(true),
            ..EntraOnlyAuthenticationProperties::default()
        })
    }
}

impl ResourceType for EntraOnlyAuthentication {
    const TYPE: &'static str = "Microsoft.Sql/servers/azureADOnlyAuthentications";
    const API_VERSION: &'static str = "2025-01-01";
    type Properties = EntraOnlyAuthenticationProperties;
}

model! {
    /// What the setting has.
    EntraOnlyAuthenticationProperties {
        /// Whether nobody can log in with a password.
        #[serde(rename = "azureADOnlyAuthentication")]
        azure_ad_only_authentication: bool,
    }
}
