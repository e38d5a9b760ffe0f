//! The rehearsal as a user runs it, once built.

use std::{process::Command, time::Duration};

use serde_json::Value;

use super::{
    line,
    measure::{Cost, calibrate, measure, median, seconds},
};
use crate::Outcome;
use crate::program::{self, Program};

/// Rehearses `runs` times, each after a calibration, and prints the medians.
pub(super) fn run(runs: u32) -> Outcome {
    let program = program::build(Program::Example("qa_rollout"), "dev")?;
    let mut calibrations = Vec::new();
    let mut costs: Vec<Cost> = Vec::new();
    let mut ratios = Vec::new();
    let mut document = Value::Null;
    for _ in 0..runs {
        let calibration = calibrate();
        let (cost, stdout) = measure(Command::new(&program).arg("--json"))?;
        document = serde_json::from_str(&stdout)
            .map_err(|error| format!("the rehearsal's --json is no JSON document: {error}"))?;
        calibrations.push(calibration);
        ratios.push(cost.wall.as_secs_f64() / calibration.as_secs_f64());
        costs.push(cost);
    }
    let walls: Vec<_> = costs.iter().map(|cost| cost.wall).collect();
    let cpus: Option<Vec<Duration>> = costs.iter().map(|cost| cost.cpu).collect();
    let middle = |values: &[Duration]| median(values).map_or_else(String::new, seconds);
    line("calibration loop (fixed work)", middle(&calibrations));
    line(
        &format!("rehearsal, wall (median of {runs})"),
        middle(&walls),
    );
    let cpu = cpus.map_or_else(|| "unknown on this system".to_owned(), |cpus| middle(&cpus));
    line("rehearsal, processor", cpu);
    let ratio = median(&ratios).unwrap_or_default();
    line("rehearsal, wall / calibration", format!("{ratio:.2}"));
    for (what, pointer) in FIGURES {
        let figure = document.pointer(pointer);
        let figure = figure.ok_or_else(|| format!("the rehearsal's --json has no {pointer}"))?;
        line(what, figure);
    }
    Ok(())
}

/// What else the document says, where it says it.
const FIGURES: [(&str, &str); 9] = [
    ("rehearsal, things in the plan", "/plan/create"),
    ("rehearsal, resources created", "/apply/created"),
    ("rehearsal, requests", "/requests"),
    ("rehearsal, seconds in the cloud", "/cloud_seconds"),
    ("second plan, unchanged", "/second_plan/unchanged"),
    ("second plan, lists", "/second_plan/observed/lists"),
    ("second plan, point reads", "/second_plan/observed/reads"),
    (
        "second plan, depth of sequential requests",
        "/second_plan/observed/depth",
    ),
    (
        "second plan, requests per (scope, type)",
        "/second_plan/most_reads_of_one_address",
    ),
];
