//! Cases that share their beginning: one process runs the rollout undisturbed, and at each request makes a copy of
//! itself for each fault there. The copy goes on with the fault, from exactly there: clients, clock, cloud and journal.
//!
//! A case then costs what follows its fault. A sample of the cases is run whole as well, and must end the same.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{BufRead, BufReader, Write, stdout},
    panic::{AssertUnwindSafe, catch_unwind},
    process::{Child, Command, Stdio, exit},
    sync::{Arc, Mutex, OnceLock, PoisonError, mpsc},
    thread,
};

use fork::{Fork, fork, waitpid};
use rhc_core::fake::{FaultKind, Met, WeakWorld};

use super::{
    Options, Shard,
    case::{Passed, Setting, Stage, Verdict, on_its_own_clock},
    faults::Fault,
    point::Point,
    run::Case,
    scene::Scene,
};
use crate::Outcome;

/// Runs the cases, part of them in each of so many processes, and gives each verdict to `count`.
///
/// # Errors
/// A process could not be begun, or ended without having said what came of its cases.
pub(super) fn supervise(
    cases: usize,
    options: &Options,
    mut count: impl FnMut(usize, Verdict),
) -> Outcome {
    let of = thread::available_parallelism().map_or(1, usize::from);
    let (says, lines) = mpsc::channel();
    let mut running = Vec::new();
    for number in 1..=of {
        let options = Options {
            worker: Some(Shard { number, of }),
            ..options.clone()
        };
        running.push(worker(&options, says.clone())?);
    }
    drop(says);
    let mut missing: BTreeSet<usize> = (0..cases).collect();
    for line in lines {
        let (at, verdict): (usize, Verdict) = serde_json::from_str(&line)
            .map_err(|error| format!("a worker says {line:?}: {error}"))?;
        missing.remove(&at);
        count(at, verdict);
    }
    for mut worker in running {
        let status = worker.wait().map_err(|error| error.to_string())?;
        if !status.success() {
            return Err(format!("a worker ended with {status}"));
        }
    }
    for at in missing {
        count(at, Err(vec!["nobody says what came of it".to_owned()]));
    }
    Ok(())
}

/// This program again, for one part of the cases. Its lines are passed on by a thread.
fn worker(options: &Options, says: mpsc::Sender<String>) -> Outcome<Child> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let mut child = Command::new(program)
        .args(options.arguments())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("a worker could not be begun: {error}"))?;
    let output = child.stdout.take().ok_or("a worker without output")?;
    thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            if says.send(line).is_err() {
                break;
            }
        }
    });
    Ok(child)
}

/// Is a worker: runs the rollout once, and in copies of itself the cases of its part.
///
/// # Errors
/// The run does not send what an undisturbed run sends.
pub(super) fn work(setting: &Setting, cases: &[Case<'_>], part: Shard) -> Outcome {
    let mut waiting: BTreeMap<usize, Vec<Waiting>> = BTreeMap::new();
    let own = cases.iter().enumerate().skip(part.number - 1);
    for (at, (point, fault)) in own.step_by(part.of) {
        waiting
            .entry(point.position)
            .or_default()
            .push((at, (*point).clone(), fault));
    }
    let copy = Arc::new(OnceLock::new());
    let case = catch_unwind(AssertUnwindSafe(|| {
        on_its_own_clock(run(setting, waiting, &copy))
    }));
    let verdict = case.unwrap_or_else(|_| Err(vec!["it panicked".to_owned()]));
    match copy.get() {
        Some(Copied { case, .. }) => say(*case, &verdict),
        None => verdict.map(|_| ()).map_err(|wrong| wrong.join("; ")),
    }
}

/// A case at a request that the run has not sent yet, and its number.
type Waiting = (usize, Point, &'static Fault);

/// What a copy is for.
#[derive(Debug)]
struct Copied {
    case: usize,
    fault: &'static Fault,
    scene: Arc<Scene>,
}

async fn run(
    setting: &Setting,
    waiting: BTreeMap<usize, Vec<Waiting>>,
    copy: &Arc<OnceLock<Copied>>,
) -> Verdict {
    let alone = |message: String| vec![message];
    let stage = Stage::new(&setting.manifest).map_err(alone)?;
    let world = stage.cloud.world();
    let crossing = Mutex::new(Crossing {
        position: 0,
        waiting,
        world: world.downgrade(),
        copy: Arc::clone(copy),
    });
    world.faults().judge(move |met| {
        let mut crossing = crossing.lock().unwrap_or_else(PoisonError::into_inner);
        crossing.judge(met)
    });
    let first = setting.first_run(&stage).await.map_err(alone)?;
    let Some(Copied { case, fault, scene }) = copy.get() else {
        return Ok(Passed::SameRun);
    };
    let verdict = setting.conclude(&stage, fault, scene, &first).await;
    say(*case, &verdict).map_err(alone)?;
    // Nothing is left to do: taking the cloud apart would be a tenth of a short case.
    exit(0)
}

/// Where the run divides.
struct Crossing {
    position: usize,
    waiting: BTreeMap<usize, Vec<Waiting>>,
    world: WeakWorld,
    copy: Arc<OnceLock<Copied>>,
}

impl Crossing {
    /// In the worker, makes the copies for this request and waits for each; in a copy, does what its fault does.
    fn judge(&mut self, met: &Met<'_>) -> Option<FaultKind> {
        if let Some(Copied { scene, .. }) = self.copy.get() {
            return scene.judge(met);
        }
        let here = self.waiting.remove(&self.position).unwrap_or_default();
        self.position += 1;
        for (case, point, fault) in here {
            if !point.is_at(met) {
                eprintln!("a worker sends {met:?} in the place of {}", point.name);
                continue;
            }
            match fork() {
                Ok(Fork::Child) => {
                    let met_before = point.occurrence - 1;
                    let scene = Scene::new(self.world.clone(), &point, fault, met_before);
                    let verdict = scene.judge(met);
                    let copied = Copied { case, fault, scene };
                    if self.copy.set(copied).is_err() {
                        eprintln!("a copy of a copy");
                    }
                    return verdict;
                }
                Ok(Fork::Parent(copy)) => {
                    if let Err(error) = waitpid(copy) {
                        eprintln!("a copy for {} is lost: {error}", point.name);
                    }
                }
                Err(error) => eprintln!("no copy could be made for {}: {error}", point.name),
            }
        }
        None
    }
}

/// One line for whoever began the worker.
fn say(case: usize, verdict: &Verdict) -> Outcome {
    let line = serde_json::to_string(&(case, verdict)).map_err(|error| error.to_string())?;
    let mut out = stdout().lock();
    writeln!(out, "{line}")
        .and_then(|()| out.flush())
        .map_err(|error| error.to_string())
}
