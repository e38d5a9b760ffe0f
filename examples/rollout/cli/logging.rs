//! What happens underneath, for whoever looks for a fault: on standard error, as `RUST_LOG` asks for it.

use tracing_subscriber::EnvFilter;

use super::failure::CliError;

const VARIABLE: &str = "RUST_LOG";

/// Begins to tell what the variable asks for; without it nothing is told.
pub(super) fn start() -> Result<(), CliError> {
    let Some(wanted) = std::env::var_os(VARIABLE).filter(|text| !text.is_empty()) else {
        return Ok(());
    };
    let filter = filter(&wanted.to_string_lossy())?;
    // The second program in one process, as in tests, finds the first one's still there.
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(false)
        .with_writer(std::io::stderr)
        .try_init();
    Ok(())
}

fn filter(wanted: &str) -> Result<EnvFilter, CliError> {
    EnvFilter::try_new(wanted).map_err(|error| {
        CliError::usage(
            format!("{VARIABLE} is '{wanted}', which makes no sense: {error}"),
            format!("a level (error, warn, info, debug, trace), or levels by crate: {VARIABLE}=info,rhc_core=debug"),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_taken_and_nonsense_is_told() {
        for wanted in ["debug", "info,rhc_core=trace", "off"] {
            assert!(filter(wanted).is_ok(), "{wanted}");
        }
        let error = filter("rhc_core=loud").unwrap_err();
        assert!(error.message.contains("RUST_LOG is 'rhc_core=loud'"));
        assert!(error.help.unwrap().contains("rhc_core=debug"));
    }
}
