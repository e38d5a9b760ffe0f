//! Pacing: the ceilings of the services, kept on the client's side: those that are known, and what answers teach.

mod bucket;
mod policy;
#[cfg(test)]
mod tests;

use crate::retry::text;
use azure_core::http::{Method, Url, headers::Headers};
use bucket::Bucket;
use std::{
    collections::HashMap,
    fmt,
    str::FromStr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::time::Instant;

pub(crate) use policy::{PacingPolicy, Parts};

/// The longest that a service's `Retry-After` keeps a class shut. Whoever is asked to wait longer tries again by then, and is
/// told again.
const LONGEST_SHUT: Duration = Duration::from_secs(300);

/// From how many buckets on the full ones are forgotten.
const MOST_BUCKETS: usize = 1_000;

/// A class of requests that share a ceiling, for example "Conditional Access: one a second".
#[derive(Clone)]
pub struct Ceiling {
    /// The name of the class.
    pub name: &'static str,
    /// Which requests belong to it, and to which of its buckets: a class whose ceiling is one for each subscription has a
    /// bucket for each. `None` for a request that it does not cover.
    pub covers: fn(Method, &Url) -> Option<String>,
    /// How many units one request takes, before its answer says.
    pub cost: u32,
    /// How many units may be taken at once after a pause.
    pub burst: u32,
    /// How long one unit takes to come back. Zero for a class without a known ceiling, whose requests wait only after a
    /// refusal.
    pub refill: Duration,
    /// What an answer to one of its requests says about the bucket.
    pub lesson: fn(Method, &Said<'_>) -> Lesson,
}

impl Ceiling {
    /// A class of one bucket, each of whose requests takes one unit, and whose answers say nothing but a refusal.
    pub const fn new(
        name: &'static str,
        covers: fn(Method, &Url) -> Option<String>,
        burst: u32,
        refill: Duration,
    ) -> Self {
        Self {
            name,
            covers,
            cost: 1,
            burst,
            refill,
            lesson: |_, _| Lesson::NOTHING,
        }
    }

    /// With what its answers say.
    #[must_use]
    pub const fn taught_by(mut self, lesson: fn(Method, &Said<'_>) -> Lesson) -> Self {
        self.lesson = lesson;
        self
    }

    /// With another number of units that a request takes.
    #[must_use]
    pub const fn costing(mut self, cost: u32) -> Self {
        self.cost = cost;
        self
    }
}

impl fmt::Debug for Ceiling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ceiling")
            .field("name", &self.name)
            .field("cost", &self.cost)
            .field("burst", &self.burst)
            .field("refill", &self.refill)
            .finish_non_exhaustive()
    }
}

/// What an answer says about a bucket. It can only make the client slower than the known ceiling, never faster.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Lesson {
    /// How many units are left in the service's own bucket.
    pub left: Option<u32>,
    /// Which share of the service's limit is in use: 1 is all of it.
    pub used: Option<f64>,
    /// How many units the request took.
    pub cost: Option<u32>,
    /// That a refusal is about this class. Where no class says so, a refusal is about the first one that covers the request.
    pub refuses: bool,
}

impl Lesson {
    /// Nothing.
    pub const NOTHING: Self = Self {
        left: None,
        used: None,
        cost: None,
        refuses: false,
    };
}

/// Token buckets per class. Share one among the clients of a tenant: the ceilings are per tenant.
///
/// A request that belongs to no class passes at once; one that belongs to several takes from each. What an answer says is
/// taken in: how much is left, what the request took, and a 429, which shuts the class for as long as the service asks, at
/// most five minutes. Classes stand in the order of their width, the narrowest first, because a 429 that names none is about that.
#[derive(Debug)]
pub struct Pacer {
    ceilings: Vec<Ceiling>,
    buckets: Mutex<HashMap<(&'static str, String), Bucket>>,
}

impl Pacer {
    /// A pacer for these classes.
    pub fn new(ceilings: Vec<Ceiling>) -> Self {
        Self {
            ceilings,
            buckets: Mutex::default(),
        }
    }

    /// Waits until the request may be sent. The place in the queue is taken when this is called.
    pub async fn wait(&self, method: Method, url: &Url) {
        while let Some(until) = self.reserve(method, url) {
            tokio::time::sleep_until(until).await;
            // While one waits, an answer to another may shut the class: then the place in its queue is worth nothing.
            if !self.is_shut(method, url) {
                break;
            }
        }
    }

