//! What a session asks a database about itself: a closed set, of which nothing stays behind.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use rhc_core::{Error, ErrorKind, Result};
use serde::{Deserialize, Serialize};

use super::{DatabaseRole, Identifier, InvalidIdentifier, Row};

/// A permission on a database, as far as fixed roles and this crate's users are concerned.
///
/// Source: [permissions](https://learn.microsoft.com/sql/relational-databases/security/permissions-database-engine).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum DatabasePermission {
    /// Reads every table.
    Select,
    /// Adds rows.
    Insert,
    /// Changes rows.
    Update,
    /// Deletes rows.
    Delete,
    /// Makes tables.
    CreateTable,
    /// Makes, changes and drops users.
    AlterAnyUser,
    /// Makes, changes and drops roles.
    AlterAnyRole,
    /// Everything.
    Control,
}

impl DatabasePermission {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Select,
        Self::Insert,
        Self::Update,
        Self::Delete,
        Self::CreateTable,
        Self::AlterAnyUser,
        Self::AlterAnyRole,
        Self::Control,
    ];

    /// Its name in T-SQL.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Select => "SELECT",
            Self::Insert => "INSERT",
            Self::Update => "UPDATE",
            Self::Delete => "DELETE",
            Self::CreateTable => "CREATE TABLE",
            Self::AlterAnyUser => "ALTER ANY USER",
            Self::AlterAnyRole => "ALTER ANY ROLE",
            Self::Control => "CONTROL",
        }
    }

    /// What a role gives.
    ///
    /// Source: [database-level roles](https://learn.microsoft.com/sql/relational-databases/security/authentication-access/database-level-roles#permissions-of-fixed-database-roles).
    fn of(role: DatabaseRole) -> &'static [Self] {
        match role {
            DatabaseRole::DataReader => &[Self::Select],
            DatabaseRole::DataWriter => &[Self::Insert, Self::Update, Self::Delete],
            DatabaseRole::DdlAdmin => &[Self::CreateTable],
            DatabaseRole::Owner => &Self::ALL,
            DatabaseRole::SecurityAdmin => &[Self::AlterAnyRole],
            DatabaseRole::AccessAdmin => &[Self::AlterAnyUser],
            DatabaseRole::BackupOperator
            | DatabaseRole::DenyDataReader
            | DatabaseRole::DenyDataWriter => &[],
        }
    }

    /// What a role takes away, whatever else gives it.
    fn denied_by(role: DatabaseRole) -> &'static [Self] {
        match role {
            DatabaseRole::DenyDataReader => &[Self::Select],
            DatabaseRole::DenyDataWriter => &[Self::Insert, Self::Update, Self::Delete],
            _ => &[],
        }
    }

    /// What roles come to together.
    #[must_use]
    pub fn given_by(roles: &BTreeSet<DatabaseRole>) -> BTreeSet<Self> {
        let denied: BTreeSet<_> = roles
            .iter()
            .flat_map(|role| Self::denied_by(*role))
            .collect();
        let given = roles.iter().flat_map(|role| Self::of(*role));
        given.filter(|own| !denied.contains(own)).copied().collect()
    }
}

impl fmt::Display for DatabasePermission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A table by schema and name, written as `dbo.practice`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TableName {
    schema: Identifier,
    table: Identifier,
}

impl FromStr for TableName {
    type Err = InvalidIdentifier;

    /// A name without a schema is in `dbo`.
    fn from_str(name: &str) -> Result<Self, InvalidIdentifier> {
        let (schema, table) = name.split_once('.').unwrap_or(("dbo", name));
        Ok(Self {
            schema: Identifier::new(schema)?,
            table: Identifier::new(table)?,
        })
    }
}

impl TryFrom<String> for TableName {
    type Error = InvalidIdentifier;

    fn try_from(name: String) -> Result<Self, InvalidIdentifier> {
        name.parse()
    }
}

impl From<TableName> for String {
    fn from(name: TableName) -> Self {
        name.to_string()
    }
}

impl fmt::Display for TableName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.schema, self.table)
    }
}

impl TableName {
    fn quoted(&self) -> String {
        format!("{}.{}", self.schema.quoted(), self.table.quoted())
    }
}

/// What a session asks a database about itself. `Display` is the T-SQL. None of it leaves anything behind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Probe {
    /// In which fixed roles it is.
    Roles,
    /// Which permissions it has.
    Permissions,
    /// Whether it can make a table; one that was made is rolled back in the same batch.
    CreateTable,
    /// Whether it can read a table.
    Read(TableName),
    /// Whether it can delete rows of a table, by deleting none.
    Write(TableName),
}

/// What the table is called that nobody should be able to make.
const NOBODYS_TABLE: &str = "rhc_probe_of_rights";

impl fmt::Display for Probe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let select = |columns: Vec<String>| format!("SELECT {};", columns.join(", "));
        match self {
            Self::Roles => {
                let one = |role: &DatabaseRole| format!("IS_ROLEMEMBER('{role}')");
                f.write_str(&select(DatabaseRole::ALL.iter().map(one).collect()))
            }
            Self::Permissions => {
                let one = |own: &DatabasePermission| {
                    format!("HAS_PERMS_BY_NAME(DB_NAME(), 'DATABASE', '{own}')")
                };
                f.write_str(&select(DatabasePermission::ALL.iter().map(one).collect()))
            }
            Self::CreateTable => write!(
                f,
                "SET XACT_ABORT ON;\nBEGIN TRANSACTION;\nCREATE TABLE [dbo].[{NOBODYS_TABLE}] ([id] int NOT NULL);\n\
                 ROLLBACK TRANSACTION;"
            ),
            Self::Read(table) => write!(f, "SELECT TOP (1) 1 FROM {};", table.quoted()),
            Self::Write(table) => write!(f, "DELETE FROM {} WHERE 1 = 0;", table.quoted()),
        }
    }
}

