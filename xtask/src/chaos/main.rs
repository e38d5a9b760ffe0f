//! The program of `cargo xtask chaos`, which is built with all crates.

use std::process::ExitCode;

use clap::Parser;
use xtask::chaos::{Options, run};

/// A rollout in process is much JSON, and JSON is many small allocations.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[derive(Debug, Parser)]
#[command(name = "cargo xtask chaos", bin_name = "cargo xtask chaos")]
struct Arguments {
    #[command(flatten)]
    options: Options,
}

fn main() -> ExitCode {
    match run::run(&Arguments::parse().options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}
