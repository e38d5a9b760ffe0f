//! `cargo xtask peers-azurite`: the journal's own client against Azurite, Microsoft's emulator of Blob Storage.
//!
//! What the embedded cloud's blobs do is written by the same hands as the client; here the client meets somebody else's.

#[cfg(feature = "azurite")]
mod scenario;
#[cfg(feature = "azurite")]
mod server;

use std::process::Command;

use super::sql::install;
use crate::program::{self, Program};
use crate::{Outcome, output, run as run_command};

#[cfg(feature = "azurite")]
pub use scenario::run;

/// How it is run.
#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    /// Say `AZURITE NOT RUN` and why, instead of failing, where this machine has no Node.js or cannot reach npm's registry.
    #[arg(long)]
    pub where_possible: bool,
}

/// What npm says when its registry cannot be reached.
const UNREACHABLE: [&str; 5] = [
    "ENOTFOUND",
    "EAI_AGAIN",
    "ECONNREFUSED",
    "ETIMEDOUT",
    "ENETUNREACH",
];

/// Installs Azurite and runs the program that meets it.
///
/// # Errors
/// A check failed, or Azurite could not be had.
pub fn command(options: &Options) -> Outcome {
    let tools = ["node", "npm"].map(|tool| output(Command::new(tool).arg("--version")));
    let missing = tools.into_iter().find_map(Result::err);
    let installed = match missing {
        Some(message) => Err((true, message)),
        None => install::node("azurite", "azurite").map_err(|message| {
            let far = UNREACHABLE.iter().any(|word| message.contains(word));
            (far, message)
        }),
    };
    let folder = match installed {
        Ok(folder) => folder,
        Err((true, message)) if options.where_possible => {
            println!("AZURITE NOT RUN: {message}");
            return Ok(());
        }
        Err((_, message)) => return Err(message),
    };
    let program = program::build(Program::Own("azurite"), "dev")?;
    run_command(Command::new(program).arg(folder))
}
