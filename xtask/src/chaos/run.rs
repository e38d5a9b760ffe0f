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

#[cfg(unix)]
use super::copies;
use super::{
    Options, Shard,
    case::{Setting, Verdict},
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
    let every = cases(&setting, options)?;
    let all = every.len();
    let seed = options
        .seed
        .unwrap_or_else(|| RandomState::new().hash_one(all));
    // Whoever stops half-way has then seen something of everything.
    let mut cases = shuffled(every, if options.sample.is_some() { seed } else { 1 });
    spread(&mut cases);
    cases.truncate(options.sample.unwrap_or(all));
    if let Some(Shard { number, of }) = options.shard {
        cases = cases.into_iter().skip(number - 1).step_by(of).collect();
    }
    #[cfg(unix)]
    if let Some(part) = options.worker {
        return copies::work(&setting, &cases, part, options);
    }
    println!(
        "an undisturbed run: {} requests, {} things; {all} cases of {} faults",
        setting.points.len(),
        setting.things(),
        FAULTS.len()
    );
    if let Some(sample) = options.sample {
        println!("a sample of {sample}; again: cargo xtask chaos --sample {sample} --seed {seed}");
    }
    if let Some(part) = options.shard {
        println!("part {part}: {} cases", cases.len());
    }
    let options = Options {
        seed: options.sample.map(|_| seed),
        ..options.clone()
    };
    let tallies = carry_out(&setting, &cases, &options)?;
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

/// So many cases are run from the beginning too where they are run by copies.
#[cfg(unix)]
const WHOLE: usize = 60;

/// Every case from its fault on, by a copy of the undisturbed run, and some of them whole: both must end the same.
#[cfg(unix)]
fn carry_out(setting: &Setting, cases: &[Case<'_>], options: &Options) -> Outcome<Tallies> {
    let mut tallies = Tallies::default();
    let mut ends = BTreeMap::new();
    let mut done = 0_usize;
    let (mut early, mut foreseen) = (0_usize, 0_usize);
    copies::supervise(cases.len(), options, |at, ended| {
        let verdict = ended.verdict;
        tallies.count(cases[at], &verdict);
        early += usize::from(ended.rejoined && !ended.went_on);
        foreseen += usize::from(ended.rejoined && ended.went_on);
        done += 1;
        if done.is_multiple_of(1000) {
            eprintln!("{done} of {}", cases.len());
        }
        if at < WHOLE {
            ends.insert(at, verdict);
        }
    })?;
    println!(
        "{early} of them ended where nothing told them from the undisturbed run any more; {foreseen} more came there and went on to their end"
    );
    let some = &cases[..cases.len().min(WHOLE)];
    let mut others = Vec::new();
    from_the_beginning(setting, some, |at, verdict| {
        if ends.get(&at) != Some(&verdict) {
            others.push(format!("{} at {}", cases[at].1.name, cases[at].0.name));
        }
    });
    println!(
        "{} of them were run from the beginning too, and {} ended otherwise",
        some.len(),
        others.len()
    );
    if others.is_empty() {
        Ok(tallies)
    } else {
        Err(format!("a copy ends otherwise: {}", others.join("; ")))
    }
}

/// Every case whole: nothing can be copied here.
#[cfg(not(unix))]
fn carry_out(setting: &Setting, cases: &[Case<'_>], _: &Options) -> Outcome<Tallies> {
    let mut tallies = Tallies::default();
    from_the_beginning(setting, cases, |at, verdict| {
        tallies.count(cases[at], &verdict)
    });
    Ok(tallies)
}

/// Runs each case whole, on all cores.
fn from_the_beginning(
    setting: &Setting,
    cases: &[Case<'_>],
    ended: impl FnMut(usize, Verdict) + Send,
) {
    let next = AtomicUsize::new(0);
    let ended = Mutex::new(ended);
    let workers = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some((point, fault)) = cases.get(at) else {
                        break;
                    };
                    let ran = catch_unwind(AssertUnwindSafe(|| setting.run(point, fault)));
                    let verdict = ran.unwrap_or_else(|_| Err(vec!["it panicked".to_owned()]));
                    let mut ended = ended.lock().unwrap_or_else(PoisonError::into_inner);
                    ended(at, verdict);
                }
            });
        }
    });
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
