//! Running statements on a database's catalogue, with SQL Server's own refusals.

use std::collections::BTreeSet;

use crate::grants::{DatabaseRole, folded, same_name};
use crate::session::SqlError;

use super::catalogue::{Catalogue, CatalogueUser};
use super::parse::Parsed;
use super::values::{Kind, ResultSet};
use super::{evaluate, probing};

/// As whom a session is in a database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Rights {
    /// The server's administrator, who is `dbo`.
    Dbo,
    /// A user of the database, by name.
    User(String),
}

impl Rights {
    fn has(&self, catalogue: &Catalogue, roles: &[DatabaseRole]) -> bool {
        match self {
            Self::Dbo => true,
            Self::User(name) => catalogue.user(name).is_some_and(|(_, user)| {
                roles
                    .iter()
                    .any(|role| user.roles.iter().any(|own| same_name(own, role.name())))
            }),
        }
    }

    /// `ALTER ANY USER`.
    fn alters_users(&self, catalogue: &Catalogue) -> bool {
        self.has(catalogue, &[DatabaseRole::Owner, DatabaseRole::AccessAdmin])
    }

    fn alters_role(&self, catalogue: &Catalogue, role: &str) -> bool {
        let fixed = role.parse::<DatabaseRole>().is_ok();
        let own: &[_] = if fixed {
            &[DatabaseRole::Owner]
        } else {
            &[DatabaseRole::Owner, DatabaseRole::SecurityAdmin]
        };
        self.has(catalogue, own)
    }
}

/// Where a statement is run, and for whom.
#[derive(Debug)]
pub(super) struct Place<'a> {
    pub(super) database: &'a str,
    pub(super) server: &'a str,
    pub(super) rights: &'a Rights,
    /// The session's number.
    pub(super) spid: u16,
    /// How many transactions are open.
    pub(super) depth: u32,
    /// Whether the server takes Entra's identities only.
    pub(super) entra_only: bool,
    /// The logins with a password, by name.
    pub(super) logins: &'a BTreeSet<String>,
}

/// Whether a statement begins a transaction where `IMPLICIT_TRANSACTIONS` is on.
/// Source: [SET IMPLICIT_TRANSACTIONS](https://learn.microsoft.com/sql/t-sql/statements/set-implicit-transactions-transact-sql).
pub(super) fn begins_implicitly(statement: &Parsed) -> bool {
    !matches!(statement, Parsed::Select(_) | Parsed::Logins)
}

/// Runs a statement that is not about the session itself.
pub(super) fn statement(
    catalogue: &mut Catalogue,
    place: &Place<'_>,
    statement: &Parsed,
) -> Result<Option<ResultSet>, SqlError> {
    let Place {
        database, rights, ..
    } = place;
    match statement {
        Parsed::Catalogue => Ok(Some(select(catalogue, rights))),
        Parsed::Logins => logins(place).map(Some),
        Parsed::Select(items) => evaluate::row(catalogue, place, items).map(Some),
        Parsed::CreateTable(table) => {
            probing::create(catalogue, database, rights, table).map(|()| None)
        }
        Parsed::Read(table) => {
            probing::touch(catalogue, database, rights, "SELECT", table)?;
            // What stands in a table is not simulated.
            Ok(Some(ResultSet::empty(&[("", Kind::Int)])))
        }
        Parsed::DeleteNothing(table) => {
            probing::touch(catalogue, database, rights, "DELETE", table).map(|()| None)
        }
        Parsed::CreateUser { name, sid, kind } => {
            let user = CatalogueUser {
                sid: sid.clone(),
                kind: kind.clone(),
                authentication_type: 4,
                roles: [].into(),
                permissions: [].into(),
            };
            create_user(catalogue, rights, name, user).map(|()| None)
        }
        Parsed::Member { role, user, add } => {
            member(catalogue, rights, role, user, *add).map(|()| None)
        }
        Parsed::DropUser { name } => drop_user(catalogue, rights, name).map(|()| None),
        Parsed::IfMissing { name, then } => {
            let is_there = catalogue.user(name).is_some() || catalogue.role(name).is_some();
            if is_there {
                return Ok(None);
            }
            self::statement(catalogue, place, then)
        }
        Parsed::XactAbort(_)
        | Parsed::Implicit(_)
        | Parsed::Set
        | Parsed::Use(_)
        | Parsed::Wait(_)
        | Parsed::IfOpen(_)
        | Parsed::Begin
        | Parsed::Commit
        | Parsed::Rollback => Ok(None),
    }
}

