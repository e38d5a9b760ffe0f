//! When each step of an apply began and ended, and which of them the whole run waited for.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::engine::{Effect, Key, Progress};

/// The times of an apply, gathered from its events. All are counted from the beginning of the run, in the cloud's time.
#[derive(Clone, Debug, Default)]
pub struct Timeline {
    spans: BTreeMap<Key, Span>,
}

/// What became of one step, and when.
#[derive(Clone, Debug, PartialEq)]
pub struct Span {
    /// When its first write began, or the wait for a person.
    pub began: Duration,
    /// When it was done or had failed; until then it is under way.
    pub ended: Option<Duration>,
    /// How it ended.
    pub end: Option<End>,
    /// How often it was tried again.
    pub retries: usize,
}

/// How a step ended.
#[derive(Clone, Debug, PartialEq)]
pub enum End {
    /// Well.
    Done(Effect),
    /// It failed, for this reason.
    Failed(String),
    /// Another one, on which it rests, failed.
    Blocked(Key),
}

impl Timeline {
    /// Takes note of an event.
    pub fn take(&mut self, event: &Progress, elapsed: Duration) {
        match event {
            Progress::Started { key, .. } | Progress::WaitsForPerson { key, .. } => {
                self.span(key, elapsed);
            }
            Progress::Retrying { key, .. } => self.span(key, elapsed).retries += 1,
            Progress::Done { key, effect } => self.end(key, elapsed, End::Done(*effect)),
            Progress::Failed { key, message, .. } => {
                self.end(key, elapsed, End::Failed(message.clone()));
            }
            Progress::Blocked { key, by } => self.end(key, elapsed, End::Blocked(by.clone())),
            Progress::RunStarted { .. }
            | Progress::Note { .. }
            | Progress::UnderWay { .. }
            | Progress::Stopping { .. } => {}
        }
    }

    /// What became of a step; nothing, if the run did not come to it.
    pub fn of(&self, key: &Key) -> Option<&Span> {
        self.spans.get(key)
    }

    /// The end of the last step.
    pub fn total(&self) -> Duration {
        let ends = self
            .spans
            .values()
            .map(|span| span.ended.unwrap_or(span.began));
        ends.max().unwrap_or_default()
    }

    /// The chain that the end of the run waited for: the step that ended last, of what that needs the one that ended
    /// last, and so on to the beginning. Whoever wants a shorter run has to shorten one of these.
    pub fn critical(&self, needs: &BTreeMap<Key, Vec<Key>>) -> BTreeSet<Key> {
        let last_of = |keys: &mut dyn Iterator<Item = &Key>| {
            let took_time = keys.filter_map(|key| Some((self.took_time(key)?, key.clone())));
            took_time.max_by(|a, b| a.0.cmp(&b.0)).map(|(_, key)| key)
        };
        let mut path = BTreeSet::new();
        let mut next = last_of(&mut self.spans.keys());
        while let Some(key) = next {
            next = last_of(&mut needs.get(&key).into_iter().flatten());
            // Needs make no circle; what did would end here.
            if !path.insert(key) {
                break;
            }
        }
        path
    }

    /// The end of a step that took time at all.
    fn took_time(&self, key: &Key) -> Option<Duration> {
        let span = self.spans.get(key)?;
        span.ended.filter(|end| *end > span.began)
    }

    fn span(&mut self, key: &Key, elapsed: Duration) -> &mut Span {
        self.spans.entry(key.clone()).or_insert(Span {
            began: elapsed,
            ended: None,
            end: None,
            retries: 0,
        })
    }

    fn end(&mut self, key: &Key, elapsed: Duration, end: End) {
        let span = self.span(key, elapsed);
        span.ended = Some(elapsed);
        span.end = Some(end);
    }
}

/// A length of time for people: `850 ms`, `12 s`, `3 min 5 s`, `1 h 2 min`.
pub fn length(time: Duration) -> String {
    let seconds = time.as_secs();
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, 0) => format!("{} ms", time.as_millis()),
        (0, 0, seconds) => format!("{seconds} s"),
        (0, minutes, 0) => format!("{minutes} min"),
        (0, minutes, seconds) => format!("{minutes} min {seconds} s"),
        (hours, 0, _) => format!("{hours} h"),
        (hours, minutes, _) => format!("{hours} h {minutes} min"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::ChangeKind;

    fn timeline(times: &[(&str, u64, u64)]) -> Timeline {
        let mut timeline = Timeline::default();
        for (key, began, ended) in times {
            let key = Key::new(key);
            let change = ChangeKind::Create;
            let started = Progress::Started {
                key: key.clone(),
                change,
            };
            timeline.take(&started, Duration::from_secs(*began));
            let effect = Effect::Created;
            timeline.take(&Progress::Done { key, effect }, Duration::from_secs(*ended));
        }
        timeline
    }

    #[test]
    fn the_chain_that_the_end_waited_for() {
        let timeline = timeline(&[("a", 0, 9), ("b", 0, 4), ("c", 9, 12), ("d", 4, 11)]);
        let needs = [
            ("c", vec![Key::new("a"), Key::new("b")]),
            ("d", vec![Key::new("b")]),
        ];
        let needs = needs.map(|(key, needs)| (Key::new(key), needs)).into();
        let path: Vec<String> = timeline
            .critical(&needs)
            .iter()
            .map(Key::to_string)
            .collect();
        assert_eq!(path, ["a", "c"]);
        assert_eq!(timeline.total(), Duration::from_secs(12));
    }

    #[test]
    fn what_took_no_time_is_on_no_path_and_a_run_without_steps_has_none() {
        let none = BTreeMap::new();
        assert!(timeline(&[("a", 3, 3)]).critical(&none).is_empty());
        assert!(Timeline::default().critical(&none).is_empty());
    }

    #[test]
    fn a_step_begins_once_however_often_it_is_tried() {
        let mut timeline = timeline(&[("a", 1, 8)]);
        let again = Progress::Retrying {
            key: Key::new("a"),
            reason: "busy".to_owned(),
            after: Duration::from_secs(1),
        };
        timeline.take(&again, Duration::from_secs(5));
        let span = timeline.of(&Key::new("a")).unwrap();
        assert_eq!((span.began, span.retries), (Duration::from_secs(1), 1));
    }

    #[test]
    fn lengths_are_as_people_say_them() {
        for (millis, said) in [
            (0, "0 ms"),
            (850, "850 ms"),
            (12_300, "12 s"),
            (60_000, "1 min"),
            (185_000, "3 min 5 s"),
            (3_600_000, "1 h"),
            (3_725_000, "1 h 2 min"),
        ] {
            assert_eq!(length(Duration::from_millis(millis)), said);
        }
    }
}
