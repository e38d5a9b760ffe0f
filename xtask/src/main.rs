//! The project's own commands: `cargo xtask …`.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use xtask::{
    bench, chaos, ci, conformance, deny, operations, page, peers, pictures, record, tidy_command,
};

/// The project's own commands.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run everything that has to pass: `.ci/run`.
    Ci,
    /// Check the invariants of ARCHITECTURE.md, file sizes, links, fixtures and secrets.
    Tidy,
    /// Check that the READMEs' tables of operations, the methods' docs and the fixtures say what the code does.
    Operations {
        /// Write the tables anew first.
        #[arg(long)]
        write: bool,
    },
    /// Check bans, features and licences of all dependencies against deny.toml.
    Deny,
    /// Record the fixtures of one crate, or of all, from the fakes; then show what changed.
    Record {
        /// A crate, for example rhc-arm.
        #[arg(value_name = "CRATE")]
        only: Option<String>,
    },
    /// Measure the rehearsal, planning and the cold build, beside a calibration loop.
    Bench(bench::Options),
    /// Compare what we send, what the fakes answer and what the models keep with Microsoft's descriptions and real traffic.
    Conformance(conformance::Options),
    /// Break the rollout at every request, and see that it comes to the same end.
    Chaos(chaos::Options),
    /// Run Microsoft's own clients against the embedded cloud; installs them below target/peers (needs Python and PyPI).
    Peers(peers::Options),
    /// Run clients of SQL servers against ours, and ours against Microsoft's; installs them below target/peers (needs Python, Node,
    /// PyPI, npm and crates.io).
    PeersSql(peers::sql::Options),
    /// Run the journal's client against Azurite, Microsoft's emulator of Blob Storage; installs it below target/peers (needs Node.js
    /// and npm).
    PeersAzurite(peers::azurite::Options),
    /// Look at the rollout's pages in headless Chromium; installs what drives it below target/page (needs Node.js and npm).
    Page(page::Options),
    /// Draw the pictures of the README anew, from a rehearsal (needs Chromium).
    Pictures(pictures::Options),
}

fn main() -> ExitCode {
    let result = match Arguments::parse().command {
        Command::Ci => ci(),
        Command::Tidy => tidy_command(),
        Command::Operations { write } => operations::command(write),
        Command::Deny => deny::run(),
        Command::Record { only } => record::run_all(only.as_deref()),
        Command::Bench(options) => bench::run(options),
        Command::Conformance(options) => conformance::command(&options),
        Command::Chaos(options) => chaos::command(&options),
        Command::Peers(options) => peers::run(&options),
        Command::PeersSql(options) => peers::sql::run(&options),
        Command::PeersAzurite(options) => peers::azurite::command(&options),
        Command::Page(options) => page::command(&options),
        Command::Pictures(options) => pictures::command(&options),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}
