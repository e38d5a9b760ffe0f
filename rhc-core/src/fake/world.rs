//! The World itself: one clock, one lock over the state, and what is registered with it while it runs.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, Weak};
use std::time::Duration;

use serde_json::Value;
use time::OffsetDateTime;
use time::macros::datetime;

use super::directory::{Directory, Replication};
use super::events::{Event, Events};
use super::http::{Faults, Hosts, Log};
use super::person::{self, Person, PersonTasks};
use super::save::{self, StateError};
use super::section::{Section, Sections};
use super::state::State;
use crate::Clock;

/// How a World is made. None of it but `seed` and `start` is part of the state.
#[derive(Clone, Debug)]
pub struct WorldOptions {
    /// What ids and signatures are derived from: worlds of one seed are alike.
    pub seed: u64,
    /// The time at which the World begins.
    pub start: OffsetDateTime,
    /// The earliest time at which a loaded World goes on: for clients that look at clocks of their own.
    pub not_before: Option<OffsetDateTime>,
    /// How much faster than tokio's clock the World's time runs; every delay and `Retry-After` is divided by it.
    pub speed: f64,
    /// How long a request takes in process, in the World's time.
    pub latency: Duration,
    /// How far readers of the directory lag behind.
    pub replication: Replication,
    /// Whether the request log keeps bodies, for conformance checks.
    pub record_bodies: bool,
}

impl Default for WorldOptions {
    fn default() -> Self {
        Self {
            seed: 1,
            start: datetime!(2026-11-23 09:00 UTC),
            not_before: None,
            speed: 1.0,
            latency: Duration::from_millis(40),
            replication: Replication::default(),
            record_bodies: false,
        }
    }
}

/// What happens when an event falls due.
pub type EventHandler = Arc<dyn Fn(&mut State, &Value) + Send + Sync>;

pub(super) struct Inner {
    pub(super) clock: Clock,
    pub(super) options: WorldOptions,
    state: Mutex<State>,
    handlers: RwLock<HashMap<&'static str, EventHandler>>,
    extensions: Mutex<HashMap<TypeId, Arc<dyn Any + Send + Sync>>>,
    pub(super) hosts: Hosts,
    pub(super) faults: Faults,
    pub(super) log: Log,
    pub(super) person: PersonTasks,
}

/// An in-memory cloud. A clone is another handle to the same World.
///
/// Make it inside the tokio runtime in which it is used, because its clock is the runtime's. Whatever is registered
/// with it (routers, handlers, tasks) should not hold a `World`, which would keep it alive for ever: axum handlers
/// take it as an argument (it is an extractor), event handlers are given the state.
#[derive(Clone)]
pub struct World(pub(super) Arc<Inner>);

/// A handle that does not keep its World alive: for an event handler that has to begin something which lasts.
#[derive(Clone)]
pub struct WeakWorld(Weak<Inner>);

impl WeakWorld {
    /// The World, if somebody still has it.
    #[must_use]
    pub fn upgrade(&self) -> Option<World> {
        self.0.upgrade().map(World)
    }
}

impl fmt::Debug for WeakWorld {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WeakWorld")
    }
}

impl World {
    /// An empty World: no tenant, no resource, nothing but the authority mounted.
    #[must_use]
    pub fn new(options: WorldOptions) -> Self {
        let state = State {
            seed: options.seed,
            drawn: 0,
            now: options.start,
            events: Events::default(),
            directory: Directory::default(),
            sections: Sections::default(),
        };
        Self::of(state, options)
    }

    /// The World that [`to_json`](Self::to_json) wrote. Seed and time come from the text, the rest from `options`.
    ///
    /// Sections are parsed when their fake is mounted or first uses them; [`check`](Self::check) afterwards says
    /// whether they made sense.
    ///
    /// # Errors
    /// Names the JSON path of what cannot be used: another format or version, an unknown key, a wrong type.
    pub fn from_json(text: &str, options: WorldOptions) -> Result<Self, StateError> {
        Ok(Self::of(save::from_json(text)?, options))
    }

    fn of(mut state: State, options: WorldOptions) -> Self {
        state.directory.set_replication(options.replication);
        state.set_now(state.now);
        let begins = options.not_before.unwrap_or(state.now).max(state.now);
        let world = Self(Arc::new(Inner {
            clock: Clock::anchored(begins, options.speed),
            state: Mutex::new(state),
            handlers: RwLock::default(),
            extensions: Mutex::default(),
            hosts: Hosts::default(),
            faults: Faults::default(),
            log: Log::default(),
            person: PersonTasks::default(),
            options,
        }));
        super::authority::mount(&world);
        world
    }

    /// A handle that does not keep the World alive.
    #[must_use]
    pub fn downgrade(&self) -> WeakWorld {
        WeakWorld(Arc::downgrade(&self.0))
    }

