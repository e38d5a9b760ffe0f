//! What whoever signed in lacks is said all at once, before the first write.

#[path = "../common/edit.rs"]
#[allow(
    dead_code,
    reason = "shared by several test binaries, of which each uses a part"
)]
mod edit;

use std::path::Path;

use serde_json::{Value, json};

use self::edit::{CUSTOMERS, instead_of_owner, object, only_these, tenant};
use crate::console::{Folder, environment_with, rollout, text};
use crate::state::{edit, finished};

const READER: &str = "acdd72a7-3385-48ef-bd42-f606fba81ae7";
const GLOBAL_READER: &str = "f2ef992c-3afb-46b9-b7cf-a126ee74c451";

/// The operator holds no directory role but a reader's.
fn only_reads(state: &mut Value, domain: &str) {
    let tenant = tenant(state, domain);
    let own = tenant["operator"].clone();
    let roles = tenant["roleAssignments"].as_object_mut().unwrap();
    let mut own: Vec<_> = roles
        .values_mut()
        .filter(|role| role["principalId"] == own)
        .collect();
    assert!(!own.is_empty(), "{domain}");
    for role in &mut own {
        role["roleDefinitionId"] = json!(GLOBAL_READER);
    }
}

/// Something to do: all resources bear another tag, and an application of the customers' tenant another name.
fn to_do(folder: &Folder, state: &Path) -> std::path::PathBuf {
    edit(state, |state| {
        object(state, CUSTOMERS, "application", "rhc-hp2-qa-web")["body"]["displayName"] =
            json!("another");
    });
    let file = environment_with("cost_center = \"rhc-qa\"", "cost_center = \"other\"");
    folder.write("qa.toml", &file)
}

fn resources(state: &Path) -> Value {
    let state: Value = serde_json::from_slice(&std::fs::read(state).unwrap()).unwrap();
    state["sections"]["arm"]["resources"].clone()
}

/// What was sent that writes, by the program's own events.
fn writes(events: &Path) -> Vec<String> {
    let all = std::fs::read_to_string(events).unwrap();
    let all = all
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    let all = all.filter(|event| event["event"] == "request");
    let asked = |event: &Value| {
        let method = event["method"].as_str().unwrap();
        let url = event["path"].as_str().unwrap_or_default();
        !["GET", "HEAD"].contains(&method) && !reads(url)
    };
    all.filter(asked).map(|event| event.to_string()).collect()
}

/// What is asked by POST and changes nothing: tokens, and questions to a directory.
fn reads(path: &str) -> bool {
    let ends = [
        "/token",
        "/devicecode",
        "/getMemberGroups",
        "/oauth2/exchange",
    ];
    ends.iter().any(|end| path.ends_with(end))
}

#[test]
fn everything_that_is_missing_is_said_at_once_and_nothing_is_written() {
    let folder = Folder::new();
    let state = finished(&folder);
    let file = to_do(&folder, &state);
    edit(&state, |state| {
        instead_of_owner(state, "rhc-b2c-qa-sub", Some(READER));
        instead_of_owner(state, "rhc-db-core-sub", None);
        only_reads(state, CUSTOMERS);
    });
    let before = resources(&state);
    let events = folder.file("events.jsonl");
    let told = format!("--events={}", text(&events));
    let words = [
        "apply",
        "--state",
        text(&state),
        "--environment",
        text(&file),
    ];
    let said = rollout(&[&words[..], &["--preflight", "--verbose", "--json", &told]].concat());
    assert_eq!(said.code, 1, "{}", said.words());
    let document = said.document();
    let findings = document["preflight"].as_array().unwrap();
    let stops: Vec<&Value> = findings
        .iter()
        .filter(|one| one["severity"] == "stop")
        .collect();
    let of = |code: &str| {
        let mut own = stops.iter().filter(|one| one["code"] == code);
        let first = own
            .next()
            .unwrap_or_else(|| panic!("no {code}: {stops:#?}"));
        assert!(own.next().is_none(), "{code} twice: {stops:#?}");
        let both = ["what", "way_out", "source"].map(|part| first[part].as_str().unwrap());
        both.join(" ")
    };
    let azure = of("azure-actions-missing");
    for words in [
        "rhc-b2c-qa-sub",
        "Microsoft.App/containerApps (",
        "group rhc-hp2-qa-rg",
        "az role assignment create --assignee-object-id",
        "--assignee-principal-type User --role",
        "https://learn.microsoft.com/",
    ] {
        assert!(azure.contains(words), "{words}: {azure}");
    }
    // What Reader has is not missing.
    assert!(!azure.contains("(read"), "{azure}");
    let unreadable = of("azure-rights-unreadable");
    assert!(unreadable.contains("rhc-db-core-sub"), "{unreadable}");
    assert!(unreadable.contains("Microsoft.Sql/servers"), "{unreadable}");
    let roles = of("directory-roles-missing");
    assert!(
        roles.contains("Application Administrator") && roles.contains("roleAssignments --body"),
        "{roles}"
    );
    let message = document["error"]["message"].as_str().unwrap();
    assert!(message.contains("nothing was done"), "{message}");
    assert_eq!(writes(&events), Vec::<String>::new());
    assert!(before == resources(&state), "something was written");
}

