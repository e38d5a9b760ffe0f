//! What a session asks about itself, as the server answers.
//!
//! Sources: [HAS_PERMS_BY_NAME](https://learn.microsoft.com/sql/t-sql/functions/has-perms-by-name-transact-sql),
//! [IS_ROLEMEMBER](https://learn.microsoft.com/sql/t-sql/functions/is-rolemember-transact-sql). Unverified: that `dbo` counts as a
//! member of `db_owner` and of no other role.

use crate::grants::same_name;
use crate::session::SqlError;

use super::catalogue::Catalogue;
use super::execute::Rights;
use super::parse::Table;

/// What each fixed role gives on the database, and what it denies.
const ROLES: &[(&str, &[&str], &[&str])] = &[
    ("db_datareader", &["SELECT"], &[]),
    ("db_datawriter", &["INSERT", "UPDATE", "DELETE"], &[]),
    ("db_ddladmin", &["CREATE TABLE"], &[]),
    ("db_accessadmin", &["ALTER ANY USER"], &[]),
    ("db_securityadmin", &["ALTER ANY ROLE"], &[]),
    ("db_owner", KNOWN, &[]),
    ("db_denydatareader", &[], &["SELECT"]),
    ("db_denydatawriter", &[], &["INSERT", "UPDATE", "DELETE"]),
];
/// The permissions that the server knows here. Of any other the answer is NULL.
const KNOWN: &[&str] = &[
    "SELECT",
    "INSERT",
    "UPDATE",
    "DELETE",
    "CREATE TABLE",
    "ALTER ANY USER",
    "ALTER ANY ROLE",
    "CONTROL",
];

fn is_in(catalogue: &Catalogue, rights: &Rights, role: &str) -> bool {
    match rights {
        Rights::Dbo => role.eq_ignore_ascii_case("db_owner"),
        Rights::User(name) => catalogue
            .user(name)
            .is_some_and(|(_, user)| user.roles.iter().any(|own| same_name(own, role))),
    }
}

fn has(catalogue: &Catalogue, rights: &Rights, permission: &str) -> bool {
    let among = |list: &[&str]| list.iter().any(|own| own.eq_ignore_ascii_case(permission));
    let mine = || {
        ROLES
            .iter()
            .filter(|(role, ..)| is_in(catalogue, rights, role))
    };
    let granted = || match rights {
        Rights::Dbo => false,
        Rights::User(name) => catalogue.user(name).is_some_and(|(_, user)| {
            let mut own = user.permissions.iter();
            own.any(|own| own.eq_ignore_ascii_case(permission))
        }),
    };
    let given = mine().any(|(_, given, _)| among(given)) || granted();
    given && !mine().any(|(.., denied)| among(denied))
}

/// `IS_ROLEMEMBER`: none of a role that there is not.
pub(super) fn role_member(catalogue: &Catalogue, rights: &Rights, role: &str) -> Option<bool> {
    let known = catalogue.role(role)?;
    Some(is_in(catalogue, rights, known))
}

/// `HAS_PERMS_BY_NAME`: none of a permission that there is not.
pub(super) fn permission(catalogue: &Catalogue, rights: &Rights, name: &str) -> Option<bool> {
    let known = KNOWN.iter().find(|own| own.eq_ignore_ascii_case(name))?;
    Some(has(catalogue, rights, known))
}

/// `CREATE TABLE`.
pub(super) fn create(
    catalogue: &mut Catalogue,
    database: &str,
    rights: &Rights,
    table: &Table,
) -> Result<(), SqlError> {
    if !has(catalogue, rights, "CREATE TABLE") {
        return Err(SqlError {
            class: 14,
            ..SqlError::new(
                262,
                1,
                format!("CREATE TABLE permission denied in database '{database}'."),
            )
        });
    }
    let name = format!("{}.{}", table.schema, table.name);
    if find(catalogue, table).is_some() {
        return Err(SqlError::new(
            2714,
            6,
            format!(
                "There is already an object named '{}' in the database.",
                table.name
            ),
        ));
    }
    catalogue.tables.insert(name);
    Ok(())
}

fn find<'a>(catalogue: &'a Catalogue, table: &Table) -> Option<&'a String> {
    let name = format!("{}.{}", table.schema, table.name);
    catalogue.tables.iter().find(|own| same_name(own, &name))
}

