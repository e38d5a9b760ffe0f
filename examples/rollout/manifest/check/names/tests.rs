//! Each row of the table at its edges.

use super::*;

/// A rule, names that it accepts, and names that it refuses with a part of the reason.
type Row = (
    &'static NameRule,
    &'static [&'static str],
    &'static [(&'static str, &'static str)],
);

const ROWS: &[Row] = &[
    (
        &RESOURCE_GROUP,
        &["rhc-hp2-qa-rg", "a(b)_c.d"],
        &[
            ("ends.", "end so"),
            ("a b", "may not stand"),
            ("", "too short"),
        ],
    ),
    (
        &SUBSCRIPTION,
        &["rhc-b2c-qa-sub"],
        &[("a/b", "may not stand"), ("", "too short")],
    ),
    (
        &VIRTUAL_NETWORK,
        &["rhc-qa-vnet", "a_"],
        &[("a", "too short"), ("-a", "begin so"), ("a-", "end so")],
    ),
    (
        &SUBNET,
        &["hp2-apps", "a"],
        &[("a b", "may not stand"), ("_a", "begin so")],
    ),
    (&SECURITY_GROUP, &["nsg_"], &[("nsg-", "end so")]),
    (
        &PRIVATE_ENDPOINT,
        &["rhc-qa-sql-pe"],
        &[("p", "too short"), ("pe.", "end so")],
    ),
    (&ZONE_LINK, &["rhc-qa-vnet"], &[("a/b", "may not stand")]),
    (
        &CONTAINER_APP,
        &["hp225qa-app", "ab"],
        &[
            ("App", "may not stand"),
            ("2app", "begin so"),
            ("a--b", "two hyphens"),
            ("a-", "end so"),
            ("a", "too short"),
        ],
    ),
    (
        &MANAGED_ENVIRONMENT,
        &["hp225qa-env"],
        &[("1env", "begin so"), ("e", "too short")],
    ),
    (
        &KEY_VAULT,
        &["hp225qa-kv"],
        &[
            ("kv", "too short"),
            ("a--b", "two hyphens"),
            ("1kv", "begin so"),
            ("a_b", "may not stand"),
        ],
    ),
    (
        &STORAGE,
        &["smx25qastorage"],
        &[
            ("smx25-qa", "may not stand"),
            ("Storage", "may not stand"),
            ("st", "too short"),
        ],
    ),
    (
        &CONTAINER,
        &["rollout"],
        &[
            ("a--b", "two hyphens"),
            ("Rollout", "may not stand"),
            ("ab", "too short"),
            ("abc-", "end so"),
        ],
    ),
    (
        &REGISTRY,
        &["smx25qaacr"],
        &[("smx25-acr", "may not stand"), ("acr", "too short")],
    ),
    (
        &WORKSPACE,
        &["hp225qa-logsworkspace"],
        &[
            ("log", "too short"),
            ("-logs", "begin so"),
            ("logs_", "may not stand"),
        ],
    ),
    (
        &INSIGHTS,
        &["hp225qa-insights", "a b"],
        &[("a/b", "may not stand"), ("a ", "end so"), ("a.", "end so")],
    ),
    (
        &IDENTITY,
        &["hp225qa-id", "a_-"],
        &[
            ("id", "too short"),
            ("_id", "begin so"),
            ("a.b", "may not stand"),
        ],
    ),
    (
        &SQL_SERVER,
        &["rhc-qa-sqlsvr", "a"],
        &[
            ("Rhc", "may not stand"),
            ("-a", "begin so"),
            ("a-", "end so"),
        ],
    ),
    (
        &SQL_DATABASE,
        &["corp_db", "a b"],
        &[
            ("a/b", "may not stand"),
            ("a.", "end so"),
            ("", "too short"),
        ],
    ),
    (
        &COMMUNICATION,
        &["hp225qa-comms"],
        &[("a.b", "may not stand")],
    ),
    (
        &EMAIL_SERVICE,
        &["smx25qa-email"],
        &[("smx25_email", "may not stand")],
    ),
    (
        &DIRECTORY,
        &["rhcqa", "RHC1"],
        &[("rhc-qa", "may not stand"), ("", "too short")],
    ),
];

#[test]
fn every_row_accepts_and_refuses_at_its_edges() {
    for (rule, accepted, refused) in ROWS {
        for name in *accepted {
            assert_eq!(rule.fault(name), None, "{} {name:?}", rule.what);
        }
        for (name, reason) in *refused {
            let fault = rule
                .fault(name)
                .unwrap_or_else(|| panic!("{} accepts {name:?}", rule.what));
            assert!(fault.contains(reason), "{name:?}: {fault}");
        }
    }
}

#[test]
fn every_row_knows_its_longest_name() {
    for (rule, _, _) in ROWS {
        let longest = "a".repeat(rule.most);
        assert_eq!(rule.fault(&longest), None, "{}", rule.what);
        let fault = rule.fault(&format!("{longest}a")).unwrap_or_default();
        assert!(fault.contains("too long"), "{}: {fault}", rule.what);
    }
}

#[test]
fn no_row_is_without_its_test() {
    let rows = include_str!("table.rs")
        .lines()
        .filter(|line| line.contains("const ") && line.contains(": NameRule ="));
    assert_eq!(rows.count(), ROWS.len());
}
