//! What counts as a check, and what fails.

use std::path::Path;
use std::process::Command;

use super::check::{Check, KINDS, Line, Report};
use super::environment::{self, Lack};
use super::listen;
use super::table::{Against, PEERS};
use crate::root;

fn check(kind: &str, passed: bool) -> Check {
    Check {
        kind: kind.to_owned(),
        what: "a group".to_owned(),
        expected: "1".to_owned(),
        came: "2".to_owned(),
        passed,
    }
}

#[test]
fn every_peer_has_its_files_and_a_name_of_its_own() {
    let folder = root().join("xtask/peers");
    for (place, peer) in PEERS.iter().enumerate() {
        assert!(folder.join(peer.script).is_file(), "{}", peer.script);
        let mut environments = vec![peer.environment];
        if let Against::Programs { pythons, .. } = peer.against {
            environments.extend(pythons.iter().map(|(_, environment)| *environment));
        }
        for environment in environments {
            let list = format!("environments/{environment}.txt");
            let list = std::fs::read_to_string(folder.join(list)).unwrap();
            let lines = list.lines().filter(|line| !line.starts_with('#'));
            for line in lines {
                assert!(line.contains("=="), "{line} is of no certain version");
            }
        }
        assert!(PEERS[..place].iter().all(|other| other.name != peer.name));
    }
}

#[test]
fn a_peer_that_checks_all_kinds_passes() {
    let mut report = Report::default();
    for kind in KINDS {
        report.check(check(kind, true));
    }
    report.end("peer", &KINDS);
    assert_eq!(report.totals(), (KINDS.len(), 0));
}

#[test]
fn a_kind_without_check_and_reason_fails() {
    let mut report = Report::default();
    for kind in &KINDS[1..] {
        report.check(check(kind, true));
    }
    report.end("peer", &KINDS);
    assert_eq!(report.totals(), (KINDS.len() - 1, 1));
    report.left_out(KINDS[0], " ");
    assert_eq!(report.totals(), (KINDS.len() - 1, 2));
    let mut report = Report::default();
    for kind in KINDS {
        report.left_out(kind, "a reason");
    }
    report.end("peer", &KINDS);
    assert_eq!(report.totals(), (0, 0));
}

#[test]
fn a_failed_check_an_unknown_kind_and_a_broken_peer_count() {
    let mut report = Report::default();
    for kind in KINDS {
        report.check(check(kind, kind != "read"));
    }
    report.check(check("miscellany", true));
    report.broken("peer", "it ended early");
    report.end("peer", &KINDS);
    assert_eq!(report.totals(), (KINDS.len(), 3));
}

#[test]
fn only_what_a_scenario_says_of_checks_is_read() {
    let line = r#"{"kind":"read","what":"a group","expected":"1","came":"2","passed":false}"#;
    assert_eq!(Line::read(line), Line::Check(check("read", false)));
    let line = r#"{"left_out":"page","reason":"there is one only"}"#;
    assert_eq!(
        Line::read(line),
        Line::LeftOut {
            kind: "page".to_owned(),
            reason: "there is one only".to_owned()
        }
    );
    for other in ["", "Traceback", "[]", "a kind of {braces}"] {
        assert_eq!(Line::read(other), Line::Other, "{other}");
    }
}

#[test]
fn a_check_that_is_not_said_whole_has_failed() {
    let whole = r#"{"kind":"read","what":"a group","expected":"1","came":"1","passed":true}"#;
    let glued = format!("a warning{whole}");
    let cut = &whole[..whole.len() - 1];
    let without_came = r#"{"kind":"read","passed":true}"#;
    let no_reason = r#"{"left_out": "page"}"#;
    for broken in [&glued, cut, without_came, no_reason, "{}"] {
        assert_eq!(Line::read(broken), Line::Broken, "{broken}");
    }
    // As a scenario says it, to its end: what is whole counts, and so does what is not.
    let mut scenario = Command::new("printf");
    scenario.args(["%s\\n", whole, cut, "words of a client", &glued]);
    let mut report = Report::default();
    listen("peer", &mut scenario, &mut report).unwrap();
    assert_eq!(report.totals(), (1, 2));
}

#[test]
fn a_machine_without_python_is_told_what_to_do() {
    let Err(Lack::Machine(message)) =
        environment::make("python-that-is-not-there", Path::new("nowhere"))
    else {
        panic!("it should not have been made");
    };
    for words in ["python-that-is-not-there", "python3-venv", "--python"] {
        assert!(message.contains(words), "{message}");
    }
}

#[test]
fn what_cannot_be_reached_is_not_what_is_broken() {
    let without_network = "WARNING: Retrying (Retry(total=4)) after connection broken by 'NewConnectionError(...)'\n\
        ERROR: Could not find a version that satisfies the requirement azure-core==1.41.0 (from versions: none)";
    let Lack::Machine(message) = environment::not_installed(without_network) else {
        panic!("it is the network");
    };
    assert!(
        message.contains("PyPI") && message.contains("azure-core"),
        "{message}"
    );
    let unknown = "ERROR: Could not find a version that satisfies the requirement azure-core==0.0.0 (from versions: 1.41.0)";
    assert_eq!(
        environment::not_installed(unknown),
        Lack::Broken(unknown.to_owned())
    );
}
