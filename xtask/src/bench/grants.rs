//! Grants over the wire, in a program of its own.

use std::process::Command;
use std::time::Duration;

use serde_json::Value;

use super::{
    line,
    measure::{calibrate, seconds},
};
use crate::{Outcome, output};

/// Converges the users of some databases and looks again, and prints how often each database was asked.
pub(super) fn run() -> Outcome {
    let calibration = calibrate();
    let document = output(Command::new("cargo").args([
        "test",
        "--quiet",
        "--package=rhc-examples",
        "--bench=grants",
    ]))?;
    let document: Value = serde_json::from_str(&document).map_err(|error| error.to_string())?;
    let figure = |name: &str| document.get(name).cloned().unwrap_or_default();
    let (databases, principals) = (figure("databases"), figure("principals"));
    for (what, time, batches) in [
        ("grants", "seconds", "batches"),
        ("no-op grants", "noOpSeconds", "noOpBatches"),
    ] {
        let time = figure(time).as_f64().unwrap_or_default();
        let shown = seconds(Duration::from_secs_f64(time));
        line(
            &format!("{what}, {databases} databases x {principals}"),
            shown,
        );
        let ratio = time / calibration.as_secs_f64();
        line("  divided by calibration", format!("{ratio:.2}"));
        line("  round trips for a database, at most", figure(batches));
    }
    let (tokens, sessions) = (figure("tokens"), figure("sessions"));
    line(
        "  tokens, for so many sessions",
        format!("{tokens} for {sessions}"),
    );
    Ok(())
}
