//! The invariants of `ARCHITECTURE.md` that a machine can check.
//!
//! Each check is a pure function from a [`Tree`] to violations, with a test that plants one.

mod calls;
mod crates;
mod dependencies;
mod docs;
mod fixtures;
mod layers;
mod secrets;
mod sizes;
mod supply;

use std::fmt;

use crate::{
    source::{Source, sources},
    tree::Tree,
};

pub use calls::{clock, libraries_stay_silent, no_panics, unfinished};
pub use crates::crates_are_presentable;
pub use dependencies::dependencies_are_explained;
pub use docs::{map_resolves, relative_links_resolve};
pub use fixtures::fixtures_are_used;
pub use layers::{layers, reqwest_stays_in_core};
pub use secrets::no_secrets_in_recordings;
pub use sizes::sizes;
pub use supply::supply;

/// One broken rule, at one place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Violation {
    /// The file.
    pub path: String,
    /// The line, from 1; 0 when the file as a whole is meant.
    pub line: usize,
    /// What is wrong, and what would be right.
    pub message: String,
}

impl Violation {
    pub(crate) fn new(path: &str, line: usize, message: impl Into<String>) -> Self {
        Self {
            path: path.to_owned(),
            line,
            message: message.into(),
        }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.path, self.message),
            line => write!(f, "{}:{line}: {}", self.path, self.message),
        }
    }
}

/// Every check over the whole tree, in the order of the paths.
#[must_use]
pub fn check(tree: &Tree) -> Vec<Violation> {
    let sources = sources(tree);
    let mut found = [
        reqwest_stays_in_core(tree, &sources),
        layers(tree),
        dependencies_are_explained(tree),
        libraries_stay_silent(&sources),
        clock(&sources),
        no_panics(&sources),
        unfinished(&sources),
        sizes(&sources),
        crates_are_presentable(tree),
        supply(tree),
        fixtures_are_used(tree),
        crate::operations::check(tree),
        no_secrets_in_recordings(tree),
        map_resolves(tree, &sources),
        relative_links_resolve(tree),
    ]
    .concat();
    found.sort();
    found.dedup();
    found
}

/// Whether a path belongs to a library that is published.
fn in_library(path: &str) -> bool {
    path.starts_with("rhc-") && !path.contains("/examples/")
}

/// The package's folder, for a path below it.
fn package_of(path: &str) -> &str {
    path.split_once('/').map_or("", |(package, _)| package)
}

/// One violation for each line of the given text on which one of the words stands.
fn forbid(source: &Source<'_>, code: &str, words: &[&str], why: &str) -> Vec<Violation> {
    words
        .iter()
        .flat_map(|word| {
            crate::source::lines_with(code, word)
                .into_iter()
                .map(move |line| Violation::new(source.path, line, format!("`{word}`: {why}")))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_violation_reads_like_a_compiler_message() {
        assert_eq!(Violation::new("a.rs", 3, "no").to_string(), "a.rs:3: no");
        assert_eq!(Violation::new("a.rs", 0, "no").to_string(), "a.rs: no");
    }

    #[test]
    fn an_empty_tree_lacks_only_the_map() {
        let found = check(&Tree::default());
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].path, "ARCHITECTURE.md");
    }
}
