//! Observation: at most one list per (tenant, scope, type), shared by the steps, and counted.

use std::any::Any;
use std::collections::HashMap;
use std::fmt;
use std::future::Future;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde::Serialize;
use tokio::sync::OnceCell;
use tokio::time::Instant;

use super::error::StepError;
use super::key::{Key, TenantKey};
use super::meta::Meta;
use super::values::Inputs;

/// The items of one list, found by name.
#[derive(Debug)]
pub struct Listed<T> {
    items: Vec<T>,
    by_name: HashMap<String, Vec<usize>>,
}

impl<T> Listed<T> {
    /// Indexes items by the name that `name` gives them; items without a name are only in [`iter`](Self::iter).
    pub fn new(items: Vec<T>, name: impl Fn(&T) -> Option<String>) -> Self {
        let mut by_name: HashMap<String, Vec<usize>> = HashMap::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            if let Some(name) = name(item) {
                by_name.entry(name.to_lowercase()).or_default().push(index);
            }
        }
        Self { items, by_name }
    }

    /// The item with this name, in any case. When several have it, the first.
    pub fn get(&self, name: &str) -> Option<&T> {
        self.all(name).next()
    }

    /// The items with this name, in any case (display names are not unique).
    pub fn all(&self, name: &str) -> impl Iterator<Item = &T> {
        let found = self.by_name.get(&name.to_lowercase());
        found
            .into_iter()
            .flatten()
            .filter_map(|&index| self.items.get(index))
    }

    /// Every item, in the service's order.
    pub fn iter(&self) -> std::slice::Iter<'_, T> {
        self.items.iter()
    }

    /// How many items.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }
}

impl<'a, T> IntoIterator for &'a Listed<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// What one list is of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct ListId {
    /// The tenant asked.
    pub tenant: TenantKey,
    /// Where: a subscription, a parent resource, or empty for the tenant itself.
    pub scope: String,
    /// Of what type.
    pub kind: String,
}

/// How much observation asked of the services.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ObserveStats {
    /// Lists that were read.
    pub lists: u32,
    /// Point reads.
    pub reads: u32,
    /// The longest chain of requests of which each had to wait for the one before.
    pub depth: u32,
}

struct Entry {
    result: Result<Arc<dyn Any + Send + Sync>, StepError>,
    depth: u32,
    at: Instant,
}

/// The lists read in one phase: every list is read once, whoever asks.
#[derive(Default)]
pub struct Listings {
    cells: Mutex<HashMap<ListId, Arc<OnceCell<Entry>>>>,
    /// `None`: for as long as the phase lasts, failures too (a plan). Otherwise lists older than that, and lists that
    /// failed, are read again (a run, during which things are made and become visible).
    max_age: Option<Duration>,
    lists: AtomicU32,
    reads: AtomicU32,
    depth: AtomicU32,
}

impl Listings {
    /// Nothing read yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Nothing read yet, and lists are trusted for that long only.
    pub fn trusted_for(max_age: Duration) -> Self {
        Self {
            max_age: Some(max_age),
            ..Self::default()
        }
    }

    /// What has been asked so far.
    pub fn stats(&self) -> ObserveStats {
        ObserveStats {
            lists: self.lists.load(Ordering::Relaxed),
            reads: self.reads.load(Ordering::Relaxed),
            depth: self.depth.load(Ordering::Relaxed),
        }
    }

    fn cell(&self, id: ListId) -> Arc<OnceCell<Entry>> {
        let mut cells = self.cells.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(max_age) = self.max_age {
            let stale = |entry: &Entry| entry.result.is_err() || entry.at.elapsed() > max_age;
            if cells
                .get(&id)
                .and_then(|cell| cell.get())
                .is_some_and(stale)
            {
                cells.remove(&id);
            }
        }
        Arc::clone(cells.entry(id).or_default())
    }
}

impl fmt::Debug for Listings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Listings")
            .field("stats", &self.stats())
            .finish_non_exhaustive()
    }
}

/// Why a step is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// For the plan, by lists.
    Plan,
    /// During a run, by lists: what could not be looked at before, because its scope did not exist.
    Apply,
    /// To settle what became of a write, just before one, or to verify: by a point read.
    Settle,
    /// To see whether a person has done a manual step.
    Poll,
}

