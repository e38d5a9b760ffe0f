//! Many cases on all cores, and what is said of them.

use std::{
    collections::BTreeMap,
    hash::{BuildHasher, RandomState},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use rollout::manifest::Manifest;

use super::{
    Options,
    case::{Passed, Setting},
    faults::{FAULTS, Fault},
    point::Point,
};
use crate::{Outcome, root};

/// A fault at a point.
pub(super) type Case<'s> = (&'s Point, &'static Fault);

/// What has become of the cases of one fault.
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    same_run: usize,
    next_run: usize,
    failed: usize,
}

/// Runs what was asked for.
///
/// # Errors
/// A case failed, or none was meant.
pub fn run(options: &Options) -> Outcome {
    let manifest = Manifest::load(root().join("examples/environments/qa.toml"))
        .map_err(|error| error.to_string())?;
    let setting = Setting::of(manifest)?;
    let mut cases = cases(&setting, options)?;
    let all = cases.len();
    println!(
        "an undisturbed run: {} requests, {} things; {all} cases of {} faults",
        setting.points.len(),
        setting.things(),
        FAULTS.len()
    );
    if let Some(sample) = options.sample.filter(|_| !options.all) {
        let seed = options
            .seed
            .unwrap_or_else(|| RandomState::new().hash_one(all));
        println!("a sample of {sample}, seed {seed}");
        cases = shuffled(cases, seed);
        spread(&mut cases);
        cases.truncate(sample);
    }
    let tallies = carry_out(&setting, &cases);
    report(&tallies)
}

/// Each fault at each point that it can strike, as far as they are meant.
fn cases<'s>(setting: &'s Setting, options: &Options) -> Outcome<Vec<Case<'s>>> {
    let at = options.at.as_deref().map(str::to_lowercase);
    let exact = at.as_ref().is_some_and(|at| {
        setting
            .points
            .iter()
            .any(|point| point.name.to_lowercase() == *at)
    });
    let is_meant = |point: &&Point| match &at {
        None => true,
        Some(at) if exact => point.name.to_lowercase() == *at,
        Some(at) => point.name.to_lowercase().contains(at.as_str()),
    };
    let faults: Vec<_> = FAULTS
        .iter()
        .filter(|fault| options.fault.as_ref().is_none_or(|name| fault.name == name))
        .collect();
    if faults.is_empty() {
        let names: Vec<_> = FAULTS.iter().map(|fault| fault.name).collect();
        return Err(format!(
            "no fault is called so; there are: {}",
            names.join(", ")
        ));
    }
    let mut cases = Vec::new();
    for point in setting.points.iter().filter(is_meant) {
        let meets = faults.iter().filter(|fault| (fault.meets)(point));
        cases.extend(meets.map(|fault| (point, *fault)));
    }
    if cases.is_empty() {
        return Err(
            "no request of the rollout is meant by that, or the fault cannot strike it".to_owned(),
        );
    }
    Ok(cases)
}

fn carry_out(setting: &Setting, cases: &[Case<'_>]) -> BTreeMap<&'static str, Tally> {
    let next = AtomicUsize::new(0);
    let tallies: Mutex<BTreeMap<&'static str, Tally>> = Mutex::default();
    let workers = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                while let Some((point, fault)) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let ran = catch_unwind(AssertUnwindSafe(|| setting.run(point, fault)));
                    let verdict = ran.unwrap_or_else(|_| Err(vec!["it panicked".to_owned()]));
                    let mut tallies = tallies.lock().unwrap_or_else(PoisonError::into_inner);
                    let tally = tallies.entry(fault.name).or_default();
                    match verdict {
                        Ok(Passed::SameRun) => tally.same_run += 1,
                        Ok(Passed::NextRun) => tally.next_run += 1,
                        Err(wrong) => {
                            tally.failed += 1;
                            say(point, fault, &wrong);
                        }
                    }
                }
            });
        }
    });
    tallies.into_inner().unwrap_or_else(PoisonError::into_inner)
}

/// A failure, with the command that shows it again.
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

fn report(tallies: &BTreeMap<&'static str, Tally>) -> Outcome {
    println!(
        "{:<22} {:>8} {:>9} {:>9} {:>7}",
        "fault", "cases", "same run", "next run", "failed"
    );
    let mut whole = Tally::default();
    for fault in FAULTS {
        let Some(tally) = tallies.get(fault.name) else {
            continue;
        };
        let cases = tally.same_run + tally.next_run + tally.failed;
        println!(
            "{:<22} {cases:>8} {:>9} {:>9} {:>7}",
            fault.name, tally.same_run, tally.next_run, tally.failed
        );
        whole.same_run += tally.same_run;
        whole.next_run += tally.next_run;
        whole.failed += tally.failed;
    }
    println!(
        "{} passed, {} failed",
        whole.same_run + whole.next_run,
        whole.failed
    );
    match whole.failed {
        0 => Ok(()),
        failed => Err(format!("chaos: {failed} cases failed")),
    }
}

/// Puts one case of each fault at each kind of request before the second of any: there are many more reads than writes.
pub(super) fn spread(cases: &mut [Case<'_>]) {
    let mut seen: BTreeMap<(&str, String), usize> = BTreeMap::new();
    let round = |case: &Case<'_>| {
        let (point, fault) = case;
        let kind = format!("{:?} {}", point.service, point.method);
        let times = seen.entry((fault.name, kind)).or_default();
        *times += 1;
        *times
    };
    cases.sort_by_cached_key(round);
}

/// An order that the seed decides.
pub(super) fn shuffled<'s>(mut cases: Vec<Case<'s>>, seed: u64) -> Vec<Case<'s>> {
    let mut state = seed | 1;
    for at in (1..cases.len()).rev() {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        let bound = u64::try_from(at).unwrap_or(u64::MAX).saturating_add(1);
        let other = usize::try_from(state % bound).unwrap_or_default();
        cases.swap(at, other);
    }
    cases
}
