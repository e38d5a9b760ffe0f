//! The way from an ARM client to a server and its parts.

use rhc_arm::{ArmClient, Operation, Resource, ResourceId, ResourceType, Resources, Result};
use rhc_core::Error;

use super::{
    ConnectionPolicy, ConnectionStatus, DatabaseAuditing, DatabaseExtendedAuditing,
    EncryptionProtector, EntraOnlyAuthentication, FirewallRule, LongTermRetention,
    PrivateEndpointConnection, RestorableDroppedDatabase, ServerAdministrator, ServerAuditing,
    ServerExtendedAuditing, ServerKey, ShortTermRetention, SqlDatabase, SqlServer,
    TransparentDataEncryption,
};

/// SQL servers, by way of Resource Manager.
///
/// It holds nothing but the [`ArmClient`] that it is given; [`ArmClient::resources`] with the same types does as well.
///
/// ```no_run
/// # async fn example(arm: rhc_arm::ArmClient, group: rhc_arm::ResourceId, administrators: rhc_sql_identity::EntraAdministrator) -> rhc_core::Result<()> {
/// use rhc_sql_identity::{SqlDatabase, SqlServer, SqlServers};
///
/// let servers = SqlServers::new(arm);
/// let server = SqlServer::entra_only("eastus2", &administrators);
/// let server = servers.in_group(group).put("rhc-qa-sqlsvr", &server).await?;
/// let server = servers.server(server.require_id()?.clone());
/// server.databases().put("hp2_db", &SqlDatabase::standard_s0("eastus2")).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct SqlServers(pub(super) ArmClient);

impl SqlServers {
    /// By this client.
    #[must_use]
    pub fn new(arm: ArmClient) -> Self {
        Self(arm)
    }

    /// The servers of a resource group.
    #[must_use]
    pub fn in_group(&self, group: ResourceId) -> Resources<SqlServer> {
        self.0.resources(group)
    }

    /// One server, by its id.
    #[must_use]
    pub fn server(&self, id: ResourceId) -> SqlServerScope {
        SqlServerScope {
            arm: self.0.clone(),
            id,
        }
    }
}

/// One server.
#[derive(Debug, Clone)]
pub struct SqlServerScope {
    arm: ArmClient,
    id: ResourceId,
}

impl SqlServerScope {
    /// Its id.
    #[must_use]
    pub fn id(&self) -> &ResourceId {
        &self.id
    }

    /// The server itself, as it is now.
    pub(crate) async fn itself(&self) -> Result<Resource<SqlServer>> {
        let group = self.id.parent().ok_or_else(|| {
            Error::invalid(
                "sql.server",
                format!("`{}` stands in no resource group", self.id),
            )
        })?;
        self.arm.resources(group).get(self.id.name()).await
    }

    /// Its databases, `master` included.
    #[must_use]
    pub fn databases(&self) -> Resources<SqlDatabase> {
        self.part()
    }

    /// One database.
    #[must_use]
    pub fn database(&self, name: &str) -> SqlDatabaseScope {
        SqlDatabaseScope {
            arm: self.arm.clone(),
            id: self.id.clone().child("databases", name),
        }
    }

    /// Its Entra administrator.
    #[must_use]
    pub fn administrators(&self) -> Resources<ServerAdministrator> {
        self.part()
    }

    /// Whether passwords are of any use on it.
    #[must_use]
    pub fn entra_only(&self) -> Resources<EntraOnlyAuthentication> {
        self.part()
    }

    /// What it records.
    #[must_use]
    pub fn auditing(&self) -> Resources<ServerAuditing> {
        self.part()
    }

    /// What it records, with a filter.
    #[must_use]
    pub fn extended_auditing(&self) -> Resources<ServerExtendedAuditing> {
        self.part()
    }

    /// The key behind its encryption.
    #[must_use]
    pub fn encryption_protector(&self) -> Resources<EncryptionProtector> {
        self.part()
    }

    /// The keys that it may encrypt with.
    #[must_use]
    pub fn keys(&self) -> Resources<ServerKey> {
        self.part()
    }

    /// Its databases that were dropped and can be had back.
    #[must_use]
    pub fn restorable_dropped_databases(&self) -> Resources<RestorableDroppedDatabase> {
        self.part()
    }

    /// The addresses that it lets in.
    #[must_use]
    pub fn firewall_rules(&self) -> Resources<FirewallRule> {
        self.part()
    }

    /// What its gateway does.
    #[must_use]
    pub fn connection_policies(&self) -> Resources<ConnectionPolicy> {
        self.part()
    }

    /// The private endpoints that ask to lead to it.
    #[must_use]
    pub fn private_endpoint_connections(&self) -> Resources<PrivateEndpointConnection> {
        self.part()
    }

    /// Lets a private endpoint in that asks for it.
    ///
    /// Request: `GET …/servers/{name}/privateEndpointConnections/{connection}`, operation `private_endpoint_connections.approve`.
    /// Request: `PUT …/servers/{name}/privateEndpointConnections/{connection}`, operation `private_endpoint_connections.approve`.
    /// Permission: `Microsoft.Sql/servers/privateEndpointConnections/read`, `/write` and
    /// `Microsoft.Sql/servers/privateEndpointConnectionsApproval/action`; SQL Server Contributor has them (unverified).
    ///
    /// # Errors
    /// [`is_not_found`](rhc_arm::Error::is_not_found) where nothing asks by this name. `InvalidInput` where the endpoint is gone
    /// (`Disconnected`): it has to be made anew.
    pub async fn begin_approve(
        &self,
        connection: &str,
        why: &str,
    ) -> Result<Operation<Resource<PrivateEndpointConnection>>> {
        let approved = ConnectionStatus::Approved;
        self.decide("sql_servers.approve", connection, approved, why)
            .await
    }

    fn part<R: ResourceType>(&self) -> Resources<R> {
        self.arm.resources(self.id.clone())
    }
}

/// One database.
#[derive(Debug, Clone)]
pub struct SqlDatabaseScope {
    pub(super) arm: ArmClient,
    pub(super) id: ResourceId,
}

impl SqlDatabaseScope {
    /// Its id.
    #[must_use]
    pub fn id(&self) -> &ResourceId {
        &self.id
    }

    /// Whether it is encrypted at rest.
    #[must_use]
    pub fn encryption(&self) -> Resources<TransparentDataEncryption> {
        self.arm.resources(self.id.clone())
    }

    /// What it records besides what its server does.
    #[must_use]
    pub fn auditing(&self) -> Resources<DatabaseAuditing> {
        self.arm.resources(self.id.clone())
    }

    /// What it records besides what its server does, with a filter.
    #[must_use]
    pub fn extended_auditing(&self) -> Resources<DatabaseExtendedAuditing> {
        self.arm.resources(self.id.clone())
    }

    /// How far back it can be restored to a moment.
    #[must_use]
    pub fn short_term_retention(&self) -> Resources<ShortTermRetention> {
        self.arm.resources(self.id.clone())
    }

    /// Which of its backups are kept for longer.
    #[must_use]
    pub fn long_term_retention(&self) -> Resources<LongTermRetention> {
        self.arm.resources(self.id.clone())
    }
}
