//! The section `sql` of the World's state: the users of every database.

use std::collections::{BTreeMap, BTreeSet};

use rhc_core::fake::{Section, SectionProblem};
use serde::{Deserialize, Serialize};

use crate::grants::{DatabaseRole, Identifier, Row, Sid, folded, same_name};

/// What the SQL servers of the World remember. A database that is not named here has no users but `dbo`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SqlSection {
    /// Servers by name, in lower case.
    #[serde(default)]
    pub servers: BTreeMap<String, ServerCatalogue>,
}

/// The databases of a server.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServerCatalogue {
    /// Logins with a password that somebody made, beside the service's own.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub logins: BTreeSet<String>,
    /// Databases by name, in lower case.
    #[serde(default)]
    pub databases: BTreeMap<String, Catalogue>,
}

/// The users and roles of a database.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Catalogue {
    /// Users by name.
    #[serde(default)]
    pub users: BTreeMap<String, CatalogueUser>,
    /// Roles that somebody made, besides the fixed ones.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub custom_roles: BTreeSet<String>,
    /// Tables, as `schema.name`. What stands in them is not simulated.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub tables: BTreeSet<String>,
}

/// A user of a database.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CatalogueUser {
    /// The SID, as `0x` and hexadecimal digits.
    pub sid: Sid,
    /// `E`, `X`, `S` …
    #[serde(rename = "type")]
    pub kind: String,
    /// 4 for Entra, 2 for a password in the database (unverified: that 4 is what Azure shows).
    #[serde(default = "external")]
    pub authentication_type: u8,
    /// The roles that it is in.
    #[serde(default)]
    pub roles: BTreeSet<String>,
    /// Permissions on the database that it was granted without a role: `CREATE TABLE`. No catalogue of users shows them.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub permissions: BTreeSet<String>,
}

const fn external() -> u8 {
    4
}

impl Section for SqlSection {
    const NAME: &'static str = "sql";

    fn validate(&self) -> Result<(), SectionProblem> {
        for (server, catalogue) in &self.servers {
            for (database, catalogue) in &catalogue.databases {
                let at = format!("servers.{server}.databases.{database}");
                for name in [server, database] {
                    if *name != folded(name) {
                        return Err(SectionProblem::new(at, "names stand here in lower case"));
                    }
                }
                catalogue.validate(&at)?;
            }
        }
        Ok(())
    }
}

impl Catalogue {
    fn validate(&self, at: &str) -> Result<(), SectionProblem> {
        for (name, user) in &self.users {
            let at = format!("{at}.users.{name}");
            if let Err(error) = Identifier::new(name.clone()) {
                return Err(SectionProblem::new(at, error.to_string()));
            }
            let twin = self
                .users
                .keys()
                .find(|other| *other != name && same_name(other, name));
            if let Some(twin) = twin {
                let message = format!("`{twin}` is the same name to SQL Server");
                return Err(SectionProblem::new(at, message));
            }
            if let Some(role) = user.roles.iter().find(|role| self.role(role).is_none()) {
                return Err(SectionProblem::new(
                    format!("{at}.roles"),
                    format!(
                        "there is no role `{role}`: name a fixed one, or add it to custom_roles"
                    ),
                ));
            }
        }
        Ok(())
    }

    /// A role by its name in any case, as the database writes it.
    pub(super) fn role(&self, name: &str) -> Option<&str> {
        DatabaseRole::ALL
            .iter()
            .map(|role| role.name())
            .chain(self.custom_roles.iter().map(String::as_str))
            .find(|role| same_name(role, name))
    }

    /// A user by its name in any case, as the database writes it.
    pub(super) fn user(&self, name: &str) -> Option<(&str, &CatalogueUser)> {
        self.users
            .iter()
            .find(|(own, _)| same_name(own, name))
            .map(|(own, user)| (own.as_str(), user))
    }

    pub(super) fn user_mut(&mut self, name: &str) -> Option<&mut CatalogueUser> {
        self.users
            .iter_mut()
            .find(|(own, _)| same_name(own, name))
            .map(|(_, user)| user)
    }

