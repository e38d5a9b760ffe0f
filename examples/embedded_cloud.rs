//! An embedded cloud, served to other processes: several tenants of Entra, Resource Manager, Graph and SQL servers.
//!
//! Run with `cargo run --example embedded_cloud -- --listen 127.0.0.1:8080`; `-- --help` says the rest.

use std::process::ExitCode;

use rollout::cli::{self, Console};

fn main() -> ExitCode {
    cli::cloud(std::env::args_os(), &mut Console::standard()).into()
}
