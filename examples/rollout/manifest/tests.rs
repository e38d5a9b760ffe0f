//! The environment file is accepted as it is, and refused for every rule with place, value and reason.

mod accepted;
mod form;
mod production;
mod refusals;
mod robust;

use super::*;

/// The environment file itself.
const QA: &str = include_str!("../../environments/qa.toml");

/// The file with one text replaced by another, where it stands first.
fn change(text: &str, from: &str, to: &str) -> String {
    assert!(text.contains(from), "qa.toml has no {from:?}");
    text.replacen(from, to, 1)
}

/// Why a text is refused; it must be.
fn problems(text: &str) -> Vec<Problem> {
    match Manifest::parse("qa.toml", text) {
        Ok(_) => panic!("the text is accepted"),
        Err(error) => error.problems().to_vec(),
    }
}
