//! Cases that share their beginning: one process runs the rollout undisturbed, and at each request makes a copy of
//! itself for each fault there. The copy goes on with the fault, from exactly there: clients, clock, cloud and journal.
//!
//! A case then costs what follows its fault, until nothing tells it from the undisturbed run any more ([`rejoining`]). A
//! sample of the cases is run whole as well, and must end the same.
//!
//! [`rejoining`]: super::rejoining

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{BufRead, BufReader, Write, stdout},
    panic::{AssertUnwindSafe, catch_unwind},
    process::{Child, Command, Stdio, exit},
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    thread,
};

use fork::{Fork, fork, waitpid};
use rhc_core::fake::{FaultKind, Met, WeakWorld};
use rollout::engine::ProgressSink;
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc::unbounded_channel;

use super::{
    Options, Shard,
    case::{Passed, Setting, Stage, Verdict, on_its_own_clock},
    faults::Fault,
    point::Point,
    rejoining::{Follower, Joints},
    run::Case,
    scene::Scene,
};
use crate::Outcome;

/// Of so many cases that could end early one goes on to its end, to show that it ends as was foreseen.
const GOES_ON: usize = 20;

/// What a worker says of a case.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Ended {
    /// Which one.
    at: usize,
    pub(super) verdict: Verdict,
    /// Nothing told it from the undisturbed run any more, before its end.
    pub(super) rejoined: bool,
    /// It went on to its end.
    pub(super) went_on: bool,
}

