//! `Microsoft.Sql/servers`: a logical server that knows Entra identities only.

use rhc_arm::{Resource, ResourceType, model, open_enum};
use rhc_core::{AppId, ObjectId, TenantId};
use uuid::Uuid;

/// A logical SQL server.
///
/// There is no way to give it a password: the property is not modelled, and one that is put into `rest` is left out of
/// what is sent. The properties are those of 2025-01-01, the newest stable version.
///
/// Role: SQL Server Contributor on the resource group (or Contributor); with `administrators` also the right to set them,
/// which the same role has at creation.
/// Source: [servers](https://learn.microsoft.com/rest/api/sql/servers).
#[derive(Debug, Clone)]
pub enum SqlServer {}

impl ResourceType for SqlServer {
    const TYPE: &'static str = "Microsoft.Sql/servers";
    const API_VERSION: &'static str = "2025-01-01";
    const READ_ONLY: &'static [&'static str] = &[
        "administratorLogin",
        "administratorLoginPassword",
        "externalGovernanceStatus",
        "fullyQualifiedDomainName",
        "privateEndpointConnections",
        "state",
        "workspaceFeature",
    ];
    type Properties = SqlServerProperties;
}

impl SqlServer {
    /// A server with this Entra administrator, no SQL logins, TLS 1.2 or newer and no public network access.
    ///
    /// ```
    /// use rhc_sql_identity::{EntraAdministrator, SqlServer};
    ///
    /// let administrators = EntraAdministrator::group(
    ///     "rhc-qa-sql-admins",
    ///     "5e90ef3b-9b42-4777-819b-25c36961ea4d".parse()?,
    ///     "72f988bf-86f1-41af-91ab-2d7cd011db47".parse()?,
    /// );
    /// let server = SqlServer::entra_only("eastus2", &administrators).tag("rhc-environment", "qa");
    /// assert_eq!(server.for_write()["properties"]["publicNetworkAccess"], "Disabled");
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn entra_only(
        location: impl Into<String>,
        administrator: &EntraAdministrator,
    ) -> Resource<Self> {
        Resource::new(SqlServerProperties {
            version: Some("12.0".to_owned()),
            minimal_tls_version: Some(TlsVersion::Tls12),
            public_network_access: Some(NetworkAccess::Disabled),
            administrators: Some(InlineAdministrator {
                administrator_type: Some(AdministratorType::ActiveDirectory),
                principal_type: Some(administrator.principal_type.clone()),
                login: Some(administrator.login.clone()),
                sid: Some(administrator.sid),
                tenant_id: Some(administrator.tenant),
                azure_ad_only_authentication: Some(true),
                ..InlineAdministrator::default()
            }),
            ..SqlServerProperties::default()
        })
        .at(location)
    }
}

/// Who administers a server: a group, which is recommended, a user or an application of the server's tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntraAdministrator {
    pub(super) principal_type: PrincipalType,
    pub(super) login: String,
    pub(super) sid: Uuid,
    pub(super) tenant: TenantId,
}

impl EntraAdministrator {
    /// A group, by its object id.
    pub fn group(name: impl Into<String>, id: ObjectId, tenant: TenantId) -> Self {
        Self::of(PrincipalType::Group, name, *id.as_uuid(), tenant)
    }

    /// A user, by his object id; the name is his user principal name.
    pub fn user(name: impl Into<String>, id: ObjectId, tenant: TenantId) -> Self {
        Self::of(PrincipalType::User, name, *id.as_uuid(), tenant)
    }

    /// An application or a managed identity, by its application (client) id: the schema says "object ID", and
    /// means that for users and groups only.
    pub fn application(name: impl Into<String>, id: AppId, tenant: TenantId) -> Self {
        Self::of(PrincipalType::Application, name, *id.as_uuid(), tenant)
    }

    fn of(
        principal_type: PrincipalType,
        login: impl Into<String>,
        sid: Uuid,
        tenant: TenantId,
    ) -> Self {
        Self {
            principal_type,
            login: login.into(),
            sid,
            tenant,
        }
    }
}

