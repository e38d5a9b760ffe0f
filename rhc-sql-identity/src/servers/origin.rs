//! What a database is made from: another one, an earlier moment of one, or one that was dropped.

use rhc_arm::{Resource, ResourceId, open_enum};

use super::{SqlDatabase, SqlDatabaseProperties};

open_enum! {
    /// How a database is made. It is sent, and not answered.
    ///
    /// Source: [create mode](https://learn.microsoft.com/rest/api/sql/databases/create-or-update#createmode).
    CreateMode {
        /// Empty.
        Default = "Default",
        /// As a copy of a database, as it is.
        Copy = "Copy",
        /// As a readable copy on another server that follows its source.
        Secondary = "Secondary",
        /// As [`Secondary`](Self::Secondary), by its older name.
        OnlineSecondary = "OnlineSecondary",
        /// As a database was at a moment.
        PointInTimeRestore = "PointInTimeRestore",
        /// As a dropped database was.
        Restore = "Restore",
        /// From a backup in another region.
        Recovery = "Recovery",
        /// From a backup that is kept for long.
        RestoreLongTermRetentionBackup = "RestoreLongTermRetentionBackup",
        /// From a backup that somebody else made.
        RestoreExternalBackup = "RestoreExternalBackup",
        /// From a backup that somebody else made, of a secondary.
        RestoreExternalBackupSecondary = "RestoreExternalBackupSecondary",
    }
}

impl SqlDatabase {
    /// A new database as another one of the same server was at a moment, written as `2026-11-20T10:57:29Z`.
    ///
    /// It has the source's size unless it is given another. Codes worth matching when it is put: `InvalidPointInTime` (400) where the
    /// moment lies before the source's `earliest_restore_date` or is yet to come, `InvalidLiveDatabase` (400) where there is no such
    /// source, `RemoteDatabaseExists` (409, unverified) where the name is taken: nothing is restored over a database.
    pub fn as_of(
        location: impl Into<String>,
        source: ResourceId,
        moment: impl Into<String>,
    ) -> Resource<Self> {
        let mut made = made(location, CreateMode::PointInTimeRestore, source);
        made.properties.restore_point_in_time = Some(moment.into());
        made
    }

    /// A new database as a dropped one was when it was dropped; the source is the id of a
    /// [`RestorableDroppedDatabase`](super::RestorableDroppedDatabase).
    ///
    /// Code worth matching when it is put: `InvalidDroppedDatabase` (400) where nothing is kept of it.
    pub fn undropped(location: impl Into<String>, dropped: ResourceId) -> Resource<Self> {
        made(location, CreateMode::Restore, dropped)
    }

    /// A copy of a database as it is now, of any server.
    ///
    /// Code worth matching when it is put: `SourceDatabaseNotFound` (400).
    pub fn copy_of(location: impl Into<String>, source: ResourceId) -> Resource<Self> {
        made(location, CreateMode::Copy, source)
    }

    /// A readable copy on another server that follows its source. It has the source's name.
    ///
    /// Codes worth matching when it is put: `ReplicationSourceAndTargetMustHaveSameName` and
    /// `ReplicationSourceAndTargetMustBeInDifferentServers` (400).
    pub fn secondary_of(location: impl Into<String>, source: ResourceId) -> Resource<Self> {
        made(location, CreateMode::Secondary, source)
    }
}

fn made(
    location: impl Into<String>,
    mode: CreateMode,
    source: ResourceId,
) -> Resource<SqlDatabase> {
    Resource::new(SqlDatabaseProperties {
        create_mode: Some(mode),
        source_database_id: Some(source),
        ..SqlDatabaseProperties::default()
    })
    .at(location)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_restore_names_its_source_and_moment() {
        let source: ResourceId =
            "/subscriptions/00000000-0000-0000-0000-00000000005b/resourceGroups/g/providers/Microsoft.Sql/servers/s/databases/d"
                .parse()
                .unwrap();
        let sent = SqlDatabase::as_of("westeurope", source.clone(), "2023-11-20T10:57:29.000Z")
            .for_write();
        assert_eq!(
            sent,
            json!({"location": "westeurope", "properties": {
                "createMode": "PointInTimeRestore", "sourceDatabaseId": source.as_str(), "restorePointInTime": "2023-11-20T10:57:29.000Z"}})
        );
        let sent = SqlDatabase::secondary_of("westeurope", source).for_write();
        assert_eq!(sent["properties"]["createMode"], "Secondary");
    }
}