fn select(catalogue: &Catalogue, rights: &Rights) -> ResultSet {
    // Others' metadata is visible only to who may change it; himself everyone sees.
    let all = rights.alters_users(catalogue);
    let rows =
        catalogue.rows(|name| all || matches!(rights, Rights::User(own) if same_name(own, name)));
    ResultSet {
        rows,
        ..ResultSet::empty(&[
            ("name", Kind::NVarChar(128)),
            ("", Kind::VarChar(172)),
            ("type", Kind::VarChar(1)),
            ("authentication_type", Kind::TinyInt),
            ("name", Kind::NVarChar(128)),
        ])
    }
}

/// Source: [sys.sql_logins](https://learn.microsoft.com/sql/relational-databases/system-catalog-views/sys-sql-logins-transact-sql).
/// Unverified: that the view is in `master` only, and that others than the administrators see nothing.
fn logins(place: &Place<'_>) -> Result<ResultSet, SqlError> {
    if !place.database.eq_ignore_ascii_case("master") {
        return Err(SqlError::new(
            208,
            1,
            "Invalid object name 'sys.sql_logins'.",
        ));
    }
    let shown = place.logins.iter().filter(|_| *place.rights == Rights::Dbo);
    Ok(ResultSet {
        rows: shown.map(|name| vec![Some(name.clone())]).collect(),
        ..ResultSet::empty(&[("name", Kind::NVarChar(128))])
    })
}

fn no_right() -> SqlError {
    SqlError::new(
        15247,
        1,
        "User does not have permission to perform this action.",
    )
}

fn unknown(verb: &str, what: &str, name: &str) -> SqlError {
    SqlError::new(
        15151,
        1,
        format!(
            "Cannot {verb} the {what} '{name}', because it does not exist or you do not have permission."
        ),
    )
}

fn create_user(
    catalogue: &mut Catalogue,
    rights: &Rights,
    name: &str,
    user: CatalogueUser,
) -> Result<(), SqlError> {
    if !rights.alters_users(catalogue) {
        return Err(no_right());
    }
    let fixed = ["dbo", "guest", "sys", "information_schema", "public"].contains(&&*folded(name));
    if fixed || catalogue.user(name).is_some() || catalogue.role(name).is_some() {
        return Err(SqlError::new(
            15023,
            1,
            format!("User, group, or role '{name}' already exists in the current database."),
        ));
    }
    // Unverified: that an Entra identity which has a user gets this number, as a login does.
    if catalogue.users.values().any(|other| other.sid == user.sid) {
        return Err(SqlError::new(
            15063,
            1,
            "The login already has an account under a different user name.",
        ));
    }
    catalogue.users.insert(name.to_owned(), user);
    Ok(())
}

fn member(
    catalogue: &mut Catalogue,
    rights: &Rights,
    role: &str,
    user: &str,
    add: bool,
) -> Result<(), SqlError> {
    let known = catalogue.role(role).map(str::to_owned);
    let Some(role) = known.filter(|role| rights.alters_role(catalogue, role)) else {
        return Err(unknown("alter", "role", role));
    };
    let verb = if add { "add" } else { "drop" };
    let Some(user) = catalogue.user_mut(user) else {
        return Err(unknown(verb, "principal", user));
    };
    // Unverified: adding a member again and dropping one that is none are believed harmless.
    if add {
        user.roles.insert(role);
    } else {
        user.roles.remove(&role);
    }
    Ok(())
}

