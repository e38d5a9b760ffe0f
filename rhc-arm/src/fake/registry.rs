//! What is registered with a World's Resource Manager, and what it keeps only while it runs.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use rhc_core::fake::World;
use time::OffsetDateTime;
use uuid::Uuid;

use super::route::{self, Params, Route};
use super::rules::TypeRules;

/// How many items a page of a list holds unless [`set_page_size`] says another number.
const PAGE_SIZE: usize = 50;

/// The types, routes and lanes of one World.
#[derive(Default)]
pub(crate) struct Registry {
    types: RwLock<BTreeMap<String, TypeRules>>,
    routes: RwLock<Vec<Route>>,
    lanes: Mutex<BTreeSet<String>>,
    buckets: Mutex<HashMap<(String, Uuid, Kind), Bucket>>,
    page_size: AtomicUsize,
}

/// What kind of request a bucket is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    Read,
    Write,
    Delete,
}

#[derive(Clone, Copy, Debug)]
struct Bucket {
    left: f64,
    at: OffsetDateTime,
}

impl Kind {
    /// The bucket's size and refill a second, per subscription and principal (facts: pains 3a).
    fn limits(self) -> (f64, f64) {
        match self {
            Self::Read => (250.0, 25.0),
            Self::Write | Self::Delete => (200.0, 10.0),
        }
    }
}

impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let types = self.types.read().unwrap_or_else(PoisonError::into_inner);
        f.debug_list().entries(types.keys()).finish()
    }
}

/// A lane held while a write is worked on.
pub(crate) struct Lane {
    registry: Arc<Registry>,
    key: String,
}

impl Drop for Lane {
    fn drop(&mut self) {
        let mut lanes = self
            .registry
            .lanes
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        lanes.remove(&self.key);
    }
}

impl Registry {
    pub(crate) fn of(world: &World) -> Arc<Self> {
        world.extension::<Self>()
    }

    pub(crate) fn add(&self, rules: TypeRules) {
        let mut types = self.types.write().unwrap_or_else(PoisonError::into_inner);
        types.insert(rules.resource_type.to_ascii_lowercase(), rules);
    }

    pub(crate) fn add_route(&self, route: Route) {
        let mut routes = self.routes.write().unwrap_or_else(PoisonError::into_inner);
        routes.retain(|other| (other.method, other.pattern) != (route.method, route.pattern));
        routes.push(route);
    }

    pub(crate) fn rules(&self, resource_type: &str) -> Option<TypeRules> {
        let types = self.types.read().unwrap_or_else(PoisonError::into_inner);
        types.get(&resource_type.to_ascii_lowercase()).copied()
    }

    /// The first route that a request takes, in the order of their registration, with what stands for its names.
    pub(crate) fn route(&self, method: &str, segments: &[String]) -> Option<(Route, Params)> {
        let routes = self.routes.read().unwrap_or_else(PoisonError::into_inner);
        let mut own = routes.iter().filter(|route| route.method == method);
        own.find_map(|route| Some((*route, route::matched(route.pattern, segments)?)))
    }

    /// The types of a namespace, in any case.
    pub(crate) fn types_of(&self, namespace: &str) -> Vec<TypeRules> {
        let types = self.types.read().unwrap_or_else(PoisonError::into_inner);
        types
            .values()
            .filter(|rules| rules.namespace().eq_ignore_ascii_case(namespace))
            .copied()
            .collect()
    }

    /// All types.
    pub(crate) fn all(&self) -> Vec<TypeRules> {
        let types = self.types.read().unwrap_or_else(PoisonError::into_inner);
        types.values().copied().collect()
    }

    /// All namespaces.
    pub(crate) fn namespaces(&self) -> BTreeSet<&'static str> {
        let types = self.types.read().unwrap_or_else(PoisonError::into_inner);
        types.values().map(TypeRules::namespace).collect()
    }

    pub(crate) fn page_size(&self) -> usize {
        match self.page_size.load(Ordering::Relaxed) {
            0 => PAGE_SIZE,
            size => size,
        }
    }

    pub(crate) fn set_page_size(&self, size: usize) {
        self.page_size.store(size, Ordering::Relaxed);
    }

    /// Enters a lane; `None` while somebody is in it.
    pub(crate) fn enter(self: &Arc<Self>, key: String) -> Option<Lane> {
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        lanes.insert(key.clone()).then(|| Lane {
            registry: Arc::clone(self),
            key,
        })
    }

    /// Takes a token for a request: what is left, or how long it takes until there is one.
    pub(crate) fn take_token(
        &self,
        scope: &str,
        principal: Uuid,
        kind: Kind,
        now: OffsetDateTime,
    ) -> Result<u32, Duration> {
        let (size, refill) = kind.limits();
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let bucket = buckets
            .entry((scope.to_owned(), principal, kind))
            .or_insert(Bucket {
                left: size,
                at: now,
            });
        let passed = (now - bucket.at).as_seconds_f64().max(0.0);
        bucket.left = (bucket.left + passed * refill).min(size);
        bucket.at = now;
        if bucket.left < 1.0 {
            let wait = (1.0 - bucket.left) / refill;
            return Err(Duration::try_from_secs_f64(wait).unwrap_or(Duration::from_secs(1)));
        }
        bucket.left -= 1.0;
        // Between 0 and the bucket's size.
        Ok(bucket.left as u32)
    }
}

/// Adds a resource type to a World's Resource Manager; one of the same name is replaced.
pub fn register(world: &World, rules: TypeRules) {
    Registry::of(world).add(rules);
}

/// Adds a path of a resource provider that is no resource, such as `checkNameAvailability`.
pub fn register_route(world: &World, route: Route) {
    Registry::of(world).add_route(route);
}

/// Lets lists come in pages of so many items (50 if nobody says so).
pub fn set_page_size(world: &World, size: usize) {
    Registry::of(world).set_page_size(size);
}
