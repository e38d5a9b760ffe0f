//! The plan of grants: what is sent, in which order, and what is only reported.

use std::collections::BTreeSet;

use rhc_sql_identity::{
    AppId, DatabaseRole, Grant, GrantPlan, Observed, ObservedUser, PrincipalKind, Sid, plan,
};

const HP2: &str = "83d59817-87fd-4a0f-a6b9-09c04d126368";
const SMX: &str = "0e2f1a6c-5b1d-4a33-9d0e-7a4f2c8b1d55";

fn client(id: &str) -> AppId {
    id.parse().unwrap()
}

fn grant(user: &str, id: &str, roles: &[DatabaseRole]) -> Grant {
    Grant {
        user: user.to_owned(),
        client_id: client(id),
        roles: roles.iter().copied().collect(),
    }
}

fn user(name: &str, id: &str, roles: &[&str]) -> ObservedUser {
    ObservedUser {
        name: name.to_owned(),
        sid: Some(Sid::of_application(client(id))),
        kind: PrincipalKind::External,
        authentication: 4,
        roles: roles.iter().map(|role| (*role).to_owned()).collect(),
    }
}

fn observed(users: &[ObservedUser]) -> Observed {
    Observed {
        users: users.to_vec(),
    }
}

fn planned(desired: &[Grant], observed: &Observed) -> GrantPlan {
    plan(desired, observed, &BTreeSet::new()).unwrap()
}

fn told(desired: &[Grant], observed: &Observed, replace: &[&str]) -> GrantPlan {
    let replace = replace.iter().map(|name| (*name).to_owned()).collect();
    plan(desired, observed, &replace).unwrap()
}

use DatabaseRole::{DataReader, DataWriter, Owner};

#[test]
fn an_empty_database_gets_users_and_roles() {
    let desired = [
        grant("rhc-smx-qa-db", SMX, &[DataReader, DataWriter]),
        grant("rhc-hp2-qa-db", HP2, &[DataReader]),
    ];
    insta::assert_snapshot!(planned(&desired, &Observed::default()).batch());
}

#[test]
fn nothing_is_sent_when_nothing_differs() {
    let there = observed(&[user("RHC-hp2-QA-db", HP2, &["db_datareader"])]);
    let plan = planned(&[grant("rhc-hp2-qa-db", HP2, &[DataReader])], &there);
    assert!(plan.is_empty() && !plan.is_blocked());
    assert_eq!(plan, GrantPlan::default());
    assert_eq!(plan.batch(), "");
}

#[test]
fn roles_that_are_not_wanted_are_dropped_and_missing_ones_added() {
    let there = observed(&[user(
        "rhc-hp2-qa-db",
        HP2,
        &["db_owner", "reporting]", "db_datareader"],
    )]);
    let plan = planned(
        &[grant("rhc-hp2-qa-db", HP2, &[DataReader, DataWriter])],
        &there,
    );
    insta::assert_snapshot!(plan.batch());
}

#[test]
fn a_user_nobody_asked_for_is_reported_and_left_alone() {
    let mut login = user("old_app", SMX, &["db_owner"]);
    login.kind = PrincipalKind::Sql;
    login.authentication = 2;
    let there = observed(&[user("rhc-hp2-qa-db", HP2, &[]), login]);
    let plan = planned(&[grant("rhc-hp2-qa-db", HP2, &[])], &there);
    assert!(plan.is_empty());
    assert_eq!(plan.unexpected.len(), 1);
    assert!(plan.unexpected[0].has_password());
    insta::assert_json_snapshot!(plan);
}

#[test]
fn another_identity_under_the_name_is_reported() {
    let there = observed(&[user("rhc-hp2-qa-db", SMX, &["db_datareader"])]);
    let desired = [grant("rhc-hp2-qa-db", HP2, &[DataReader])];
    let plan = planned(&desired, &there);
    assert!(plan.is_empty() && plan.is_blocked() && plan.unexpected.is_empty());
    insta::assert_json_snapshot!(plan.sid_changed);
}

