//! How long a database's backups are kept: `backupShortTermRetentionPolicies` and `backupLongTermRetentionPolicies`.

use rhc_arm::{Resource, ResourceType, model};

/// The only name that any of these policies has.
pub const RETENTION_NAME: &str = "default";

/// How far back a database can be restored to a moment. There is one policy, called [`RETENTION_NAME`]; it comes with the database, and
/// has 7 days unless it is changed.
///
/// Codes worth matching: `InvalidBackupRetentionPeriod` (400) for less than 1 day or more than 35 (7 for Basic),
/// `InvalidDiffBackupIntervalHours` (400).
///
/// Role: SQL DB Contributor (or SQL Server Contributor).
/// Source: [short-term retention](https://learn.microsoft.com/rest/api/sql/backup-short-term-retention-policies).
#[derive(Debug, Clone)]
pub enum ShortTermRetention {}

impl ShortTermRetention {
    /// So many days.
    pub fn days(days: i64) -> Resource<Self> {
        Resource::new(ShortTermRetentionProperties {
            retention_days: Some(days),
            ..ShortTermRetentionProperties::default()
        })
    }
}

impl ResourceType for ShortTermRetention {
    const TYPE: &'static str = "Microsoft.Sql/servers/databases/backupShortTermRetentionPolicies";
    const API_VERSION: &'static str = "2025-01-01";
    type Properties = ShortTermRetentionProperties;
}

/// Which of a database's backups are kept for longer, and for how long. There is one policy, called [`RETENTION_NAME`]; it comes with
/// the database and keeps nothing.
///
/// Codes worth matching: `LongTermRetentionMissingWeekOfYear` (400) for a yearly backup of no week, `LongTermRetentionPolicyInvalid`
/// (400) for what is no duration.
///
/// Role: SQL DB Contributor (or SQL Server Contributor).
/// Source: [long-term retention](https://learn.microsoft.com/rest/api/sql/long-term-retention-policies).
#[derive(Debug, Clone)]
pub enum LongTermRetention {}

impl ResourceType for LongTermRetention {
    const TYPE: &'static str = "Microsoft.Sql/servers/databases/backupLongTermRetentionPolicies";
    const API_VERSION: &'static str = "2025-01-01";
    type Properties = LongTermRetentionProperties;
}

model! {
    /// What a short-term policy has.
    ShortTermRetentionProperties {
        /// For how many days, 1 to 35.
        retention_days: i64,
        /// How many hours lie between differential backups: 12 or 24.
        diff_backup_interval_in_hours: i64,
    }

    /// What a long-term policy has. Durations are of ISO 8601: `P12W`.
    LongTermRetentionProperties {
        /// How long a week's first backup is kept.
        weekly_retention: String,
        /// How long a month's first backup is kept.
        monthly_retention: String,
        /// How long a year's backup is kept.
        yearly_retention: String,
        /// The week whose backup is the year's, 1 to 52.
        week_of_year: i64,
    }
}
