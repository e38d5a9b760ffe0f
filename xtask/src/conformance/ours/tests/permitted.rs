//! The permissions that our docs name.

use std::collections::BTreeSet;

use serde_json::json;

use super::{super::permissions, Permissions, Report, failures};
use crate::operations::Documented;

fn described() -> Permissions {
    let set =
        |method: &str, path: &str, how: &str| json!({"methods": [method], "paths": {path: how}});
    Permissions::read(&json!({"permissions": {
        "Group.Read.All": {"pathSets": [set("GET", "/groups/{id}", "least=Application")]},
        "Group.ReadWrite.All": {"pathSets": [set("PATCH", "/groups/{id}", ""), set("GET", "/groups/{id}", "")]},
        "Policy.ReadWrite.All": {"pathSets": [set("PATCH", "/policies/x", "least=Application;AlsoRequires=Policy.Read.All")]},
        "Policy.Read.All": {"pathSets": [set("GET", "/policies/x", "")]},
    }}))
    .unwrap()
}

fn found(requests: &[(&str, &str)], permission: &str) -> Vec<String> {
    let documented: Vec<_> = requests
        .iter()
        .map(|(method, path)| Documented {
            package: "rhc-graph",
            link: "Things::thing".to_owned(),
            place: "a.rs:1".to_owned(),
            method: (*method).to_owned(),
            path: (*path).to_owned(),
            permission: permission.to_owned(),
        })
        .collect();
    let mut report = Report::default();
    permissions::methods(&described(), &documented, &mut report);
    failures(&report)
}

#[test]
fn what_is_needed_beside_counts() {
    let held = |names: &[&'static str]| names.iter().copied().collect::<BTreeSet<_>>();
    let suffice = |names| described().suffice("PATCH", "/policies/x", &held(names));
    assert_eq!(suffice(&["Policy.ReadWrite.All"]), Some(false));
    assert_eq!(
        suffice(&["Policy.ReadWrite.All", "Policy.Read.All"]),
        Some(true)
    );
    assert_eq!(described().suffice("GET", "/nothing", &held(&[])), None);
}

#[test]
fn a_permission_that_is_not_enough_is_seen() {
    let read = [("GET", "/groups/{id}")];
    let write = [("PATCH", "/groups/{id}")];
    for (requests, good) in [
        (&read, "`Group.Read.All`"),
        (
            &read,
            "`Group.Read.All`, or `Group.ReadWrite.All` for more; for some also `Policy.Read.All`",
        ),
        (&write, "`Group.ReadWrite.All`"),
        (
            &[("PATCH", "/policies/x")],
            "`Policy.Read.All` and `Policy.ReadWrite.All`",
        ),
    ] {
        assert_eq!(found(requests, good), [""; 0], "{good}");
    }
    for (requests, bad, says) in [
        (
            &write,
            "`Group.Read.All`",
            "none of what `Things::thing` says is enough",
        ),
        (
            &read,
            "`Group.Read.All`; for an application `Policy.Read.All`",
            "`Policy.Read.All` is not enough",
        ),
        (
            &read,
            "nothing",
            "none of what `Things::thing` says is enough",
        ),
        (
            &[("PATCH", "/policies/x")],
            "`Policy.ReadWrite.All`",
            "`Policy.ReadWrite.All` is not enough",
        ),
    ] {
        let found = found(requests, bad);
        assert!(
            found.iter().any(|line| line.contains(says)),
            "{bad}: {found:?}"
        );
    }
}

#[test]
fn of_several_requests_each_has_its_own() {
    let both = [("GET", "/groups/{id}"), ("GET", "/policies/x")];
    assert_eq!(
        found(&both, "`Group.Read.All`; of a policy `Policy.Read.All`"),
        [""; 0]
    );
    let found = found(&both, "`Group.Read.All`");
    assert!(
        found.len() == 1 && found[0].contains("GET /policies/x"),
        "{found:?}"
    );
}
