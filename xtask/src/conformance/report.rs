//! What was compared, and what came of it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use super::{check::Disagreement, floors::Floors, kept::Kept};

/// What a case is about: the check, the type, and what of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CaseName {
    /// The check.
    pub check: &'static str,
    /// The resource type, or whatever the cases are counted by.
    pub subject: String,
    /// The operation and so on.
    pub name: String,
}

/// Cases, each with what was found wrong, and what could not be compared.
#[derive(Clone, Debug, Default)]
pub struct Report {
    cases: BTreeMap<CaseName, BTreeSet<Disagreement>>,
    skipped: BTreeMap<(&'static str, String), String>,
    notes: BTreeMap<&'static str, BTreeMap<String, usize>>,
}

/// How it ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Cases without a disagreement.
    pub passed: usize,
    /// Cases with one, and everything else that is wrong.
    pub failed: usize,
    /// What nothing describes, and what is kept on purpose.
    pub skipped: usize,
}

impl fmt::Display for Totals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            passed,
            failed,
            skipped,
        } = self;
        write!(f, "{passed} passed, {failed} failed, {skipped} skipped")
    }
}

impl Report {
    /// Enters a case. The same case entered again is one case with everything that was found.
    pub fn case(
        &mut self,
        check: &'static str,
        subject: impl Into<String>,
        name: impl Into<String>,
        found: impl IntoIterator<Item = Disagreement>,
    ) {
        let name = CaseName {
            check,
            subject: subject.into(),
            name: name.into(),
        };
        let found = found.into_iter().map(|found| Disagreement {
            path: without_places(&found.path),
            ..found
        });
        self.cases.entry(name).or_default().extend(found);
    }

    /// Enters a case that is wrong as a whole.
    pub fn wrong(
        &mut self,
        check: &'static str,
        subject: impl Into<String>,
        name: impl Into<String>,
        says: impl Into<String>,
    ) {
        let found = Disagreement {
            path: String::new(),
            says: says.into(),
        };
        self.case(check, subject, name, [found]);
    }

    /// Enters what nothing describes.
    pub fn skip(&mut self, check: &'static str, name: impl Into<String>, why: impl Into<String>) {
        self.skipped.insert((check, name.into()), why.into());
    }

    /// Counts something that is told at the end and is neither right nor wrong.
    pub fn note(&mut self, what: &'static str, name: impl Into<String>) {
        *self
            .notes
            .entry(what)
            .or_default()
            .entry(name.into())
            .or_default() += 1;
    }

    /// Whether there is a case of a check about a subject.
    #[must_use]
    pub fn has(&self, check: &str, subject: &str) -> bool {
        self.cases
            .keys()
            .any(|case| case.check == check && case.subject.eq_ignore_ascii_case(subject))
    }

    /// How many cases there are, by check and subject.
    #[must_use]
    pub fn counts(&self) -> Floors {
        let mut counts = Floors::default();
        for case in self.cases.keys() {
            counts.count(case.check, &case.subject);
        }
        counts
    }

    /// Prints everything and says how it ended. With `whole`, each case that passed is named too.
    #[must_use]
    pub fn close(
        &self,
        kept: &Kept,
        floors: &Floors,
        left_out: &[&str],
        whole: bool,
    ) -> (String, Totals) {
        let mut lines = String::new();
        let mut totals = Totals::default();
        let mut tallies: BTreeMap<(&str, &str), [usize; 3]> = BTreeMap::new();
        let mut used = BTreeSet::new();
        for (case, found) in &self.cases {
            let tally = tallies.entry((case.check, &case.subject)).or_default();
            let mut open = Vec::new();
            for one in found {
                match kept.find(case, one) {
                    Some(entry) => {
                        used.insert(entry);
                    }
                    None => open.push(one),
                }
            }
            let [passed, failed, held] = tally;
            if !open.is_empty() {
                *failed += 1;
                for one in open {
                    let CaseName {
                        check,
                        subject,
                        name,
                    } = case;
                    lines += &format!(
                        "FAILED {check} | {subject} | {name} | {} | {}\n",
                        one.path, one.says
                    );
                }
            } else if found.is_empty() {
                *passed += 1;
                if whole {
                    lines += &format!("passed {} | {} | {}\n", case.check, case.subject, case.name);
                }
            } else {
                *held += 1;
            }
        }
        for (number, entry) in kept.entries().iter().enumerate() {
            if !used.contains(&number) && !left_out.contains(&entry.check.as_str()) {
                totals.failed += 1;
                lines += &format!(
                    "FAILED kept | {} | {} | {} | no longer occurs: take the entry out\n",
                    entry.check, entry.name, entry.path
                );
            }
        }
        for (check, subject, floor, found) in floors.missed(&self.counts()) {
            if left_out.contains(&check.as_str()) {
                continue;
            }
            totals.failed += 1;
            lines += &format!(
                "FAILED floor | {check} | {subject} | {found} cases where there were {floor}\n"
            );
        }
        for ((check, name), why) in &self.skipped {
            lines += &format!("skipped {check} | {name} | {why}\n");
        }
        for (what, names) in &self.notes {
            lines += &format!("{what}: {}\n", names.values().sum::<usize>());
            for (name, count) in names {
                lines += &format!("  {count:>5}  {name}\n");
            }
        }
        lines += &format!(
            "{:<18} {:<70} {:>7} {:>7} {:>7}\n",
            "check", "of", "passed", "failed", "kept"
        );
        for ((check, subject), [passed, failed, held]) in &tallies {
            totals.passed += passed;
            totals.failed += failed;
            totals.skipped += held;
            lines += &format!("{check:<18} {subject:<70} {passed:>7} {failed:>7} {held:>7}\n");
        }
        totals.skipped += self.skipped.len();
        (lines, totals)
    }
}

/// `a[3].b` as `a[].b`: the same place of a list's every item.
fn without_places(path: &str) -> String {
    let mut kept = String::with_capacity(path.len());
    let mut inside = false;
    for letter in path.chars() {
        match letter {
            '[' => {
                inside = true;
                kept.push('[');
            }
            ']' => {
                inside = false;
                kept.push(']');
            }
            _ if inside => {}
            _ => kept.push(letter),
        }
    }
    kept
}
