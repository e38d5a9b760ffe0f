//! What has become of the cases, by fault and by kind of request.

use std::collections::BTreeMap;

use super::{
    case::{Passed, Verdict},
    faults::{FAULTS, Fault},
    point::Point,
    run::Case,
};
use crate::Outcome;

/// How many cases ended how.
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    same_run: usize,
    next_run: usize,
    failed: usize,
}

impl Tally {
    fn count(&mut self, passed: Option<Passed>) {
        *match passed {
            Some(Passed::SameRun) => &mut self.same_run,
            Some(Passed::NextRun) => &mut self.next_run,
            None => &mut self.failed,
        } += 1;
    }

    fn cases(self) -> usize {
        self.same_run + self.next_run + self.failed
    }

    fn line(self, name: &str, width: usize) -> String {
        let cases = self.cases();
        format!(
            "{name:<width$} {cases:>7} {:>9} {:>9} {:>7}",
            self.same_run, self.next_run, self.failed
        )
    }
}

/// The cases that have run.
#[derive(Debug, Default)]
pub(super) struct Tallies {
    whole: Tally,
    by_fault: BTreeMap<&'static str, Tally>,
    by_class: BTreeMap<String, Tally>,
}

impl Tallies {
    /// Adds a case. A failure is said at once, with the command that shows it again.
    pub(super) fn count(&mut self, (point, fault): Case<'_>, verdict: &Verdict) {
        if let Err(wrong) = verdict {
            say(point, fault, wrong);
        }
        let passed = verdict.as_ref().ok().copied();
        self.whole.count(passed);
        self.by_fault.entry(fault.name).or_default().count(passed);
        let class = self.by_class.entry(point.class.clone());
        class.or_default().count(passed);
    }

    /// Says what came of them: by fault, and where it is asked for by kind of request.
    ///
    /// # Errors
    /// Where one failed, or none ran.
    pub(super) fn report(&self, by_class: bool) -> Outcome {
        let faults = FAULTS.iter().filter_map(|fault| {
            let tally = self.by_fault.get(fault.name)?;
            Some((fault.name, *tally))
        });
        table("fault", faults.collect());
        if by_class {
            let classes = self.by_class.iter();
            table(
                "request",
                classes
                    .map(|(name, tally)| (name.as_str(), *tally))
                    .collect(),
            );
        }
        let passed = self.whole.same_run + self.whole.next_run;
        println!("{passed} passed, {} failed", self.whole.failed);
        match (self.whole.cases(), self.whole.failed) {
            (0, _) => Err("chaos: no case ran".to_owned()),
            (_, 0) => Ok(()),
            (_, failed) => Err(format!("chaos: {failed} cases failed")),
        }
    }
}

fn say(point: &Point, fault: &Fault, wrong: &[String]) {
    const SHOWN: usize = 6;
    println!("FAILED {} at {}", fault.name, point.name);
    for line in wrong.iter().take(SHOWN) {
        println!("    {line}");
    }
    if let Some(more) = wrong.len().checked_sub(SHOWN).filter(|more| *more > 0) {
        println!("    and {more} more");
    }
    println!(
        "    again: cargo xtask chaos --fault {} --at \"{}\"",
        fault.name, point.name
    );
}

fn table(what: &str, lines: Vec<(&str, Tally)>) {
    let width = lines.iter().map(|(name, _)| name.len()).max();
    let width = width.unwrap_or_default().max(what.len());
    println!(
        "{what:<width$} {:>7} {:>9} {:>9} {:>7}",
        "cases", "same run", "next run", "failed"
    );
    for (name, tally) in lines {
        println!("{}", tally.line(name, width));
    }
}
