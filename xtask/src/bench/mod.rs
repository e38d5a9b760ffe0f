//! `cargo xtask bench`: speed, beside a calibration loop of the same run. Nothing here fails for being slow.

mod cold;
mod grants;
mod measure;
mod planning;
mod rehearsal;

pub(crate) use measure::now;

use crate::Outcome;

/// What to measure.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct Options {
    /// How often each thing is measured; the median counts.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    pub runs: u32,
    /// Also build the rehearsal from nothing, in a folder of its own (minutes).
    #[arg(long)]
    pub cold: bool,
}

/// Measures and prints.
///
/// # Errors
/// Something that is measured did not work.
pub fn run(options: Options) -> Outcome {
    planning::run()?;
    grants::run()?;
    rehearsal::run(options.runs)?;
    if options.cold {
        cold::run()?;
    }
    Ok(())
}

/// One line of the report.
fn line(what: &str, figure: impl std::fmt::Display) {
    println!("{what:<44} {figure}");
}
