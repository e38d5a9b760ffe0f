//! What is asked of servers besides writing and reading them and their parts.

use rhc_arm::{
    Error, ErrorKind, Method, Operation, Request, Resource, ResourceId, ResourceType, Resources,
    Result, SubscriptionId, model, open_enum,
};
use serde_json::json;

use super::{
    ConnectionState, ConnectionStatus, EncryptionProtector, PrivateEndpointConnection, SqlServer,
    SqlServerScope, SqlServers,
};

model! {
    /// Whether a server can have a name.
    ///
    /// Source: [check name availability](https://learn.microsoft.com/rest/api/sql/servers/check-name-availability).
    NameAvailability {
        /// The name.
        name: String,
        /// Whether it is free.
        available: bool,
        /// Why not.
        reason: NameUnavailable,
        /// Why not, for a person.
        message: String,
    }
}

open_enum! {
    /// Why a server cannot have a name.
    NameUnavailable {
        /// It is none.
        Invalid = "Invalid",
        /// Another server has it, whoever's.
        AlreadyExists = "AlreadyExists",
    }
}

impl SqlServers {
    /// The servers of all groups of a subscription, to list them.
    #[must_use]
    pub fn in_subscription(&self, subscription: &SubscriptionId) -> Resources<SqlServer> {
        self.0.resources(ResourceId::of_subscription(subscription))
    }

    /// Says whether a server can have a name, which is the only one in all of Azure.
    ///
    /// Request: `POST …/providers/Microsoft.Sql/checkNameAvailability`, operation `sql_servers.check_name`.
    /// Permission: `Microsoft.Sql/checkNameAvailability/action` in the subscription, which the role SQL Server Contributor has (unverified).
    /// Page: [check-name-availability](https://learn.microsoft.com/rest/api/sql/servers/check-name-availability).
    ///
    /// # Errors
    /// [`is_not_found`](Error::is_not_found) (`SubscriptionNotFound`) where the credential sees no such subscription. That a name is
    /// taken is no error but the answer.
    pub async fn check_name(
        &self,
        subscription: &SubscriptionId,
        name: &str,
    ) -> Result<NameAvailability> {
        let path = ResourceId::of_subscription(subscription)
            .path()
            .fixed("/providers/Microsoft.Sql/checkNameAvailability");
        let request = Request::new("sql_servers.check_name", Method::Post, path)
            .query("api-version", SqlServer::API_VERSION)
            .json(&json!({ "name": name, "type": SqlServer::TYPE }))
            .idempotent(true);
        self.0.request(request).await?.json()
    }
}

impl SqlServerScope {
    /// Keeps a private endpoint out that asks to come in.
    ///
    /// Request: `GET …/privateEndpointConnections/{name}`, operation `private_endpoint_connections.reject`.
    /// Request: `PUT …/privateEndpointConnections/{name}`, operation `private_endpoint_connections.reject`.
    /// Permission: `Microsoft.Sql/servers/privateEndpointConnectionsApproval/action`, which the role SQL Server Contributor has (unverified).
    /// Page: [private-endpoint-connections/create-or-update](https://learn.microsoft.com/rest/api/sql/private-endpoint-connections/create-or-update).
    ///
    /// # Errors
    /// [`is_not_found`](Error::is_not_found) where nothing asks by this name; `PrivateEndpointConnectionStatusNotPending` where it is
    /// decided already. `InvalidInput` where the endpoint is gone (`Disconnected`).
    pub async fn begin_reject(
        &self,
        connection: &str,
        why: &str,
    ) -> Result<Operation<Resource<PrivateEndpointConnection>>> {
        self.decide(
            "sql_servers.reject",
            connection,
            ConnectionStatus::Rejected,
            why,
        )
        .await
    }

    /// Lets a server look anew whether it may use the key of its encryption protector.
    ///
    /// Request: `POST …/encryptionProtector/current/revalidate`, operation `encryption_protector.revalidate`.
    /// Permission: `Microsoft.Sql/servers/encryptionProtector/revalidate/action`, which the role SQL Security Manager has (unverified).
    /// Page: [encryption-protectors/revalidate](https://learn.microsoft.com/rest/api/sql/encryption-protectors/revalidate).
    ///
    /// # Errors
    /// [`is_not_found`](Error::is_not_found) where there is no such server.
    pub async fn revalidate_encryption_protector(&self) -> Result<()> {
        self.encryption_protector()
            .action(EncryptionProtector::NAME, "revalidate", None::<&()>)
            .await
    }

    /// Reads a connection, and writes the decision about it.
    pub(super) async fn decide(
        &self,
        operation: &'static str,
        connection: &str,
        decision: ConnectionStatus,
        why: &str,
    ) -> Result<Operation<Resource<PrivateEndpointConnection>>> {
        let connections = self.private_endpoint_connections();
        let mut asked = connections.get(connection).await?;
        if asked.properties.status() == Some(&ConnectionStatus::Disconnected) {
            return Err(Error::new(
                ErrorKind::InvalidInput,
                operation,
                format!("the private endpoint of `{connection}` is gone; make it anew"),
            ));
        }
        asked.properties.private_link_service_connection_state = Some(ConnectionState {
            status: Some(decision),
            description: Some(why.to_owned()),
            ..ConnectionState::default()
        });
        connections.begin_put(connection, &asked).await
    }
}