    /// The whole state, as `README.md` of this module documents it.
    ///
    /// # Errors
    /// If a section has something that JSON cannot hold, such as a map with structured keys.
    pub fn to_json(&self) -> Result<Value, StateError> {
        self.with(|state| save::to_json(state))
    }

    /// Parses a loaded section now rather than at its first use; a fake's `mount` calls it.
    ///
    /// # Errors
    /// Names the JSON path of what makes no sense.
    pub fn load_section<S: Section>(&self) -> Result<(), StateError> {
        self.lock().sections.check::<S>()
    }

    /// Whether every section parsed so far made sense.
    ///
    /// # Errors
    /// The first problem, by the name of the section.
    pub fn check(&self) -> Result<(), StateError> {
        self.lock().sections.problem().map_or(Ok(()), Err)
    }

    /// The present time of the World.
    #[must_use]
    pub fn now(&self) -> OffsetDateTime {
        let now = self.0.clock.now();
        // Whole milliseconds, as in the saved file: what is loaded is then what was saved.
        now.replace_millisecond(now.millisecond()).unwrap_or(now)
    }

    /// The clock itself, for a client that is to live in this World's time.
    #[must_use]
    pub fn clock(&self) -> Clock {
        self.0.clock
    }

    /// How long `virtual_delay` really takes.
    #[must_use]
    pub fn scaled(&self, virtual_delay: Duration) -> Duration {
        self.0.clock.scaled(virtual_delay)
    }

    /// `Retry-After` in whole seconds, rounded up, and with a speed other than one `retry-after-ms` too, so that a
    /// fast World is not held up by the second.
    #[must_use]
    pub fn retry_after_headers(&self, virtual_delay: Duration) -> http::HeaderMap {
        let real = self.scaled(virtual_delay);
        let mut headers = http::HeaderMap::new();
        let seconds = real.as_secs() + u64::from(real.subsec_nanos() > 0);
        headers.insert(http::header::RETRY_AFTER, seconds.into());
        if (self.0.clock.speed() - 1.0).abs() > f64::EPSILON {
            let millis = u64::try_from(real.as_millis()).unwrap_or(u64::MAX).max(1);
            headers.insert("retry-after-ms", millis.into());
        }
        headers
    }

    /// Lends out the state, after everything that is due has happened. One caller at a time: do not nest.
    pub fn with<R>(&self, f: impl FnOnce(&mut State) -> R) -> R {
        let mut state = self.lock();
        self.settle_state(&mut state);
        f(&mut state)
    }

    /// Lets everything happen that is due.
    pub fn settle(&self) {
        self.with(|_| ());
    }

    /// Says what an event does. Events without a handler are kept until there is one.
    pub fn on_event(&self, kind: &'static str, handler: EventHandler) {
        let mut handlers = self
            .0
            .handlers
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        handlers.insert(kind, handler);
    }

    /// Something of a fake that lives as long as the World and is not part of its state, such as a registry.
    #[must_use]
    pub fn extension<T: Default + Send + Sync + 'static>(&self) -> Arc<T> {
        let mut extensions = self
            .0
            .extensions
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let made = extensions
            .entry(TypeId::of::<T>())
            .or_insert_with(|| Arc::new(T::default()))
            .clone();
        // The key is the type, so the other branch is for the compiler only.
        made.downcast().unwrap_or_default()
    }

    /// The simulated person, who does what a machine cannot.
    #[must_use]
    pub fn person(&self) -> Person<'_> {
        Person(self)
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn handler(&self, kind: &str) -> Option<EventHandler> {
        let handlers = self
            .0
            .handlers
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        handlers.get(kind).cloned()
    }

    fn is_handled(&self, event: &Event) -> bool {
        if event.kind == person::EVENT {
            self.0.person.awaits(&event.data)
        } else {
            self.handler(&event.kind).is_some()
        }
    }

    fn settle_state(&self, state: &mut State) {
        let now = self.now();
        // What became ready at the last use, or by the last event, became so at `state.now`. A request uses the World
        // several times: while no time passes, nobody has to look around.
        if now > state.now {
            person::notice(&self.0.person, state);
        }
        while let Some(event) = state.events.take_due(now, |event| self.is_handled(event)) {
            // An event that waited for its handler happens now, not in the past.
            state.set_now(event.due.max(state.now));
            if event.kind == person::EVENT {
                self.0.person.act(state, &event.data);
            } else if let Some(handler) = self.handler(&event.kind) {
                handler(state, &event.data);
            }
            person::notice(&self.0.person, state);
        }
        state.set_now(now.max(state.now));
    }
}

impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("World")
            .field("now", &self.now())
            .field("seed", &self.0.options.seed)
            .finish_non_exhaustive()
    }
}
