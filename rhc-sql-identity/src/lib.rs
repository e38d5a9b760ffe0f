#![doc = include_str!("../README.md")]

mod credential;
#[cfg(feature = "fake")]
pub mod fake;
#[cfg(all(any(test, fuzzing), feature = "fake", feature = "tds"))]
#[doc(hidden)]
pub mod fuzzing;
mod grants;
mod servers;
mod session;
#[cfg(feature = "tds")]
mod tds;

pub use credential::{
    AssertionSource, Broken, Cause, CrossTenantCredential, CrossTenantCredentialOptions, Diagnosis,
    Link, ManagedIdentity, Seen, TokenClaims, TokenFile, WorkflowToken,
};
pub use grants::{
    CATALOGUE_QUERY, DatabasePermission, DatabaseRole, ENTRA_ONLY_QUERY, EffectiveRights, FactSeen,
    Grant, GrantPlan, Identifier, InvalidIdentifier, InvalidSid, LOGINS_QUERY, Observed,
    ObservedUser, PasswordFact, PasswordProof, PrincipalKind, Probe, Row, Sid, SidChange, SidTaken,
    Statement, TableName, UnknownRole, UnreadableRow, plan,
};
pub use rhc_core::{AppId, Error, ErrorKind, Result};
pub use servers::{
    AUDIT_GROUPS, AUDITING_NAME, AdministratorType, AuditingProperties, AuditingState,
    BackupRedundancy, ConnectionPolicy, ConnectionPolicyProperties, ConnectionState,
    ConnectionStatus, ConnectionType, CreateMode, DatabaseAuditing, DatabaseExtendedAuditing,
    EncryptionProtector, EncryptionProtectorProperties, EncryptionState, EntraAdministrator,
    EntraOnlyAuthentication, EntraOnlyAuthenticationProperties, FirewallRule,
    FirewallRuleProperties, InlineAdministrator, LongTermRetention, LongTermRetentionProperties,
    NameAvailability, NameUnavailable, NetworkAccess, PrincipalType, PrivateEndpointConnection,
    PrivateEndpointConnectionProperties, PrivateEndpointReference, RETENTION_NAME,
    RestorableDroppedDatabase, RestorableDroppedDatabaseProperties, ServerAdministrator,
    ServerAdministratorProperties, ServerAuditing, ServerConnection, ServerExtendedAuditing,
    ServerKey, ServerKeyProperties, ServerKeyType, ShortTermRetention,
    ShortTermRetentionProperties, SqlDatabase, SqlDatabaseProperties, SqlDatabaseScope, SqlServer,
    SqlServerProperties, SqlServerScope, SqlServers, TlsVersion, TransparentDataEncryption,
    TransparentDataEncryptionProperties,
};
pub use session::{
    Converged, Databases, Observation, SqlAddress, SqlError, SqlRetry, SqlSession,
    prove_no_passwords,
};
#[cfg(feature = "tds")]
pub use tds::{Dial, TcpDial, TdsDatabases, TdsOptions, Wire};

/// Gives the markers of all resource types of this crate to a macro: fuzzers and comparisons go through them.
#[doc(hidden)]
#[macro_export]
macro_rules! resource_types {
    ($each:ident) => {
        $each! {
            $crate::ConnectionPolicy,
            $crate::DatabaseAuditing,
            $crate::DatabaseExtendedAuditing,
            $crate::EncryptionProtector,
            $crate::EntraOnlyAuthentication,
            $crate::FirewallRule,
            $crate::LongTermRetention,
            $crate::PrivateEndpointConnection,
            $crate::RestorableDroppedDatabase,
            $crate::ServerAdministrator,
            $crate::ServerAuditing,
            $crate::ServerExtendedAuditing,
            $crate::ServerKey,
            $crate::ShortTermRetention,
            $crate::SqlDatabase,
            $crate::SqlServer,
            $crate::TransparentDataEncryption,
        }
    };
}
