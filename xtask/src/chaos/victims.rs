//! At which requests the program is killed.

use std::{
    collections::{BTreeMap, BTreeSet},
    hash::{DefaultHasher, Hash, Hasher},
};

use http::Method;

use super::point::Service;

/// About so many points there are in a whole rollout; by it the chance of each is made.
const POINTS: u64 = 900;

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
        let place = (method.to_string(), host.to_owned(), path.to_owned());
        let service = Service::of(host);
        if *method == Method::GET || *method == Method::HEAD {
            let asked = self.asked.entry(place.clone()).or_default();
            *asked += 1;
            let waits = *asked > 2
                || path.contains("/operationStatuses/")
                || path.contains("/operationResults/");
            return (waits && self.is_chosen(place, 0, When::Waiting)).then_some(When::Waiting);
        }
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
            // Ids differ from run to run; what is left of a path decides.
            let named: Vec<_> = point
                .0
                .2
                .split('/')
                .filter(|part| part.len() < 30)
                .collect();
            (seed, &point.0.0, named, time, when).hash(&mut hasher);
            hasher.finish() % POINTS < sample
        });
        self.met.insert(point);
        if is_chosen {
            *self.kills.entry(when).or_default() += 1;
        }
        is_chosen
    }
}
