//! The SQL server's door: from an operator's desk users and roles are behind it.

use rollout::engine::{DoorName, FileJournal, Journal, Record, TenantKey};
use serde_json::Value;

use crate::console::{Folder, rollout, text};
use crate::state::{edit, finished};

/// Whether nobody on the internet is let in.
fn is_closed(state: &std::path::Path) -> bool {
    let value: Value = serde_json::from_slice(&std::fs::read(state).unwrap()).unwrap();
    let resources = value["sections"]["arm"]["resources"].as_object().unwrap();
    let of = |kind: &str| {
        let found = resources.values().map(|one| &one["body"]);
        let found = found.filter(|body| body["type"] == kind);
        found.cloned().collect::<Vec<_>>()
    };
    let servers = of("Microsoft.Sql/servers");
    assert_eq!(servers.len(), 1);
    servers[0]["properties"]["publicNetworkAccess"] == "Disabled"
        && of("Microsoft.Sql/servers/firewallRules").is_empty()
}

fn user<'v>(state: &'v mut Value, database: &str) -> &'v mut serde_json::Map<String, Value> {
    let databases = &mut state["sections"]["sql"]["servers"]["rhc-qa-sqlsvr"]["databases"];
    databases[database]["users"].as_object_mut().unwrap()
}

#[test]
fn a_plan_looks_behind_the_door_only_when_it_is_told_to() {
    let folder = Folder::new();
    let state = finished(&folder);
    let plan = |more: &[&str]| {
        let words = [&["plan", "--state", text(&state)], more].concat();
        let said = rollout(&words);
        assert_eq!(said.code, 0, "{}", said.words());
        assert!(is_closed(&state));
        said.words()
    };
    let words = plan(&[]);
    for part in [
        "3 not observed",
        "server closed to this computer",
        "Msg 47073",
    ] {
        assert!(words.contains(part), "{part}: {words}");
    }
    let words = plan(&["--open-window"]);
    for part in [
        "Plan: nothing to do",
        "SQL server rhc-qa-sqlsvr was opened for 203.0.113.7",
    ] {
        assert!(words.contains(part), "{part}: {words}");
    }
    let words = plan(&["--inside"]);
    assert!(words.contains("Plan: nothing to do"), "{words}");
    assert!(!words.contains("was opened"), "{words}");
}

#[test]
fn a_user_of_another_identity_is_replaced_only_when_that_is_said_by_name() {
    let folder = Folder::new();
    let state = finished(&folder);
    const OTHER: &str = "0x00112233445566778899AABBCCDDEEFF";
    const CORP: &str = "database/Microsoft.Sql/servers/rhc-qa-sqlsvr/databases/corp_db/users";
    edit(&state, |cloud| {
        let users = user(cloud, "hp2_db");
        users["rhc-hp2-qa-db"]["sid"] = OTHER.into();
        let mut stranger = users["rhc-hp2-qa-db"].clone();
        stranger["sid"] = "0x0F112233445566778899AABBCCDDEEFF".into();
        users.insert("somebody".to_owned(), stranger);
    });
    let apply = |more: &[&str]| rollout(&[&["apply", "--state", text(&state)], more].concat());
    let said = apply(&[]);
    assert_eq!(said.code, 1, "{}", said.words());
    for part in [OTHER, "--replace-user rhc-hp2-qa-db"] {
        assert!(said.words().contains(part), "{part}: {}", said.words());
    }
    assert!(is_closed(&state));

    // A plan that looked through the door knows both, and is applied as it was saved.
    let saved = folder.file("plan.json");
    let plan = |more: &[&str]| {
        let words = ["plan", "--open-window", "--state", text(&state)];
        rollout(&[&words[..], more].concat())
    };
    let blocked = plan(&[]);
    assert_eq!(blocked.code, 1, "nobody said that it may be replaced");
    for part in [
        "plan and apply with --replace-user",
        "hp2_db: somebody",
        "nobody in the file asked for it",
    ] {
        assert!(
            blocked.words().contains(part),
            "{part}: {}",
            blocked.words()
        );
    }
    let replacing = plan(&["--replace-user", "rhc-hp2-qa-db", "--out", text(&saved)]);
    assert_eq!(replacing.code, 2, "{}", replacing.words());
    edit(&state, |cloud| {
        user(cloud, "corp_db").clear();
    });
    let moved = apply(&[text(&saved)]);
    assert_eq!(moved.code, 1, "{}", moved.words());
    let says = "unchanged was planned, and now it is create";
    assert!(moved.words().contains(says), "{}", moved.words());
    assert!(is_closed(&state));
    let mended = apply(&["--target", CORP, "--inside"]);
    assert_eq!(mended.code, 0, "{}", mended.words());
    let said = apply(&[text(&saved)]);
    assert_eq!(said.code, 0, "{}", said.words());
    assert!(is_closed(&state));

    edit(&state, |cloud| {
        user(cloud, "hp2_db")["rhc-hp2-qa-db"]["sid"] = OTHER.into();
    });
    let said = apply(&["--replace-user", "rhc-hp2-qa-db"]);
    assert_eq!(said.code, 0, "{}", said.words());
    let words = said.words();
    assert!(
        words.contains("users that nobody asked for, which stay: somebody"),
        "{words}"
    );
    assert!(is_closed(&state));
    let said = rollout(&["plan", "--state", text(&state), "--inside"]);
    assert!(
        said.words().contains("Plan: nothing to do"),
        "{}",
        said.words()
    );
    edit(&state, |cloud| {
        assert!(user(cloud, "hp2_db").contains_key("somebody"));
        assert_ne!(user(cloud, "hp2_db")["rhc-hp2-qa-db"]["sid"], OTHER);
    });
}

