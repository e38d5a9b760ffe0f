//! What the probe is told: whom it is, where the databases are, and what it should find.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use clap::Parser;
use rhc_core::{AppId, TenantId};
use rhc_sql_identity::{DatabaseRole, TableName};
use serde::Serialize;

/// Finds out, from inside, what an app can do in the databases of another tenant.
///
/// Without arguments it tells the story on an embedded cloud. With them it runs where the app runs: a Container Apps job
/// with the app's identity. None of its settings is a secret.
#[derive(Clone, Debug, Parser)]
#[command(
    name = "cross_tenant_sql",
    version,
    max_term_width = 80,
    after_help = "Exit codes: 0 nothing is wrong (with --only: it is proven); 1 something is; 64 wrong usage."
)]
pub struct Settings {
    /// The SQL server's full name
    #[arg(long, value_name = "HOST")]
    pub server: String,
    /// The tenant of the databases
    #[arg(long, value_name = "TENANT_ID")]
    pub tenant: TenantId,
    /// The multi-tenant application that the databases know (its client id)
    #[arg(long, value_name = "CLIENT_ID")]
    pub bridge: AppId,
    /// The app's managed identity, which that application trusts (its client id)
    #[arg(long, value_name = "CLIENT_ID")]
    pub identity: AppId,
    /// A database and the roles that the app should have there, and no others
    #[arg(long = "database", value_name = "NAME=ROLE,…", required = true)]
    pub databases: Vec<Expected>,
    /// A table of a database that may be read and written to see whether that works: DATABASE=SCHEMA.TABLE
    #[arg(long = "table", value_name = "NAME=TABLE", value_parser = table)]
    pub tables: Vec<(String, TableName)>,
    /// Ask one thing only: chain, opens/DATABASE, rights/DATABASE or table/DATABASE
    #[arg(long, value_name = "QUESTION")]
    pub only: Option<Question>,
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
}

/// A database and the roles that the app should have there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    /// Its name.
    pub name: String,
    /// The roles.
    pub roles: BTreeSet<DatabaseRole>,
}

impl FromStr for Expected {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, roles) = pair(text)?;
        let roles = roles.split(',').filter(|role| !role.is_empty());
        let roles = roles.map(|role| role.parse::<DatabaseRole>().map_err(|why| why.to_string()));
        Ok(Self {
            name: name.to_owned(),
            roles: roles.collect::<Result<_, _>>()?,
        })
    }
}

fn table(text: &str) -> Result<(String, TableName), String> {
    let (database, table) = pair(text)?;
    let table = table.parse().map_err(|why| format!("{why}"))?;
    Ok((database.to_owned(), table))
}

fn pair(text: &str) -> Result<(&str, &str), String> {
    let found = text.split_once('=').filter(|(name, _)| !name.is_empty());
    found.ok_or_else(|| format!("`{text}` is not NAME=VALUE"))
}

/// One thing that the probe can be asked.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Question {
    /// Does the identity get a token of the databases' tenant?
    Chain,
    /// Does it open this database?
    Opens(String),
    /// Has it the roles there that it should have, and no more rights?
    Rights(String),
    /// Does it read and write the named table as its roles say?
    Table(String),
}

impl Question {
    /// Everything that these settings can be asked, in the order in which one needs the other.
    pub fn all(settings: &Settings) -> Vec<Self> {
        let mut all = vec![Self::Chain];
        for database in &settings.databases {
            let name = || database.name.clone();
            all.extend([
                Self::Opens(name()),
                Self::Rights(name()),
                Self::Table(name()),
            ]);
        }
        all
    }
}

impl fmt::Display for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Chain => f.write_str("chain"),
            Self::Opens(database) => write!(f, "opens/{database}"),
            Self::Rights(database) => write!(f, "rights/{database}"),
            Self::Table(database) => write!(f, "table/{database}"),
        }
    }
}

impl Serialize for Question {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl FromStr for Question {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once('/') {
            None if text == "chain" => Ok(Self::Chain),
            Some(("opens", database)) => Ok(Self::Opens(database.to_owned())),
            Some(("rights", database)) => Ok(Self::Rights(database.to_owned())),
            Some(("table", database)) => Ok(Self::Table(database.to_owned())),
            _ => Err(format!(
                "`{text}` is no question: chain, opens/DATABASE, rights/DATABASE or table/DATABASE"
            )),
        }
    }
}

/// The arguments of a job. Ids are texts, because a plan knows some of them only later.
pub fn arguments<'a>(
    server: &str,
    tenant: &str,
    bridge: &str,
    identity: &str,
    databases: impl IntoIterator<Item = (&'a String, &'a Vec<String>)>,
    tables: impl IntoIterator<Item = (&'a String, &'a String)>,
) -> Vec<String> {
    let mut all = Vec::new();
    let mut add = |name: &str, value: String| all.extend([format!("--{name}"), value]);
    add("server", server.to_owned());
    add("tenant", tenant.to_owned());
    add("bridge", bridge.to_owned());
    add("identity", identity.to_owned());
    for (name, roles) in databases {
        add("database", format!("{name}={}", roles.join(",")));
    }
    for (database, table) in tables {
        add("table", format!("{database}={table}"));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "83d59817-87fd-4a0f-a6b9-09c04d126368";

    fn parsed(more: &[&str]) -> Result<Settings, String> {
        let roles = vec!["db_datareader".to_owned(), "db_datawriter".to_owned()];
        let (name, table) = ("hp2_db".to_owned(), "app.practice".to_owned());
        let host = "rhc-qa-sqlsvr.database.windows.net";
        let all = arguments(host, ID, ID, ID, [(&name, &roles)], [(&name, &table)]);
        let words = std::iter::once("probe".to_owned()).chain(all);
        let words = words.chain(more.iter().map(|own| (*own).to_owned()));
        Settings::try_parse_from(words).map_err(|error| error.to_string())
    }

    #[test]
    fn the_arguments_of_a_job_are_what_the_program_reads() {
        let settings = parsed(&[]).unwrap();
        assert_eq!(settings.databases[0].name, "hp2_db");
        assert_eq!(settings.databases[0].roles.len(), 2);
        assert_eq!(settings.tables[0].1.to_string(), "app.practice");
        assert_eq!(settings.only, None);
        for question in Question::all(&settings) {
            let only = parsed(&["--only", &question.to_string()]).unwrap().only;
            assert_eq!(only, Some(question));
        }
    }

    #[test]
    fn what_makes_no_sense_is_refused_with_what_would() {
        for (words, says) in [
            (["--database", "hp2_db"], "NAME=VALUE"),
            (["--database", "hp2_db=db_reader"], "db_datareader"),
            (["--table", "hp2_db="], "empty"),
            (["--only", "everything"], "opens/DATABASE"),
        ] {
            let error = parsed(&words).unwrap_err();
            assert!(error.contains(says), "{words:?}: {error}");
        }
    }
}
