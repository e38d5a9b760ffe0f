//! A walk through six edits of the environment file, as its administrator makes them: what the plan says, that the apply does it,
//! that the verification agrees, and that nothing is left to do. What cannot be done is said, with what to do instead.
//!
//! The words themselves stand in `snapshots/`.

#[allow(
    dead_code,
    reason = "shared by several test binaries, of which each uses a part"
)]
#[path = "../cli/console.rs"]
mod console;

use std::fs;
use std::path::PathBuf;
use std::sync::OnceLock;

use console::{Folder, Said, cloud, rollout, text};
use serde_json::Value;

/// An environment file beside the state of its cloud.
struct Place {
    folder: Folder,
    state: PathBuf,
    file: PathBuf,
}

/// The QA environment, finished, as its administrator has it before an edit.
fn finished() -> Place {
    static STATE: OnceLock<String> = OnceLock::new();
    let state = STATE.get_or_init(|| {
        let folder = Folder::new();
        let state = folder.file("cloud.json");
        let made = rollout(&["rehearse", "--quiet", "--state", text(&state)]);
        assert_eq!(made.code, 0, "{}", made.words());
        fs::read_to_string(state).unwrap()
    });
    let folder = Folder::new();
    Place {
        state: folder.write("cloud.json", state),
        file: folder.write("qa.toml", &qa()),
        folder,
    }
}

fn qa() -> String {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/environments/qa.toml");
    fs::read_to_string(path).unwrap()
}

fn replaced(file: &str, edits: &[(&str, &str)]) -> String {
    edits.iter().fold(file.to_owned(), |file, (from, to)| {
        assert!(file.contains(from), "{from}");
        file.replace(from, to)
    })
}

impl Place {
    /// The file, edited.
    fn edit(&self, edits: &[(&str, &str)]) {
        fs::write(&self.file, replaced(&qa(), edits)).unwrap();
    }

    /// Lets something happen in the cloud.
    fn change(&self, change: impl FnOnce(&mut Value)) {
        let state = fs::read_to_string(&self.state).unwrap();
        let mut state: Value = serde_json::from_str(&state).unwrap();
        change(&mut state);
        fs::write(&self.state, state.to_string()).unwrap();
    }

