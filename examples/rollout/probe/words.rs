//! What the probe says, and how its process ends.

use serde::Serialize;

use super::ask::{Answer, Verdict};
use super::settings::Settings;

/// A probe's answers as one document.
#[derive(Debug, Serialize)]
pub struct Story<'a> {
    /// The answers.
    pub answers: &'a [Answer],
    /// How the process ends.
    pub exit: u8,
}

/// One line for each answer.
pub fn lines(answers: &[Answer]) -> Vec<String> {
    let one = |answer: &Answer| {
        let word = match answer.verdict {
            Verdict::Passed => "ok ",
            Verdict::Failed => "BAD",
            Verdict::NotProven => "?  ",
        };
        format!("{word} {}: {}", answer.question, answer.what)
    };
    answers.iter().map(one).collect()
}

/// How the process ends. Whoever asks one thing only wants it proven; else what could not be found out is no failure.
pub fn code(settings: &Settings, answers: &[Answer]) -> u8 {
    let bad = |answer: &Answer| match answer.verdict {
        Verdict::Passed => false,
        Verdict::Failed => true,
        Verdict::NotProven => settings.only.is_some(),
    };
    u8::from(answers.iter().any(bad))
}
