//! The fixed roles of a database.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::Identifier;

/// A fixed role of a database: the closed list that SQL Server comes with.
///
/// Source: [database-level roles](https://learn.microsoft.com/sql/relational-databases/security/authentication-access/database-level-roles).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "&'static str")]
pub enum DatabaseRole {
    /// Reads every table and view.
    DataReader,
    /// Adds, changes and deletes rows of every table.
    DataWriter,
    /// Changes the schema.
    DdlAdmin,
    /// Does everything in the database.
    Owner,
    /// Changes role membership and permissions; can make itself owner.
    SecurityAdmin,
    /// Adds and removes users.
    AccessAdmin,
    /// Backs the database up; of no use on Azure SQL Database.
    BackupOperator,
    /// May read nothing, whatever else it may.
    DenyDataReader,
    /// May write nothing, whatever else it may.
    DenyDataWriter,
}

impl DatabaseRole {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::DataReader,
        Self::DataWriter,
        Self::DdlAdmin,
        Self::Owner,
        Self::SecurityAdmin,
        Self::AccessAdmin,
        Self::BackupOperator,
        Self::DenyDataReader,
        Self::DenyDataWriter,
    ];

    /// Its name in the database, for example `db_datareader`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::DataReader => "db_datareader",
            Self::DataWriter => "db_datawriter",
            Self::DdlAdmin => "db_ddladmin",
            Self::Owner => "db_owner",
            Self::SecurityAdmin => "db_securityadmin",
            Self::AccessAdmin => "db_accessadmin",
            Self::BackupOperator => "db_backupoperator",
            Self::DenyDataReader => "db_denydatareader",
            Self::DenyDataWriter => "db_denydatawriter",
        }
    }

    /// Its name as a part of a statement.
    pub(crate) fn identifier(self) -> Identifier {
        Identifier::fixed(self.name())
    }
}

impl fmt::Display for DatabaseRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl From<DatabaseRole> for &'static str {
    fn from(role: DatabaseRole) -> Self {
        role.name()
    }
}

/// A word that is none of the fixed roles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownRole(String);

impl fmt::Display for UnknownRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = DatabaseRole::ALL.iter().map(|role| role.name()).collect();
        write!(
            f,
            "`{}` is not a database role; the roles are {}",
            self.0,
            names.join(", ")
        )
    }
}

impl std::error::Error for UnknownRole {}

impl FromStr for DatabaseRole {
    type Err = UnknownRole;

    fn from_str(name: &str) -> Result<Self, UnknownRole> {
        Self::ALL
            .into_iter()
            .find(|role| role.name() == name)
            .ok_or_else(|| UnknownRole(name.to_owned()))
    }
}

impl TryFrom<String> for DatabaseRole {
    type Error = UnknownRole;

    fn try_from(name: String) -> Result<Self, UnknownRole> {
        name.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_comes_back() {
        for role in DatabaseRole::ALL {
            assert_eq!(role.name().parse(), Ok(role));
            let json = serde_json::to_string(&role).unwrap();
            assert_eq!(serde_json::from_str::<DatabaseRole>(&json).unwrap(), role);
            assert_eq!(Identifier::new(role.name()).unwrap(), role.identifier());
        }
    }

    #[test]
    fn an_unknown_role_is_answered_with_the_list() {
        for bad in ["db_reader", "", "DB_OWNER", "public"] {
            let error = bad.parse::<DatabaseRole>().unwrap_err().to_string();
            assert!(
                error.contains(&format!("`{bad}`")) && error.contains("db_denydatawriter"),
                "{error}"
            );
        }
    }
}