    /// What [`CATALOGUE_QUERY`](crate::CATALOGUE_QUERY) answers, of the users that are `shown`.
    pub(super) fn rows(&self, shown: impl Fn(&str) -> bool) -> Vec<Row> {
        let mut users: Vec<_> = self.users.iter().filter(|(name, _)| shown(name)).collect();
        users.sort_by_key(|(name, _)| folded(name));
        let mut rows = Vec::new();
        for (name, user) in users {
            let row = |role: Option<&String>| {
                vec![
                    Some(name.clone()),
                    Some(user.sid.to_string()),
                    // The column is char(1), and some drivers pad it.
                    Some(user.kind.clone()),
                    Some(user.authentication_type.to_string()),
                    role.cloned(),
                ]
            };
            if user.roles.is_empty() {
                rows.push(row(None));
            }
            rows.extend(user.roles.iter().map(|role| row(Some(role))));
        }
        rows
    }
}

impl SqlSection {
    /// The users of a database; none where nobody made any.
    #[must_use]
    pub fn catalogue(&self, server: &str, database: &str) -> Option<&Catalogue> {
        self.servers
            .get(&folded(server))?
            .databases
            .get(&folded(database))
    }

    /// The users of a database, to change.
    pub fn catalogue_mut(&mut self, server: &str, database: &str) -> &mut Catalogue {
        self.servers
            .entry(folded(server))
            .or_default()
            .databases
            .entry(folded(database))
            .or_default()
    }

    /// A database goes by another name from now on.
    pub(in crate::fake) fn rename(&mut self, server: &str, from: &str, to: &str) {
        if let Some(server) = self.servers.get_mut(&folded(server))
            && let Some(users) = server.databases.remove(&folded(from))
        {
            server.databases.insert(folded(to), users);
        }
    }

    /// Forgets a database, or without its name a whole server.
    pub(in crate::fake) fn forget(&mut self, server: &str, database: Option<&str>) {
        match database {
            None => {
                self.servers.remove(&folded(server));
            }
            Some(database) => {
                if let Some(server) = self.servers.get_mut(&folded(server)) {
                    server.databases.remove(&folded(database));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn problem(section: serde_json::Value) -> SectionProblem {
        let section: SqlSection = serde_json::from_value(section).unwrap();
        section.validate().unwrap_err()
    }

    fn users(users: serde_json::Value) -> serde_json::Value {
        json!({"servers": {"s": {"databases": {"d": {"users": users}}}}})
    }

    #[test]
    fn says_where_an_edited_file_makes_no_sense() {
        let a = json!({"sid": "0xAB", "type": "E", "roles": ["db_reader"]});
        let found = problem(users(json!({"a": a})));
        assert_eq!(found.path, "servers.s.databases.d.users.a.roles");
        assert!(found.message.contains("`db_reader`"));
        let a = json!({"sid": "0xAB", "type": "E"});
        let found = problem(users(json!({"a": a, "A": a})));
        assert!(found.message.contains("same name"), "{}", found.message);
        let found = problem(json!({"servers": {"S": {"databases": {"d": {}}}}}));
        assert!(found.message.contains("lower case"));
        let bad = users(json!({"a": {"sid": "AB", "type": "E"}}));
        let error = serde_json::from_value::<SqlSection>(bad).unwrap_err();
        assert!(error.to_string().contains("is not a SID"), "{error}");
    }

    #[test]
    fn is_documented_json() {
        let mut section = SqlSection::default();
        let catalogue = section.catalogue_mut("Rhc-QA-sqlsvr", "hp2_db");
        catalogue.users.insert(
            "rhc-hp2-qa-db".to_owned(),
            CatalogueUser {
                sid: "0x1798D583FD870F4AA6B909C04D126368".parse().unwrap(),
                kind: "E".to_owned(),
                authentication_type: 4,
                roles: ["db_datareader".to_owned()].into(),
                permissions: BTreeSet::new(),
            },
        );
        assert_eq!(section.validate(), Ok(()));
        assert_eq!(
            json!(section),
            json!({"servers": {"rhc-qa-sqlsvr": {"databases": {"hp2_db": {"users": {"rhc-hp2-qa-db":
                {"sid": "0x1798D583FD870F4AA6B909C04D126368", "type": "E", "authentication_type": 4, "roles": ["db_datareader"]}}}}}}})
        );
        section.forget("RHC-qa-sqlsvr", Some("HP2_DB"));
        assert_eq!(section.catalogue("rhc-qa-sqlsvr", "hp2_db"), None);
    }
}
