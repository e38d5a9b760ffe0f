//! What is built is what the lock file says, nothing of ours runs while it is built, and nothing of ours is `unsafe`.

use toml::{Table, Value};

use super::{Violation, in_library};
use crate::tree::Tree;

/// Commands of cargo that resolve dependencies: in CI by the lock file only.
const RESOLVING: &[&str] = &[
    "bench", "build", "check", "clippy", "doc", "fetch", "package", "run", "test",
];

/// No build script, no macro crate, the workspace's lints in each member with `unsafe` forbidden; a lock file, and `--locked` in CI.
#[must_use]
pub fn supply(tree: &Tree) -> Vec<Violation> {
    let mut found: Vec<Violation> = tree
        .files()
        .filter_map(|(path, text)| Some((path.strip_suffix("/Cargo.toml")?, path, text)))
        .flat_map(|(folder, path, text)| member(tree, folder, path, text))
        .collect();
    if let Some(text) = tree.text("Cargo.toml") {
        found.extend(workspace(tree, text));
    }
    for path in [".ci/run", ".cargo/config.toml"] {
        found.extend(
            tree.text(path)
                .into_iter()
                .flat_map(|text| locked(path, text)),
        );
    }
    found
}

fn member(tree: &Tree, folder: &str, path: &str, text: &str) -> Vec<Violation> {
    let manifest = text.parse::<Table>().unwrap_or_default();
    let mut found = Vec::new();
    let package = manifest.get("package");
    let says_so = package.and_then(|package| package.get("build"));
    if says_so.is_some_and(|build| build != &Value::Boolean(false)) {
        found.push(Violation::new(path, 0, "has a build script"));
    }
    let script = format!("{folder}/build.rs");
    if tree.text(&script).is_some() {
        let why = "a build script: nothing of ours runs while others build it";
        found.push(Violation::new(&script, 0, why));
    }
    let library = manifest.get("lib");
    if library.and_then(|library| library.get("proc-macro")) == Some(&Value::Boolean(true)) {
        found.push(Violation::new(
            path,
            0,
            "is a macro crate, which runs while others build it",
        ));
    }
    // Fuzz targets and foreign clients are in workspaces of their own.
    let is_member =
        !folder.contains('/') && (in_library(path) || !manifest.contains_key("workspace"));
    let lints = manifest
        .get("lints")
        .and_then(|lints| lints.get("workspace"));
    if is_member && lints != Some(&Value::Boolean(true)) {
        found.push(Violation::new(
            path,
            0,
            "has not `[lints] workspace = true`",
        ));
    }
    if manifest.contains_key("workspace") && tree.text(&format!("{folder}/Cargo.lock")).is_none() {
        found.push(Violation::new(path, 0, "a workspace without its lock file"));
    }
    found
}

fn workspace(tree: &Tree, text: &str) -> Vec<Violation> {
    let mut found = Vec::new();
    let manifest = text.parse::<Table>().unwrap_or_default();
    let lint = ["workspace", "lints", "rust", "unsafe_code"]
        .iter()
        .try_fold(&Value::Table(manifest), |at, name| at.get(name))
        .cloned();
    if lint != Some(Value::String("forbid".to_owned())) {
        found.push(Violation::new(
            "Cargo.toml",
            0,
            "`unsafe_code` is not \"forbid\" for the workspace",
        ));
    }
    if tree.text("Cargo.lock").is_none() {
        found.push(Violation::new("Cargo.toml", 0, "there is no Cargo.lock"));
    }
    found
}

/// Lines that call cargo in a way that may choose other versions than the lock file's.
fn locked(path: &str, text: &str) -> Vec<Violation> {
    let mut found = Vec::new();
    for (at, line) in (1..).zip(text.lines()) {
        let code = line.split(" #").next().unwrap_or_default();
        let alias = code
            .strip_prefix("xtask = \"")
            .map(|rest| format!("cargo {rest}"));
        let code = alias.as_deref().unwrap_or(code).trim_start();
        if code.starts_with('#') {
            continue;
        }
        for call in code.split("cargo ").skip(1) {
            let verb = call.split(' ').next().unwrap_or_default();
            let mut words = call.split([' ', '"']);
            let is_safe = words.any(|word| ["--locked", "--version", "--help"].contains(&word));
            if RESOLVING.contains(&verb) && !is_safe {
                found.push(Violation::new(
                    path,
                    at,
                    format!("`cargo {verb}` without --locked"),
                ));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOT: &str = "[workspace.lints.rust]\nunsafe_code = \"forbid\"";
    const MEMBER: &str = "[package]\nname = \"a\"\n[lints]\nworkspace = true";

    fn found(files: &[(&str, &str)]) -> Vec<String> {
        let whole = [
            ("Cargo.toml", ROOT),
            ("Cargo.lock", "version = 4"),
            ("a/Cargo.toml", MEMBER),
        ];
        let files = whole.iter().chain(files).copied();
        let tree = Tree::from_files(files);
        supply(&tree).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_workspace_in_order_passes() {
        let fuzz = ("a/fuzz/Cargo.toml", "[workspace]\n[package]\nname = \"f\"");
        let lock = ("a/fuzz/Cargo.lock", "version = 4");
        let ci = (
            ".ci/run",
            "cargo test --workspace --locked\ncargo xtask tidy\n# cargo test",
        );
        assert_eq!(found(&[fuzz, lock, ci]), [""; 0]);
    }

    #[test]
    fn what_runs_while_others_build_is_seen() {
        assert_eq!(
            found(&[("a/build.rs", "fn main() {}")]),
            ["a/build.rs: a build script: nothing of ours runs while others build it"]
        );
        let named = format!("{MEMBER}\n[lib]\nproc-macro = true")
            .replace("name = \"a\"", "build = \"b.rs\"");
        assert_eq!(
            found(&[("a/Cargo.toml", named.as_str())]),
            [
                "a/Cargo.toml: has a build script",
                "a/Cargo.toml: is a macro crate, which runs while others build it"
            ]
        );
    }

    #[test]
    fn a_way_around_the_lints_is_seen() {
        assert_eq!(
            found(&[("a/Cargo.toml", "[package]\nname = \"a\"")]),
            ["a/Cargo.toml: has not `[lints] workspace = true`"]
        );
        let warns = ROOT.replace("forbid", "deny");
        assert_eq!(
            found(&[("Cargo.toml", warns.as_str())]),
            ["Cargo.toml: `unsafe_code` is not \"forbid\" for the workspace"]
        );
    }

    #[test]
    fn a_build_that_chooses_its_own_versions_is_seen() {
        let ci = "step tests cargo test --workspace\nstep lock cargo fetch --locked\n";
        assert_eq!(
            found(&[(".ci/run", ci)]),
            [".ci/run:1: `cargo test` without --locked"]
        );
        let alias = "[alias]\nxtask = \"run --quiet --package xtask --\"\n";
        assert_eq!(
            found(&[(".cargo/config.toml", alias)]),
            [".cargo/config.toml:2: `cargo run` without --locked"]
        );
        assert_eq!(
            found(&[("b/fuzz/Cargo.toml", "[workspace]")]),
            ["b/fuzz/Cargo.toml: a workspace without its lock file"]
        );
    }
}
