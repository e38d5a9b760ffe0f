//! The embedded cloud in a file: what is made stays, what a person edits is seen, what fails is kept.

use std::path::Path;
use std::sync::LazyLock;

use rollout::engine::FileJournal;
use serde_json::Value;

use crate::console::{Folder, cloud, rollout, text};

const DATABASE: &str = "tenants/rhcdbcore.onmicrosoft.com";

fn steps_by_hand(state: &str) {
    for step in [
        DATABASE.to_owned(),
        format!("{DATABASE}/native-administrators"),
        "tenants/rhcqa.onmicrosoft.com/native-administrators".to_owned(),
        "domains/hp2-qa.recalibratex.net/records".to_owned(),
        "domains/smx-qa.recalibratex.net/records".to_owned(),
        "delivery/repositories/vokworks-ronk/hp225/branches/qa".to_owned(),
        "delivery/repositories/vokworks-ronk/smx25/branches/qa".to_owned(),
        "images/rhc-probe:1".to_owned(),
    ] {
        let said = cloud(&["person", &step, "--state", state]);
        assert_eq!(said.code, 0, "{step}: {}", said.words());
    }
}

/// A cloud in which everything is done: made once, and each test gets its own copy.
pub(crate) fn finished(folder: &Folder) -> std::path::PathBuf {
    static MADE: LazyLock<Folder> = LazyLock::new(|| {
        let folder = Folder::new();
        let state = folder.file("cloud.json");
        assert_eq!(rollout(&["rehearse", "--state", text(&state)]).code, 0);
        folder
    });
    MADE.copy_to(folder);
    folder.file("cloud.json")
}

pub(crate) fn edit(state: &Path, change: impl FnOnce(&mut Value)) {
    let mut value: Value = serde_json::from_slice(&std::fs::read(state).unwrap()).unwrap();
    change(&mut value);
    std::fs::write(state, value.to_string()).unwrap();
}

fn resource<'v>(state: &'v mut Value, end: &str) -> &'v mut Value {
    let resources = state["sections"]["arm"]["resources"]
        .as_object_mut()
        .unwrap();
    let found = resources
        .iter_mut()
        .find(|(id, _)| id.ends_with(&end.to_lowercase()));
    &mut found.unwrap().1["body"]
}

#[test]
fn a_rollout_stops_for_the_person_and_goes_on_after_him() {
    let folder = Folder::new();
    let state = folder.file("cloud.json");
    let state = text(&state);
    let planned = rollout(&["plan", "--state", state]);
    assert_eq!(planned.code, 2);
    assert!(!Path::new(state).exists(), "a plan writes nothing");

    let first = rollout(&["apply", "--state", state]);
    assert_eq!(first.code, 2, "{}", first.words());
    assert!(first.words().contains("Waits for a person"));
    assert!(first.words().contains("Next: do the manual steps"));
    for run in [&planned, &first] {
        let words = run.words();
        let portal = words.find("https://entra.microsoft.com").unwrap();
        let here = words.find("Here: this cloud is embedded").unwrap();
        assert!(portal < here, "{words}");
        assert!(words[here..].contains("person STEP"), "{words}");
        assert!(words[here..].contains(state), "{words}");
    }
    let early = cloud(&[
        "person",
        &format!("{DATABASE}/native-administrators"),
        "--state",
        state,
    ]);
    assert_eq!(early.code, 1, "its tenant is not there yet");
    let unknown = cloud(&["person", "nothing", "--state", state]);
    assert!(unknown.words().contains(DATABASE), "{}", unknown.words());
    let list = cloud(&["person", "--state", state]);
    assert!(
        list.words().contains(&format!("* {DATABASE}:")),
        "{}",
        list.out
    );

    steps_by_hand(state);
    let second = rollout(&["apply", "--state", state]);
    assert_eq!(second.code, 2, "{}", second.words());
    for last in [
        "baseline/no-accounts-from-outside",
        "compliance/microsoft.aadiam/diagnosticSettings/qa/rhc-qa-entra",
    ] {
        assert!(second.words().contains(last), "{}", second.words());
        assert_eq!(cloud(&["person", last, "--state", state]).code, 0, "{last}");
    }
    let third = rollout(&["apply", "--state", state]);
    assert_eq!(third.code, 0, "{}", third.words());
    let plan = rollout(&["plan", "--state", state, "--json"]);
    assert_eq!(plan.code, 0);
    assert_eq!(plan.document()["apply"], Value::Null, "nothing was applied");
    assert_eq!(rollout(&["verify", "--state", state]).code, 0);
    assert_eq!(rollout(&["verify", "--state", state, "--strict"]).code, 1);
}

