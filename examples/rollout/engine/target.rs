//! A part of the environment: some steps, and what they rest on.

use std::collections::BTreeSet;

use super::graph::{Graph, GraphError};
use super::key::{Key, Stage};
use super::rollout::Rollout;

/// A part that was asked for is not there.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// No stage and no step is called so.
    #[error("no stage and no step is called '{name}'")]
    Unknown {
        /// What was asked for.
        name: String,
        /// The stages that there are.
        stages: Vec<&'static str>,
        /// Steps whose keys hold what was asked for.
        similar: Vec<Key>,
    },
    /// No step has this key.
    #[error("no step has the key '{name}'")]
    NoStep {
        /// What was asked for.
        name: String,
        /// Steps whose keys hold what was asked for.
        similar: Vec<Key>,
    },
    /// The part makes no order; the whole does, so this is a mistake in here.
    #[error(transparent)]
    Graph(#[from] GraphError),
}

impl Rollout {
    /// Only these stages and steps, and whatever they need, which has to be there first. A step is named by its key, or
    /// by the beginning of keys up to a `/`. What was taken out of the file is not looked for.
    ///
    /// # Errors
    /// When nothing is called so.
    pub fn only(mut self, names: &[String]) -> Result<Self, TargetError> {
        if names.is_empty() {
            return Ok(self);
        }
        let mut kept = vec![false; self.steps.len()];
        for name in names {
            let named: Vec<usize> = (0..self.steps.len())
                .filter(|at| self.is_called(*at, name))
                .collect();
            if named.is_empty() {
                return Err(self.unknown(name));
            }
            let mut open = named;
            while let Some(at) = open.pop() {
                if let Some(kept) = kept.get_mut(at)
                    && !std::mem::replace(kept, true)
                {
                    open.extend(self.graph.needs(at));
                }
            }
        }
        let mut flags = kept.into_iter();
        self.steps.retain(|_| flags.next().unwrap_or_default());
        self.graph = Graph::build(&self.steps)?;
        self.sweeps.clear();
        Ok(self)
    }

    /// Only the steps with these keys, and whatever they need.
    ///
    /// # Errors
    /// When there is no such step.
    pub fn only_steps(self, keys: &[String]) -> Result<Self, TargetError> {
        for name in keys {
            if !self.wants(&Key::new(name)) {
                return Err(TargetError::NoStep {
                    name: name.clone(),
                    similar: self.similar(name),
                });
            }
        }
        self.only(keys)
    }

    fn is_called(&self, at: usize, name: &str) -> bool {
        self.steps.get(at).is_some_and(|step| {
            let meta = step.meta();
            let rest = meta.key.as_str().strip_prefix(name);
            meta.stage.id == name
                || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
    }

    fn unknown(&self, name: &str) -> TargetError {
        let stages: BTreeSet<Stage> = self.steps().map(|step| step.meta().stage).collect();
        TargetError::Unknown {
            name: name.to_owned(),
            stages: stages.into_iter().map(|stage| stage.id).collect(),
            similar: self.similar(name),
        }
    }

    /// Steps whose keys hold this, or the end of it.
    fn similar(&self, name: &str) -> Vec<Key> {
        const SHOWN: usize = 5;
        let holding = |part: &str| -> Vec<Key> {
            let part = part.to_lowercase();
            let keys = self.steps().map(|step| &step.meta().key);
            let similar: BTreeSet<&Key> = keys
                .filter(|key| key.as_str().to_lowercase().contains(&part))
                .collect();
            similar.into_iter().take(SHOWN).cloned().collect()
        };
        let whole = holding(name);
        match name.rsplit('/').next().filter(|end| !end.is_empty()) {
            Some(end) if whole.is_empty() => holding(end),
            _ => whole,
        }
    }
}
