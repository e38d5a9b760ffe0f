//! The way from an app of one tenant to a database of another, without a password; and the probe that proves it from inside.
//!
//! Run with `cargo run --example cross_tenant_sql`: it shows each leg on an embedded cloud, breaks each link, and lets the apps of an
//! environment ask for themselves. In a container of an app's environment it takes the arguments that `-- --help` lists.

mod crossing;

use std::process::ExitCode;

use rollout::cli::{self, Console};

fn main() -> ExitCode {
    if std::env::args_os().len() == 1 {
        let told = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .start_paused(true)
            .build()
            .map_err(Into::into)
            .and_then(|runtime| runtime.block_on(Box::pin(crossing::story())));
        match told {
            Ok(story) => println!("{story}\n=== An environment's own apps, from inside\n"),
            Err(error) => {
                eprintln!("the way could not be shown: {error}");
                return ExitCode::FAILURE;
            }
        }
    }
    cli::probe(std::env::args_os(), &mut Console::standard()).into()
}
