//! `Microsoft.Sql/servers/restorableDroppedDatabases`.

use rhc_arm::{ResourceType, model};

use super::BackupRedundancy;

/// A database that was dropped and can be had back, for as long as its short-term retention said. Its name is the database's name and
/// the moment that it was dropped: `hp2_db,133449566272230000`.
///
/// [`SqlDatabase::undropped`](super::SqlDatabase::undropped) makes one of it again. It is read, and cannot be written.
///
/// Role: SQL DB Contributor restores it; Reader reads it.
/// Source: [restorable dropped databases](https://learn.microsoft.com/rest/api/sql/restorable-dropped-databases).
#[derive(Debug, Clone)]
pub enum RestorableDroppedDatabase {}

impl ResourceType for RestorableDroppedDatabase {
    const TYPE: &'static str = "Microsoft.Sql/servers/restorableDroppedDatabases";
    const API_VERSION: &'static str = "2025-01-01";
    const READ_ONLY: &'static [&'static str] = &[
        "databaseName",
        "maxSizeBytes",
        "creationDate",
        "deletionDate",
        "earliestRestoreDate",
        "backupStorageRedundancy",
    ];
    type Properties = RestorableDroppedDatabaseProperties;
}

model! {
    /// What is known of a dropped database. Only the service writes it.
    RestorableDroppedDatabaseProperties {
        /// Its name.
        database_name: String,
        /// The most that it could hold.
        max_size_bytes: i64,
        /// When it was made.
        creation_date: String,
        /// When it was dropped.
        deletion_date: String,
        /// The earliest moment that it can be had back as of.
        earliest_restore_date: String,
        /// Where its backups are.
        backup_storage_redundancy: BackupRedundancy,
    }
}