#[test]
fn another_identity_under_the_name_is_replaced_when_told() {
    let there = observed(&[user("rhc-hp2-qa-db", SMX, &["db_datareader"])]);
    let desired = [grant("rhc-hp2-qa-db", HP2, &[DataReader])];
    let plan = told(&desired, &there, &["RHC-HP2-QA-DB"]);
    assert!(!plan.is_blocked());
    insta::assert_snapshot!(plan.batch());
}

#[test]
fn a_group_with_the_right_bytes_is_not_the_application() {
    let mut group = user("rhc-hp2-qa-db", HP2, &["db_datareader"]);
    group.kind = PrincipalKind::ExternalGroup;
    let plan = planned(
        &[grant("rhc-hp2-qa-db", HP2, &[DataReader])],
        &observed(&[group]),
    );
    assert_eq!(plan.sid_changed[0].kind, PrincipalKind::ExternalGroup);
    assert!(plan.is_blocked());
}

#[test]
fn an_identity_under_another_name_is_reported() {
    let there = observed(&[user("hp2-by-hand", HP2, &["db_owner"])]);
    let desired = [grant("rhc-hp2-qa-db", HP2, &[DataReader])];
    let plan = planned(&desired, &there);
    assert!(plan.is_empty() && plan.is_blocked());
    assert_eq!(plan.sid_taken[0].held_by, "hp2-by-hand");
    assert_eq!(plan.unexpected.len(), 1);
    let plan = told(&desired, &there, &["hp2-by-hand"]);
    assert!(plan.unexpected.is_empty());
    insta::assert_snapshot!(plan.batch());
}

#[test]
fn two_users_that_changed_places_make_room_for_each_other() {
    let there = observed(&[user("a", SMX, &[]), user("b", HP2, &["db_owner"])]);
    let desired = [grant("a", HP2, &[Owner]), grant("b", SMX, &[DataReader])];
    assert!(planned(&desired, &there).is_blocked());
    insta::assert_snapshot!(told(&desired, &there, &["a", "b"]).batch());
}

#[test]
fn names_that_cannot_be_are_refused_before_anything_is_sent() {
    for (desired, says) in [
        (vec![grant("", HP2, &[])], "cannot be empty"),
        (vec![grant(&"x".repeat(129), HP2, &[])], "129 UTF-16 units"),
        (vec![grant("a\0", HP2, &[])], "NUL"),
        (vec![grant("DBO", HP2, &[])], "every database has"),
        (vec![grant("db_owner", HP2, &[])], "every database has"),
        (
            vec![grant("a", HP2, &[]), grant("A", SMX, &[])],
            "wanted twice",
        ),
        (
            vec![grant("a", HP2, &[]), grant("b", HP2, &[])],
            "knows an identity once",
        ),
    ] {
        let error = plan(&desired, &Observed::default(), &BTreeSet::new()).unwrap_err();
        assert!(error.to_string().contains(says), "{error}");
        assert!(!error.was_sent());
    }
}

#[test]
fn a_name_cannot_break_out_of_its_statement() {
    let name = "x]; ALTER ROLE [db_owner] ADD MEMBER [x";
    let plan = planned(&[grant(name, HP2, &[DataReader])], &Observed::default());
    insta::assert_snapshot!(plan.batch());
}

#[test]
fn a_grant_reads_its_roles_strictly() {
    let json = serde_json::json!({"user": "a", "client_id": HP2, "roles": ["db_datareader"]});
    let read: Grant = serde_json::from_value(json).unwrap();
    assert_eq!(read, grant("a", HP2, &[DataReader]));
    let json = serde_json::json!({"user": "a", "client_id": HP2, "roles": ["db_reader"]});
    let error = serde_json::from_value::<Grant>(json)
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("`db_reader` is not a database role"),
        "{error}"
    );
}
