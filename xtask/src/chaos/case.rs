//! One fault at one point: a whole rollout with it, and what came of it.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use rhc_core::fake::WorldOptions;
use rollout::{
    embedded::{EmbeddedCloud, Inventory},
    engine::{Exit, MemoryJournal, Outcome as Written, ProgressSink, Record, Recovery, Summary},
    manifest::Manifest,
};
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc::unbounded_channel;

use super::{
    faults::Fault,
    point::{self, Point},
    process::{apply, come_to_rest, paused},
    rejoining::{Follower, Joints, Model},
    scene::Scene,
};
use crate::Outcome;

/// So long in the World's time, and a run has no end.
const ENDLESS: Duration = Duration::from_secs(10 * 24 * 60 * 60);

/// What every case is run on and compared with.
pub(super) struct Setting {
    pub(super) manifest: Manifest,
    /// What stands in the cloud after a run that nobody disturbed.
    reference: Inventory,
    /// Where a fault can strike.
    pub(super) points: Vec<Point>,
    /// Where a disturbed run may meet it again.
    pub(super) joints: Arc<Joints>,
}

/// How a case ended well.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Passed {
    /// In the run that the fault struck.
    SameRun,
    /// In the next one.
    NextRun,
}

/// What came of a case, or everything that is not as it should be.
pub(super) type Verdict = Result<Passed, Vec<String>>;

/// A cloud where nothing was done yet, and an empty journal.
pub(super) struct Stage {
    pub(super) cloud: EmbeddedCloud,
    pub(super) journal: Arc<MemoryJournal>,
}

impl Stage {
    pub(super) fn new(manifest: &Manifest) -> Outcome<Self> {
        let cloud = EmbeddedCloud::new(manifest, WorldOptions::default(), true)
            .map_err(|error| error.to_string())?;
        Ok(Self {
            cloud,
            journal: Arc::new(MemoryJournal::new()),
        })
    }
}

/// Runs a case on a paused clock, and not for ever.
pub(super) fn on_its_own_clock(case: impl Future<Output = Verdict>) -> Verdict {
    let case = async {
        match tokio::time::timeout(ENDLESS, case).await {
            Ok(verdict) => Ok(verdict),
            Err(_) => Err("it does not end".to_owned()),
        }
    };
    paused(case).map_err(alone)?
}

fn alone(message: String) -> Vec<String> {
    vec![message]
}

impl Setting {
    /// Runs the rollout undisturbed, twice: the second shows that both send the same.
    pub(super) fn of(manifest: Manifest) -> Outcome<Self> {
        let (points, reference) = undisturbed(&manifest)?;
        let (again, same, joints) = followed(&manifest)?;
        let names = points.iter().map(|point| &point.path);
        if !names.eq(&again) {
            return Err(
                "two undisturbed runs do not send the same requests: no fault can be placed"
                    .to_owned(),
            );
        }
        let differences = reference.differences(&same);
        if !differences.is_empty() {
            return Err(format!(
                "two undisturbed runs do not make the same: {}",
                differences.join("; ")
            ));
        }
        if !reference.twice().is_empty() {
            return Err(format!(
                "an undisturbed run makes twice: {}",
                reference.twice().join(", ")
            ));
        }
        Ok(Self {
            manifest,
            reference,
            points,
            joints: Arc::new(joints),
        })
    }

    /// How many things stand in the finished cloud.
    pub(super) fn things(&self) -> usize {
        self.reference.len()
    }

    /// Runs a case.
    ///
    /// # Errors
    /// Everything that is not as it should be.
    pub(super) fn run(&self, point: &Point, fault: &Fault) -> Verdict {
        on_its_own_clock(self.disturbed(point, fault))
    }

    async fn disturbed(&self, point: &Point, fault: &Fault) -> Verdict {
        let stage = Stage::new(&self.manifest).map_err(alone)?;
        let scene = Scene::set(stage.cloud.world(), point, fault);
        let nobody = ProgressSink::default();
        let first = self.first_run(&stage, nobody).await.map_err(alone)?;
        self.conclude(&stage, fault, &scene, &first).await
    }

    /// The run that the fault strikes.
    pub(super) async fn first_run(
        &self,
        stage: &Stage,
        progress: ProgressSink,
    ) -> Outcome<Summary> {
        apply(&self.manifest, &stage.cloud, &stage.journal, progress).await
    }

    /// What came of it, after another run where the first gave up.
    pub(super) async fn conclude(
        &self,
        Stage { cloud, journal }: &Stage,
        fault: &Fault,
        scene: &Scene,
        first: &Summary,
    ) -> Verdict {
        let mut wrong = Vec::new();
        if scene.struck() == 0 {
            wrong.push("the fault did not strike".to_owned());
        }
        let mut passed = Passed::SameRun;
        if first.exit() != Exit::Done {
            passed = Passed::NextRun;
            wrong.extend(said_wrongly(first, fault));
            let nobody = ProgressSink::default();
            let next = apply(&self.manifest, cloud, journal, nobody).await;
            let next = next.map_err(alone)?;
            if next.exit() != Exit::Done {
                wrong.push(format!(
                    "the next run did not converge either: {}",
                    failures(&next)
                ));
            }
        }
        come_to_rest(fault.lasts()).await;
        wrong.extend(inconsistent(journal));
        let state = cloud.to_state().map_err(|error| alone(error.to_string()))?;
        let inventory = Inventory::of(&state);
        wrong.extend(
            inventory
                .twice()
                .into_iter()
                .map(|key| format!("there twice: {key}")),
        );
        wrong.extend(self.reference.differences(&inventory));
        if wrong.is_empty() {
            Ok(passed)
        } else {
            Err(wrong)
        }
    }
}

