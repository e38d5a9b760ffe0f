//! The program of `cargo xtask peers-azurite`, which is built with the rollout.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use xtask::peers::azurite::run;

#[derive(Debug, Parser)]
#[command(name = "cargo xtask peers-azurite")]
struct Arguments {
    /// Where Azurite is installed.
    folder: PathBuf,
}

fn main() -> ExitCode {
    match run(&Arguments::parse().folder) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}
