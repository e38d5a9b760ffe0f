//! Azure SQL in Resource Manager: the server and what belongs to it, one file for each type of resource.

mod actions;
mod administrator;
mod auditing;
mod client;
mod connection_policy;
mod database;
mod database_actions;
mod dropped;
mod encryption;
mod entra_only;
mod firewall_rule;
mod origin;
mod private_endpoint;
mod retention;
mod server;
mod server_key;

pub use actions::{NameAvailability, NameUnavailable};
pub use administrator::{ServerAdministrator, ServerAdministratorProperties};
pub use auditing::{
    AUDIT_GROUPS, AUDITING_NAME, AuditingProperties, AuditingState, DatabaseAuditing,
    DatabaseExtendedAuditing, ServerAuditing, ServerExtendedAuditing,
};
pub use client::{SqlDatabaseScope, SqlServerScope, SqlServers};
pub use connection_policy::{ConnectionPolicy, ConnectionPolicyProperties, ConnectionType};
pub use database::{BackupRedundancy, SqlDatabase, SqlDatabaseProperties};
pub use dropped::{RestorableDroppedDatabase, RestorableDroppedDatabaseProperties};
pub use encryption::{
    EncryptionProtector, EncryptionProtectorProperties, EncryptionState, TransparentDataEncryption,
    TransparentDataEncryptionProperties,
};
pub use entra_only::{EntraOnlyAuthentication, EntraOnlyAuthenticationProperties};
pub use firewall_rule::{FirewallRule, FirewallRuleProperties};
pub use origin::CreateMode;
pub use private_endpoint::{
    ConnectionState, ConnectionStatus, PrivateEndpointConnection,
    PrivateEndpointConnectionProperties, PrivateEndpointReference,
};
pub use retention::{
    LongTermRetention, LongTermRetentionProperties, RETENTION_NAME, ShortTermRetention,
    ShortTermRetentionProperties,
};
pub use server::{
    AdministratorType, EntraAdministrator, InlineAdministrator, NetworkAccess, PrincipalType,
    ServerConnection, SqlServer, SqlServerProperties, TlsVersion,
};
pub use server_key::{ServerKey, ServerKeyProperties, ServerKeyType};
