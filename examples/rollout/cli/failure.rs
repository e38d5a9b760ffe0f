//! Why the program ends early, in words and as an exit code.

use std::fmt;

use crate::engine::Exit;
use crate::preflight::Finding;

/// Why the program ends early.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CliError {
    /// How the process ends.
    pub exit: Exit,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
    /// What is wrong as it is shown at a terminal, where that is more than the message.
    pub shown: Option<String>,
    /// What preflight found, where that is the reason; it has been said to the person.
    pub preflight: Vec<Finding>,
}

impl CliError {
    /// It was called wrongly, or given files that make no sense.
    pub(super) fn usage(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self {
            exit: Exit::Usage,
            message: harmless(message.into()),
            help: Some(help.into()),
            shown: None,
            preflight: Vec::new(),
        }
    }

    /// It could not do what it was called for.
    pub(super) fn failed(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self {
            exit: Exit::Failure,
            ..Self::usage(message, help)
        }
    }

    /// The user stopped it.
    pub(super) fn stopped() -> Self {
        Self {
            exit: Exit::Stopped,
            message: "stopped by the user".to_owned(),
            help: None,
            shown: None,
            preflight: Vec::new(),
        }
    }
}

impl fmt::Display for CliError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for CliError {}

/// What stands in a file or an answer may be anything: it moves no terminal's cursor.
fn harmless(text: String) -> String {
    let moves = |c: char| c.is_control() && c != '\n';
    if text.contains(moves) {
        text.replace(moves, " ")
    } else {
        text
    }
}

/// An error with its causes on one line.
pub(super) fn full(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let below = error.to_string();
        if !text.contains(&below) {
            text.push_str(": ");
            text.push_str(&below);
        }
        cause = error.source();
    }
    text
}
