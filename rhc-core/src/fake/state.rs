//! Everything that a World remembers.

use std::time::Duration;

use serde_json::Value;
use time::OffsetDateTime;
use uuid::Uuid;

use super::directory::Directory;
use super::events::Events;
use super::ids;
use super::section::{Section, Sections};

/// Everything that a [`World`](super::World) remembers: what [`World::with`](super::World::with) lends out and
/// what a state file holds.
#[derive(Debug)]
pub struct State {
    pub(super) seed: u64,
    pub(super) drawn: u64,
    pub(super) now: OffsetDateTime,
    pub(super) events: Events,
    pub(super) directory: Directory,
    pub(super) sections: Sections,
}

impl State {
    /// The time: the present, or, inside an event's handler, the moment at which the event fell due.
    #[must_use]
    pub fn now(&self) -> OffsetDateTime {
        self.now
    }

    /// The number from which ids, signatures and the like are derived.
    #[must_use]
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// The next id of the World's sequence: the same in each run that does the same things in the same order.
    pub fn uuid(&mut self) -> Uuid {
        self.drawn += 1;
        ids::uuid(self.seed, "object", self.drawn)
    }

    /// An id that only `parts` decide, for what must not depend on the order in which things are made.
    #[must_use]
    pub fn derived_uuid(&self, parts: &[&str]) -> Uuid {
        ids::derived(parts)
    }

    /// The tenants and their directory objects.
    pub fn directory(&mut self) -> &mut Directory {
        &mut self.directory
    }

    /// The tenants and their directory objects, to read.
    #[must_use]
    pub fn directory_ref(&self) -> &Directory {
        &self.directory
    }

    /// A fake's own part of the state, made or parsed at the first use.
    ///
    /// A loaded section that does not parse stays in the file as it is and is lent out as `S::default()`;
    /// [`World::check`](super::World::check) says so.
    pub fn section<S: Section>(&mut self) -> &mut S {
        self.sections.get_mut::<S>()
    }

    /// A fake's own part of the state, to read; `None` while there is none.
    #[must_use]
    pub fn read<S: Section>(&self) -> Option<&S> {
        self.sections.get::<S>()
    }

    /// Lets `kind` happen `after` the present time; [`World::on_event`](super::World::on_event) says what it does.
    pub fn schedule(&mut self, after: Duration, kind: &'static str, data: Value) {
        let after = time::Duration::try_from(after).unwrap_or(time::Duration::MAX);
        let due = self.now.saturating_add(after);
        self.events.add(due, kind, data);
    }

    /// Lets what is still to happen and is meant come that much later.
    pub fn postpone(&mut self, by: Duration, meant: impl Fn(&str, &Value) -> bool) {
        let by = time::Duration::try_from(by).unwrap_or(time::Duration::MAX);
        self.events.postpone(by, meant);
    }

    /// What is still to happen, as `(when, kind, data)` in the order of time.
    pub fn scheduled(&self) -> impl Iterator<Item = (OffsetDateTime, &str, &Value)> {
        self.events
            .iter()
            .map(|event| (event.due, event.kind.as_str(), &event.data))
    }

    pub(super) fn set_now(&mut self, now: OffsetDateTime) {
        self.now = now;
        self.directory.set_now(now);
    }
}
