//! At which requests the program is killed.

use std::{
    collections::{BTreeMap, BTreeSet},
    hash::{DefaultHasher, Hash, Hasher},
};

use http::Method;

use super::point::Service;

/// About so many points there are in a whole rollout; by it the chance of each is made.
const POINTS: u64 = 900;

/// So often it is killed in waits of one shape: each operation has an id of its own, and a run that begins one before it gets
/// anywhere would be killed for ever.
const WAITS: u32 = 3;

/// When it is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum When {
    /// A write has arrived, and the service has not acted.
    Before,
    /// The service has acted, and its answer is not out.
    After,
    /// It asks again for something that it waits for.
    Waiting,
    /// A statement for a database is about to be sent, or was sent.
    Statement,
}

/// What a request is sent to.
type Place = (String, String, String);

/// Which points were met, and which of them were chosen.
#[derive(Debug, Default)]
pub(super) struct Victims {
    /// How many of all points, and what chance begins with; without it all.
    sample: Option<(u64, u64)>,
    acted: BTreeMap<Place, u32>,
    met: BTreeSet<(Place, u32, When)>,
    /// How often the present run has asked for what.
    asked: BTreeMap<Place, u32>,
    /// How often it was met in which wait, in all runs.
    waited: BTreeMap<Place, u32>,
    kills: BTreeMap<When, u32>,
}

impl Victims {
    pub(super) fn new(sample: Option<(u64, u64)>) -> Self {
        Self {
            sample,
            ..Self::default()
        }
    }

    /// Another run begins.
    pub(super) fn next_run(&mut self) {
        self.asked.clear();
    }

    /// Whether the program is killed at this request, and when.
    pub(super) fn meet(&mut self, method: &Method, host: &str, path: &str) -> Option<When> {
        let service = Service::of(host);
        if *method == Method::GET || *method == Method::HEAD {
            let place = (method.to_string(), host.to_owned(), shape(path));
            let asked = self.asked.entry(place.clone()).or_default();
            *asked += 1;
            let waits = *asked > 2
                || path.contains("/operationStatuses/")
                || path.contains("/operationResults/");
            let met = self.waited.get(&place).copied().unwrap_or_default();
            if !waits || met >= WAITS {
                return None;
            }
            self.waited.insert(place.clone(), met + 1);
            return (self.is_chosen(place, met, When::Waiting)).then_some(When::Waiting);
        }
        let place = (method.to_string(), host.to_owned(), path.to_owned());
        let most = match service {
            // One request for each object of a collection.
            Service::Graph if *method == Method::POST => 60,
            Service::Dns => 0,
            _ => 2,
        };
        let acted = self.acted.get(&place).copied().unwrap_or_default();
        if acted < most && self.is_chosen(place.clone(), acted, When::Before) {
            return Some(When::Before);
        }
        self.acted.insert(place.clone(), acted + 1);
        (acted < most && self.is_chosen(place, acted, When::After)).then_some(When::After)
    }

    /// The same for a statement that is in no request: `time` counts how often its step has begun.
    pub(super) fn meet_statement(&mut self, step: &str, time: u32) -> bool {
        let place = (String::new(), String::new(), step.to_owned());
        time < 3 && self.is_chosen(place, time, When::Statement)
    }

    /// How often it was killed when.
    pub(super) fn kills(&self) -> &BTreeMap<When, u32> {
        &self.kills
    }

    /// Each point is drawn once.
    fn is_chosen(&mut self, place: Place, time: u32, when: When) -> bool {
        let point = (place, time, when);
        if self.met.contains(&point) {
            return false;
        }
        let is_chosen = self.sample.is_none_or(|(sample, seed)| {
            let mut hasher = DefaultHasher::new();
            (seed, &point.0.0, shape(&point.0.2), time, when).hash(&mut hasher);
            hasher.finish() % POINTS < sample
        });
        self.met.insert(point);
        if is_chosen {
            *self.kills.entry(when).or_default() += 1;
        }
        is_chosen
    }
}

/// A path without what differs from run to run: ids, and what is asked for.
fn shape(path: &str) -> String {
    let path = path.split('?').next().unwrap_or_default();
    let parts = path.split('/');
    let named = parts.map(|part| if part.len() < 30 { part } else { "*" });
    named.collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_with_ids_of_their_own_kill_some_times_and_then_no_more() {
        let mut victims = Victims::new(None);
        let mut kills = 0;
        for number in 0..100 {
            victims.next_run();
            let path = format!("/subscriptions/s/operationStatuses/{number:036}?t={number}");
            let met = victims.meet(&Method::GET, "management.azure.com", &path);
            kills += u32::from(met == Some(When::Waiting));
        }
        assert_eq!(kills, WAITS);
        assert_eq!(victims.kills()[&When::Waiting], WAITS);
    }

    #[test]
    fn a_write_kills_before_and_after_and_lets_the_third_through() {
        let mut victims = Victims::new(None);
        let put = |victims: &mut Victims| {
            victims.next_run();
            victims.meet(&Method::PUT, "management.azure.com", "/a")
        };
        let all: Vec<_> = (0..6).map(|_| put(&mut victims)).collect();
        let (before, after) = (Some(When::Before), Some(When::After));
        assert_eq!(all, [before, after, before, after, None, None]);
    }
}
