//! The steps of an environment, in their order.

use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::sync::Arc;

use super::graph::{Graph, GraphError};
use super::key::Key;
use super::removal::Survey;
use super::step::Step;
use super::sweep::Sweep;
use super::window::Doors;

/// The steps of an environment, checked and ordered: what `plan` and `apply` work on.
pub struct Rollout {
    pub(super) environment: String,
    pub(super) steps: Vec<Arc<dyn Step>>,
    pub(super) sweeps: Vec<Arc<dyn Sweep>>,
    pub(super) surveys: Vec<Arc<dyn Survey>>,
    pub(super) graph: Graph,
    pub(super) doors: Option<Arc<dyn Doors>>,
    /// The keys of all steps of the file, those included that a part leaves out.
    known: HashSet<Key>,
    /// Kind and name of every step of the file, in small letters.
    named: HashSet<(String, String)>,
}

impl Rollout {
    /// Orders the steps of an environment.
    ///
    /// # Errors
    /// When two steps have one key, a step needs one that does not exist, or steps need each other in a circle.
    pub fn new(
        environment: impl Into<String>,
        steps: Vec<Arc<dyn Step>>,
    ) -> Result<Self, GraphError> {
        let graph = Graph::build(&steps)?;
        let named = steps.iter().map(|step| {
            let meta = step.meta();
            (meta.kind.to_lowercase(), meta.name.to_lowercase())
        });
        let named = named.collect();
        let known = steps.iter().map(|step| step.meta().key.clone()).collect();
        Ok(Self {
            environment: environment.into(),
            steps,
            sweeps: Vec::new(),
            surveys: Vec::new(),
            graph,
            doors: None,
            known,
            named,
        })
    }

    /// Adds a search for things that carry the environment's mark and are in no step.
    #[must_use]
    pub fn with_sweep(mut self, sweep: Arc<dyn Sweep>) -> Self {
        self.sweeps.push(sweep);
        self
    }

    /// Adds a place that is looked around in before anything in it is deleted.
    #[must_use]
    pub fn with_survey(mut self, survey: Arc<dyn Survey>) -> Self {
        self.surveys.push(survey);
        self
    }

    /// Says how doors are closed that an earlier run left open.
    #[must_use]
    pub fn with_doors(mut self, doors: Arc<dyn Doors>) -> Self {
        self.doors = Some(doors);
        self
    }

    /// The environment's name.
    pub fn environment(&self) -> &str {
        &self.environment
    }

    /// How many steps.
    pub fn len(&self) -> usize {
        self.steps.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// The steps, each after those that it needs.
    pub fn steps(&self) -> impl Iterator<Item = &Arc<dyn Step>> {
        self.graph.order.iter().filter_map(|&at| self.steps.get(at))
    }

    /// The steps that a step needs, for drawing.
    pub fn needs(&self, key: &Key) -> Vec<&Key> {
        let Some(&at) = self.graph.index.get(key) else {
            return Vec::new();
        };
        let needs = self.graph.needs(at).iter();
        needs.filter_map(|&need| self.key(need)).collect()
    }

    /// What each step needs.
    pub fn all_needs(&self) -> BTreeMap<Key, Vec<Key>> {
        let needs = |step: &Arc<dyn Step>| {
            let key = step.meta().key.clone();
            let needs = self.needs(&key).into_iter().cloned().collect();
            (key, needs)
        };
        self.steps.iter().map(needs).collect()
    }

    /// Whether a step of the file has this key.
    pub fn wants(&self, key: &Key) -> bool {
        self.known.contains(key)
    }

    pub(super) fn wants_named(&self, kind: &str, name: &str) -> bool {
        self.named
            .contains(&(kind.to_lowercase(), name.to_lowercase()))
    }

    pub(super) fn key(&self, at: usize) -> Option<&Key> {
        self.steps.get(at).map(|step| &step.meta().key)
    }
}

impl fmt::Debug for Rollout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rollout")
            .field("environment", &self.environment)
            .field("steps", &self.steps.len())
            .finish_non_exhaustive()
    }
}
