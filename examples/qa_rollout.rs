//! The QA rollout: plans, applies and proves the environment that `environments/qa.toml` describes.
//!
//! Run with `cargo run --example qa_rollout`, which rehearses everything on an embedded cloud; `-- --help` says the rest.

use std::process::ExitCode;

use rollout::cli::{self, Console};

fn main() -> ExitCode {
    cli::rollout(std::env::args_os(), &mut Console::standard()).into()
}
