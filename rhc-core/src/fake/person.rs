//! The person: what no machine may do, done by the cloud and never by the program under test.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use serde_json::{Value, json};

use super::state::State;
use super::world::World;

/// The kind under which a person's act stands among the scheduled events.
pub(super) const EVENT: &str = "person";

/// Something that only a person can do, and what the world looks like after he did it.
#[derive(Clone)]
pub struct PersonTask {
    /// By what it is called: `create-tenant:database`.
    pub key: String,
    /// What he does, in one line.
    pub title: String,
    /// Whether it can and must be done now; `false` again once it is done.
    pub ready: Arc<dyn Fn(&State) -> bool + Send + Sync>,
    /// What he does to the world.
    pub act: Arc<dyn Fn(&mut State) + Send + Sync>,
    /// How long he takes.
    pub takes: Duration,
}

impl fmt::Debug for PersonTask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PersonTask")
            .field("key", &self.key)
            .field("title", &self.title)
            .field("takes", &self.takes)
            .finish_non_exhaustive()
    }
}

/// Why a person cannot do a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PersonError {
    /// Nobody knows such a task; with the keys that are known.
    Unknown(String, Vec<String>),
    /// What it needs is not there yet, or it is done.
    NotReady(String),
}

impl fmt::Display for PersonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown(key, known) => {
                write!(f, "there is no task {key:?}; known: {}", known.join(", "))
            }
            Self::NotReady(key) => write!(
                f,
                "{key:?} cannot be done now: what it needs is not there yet, or it is done"
            ),
        }
    }
}

impl std::error::Error for PersonError {}

/// What is registered for the person while the World runs.
#[derive(Default)]
pub(super) struct PersonTasks {
    enabled: AtomicBool,
    tasks: RwLock<Vec<PersonTask>>,
}

impl PersonTasks {
    fn all(&self) -> Vec<PersonTask> {
        let tasks = self.tasks.read().unwrap_or_else(PoisonError::into_inner);
        tasks.clone()
    }

    fn find(&self, key: &str) -> Option<PersonTask> {
        let tasks = self.tasks.read().unwrap_or_else(PoisonError::into_inner);
        tasks.iter().find(|task| task.key == key).cloned()
    }

    fn is_enabled(&self) -> bool {
        self.enabled.load(Ordering::SeqCst)
    }

    /// Whether there is somebody to do the act of a scheduled event.
    pub(super) fn awaits(&self, data: &Value) -> bool {
        self.is_enabled() && key_of(data).is_some_and(|key| self.find(key).is_some())
    }

    /// Does the act of an event that fell due, unless it is done or impossible by now.
    pub(super) fn act(&self, state: &mut State, data: &Value) {
        if let Some(task) = key_of(data).and_then(|key| self.find(key))
            && (task.ready)(state)
        {
            (task.act)(state);
        }
    }
}

fn key_of(data: &Value) -> Option<&str> {
    data.get("task").and_then(Value::as_str)
}

/// The person looks around and begins whatever has become possible.
pub(super) fn notice(tasks: &PersonTasks, state: &mut State) {
    if !tasks.is_enabled() {
        return;
    }
    for task in tasks.all() {
        let begun = state
            .scheduled()
            .any(|(_, kind, data)| kind == EVENT && key_of(data) == Some(&task.key));
        if !begun && (task.ready)(state) {
            state.schedule(task.takes, EVENT, json!({ "task": task.key }));
        }
    }
}

/// The simulated person of a World.
#[derive(Clone, Copy, Debug)]
pub struct Person<'a>(pub(super) &'a World);

impl Person<'_> {
    /// From now on each task is done as soon as it is ready and its time has passed.
    pub fn enable(&self) {
        // Up to now first: he does not begin in a past in which he was not there.
        self.0.settle();
        self.0.0.person.enabled.store(true, Ordering::SeqCst);
        self.0.settle();
    }

    /// From now on nothing is done but by [`perform`](Self::perform).
    pub fn disable(&self) {
        self.0.0.person.enabled.store(false, Ordering::SeqCst);
    }

    /// Whether tasks are done by themselves.
    #[must_use]
    pub fn is_enabled(&self) -> bool {
        self.0.0.person.is_enabled()
    }

    /// Adds a task; one of the same key is replaced.
    pub fn register(&self, task: PersonTask) {
        self.0.settle();
        {
            let mut tasks = self
                .0
                .0
                .person
                .tasks
                .write()
                .unwrap_or_else(PoisonError::into_inner);
            tasks.retain(|other| other.key != task.key);
            tasks.push(task);
        }
        self.0.settle();
    }

    /// The tasks, and whether each can and must be done now.
    #[must_use]
    pub fn tasks(&self) -> Vec<(PersonTask, bool)> {
        let tasks = self.0.0.person.all();
        self.0.with(|state| {
            tasks
                .into_iter()
                .map(|task| {
                    let ready = (task.ready)(state);
                    (task, ready)
                })
                .collect()
        })
    }

    /// Does one task at once, whether the person is enabled or not.
    ///
    /// # Errors
    /// [`PersonError::Unknown`], [`PersonError::NotReady`].
    pub fn perform(&self, key: &str) -> Result<(), PersonError> {
        let Some(task) = self.0.0.person.find(key) else {
            let known = self.0.0.person.all();
            let known = known.into_iter().map(|task| task.key).collect();
            return Err(PersonError::Unknown(key.to_owned(), known));
        };
        self.0.with(|state| {
            if !(task.ready)(state) {
                return Err(PersonError::NotReady(key.to_owned()));
            }
            (task.act)(state);
            Ok(())
        })
    }
}
