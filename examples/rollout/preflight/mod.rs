//! What cannot work on Microsoft's platform, said before anything is done, with the way out.
//!
//! [`of_file`] needs nothing but the environment file; [`of_cloud`] asks the cloud who we are there and what we may do.
//! It reads and never writes.

mod cloud;
mod file;
mod names;
#[cfg(test)]
mod tests;
mod token;

use serde::Serialize;

pub use cloud::of_cloud;
pub use file::{Situation, of_file};
pub use token::{Granted, decode};

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Nothing is written while it stands.
    Stop,
    /// It is good to know.
    Note,
}

/// Something that will not work, or not as one might think.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// How much it matters.
    pub severity: Severity,
    /// A name that stays the same, for scripts.
    pub code: &'static str,
    /// What is so.
    pub what: String,
    /// What can be done.
    pub way_out: String,
}

impl Finding {
    pub(crate) fn stop(
        code: &'static str,
        what: impl Into<String>,
        way_out: impl Into<String>,
    ) -> Self {
        Self {
            severity: Severity::Stop,
            code,
            what: what.into(),
            way_out: way_out.into(),
        }
    }

    pub(crate) fn note(
        code: &'static str,
        what: impl Into<String>,
        way_out: impl Into<String>,
    ) -> Self {
        Self {
            severity: Severity::Note,
            ..Self::stop(code, what, way_out)
        }
    }
}

/// Whether nothing may be written.
pub fn stops(findings: &[Finding]) -> bool {
    findings
        .iter()
        .any(|finding| finding.severity == Severity::Stop)
}

/// Whether not even a look is worth while.
pub fn blinds(findings: &[Finding]) -> bool {
    findings
        .iter()
        .any(|finding| cloud::BLINDING.contains(&finding.code))
}
