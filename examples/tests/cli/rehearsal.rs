//! The rehearsal without arguments, for people and for scripts.

use crate::console::{Folder, rollout, text};

#[test]
fn without_arguments_everything_is_rehearsed() {
    let said = rollout(&[]);
    assert_eq!(said.code, 0, "{}{}", said.out, said.err);
    assert_eq!(said.err, "");
    for words in [
        "No account and no network",
        "the simulated person did",
        "to create, 0 to update",
        "0 failed",
        "tenants, by stage",
        "What done means",
        "Second plan: nothing to do.",
    ] {
        assert!(said.words().contains(words), "{words}: {}", said.out);
    }
}

#[test]
fn eighty_columns_are_enough() {
    for line in rollout(&[]).out.lines() {
        let longest = line.split_whitespace().map(|word| word.chars().count());
        let whole = longest.max().unwrap_or(0) > 60;
        assert!(line.chars().count() <= 80 || whole, "{line}");
    }
}

#[test]
fn a_script_gets_one_document_and_nothing_else() {
    let said = rollout(&["--json"]);
    assert_eq!(said.code, 0, "{}", said.err);
    let document = said.document();
    for (place, least) in [
        ("/plan/create", 50),
        ("/plan/manual", 3),
        ("/apply/created", 40),
        ("/verify/passed", 50),
        ("/requests", 100),
    ] {
        let found = document.pointer(place).and_then(serde_json::Value::as_u64);
        assert!(
            found.is_some_and(|found| found >= least),
            "{place}: {found:?}"
        );
    }
    for nothing in [
        "/plan/update",
        "/apply/failed",
        "/verify/failed",
        "/second_plan/create",
        "/second_plan/update",
        "/exit",
    ] {
        assert_eq!(document.pointer(nothing), Some(&0.into()), "{nothing}");
    }
    // Nothing was listed twice.
    let reads = document.pointer("/second_plan/most_reads_of_one_address");
    assert_eq!(reads, Some(&1.into()));
    for there in ["/plan/unchanged", "/apply/updated", "/verify/not_proven"] {
        assert!(
            document
                .pointer(there)
                .is_some_and(serde_json::Value::is_u64),
            "{there}"
        );
    }
    assert!(
        document["seconds"]
            .as_f64()
            .is_some_and(|seconds| seconds > 0.0)
    );
    assert!(
        said.err.contains("Second plan"),
        "people read along on standard error"
    );
}

#[test]
fn two_rehearsals_do_the_same() {
    let [mut first, mut second] = [(); 2].map(|()| rollout(&["--json"]).document());
    for document in [&mut first, &mut second] {
        document["seconds"] = 0.into();
    }
    assert_eq!(first, second);
}

#[test]
fn a_rehearsal_with_a_state_leaves_a_finished_cloud() {
    let folder = Folder::new();
    let state = folder.file("cloud.json");
    let state = text(&state);
    assert_eq!(rollout(&["rehearse", "--state", state]).code, 0);
    let plan = rollout(&["plan", "--state", state, "--inside"]);
    assert_eq!(plan.code, 0, "{}", plan.out);
    assert!(plan.out.contains("Plan: nothing to do"));
}

#[test]
fn strictness_asks_for_proof() {
    let said = rollout(&["--strict"]);
    assert_eq!(said.code, 1, "the inside cannot be proven in this version");
}
