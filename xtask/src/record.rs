//! `cargo xtask record`: the fixtures, written anew from the fakes.

use std::process::Command;

use crate::{Outcome, output, root, run};

/// Runs the fixture tests of one crate, or of every crate that has them, as a recording, and shows what changed.
///
/// # Errors
/// No such fixture tests, or a recording failed.
pub fn run_all(only: Option<&str>) -> Outcome {
    let crates: Vec<_> = crates_with_fixtures()?
        .into_iter()
        .filter(|name| only.is_none_or(|only| only == name || only == package(name)))
        .collect();
    if crates.is_empty() {
        return Err("record: no such crate with tests/fixtures.rs".to_owned());
    }
    for name in &crates {
        println!("recording {name}");
        run(Command::new("cargo")
            .args([
                "test",
                "--package",
                package(name),
                "--test",
                "fixtures",
                "--all-features",
            ])
            .env("RHC_RECORD", "1")
            .env("INSTA_UPDATE", "always"))?;
    }
    let changed = output(Command::new("git").args([
        "status",
        "--short",
        "--",
        ":(glob)*/tests/fixtures/**",
        ":(glob)*/tests/snapshots/**",
    ]))?;
    if changed.is_empty() {
        println!("recorded {}: nothing changed", crates.join(", "));
    } else {
        println!("recorded {}; changed:\n{changed}", crates.join(", "));
    }
    Ok(())
}

/// The package of a folder: they are called alike, but for the programs.
fn package(folder: &str) -> &str {
    match folder {
        "examples" => "rhc-examples",
        folder => folder,
    }
}

fn crates_with_fixtures() -> Outcome<Vec<String>> {
    let entries = root().read_dir().map_err(|error| error.to_string())?;
    let mut names: Vec<_> = entries
        .filter_map(Result::ok)
        .filter(|entry| entry.path().join("tests/fixtures.rs").is_file())
        .filter_map(|entry| entry.file_name().into_string().ok())
        .collect();
    names.sort();
    Ok(names)
}