    /// Whether these could be sent at the same moment: in no class are they more than what it ever holds.
    pub fn holds<'a>(&self, requests: impl IntoIterator<Item = (Method, &'a Url)>) -> bool {
        let mut taken: HashMap<(&'static str, String), u32> = HashMap::new();
        requests.into_iter().all(|(method, url)| {
            self.covering(method, url).all(|(ceiling, key)| {
                let units = taken.entry((ceiling.name, key)).or_default();
                *units = units.saturating_add(ceiling.cost);
                ceiling.refill.is_zero() || *units <= ceiling.burst.max(ceiling.cost)
            })
        })
    }

    /// Takes in what the answer to a request said, once.
    pub fn learn(&self, method: Method, url: &Url, said: &Said<'_>) {
        let now = Instant::now();
        let refused = said.status == 429;
        let covering: Vec<_> = self
            .covering(method, url)
            .map(|(ceiling, key)| (ceiling, key, (ceiling.lesson)(method, said)))
            .collect();
        let named = covering.iter().any(|(_, _, lesson)| lesson.refuses);
        let mut buckets = self.buckets();
        for (at, (ceiling, key, lesson)) in covering.into_iter().enumerate() {
            let bucket = buckets.entry((ceiling.name, key)).or_default();
            bucket.learn(ceiling, &lesson, now);
            if refused && (lesson.refuses || !named && at == 0) {
                bucket.shut(ceiling, said.wait.map(|wait| wait.min(LONGEST_SHUT)), now);
            }
        }
    }

    /// Takes a place in each bucket; when it is this one's turn, if not now.
    fn reserve(&self, method: Method, url: &Url) -> Option<Instant> {
        let now = Instant::now();
        let mut buckets = self.buckets();
        if buckets.len() > MOST_BUCKETS {
            buckets.retain(|_, bucket| bucket.is_worth_keeping(now));
        }
        self.covering(method, url)
            .filter_map(|(ceiling, key)| {
                let bucket = buckets.entry((ceiling.name, key)).or_default();
                bucket.reserve(ceiling, now)
            })
            .max()
    }

    fn is_shut(&self, method: Method, url: &Url) -> bool {
        let now = Instant::now();
        let buckets = self.buckets();
        self.covering(method, url).any(|(ceiling, key)| {
            let bucket = buckets.get(&(ceiling.name, key));
            bucket.is_some_and(|bucket| bucket.shut_after(now).is_some())
        })
    }

    /// Counts the request as one that is under way, until what is given back is dropped.
    fn under_way(self: &Arc<Self>, method: Method, url: &Url) -> UnderWay {
        let keys: Vec<_> = self
            .covering(method, url)
            .map(|(ceiling, key)| (ceiling.name, key))
            .collect();
        let mut buckets = self.buckets();
        for key in &keys {
            buckets.entry(key.clone()).or_default().under_way += 1;
        }
        drop(buckets);
        UnderWay {
            pacer: Arc::clone(self),
            keys,
        }
    }

    fn covering<'a>(
        &'a self,
        method: Method,
        url: &'a Url,
    ) -> impl Iterator<Item = (&'a Ceiling, String)> {
        self.ceilings
            .iter()
            .filter_map(move |ceiling| Some((ceiling, (ceiling.covers)(method, url)?)))
    }

    fn buckets(&self) -> MutexGuard<'_, HashMap<(&'static str, String), Bucket>> {
        self.buckets.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What an answer said: all that a [`Pacer`] learns from.
#[derive(Debug, Clone, Copy)]
pub struct Said<'a> {
    /// Its status.
    pub status: u16,
    /// Its headers.
    pub headers: &'a Headers,
    /// How long the service asked to wait.
    pub wait: Option<Duration>,
}

impl Said<'_> {
    /// A header's value.
    pub fn header(&self, name: &'static str) -> Option<&str> {
        text(self.headers, name)
    }

    /// A header's value as a number; `None` where it is none.
    pub fn number<N: FromStr>(&self, name: &'static str) -> Option<N> {
        self.header(name)?.trim().parse().ok()
    }
}

/// A request that was sent and is not answered yet: the service may not have counted it in what it says is left.
struct UnderWay {
    pacer: Arc<Pacer>,
    keys: Vec<(&'static str, String)>,
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        let mut buckets = self.pacer.buckets();
        for key in &self.keys {
            if let Some(bucket) = buckets.get_mut(key) {
                bucket.under_way = bucket.under_way.saturating_sub(1);
            }
        }
    }
}
