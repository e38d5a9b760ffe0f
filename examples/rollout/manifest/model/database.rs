//! The SQL server, its databases, its administrators and its audit.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The SQL server and what belongs to it. It knows Entra identities only; there is no login with a password.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Database {
    /// Key of the subscription, which belongs to the database tenant.
    pub subscription: String,
    /// Resource group.
    pub resource_group: String,
    /// Name of the server; its host name is `<name>.database.windows.net`.
    pub server: String,
    /// Lowest TLS version that the server accepts.
    pub minimal_tls: TlsVersion,
    /// Who administers the server.
    pub administrators: SqlAdministrators,
    /// The databases by name.
    pub databases: BTreeMap<String, SqlDatabase>,
    /// What is recorded of the server's use, and where.
    pub audit: SqlAudit,
}

/// A TLS version that is still considered safe.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum TlsVersion {
    /// TLS 1.2.
    #[serde(rename = "1.2")]
    V1_2,
    /// TLS 1.3.
    #[serde(rename = "1.3")]
    V1_3,
}

impl TlsVersion {
    /// As the SQL server writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::V1_2 => "1.2",
            Self::V1_3 => "1.3",
        }
    }
}

/// The Entra group that administers the server. Its members are one native administrator and the automation's service
/// principal; the apps' principals are never among them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SqlAdministrators {
    /// Name of the group, in the database tenant.
    pub group: String,
    /// Which native administrator of the database tenant runs the rollout there.
    pub native_administrator: String,
}

/// A database. It is created empty.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SqlDatabase {
    /// Service objective, such as `S0`.
    pub sku: String,
    /// Tier of the service objective, such as `Standard`.
    pub tier: String,
    /// Where backups are kept.
    pub backup_redundancy: BackupRedundancy,
}

/// Where a database's backups are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum BackupRedundancy {
    /// In one building.
    Local,
    /// In several buildings of the region.
    Zone,
    /// In a second region too.
    Geo,
    /// In several buildings, and in a second region too.
    GeoZone,
}

impl BackupRedundancy {
    /// As the service writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Local => "Local",
            Self::Zone => "Zone",
            Self::Geo => "Geo",
            Self::GeoZone => "GeoZone",
        }
    }
}

/// What is recorded of the server's use. The workspace stands in the database tenant: an audit cannot cross tenants.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SqlAudit {
    /// Name of the Log Analytics workspace, in the server's resource group.
    pub workspace: String,
    /// The groups of actions that are recorded.
    pub action_groups: Vec<String>,
}