/// What a session may do in its database, as the database says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct EffectiveRights {
    /// The fixed roles that it is in, through other roles too.
    pub roles: BTreeSet<DatabaseRole>,
    /// The permissions that it has.
    pub permissions: BTreeSet<DatabasePermission>,
}

impl EffectiveRights {
    /// What these roles and nothing beside them come to.
    #[must_use]
    pub fn of(roles: impl IntoIterator<Item = DatabaseRole>) -> Self {
        let roles: BTreeSet<_> = roles.into_iter().collect();
        let permissions = DatabasePermission::given_by(&roles);
        Self { roles, permissions }
    }

    /// Reads the answers to [`Probe::Roles`] and [`Probe::Permissions`].
    ///
    /// # Errors
    /// `Decode` if an answer is not one row of zeros and ones, one for each thing that was asked for: a NULL says that
    /// the database does not know it.
    pub fn from_rows(roles: &[Row], permissions: &[Row]) -> Result<Self> {
        Ok(Self {
            roles: held(&DatabaseRole::ALL, roles)?,
            permissions: held(&DatabasePermission::ALL, permissions)?,
        })
    }
}

fn held<T: Copy + Ord + fmt::Display>(asked: &[T], rows: &[Row]) -> Result<BTreeSet<T>> {
    let unreadable = |what: String| Error::new(ErrorKind::Decode, "sql.rights", what);
    let [row] = rows else {
        return Err(unreadable(format!(
            "{} rows came where one was asked for",
            rows.len()
        )));
    };
    if row.len() != asked.len() {
        let (wanted, came) = (asked.len(), row.len());
        return Err(unreadable(format!(
            "{came} columns came where {wanted} were asked for"
        )));
    }
    let mut held = BTreeSet::new();
    for (what, column) in asked.iter().zip(row) {
        match column.as_deref().map(str::trim) {
            Some("1") => {
                held.insert(*what);
            }
            Some("0") => {}
            other => {
                return Err(unreadable(format!(
                    "the database says {} of {what}",
                    other.unwrap_or("NULL")
                )));
            }
        }
    }
    Ok(held)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(columns: &[&str]) -> Vec<Row> {
        vec![columns.iter().map(|own| Some((*own).to_owned())).collect()]
    }

    #[test]
    fn text_of_each() {
        let table: TableName = "app.a]b".parse().unwrap();
        assert!(Probe::Roles.to_string().starts_with(
            "SELECT IS_ROLEMEMBER('db_datareader'), IS_ROLEMEMBER('db_datawriter'), "
        ));
        assert!(
            Probe::Permissions
                .to_string()
                .ends_with("HAS_PERMS_BY_NAME(DB_NAME(), 'DATABASE', 'CONTROL');")
        );
        assert!(
            Probe::CreateTable
                .to_string()
                .ends_with("ROLLBACK TRANSACTION;")
        );
        assert_eq!(
            Probe::Read(table.clone()).to_string(),
            "SELECT TOP (1) 1 FROM [app].[a]]b];"
        );
        assert_eq!(
            Probe::Write(table).to_string(),
            "DELETE FROM [app].[a]]b] WHERE 1 = 0;"
        );
        assert!(Identifier::new(NOBODYS_TABLE).is_ok());
    }

    #[test]
    fn a_table_without_a_schema_is_in_dbo_and_one_without_a_name_is_none() {
        assert_eq!(
            "practice".parse::<TableName>().unwrap().to_string(),
            "dbo.practice"
        );
        for bad in ["", ".practice", "dbo."] {
            assert!(bad.parse::<TableName>().is_err(), "{bad}");
        }
    }

    #[test]
    fn roles_add_up_and_a_denial_wins() {
        use DatabasePermission as P;
        use DatabaseRole as R;
        let of = |roles: &[R]| EffectiveRights::of(roles.iter().copied()).permissions;
        assert_eq!(of(&[R::DataReader]), [P::Select].into());
        assert_eq!(
            of(&[R::DataReader, R::DataWriter]),
            [P::Select, P::Insert, P::Update, P::Delete].into()
        );
        assert_eq!(of(&[R::DataReader, R::DenyDataReader]), [].into());
        assert_eq!(of(&[R::Owner]).len(), P::ALL.len());
    }

    #[test]
    fn an_answer_that_says_something_else_is_no_answer() {
        let roles = row(&["1", "0", "0", "0", "0", "0", "0", "0", "0"]);
        let permissions = row(&["1", "0", "0", "0", "0", "0", "0", "0"]);
        let rights = EffectiveRights::from_rows(&roles, &permissions).unwrap();
        assert_eq!(rights, EffectiveRights::of([DatabaseRole::DataReader]));
        let mut null = permissions.clone();
        null[0][3] = None;
        for (roles, permissions) in [
            (&roles, &null),
            (&roles, &roles),
            (&permissions, &permissions),
            (&vec![], &permissions),
            (
                &row(&["x", "0", "0", "0", "0", "0", "0", "0", "0"]),
                &permissions,
            ),
        ] {
            assert!(EffectiveRights::from_rows(roles, permissions).is_err());
        }
    }
}
