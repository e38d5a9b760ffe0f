//! The project's own commands as a library, so that each rule has a test which sees it broken.

pub mod bench;
pub mod chaos;
pub mod conformance;
pub mod deny;
pub mod operations;
pub mod page;
pub mod peers;
pub mod pictures;
mod program;
pub mod record;
pub mod source;
pub mod tidy;
pub mod tree;

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use tree::Tree;

/// What a command says when it fails.
pub type Outcome<T = ()> = Result<T, String>;

/// The root of the workspace.
#[must_use]
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_owned()
}

/// Where cargo builds.
#[must_use]
pub fn target() -> PathBuf {
    match std::env::var_os("CARGO_TARGET_DIR") {
        Some(folder) => root().join(Path::new(&folder)),
        None => root().join("target"),
    }
}

/// Runs a program in the root of the workspace, with its output passed through.
///
/// # Errors
/// The program could not be started, or did not succeed.
pub fn run(command: &mut Command) -> Outcome {
    let shown = format!("{command:?}");
    match command.current_dir(root()).status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{shown}: {status}")),
        Err(error) => Err(format!("{shown}: {error}")),
    }
}

/// Runs a program in the root of the workspace and takes its standard output.
///
/// # Errors
/// The program could not be started, did not succeed, or wrote no UTF-8.
pub fn output(command: &mut Command) -> Outcome<String> {
    let shown = format!("{command:?}");
    let output = command
        .current_dir(root())
        .output()
        .map_err(|error| format!("{shown}: {error}"))?;
    if !output.status.success() {
        let stderr = String::from_utf8_lossy(&output.stderr);
        return Err(format!("{shown}: {}\n{stderr}", output.status));
    }
    String::from_utf8(output.stdout).map_err(|error| format!("{shown}: {error}"))
}

/// `cargo xtask ci`.
///
/// # Errors
/// A step failed.
pub fn ci() -> Outcome {
    run(Command::new("bash").arg(".ci/run"))
}

/// `cargo xtask tidy`.
///
/// # Errors
/// The tree could not be read, or breaks a rule.
pub fn tidy_command() -> Outcome {
    let tree = Tree::read(&root()).map_err(|error| error.to_string())?;
    let found = tidy::check(&tree);
    for violation in &found {
        println!("{violation}");
    }
    match found.len() {
        0 => {
            println!("tidy: {} files, nothing to say", tree.files().count());
            Ok(())
        }
        count => Err(format!("tidy: {count} to mend")),
    }
}
