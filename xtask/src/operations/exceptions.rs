//! What has no fixture, with the reason. The list may only shrink: an entry that nothing needs is an error.

use serde::Deserialize;

use super::{CRATES, EXCEPTIONS};
use crate::{tidy::Violation, tree::Tree};

/// The list.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Exceptions {
    /// Operations and types of which no refusal is recorded.
    #[serde(default)]
    pub(super) without_error: Vec<Exception>,
    /// Operations and types of which nothing is recorded.
    #[serde(default)]
    pub(super) without_fixture: Vec<Exception>,
}

/// Some operations or types of one crate.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Exception {
    #[serde(rename = "crate")]
    package: String,
    reason: String,
    /// Ids of operations, or types of resources.
    of: Vec<String>,
}

impl Exceptions {
    pub(super) fn read(tree: &Tree) -> Result<Self, Violation> {
        let text = tree
            .text(EXCEPTIONS)
            .ok_or_else(|| Violation::new(EXCEPTIONS, 0, "it is not there"))?;
        toml::from_str(text).map_err(|error| {
            let before = error.span().and_then(|span| text.get(..span.start));
            let line = before.map_or(0, |before| before.matches('\n').count() + 1);
            Violation::new(EXCEPTIONS, line, error.message().to_owned())
        })
    }

    /// Entries without reason, of unknown crates, or that nothing needs. `needed` are pairs of crate and operation or type.
    pub(super) fn stale(
        list: &[Exception],
        name: &str,
        needed: &[(&str, String)],
    ) -> Vec<Violation> {
        let mut found = Vec::new();
        let mut say = |what: String| found.push(Violation::new(EXCEPTIONS, 0, what));
        for entry in list {
            if entry.reason.trim().is_empty() {
                say(format!("an entry of `{name}` has no reason"));
            }
            if !CRATES.contains(&entry.package.as_str()) {
                say(format!("there is no crate `{}`", entry.package));
            }
            for one in &entry.of {
                if !needed
                    .iter()
                    .any(|(package, what)| *package == entry.package && what == one)
                {
                    say(format!(
                        "`{one}` of {} needs no entry in `{name}`: take it out",
                        entry.package
                    ));
                }
            }
        }
        found
    }
}

/// Whether the list has it.
pub(super) fn has(list: &[Exception], package: &str, what: &str) -> bool {
    list.iter()
        .any(|entry| entry.package == package && entry.of.iter().any(|one| one == what))
}
