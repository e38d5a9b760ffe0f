//! `cargo xtask chaos`: the whole rollout, once for each fault at each request, compared with an undisturbed one.
//!
//! Everything runs in process on the embedded cloud and a paused clock. What needs all crates is only in the command's
//! own program.

#[cfg(any(test, feature = "chaos"))]
mod case;
#[cfg(any(test, feature = "chaos"))]
mod faults;
#[cfg(any(test, feature = "chaos"))]
mod operations;
#[cfg(any(test, feature = "chaos"))]
mod point;
#[cfg(any(test, feature = "chaos"))]
mod process;
#[cfg(any(test, feature = "chaos"))]
pub mod run;
#[cfg(any(test, feature = "chaos"))]
mod scene;
#[cfg(test)]
mod tests;

use std::process::Command;

use crate::{Outcome, run as run_command};

/// Which cases to run.
#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    /// Every fault at every request, by an optimised program.
    #[arg(long, conflicts_with = "sample")]
    pub all: bool,
    /// So many cases, chosen by chance.
    #[arg(long, value_name = "N")]
    pub sample: Option<usize>,
    /// What the chance begins with: the same seed chooses the same cases.
    #[arg(long, value_name = "S", requires = "sample")]
    pub seed: Option<u64>,
    /// Only this fault.
    #[arg(long, value_name = "FAULT")]
    pub fault: Option<String>,
    /// Only the requests whose name contains this, or the one that is called so.
    #[arg(long, value_name = "OPERATION")]
    pub at: Option<String>,
}

/// `cargo xtask chaos`: builds the program that knows all crates, and runs it.
///
/// # Errors
/// A case failed, or the program could not be built.
pub fn command(options: &Options) -> Outcome {
    let mut command = Command::new("cargo");
    command.args([
        "run",
        "--quiet",
        "--package",
        "xtask",
        "--features",
        "chaos",
    ]);
    if options.all {
        command.args(["--profile", "chaos"]);
    }
    command.args(["--bin", "chaos", "--"]);
    if options.all {
        command.arg("--all");
    }
    let numbers = [
        ("--sample", options.sample.map(|number| number.to_string())),
        ("--seed", options.seed.map(|number| number.to_string())),
        ("--fault", options.fault.clone()),
        ("--at", options.at.clone()),
    ];
    for (name, value) in numbers {
        if let Some(value) = value {
            command.arg(name).arg(value);
        }
    }
    run_command(&mut command)
}