#[test]
fn who_holds_an_identity_under_another_name_makes_room_only_when_that_is_said() {
    let folder = Folder::new();
    let state = finished(&folder);
    edit(&state, |cloud| {
        let users = user(cloud, "corp_db");
        let taken = users.remove("rhc-smx-qa-db").unwrap();
        users.insert("smx-of-old".to_owned(), taken);
    });
    let on = |words: &[&str]| rollout(&[words, &["--state", text(&state)]].concat());
    for words in [&["plan", "--open-window"][..], &["apply", "--inside"]] {
        let said = on(words);
        assert_eq!(said.code, 1, "{words:?}: {}", said.words());
        for part in ["smx-of-old", "with --replace-user"] {
            assert!(said.words().contains(part), "{part}: {}", said.words());
        }
    }
    let said = on(&["apply", "--inside", "--replace-user", "smx-of-old"]);
    assert_eq!(said.code, 0, "{}", said.words());
    edit(&state, |cloud| {
        let users = user(cloud, "corp_db");
        assert!(users.contains_key("rhc-smx-qa-db") && !users.contains_key("smx-of-old"));
    });
}

#[test]
fn whoever_only_looks_says_that_a_door_was_left_open_and_apply_closes_it_first() {
    let folder = Folder::new();
    let state = finished(&folder);
    let (mut id, mut tenant_id) = (String::new(), String::new());
    edit(&state, |cloud| {
        let resources = cloud["sections"]["arm"]["resources"]
            .as_object_mut()
            .unwrap();
        let mut servers = resources.values_mut().map(|one| &mut one["body"]);
        let server = servers
            .find(|body| body["type"] == "Microsoft.Sql/servers")
            .unwrap();
        server["properties"]["publicNetworkAccess"] = "Enabled".into();
        server["id"].as_str().unwrap().clone_into(&mut id);
        let tenants = cloud["sections"]["directory"]["tenants"]
            .as_object()
            .unwrap();
        let is_it = |one: &Value| one["initialDomain"] == "rhcdbcore.onmicrosoft.com";
        let (found, _) = tenants.iter().find(|(_, one)| is_it(one)).unwrap();
        found.clone_into(&mut tenant_id);
    });
    // What a run leaves that was killed.
    let journal = FileJournal::open(folder.file("cloud.json.journal.jsonl"), "qa").unwrap();
    let door = DoorName {
        kind: "SQL server".to_owned(),
        name: "rhc-qa-sqlsvr".to_owned(),
        tenant: TenantKey::new("database"),
        tenant_id,
        resource: id,
        principal: String::new(),
    };
    let opening = Record::WindowOpening {
        door,
        address: None,
    };
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    runtime.unwrap().block_on(journal.append(opening)).unwrap();
    drop(journal);
    let left = "an earlier run left the SQL server rhc-qa-sqlsvr open for its operator";
    for (verb, code) in [("plan", 2), ("drift", 2), ("verify", 1)] {
        let said = rollout(&[verb, "--state", text(&state)]);
        assert_eq!(said.code, code, "{verb}: {}", said.words());
        assert!(said.words().contains(left), "{verb}: {}", said.words());
        assert!(!is_closed(&state), "{verb} writes nothing");
    }
    let said = rollout(&["apply", "--state", text(&state)]);
    assert_eq!(said.code, 0, "{}", said.words());
    assert!(is_closed(&state));
    let said = rollout(&["verify", "--state", text(&state)]);
    assert_eq!(said.code, 0, "{}", said.words());
    assert!(!said.words().contains(left), "{}", said.words());
}

#[test]
fn what_makes_no_sense_with_the_door_is_refused() {
    for (words, says) in [
        (
            &["apply", "--state", "x", "--open-window"][..],
            "opens it by itself",
        ),
        (
            &["verify", "--state", "x", "--open-window"],
            "writes nothing",
        ),
        (
            &["drift", "--state", "x", "--open-window"],
            "writes nothing",
        ),
        (&["plan", "--cloud", "azure", "--inside"], "embedded clouds"),
        (
            &["verify", "--state", "x", "--replace-user", "a"],
            "replaces nobody",
        ),
        (
            &["apply", "p.json", "--state", "x", "--replace-user", "a"],
            "knows whom it replaces",
        ),
    ] {
        let said = rollout(words);
        assert_eq!(said.code, 64, "{words:?}: {}", said.words());
        assert!(said.words().contains(says), "{words:?}: {}", said.words());
    }
}
