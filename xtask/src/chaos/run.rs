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
    Options, Shard,
    case::Setting,
    faults::{FAULTS, Fault},
    kill,
    point::Point,
    tally::Tallies,
};
use crate::{Outcome, root};

/// A fault at a point.
pub(super) type Case<'s> = (&'s Point, &'static Fault);

/// Runs what was asked for.
///
/// # Errors
/// A case failed, or none was meant.
pub fn run(options: &Options) -> Outcome {
    if options.kill {
        return kill::run(options);
    }
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
        println!("a sample of {sample}; again: cargo xtask chaos --sample {sample} --seed {seed}");
        cases = shuffled(cases, seed);
        spread(&mut cases);
        cases.truncate(sample);
    } else {
        // Whoever stops half-way has then seen something of everything.
        cases = shuffled(cases, 1);
        spread(&mut cases);
    }
    if let Some(Shard { number, of }) = options.shard {
        cases = cases.into_iter().skip(number - 1).step_by(of).collect();
        println!("part {number} of {of}: {} cases", cases.len());
    }
    let tallies = carry_out(&setting, &cases);
    tallies.report(options.all)
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

fn carry_out(setting: &Setting, cases: &[Case<'_>]) -> Tallies {
    let next = AtomicUsize::new(0);
    let tallies: Mutex<Tallies> = Mutex::default();
    let workers = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                while let Some((point, fault)) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let ran = catch_unwind(AssertUnwindSafe(|| setting.run(point, fault)));
                    let verdict = ran.unwrap_or_else(|_| Err(vec!["it panicked".to_owned()]));
                    let mut tallies = tallies.lock().unwrap_or_else(PoisonError::into_inner);
                    tallies.count(point, fault, verdict.as_ref().ok().copied());
                    if let Err(wrong) = verdict {
                        say(point, fault, &wrong);
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

/// Puts one case of each fault before the second of any, and of each fault one at each kind of request before the second
/// of any: there are many more reads than writes, and few operations that take their time.
pub(super) fn spread(cases: &mut [Case<'_>]) {
    let kind =
        |(point, fault): &Case<'_>| (fault.name, format!("{:?} {}", point.service, point.method));
    sort_by_times(cases, kind);
    sort_by_times(cases, |(_, fault)| fault.name);
}

/// Which comes for the first time before which comes for the second.
fn sort_by_times<K: Ord>(cases: &mut [Case<'_>], of: impl Fn(&Case<'_>) -> K) {
    let mut seen: BTreeMap<K, usize> = BTreeMap::new();
    cases.sort_by_cached_key(|case| {
        let times = seen.entry(of(case)).or_default();
        *times += 1;
        *times
    });
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
