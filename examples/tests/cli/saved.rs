//! A plan that is saved, and a part of the environment.

use serde_json::Value;

use crate::console::{Folder, rollout, text};

fn edit(state: &std::path::Path, from: &str, to: &str) {
    let before = std::fs::read_to_string(state).unwrap();
    assert!(before.contains(from), "{from}");
    std::fs::write(state, before.replace(from, to)).unwrap();
}

#[test]
fn a_saved_plan_is_applied_exactly_or_not_at_all() {
    let folder = Folder::new();
    let (state, plan) = (folder.file("cloud.json"), folder.file("plan.json"));
    let (state, plan) = (text(&state), text(&plan));
    let made = rollout(&[
        "plan", "--state", state, "--target", "network", "--out", plan,
    ]);
    assert_eq!(made.code, 2, "{}", made.words());
    assert!(
        made.words()
            .contains(&format!("apply {plan} does exactly this")),
        "{}",
        made.words()
    );
    let applied = rollout(&["apply", plan, "--state", state, "--json"]);
    let stages = |said: &crate::console::Said| {
        let entries = said.document()["details"]["plan"]["entries"].clone();
        let entries: Vec<Value> = entries.as_array().unwrap().clone();
        let ids = entries
            .iter()
            .map(|entry| entry["stage"]["id"].as_str().unwrap().to_owned());
        ids.collect::<std::collections::BTreeSet<_>>()
    };
    assert!(stages(&applied).contains("network"), "the plan's own part");
    assert!(!stages(&applied).contains("delivery"), "and nothing else");

    let again = rollout(&["apply", plan, "--state", state]);
    assert_eq!(again.code, 1, "{}", again.words());
    assert!(
        again
            .words()
            .contains("create was planned, and now it is unchanged"),
        "{}",
        again.words()
    );
    assert!(
        again.words().contains("plan again with --out"),
        "{}",
        again.words()
    );
}

#[test]
fn a_plan_does_not_fit_a_world_that_has_moved() {
    let folder = Folder::new();
    let (state, plan) = (folder.file("cloud.json"), folder.file("plan.json"));
    assert_eq!(rollout(&["rehearse", "--state", text(&state)]).code, 0);
    let (path, plan) = (text(&state).to_owned(), text(&plan));
    edit(
        &state,
        "\"minimalTlsVersion\": \"1.2\"",
        "\"minimalTlsVersion\": \"1.0\"",
    );
    let drift = rollout(&["drift", "--state", &path]);
    assert_eq!(drift.code, 2, "{}", drift.words());
    assert_eq!(rollout(&["plan", "--state", &path, "--out", plan]).code, 2);
    edit(
        &state,
        "\"minimalTlsVersion\": \"1.0\"",
        "\"minimalTlsVersion\": \"1.1\"",
    );
    let moved = rollout(&["apply", plan, "--state", &path]);
    assert_eq!(moved.code, 1, "{}", moved.words());
    assert!(
        moved.words().contains("old was 1.0, and is 1.1"),
        "{}",
        moved.words()
    );
    let kept = std::fs::read_to_string(&state).unwrap();
    assert!(
        kept.contains("\"minimalTlsVersion\": \"1.1\""),
        "nothing was written"
    );
    edit(
        &state,
        "\"minimalTlsVersion\": \"1.1\"",
        "\"minimalTlsVersion\": \"1.0\"",
    );
    let fits = rollout(&["apply", plan, "--state", &path]);
    assert_eq!(fits.code, 0, "{}", fits.words());
    assert_eq!(rollout(&["drift", "--state", &path]).code, 0);
}

#[test]
fn parts_and_saved_plans_where_they_make_no_sense_are_refused() {
    let folder = Folder::new();
    let (state, none) = (folder.file("cloud.json"), folder.file("none.json"));
    let (state, none) = (text(&state), text(&none));
    for (words, said) in [
        (
            &["plan", none, "--state", state][..],
            "only apply takes a saved plan",
        ),
        (&["apply", none, "--state", state], "none.json"),
        (
            &["apply", "--out", none, "--state", state],
            "--out saves a plan",
        ),
        (
            &["verify", "--target", "network", "--state", state],
            "--target is for plan",
        ),
        (&["rehearse", "--target", "network"], "--target is for plan"),
        (
            &["plan", "--target", "nowhere", "--state", state],
            "'nowhere'",
        ),
        (
            &["plan", "--target", "sqlsvr", "--state", state],
            "steps that sound like it",
        ),
        (
            &["plan", "--html", text(&folder.file("")), "--state", state],
            "this is a folder",
        ),
        (&["mirror", "--html", none], "none of them"),
    ] {
        let refused = rollout(words);
        assert_eq!(refused.code, 64, "{words:?}: {}", refused.words());
        assert!(
            refused.words().contains(said),
            "{words:?}: {}",
            refused.words()
        );
    }
}

#[test]
fn a_page_is_written_beside_what_is_said() {
    let folder = Folder::new();
    let page = folder.file("pages/plan.html");
    let state = folder.file("cloud.json");
    let said = rollout(&[
        "plan",
        "--state",
        text(&state),
        "--html",
        text(&page),
        "--json",
    ]);
    assert_eq!(said.code, 2, "{}", said.err);
    assert_eq!(
        said.document()["verb"],
        "plan",
        "the document stays one document"
    );
    let page = std::fs::read_to_string(page).unwrap();
    assert!(page.starts_with("<!DOCTYPE html>") && page.contains("rhc-qa-sqlsvr"));
}