#[test]
fn an_edited_field_is_seen_mended_and_gone() {
    let folder = Folder::new();
    let state = finished(&folder);
    edit(&state, |state| {
        let server = resource(state, "Microsoft.Sql/servers/rhc-qa-sqlsvr");
        server["properties"]["minimalTlsVersion"] = "1.0".into();
    });
    let state = text(&state);
    let plan = rollout(&["plan", "--state", state]);
    assert_eq!(plan.code, 2);
    assert!(
        plan.words()
            .contains("properties.minimalTlsVersion: \"1.0\" -> \"1.2\""),
        "{}",
        plan.out
    );
    assert!(
        plan.words().contains("Plan: 0 to create, 1 to update"),
        "{}",
        plan.out
    );
    let verified = rollout(&["verify", "--state", state]);
    assert_eq!(verified.code, 1);
    assert!(
        verified.words().contains("minimalTlsVersion"),
        "{}",
        verified.out
    );
    assert_eq!(rollout(&["apply", "--state", state]).code, 0);
    assert_eq!(rollout(&["plan", "--state", state]).code, 0);
}

#[test]
fn what_is_made_before_a_failure_is_kept() {
    let folder = Folder::new();
    let state = finished(&folder);
    edit(&state, |state| {
        // Without its mark it is somebody else's.
        resource(state, "resourceGroups/rhc-hp2-qa-rg")["tags"] = serde_json::json!({});
        let server = resource(state, "Microsoft.Sql/servers/rhc-qa-sqlsvr");
        server["properties"]["minimalTlsVersion"] = "1.0".into();
    });
    let said = rollout(&["apply", "--state", text(&state), "--json"]);
    assert_eq!(said.code, 1, "{}", said.words());
    let document = said.document();
    assert_eq!(document["exit"], 1);
    assert!(
        document["apply"]["failed"]
            .as_u64()
            .is_some_and(|failed| failed > 0)
    );
    edit(&state, |state| {
        let server = resource(state, "Microsoft.Sql/servers/rhc-qa-sqlsvr");
        assert_eq!(
            server["properties"]["minimalTlsVersion"], "1.2",
            "what could be done was kept"
        );
    });
}

#[test]
fn one_run_at_a_time() {
    let folder = Folder::new();
    let state = finished(&folder);
    let journal = folder.file("cloud.json.journal.jsonl");
    assert!(journal.exists(), "beside the state");
    let held = FileJournal::open(&journal, "qa").unwrap();
    let said = rollout(&["apply", "--state", text(&state)]);
    assert_eq!(said.code, 1);
    assert!(said.words().contains("another run"), "{}", said.words());
    let plan = rollout(&["plan", "--state", text(&state)]);
    assert_eq!(
        plan.code,
        0,
        "a plan writes nothing and need not wait: {}",
        plan.words()
    );
    drop(held);
    assert_eq!(rollout(&["apply", "--state", text(&state)]).code, 0);
}

#[test]
fn the_state_is_not_looked_at_while_another_run_holds_the_journal() {
    let folder = Folder::new();
    let state = folder.file("cloud.json");
    std::fs::write(&state, "half of what the other run is writ").unwrap();
    let journal = folder.file("cloud.json.journal.jsonl");
    let held = FileJournal::open(&journal, "qa").unwrap();
    for verb in ["apply", "rehearse"] {
        let said = rollout(&[verb, "--state", text(&state)]);
        assert_eq!(said.code, 1, "{}", said.words());
        assert!(said.words().contains("another run"), "{}", said.words());
    }
    drop(held);
    let said = rollout(&["apply", "--state", text(&state)]);
    assert_eq!(said.code, 64, "{}", said.words());
}

