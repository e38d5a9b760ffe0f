//! `Microsoft.Sql/servers/privateEndpointConnections`: who asks to come in by a private endpoint.

use rhc_arm::{ResourceType, model, open_enum};

/// A private endpoint that asks to lead to a server.
///
/// It is made with the endpoint, in the network's subscription; from the server's side it is approved or rejected.
///
/// Role: SQL Server Contributor (or Contributor), which have
/// `Microsoft.Sql/servers/privateEndpointConnectionsApproval/action` (unverified).
/// Source: [private endpoint connections](https://learn.microsoft.com/rest/api/sql/private-endpoint-connections).
#[derive(Debug, Clone)]
pub enum PrivateEndpointConnection {}

impl ResourceType for PrivateEndpointConnection {
    const TYPE: &'static str = "Microsoft.Sql/servers/privateEndpointConnections";
    const API_VERSION: &'static str = "2025-01-01";
    const READ_ONLY: &'static [&'static str] = &["groupIds"];
    type Properties = PrivateEndpointConnectionProperties;
}

model! {
    /// What a connection has.
    PrivateEndpointConnectionProperties {
        /// The endpoint.
        private_endpoint: PrivateEndpointReference,
        /// What it leads to: `sqlServer`. Only the service writes it.
        group_ids: Vec<String>,
        /// What was decided about it.
        private_link_service_connection_state: ConnectionState,
        /// `Ready`, `Approving` and so on. Only the service writes it.
        provisioning_state: String,
    }

    /// An endpoint by its id.
    PrivateEndpointReference {
        /// The id, which may be of another tenant.
        id: String,
    }

    /// What was decided about a connection.
    ConnectionState {
        /// The decision.
        status: ConnectionStatus,
        /// Why; required when it is written.
        description: String,
        /// Only the service writes it.
        actions_required: String,
    }
}

impl PrivateEndpointConnectionProperties {
    /// The decision.
    #[must_use]
    pub fn status(&self) -> Option<&ConnectionStatus> {
        self.private_link_service_connection_state
            .as_ref()?
            .status
            .as_ref()
    }
}

open_enum! {
    /// A decision about a connection.
    ConnectionStatus {
        /// None yet.
        Pending = "Pending",
        /// It may come in.
        Approved = "Approved",
        /// It may not.
        Rejected = "Rejected",
        /// The endpoint is gone.
        Disconnected = "Disconnected",
    }
}