/// The points of a run that nobody disturbs, and what it makes.
fn undisturbed(manifest: &Manifest) -> Outcome<(Vec<Point>, Inventory)> {
    paused(async {
        let options = WorldOptions {
            record_bodies: true,
            ..WorldOptions::default()
        };
        let cloud =
            EmbeddedCloud::new(manifest, options, true).map_err(|error| error.to_string())?;
        let tokens = point::Tokens::seen(cloud.world());
        let journal = Arc::new(MemoryJournal::new());
        let nobody = ProgressSink::default();
        let summary = apply(manifest, &cloud, &journal, nobody).await?;
        if summary.exit() != Exit::Done {
            return Err(format!(
                "an undisturbed run does not finish: {}",
                failures(&summary)
            ));
        }
        let log = cloud.world().log();
        come_to_rest(Duration::ZERO).await;
        let state = cloud.to_state().map_err(|error| error.to_string())?;
        Ok((
            point::points(&log, &tokens.requests(), &state),
            Inventory::of(&state),
        ))
    })
}

/// The paths that such a run asks for, what it makes, and where it is silent.
fn followed(manifest: &Manifest) -> Outcome<(Vec<String>, Inventory, Joints)> {
    paused(async {
        let Stage { cloud, journal } = Stage::new(manifest)?;
        let (progress, events) = unbounded_channel();
        let world = cloud.world();
        let follower = Follower::new(world.downgrade(), Arc::clone(&journal), events);
        let model = Arc::new(Mutex::new(Model::new(follower)));
        let drawn = Arc::clone(&model);
        world.faults().judge(move |met| {
            let mut model = model.lock().unwrap_or_else(PoisonError::into_inner);
            model.draw(met.path);
            None
        });
        apply(manifest, &cloud, &journal, ProgressSink::to(progress)).await?;
        let (paths, joints) = {
            let mut drawn = drawn.lock().unwrap_or_else(PoisonError::into_inner);
            drawn.take()
        };
        come_to_rest(Duration::ZERO).await;
        let state = cloud.to_state().map_err(|error| error.to_string())?;
        Ok((paths, Inventory::of(&state), joints))
    })
}

/// What is wrong with how a run says that it gave up.
fn said_wrongly(summary: &Summary, fault: &Fault) -> Vec<String> {
    let mut wrong = Vec::new();
    let what = failures(summary);
    if !fault.may_give_up {
        wrong.push(format!("it did not converge in the same run: {what}"));
    }
    if summary.exit() != Exit::Failure {
        wrong.push(format!(
            "the exit code is {}: {what}",
            summary.exit().code()
        ));
    }
    for failure in &summary.failed {
        let way_out = failure.remedy.as_deref().unwrap_or_default();
        // Where the service says what is wrong with a request, its words must do.
        let is_refusal = failure.message.contains(": 4");
        if failure.message.is_empty() || (way_out.is_empty() && !is_refusal) {
            wrong.push(format!(
                "{} fails without a way out: {}",
                failure.key, failure.message
            ));
        }
        if way_out.contains("mistake in the rollout") {
            wrong.push(format!(
                "{} calls it a mistake of ours: {}",
                failure.key, failure.message
            ));
        }
    }
    wrong
}

fn failures(summary: &Summary) -> String {
    let failed = summary
        .failed
        .iter()
        .map(|failure| format!("{}: {}", failure.key, failure.message));
    let waiting = summary
        .manual
        .iter()
        .map(|waiting| format!("{} waits for a person", waiting.key));
    failed.chain(waiting).collect::<Vec<_>>().join("; ")
}

/// What is wrong with the journal of finished runs.
pub(super) fn inconsistent(journal: &MemoryJournal) -> Vec<String> {
    let records = journal.records();
    let recovery = Recovery::from_records(&records);
    let open = recovery.open.keys().map(ToString::to_string);
    let doors = recovery.windows.keys().map(|door| format!("the {door}"));
    let mut wrong: Vec<_> = open
        .chain(doors)
        .map(|what| format!("the journal leaves {what} open"))
        .collect();
    let mut made: BTreeMap<String, u32> = BTreeMap::new();
    for record in records {
        if let Record::Outcome {
            key,
            outcome: Written::Created,
            ..
        } = record
        {
            *made.entry(key.to_string()).or_default() += 1;
        }
    }
    let twice = made.into_iter().filter(|(_, times)| *times > 1);
    wrong.extend(
        twice.map(|(key, times)| format!("the journal says {times} times that {key} was made")),
    );
    wrong
}
