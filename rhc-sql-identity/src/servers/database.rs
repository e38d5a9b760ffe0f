//! `Microsoft.Sql/servers/databases`.

use rhc_arm::{Resource, ResourceId, ResourceType, Sku, model, open_enum};

use super::CreateMode;

/// A database. Of its SKU only the name is required.
///
/// The properties are those that a plain database has; what else there is stays in `rest`.
///
/// Role: SQL DB Contributor (or SQL Server Contributor).
/// Source: [databases](https://learn.microsoft.com/rest/api/sql/databases).
#[derive(Debug, Clone)]
pub enum SqlDatabase {}

impl SqlDatabase {
    /// The database that every server has, and on which the server's diagnostic settings stand.
    pub const MASTER: &'static str = "master";

    /// An empty Standard S0 database (10 DTU).
    pub fn standard_s0(location: impl Into<String>) -> Resource<Self> {
        Resource {
            sku: Self::dtu_sku("S0"),
            ..Resource::default()
        }
        .at(location)
    }

    /// A size of the DTU model by its service objective, such as `S0`; `None` for another model's.
    ///
    /// It is the form in which the service answers, so that what was sent and what is read are the same: `S0` comes
    /// back as `Standard` with capacity 10, and is then in `current_service_objective_name`.
    ///
    /// Source: [DTU limits](https://learn.microsoft.com/azure/azure-sql/database/resource-limits-dtu-single-databases).
    #[must_use]
    pub fn dtu_sku(objective: &str) -> Option<Sku> {
        let (tier, _, capacity) = DTU_SIZES
            .iter()
            .find(|(_, name, _)| name.eq_ignore_ascii_case(objective))?;
        Some(Sku {
            name: Some((*tier).to_owned()),
            tier: Some((*tier).to_owned()),
            capacity: Some(*capacity),
            ..Sku::default()
        })
    }
}

/// Tier, service objective, DTUs.
const DTU_SIZES: [(&str, &str, i64); 16] = [
    ("Basic", "Basic", 5),
    ("Standard", "S0", 10),
    ("Standard", "S1", 20),
    ("Standard", "S2", 50),
    ("Standard", "S3", 100),
    ("Standard", "S4", 200),
    ("Standard", "S6", 400),
    ("Standard", "S7", 800),
    ("Standard", "S9", 1600),
    ("Standard", "S12", 3000),
    ("Premium", "P1", 125),
    ("Premium", "P2", 250),
    ("Premium", "P4", 500),
    ("Premium", "P6", 1000),
    ("Premium", "P11", 1750),
    ("Premium", "P15", 4000),
];

impl ResourceType for SqlDatabase {
    const TYPE: &'static str = "Microsoft.Sql/servers/databases";
    const API_VERSION: &'static str = "2025-01-01";
    const READ_ONLY: &'static [&'static str] = &[
        "creationDate",
        "currentBackupStorageRedundancy",
        "currentServiceObjectiveName",
        "currentSku",
        "databaseId",
        "defaultSecondaryLocation",
        "earliestRestoreDate",
        "failoverGroupId",
        "isInfraEncryptionEnabled",
        "maxLogSizeBytes",
        "pausedDate",
        "requestedServiceObjectiveName",
        "resumedDate",
        "status",
    ];
    type Properties = SqlDatabaseProperties;
}

model! {
    /// What a database has.
    SqlDatabaseProperties {
        /// How it sorts and compares; it never changes.
        collation: String,
        /// How the catalogue sorts and compares; it never changes.
        catalog_collation: String,
        /// The most it can hold.
        max_size_bytes: i64,
        /// Whether its replicas stand in several zones.
        zone_redundant: bool,
        /// Where its backups shall be kept.
        requested_backup_storage_redundancy: BackupRedundancy,
        /// Whether a replica answers read-only connections.
        read_scale: String,
        /// Whether every table is a ledger; it never changes.
        is_ledger_on: bool,
        /// When Microsoft may work on it.
        maintenance_configuration_id: String,
        /// `Online`. Only the service writes it.
        status: String,
        /// Its id within SQL. Only the service writes it.
        database_id: String,
        /// When it was made. Only the service writes it.
        creation_date: String,
        /// What it runs as, `S0`. Only the service writes it.
        current_service_objective_name: String,
        /// What it is to run as. Only the service writes it.
        requested_service_objective_name: String,
        /// Where its backups are kept. Only the service writes it.
        current_backup_storage_redundancy: BackupRedundancy,
        /// The earliest moment that it can be restored to. Only the service writes it.
        earliest_restore_date: String,
        /// When it was paused. Only the service writes it.
        paused_date: String,
        /// When it was resumed. Only the service writes it.
        resumed_date: String,
        /// How it is made. It is sent, and not answered.
        create_mode: CreateMode,
        /// What it is made from. It is sent, and not answered.
        source_database_id: ResourceId,
        /// As of which moment of its source it is made. It is sent, and not answered.
        restore_point_in_time: String,
        /// When its source was dropped, where that is named by the id that it had. It is sent, and not answered.
        source_database_deletion_date: String,
    }
}

open_enum! {
    /// Where backups are kept.
    BackupRedundancy {
        /// In one place.
        Local = "Local",
        /// In several zones of the region.
        Zone = "Zone",
        /// In the paired region too.
        Geo = "Geo",
        /// In several zones, and in the paired region.
        GeoZone = "GeoZone",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_size_is_sent_as_it_is_read() {
        assert_eq!(
            SqlDatabase::standard_s0("eastus2").for_write(),
            json!({"location": "eastus2", "sku": {"name": "Standard", "tier": "Standard", "capacity": 10}})
        );
        let premium = SqlDatabase::dtu_sku("p1").unwrap();
        assert_eq!(
            (premium.name.as_deref(), premium.capacity),
            (Some("Premium"), Some(125))
        );
        assert_eq!(SqlDatabase::dtu_sku("GP_Gen5_2"), None);
    }
}
