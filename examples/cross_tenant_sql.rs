//! The probe: what an app can do in the databases of another tenant, with its own identity and from its own network.
//!
//! Run with `cargo run --example cross_tenant_sql`, which shows it on an embedded cloud; in a container of the app's
//! environment it takes the arguments that `-- --help` lists.

use std::process::ExitCode;

use rollout::cli::{self, Console};

fn main() -> ExitCode {
    cli::probe(std::env::args_os(), &mut Console::standard()).into()
}
