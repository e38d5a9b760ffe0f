//! `cargo xtask chaos`: the whole rollout, once for each fault at each request, compared with an undisturbed one.
//!
//! Everything runs in process on the embedded cloud and a paused clock. What needs all crates is only in the command's
//! own program.

#[cfg(any(test, feature = "chaos"))]
mod case;
#[cfg(all(unix, any(test, feature = "chaos")))]
mod copies;
#[cfg(any(test, feature = "chaos"))]
mod faults;
#[cfg(any(test, feature = "chaos"))]
mod kill;
#[cfg(any(test, feature = "chaos"))]
mod operations;
#[cfg(any(test, feature = "chaos"))]
mod point;
#[cfg(any(test, feature = "chaos"))]
mod process;
#[cfg(any(test, feature = "chaos"))]
mod rejoining;
#[cfg(any(test, feature = "chaos"))]
pub mod run;
#[cfg(any(test, feature = "chaos"))]
mod scene;
#[cfg(any(test, feature = "chaos"))]
mod served;
#[cfg(any(test, feature = "chaos"))]
mod tally;
#[cfg(test)]
mod tests;
#[cfg(any(test, feature = "chaos"))]
mod victims;

use std::{fmt, process::Command, str::FromStr};

use crate::program::{self, Program};
use crate::{Outcome, run as run_command};

/// Which cases to run.
#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    /// Every fault at every request, by an optimised program.
    #[arg(long, conflicts_with = "sample")]
    pub all: bool,
    /// No case ends before its rollout does, not even where nothing tells it from the undisturbed run any more.
    #[arg(long)]
    pub to_the_end: bool,
    /// So many cases, chosen by chance.
    #[arg(long, value_name = "N")]
    pub sample: Option<usize>,
    /// What the chance begins with: the same seed chooses the same cases.
    #[arg(long, value_name = "S", requires = "sample")]
    pub seed: Option<u64>,
    /// Only every N-th case, from the I-th on: all parts together are everything.
    #[arg(long, value_name = "I/N", conflicts_with = "sample")]
    pub shard: Option<Shard>,
    /// Instead of faults: kill the real program before and after every write and in every wait, and run it again.
    #[arg(long, conflicts_with_all = ["all", "to_the_end", "shard", "fault", "at"])]
    pub kill: bool,
    /// Is one of the processes that share the cases.
    #[arg(long, value_name = "I/N", hide = true)]
    pub worker: Option<Shard>,
    /// Only this fault.
    #[arg(long, value_name = "FAULT")]
    pub fault: Option<String>,
    /// Only the requests whose name contains this, or the one that is called so.
    #[arg(long, value_name = "OPERATION")]
    pub at: Option<String>,
}

/// One of several parts of all cases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    /// Which one, from 1.
    pub number: usize,
    /// Of how many.
    pub of: usize,
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let numbers = text.split_once('/').and_then(|(number, of)| {
            let shard = Self {
                number: number.parse().ok()?,
                of: of.parse().ok()?,
            };
            (1..=shard.of).contains(&shard.number).then_some(shard)
        });
        numbers.ok_or_else(|| "a part is said as 1/8 to 8/8".to_owned())
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.of)
    }
}

impl Options {
    /// As they are typed.
    fn arguments(&self) -> Vec<String> {
        let words = [
            ("--all", self.all),
            ("--to-the-end", self.to_the_end),
            ("--kill", self.kill),
        ];
        let values = [
            ("--sample", self.sample.map(|number| number.to_string())),
            ("--seed", self.seed.map(|number| number.to_string())),
            ("--shard", self.shard.map(|shard| shard.to_string())),
            ("--worker", self.worker.map(|shard| shard.to_string())),
            ("--fault", self.fault.clone()),
            ("--at", self.at.clone()),
        ];
        let words = words.into_iter().filter(|(_, is_said)| *is_said);
        let values = values
            .into_iter()
            .filter_map(|(name, value)| Some([name.to_owned(), value?]));
        words
            .map(|(word, _)| word.to_owned())
            .chain(values.flatten())
            .collect()
    }
}

/// `cargo xtask chaos`: builds the program that knows all crates, and runs it.
///
/// # Errors
/// A case failed, or the program could not be built.
pub fn command(options: &Options) -> Outcome {
    // What runs for long pays for an optimised program.
    let optimised = options.all || (options.kill && options.sample.is_none());
    let program = program::build(
        Program::Own("chaos"),
        if optimised { "chaos" } else { "dev" },
    )?;
    let mut command = Command::new(program);
    if options.all {
        // A copy of a process seeds its random numbers anew: from the processor's jitter, a fifteenth of its time.
        command.env("AWS_LC_SYS_NO_JITTER_ENTROPY", "1");
    }
    command.args(options.arguments());
    // Each header that is looked for in vain would cost a backtrace of azure_core's.
    command.env("RUST_LIB_BACKTRACE", "0");
    run_command(&mut command)
}
