//! Planning alone, in a program of its own, so that the other commands need not build the rollout.

use std::process::Command;

use serde_json::Value;

use super::{
    line,
    measure::{calibrate, seconds},
};
use crate::{Outcome, output};

/// Plans N and 2N synthetic resources and prints how the time grows.
pub(super) fn run() -> Outcome {
    let calibration = calibrate();
    let document = output(Command::new("cargo").args([
        // `test` and not `bench`: the same profile, and so the same build, as the rehearsal's.
        "test",
        "--quiet",
        "--package=rhc-examples",
        "--bench=planning",
    ]))?;
    let document: Value = serde_json::from_str(&document).map_err(|error| error.to_string())?;
    let mut times = Vec::new();
    for plan in document.as_array().into_iter().flatten() {
        let figure = |pointer: &str| plan.pointer(pointer).cloned().unwrap_or_default();
        let time = figure("/seconds").as_f64().unwrap_or_default();
        let steps = figure("/steps");
        let shown = std::time::Duration::from_secs_f64(time);
        line(&format!("no-op plan of {steps} steps"), seconds(shown));
        let ratio = time / calibration.as_secs_f64();
        line("  divided by calibration", format!("{ratio:.2}"));
        let (lists, scopes) = (figure("/observed/lists"), figure("/scopes"));
        line(
            "  lists, for so many (scope, type)",
            format!("{lists} for {scopes}"),
        );
        line("  depth of sequential requests", figure("/observed/depth"));
        times.push(time);
    }
    if let [single, double] = times[..] {
        line("t(2N) / t(N)", format!("{:.2}", double / single));
    }
    Ok(())
}