model! {
    /// What a server has.
    SqlServerProperties {
        /// The version of the engine, always `12.0`.
        version: String,
        /// The oldest version of TLS that it takes.
        minimal_tls_version: TlsVersion,
        /// Whether it can be reached but by private endpoints.
        public_network_access: NetworkAccess,
        /// Whether it may reach out to what its outbound rules do not name.
        restrict_outbound_network_access: NetworkAccess,
        /// The Entra administrator, at creation only: afterwards [`ServerAdministrator`](super::ServerAdministrator)
        /// and [`EntraOnlyAuthentication`](super::EntraOnlyAuthentication) change him. A plain GET does not show it.
        administrators: InlineAdministrator,
        /// The identity that the server acts with, if it has several.
        primary_user_assigned_identity_id: String,
        /// The key that encrypts its databases, if it is not Microsoft's.
        key_id: String,
        /// For how many days a deleted server can be restored.
        retention_days: i64,
        /// Whether it can be reached by IPv6.
        #[serde(rename = "isIPv6Enabled")]
        is_ipv6_enabled: NetworkAccess,
        /// The name of the login that the service made, without a password that anybody knows. Only the service writes it.
        administrator_login: String,
        /// `Ready`. Only the service writes it.
        state: String,
        /// The name that clients connect to. Only the service writes it.
        fully_qualified_domain_name: String,
        /// The private endpoints that lead to it. Only the service writes it.
        private_endpoint_connections: Vec<ServerConnection>,
    }

    /// The Entra administrator as it is given when a server is made.
    InlineAdministrator {
        /// Always `ActiveDirectory`.
        administrator_type: AdministratorType,
        /// What kind of principal he is.
        principal_type: PrincipalType,
        /// His name.
        login: String,
        /// The object id of a user or group, the application (client) id of an application.
        sid: Uuid,
        /// His tenant, which is the server's.
        tenant_id: TenantId,
        /// Whether nobody can log in with a password.
        #[serde(rename = "azureADOnlyAuthentication")]
        azure_ad_only_authentication: bool,
    }

    /// A private endpoint as its server lists it.
    ServerConnection {
        /// The connection's id.
        id: String,
        /// What it has.
        properties: super::PrivateEndpointConnectionProperties,
    }
}

open_enum! {
    /// A version of TLS.
    TlsVersion {
        /// Any, unencrypted ones included.
        None = "None",
        /// 1.0.
        Tls10 = "1.0",
        /// 1.1.
        Tls11 = "1.1",
        /// 1.2.
        Tls12 = "1.2",
        /// 1.3.
        Tls13 = "1.3",
    }

    /// Whether a way of the network is open.
    NetworkAccess {
        /// Open.
        Enabled = "Enabled",
        /// Closed.
        Disabled = "Disabled",
        /// As a network security perimeter says.
        SecuredByPerimeter = "SecuredByPerimeter",
    }

    /// What kind of administrator.
    AdministratorType {
        /// Of Entra.
        ActiveDirectory = "ActiveDirectory",
    }

    /// What kind of principal.
    PrincipalType {
        /// A user.
        User = "User",
        /// A group.
        Group = "Group",
        /// An application or a managed identity.
        Application = "Application",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn group() -> EntraAdministrator {
        EntraAdministrator::group(
            "rhc-qa-sql-admins",
            "5e90ef3b-9b42-4777-819b-25c36961ea4d".parse().unwrap(),
            "72f988bf-86f1-41af-91ab-2d7cd011db47".parse().unwrap(),
        )
    }

    #[test]
    fn is_made_without_a_login() {
        assert_eq!(
            SqlServer::entra_only("eastus2", &group()).for_write(),
            json!({"location": "eastus2", "properties": {
                "version": "12.0", "minimalTlsVersion": "1.2", "publicNetworkAccess": "Disabled",
                "administrators": {"administratorType": "ActiveDirectory", "principalType": "Group", "login": "rhc-qa-sql-admins",
                    "sid": "5e90ef3b-9b42-4777-819b-25c36961ea4d", "tenantId": "72f988bf-86f1-41af-91ab-2d7cd011db47",
                    "azureADOnlyAuthentication": true}}})
        );
    }

    #[test]
    fn a_password_does_not_get_out_even_through_unknown_properties() {
        let mut server = SqlServer::entra_only("eastus2", &group());
        for name in ["administratorLogin", "administratorLoginPassword"] {
            server
                .properties
                .rest
                .insert(name.to_owned(), json!("hunter2"));
        }
        assert!(!server.for_write().to_string().contains("hunter2"));
    }

    #[test]
    fn an_application_administers_by_its_client_id() {
        let id: AppId = "83d59817-87fd-4a0f-a6b9-09c04d126368".parse().unwrap();
        let administrator = EntraAdministrator::application("rhc-rollout", id, group().tenant);
        assert_eq!(administrator.sid, *id.as_uuid());
        assert_eq!(administrator.principal_type, PrincipalType::Application);
    }

    #[test]
    fn what_was_read_is_written_back_without_what_the_service_writes() {
        let read = json!({"kind": "v12.0", "name": "s", "location": "eastus2", "properties": {
            "administratorLogin": "CloudSA0", "version": "12.0", "state": "Ready", "fullyQualifiedDomainName": "s.database.windows.net",
            "privateEndpointConnections": [], "minimalTlsVersion": "1.2", "publicNetworkAccess": "DISABLED",
            "restrictOutboundNetworkAccess": "Disabled", "externalGovernanceStatus": "Disabled", "brandNew": {"a": null}}});
        let server: Resource<SqlServer> = serde_json::from_value(read).unwrap();
        assert_eq!(
            server.for_write()["properties"],
            json!({"version": "12.0", "minimalTlsVersion": "1.2", "publicNetworkAccess": "Disabled",
                "restrictOutboundNetworkAccess": "Disabled", "brandNew": {"a": null}})
        );
    }
}
