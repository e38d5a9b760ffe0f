//! What a verification came to, as data.

use serde::Serialize;

use super::done::Done;
use crate::engine::{Exit, TenantKey};

/// From where a check looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Vantage {
    /// As anybody on the internet: HTTPS, discovery, a server's door.
    Outside,
    /// The services' own description of what they hold, read back.
    ControlPlane,
    /// With the app's own identity, from the app's own network.
    Inside,
}

/// What a check found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "verdict")]
pub enum Verdict {
    /// It is so.
    Passed {
        /// What was seen.
        evidence: String,
    },
    /// It is not so.
    Failed {
        /// What was seen instead.
        what: String,
        /// What can be done about it.
        remedy: String,
    },
    /// Nobody can say from here and now. It counts as neither.
    NotProven {
        /// Why not.
        reason: String,
    },
}

impl Verdict {
    /// In a word, as in JSON.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Passed { .. } => "passed",
            Self::Failed { .. } => "failed",
            Self::NotProven { .. } => "not_proven",
        }
    }

    /// It is so.
    pub fn passed(evidence: impl Into<String>) -> Self {
        Self::Passed {
            evidence: evidence.into(),
        }
    }

    /// It is not so.
    pub fn failed(what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::Failed {
            what: what.into(),
            remedy: remedy.into(),
        }
    }

    /// Nobody can say.
    pub fn not_proven(reason: impl Into<String>) -> Self {
        Self::NotProven {
            reason: reason.into(),
        }
    }
}

/// One check and what it found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// The same in every run; scripts may rely on it.
    pub id: String,
    /// What is claimed, in one sentence.
    pub title: String,
    /// The tenant that it is about.
    pub tenant: TenantKey,
    /// From where it was looked at.
    pub vantage: Vantage,
    /// Why it matters.
    pub why: String,
    /// What was found.
    #[serde(flatten)]
    pub verdict: Verdict,
}

/// What a verification came to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// How many checks passed.
    pub passed: usize,
    /// How many failed.
    pub failed: usize,
    /// How many could not be proven either way.
    pub not_proven: usize,
    /// What "done" means for the environment, and what the checks say of it.
    pub done: Vec<Done>,
    /// Every check: first what the file says, step by step, then what no step can see.
    pub checks: Vec<Entry>,
}

impl Report {
    /// Counts what was found.
    pub fn new(checks: Vec<Entry>, done: Vec<Done>) -> Self {
        let count = |is: fn(&Verdict) -> bool| checks.iter().filter(|c| is(&c.verdict)).count();
        Self {
            passed: count(|v| matches!(v, Verdict::Passed { .. })),
            failed: count(|v| matches!(v, Verdict::Failed { .. })),
            not_proven: count(|v| matches!(v, Verdict::NotProven { .. })),
            done,
            checks,
        }
    }

    /// How the process ends. What is not proven fails only a strict one.
    pub fn exit(&self, strict: bool) -> Exit {
        if self.failed > 0 || (strict && self.not_proven > 0) {
            Exit::Failure
        } else {
            Exit::Done
        }
    }

    /// The checks that failed.
    pub fn failures(&self) -> impl Iterator<Item = &Entry> {
        self.checks
            .iter()
            .filter(|check| matches!(check.verdict, Verdict::Failed { .. }))
    }

    /// The check with this id.
    pub fn check(&self, id: &str) -> Option<&Entry> {
        self.checks.iter().find(|check| check.id == id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn entry(id: &str, verdict: Verdict) -> Entry {
        Entry {
            id: id.to_owned(),
            title: "It is so".to_owned(),
            tenant: TenantKey::new("qa"),
            vantage: Vantage::ControlPlane,
            why: "it must be".to_owned(),
            verdict,
        }
    }

    #[test]
    fn only_a_failure_fails_and_strictness_asks_for_proof() {
        let passed = entry("a", Verdict::passed("seen"));
        let failed = entry("b", Verdict::failed("not seen", "look"));
        let open = entry("c", Verdict::not_proven("dark"));
        for (checks, counts, exit, strict) in [
            (vec![], (0, 0, 0), Exit::Done, Exit::Done),
            (vec![passed.clone()], (1, 0, 0), Exit::Done, Exit::Done),
            (
                vec![passed.clone(), open.clone()],
                (1, 0, 1),
                Exit::Done,
                Exit::Failure,
            ),
            (
                vec![passed, open, failed],
                (1, 1, 1),
                Exit::Failure,
                Exit::Failure,
            ),
        ] {
            let report = Report::new(checks, vec![]);
            assert_eq!((report.passed, report.failed, report.not_proven), counts);
            assert_eq!((report.exit(false), report.exit(true)), (exit, strict));
        }
    }

    #[test]
    fn the_verdict_stands_beside_the_check_in_json() {
        let report = Report::new(
            vec![entry("b", Verdict::failed("not seen", "look"))],
            vec![],
        );
        assert_eq!(
            serde_json::to_value(&report.checks).unwrap(),
            json!([{
                "id": "b", "title": "It is so", "tenant": "qa", "vantage": "control_plane", "why": "it must be",
                "verdict": "failed", "what": "not seen", "remedy": "look"}])
        );
    }
}