#[test]
fn a_right_at_what_requests_name_is_missed_before_anything_is_written() {
    let folder = Folder::new();
    let state = finished(&folder);
    let file = to_do(&folder, &state);
    let joins = [
        "Microsoft.App/managedEnvironments/join/action",
        "Microsoft.Network/virtualNetworks/subnets/join/action",
    ];
    edit(&state, |state| {
        only_these(state, "rhc-b2c-qa-sub", &["*"], &joins);
    });
    let before = resources(&state);
    let words = [
        "apply",
        "--state",
        text(&state),
        "--environment",
        text(&file),
    ];
    let said = rollout(&[&words[..], &["--preflight", "--json"]].concat());
    assert_eq!(said.code, 1, "{}", said.words());
    let document = said.document();
    let findings = document["preflight"].as_array().unwrap();
    let stops: Vec<_> = findings
        .iter()
        .filter(|one| one["severity"] == "stop")
        .collect();
    let [only] = &stops[..] else {
        panic!("{stops:#?}");
    };
    assert_eq!(only["code"], "azure-actions-missing");
    let what = only["what"].as_str().unwrap();
    // Where what is named stands, and not where it is named.
    let groups = what.split_once("needs: ").unwrap().1;
    assert_eq!(
        groups,
        "group rhc-hp2-qa-rg: Microsoft.App/managedEnvironments (join/action); \
         group rhc-net-qa-rg: Microsoft.Network/virtualNetworks/subnets (join/action); \
         group rhc-smx-qa-rg: Microsoft.App/managedEnvironments (join/action)"
    );
    let way_out = only["way_out"].as_str().unwrap();
    assert!(way_out.contains("--role Contributor"), "{way_out}");
    assert!(before == resources(&state), "something was written");
}

#[test]
fn a_sign_in_without_permissions_is_refused_by_the_plans_own_needs() {
    let folder = Folder::new();
    let state = finished(&folder);
    // The Azure CLI's client has a fixed list of permissions, and those for policies are not in it.
    let domain = "domain = \"rhcqa.onmicrosoft.com\"";
    let client = "sign_in_client_id = \"04b07795-8ddb-461a-bbee-02f9e1bf7b46\"";
    let file = environment_with(domain, &format!("{domain}\n{client}"));
    let file = folder.write("qa.toml", &file);
    let words = [
        "apply",
        "--state",
        text(&state),
        "--environment",
        text(&file),
    ];
    let said = rollout(&[&words[..], &["--preflight"]].concat());
    assert_eq!(said.code, 1, "{}", said.words());
    let words = said.words();
    assert!(
        words.contains("nothing was done (permissions-missing)"),
        "{words}"
    );
    assert!(words.contains("adminconsent?client_id=04b07795"), "{words}");
    assert!(words.contains("Policy.Read.All"), "{words}");
}

#[test]
fn whoever_may_do_everything_is_told_nothing() {
    let folder = Folder::new();
    let state = folder.file("cloud.json");
    let rehearsed = rollout(&["rehearse", "--state", text(&state), "--preflight", "--json"]);
    assert_eq!(rehearsed.code, 0, "{}", rehearsed.words());
    let foreseen = rehearsed.document()["preflight"].clone();
    let foreseen = foreseen.as_array().unwrap();
    assert!(
        foreseen.iter().all(|one| one["severity"] == "note"),
        "{foreseen:#?}"
    );
    let rights = |one: &&Value| {
        let code = one["code"].as_str().unwrap();
        ["azure", "directory", "permissions", "needs"]
            .iter()
            .any(|begin| code.starts_with(begin))
    };
    assert_eq!(foreseen.iter().find(rights), None);
    let file = to_do(&folder, &state);
    let words = [
        "apply",
        "--state",
        text(&state),
        "--environment",
        text(&file),
    ];
    let said = rollout(&[&words[..], &["--preflight", "--json"]].concat());
    assert_eq!(said.code, 0, "{}", said.words());
    let foreseen = said.document()["preflight"].clone();
    assert_eq!(foreseen.as_array().unwrap().iter().find(rights), None);
}

#[test]
fn whoever_may_not_delete_is_told_before_anything_is_deleted() {
    let folder = Folder::new();
    let state = finished(&folder);
    edit(&state, |state| {
        instead_of_owner(state, "rhc-b2c-qa-sub", Some(READER));
        only_reads(state, CUSTOMERS);
    });
    let before = resources(&state);
    let events = folder.file("events.jsonl");
    let told = format!("--events={}", text(&events));
    let words = ["destroy", "--state", text(&state), "--yes-destroy", "qa"];
    let said = rollout(&[&words[..], &["--preflight", "--verbose", "--json", &told]].concat());
    assert_eq!(said.code, 1, "{}", said.words());
    let document = said.document();
    let findings = document["preflight"].as_array().unwrap();
    let of = |code: &str| {
        let found = findings.iter().find(|one| one["code"] == code);
        found.unwrap_or_else(|| panic!("no {code}: {findings:#?}"))["what"].to_string()
    };
    let azure = of("azure-actions-missing");
    assert!(
        azure.contains("resourceGroups (delete)") && !azure.contains("write"),
        "{azure}"
    );
    let roles = of("directory-roles-missing");
    assert!(roles.contains("Application Administrator"), "{roles}");
    let message = document["error"]["message"].as_str().unwrap();
    assert!(message.contains("nothing was done"), "{message}");
    assert_eq!(writes(&events), Vec::<String>::new());
    assert!(before == resources(&state), "something was deleted");
}

#[test]
fn what_a_takedown_needs_is_told_and_no_more() {
    let folder = Folder::new();
    let state = finished(&folder);
    let words = ["permissions", "--for", "destroy", "--state", text(&state)];
    let said = rollout(&[&words[..], &["--json"]].concat());
    assert_eq!(said.code, 0, "{}", said.words());
    let tenants = said.document()["permissions"].clone();
    let actions = tenants.to_string();
    assert!(
        actions.contains("resourceGroups/delete") && !actions.contains("/write"),
        "{actions}"
    );
    let refused = rollout(&["apply", "--for", "destroy", "--state", text(&state)]);
    assert_eq!(refused.code, 64, "{}", refused.words());
}
