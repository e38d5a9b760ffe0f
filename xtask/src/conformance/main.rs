//! The program of `cargo xtask conformance`, which is built with all crates.

use std::process::ExitCode;

use clap::Parser;
use xtask::conformance::{Options, ours};

#[derive(Debug, Parser)]
#[command(name = "cargo xtask conformance", bin_name = "cargo xtask conformance")]
struct Arguments {
    #[command(flatten)]
    options: Options,
}

fn main() -> ExitCode {
    match ours::run(&Arguments::parse().options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}