/// What a step has at hand while it looks.
pub struct Observe<'a> {
    meta: &'a Meta,
    inputs: Inputs<'a>,
    listings: &'a Listings,
    purpose: Purpose,
    made: Option<String>,
    depth: AtomicU32,
}

impl<'a> Observe<'a> {
    pub(super) fn new(
        meta: &'a Meta,
        inputs: Inputs<'a>,
        listings: &'a Listings,
        purpose: Purpose,
        made: Option<String>,
    ) -> Self {
        Self {
            meta,
            inputs,
            listings,
            purpose,
            made,
            depth: AtomicU32::new(0),
        }
    }

    /// The step's own description.
    pub fn meta(&self) -> &Meta {
        self.meta
    }

    /// The outputs of the steps that it needs.
    pub fn inputs(&self) -> &Inputs<'a> {
        &self.inputs
    }

    /// Why it is looked at.
    pub fn purpose(&self) -> Purpose {
        self.purpose
    }

    /// The id that the service gave the thing when it was made, in this run or an earlier one: a name or a list that does
    /// not show it may only lag, and a read by this id says whether it does.
    pub fn made(&self) -> Option<&str> {
        self.made.as_deref()
    }

    /// A step that was read before it was looked at, if there is one.
    pub(super) fn pending(&self) -> Option<Key> {
        self.inputs.pending()
    }

    pub(super) fn depth(&self) -> u32 {
        self.depth.load(Ordering::Relaxed).max(self.inputs.depth())
    }

    /// The list of a type in a scope of the step's tenant, read at most once per phase whoever asks, and indexed by the
    /// name that `name` gives each item.
    ///
    /// All steps that ask for one (scope, kind) must ask with the same `T`.
    ///
    /// # Errors
    /// What `fetch` failed with; all who asked for the list get the same error, and it is not read again.
    pub async fn listing<T, N, F, R>(
        &self,
        scope: &str,
        kind: &str,
        name: N,
        fetch: F,
    ) -> Result<Arc<Listed<T>>, StepError>
    where
        T: Send + Sync + 'static,
        N: Fn(&T) -> Option<String> + Send,
        F: FnOnce() -> R + Send,
        R: Future<Output = Result<Vec<T>, StepError>> + Send,
    {
        let id = ListId {
            tenant: self.meta.tenant.clone(),
            scope: scope.to_owned(),
            kind: kind.to_owned(),
        };
        let cell = self.listings.cell(id);
        let entry = cell
            .get_or_init(|| async {
                self.listings.lists.fetch_add(1, Ordering::Relaxed);
                let depth = self.deeper();
                let result = fetch()
                    .await
                    .map(|items| Arc::new(Listed::new(items, name)) as Arc<dyn Any + Send + Sync>);
                let at = Instant::now();
                Entry { result, depth, at }
            })
            .await;
        // A list that another step fetched earlier costs no further request, but what follows from it comes after it.
        self.depth.fetch_max(entry.depth, Ordering::Relaxed);
        entry.result.clone()?.downcast::<Listed<T>>().map_err(|_| {
            StepError::bug(format!(
                "the list of {kind} in '{scope}' is read as two different types"
            ))
        })
    }

    /// A point read, counted.
    ///
    /// # Errors
    /// What the read failed with.
    pub async fn read<T, E>(
        &self,
        read: impl Future<Output = Result<T, E>> + Send,
    ) -> Result<T, StepError>
    where
        E: Into<StepError>,
    {
        self.listings.reads.fetch_add(1, Ordering::Relaxed);
        self.deeper();
        read.await.map_err(Into::into)
    }

    fn deeper(&self) -> u32 {
        let depth = self.depth() + 1;
        self.depth.store(depth, Ordering::Relaxed);
        self.listings.depth.fetch_max(depth, Ordering::Relaxed);
        depth
    }
}

impl fmt::Debug for Observe<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Observe")
            .field("key", &self.meta.key)
            .field("purpose", &self.purpose)
            .field("inputs", &self.inputs)
            .finish_non_exhaustive()
    }
}
