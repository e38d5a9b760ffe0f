//! What shows that no password is of use: four facts, each with what was seen.

use std::collections::BTreeSet;
use std::fmt;

use serde::Serialize;

use super::{Observed, Row};

/// Whether a server takes Entra's identities only, as the server itself says. Any user of it may ask.
///
/// Source: [`SERVERPROPERTY`](https://learn.microsoft.com/sql/t-sql/functions/serverproperty-transact-sql).
pub const ENTRA_ONLY_QUERY: &str =
    "SELECT CONVERT(int, SERVERPROPERTY('IsExternalAuthenticationOnly'));";

/// The logins of a server, to be asked in `master`. Others than the server's administrators see themselves only.
///
/// Source: [`sys.sql_logins`](https://learn.microsoft.com/sql/relational-databases/system-catalog-views/sys-sql-logins-transact-sql).
pub const LOGINS_QUERY: &str = "SELECT name FROM sys.sql_logins ORDER BY name;";

/// One of the facts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum PasswordFact {
    /// Resource Manager says that the server takes Entra's identities only.
    Switch,
    /// The server says so itself.
    Server,
    /// No user of this database has a password.
    Users(String),
    /// There is no login but the one that the service made with the server, whose password nobody has.
    Logins,
}

impl fmt::Display for PasswordFact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Switch => {
                f.write_str("Resource Manager says that only Entra's identities get in")
            }
            Self::Server => f.write_str("the server says that only Entra's identities get in"),
            Self::Users(database) => write!(f, "no user of {database} has a password"),
            Self::Logins => f.write_str("the only login is the one that the service made"),
        }
    }
}

/// What was seen of a fact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FactSeen {
    /// It holds.
    Holds,
    /// It does not; what was seen instead.
    Broken(String),
    /// Nobody could look; why.
    NotSeen(String),
}

/// The facts that show that no password is of use on a server.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct PasswordProof {
    /// Each fact with what was seen, in the order in which they were looked at.
    pub facts: Vec<(PasswordFact, FactSeen)>,
}

impl PasswordProof {
    /// Whether every fact was seen to hold.
    #[must_use]
    pub fn holds(&self) -> bool {
        !self.facts.is_empty() && self.facts.iter().all(|(_, seen)| *seen == FactSeen::Holds)
    }

    /// The facts that do not hold, with what was seen.
    pub fn broken(&self) -> impl Iterator<Item = (&PasswordFact, &str)> {
        self.facts.iter().filter_map(|(fact, seen)| match seen {
            FactSeen::Broken(what) => Some((fact, what.as_str())),
            FactSeen::Holds | FactSeen::NotSeen(_) => None,
        })
    }

    /// The facts at which nobody could look, with the reason.
    pub fn not_seen(&self) -> impl Iterator<Item = (&PasswordFact, &str)> {
        self.facts.iter().filter_map(|(fact, seen)| match seen {
            FactSeen::NotSeen(why) => Some((fact, why.as_str())),
            FactSeen::Holds | FactSeen::Broken(_) => None,
        })
    }

    pub(crate) fn add(&mut self, fact: PasswordFact, seen: FactSeen) {
        self.facts.push((fact, seen));
    }
}

impl fmt::Display for PasswordProof {
    /// A line for each fact.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (fact, seen) in &self.facts {
            match seen {
                FactSeen::Holds => writeln!(f, "holds     {fact}")?,
                FactSeen::Broken(what) => writeln!(f, "BROKEN    {fact}: {what}")?,
                FactSeen::NotSeen(why) => writeln!(f, "not seen  {fact}: {why}")?,
            }
        }
        Ok(())
    }
}

/// The answer to [`ENTRA_ONLY_QUERY`].
pub(crate) fn entra_only(rows: &[Row]) -> FactSeen {
    match rows {
        [row] => match row.as_slice() {
            [Some(one)] if one == "1" => FactSeen::Holds,
            [Some(other)] => FactSeen::Broken(format!("IsExternalAuthenticationOnly is {other}")),
            _ => FactSeen::NotSeen(
                "the server does not know IsExternalAuthenticationOnly".to_owned(),
            ),
        },
        _ => FactSeen::NotSeen(format!("{} rows came for one question", rows.len())),
    }
}

/// The users of a database, of whom none may have a password.
pub(crate) fn users(observed: &Observed) -> FactSeen {
    let with = observed.users.iter().filter(|user| user.has_password());
    let names: Vec<&str> = with.map(|user| user.name.as_str()).collect();
    if names.is_empty() {
        FactSeen::Holds
    } else {
        FactSeen::Broken(format!("users with a password: {}", names.join(", ")))
    }
}

/// The answer to [`LOGINS_QUERY`]: no login beside the one that came with the server, which cannot be told not to exist.
pub(crate) fn logins(rows: &[Row], of_service: Option<&str>) -> FactSeen {
    let Some(of_service) = of_service else {
        return FactSeen::NotSeen(
            "Resource Manager does not name the service's own login".to_owned(),
        );
    };
    let names: BTreeSet<&str> = rows
        .iter()
        .filter_map(|row| row.first()?.as_deref())
        .collect();
    if !names.contains(of_service) {
        // Whoever may not see it may not see others either.
        return FactSeen::NotSeen(format!(
            "the service's own login {of_service} is not shown, so that others may be hidden too (sign in as one of the server's administrators)"
        ));
    }
    let others: Vec<&str> = names
        .into_iter()
        .filter(|name| *name != of_service)
        .collect();
    if others.is_empty() {
        FactSeen::Holds
    } else {
        FactSeen::Broken(format!(
            "logins beside the service's own: {}",
            others.join(", ")
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(text: Option<&str>) -> Row {
        vec![text.map(str::to_owned)]
    }

    #[test]
    fn what_cannot_be_told_is_never_taken_to_hold() {
        assert_eq!(entra_only(&[row(Some("1"))]), FactSeen::Holds);
        assert!(matches!(entra_only(&[row(Some("0"))]), FactSeen::Broken(_)));
        for rows in [&[][..], &[row(None)], &[row(Some("1")), row(Some("1"))]] {
            assert!(matches!(entra_only(rows), FactSeen::NotSeen(_)), "{rows:?}");
        }
        let of = |rows: &[Row], own| logins(rows, own);
        let own = Some("CloudSA1");
        assert_eq!(of(&[row(own)], own), FactSeen::Holds);
        assert!(matches!(
            of(&[row(own), row(Some("b"))], own),
            FactSeen::Broken(_)
        ));
        assert!(matches!(of(&[row(Some("b"))], own), FactSeen::NotSeen(_)));
        assert!(matches!(of(&[], own), FactSeen::NotSeen(_)));
        assert!(matches!(of(&[row(own)], None), FactSeen::NotSeen(_)));
        assert!(!PasswordProof::default().holds(), "nothing was looked at");
    }
}
