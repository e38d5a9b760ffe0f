//! Taking an environment down from the command line.

use std::path::Path;

use serde_json::Value;

use crate::console::{Folder, environment_with, rollout, text};

/// What was said, without what differs from run to run.
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
fn an_environment_is_taken_down_twice_and_built_again() {
    let folder = Folder::new();
    let state = folder.file("cloud.json");
    let (state, place) = (text(&state), state.parent().unwrap());
    let with = |words: &[&str]| rollout(&[words, &["--state", state]].concat());
    assert_eq!(with(&["rehearse", "--quiet"]).code, 0);

    // Nobody is at a terminal here, and nobody said the name.
    let before = std::fs::read_to_string(state).unwrap();
    let asked = with(&["destroy"]);
    assert_eq!(asked.code, 64);
    assert!(
        asked.words().contains("--yes-destroy qa"),
        "{}",
        asked.words()
    );
    insta::assert_snapshot!("destroy_shows_what_it_would_do", seen(&asked.out, place));
    let resources = |state: &str| {
        let state: Value = serde_json::from_str(state).unwrap();
        state["sections"]["arm"]["resources"]
            .as_object()
            .unwrap()
            .len()
    };
    let after = std::fs::read_to_string(state).unwrap();
    assert_eq!(resources(&after), resources(&before));

    let events = folder.file("run.jsonl");
    let to = format!("--events={}", text(&events));
    let page = folder.file("run.html");
    let done = with(&[
        "destroy",
        "--yes-destroy",
        "qa",
        "--json",
        &to,
        "--html",
        text(&page),
    ]);
    assert_eq!(done.code, 0, "{}", done.words());
    let document = done.document();
    let deleted = document["plan"]["delete"].as_u64().unwrap();
    assert_eq!(document["apply"]["deleted"], deleted);
    let events = std::fs::read_to_string(&events).unwrap();
    let effects = events.matches("\"effect\":\"deleted\"").count() as u64;
    assert_eq!(effects, deleted);
    assert_eq!(
        events.matches("\"action\":\"delete\"").count() as u64,
        deleted
    );
    let page = std::fs::read_to_string(page).unwrap();
    assert!(page.contains("deleted") && page.contains("stays"));
    let log = std::fs::read_to_string(format!("{state}.deployment-log.md")).unwrap();
    let (_, log) = log.split_once("- What: destroy on embedded\n").unwrap();
    assert!(
        log.contains(&format!("- Plan: {deleted} to delete")),
        "{log}"
    );
    assert_eq!(log.matches(" | deleted |\n").count() as u64, deleted);
    let journal = with(&["journal"]);
    let last = journal.words();
    assert!(
        last.contains(&format!("{deleted} deleted, 0 created")),
        "{last}"
    );

    let again = with(&["destroy"]);
    assert_eq!(again.code, 0, "{}", again.words());
    insta::assert_snapshot!("destroy_finds_nothing", seen(&again.out, place));
    let quiet = with(&["destroy", "--quiet"]);
    let words = "Takedown: nothing is left to delete";
    assert!(quiet.words().trim().starts_with(words), "{}", quiet.words());

    let built = with(&["rehearse", "--quiet"]);
    assert_eq!(built.code, 0, "{}", built.words());
}

#[test]
fn production_and_other_environments_are_refused() {
    let folder = Folder::new();
    let state = folder.file("cloud.json");
    let refused = |file: Option<&Path>, words: &[&str], reasons: &[&str]| {
        let mut all = vec!["destroy", "--state", text(&state)];
        all.extend(words);
        if let Some(file) = file {
            all.extend(["--environment", text(file)]);
        }
        let said = rollout(&all);
        assert_eq!(said.code, 64, "{}", said.words());
        for reason in reasons {
            assert!(said.words().contains(reason), "{reason}: {}", said.words());
        }
        assert!(!state.exists());
    };
    refused(
        None,
        &["--yes-destroy", "prod"],
        &[
            "--yes-destroy says 'prod'",
            "the environment 'qa'",
            "nothing was deleted",
        ],
    );
    refused(None, &["--yes"], &["--yes is not enough"]);
    let file = folder.write("phase.toml", &environment_with("phase = 1", "phase = 2"));
    refused(
        Some(&file),
        &["--yes-destroy", "qa"],
        &["destroy is for QA", "phase = 2", "by hand"],
    );
    let named = environment_with(
        "display_name = \"Recalibrate Healthcare QA\"",
        "display_name = \"Recalibrate Healthcare Production\"",
    );
    let file = folder.write("named.toml", &named);
    refused(Some(&file), &["--yes-destroy", "qa"], &["says production"]);
    let own = concat!(env!("CARGO_MANIFEST_DIR"), "/environments/prod.toml");
    for words in [&["--yes-destroy", "prod"][..], &[]] {
        refused(
            Some(Path::new(own)),
            words,
            &["destroy is for QA", "phase = 2", "by hand"],
        );
    }
    let said = rollout(&["plan", "--state", text(&state), "--yes-destroy", "qa"]);
    assert_eq!(said.code, 64);
    assert!(
        said.words().contains("--yes-destroy is for destroy"),
        "{}",
        said.words()
    );
}
