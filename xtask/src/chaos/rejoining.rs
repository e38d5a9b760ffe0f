//! Where a case may end before its rollout does: where nothing tells it from the undisturbed run any more.
//!
//! What follows from there has been seen. A part of the cases goes on all the same, and must end as was foreseen.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    hash::{DefaultHasher, Hash, Hasher},
    mem::take,
    sync::Arc,
    time::Duration,
};

use rhc_core::fake::WeakWorld;
use rollout::{
    embedded::{Inventory, Names},
    engine::{Effect, Key, MemoryJournal, Progress, Recovery},
};
use serde_json::Value;
use time::OffsetDateTime;
use tokio::sync::mpsc::UnboundedReceiver;

use super::scene::Scene;

/// After this long without a request none is under way: an answer takes milliseconds here.
const STILL: Duration = Duration::from_secs(1);

/// How far a run is: what its engine says, and what its journal holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Standing {
    /// Finished steps, and whether there was anything to do.
    done: BTreeMap<Key, bool>,
    /// Steps that wait for a person.
    waiting: BTreeSet<Key>,
    /// Steps whose write has begun, and whether its operation is known.
    begun: BTreeMap<Key, bool>,
    created: BTreeSet<Key>,
    made: BTreeSet<Key>,
    doors: BTreeSet<String>,
    /// What is still to happen in the cloud, by kind: seen at once, where the whole picture takes its time.
    pending: Vec<String>,
}

/// The moments of the undisturbed run at which no request was under way.
#[derive(Debug, Default)]
pub(super) struct Joints(HashMap<Standing, HashSet<u64>>);

impl Joints {
    /// Whether a run whose fault is over stands as the undisturbed one did, in such a cloud.
    pub(super) fn meet(&self, follower: &Follower, standing: &Standing, scene: &Scene) -> bool {
        let Some(clouds) = self.0.get(standing).filter(|_| scene.is_over()) else {
            return false;
        };
        let picture = follower.picture();
        picture.is_some_and(|picture| clouds.contains(&picture))
    }
}

/// The undisturbed run, while it is drawn.
pub(super) struct Model {
    follower: Follower,
    paths: Vec<String>,
    joints: Joints,
}

impl Model {
    pub(super) fn new(follower: Follower) -> Self {
        Self {
            follower,
            paths: Vec::new(),
            joints: Joints::default(),
        }
    }

    /// Takes a request into account, before it is answered.
    pub(super) fn draw(&mut self, path: &str) {
        self.paths.push(path.to_owned());
        if let Some(standing) = self.follower.at_request()
            && let Some(picture) = self.follower.picture()
        {
            self.joints.0.entry(standing).or_default().insert(picture);
        }
    }

    /// The paths that were asked for, and the joints.
    pub(super) fn take(&mut self) -> (Vec<String>, Joints) {
        (take(&mut self.paths), take(&mut self.joints))
    }
}

/// Looks at a run from outside, at each of its requests.
pub(super) struct Follower {
    world: WeakWorld,
    journal: Arc<MemoryJournal>,
    events: UnboundedReceiver<Progress>,
    done: BTreeMap<Key, bool>,
    waiting: BTreeSet<Key>,
    failed: bool,
    last: Option<OffsetDateTime>,
}

impl Follower {
    pub(super) fn new(
        world: WeakWorld,
        journal: Arc<MemoryJournal>,
        events: UnboundedReceiver<Progress>,
    ) -> Self {
        Self {
            world,
            journal,
            events,
            done: BTreeMap::new(),
            waiting: BTreeSet::new(),
            failed: false,
            last: None,
        }
    }

    /// How far the run is, where this request ends a silence and no step has failed.
    pub(super) fn at_request(&mut self) -> Option<Standing> {
        self.hear();
        let world = self.world.upgrade()?;
        let now = world.now();
        let is_still = self
            .last
            .replace(now)
            .is_some_and(|last| now - last >= STILL);
        if !is_still || self.failed {
            return None;
        }
        let recovery = Recovery::from_records(&self.journal.records());
        let begun = recovery.open.into_iter();
        let doors = recovery.windows.keys().map(ToString::to_string);
        let mut pending: Vec<_> = world.with(|state| {
            let kinds = state.scheduled().map(|(_, kind, _)| kind.to_owned());
            kinds.collect()
        });
        pending.sort_unstable();
        Some(Standing {
            done: self.done.clone(),
            waiting: self.waiting.clone(),
            begun: begun
                .map(|(key, intent)| (key, intent.operation.is_some()))
                .collect(),
            created: recovery.created,
            made: recovery.made.into_keys().collect(),
            doors: doors.collect(),
            pending,
        })
    }

    fn hear(&mut self) {
        while let Ok(event) = self.events.try_recv() {
            match event {
                Progress::Done { key, effect } => {
                    self.waiting.remove(&key);
                    self.done.insert(key, effect != Effect::Unchanged);
                }
                Progress::WaitsForPerson { key, .. } => {
                    self.waiting.insert(key);
                }
                Progress::Failed { .. } | Progress::Blocked { .. } => self.failed = true,
                _ => {}
            }
        }
    }

    /// What stands in the cloud and what is still to happen there, without ids and times.
    pub(super) fn picture(&self) -> Option<u64> {
        let world = self.world.upgrade()?;
        let state = world.to_json().ok()?;
        let names = Names::of(&state);
        let mut pending: Vec<String> = world.with(|state_now| {
            let events = state_now.scheduled();
            events
                .map(|(_, kind, data)| format!("{kind} {}", names.text(&subject(&state, data))))
                .collect()
        });
        pending.sort_unstable();
        let mut hasher = DefaultHasher::new();
        pending.hash(&mut hasher);
        Inventory::told_by(&names, &state).hash(&mut hasher);
        Some(hasher.finish())
    }
}

/// What an event is about: of an operation, the resource.
fn subject(state: &Value, data: &Value) -> String {
    let id = data["operation"].as_str();
    let operation = id.map(|id| &state["sections"]["arm"]["operations"][id]);
    let resource = operation.and_then(|operation| operation["resourceId"].as_str());
    resource.map_or_else(|| data.to_string(), str::to_owned)
}
