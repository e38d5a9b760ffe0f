//! Getting the peers: from PyPI, npm and crates.io, each in the versions of its list, below `target/peers`.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;

use crate::{Outcome, output, root, run, target};

/// Whether a module can be imported.
pub(super) fn loads(python: &Path, module: &str) -> Outcome {
    let import = format!("import {module}");
    output(Command::new(python).args(["-c", &import])).map(drop)
}

/// The folder below `target/peers` in which the packages of a list are installed.
pub(in crate::peers) fn node(folder: &str, place: &str) -> Outcome<PathBuf> {
    let list = root().join("xtask/peers").join(folder);
    let installed = target().join("peers").join(place);
    let failed = |error| format!("{}: {error}", installed.display());
    let lock = "package-lock.json";
    let wanted = fs::read(list.join(lock)).map_err(failed)?;
    // npm writes this one when it is done.
    let done = installed.join("node_modules/.package-lock.json").is_file();
    if done && fs::read(installed.join(lock)).is_ok_and(|has| has == wanted) {
        return Ok(installed);
    }
    println!("installing {}", list.join("package.json").display());
    fs::create_dir_all(&installed).map_err(failed)?;
    for file in ["package.json", lock] {
        fs::copy(list.join(file), installed.join(file)).map_err(failed)?;
    }
    // What packages would run while they are installed is nothing that this one needs.
    run(Command::new("npm")
        .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
        .arg("--silent")
        .arg("--prefix")
        .arg(&installed))?;
    Ok(installed)
}

/// The program of a workspace of its own.
pub(super) fn rust(folder: &str) -> Outcome<PathBuf> {
    let manifest = root().join("xtask/peers").join(folder).join("Cargo.toml");
    let messages = output(
        Command::new("cargo")
            .args(["build", "--quiet", "--locked", "--message-format=json"])
            .arg("--manifest-path")
            .arg(&manifest)
            .arg("--target-dir")
            .arg(target().join("peers").join("sql-rust")),
    )?;
    executable(&messages).ok_or_else(|| format!("{}: cargo built no program", manifest.display()))
}

/// The last program that cargo says it has built.
fn executable(messages: &str) -> Option<PathBuf> {
    messages
        .lines()
        .filter_map(|message| serde_json::from_str::<Value>(message).ok())
        .filter_map(|message| Some(PathBuf::from(message.get("executable")?.as_str()?)))
        .next_back()
}