/// Runs the cases, part of them in each of so many processes, and gives each verdict to `count`.
///
/// # Errors
/// A process could not be begun, or ended without having said what came of its cases.
pub(super) fn supervise(
    cases: usize,
    options: &Options,
    mut count: impl FnMut(usize, Ended),
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
        let ended: Ended = serde_json::from_str(&line)
            .map_err(|error| format!("a worker says {line:?}: {error}"))?;
        missing.remove(&ended.at);
        count(ended.at, ended);
    }
    for mut worker in running {
        let status = worker.wait().map_err(|error| error.to_string())?;
        if !status.success() {
            return Err(format!("a worker ended with {status}"));
        }
    }
    for at in missing {
        let verdict = Err(vec!["nobody says what came of it".to_owned()]);
        let ended = Ended {
            at,
            verdict,
            rejoined: false,
            went_on: true,
        };
        count(at, ended);
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
pub(super) fn work(
    setting: &Setting,
    cases: &[Case<'_>],
    part: Shard,
    options: &Options,
) -> Outcome {
    let all_go_on = options.to_the_end || options.sample.is_some();
    let mut waiting: BTreeMap<usize, Vec<Waiting>> = BTreeMap::new();
    let own = cases.iter().enumerate().skip(part.number - 1);
    for (at, (point, fault)) in own.step_by(part.of) {
        let case = Waiting {
            at,
            point: (*point).clone(),
            fault,
            goes_on: all_go_on || at.is_multiple_of(GOES_ON),
        };
        waiting.entry(point.position).or_default().push(case);
    }
    let copy = Arc::new(OnceLock::new());
    let case = catch_unwind(AssertUnwindSafe(|| {
        on_its_own_clock(run(setting, waiting, &copy))
    }));
    let verdict = case.unwrap_or_else(|_| Err(vec!["it panicked".to_owned()]));
    match copy.get() {
        Some(copied) => copied.say(verdict),
        None => verdict.map(|_| ()).map_err(|wrong| wrong.join("; ")),
    }
}

/// A case at a request that the run has not sent yet.
struct Waiting {
    at: usize,
    point: Point,
    fault: &'static Fault,
    goes_on: bool,
}

/// What a copy is for.
#[derive(Debug)]
struct Copied {
    at: usize,
    fault: &'static Fault,
    scene: Arc<Scene>,
    goes_on: bool,
    rejoined: AtomicBool,
}

impl Copied {
    /// One line for whoever began the worker.
    fn say(&self, verdict: Verdict) -> Outcome {
        let rejoined = self.rejoined.load(Ordering::Relaxed);
        let verdict = if rejoined {
            as_foreseen(verdict)
        } else {
            verdict
        };
        let ended = Ended {
            at: self.at,
            verdict,
            rejoined,
            went_on: self.goes_on || !rejoined,
        };
        let line = serde_json::to_string(&ended).map_err(|error| error.to_string())?;
        let mut out = stdout().lock();
        writeln!(out, "{line}")
            .and_then(|()| out.flush())
            .map_err(|error| error.to_string())
    }
}

/// What came of a case of which it was foreseen that it ends like the undisturbed run.
pub(super) fn as_foreseen(verdict: Verdict) -> Verdict {
    let mut wrong = match verdict {
        Ok(Passed::SameRun) => return verdict,
        Ok(Passed::NextRun) => Vec::new(),
        Err(wrong) => wrong,
    };
    wrong.push(
        "nothing told it from the undisturbed run any more, and yet it did not end like it"
            .to_owned(),
    );
    Err(wrong)
}

async fn run(
    setting: &Setting,
    waiting: BTreeMap<usize, Vec<Waiting>>,
    copy: &Arc<OnceLock<Copied>>,
) -> Verdict {
    let alone = |message: String| vec![message];
    let stage = Stage::new(&setting.manifest).map_err(alone)?;
    let world = stage.cloud.world();
    let (progress, events) = unbounded_channel();
    let follower = Follower::new(world.downgrade(), Arc::clone(&stage.journal), events);
    let crossing = Mutex::new(Crossing {
        position: 0,
        waiting,
        world: world.downgrade(),
        copy: Arc::clone(copy),
        follower,
        joints: Arc::clone(&setting.joints),
    });
    world.faults().judge(move |met| {
        let mut crossing = crossing.lock().unwrap_or_else(PoisonError::into_inner);
        crossing.judge(met)
    });
    let progress = ProgressSink::to(progress);
    let first = setting.first_run(&stage, progress).await.map_err(alone)?;
    let Some(copied) = copy.get() else {
        return Ok(Passed::SameRun);
    };
    let (fault, scene) = (copied.fault, &copied.scene);
    let verdict = setting.conclude(&stage, fault, scene, &first).await;
    copied.say(verdict).map_err(alone)?;
    // Nothing is left to do: taking the cloud apart would be a tenth of a short case.
    exit(0)
}

/// Where the run divides, and where a copy meets it again.
struct Crossing {
    position: usize,
    waiting: BTreeMap<usize, Vec<Waiting>>,
    world: WeakWorld,
    copy: Arc<OnceLock<Copied>>,
    follower: Follower,
    joints: Arc<Joints>,
}

impl Crossing {
    /// In the worker, makes the copies for this request and waits for each; in a copy, does what its fault does.
    fn judge(&mut self, met: &Met<'_>) -> Option<FaultKind> {
        let standing = self.follower.at_request();
        if let Some(copied) = self.copy.get() {
            let rejoined = &copied.rejoined;
            if !rejoined.load(Ordering::Relaxed)
                && let Some(standing) = standing
                && self.joints.meet(&self.follower, &standing, &copied.scene)
            {
                rejoined.store(true, Ordering::Relaxed);
                if !copied.goes_on {
                    let said = copied.say(Ok(Passed::SameRun));
                    exit(i32::from(said.is_err()));
                }
            }
            return copied.scene.judge(met);
        }
        let here = self.waiting.remove(&self.position).unwrap_or_default();
        self.position += 1;
        for case in here {
            let point = &case.point;
            if !point.is_at(met) {
                eprintln!("a worker sends {met:?} in the place of {}", point.name);
                continue;
            }
            match fork() {
                Ok(Fork::Child) => {
                    let met_before = point.occurrence - 1;
                    let scene = Scene::new(self.world.clone(), point, case.fault, met_before);
                    let verdict = scene.judge(met);
                    let copied = Copied {
                        at: case.at,
                        fault: case.fault,
                        scene,
                        goes_on: case.goes_on,
                        rejoined: AtomicBool::new(false),
                    };
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
