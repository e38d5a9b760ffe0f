//! What cannot work on Microsoft's platform, said before anything is done, with the way out.
//!
//! [`of_file`] needs nothing but the environment file, [`of_people`] what everybody may ask; [`of_cloud`] asks the cloud who we
//! are there, what is taken, what is full and what is not paid for. [`of_needs`] compares what a plan needs with what we have.
//! They read and never write. What could not be seen is said, with its cause.

mod billing;
mod cloud;
mod deleted;
mod dns;
mod file;
mod found;
mod github;
mod licences;
mod limits;
mod names;
mod pages;
mod people;
mod rights;
mod subscriptions;
#[cfg(test)]
mod tests;
mod token;

use serde::Serialize;

pub use cloud::of_cloud;
pub use file::{Situation, of_file};
pub use people::of_people;
pub use rights::of_needs;
pub use token::{Granted, decode};

/// What the sign-in lacks: [`of_cloud`] knows what a sign-in asks for, [`of_needs`] what a plan needs, which may be less.
const PERMISSIONS_MISSING: &str = "permissions-missing";
const PERMISSIONS_UNKNOWN: &str = "permissions-unknown";

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
    /// The page that says so.
    pub source: &'static str,
}

impl Finding {
    pub(crate) fn stop(
        code: &'static str,
        source: &'static str,
        what: impl Into<String>,
        way_out: impl Into<String>,
    ) -> Self {
        Self {
            severity: Severity::Stop,
            code,
            what: what.into(),
            way_out: way_out.into(),
            source,
        }
    }

    pub(crate) fn note(
        code: &'static str,
        source: &'static str,
        what: impl Into<String>,
        way_out: impl Into<String>,
    ) -> Self {
        Self {
            severity: Severity::Note,
            ..Self::stop(code, source, what, way_out)
        }
    }

    /// What the program itself is the reason of, and not somebody's platform.
    pub(crate) fn ours(
        code: &'static str,
        what: impl Into<String>,
        way_out: impl Into<String>,
    ) -> Self {
        Self::note(code, pages::OURS, what, way_out)
    }
}

/// Without what [`of_needs`] says better.
pub fn without_permissions(findings: &mut Vec<Finding>) {
    findings.retain(|one| ![PERMISSIONS_MISSING, PERMISSIONS_UNKNOWN].contains(&one.code));
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
