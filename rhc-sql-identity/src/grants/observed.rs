//! The users of a database, as its catalogue has them.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::Sid;
use super::identifier::same_name;

/// The query that [`Observed`] is read with: one row for each user and role, in a fixed order.
///
/// Principals 0 to 4 (`public`, `dbo`, `guest`, `INFORMATION_SCHEMA`, `sys`) are in every database.
pub const CATALOGUE_QUERY: &str = "\
SELECT u.name, CONVERT(varchar(172), u.sid, 1), u.type, u.authentication_type, r.name
FROM sys.database_principals AS u
LEFT JOIN sys.database_role_members AS m ON m.member_principal_id = u.principal_id
LEFT JOIN sys.database_principals AS r ON r.principal_id = m.role_principal_id
WHERE u.type NOT IN ('R', 'A') AND u.principal_id > 4
ORDER BY u.name, r.name;";

/// What kind of principal a user is (`sys.database_principals.type`).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
#[non_exhaustive]
pub enum PrincipalKind {
    /// `E`: an Entra user or application.
    External,
    /// `X`: an Entra group.
    ExternalGroup,
    /// `S`: a user of SQL Server's own.
    Sql,
    /// Another letter.
    Other(String),
}

impl From<String> for PrincipalKind {
    fn from(letter: String) -> Self {
        // The catalogue pads its char columns.
        match letter.trim() {
            "E" => Self::External,
            "X" => Self::ExternalGroup,
            "S" => Self::Sql,
            other => Self::Other(other.to_owned()),
        }
    }
}

impl From<PrincipalKind> for String {
    fn from(kind: PrincipalKind) -> Self {
        match kind {
            PrincipalKind::External => "E".to_owned(),
            PrincipalKind::ExternalGroup => "X".to_owned(),
            PrincipalKind::Sql => "S".to_owned(),
            PrincipalKind::Other(letter) => letter,
        }
    }
}

/// A user of a database.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObservedUser {
    /// Its name.
    pub name: String,
    /// Its SID.
    pub sid: Option<Sid>,
    /// What it is.
    #[serde(rename = "type")]
    pub kind: PrincipalKind,
    /// `authentication_type`: 0 none, 1 a login of the server, 2 a password in the database, 3 Windows, 4 external.
    pub authentication: i64,
    /// The roles that it is in directly.
    pub roles: BTreeSet<String>,
}

impl ObservedUser {
    /// Whether it has a password in the database, which nothing here ever makes.
    #[must_use]
    pub fn has_password(&self) -> bool {
        self.kind == PrincipalKind::Sql && self.authentication == 2
    }
}

/// The users of a database, without those that every database has.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Observed {
    /// Ordered by name.
    pub users: Vec<ObservedUser>,
}

/// A row of [`CATALOGUE_QUERY`]'s answer, each column as text.
pub type Row = Vec<Option<String>>;

/// The catalogue answered with something else than was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnreadableRow(String);

impl fmt::Display for UnreadableRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a row of the catalogue cannot be read: {}", self.0)
    }
}

impl std::error::Error for UnreadableRow {}

impl Observed {
    /// Reads the answer to [`CATALOGUE_QUERY`].
    ///
    /// # Errors
    /// [`UnreadableRow`] if a row has not the five columns that were asked for.
    pub fn from_rows(rows: &[Row]) -> Result<Self, UnreadableRow> {
        let mut users: Vec<ObservedUser> = Vec::new();
        for row in rows {
            let [name, sid, kind, authentication, role] = row.as_slice() else {
                return Err(UnreadableRow(format!("it has {} columns", row.len())));
            };
            let missing = |column: &str| UnreadableRow(format!("{column} is NULL"));
            let name = name.as_deref().ok_or_else(|| missing("name"))?;
            if users.last().is_none_or(|last| last.name != name) {
                let sid = match sid {
                    Some(sid) => Some(
                        sid.parse()
                            .map_err(|error| UnreadableRow(format!("{error}")))?,
                    ),
                    None => None,
                };
                let authentication = authentication
                    .as_deref()
                    .ok_or_else(|| missing("authentication_type"))?;
                users.push(ObservedUser {
                    name: name.to_owned(),
                    sid,
                    kind: kind.clone().ok_or_else(|| missing("type"))?.into(),
                    authentication: authentication.trim().parse().map_err(|_| {
                        UnreadableRow(format!("authentication_type is `{authentication}`"))
                    })?,
                    roles: BTreeSet::new(),
                });
            }
            if let (Some(role), Some(user)) = (role, users.last_mut()) {
                user.roles.insert(role.clone());
            }
        }
        Ok(Self { users })
    }

    /// The user of this name, in any case.
    #[must_use]
    pub fn user(&self, name: &str) -> Option<&ObservedUser> {
        self.users.iter().find(|user| same_name(&user.name, name))
    }

    /// The user of this SID.
    #[must_use]
    pub fn holder(&self, sid: &Sid) -> Option<&ObservedUser> {
        self.users
            .iter()
            .find(|user| user.sid.as_ref() == Some(sid))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(columns: [Option<&str>; 5]) -> Row {
        columns.map(|column| column.map(str::to_owned)).to_vec()
    }

    #[test]
    fn rows_of_one_user_come_together() {
        let sid = "0x1798D583FD870F4AA6B909C04D126368";
        let rows = [
            row([
                Some("a"),
                Some(sid),
                Some("E "),
                Some("4"),
                Some("db_datareader"),
            ]),
            row([
                Some("a"),
                Some(sid),
                Some("E "),
                Some("4"),
                Some("db_datawriter"),
            ]),
            row([Some("b"), None, Some("S"), Some("2"), None]),
            row([Some("c"), None, Some("K"), Some("0"), None]),
        ];
        let observed = Observed::from_rows(&rows).unwrap();
        let names: Vec<_> = observed.users.iter().map(|user| &user.name).collect();
        assert_eq!(names, ["a", "b", "c"]);
        let a = observed.user("A").unwrap();
        assert_eq!(
            (a.kind.clone(), a.roles.len()),
            (PrincipalKind::External, 2)
        );
        assert_eq!(observed.holder(&sid.parse().unwrap()), Some(a));
        assert!(!a.has_password() && observed.users[1].has_password());
        assert_eq!(observed.users[2].kind, PrincipalKind::Other("K".to_owned()));
    }

    #[test]
    fn what_was_not_asked_for_is_refused() {
        for (bad, says) in [
            (vec![], "0 columns"),
            (
                row([None, None, Some("E"), Some("4"), None]),
                "name is NULL",
            ),
            (
                row([Some("a"), Some("7"), Some("E"), Some("4"), None]),
                "`7`",
            ),
            (
                row([Some("a"), None, Some("E"), Some("four"), None]),
                "`four`",
            ),
            (
                row([Some("a"), None, None, Some("4"), None]),
                "type is NULL",
            ),
        ] {
            let error = Observed::from_rows(&[bad]).unwrap_err().to_string();
            assert!(error.contains(says), "{error}");
        }
    }

    #[test]
    fn round_trips_as_json() {
        let rows = [row([
            Some("a"),
            Some("0xAB"),
            Some("X"),
            Some("4"),
            Some("r"),
        ])];
        let observed = Observed::from_rows(&rows).unwrap();
        let json = serde_json::to_value(&observed).unwrap();
        assert_eq!(json[0]["type"], "X");
        assert_eq!(serde_json::from_value::<Observed>(json).unwrap(), observed);
    }
}
