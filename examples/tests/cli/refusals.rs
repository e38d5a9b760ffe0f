//! Everything that is refused, with its reason and its exit code.

use crate::console::{Folder, cloud, environment_with, rollout, text};

fn refused(words: &[&str], code: u8, reasons: &[&str]) {
    let said = rollout(words);
    assert_eq!(said.code, code, "{words:?}: {}", said.words());
    for reason in reasons {
        assert!(
            said.words().contains(reason),
            "{words:?} without {reason:?}: {}",
            said.words()
        );
    }
    assert!(said.out.is_empty(), "{words:?}: {}", said.out);
}

#[test]
fn wrong_words() {
    refused(
        &["frobnicate"],
        64,
        &["frobnicate", "possible values: plan"],
    );
    refused(&["--frobnicate"], 64, &["--frobnicate"]);
    refused(
        &["--cloud", "aws"],
        64,
        &["expected `embedded`, `azure`, or an address"],
    );
    refused(&["--cloud", "https://127.0.0.1"], 64, &["served over http"]);
    refused(&["--sign-in", "guess"], 64, &["possible values: person"]);
}

#[test]
fn help_is_no_failure() {
    let said = rollout(&["--help"]);
    assert_eq!((said.code, said.err.as_str()), (0, ""));
    assert!(said.out.contains("--environment") && said.out.contains("130"));
    assert_eq!(rollout(&["--version"]).code, 0);
}

#[test]
fn verbs_that_need_a_state_are_refused_without() {
    for verb in ["plan", "apply", "verify"] {
        refused(
            &[verb],
            64,
            &[verb, "needs --state FILE", "is forgotten at the end"],
        );
    }
}

#[test]
fn a_rehearsal_is_not_for_azure() {
    refused(
        &["rehearse", "--cloud", "azure"],
        64,
        &["it would make everything for real"],
    );
}

#[test]
fn options_of_another_cloud() {
    refused(
        &["plan", "--cloud", "azure", "--state", "x"],
        64,
        &["--state is where the embedded cloud"],
    );
    refused(
        &["--cloud", "http://127.0.0.1:1", "--state", "x"],
        64,
        &["--state is where"],
    );
    refused(&["--sign-in", "az"], 64, &["--sign-in is for azure"]);
}

#[test]
fn a_pipeline_that_is_none() {
    // Nothing is sent: the environment of this test is no workflow run.
    refused(
        &["plan", "--cloud", "azure", "--sign-in", "pipeline"],
        64,
        &["ACTIONS_ID_TOKEN_REQUEST_URL", "AZURE_CLIENT_ID"],
    );
}

#[test]
fn an_environment_file_that_is_not_there_or_makes_no_sense() {
    refused(
        &["--environment", "/nowhere/qa.toml"],
        64,
        &["/nowhere/qa.toml", "no such file"],
    );
    let folder = Folder::new();
    let file = folder.write(
        "hyphen.toml",
        &environment_with("\"rhcqa.onmicrosoft.com\"", "\"rhc-qa.onmicrosoft.com\""),
    );
    refused(
        &["--environment", text(&file)],
        64,
        &[
            "hyphen.toml:",
            "tenants.qa.domain",
            "rhc-qa.onmicrosoft.com",
            "may not have a hyphen",
        ],
    );
}

#[test]
fn a_script_is_told_too() {
    for words in [
        vec!["--json", "plan"],
        vec!["--json", "--environment", "/nowhere/qa.toml"],
        vec!["--json", "frobnicate"],
    ] {
        let said = rollout(&words);
        let document = said.document();
        assert_eq!(document["exit"], 64, "{words:?}");
        assert!(
            document["error"]["message"]
                .as_str()
                .is_some_and(|text| text.len() > 10)
        );
        assert!(!said.err.is_empty(), "and so is the person");
    }
}

#[test]
fn a_state_that_cannot_be_used() {
    let folder = Folder::new();
    for (name, text_of, reason) in [
        ("empty.json", "", "it is not JSON"),
        ("other.json", "{\"format\": \"terraform\"}", "format"),
        (
            "newer.json",
            "{\"format\": \"rhc-world\", \"version\": 99}",
            "version",
        ),
    ] {
        let file = folder.write(name, text_of);
        refused(&["plan", "--state", text(&file)], 64, &[name, reason]);
    }
    let itself = folder.file("");
    refused(&["plan", "--state", text(&itself)], 64, &["cannot be read"]);
    let absent = folder.file("absent.json");
    refused(
        &["verify", "--state", text(&absent)],
        64,
        &["there is no state to verify"],
    );
    assert!(!absent.exists());
}

#[test]
fn a_state_of_another_environment() {
    let folder = Folder::new();
    let state = folder.file("cloud.json");
    assert_eq!(rollout(&["apply", "--state", text(&state)]).code, 2);
    let file = folder.write(
        "other.toml",
        &environment_with("\"recalibratehealthcare.com\"", "\"somebodyelse.com\""),
    );
    refused(
        &[
            "plan",
            "--state",
            text(&state),
            "--environment",
            text(&file),
        ],
        64,
        &["'backoffice'", "made for another environment"],
    );
}

#[test]
fn a_cloud_that_nobody_serves() {
    refused(
        &["plan", "--cloud", "http://127.0.0.1:1"],
        1,
        &[
            "no embedded cloud answers at http://127.0.0.1:1",
            "embedded_cloud -- --listen",
        ],
    );
}

#[test]
fn the_served_cloud_refuses_nonsense_too() {
    for words in [
        vec!["--listen", "nowhere"],
        vec!["--speed", "0"],
        vec!["--speed", "fast"],
        vec!["person", "x", "--cloud", "azure"],
        vec!["--environment", "/nowhere/qa.toml"],
    ] {
        assert_eq!(cloud(&words).code, 64, "{words:?}");
    }
    let said = cloud(&["person", "x", "--cloud", "http://127.0.0.1:1"]);
    assert_eq!(said.code, 1);
    assert!(
        said.words().contains("no embedded cloud answers"),
        "{}",
        said.words()
    );
}