#[test]
fn the_journal_is_shown() {
    let folder = Folder::new();
    let state = folder.file("cloud.json");
    let none = rollout(&["journal", "--state", text(&state)]);
    assert_eq!(none.code, 0, "{}", none.words());
    assert!(none.words().contains("0 runs"), "{}", none.words());

    let state = finished(&folder);
    let said = rollout(&["journal", "--state", text(&state)]);
    assert_eq!(said.code, 0);
    assert!(said.words().contains("1 run"), "{}", said.words());
    assert!(said.words().contains("0 failed"), "{}", said.words());

    let file = folder.file("cloud.json.journal.jsonl");
    let journal = FileJournal::open(&file, "qa").unwrap();
    let lines = [
        r#"{"at":"2001-01-01T00:00:00Z","record":"run_started","pid":7}"#,
        r#"{"at":"2001-01-01T00:00:01Z","record":"intent","key":"a/b","change":"create","digest":"x"}"#,
        r#"{"at":"2001-01-01T00:00:02Z","record":"operation","key":"a/b","operation":"https://x/?sig=secret"}"#,
        r#"{"at":"2001-0"#,
    ];
    let mut whole = std::fs::read_to_string(&file).unwrap();
    whole.push_str(&lines.join("\n"));
    std::fs::write(&file, whole).unwrap();
    let said = rollout(&["journal", "--state", text(&state)]);
    assert_eq!(said.code, 0, "{}", said.words());
    for words in [
        "a run is using it (process",
        "2 runs",
        "a/b, since 2001-01-01T00:00:01Z, with the id of its operation",
        "not whole (13 bytes)",
        "clock was set back meanwhile (1 time)",
    ] {
        assert!(said.words().contains(words), "{words}: {}", said.words());
    }
    assert!(!said.words().contains("secret"), "{}", said.words());
    let document = rollout(&["journal", "--state", text(&state), "--json"]).document();
    assert_eq!(document["journal"]["runs"][1]["pid"], 7);
    assert_eq!(document["journal"]["open"][0]["operation"], true);
    drop(journal);

    for (words, why) in [
        (&["journal"][..], "no journal"),
        (
            &["journal", "--journal", "nowhere.jsonl"][..],
            "no such journal",
        ),
    ] {
        let said = rollout(words);
        assert_eq!(said.code, 64, "{}", said.words());
        assert!(said.words().contains(why), "{}", said.words());
    }
}

#[test]
fn the_journal_of_another_environment_is_refused() {
    let folder = Folder::new();
    let journal = folder.file("other.jsonl");
    drop(FileJournal::open(&journal, "production").unwrap());
    let state = folder.file("cloud.json");
    let said = rollout(&[
        "apply",
        "--state",
        text(&state),
        "--journal",
        text(&journal),
    ]);
    assert_eq!(said.code, 1);
    assert!(said.words().contains("'production'"), "{}", said.words());
}

#[test]
fn a_run_that_may_not_write_leaves_the_state_of_the_one_that_does() {
    let folder = Folder::new();
    let state = finished(&folder);
    let journal = folder.file("cloud.json.journal.jsonl");
    let _running = FileJournal::open(&journal, "qa").unwrap();
    let before = std::fs::metadata(&state).unwrap().modified().unwrap();
    let other = rollout(&["apply", "--state", text(&state)]);
    assert_eq!(other.code, 1, "{}", other.words());
    let after = std::fs::metadata(&state).unwrap().modified().unwrap();
    assert_eq!(before, after, "the state was written again");
}

#[test]
fn a_state_that_is_no_file_is_refused() {
    let folder = Folder::new();
    let place = folder.file("folder");
    std::fs::create_dir(&place).unwrap();
    for verb in ["plan", "apply"] {
        let refused = rollout(&[verb, "--state", text(&place)]);
        assert_eq!(refused.code, 64, "{}", refused.words());
        assert!(
            refused.words().contains("not a file"),
            "{}",
            refused.words()
        );
    }
}

#[test]
fn what_was_taken_out_of_the_file_is_in_the_total() {
    let folder = Folder::new();
    let state = finished(&folder);
    let qa = concat!(env!("CARGO_MANIFEST_DIR"), "/environments/qa.toml");
    let qa = std::fs::read_to_string(qa).unwrap();
    let (before, rest) = qa.split_once("[database.databases.hp2_db]").unwrap();
    let (_, after) = rest.split_once("[database.audit]").unwrap();
    let without = format!("{before}[database.audit]{after}")
        .replace("hp2_db = [\"db_datareader\", \"db_datawriter\"]\n", "");
    let file = folder.file("without.toml");
    std::fs::write(&file, without).unwrap();
    let plan = rollout(&[
        "plan",
        "--state",
        text(&state),
        "--environment",
        text(&file),
    ]);
    // The job that looks from inside no longer looks at that database.
    assert_eq!(plan.code, 2, "{}", plan.words());
    let words = plan.words();
    assert!(words.contains("- databases hp2_db"), "{words}");
    assert!(words.contains("0 to create, 1 to update"), "{words}");
    assert!(words.contains("1 left over."), "{words}");
}

#[test]
fn a_journal_that_cannot_be_written_says_where_else() {
    let folder = Folder::new();
    let (state, place) = (folder.file("cloud.json"), folder.file("folder"));
    std::fs::create_dir(&place).unwrap();
    let arguments = ["apply", "--state", text(&state), "--journal", text(&place)];
    let refused = rollout(&arguments);
    assert_eq!(refused.code, 1);
    assert!(
        refused.words().contains("or --journal FILE"),
        "{}",
        refused.words()
    );
    assert!(!state.exists(), "nothing was begun");
}
