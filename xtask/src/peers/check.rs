//! What a scenario says of its checks, and the count.

use std::collections::BTreeMap;

use serde::Deserialize;

/// What every peer of Resource Manager and Graph checks, unless its scenario says why its service has no such thing.
pub(super) const KINDS: [&str; 10] = [
    "create",
    "read",
    "page",
    "update",
    "long-running",
    "delete",
    "not-found",
    "invalid",
    "conflict",
    "throttled",
];

/// One check.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(super) struct Check {
    pub(super) kind: String,
    pub(super) what: String,
    pub(super) expected: String,
    pub(super) came: String,
    pub(super) passed: bool,
}

/// A line of a scenario.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line {
    Check(Check),
    LeftOut {
        kind: String,
        reason: String,
    },
    /// It should say something of a check, and cannot be read: what it would have said counts as failed.
    Broken,
    /// Not for us.
    Other,
}

#[derive(Deserialize)]
struct LeftOut {
    left_out: String,
    reason: String,
}

impl Line {
    pub(super) fn read(line: &str) -> Self {
        if let Ok(check) = serde_json::from_str(line) {
            return Self::Check(check);
        }
        match serde_json::from_str::<LeftOut>(line) {
            Ok(said) => Self::LeftOut {
                kind: said.left_out,
                reason: said.reason,
            },
            Err(_) if Self::is_ours(line) => Self::Broken,
            Err(_) => Self::Other,
        }
    }

    /// A client's own words may stand before it, without a line's end between them.
    fn is_ours(line: &str) -> bool {
        let begins = ["{\"kind\"", "{\"left_out\""];
        line.starts_with('{') || begins.iter().any(|begin| line.contains(begin))
    }
}

/// The count, with what the present peer has not checked yet.
#[derive(Debug, Default)]
pub(super) struct Report {
    passed: usize,
    failed: usize,
    /// The peers that could not be had.
    absent: Vec<String>,
    /// How often the present peer has checked each kind, or that it has said why not.
    seen: BTreeMap<String, usize>,
}

impl Report {
    /// Takes a check and shows it.
    pub(super) fn check(&mut self, check: Check) {
        *self.seen.entry(check.kind.clone()).or_default() += 1;
        let Check {
            kind,
            what,
            expected,
            came,
            passed,
        } = check;
        let sign = if passed { "ok  " } else { "BAD " };
        println!("{sign}{kind}: {what}: expected {expected}, came {came}");
        self.count(passed);
    }

    /// The service has no such thing.
    pub(super) fn left_out(&mut self, kind: &str, reason: &str) {
        if reason.trim().is_empty() {
            self.broken(kind, "left out without a reason");
            return;
        }
        println!("    {kind}: not of this service: {reason}");
        *self.seen.entry(kind.to_owned()).or_default() += 1;
    }

    /// Something kept checks from being made.
    pub(super) fn broken(&mut self, what: &str, message: &str) {
        println!("BAD {what}: {message}");
        self.count(false);
    }

    /// A peer could not be had: nothing of it has passed, and nothing has failed.
    pub(super) fn absent(&mut self, peer: &str, message: &str, remedy: &str) {
        println!("NOT RUN {peer}: {message}\n        {remedy}");
        self.absent.push(peer.to_owned());
    }

    /// The peers that could not be had.
    pub(super) fn absentees(&self) -> &[String] {
        &self.absent
    }

    /// Ends a peer: what it neither checked nor left out with a reason has failed.
    pub(super) fn end(&mut self, peer: &str, kinds: &[&str]) {
        let seen = std::mem::take(&mut self.seen);
        for kind in kinds.iter().filter(|kind| !seen.contains_key(**kind)) {
            self.broken(peer, &format!("{kind}: expected a check, came none"));
        }
        for kind in seen.keys().filter(|kind| !kinds.contains(&kind.as_str())) {
            self.broken(peer, &format!("{kind}: there is no such kind of check"));
        }
    }

    /// How many passed, how many failed.
    pub(super) fn totals(&self) -> (usize, usize) {
        (self.passed, self.failed)
    }

    fn count(&mut self, passed: bool) {
        if passed {
            self.passed += 1;
        } else {
            self.failed += 1;
        }
    }
}
