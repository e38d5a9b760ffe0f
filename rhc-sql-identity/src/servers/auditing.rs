//! `auditingSettings` and `extendedAuditingSettings` of servers and databases.

use rhc_arm::{Resource, ResourceType, model, open_enum};

/// What is recorded where nothing else is asked for: every batch, every login, and who may do what.
///
/// The first three are Microsoft's default; the others show a change of users and roles.
pub const AUDIT_GROUPS: [&str; 5] = [
    "BATCH_COMPLETED_GROUP",
    "SUCCESSFUL_DATABASE_AUTHENTICATION_GROUP",
    "FAILED_DATABASE_AUTHENTICATION_GROUP",
    "DATABASE_PRINCIPAL_CHANGE_GROUP",
    "DATABASE_ROLE_MEMBER_CHANGE_GROUP",
];

/// The only name that any of these settings has.
pub const AUDITING_NAME: &str = "default";

/// Of all auditing settings. The key is a secret that this crate has no place for.
const API_VERSION: &str = "2025-01-01";
const READ_ONLY: &[&str] = &["storageAccountAccessKey"];

/// What a server records.
///
/// Through Resource Manager this alone brings nothing to a workspace: a diagnostic setting with the category
/// `SQLSecurityAuditEvents` has to stand on the database, for a server on
/// [`SqlDatabase::MASTER`](super::SqlDatabase::MASTER). A storage key cannot be given: with a `storage_endpoint` the
/// server's managed identity is used.
///
/// Role: SQL Security Manager (or Contributor).
/// Source: [auditing](https://learn.microsoft.com/rest/api/sql/server-blob-auditing-policies).
#[derive(Debug, Clone)]
pub enum ServerAuditing {}

impl ResourceType for ServerAuditing {
    const TYPE: &'static str = "Microsoft.Sql/servers/auditingSettings";
    const API_VERSION: &'static str = API_VERSION;
    const READ_ONLY: &'static [&'static str] = READ_ONLY;
    type Properties = AuditingProperties;
}

/// What a server records, with a filter.
///
/// All else as [`ServerAuditing`].
/// Role: SQL Security Manager (or Contributor).
#[derive(Debug, Clone)]
pub enum ServerExtendedAuditing {}

impl ResourceType for ServerExtendedAuditing {
    const TYPE: &'static str = "Microsoft.Sql/servers/extendedAuditingSettings";
    const API_VERSION: &'static str = API_VERSION;
    const READ_ONLY: &'static [&'static str] = READ_ONLY;
    type Properties = AuditingProperties;
}

/// What a database records besides what its server does.
///
/// All else as [`ServerAuditing`].
/// Role: SQL Security Manager (or Contributor).
#[derive(Debug, Clone)]
pub enum DatabaseAuditing {}

impl ResourceType for DatabaseAuditing {
    const TYPE: &'static str = "Microsoft.Sql/servers/databases/auditingSettings";
    const API_VERSION: &'static str = API_VERSION;
    const READ_ONLY: &'static [&'static str] = READ_ONLY;
    type Properties = AuditingProperties;
}

/// What a database records besides what its server does, with a filter.
///
/// All else as [`ServerAuditing`].
/// Role: SQL Security Manager (or Contributor).
#[derive(Debug, Clone)]
pub enum DatabaseExtendedAuditing {}

impl ResourceType for DatabaseExtendedAuditing {
    const TYPE: &'static str = "Microsoft.Sql/servers/databases/extendedAuditingSettings";
    const API_VERSION: &'static str = API_VERSION;
    const READ_ONLY: &'static [&'static str] = READ_ONLY;
    type Properties = AuditingProperties;
}

macro_rules! to_azure_monitor {
    ($($name:ident),*) => {$(
        impl $name {
            /// Records [`AUDIT_GROUPS`] to Azure Monitor.
            pub fn to_azure_monitor() -> Resource<Self> {
                Resource::new(AuditingProperties::to_azure_monitor())
            }
        }
    )*};
}

to_azure_monitor!(
    ServerAuditing,
    ServerExtendedAuditing,
    DatabaseAuditing,
    DatabaseExtendedAuditing
);

model! {
    /// What auditing has.
    AuditingProperties {
        /// Whether it is on.
        state: AuditingState,
        /// Whether it goes to Azure Monitor, through diagnostic settings.
        is_azure_monitor_target_enabled: bool,
        /// What is recorded.
        audit_actions_and_groups: Vec<String>,
        /// For how many days a storage account keeps it; 0 is for ever.
        retention_days: i64,
        /// The storage account that it goes to.
        storage_endpoint: String,
        /// The storage account's subscription.
        storage_account_subscription_id: String,
        /// Whether the server's managed identity writes to the storage account.
        is_managed_identity_in_use: bool,
        /// Whether Microsoft's support operations are recorded.
        is_devops_audit_enabled: bool,
        /// How long in milliseconds events are held back at most.
        queue_delay_ms: i64,
        /// What is left out, as a condition. Extended settings only.
        predicate_expression: String,
    }
}

impl AuditingProperties {
    /// [`AUDIT_GROUPS`] to Azure Monitor.
    #[must_use]
    pub fn to_azure_monitor() -> Self {
        Self {
            state: Some(AuditingState::Enabled),
            is_azure_monitor_target_enabled: Some(true),
            audit_actions_and_groups: Some(AUDIT_GROUPS.map(str::to_owned).to_vec()),
            ..Self::default()
        }
    }
}

open_enum! {
    /// Whether auditing is on.
    AuditingState {
        /// On.
        Enabled = "Enabled",
        /// Off.
        Disabled = "Disabled",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_storage_key_does_not_get_out() {
        let mut auditing = ServerAuditing::to_azure_monitor();
        let rest = &mut auditing.properties.rest;
        rest.insert("storageAccountAccessKey".to_owned(), json!("hunter2"));
        let sent = auditing.for_write();
        assert_eq!(sent["properties"]["state"], "Enabled");
        assert!(!sent.to_string().contains("hunter2"));
    }
}
