//! `Microsoft.Sql/servers/connectionPolicies`.

use rhc_arm::{Resource, ResourceType, model, open_enum};

/// Whether a server's gateway sends clients on to the database or stays between. There is one, called
/// [`NAME`](Self::NAME).
///
/// `Redirect` needs ports 11000–11999 open to the outside, and through a private endpoint all ports from 1433 on.
///
/// Role: SQL Server Contributor (or Contributor).
/// Source: [connection policies](https://learn.microsoft.com/rest/api/sql/server-connection-policies).
#[derive(Debug, Clone)]
pub enum ConnectionPolicy {}

impl ConnectionPolicy {
    /// The only name there is.
    pub const NAME: &'static str = "default";

    /// This policy.
    pub fn of(connection_type: ConnectionType) -> Resource<Self> {
        Resource::new(ConnectionPolicyProperties {
            connection_type: Some(connection_type),
            ..ConnectionPolicyProperties::default()
        })
    }
}

impl ResourceType for ConnectionPolicy {
    const TYPE: &'static str = "Microsoft.Sql/servers/connectionPolicies";
    const API_VERSION: &'static str = "2025-01-01";
    type Properties = ConnectionPolicyProperties;
}

model! {
    /// What the policy has.
    ConnectionPolicyProperties {
        /// What the gateway does.
        connection_type: ConnectionType,
    }
}

open_enum! {
    /// What a server's gateway does.
    ConnectionType {
        /// Redirect from inside Azure, proxy from outside.
        Default = "Default",
        /// Sends clients on to the database.
        Redirect = "Redirect",
        /// Stays between.
        Proxy = "Proxy",
    }
}
