//! `cargo xtask peers-sql`: clients of SQL servers that were not written here, unchanged, against the fake SQL server; and our
//! client against Microsoft's server for tests.
//!
//! Each peer is one scenario under `xtask/peers/sql`. A peer that cannot be had is not run: it counts neither as passed nor as
//! failed, and the command fails at its end.

pub(super) mod install;
mod server;
mod table;

use std::process::Command;

use server::Server;
use table::{PEERS, Peer, Source};

use super::check::Report;
use super::{listen, python_scenario};
use crate::{Outcome, root};

/// Which peers to run.
#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    /// Only the peers whose name contains this; can be given several times.
    #[arg(value_name = "PEER")]
    pub only: Vec<String>,
    /// A program to make Python's environments with; it needs the modules `venv` and `pip`.
    #[arg(long, value_name = "PROGRAM", default_value = "python3")]
    pub python: String,
}

/// Installs the peers, runs them, and counts.
///
/// # Errors
/// A check failed, or a peer could not be had.
pub fn run(options: &Options) -> Outcome {
    let named = |peer: &&Peer| {
        let only = &options.only;
        only.is_empty() || only.iter().any(|name| peer.name.contains(name.as_str()))
    };
    let wanted: Vec<_> = PEERS.iter().filter(named).collect();
    if wanted.is_empty() {
        let names: Vec<_> = PEERS.iter().map(|peer| peer.name).collect();
        return Err(format!(
            "no peer is called so; there are: {}",
            names.join(", ")
        ));
    }
    let server = Server::start()?;
    let mut report = Report::default();
    for peer in wanted {
        println!("=== {}", peer.name);
        match scenario(peer, options) {
            Ok(mut scenario) => {
                scenario
                    .envs(server.variables())
                    .current_dir(server.folder());
                listen(peer.name, &mut scenario, &mut report)?;
                report.end(peer.name, peer.kinds);
            }
            Err(message) => report.absent(peer.name, &message, peer.remedy),
        }
    }
    let (passed, failed) = report.totals();
    let absent = report.absentees().join(", ");
    if !absent.is_empty() {
        println!("not run, and so neither passed nor failed: {absent}");
    }
    println!("{passed} passed, {failed} failed");
    match (failed, absent.is_empty()) {
        (0, true) => Ok(()),
        (0, false) => Err(format!("peers-sql: not run: {absent}")),
        _ => Err("peers-sql: not every check passed".to_owned()),
    }
}

/// A peer's scenario, with everything installed that it needs.
fn scenario(peer: &Peer, options: &Options) -> Outcome<Command> {
    Ok(match peer.source {
        Source::Python {
            environment,
            script,
            module,
        } => {
            let python = super::environment::python(environment, &options.python)?;
            install::loads(&python, module)?;
            python_scenario(&python, script)
        }
        Source::Node { folder, script } => {
            let installed = install::node(folder, "sql-node")?;
            let mut scenario = Command::new("node");
            scenario
                .arg(root().join("xtask/peers").join(script))
                .env("NODE_PACKAGES", installed);
            scenario
        }
        Source::Rust { folder, word } => {
            let mut scenario = Command::new(install::rust(folder)?);
            scenario.arg(word);
            scenario
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn each_peer_has_its_scenario_its_versions_and_words_for_when_it_cannot_be_had() {
        let mut names = BTreeSet::new();
        for peer in PEERS {
            assert!(names.insert(peer.name) && !peer.kinds.is_empty());
            assert!(peer.remedy.contains("needs"), "{}", peer.name);
            let files = match peer.source {
                Source::Python {
                    environment,
                    script,
                    ..
                } => vec![script.to_owned(), format!("environments/{environment}.txt")],
                Source::Node { folder, script } => {
                    vec![script.to_owned(), format!("{folder}/package-lock.json")]
                }
                Source::Rust { folder, .. } => vec![format!("{folder}/Cargo.lock")],
            };
            for file in files {
                assert!(root().join("xtask/peers").join(&file).is_file(), "{file}");
            }
        }
    }

    #[test]
    fn a_peer_that_cannot_be_had_is_neither_passed_nor_failed_and_is_named() {
        let mut report = Report::default();
        report.absent("tedious", "npm: not found", "it needs npm");
        assert_eq!(report.totals(), (0, 0));
        assert_eq!(report.absentees(), ["tedious"]);
    }
}
