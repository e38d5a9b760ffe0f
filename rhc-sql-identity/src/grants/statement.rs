//! The only statements that are ever sent to change a database.

use std::fmt;

use serde::{Serialize, Serializer};

use super::{Identifier, Sid};

/// A statement that changes who may do what: a closed set, flat, without variables.
///
/// `Display` is the T-SQL. Names and SIDs come in as [`Identifier`] and [`Sid`], so that nothing else can stand in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Statement {
    /// Makes a user of an Entra application, without asking Microsoft Graph and so without any right in the directory.
    CreateUser {
        /// Its name in the database.
        user: Identifier,
        /// The application's SID.
        sid: Sid,
    },
    /// Puts a user into a role.
    AddMember {
        /// The role.
        role: Identifier,
        /// The user.
        user: Identifier,
    },
    /// Takes a user out of a role.
    DropMember {
        /// The role.
        role: Identifier,
        /// The user.
        user: Identifier,
    },
    /// Removes a user.
    DropUser {
        /// The user.
        user: Identifier,
    },
}

impl fmt::Display for Statement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // TYPE = E: a user or an application; X would be a group.
            Self::CreateUser { user, sid } => write!(
                f,
                "CREATE USER {} WITH SID = {sid}, TYPE = E;",
                user.quoted()
            ),
            Self::AddMember { role, user } => write!(
                f,
                "ALTER ROLE {} ADD MEMBER {};",
                role.quoted(),
                user.quoted()
            ),
            Self::DropMember { role, user } => write!(
                f,
                "ALTER ROLE {} DROP MEMBER {};",
                role.quoted(),
                user.quoted()
            ),
            Self::DropUser { user } => write!(f, "DROP USER {};", user.quoted()),
        }
    }
}

impl Serialize for Statement {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_each() {
        let user = Identifier::new("a]b").unwrap();
        let role = Identifier::new("db_datareader").unwrap();
        let sid = Sid::of_application("83d59817-87fd-4a0f-a6b9-09c04d126368".parse().unwrap());
        let all = [
            Statement::CreateUser {
                user: user.clone(),
                sid,
            },
            Statement::AddMember {
                role: role.clone(),
                user: user.clone(),
            },
            Statement::DropMember {
                role,
                user: user.clone(),
            },
            Statement::DropUser { user },
        ];
        let texts: Vec<_> = all.iter().map(ToString::to_string).collect();
        assert_eq!(
            texts,
            [
                "CREATE USER [a]]b] WITH SID = 0x1798D583FD870F4AA6B909C04D126368, TYPE = E;",
                "ALTER ROLE [db_datareader] ADD MEMBER [a]]b];",
                "ALTER ROLE [db_datareader] DROP MEMBER [a]]b];",
                "DROP USER [a]]b];",
            ]
        );
        assert_eq!(serde_json::to_value(&all[3]).unwrap(), "DROP USER [a]]b];");
    }
}
