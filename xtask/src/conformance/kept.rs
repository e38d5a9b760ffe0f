//! Disagreements that are kept on purpose, each with its reason and source.

use std::path::Path;

use serde::Deserialize;

use super::{check::Disagreement, report::CaseName, text};
use crate::Outcome;

/// The list.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kept {
    #[serde(default)]
    kept: Vec<Entry>,
}

/// One disagreement, or several of one reason: `*` at an end stands for anything.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The check.
    pub check: String,
    /// The resource type.
    pub subject: String,
    /// The case.
    pub name: String,
    /// The place in the document.
    pub path: String,
    /// What the disagreement says.
    pub says: String,
    /// Why it is kept.
    pub reason: String,
    /// Where that can be read.
    pub source: String,
}

impl Kept {
    /// Reads the file.
    ///
    /// # Errors
    /// It cannot be read, or an entry has no reason or source.
    pub fn read(path: &Path) -> Outcome<Self> {
        Self::parse(&text::file(path)?).map_err(|error| format!("{}: {error}", path.display()))
    }

    /// Reads the file's text.
    ///
    /// # Errors
    /// It makes no sense, or an entry has no reason or source, or is for everything.
    pub fn parse(text: &str) -> Outcome<Self> {
        let kept: Self = toml::from_str(text).map_err(|error| error.to_string())?;
        for entry in &kept.kept {
            if entry.reason.trim().is_empty() || entry.source.trim().is_empty() {
                return Err(format!(
                    "`{}` of `{}`: no reason or no source",
                    entry.path, entry.name
                ));
            }
            if entry.path == "*" && entry.says == "*" {
                return Err(format!("`{}`: an entry says what it keeps", entry.name));
            }
        }
        Ok(kept)
    }

    /// All entries.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.kept
    }

    /// The number of the entry that keeps a disagreement.
    #[must_use]
    pub fn find(&self, case: &CaseName, found: &Disagreement) -> Option<usize> {
        self.kept.iter().position(|entry| {
            entry.check == case.check
                && fits(&entry.subject, &case.subject)
                && fits(&entry.name, &case.name)
                && fits(&entry.path, &found.path)
                && fits(&entry.says, &found.says)
        })
    }
}

/// Whether a text is meant by a pattern with `*` at its beginning or end.
fn fits(pattern: &str, text: &str) -> bool {
    match (pattern.strip_prefix('*'), pattern.strip_suffix('*')) {
        _ if pattern == "*" => true,
        (Some(rest), Some(_)) => text.contains(rest.trim_end_matches('*')),
        (Some(end), None) => text.ends_with(end),
        (None, Some(beginning)) => text.starts_with(beginning),
        (None, None) => pattern == text,
    }
}