/// Reading a table, or deleting nothing of it.
pub(super) fn touch(
    catalogue: &Catalogue,
    database: &str,
    rights: &Rights,
    permission: &str,
    table: &Table,
) -> Result<(), SqlError> {
    let Table { schema, name } = table;
    if find(catalogue, table).is_none() {
        return Err(SqlError::new(
            208,
            1,
            format!("Invalid object name '{schema}.{name}'."),
        ));
    }
    if has(catalogue, rights, permission) {
        return Ok(());
    }
    Err(SqlError {
        class: 14,
        ..SqlError::new(
            229,
            5,
            format!(
                "The {permission} permission was denied on the object '{name}', database '{database}', schema '{schema}'."
            ),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::super::session::tests::run;
    use super::*;
    use crate::fake::CatalogueUser;
    use crate::grants::{DatabasePermission, DatabaseRole, EffectiveRights, Probe, Row};

    const SID: &str = "0x1798D583FD870F4AA6B909C04D126368";

    fn with(roles: &[&str]) -> Catalogue {
        let user = CatalogueUser {
            sid: SID.parse().unwrap(),
            kind: "E".to_owned(),
            authentication_type: 4,
            roles: roles.iter().map(|own| (*own).to_owned()).collect(),
            permissions: [].into(),
        };
        Catalogue {
            users: [("a".to_owned(), user)].into(),
            tables: ["dbo.practice".to_owned()].into(),
            ..Catalogue::default()
        }
    }

    fn me() -> Rights {
        Rights::User("a".to_owned())
    }

    fn ask(catalogue: &mut Catalogue, rights: &Rights, probe: &Probe) -> Result<Vec<Row>, u32> {
        run(catalogue, rights, &probe.to_string()).map_err(|error| error.number)
    }

    fn rights(roles: &[&str], rights: &Rights) -> EffectiveRights {
        let mut catalogue = with(roles);
        let mut ask = |probe| ask(&mut catalogue, rights, &probe).unwrap();
        EffectiveRights::from_rows(&ask(Probe::Roles), &ask(Probe::Permissions)).unwrap()
    }

    /// The client's table of roles and the server's are two, and must agree.
    #[test]
    fn every_role_comes_to_what_the_client_expects_of_it() {
        for role in DatabaseRole::ALL {
            assert_eq!(
                rights(&[role.name()], &me()),
                EffectiveRights::of([role]),
                "{role}"
            );
        }
        let both = rights(&["db_owner", "db_denydatareader"], &me());
        assert!(!both.permissions.contains(&DatabasePermission::Select));
        assert_eq!(rights(&[], &me()), EffectiveRights::default());
        assert_eq!(
            rights(&[], &Rights::Dbo),
            EffectiveRights::of([DatabaseRole::Owner])
        );
    }

    #[test]
    fn a_table_is_refused_to_who_may_not_make_one_and_left_behind_by_nobody() {
        for (roles, wanted) in [
            (&["db_datareader", "db_datawriter"][..], Err(262)),
            (&["db_securityadmin", "db_accessadmin"], Err(262)),
            (&["db_ddladmin"], Ok(vec![])),
            (&["db_owner"], Ok(vec![])),
        ] {
            let mut catalogue = with(roles);
            let before = catalogue.clone();
            let found = ask(&mut catalogue, &me(), &Probe::CreateTable);
            assert_eq!((found, &catalogue), (wanted, &before), "{roles:?}");
        }
    }

    #[test]
    fn what_was_granted_without_a_role_counts_and_a_denial_wins() {
        for (roles, wanted) in [
            (&["db_datareader"][..], Err(229)),
            (&["db_denydatawriter"], Err(229)),
        ] {
            let mut catalogue = with(roles);
            let table = Probe::Write("dbo.practice".parse().unwrap());
            assert_eq!(ask(&mut catalogue, &me(), &table), wanted);
            let user = catalogue.users.get_mut("a").unwrap();
            user.permissions = ["DELETE".to_owned()].into();
            let granted = ask(&mut catalogue, &me(), &table);
            assert_eq!(granted.is_ok(), roles == ["db_datareader"]);
        }
    }

    #[test]
    fn a_table_that_exists_is_not_made_again() {
        let mut catalogue = with(&["db_owner"]);
        let create = "CREATE TABLE [DBO].[Practice] ([id] int NOT NULL)";
        let error = run(&mut catalogue, &me(), create).unwrap_err();
        assert_eq!(error.number, 2714);
        let other = "CREATE TABLE [dbo].[other] ([id] int NOT NULL)";
        run(&mut catalogue, &me(), other).unwrap();
        assert!(catalogue.tables.contains("dbo.other"));
    }

    #[test]
    fn a_reader_reads_and_a_writer_writes() {
        let table: crate::grants::TableName = "dbo.practice".parse().unwrap();
        for (roles, reads, writes) in [
            (&["db_datareader"][..], Ok(vec![]), Err(229)),
            (&["db_datawriter"], Err(229), Ok(vec![])),
            (&["db_datareader", "db_denydatareader"], Err(229), Err(229)),
        ] {
            let mut catalogue = with(roles);
            let read = ask(&mut catalogue, &me(), &Probe::Read(table.clone()));
            let write = ask(&mut catalogue, &me(), &Probe::Write(table.clone()));
            assert_eq!((read, write), (reads, writes), "{roles:?}");
        }
        let missing = Probe::Read("dbo.nothing".parse().unwrap());
        assert_eq!(ask(&mut with(&["db_owner"]), &me(), &missing), Err(208));
    }

    #[test]
    fn of_what_it_does_not_know_the_server_says_null() {
        let query =
            "SELECT IS_ROLEMEMBER('db_reader'), HAS_PERMS_BY_NAME(DB_NAME(), 'DATABASE', 'FLY')";
        let rows = run(&mut with(&["db_owner"]), &me(), query).unwrap();
        assert_eq!(rows, [vec![None, None]]);
    }
}