fn drop_user(catalogue: &mut Catalogue, rights: &Rights, name: &str) -> Result<(), SqlError> {
    let known = catalogue.user(name).map(|(own, _)| own.to_owned());
    match known.filter(|_| rights.alters_users(catalogue)) {
        Some(own) => {
            catalogue.users.remove(&own);
            Ok(())
        }
        None => Err(unknown("drop", "user", name)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::session::tests::run;
    use super::*;
    use crate::grants::{CATALOGUE_QUERY, Observed};

    const A: &str = "0x1798D583FD870F4AA6B909C04D126368";
    const B: &str = "0x6C1A2F0E1D5B334A9D0E7A4F2C8B1D55";

    fn create(name: &str, sid: &str) -> String {
        format!("CREATE USER [{name}] WITH SID = {sid}, TYPE = E;")
    }

    fn with_a(role: &str) -> Catalogue {
        let mut catalogue = Catalogue::default();
        let batch = create("a", A) + &format!("ALTER ROLE [{role}] ADD MEMBER [a];");
        run(&mut catalogue, &Rights::Dbo, &batch).unwrap();
        catalogue
    }

    fn number(catalogue: &mut Catalogue, rights: &Rights, batch: &str) -> u32 {
        run(catalogue, rights, batch).unwrap_err().number
    }

    fn read(catalogue: &mut Catalogue, rights: &Rights) -> Observed {
        Observed::from_rows(&run(catalogue, rights, CATALOGUE_QUERY).unwrap()).unwrap()
    }

    #[test]
    fn who_is_there_is_not_made_again_where_that_is_asked_first() {
        let mut catalogue = Catalogue::default();
        let sid = "0x1798D583FD870F4AA6B909C04D126368";
        let guarded = |name: &str| {
            format!(
                "IF DATABASE_PRINCIPAL_ID(N'{name}') IS NULL CREATE USER [{name}] WITH SID = {sid}, TYPE = E;"
            )
        };
        for _ in 0..2 {
            run(&mut catalogue, &Rights::Dbo, &guarded("a b")).unwrap();
        }
        assert!(catalogue.user("A B").is_some());
        // A role is a principal too.
        run(&mut catalogue, &Rights::Dbo, &guarded("db_datareader")).unwrap();
        assert!(catalogue.user("db_datareader").is_none());
        let unguarded = format!("CREATE USER [a b] WITH SID = {sid}, TYPE = E");
        assert_eq!(number(&mut catalogue, &Rights::Dbo, &unguarded), 15023);
    }

    #[test]
    fn what_is_done_can_be_read() {
        let mut catalogue = with_a("DB_DataReader");
        let observed = read(&mut catalogue, &Rights::Dbo);
        let user = observed.user("A").unwrap();
        assert_eq!(user.sid, Some(A.parse().unwrap()));
        assert!(user.roles.contains("db_datareader"));
        let batch = "ALTER ROLE [db_datareader] DROP MEMBER [A];";
        run(&mut catalogue, &Rights::Dbo, batch).unwrap();
        assert!(read(&mut catalogue, &Rights::Dbo).users[0].roles.is_empty());
        run(&mut catalogue, &Rights::Dbo, "DROP USER [A]").unwrap();
        assert_eq!(read(&mut catalogue, &Rights::Dbo), Observed::default());
    }

    #[test]
    fn a_name_that_exists_is_refused() {
        let mut catalogue = with_a("db_datareader");
        for name in ["a", "A", "dbo", "Guest", "db_owner", "public"] {
            assert_eq!(
                number(&mut catalogue, &Rights::Dbo, &create(name, B)),
                15023
            );
        }
    }

    #[test]
    fn an_identity_that_has_a_user_is_refused_under_another_name() {
        let mut catalogue = with_a("db_datareader");
        assert_eq!(number(&mut catalogue, &Rights::Dbo, &create("b", A)), 15063);
    }

    #[test]
    fn roles_and_users_that_do_not_exist_are_refused() {
        let mut catalogue = with_a("db_datareader");
        for batch in [
            "ALTER ROLE [db_reader] ADD MEMBER [a]",
            "ALTER ROLE [db_owner] ADD MEMBER [b]",
            "ALTER ROLE [db_owner] DROP MEMBER [b]",
            "DROP USER [b]",
        ] {
            assert_eq!(
                number(&mut catalogue, &Rights::Dbo, batch),
                15151,
                "{batch}"
            );
        }
    }

    #[test]
    fn a_reader_changes_nothing_and_sees_himself_only() {
        let mut catalogue = with_a("db_datareader");
        run(&mut catalogue, &Rights::Dbo, &create("b", B)).unwrap();
        let rights = Rights::User("a".to_owned());
        assert_eq!(read(&mut catalogue, &rights).users.len(), 1);
        let c = "0x00112233445566778899AABBCCDDEEFF";
        assert_eq!(number(&mut catalogue, &rights, &create("c", c)), 15247);
        assert_eq!(number(&mut catalogue, &rights, "DROP USER [b]"), 15151);
        let batch = "ALTER ROLE [db_owner] ADD MEMBER [a]";
        assert_eq!(number(&mut catalogue, &rights, batch), 15151);
    }

    #[test]
    fn an_owner_changes_all_and_an_access_admin_users_only() {
        let mut catalogue = with_a("db_accessadmin");
        let rights = Rights::User("a".to_owned());
        run(&mut catalogue, &rights, &create("b", B)).unwrap();
        let batch = "ALTER ROLE [db_datareader] ADD MEMBER [b]";
        assert_eq!(number(&mut catalogue, &rights, batch), 15151);
        let promote = "ALTER ROLE [db_owner] ADD MEMBER [a]";
        run(&mut catalogue, &Rights::Dbo, promote).unwrap();
        run(&mut catalogue, &rights, batch).unwrap();
    }

    #[test]
    fn with_xact_abort_all_or_nothing() {
        let mut catalogue = Catalogue::default();
        let batch = format!(
            "SET XACT_ABORT ON; BEGIN TRANSACTION; {} ALTER ROLE [nope] ADD MEMBER [a]; {} COMMIT TRANSACTION;",
            create("a", A),
            create("b", B)
        );
        assert_eq!(number(&mut catalogue, &Rights::Dbo, &batch), 15151);
        assert_eq!(catalogue, Catalogue::default());
    }

    #[test]
    fn without_xact_abort_half_of_it_stays() {
        let mut catalogue = Catalogue::default();
        let batch = format!(
            "BEGIN TRANSACTION; {} ALTER ROLE [nope] ADD MEMBER [a]; {} COMMIT TRANSACTION;",
            create("a", A),
            create("b", B)
        );
        assert_eq!(number(&mut catalogue, &Rights::Dbo, &batch), 15151);
        assert_eq!(catalogue.users.len(), 2);
    }

    #[test]
    fn a_transaction_that_is_not_committed_is_lost() {
        let mut catalogue = Catalogue::default();
        let batch = format!("BEGIN TRANSACTION; {}", create("a", A));
        run(&mut catalogue, &Rights::Dbo, &batch).unwrap();
        assert_eq!(catalogue, Catalogue::default());
        assert_eq!(number(&mut catalogue, &Rights::Dbo, "COMMIT TRAN"), 3902);
        assert_eq!(number(&mut catalogue, &Rights::Dbo, "ROLLBACK TRAN"), 3903);
    }

    #[test]
    fn a_batch_that_cannot_be_read_does_nothing() {
        let mut catalogue = Catalogue::default();
        let batch = create("a", A) + "DROP USER 'a'";
        assert_eq!(number(&mut catalogue, &Rights::Dbo, &batch), 102);
        assert_eq!(catalogue, Catalogue::default());
    }
}
