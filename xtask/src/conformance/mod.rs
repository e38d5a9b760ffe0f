//! `cargo xtask conformance`: what we send and what our fakes answer, against what Microsoft publishes.
//!
//! The descriptions and recordings are read where they are and never copied. Everything that reads and compares is
//! here; what needs our own crates (the rehearsal, the models, the fakes' tables) is in `ours`, which only the
//! command's own program has.

pub mod arm;
pub mod check;
pub mod exchange;
pub mod fixtures;
pub mod floors;
pub mod graph;
pub mod kept;
pub mod operations;
#[cfg(any(test, feature = "conformance"))]
pub mod ours;
pub mod read;
pub mod report;
pub mod roundtrip;
pub mod shapes;
#[cfg(test)]
mod tests;
pub mod text;
pub mod traffic_arm;
pub mod traffic_graph;

use std::{path::PathBuf, process::Command};

use crate::program::{self, Program};
use crate::{Outcome, run as run_command};

/// What the command is given.
#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    /// The folder of the API descriptions.
    #[arg(long, value_name = "DIR")]
    pub specs: PathBuf,
    /// The folder of recorded traffic; without it, what needs it is left out.
    #[arg(long, value_name = "DIR")]
    pub recordings: Option<PathBuf>,
    /// Raise the floors to the numbers of cases found.
    #[arg(long)]
    pub update_floors: bool,
    /// Name the cases that passed too.
    #[arg(long)]
    pub whole: bool,
}

/// `cargo xtask conformance`: builds the program that knows all crates, and runs it.
///
/// # Errors
/// A disagreement, or data that cannot be read.
pub fn command(options: &Options) -> Outcome {
    let here = std::env::current_dir().map_err(|error| error.to_string())?;
    let mut command = Command::new(program::build(Program::Own("conformance"), "dev")?);
    command.arg("--specs");
    command.arg(here.join(&options.specs));
    if let Some(recordings) = &options.recordings {
        command.arg("--recordings").arg(here.join(recordings));
    }
    if options.update_floors {
        command.arg("--update-floors");
    }
    if options.whole {
        command.arg("--whole");
    }
    run_command(&mut command)
}
