//! The number of cases that there have to be: what compares nothing does not pass.

use std::{collections::BTreeMap, fmt::Write as _, path::Path};

use super::text;
use crate::Outcome;

/// Numbers of cases by check and subject.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Floors(BTreeMap<String, BTreeMap<String, usize>>);

impl Floors {
    /// Reads the file.
    ///
    /// # Errors
    /// It cannot be read, or makes no sense.
    pub fn read(path: &Path) -> Outcome<Self> {
        Self::parse(&text::file(path)?).map_err(|error| format!("{}: {error}", path.display()))
    }

    /// Reads the file's text.
    ///
    /// # Errors
    /// It makes no sense.
    pub fn parse(text: &str) -> Outcome<Self> {
        let floors: BTreeMap<String, BTreeMap<String, usize>> =
            toml::from_str(text).map_err(|error| error.to_string())?;
        if floors.values().all(BTreeMap::is_empty) {
            return Err("no floor: what compares nothing would pass".to_owned());
        }
        Ok(Self(floors))
    }

    /// Counts a case.
    pub fn count(&mut self, check: &str, subject: &str) {
        let subjects = self.0.entry(check.to_owned()).or_default();
        *subjects.entry(subject.to_owned()).or_default() += 1;
    }

    /// The floors that were not reached: check, subject, floor, found.
    #[must_use]
    pub fn missed(&self, found: &Self) -> Vec<(String, String, usize, usize)> {
        let mut missed = Vec::new();
        for (check, subjects) in &self.0 {
            for (subject, floor) in subjects {
                let there = found
                    .0
                    .get(check)
                    .and_then(|subjects| subjects.get(subject))
                    .copied()
                    .unwrap_or_default();
                if there < *floor {
                    missed.push((check.clone(), subject.clone(), *floor, there));
                }
            }
        }
        missed
    }

    /// The same floors, raised to what was found. None becomes lower.
    #[must_use]
    pub fn raised(&self, found: &Self) -> Self {
        let mut raised = self.clone();
        for (check, subjects) in &found.0 {
            for (subject, there) in subjects {
                let floor = raised
                    .0
                    .entry(check.clone())
                    .or_default()
                    .entry(subject.clone())
                    .or_default();
                *floor = (*floor).max(*there);
            }
        }
        raised
    }

    /// The file's text.
    #[must_use]
    pub fn write(&self) -> String {
        let mut text = "# The fewest cases that `cargo xtask conformance` has to compare. They only rise: `--update-floors`.\n".to_owned();
        for (check, subjects) in &self.0 {
            // Writing into a string cannot fail.
            let _ = write!(text, "\n[{check}]\n");
            for (subject, floor) in subjects {
                let _ = writeln!(text, "\"{subject}\" = {floor}");
            }
        }
        text
    }
}
