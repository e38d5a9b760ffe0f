//! What a first build costs.

use std::{collections::BTreeSet, env, fs, process::Command};

use super::{
    line,
    measure::{calibrate, measure, seconds},
};
use crate::{Outcome, output};

const SHOWN: usize = 12;

/// Builds the rehearsal in an empty folder, counts its crates, and shows which took longest.
pub(super) fn run() -> Outcome {
    let crates = output(Command::new("cargo").args([
        "tree",
        "--package=rhc-examples",
        "--edges=normal,build",
        "--prefix=none",
        "--format={p}",
    ]))?;
    let crates: BTreeSet<_> = crates
        .lines()
        .map(|line| line.trim_end_matches(" (*)"))
        .filter(|line| !line.is_empty())
        .collect();
    line("unique crates of the rehearsal", crates.len());

    let folder = env::temp_dir().join(format!("rhc-bench-{}", std::process::id()));
    let calibration = calibrate();
    let built = measure(
        Command::new("cargo")
            .args(["build", "--quiet", "--example=qa_rollout", "--timings"])
            .arg("--target-dir")
            .arg(&folder),
    );
    let timings = fs::read_to_string(folder.join("cargo-timings/cargo-timing.html"));
    if folder.exists() {
        fs::remove_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    }
    let (cost, _) = built?;
    line("cold build, wall", seconds(cost.wall));
    if let Some(cpu) = cost.cpu {
        line("cold build, processor", seconds(cpu));
        let ratio = cpu.as_secs_f64() / calibration.as_secs_f64();
        line("cold build, processor / calibration", format!("{ratio:.0}"));
    }
    for (unit, duration) in timings.map(|html| longest(&html)).unwrap_or_default() {
        line(&format!("  {unit}"), format!("{duration:.1} s"));
    }
    Ok(())
}

/// The units that took longest, from the data in cargo's report.
fn longest(html: &str) -> Vec<(String, f64)> {
    let units = html
        .split_once("UNIT_DATA = ")
        .and_then(|(_, rest)| rest.split_once(";\n"))
        .and_then(|(data, _)| serde_json::from_str::<serde_json::Value>(data).ok());
    let mut units: Vec<_> = units
        .as_ref()
        .and_then(|units| units.as_array())
        .into_iter()
        .flatten()
        .filter_map(|unit| {
            let text = |key: &str| unit.get(key).and_then(|value| value.as_str()).unwrap_or("");
            let name = format!("{} {}{}", text("name"), text("version"), text("target"));
            Some((name, unit.get("duration")?.as_f64()?))
        })
        .collect();
    units.sort_by(|(_, a), (_, b)| b.total_cmp(a));
    units.truncate(SHOWN);
    units
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_units_come_first() {
        let html = "const X = 1;\nconst UNIT_DATA = [\n{\"name\": \"a\", \"version\": \"1\", \"target\": \"\", \"duration\": 1.5},\n{\"name\": \"b\", \"version\": \"2\", \"target\": \" build script\", \"duration\": 2.5}];\nconst Y = 2;\n";
        assert_eq!(
            longest(html),
            [
                ("b 2 build script".to_owned(), 2.5),
                ("a 1".to_owned(), 1.5)
            ]
        );
    }

    #[test]
    fn another_report_is_no_mistake() {
        assert_eq!(longest("<html>"), []);
    }
}
