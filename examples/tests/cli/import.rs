//! Adopting what exists from the command line.

use std::path::Path;

use serde_json::{Value, json};

use crate::console::{Folder, rollout, text};

const VAULT: &str = "hp2/Microsoft.KeyVault/vaults/hp225qa-kv";
const NETWORK: &str = "network/Microsoft.Network/virtualNetworks/rhc-qa-vnet";

/// The state of a finished environment in which these things in Azure bear no mark.
fn unmarked(state: &str, ends: &[&str]) {
    let mut kept: Value = serde_json::from_str(&std::fs::read_to_string(state).unwrap()).unwrap();
    let resources = kept["sections"]["arm"]["resources"]
        .as_object_mut()
        .unwrap();
    for end in ends {
        let (_, stored) = resources
            .iter_mut()
            .find(|(id, _)| id.ends_with(end))
            .unwrap();
        stored["body"]["tags"] = json!({"owner": "ron"});
    }
    std::fs::write(state, kept.to_string()).unwrap();
}

fn resources(state: &str) -> Value {
    let kept: Value = serde_json::from_str(&std::fs::read_to_string(state).unwrap()).unwrap();
    kept["sections"]["arm"]["resources"].clone()
}

fn seen(said: &str, folder: &Path) -> String {
    let lines = said.lines().map(|line| {
        if line.starts_with("Took: ") {
            "Took: …".to_owned()
        } else {
            line.replace(text(folder), "DIR")
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn what_the_plan_calls_foreign_is_adopted_by_its_key_and_then_mended() {
    let folder = Folder::new();
    let state = folder.file("cloud.json");
    let (state, place) = (text(&state), state.parent().unwrap());
    let with = |words: &[&str]| rollout(&[words, &["--state", state]].concat());
    assert_eq!(with(&["rehearse", "--quiet"]).code, 0);
    unmarked(
        state,
        &["/vaults/hp225qa-kv", "/virtualnetworks/rhc-qa-vnet"],
    );

    let plan = with(&["plan"]);
    assert_eq!(plan.code, 1, "{}", plan.words());
    for words in [
        &format!("step {VAULT}"),
        "adopt it by its key: import writes the mark and nothing else",
    ] {
        assert!(plan.words().contains(words), "{words}: {}", plan.words());
    }

    // One that does not exist keeps the other from being adopted.
    let before = resources(state);
    let subnet = format!("{NETWORK}/subnets/hp2-apps");
    let refused = with(&["import", VAULT, &subnet]);
    assert_eq!(refused.code, 1);
    insta::assert_snapshot!("import_refuses_all", seen(&refused.out, place));
    assert_eq!(resources(state), before);

    let events = folder.file("run.jsonl");
    let to = format!("--events={}", text(&events));
    let page = folder.file("run.html");
    let done = with(&[
        "import",
        VAULT,
        NETWORK,
        "--json",
        &to,
        "--html",
        text(&page),
    ]);
    assert_eq!(done.code, 0, "{}", done.words());
    let document = done.document();
    assert_eq!(document["plan"]["adopt"], 2);
    assert_eq!(document["apply"]["adopted"], 2);
    let events = std::fs::read_to_string(&events).unwrap();
    for (field, times) in [("\"action\":\"adopt\"", 2), ("\"effect\":\"adopted\"", 2)] {
        assert_eq!(events.matches(field).count(), times, "{field}");
    }
    assert!(std::fs::read_to_string(page).unwrap().contains("adopted"));
    let log = std::fs::read_to_string(format!("{state}.deployment-log.md")).unwrap();
    let (_, log) = log.split_once("- What: import on embedded\n").unwrap();
    assert!(log.contains("- Plan: 2 to adopt, 0 to create"), "{log}");
    assert_eq!(log.matches(" | adopted |\n").count(), 2);
    let journal = with(&["journal"]).words();
    assert!(journal.contains("2 adopted, 0 created"), "{journal}");

    let after = resources(state);
    let again = with(&["import", NETWORK, VAULT, VAULT]);
    assert_eq!(again.code, 0, "{}", again.words());
    insta::assert_snapshot!("import_finds_it_done", seen(&again.out, place));
    assert_eq!(resources(state), after);

    let plan = with(&["plan"]);
    assert_eq!(plan.code, 2, "{}", plan.words());
    assert!(
        plan.words().contains("Plan: 0 to create, 2 to update"),
        "{}",
        plan.words()
    );
    assert_eq!(with(&["apply", "--quiet"]).code, 0);
    assert_eq!(with(&["drift", "--quiet"]).code, 0);
}

#[test]
fn what_is_adopted_is_shown() {
    let folder = Folder::new();
    let state = folder.file("cloud.json");
    let (state, place) = (text(&state), state.parent().unwrap());
    let with = |words: &[&str]| rollout(&[words, &["--state", state]].concat());
    assert_eq!(with(&["rehearse", "--quiet"]).code, 0);
    unmarked(state, &["/vaults/hp225qa-kv"]);
    let done = with(&["import", VAULT]);
    assert_eq!(done.code, 0, "{}", done.words());
    insta::assert_snapshot!("import_shows_what_it_does", seen(&done.out, place));
}

#[test]
fn keys_are_whole_and_of_steps() {
    let folder = Folder::new();
    let state = folder.file("cloud.json");
    let refused = |words: &[&str], reasons: &[&str]| {
        let said = rollout(&[words, &["--state", text(&state)]].concat());
        assert_eq!(said.code, 64, "{}", said.words());
        for reason in reasons {
            assert!(said.words().contains(reason), "{reason}: {}", said.words());
        }
    };
    refused(&["import"], &["nothing is", "give it the keys"]);
    refused(
        &["import", "vaults/hp225qa-kv"],
        &["import: no step has the key 'vaults/hp225qa-kv'", VAULT],
    );
    refused(
        &["import", "hp9/Microsoft.KeyVault/vaults/hp225qa-kv"],
        &["steps that sound like it", VAULT],
    );
    refused(&["import", "network"], &["no step has the key 'network'"]);
    refused(&["import", "xyzzy"], &["below what plan shows as foreign"]);
    refused(
        &["import", VAULT, "--target", "network"],
        &["--target is for"],
    );
    refused(&["import", VAULT, "--open-window"], &["import opens none"]);
    refused(&["import", VAULT, "--preflight"], &["import makes nothing"]);
    refused(
        &["apply", "one", "two"],
        &["only import takes more than one word"],
    );
    refused(&["verify", "one"], &["only apply takes a saved plan"]);
}
