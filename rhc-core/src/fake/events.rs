//! What will happen later: part of the state, so that a saved World goes on where it stopped.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use time::OffsetDateTime;

/// One thing that is to happen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Event {
    #[serde(with = "time::serde::rfc3339")]
    pub(super) due: OffsetDateTime,
    pub(super) number: u64,
    pub(super) kind: String,
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub(super) data: Value,
}

/// Events in the order in which they fall due; those of one instant in the order in which they were scheduled.
#[derive(Clone, Debug, Default)]
pub(super) struct Events {
    queue: BTreeMap<(OffsetDateTime, u64), Event>,
    next: u64,
}

impl Events {
    pub(super) fn add(&mut self, due: OffsetDateTime, kind: &str, data: Value) {
        let number = self.next;
        self.next = self.next.saturating_add(1);
        let event = Event {
            due,
            number,
            kind: kind.to_owned(),
            data,
        };
        self.queue.insert((due, number), event);
    }

    /// Takes the earliest event that is due and that somebody handles; the others stay.
    pub(super) fn take_due(
        &mut self,
        now: OffsetDateTime,
        handled: impl Fn(&Event) -> bool,
    ) -> Option<Event> {
        let key = self
            .queue
            .range(..=(now, u64::MAX))
            .find(|(_, event)| handled(event))
            .map(|(key, _)| *key)?;
        self.queue.remove(&key)
    }

    pub(super) fn postpone(&mut self, by: time::Duration, meant: impl Fn(&str, &Value) -> bool) {
        for event in std::mem::take(&mut self.queue).into_values() {
            let by = if meant(&event.kind, &event.data) {
                by
            } else {
                time::Duration::ZERO
            };
            let due = event.due.saturating_add(by);
            self.queue
                .insert((due, event.number), Event { due, ..event });
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Event> {
        self.queue.values()
    }

    pub(super) fn load(events: Vec<Event>) -> Self {
        let next = events
            .iter()
            .map(|event| event.number.saturating_add(1))
            .max();
        Self {
            queue: events
                .into_iter()
                .map(|event| ((event.due, event.number), event))
                .collect(),
            next: next.unwrap_or(0),
        }
    }
}
