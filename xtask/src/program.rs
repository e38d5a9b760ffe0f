//! The workspace's own programs, built for the commands that run them.

use std::{path::PathBuf, process::Command};

use serde_json::Value;

use crate::{Outcome, output};

/// A program of this workspace.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Program<'n> {
    /// An example of any crate.
    Example(&'n str),
    /// A program of this crate's own that needs more than the commands: the feature of its name.
    Own(&'n str),
}

/// Builds a program, and says where it is.
pub(crate) fn build(program: Program<'_>, profile: &str) -> Outcome<PathBuf> {
    let (name, own): (&str, &[String]) = match program {
        Program::Example(name) => (name, &[format!("--example={name}")]),
        Program::Own(name) => (
            name,
            &[format!("--bin={name}"), format!("--features=xtask/{name}")],
        ),
    };
    // The whole workspace and an example in it, as `cargo test` builds them: another selection would give the dependencies
    // other features, and build each of them once more.
    let messages = output(
        Command::new("cargo")
            .args(["build", "--quiet", "--workspace", "--example=qa_rollout"])
            .args(["--profile", profile])
            .arg("--message-format=json-render-diagnostics")
            .args(own),
    )?;
    executable(&messages, name).ok_or_else(|| format!("cargo built no {name}"))
}

/// The program of this name among cargo's messages.
fn executable(messages: &str, name: &str) -> Option<PathBuf> {
    messages
        .lines()
        .filter_map(|message| serde_json::from_str::<Value>(message).ok())
        .filter(|message| message.pointer("/target/name") == Some(&Value::from(name)))
        .find_map(|message| Some(PathBuf::from(message.get("executable")?.as_str()?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_found_by_its_name_among_libraries_and_others() {
        let messages = [
            r#"{"reason":"compiler-artifact","target":{"name":"chaos"},"executable":null}"#,
            r#"{"reason":"compiler-artifact","target":{"name":"qa_rollout"},"executable":"/t/examples/qa_rollout"}"#,
            "no message",
            r#"{"reason":"compiler-artifact","target":{"name":"chaos"},"executable":"/t/chaos"}"#,
        ]
        .join("\n");
        assert_eq!(executable(&messages, "chaos"), Some("/t/chaos".into()));
        assert_eq!(executable(&messages, "other"), None);
    }
}
