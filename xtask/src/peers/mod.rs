//! `cargo xtask peers`: Microsoft's own clients, unchanged, against the embedded cloud.
//!
//! Each peer is one scenario, a file under `xtask/peers`, run by the Python of its own environment against a cloud of its own.
//! What it checks it says on standard output, one JSON object a line; everything else that it says is shown as it is.

pub mod azurite;
mod check;
mod cloud;
mod environment;
pub mod sql;
mod table;
#[cfg(test)]
mod tests;

use std::{
    io::{BufRead, BufReader},
    process::{Command, Stdio},
};

use check::{Line, Report};
use cloud::Cloud;
use environment::Lack;
use table::{Against, PEERS, Peer};

use crate::program::{self, Program};
use crate::{Outcome, bench::now, root};

/// Which peers to run.
#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    /// Only the peers whose name contains this; can be given several times.
    #[arg(value_name = "PEER")]
    pub only: Vec<String>,
    /// A program to make the environments with; it needs the modules `venv` and `pip`.
    #[arg(long, value_name = "PROGRAM", default_value = "python3")]
    pub python: String,
    /// Say `PEERS NOT RUN` and why, instead of failing, where this machine has no Python for them or cannot reach PyPI.
    #[arg(long)]
    pub where_possible: bool,
}

/// Installs the peers, runs them, and counts.
///
/// # Errors
/// A check failed, a peer could not be installed or did not check what it has to, or there is no cloud.
pub fn run(options: &Options) -> Outcome {
    let wanted: Vec<_> = PEERS
        .iter()
        .filter(|peer| peer.is_among(&options.only))
        .collect();
    if wanted.is_empty() {
        let names: Vec<_> = PEERS.iter().map(|peer| peer.name).collect();
        return Err(format!(
            "no peer is called so; there are: {}",
            names.join(", ")
        ));
    }
    let began = now();
    let (mut report, mut not_run) = (Report::default(), 0);
    for peer in &wanted {
        println!("=== {}", peer.name);
        let since = now();
        match prepared(peer, options) {
            Ok(mut scenario) => {
                meet(peer, &mut scenario, &mut report)?;
                println!("    {} s", since.elapsed().as_secs());
            }
            Err(Lack::Machine(message)) if options.where_possible => {
                println!("PEERS NOT RUN: {}: {message}", peer.name);
                not_run += 1;
                continue;
            }
            Err(Lack::Machine(message) | Lack::Broken(message)) => {
                report.broken(peer.name, &message);
            }
        }
        report.end(peer.name, peer.kinds());
    }
    let (passed, failed) = report.totals();
    let met = wanted.len() - not_run;
    println!(
        "{met} of {} peers in {} s: {passed} passed, {failed} failed",
        wanted.len(),
        began.elapsed().as_secs()
    );
    match failed {
        0 => Ok(()),
        _ => Err("peers: not every check passed".to_owned()),
    }
}

/// A scenario with everything that it has to be told but its cloud.
fn prepared(peer: &Peer, options: &Options) -> Result<Command, Lack> {
    let python = environment::python(peer.environment, &options.python)?;
    let mut scenario = python_scenario(&python, peer.script);
    if let Against::Programs {
        examples, pythons, ..
    } = peer.against
    {
        for (variable, environment) in pythons {
            scenario.env(variable, environment::python(environment, &options.python)?);
        }
        for example in examples {
            let program = program::build(Program::Example(example), "dev").map_err(Lack::Broken)?;
            scenario.env(example.to_uppercase(), program);
        }
        scenario.env("SPEED", peer.speed.to_string());
    }
    Ok(scenario)
}

/// Runs one scenario, against a cloud unless it has its own.
fn meet(peer: &Peer, scenario: &mut Command, report: &mut Report) -> Outcome {
    if peer.against != Against::Empty {
        return listen(peer.name, scenario.current_dir(root()), report);
    }
    match Cloud::start(
        &program::build(Program::Example("embedded_cloud"), "dev")?,
        peer.speed,
    ) {
        Ok(cloud) => {
            scenario.current_dir(cloud.folder()).envs(cloud.variables());
            listen(peer.name, scenario, report)
        }
        Err(message) => {
            report.broken(peer.name, &message);
            Ok(())
        }
    }
}

/// A scenario under `xtask/peers`, for the Python of its environment.
fn python_scenario(python: &std::path::Path, script: &str) -> Command {
    let frame = root().join("xtask/peers");
    let script = frame.join(script);
    let mut scenario = Command::new(python);
    // The frame of all scenarios; what belongs to this one stands beside it, where Python looks first.
    scenario
        .arg("-u")
        .env("PYTHONPATH", frame)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .arg(script);
    scenario
}

/// Runs a scenario to its end and takes what it says of its checks.
fn listen(name: &str, scenario: &mut Command, report: &mut Report) -> Outcome {
    let mut running = scenario
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("{scenario:?}: {error}"))?;
    if let Some(output) = running.stdout.take() {
        for line in BufReader::new(output).split(b'\n') {
            let line = line.map_err(|error| format!("{name}: {error}"))?;
            // A client may say anything in any encoding.
            let line = String::from_utf8_lossy(&line);
            match Line::read(line.trim_end_matches('\r')) {
                Line::Check(check) => report.check(check),
                Line::LeftOut { kind, reason } => report.left_out(&kind, &reason),
                Line::Broken => report.broken(name, &format!("this says nothing whole: {line}")),
                Line::Other => println!("{line}"),
            }
        }
    }
    let status = running.wait().map_err(|error| format!("{name}: {error}"))?;
    if !status.success() {
        report.broken(name, &format!("the scenario ended with {status}"));
    }
    Ok(())
}