    fn with<'w>(&'w self, words: &[&'w str]) -> Vec<&'w str> {
        let place = [
            "--environment",
            text(&self.file),
            "--state",
            text(&self.state),
        ];
        words.iter().copied().chain(place).collect()
    }

    fn run(&self, words: &[&str]) -> Said {
        rollout(&self.with(words))
    }

    /// What was said, without what differs from run to run.
    fn seen(&self, run: &Said) -> String {
        let folder = self.state.parent().unwrap();
        let all = format!("exit code {}\n{}{}", run.code, run.out, run.err);
        // Long paths move the line breaks of whole paragraphs, so that only commands may hold them.
        let lines = all.lines().map(|line| {
            if line.starts_with("Took: ") {
                "Took: …".to_owned()
            } else {
                line.replace(text(folder), "DIR")
            }
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    /// Applies until nothing is left, does what waits for a person, then looks that all is well.
    fn carry_out(&self) {
        for _ in 0..8 {
            let run = self.run(&["apply", "--json"]);
            if run.code == 0 {
                break;
            }
            assert_eq!(run.code, 2, "{}", run.words());
            let document: Value = serde_json::from_str(&run.out).unwrap();
            let waiting = document["details"]["apply"]["manual"].as_array().unwrap();
            for step in waiting {
                let step = step["key"].as_str().unwrap();
                let done = cloud(&self.with(&["person", step]));
                assert_eq!(done.code, 0, "{step}: {}", done.words());
            }
        }
        let verified = self.run(&["verify"]);
        assert_eq!(verified.code, 0, "{}", verified.words());
        assert!(verified.words().contains(" 0 failed,"));
        let again = self.run(&["plan", "--inside"]);
        assert_eq!(again.code, 0, "{}", again.words());
        assert!(
            again.words().contains("Plan: nothing to do"),
            "{}",
            again.words()
        );
    }
}

#[test]
fn first_a_practice_facing_app_is_added() {
    let place = finished();
    let base = qa();
    let start = base.find("[apps.hp2]").unwrap();
    let end = base.find("[apps.smx]").unwrap();
    let app = replaced(
        &base[start..end],
        &[
            ("apps.hp2", "apps.pay"),
            ("HP2 practice management", "PAY payments"),
            ("hp225", "pay25"),
            ("rhc-hp2-qa", "rhc-pay-qa"),
            ("hp2-qa.", "pay-qa."),
            ("hp2-apps", "pay-apps"),
        ],
    );
    let subnet = "[network.subnets.pay-apps]\naddress_prefix = \"10.40.6.0/23\"\nuse = \"container-apps\"\n\
                  security_group = \"rhc-qa-pay-apps-nsg\"\nservice_endpoints = [\"Microsoft.KeyVault\"]\n\n";
    place.edit(&[
        (
            "[network.subnets.endpoints]",
            &format!("{subnet}[network.subnets.endpoints]"),
        ),
        ("[apps.smx]\n", &format!("{app}\n[apps.smx]\n")),
    ]);
    let plan = place.run(&["plan"]);
    insta::assert_snapshot!("1_an_app_is_added", place.seen(&plan));
    assert_eq!(
        plan.code, 1,
        "its repository is not there yet, and who makes one is the company"
    );

    place.change(|state| {
        let repositories = &mut state["sections"]["github"]["repositories"];
        let mut new = repositories["vokworks-ronk/hp225"].clone();
        for (field, value) in [
            ("name", Value::from("pay25")),
            ("id", 777_000_111.into()),
            ("environments", serde_json::json!({})),
        ] {
            new[field] = value;
        }
        let branches = new["branches"].as_object_mut().unwrap();
        branches.retain(|name, _| name == "main");
        repositories["vokworks-ronk/pay25"] = new;
    });
    place.carry_out();
}

#[test]
fn second_a_database_is_renamed() {
    let place = finished();
    place.edit(&[
        (
            "[database.databases.hp2_db]",
            "[database.databases.hp2_main]",
        ),
        (
            "hp2_db = [\"db_datareader\", \"db_datawriter\"]",
            "hp2_main = [\"db_datareader\", \"db_datawriter\"]",
        ),
    ]);
    insta::assert_snapshot!(
        "2_a_database_is_renamed",
        place.seen(&place.run(&["plan", "--inside"]))
    );
    place.carry_out();
    let after = place.run(&["plan", "--inside"]);
    assert!(
        after.words().contains("databases hp2_db (tenant database)"),
        "{}",
        after.words()
    );
}

#[test]
fn third_the_region_is_changed() {
    let place = finished();
    place.edit(&[("location = \"eastus2\"", "location = \"westus3\"")]);
    let plan = place.run(&["plan"]);
    insta::assert_snapshot!("3_the_region_is_changed", place.seen(&plan));
    let before = fs::read_to_string(&place.state).unwrap();
    let apply = place.run(&["apply"]);
    assert_eq!(apply.code, 1, "{}", apply.words());
    let after = fs::read_to_string(&place.state).unwrap();
    let places = |state: &str| state.matches("\"location\": \"eastus2\"").count();
    assert!(places(&before) > 20, "{}", places(&before));
    assert_eq!(places(&before), places(&after), "nothing was moved");
    assert!(!after.contains("westus3"), "and nothing made elsewhere");
}

#[test]
fn fourth_an_existing_subscription_is_given() {
    let place = finished();
    let state: Value = serde_json::from_str(&fs::read_to_string(&place.state).unwrap()).unwrap();
    let subscriptions = state["sections"]["arm"]["subscriptions"]
        .as_object()
        .unwrap();
    let named = |(_, one): &(&String, &Value)| one["displayName"] == "rhc-b2c-qa-sub";
    let (id, _) = subscriptions.iter().find(named).unwrap();
    let hosting = "name = \"rhc-b2c-qa-sub\"\n";
    place.edit(&[(hosting, &format!("{hosting}id = \"{id}\"\n"))]);
    let plan = place.run(&["plan", "--inside"]);
    insta::assert_snapshot!("4_a_subscription_is_given", place.seen(&plan));
    place.carry_out();

    place.edit(&[(
        hosting,
        &format!("{hosting}id = \"11111111-2222-4333-8444-555555555555\"\n"),
    )]);
    let plan = place.run(&["plan", "--inside"]);
    insta::assert_snapshot!("4_a_subscription_that_nobody_has", place.seen(&plan));
}

#[test]
fn fifth_the_second_factor_is_another() {
    let place = finished();
    place.edit(&[("methods = [\"email-code\"]", "methods = [\"sms\"]")]);
    insta::assert_snapshot!(
        "5_the_second_factor_is_another",
        place.seen(&place.run(&["plan"]))
    );
    place.carry_out();
}

#[test]
fn sixth_a_name_is_broken() {
    let place = finished();
    place.edit(&[("key_vault = \"hp225qa-kv\"", "key_vault = \"hp225qa_kv\"")]);
    let before = fs::read_to_string(&place.state).unwrap();
    let plan = place.run(&["plan"]);
    assert_eq!(plan.code, 64);
    insta::assert_snapshot!("6_a_name_is_broken", place.seen(&plan));
    assert_eq!(place.run(&["apply"]).code, 64);
    assert_eq!(fs::read_to_string(&place.state).unwrap(), before);
    assert!(!place.folder.file("cloud.json.journal.jsonl").exists());
}
