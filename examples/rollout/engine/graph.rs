//! The order of the steps: what each needs, and what it reads.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::sync::Arc;

use super::key::Key;
use super::step::Step;
use super::values::Inputs;

/// The steps do not make an order.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GraphError {
    /// Two steps have the same key.
    #[error("two steps are called {key}")]
    Duplicate {
        /// The key.
        key: Key,
    },
    /// A step needs one that does not exist.
    #[error("{step} needs {missing}, which no step makes")]
    Dangling {
        /// The step.
        step: Key,
        /// What it needs.
        missing: Key,
    },
    /// Steps need each other in a circle.
    #[error("steps need each other in a circle: {}", circle(.keys))]
    Cycle {
        /// The circle: each needs the next, the last needs the first.
        keys: Vec<Key>,
    },
}

fn circle(keys: &[Key]) -> String {
    let mut names: Vec<&str> = keys.iter().map(Key::as_str).collect();
    names.extend(keys.first().map(Key::as_str));
    names.join(" needs ")
}

/// Which step needs which, by position in the list of steps.
#[derive(Debug)]
pub(super) struct Graph {
    pub(super) needs: Vec<Vec<usize>>,
    pub(super) needed_by: Vec<Vec<usize>>,
    /// Every step after those that it needs; among equals by stage, then as listed.
    pub(super) order: Vec<usize>,
    pub(super) index: HashMap<Key, usize>,
}

impl Graph {
    pub(super) fn build(steps: &[Arc<dyn Step>]) -> Result<Self, GraphError> {
        let mut index = HashMap::with_capacity(steps.len());
        for (position, step) in steps.iter().enumerate() {
            let key = step.meta().key.clone();
            if index.insert(key.clone(), position).is_some() {
                return Err(GraphError::Duplicate { key });
            }
        }
        let mut needs = Vec::with_capacity(steps.len());
        for step in steps {
            let meta = step.meta();
            let inputs = Inputs::discovering(&meta.key);
            // An error here comes again, with the real inputs, when the step is planned; what it read counts.
            let _ = step.desired(&inputs);
            let mut keys = inputs.into_reads();
            keys.extend(meta.needs.iter().cloned());
            let mut positions = Vec::with_capacity(keys.len());
            for missing in keys {
                match index.get(&missing) {
                    Some(&position) => positions.push(position),
                    None => {
                        return Err(GraphError::Dangling {
                            step: meta.key.clone(),
                            missing,
                        });
                    }
                }
            }
            positions.sort_unstable();
            needs.push(positions);
        }
        let mut needed_by = vec![Vec::new(); steps.len()];
        for (position, needed) in needs.iter().enumerate() {
            for &need in needed {
                if let Some(list) = needed_by.get_mut(need) {
                    list.push(position);
                }
            }
        }
        let order = sort(steps, &needs, &needed_by)?;
        Ok(Self {
            needs,
            needed_by,
            order,
            index,
        })
    }

    pub(super) fn needs(&self, position: usize) -> &[usize] {
        self.needs.get(position).map_or(&[], Vec::as_slice)
    }

    pub(super) fn needed_by(&self, position: usize) -> &[usize] {
        self.needed_by.get(position).map_or(&[], Vec::as_slice)
    }

    /// Every step that needs this one, directly or not, in no order.
    pub(super) fn all_needed_by(&self, position: usize) -> Vec<usize> {
        let mut reached = vec![false; self.needs.len()];
        let mut found = Vec::new();
        let mut open = vec![position];
        while let Some(next) = open.pop() {
            for &dependent in self.needed_by(next) {
                if let Some(seen) = reached.get_mut(dependent)
                    && !std::mem::replace(seen, true)
                {
                    found.push(dependent);
                    open.push(dependent);
                }
            }
        }
        found
    }
}

fn sort(
    steps: &[Arc<dyn Step>],
    needs: &[Vec<usize>],
    needed_by: &[Vec<usize>],
) -> Result<Vec<usize>, GraphError> {
    let mut waiting: Vec<usize> = needs.iter().map(Vec::len).collect();
    let rank = |position: usize| {
        let stage = steps
            .get(position)
            .map_or(u16::MAX, |s| s.meta().stage.order);
        Reverse((stage, position))
    };
    let mut ready: BinaryHeap<_> = waiting
        .iter()
        .enumerate()
        .filter(|(_, count)| **count == 0)
        .map(|(position, _)| rank(position))
        .collect();
    let mut order = Vec::with_capacity(steps.len());
    while let Some(Reverse((_, position))) = ready.pop() {
        order.push(position);
        for &dependent in needed_by.get(position).into_iter().flatten() {
            if let Some(count) = waiting.get_mut(dependent) {
                *count -= 1;
                if *count == 0 {
                    ready.push(rank(dependent));
                }
            }
        }
    }
    if order.len() == steps.len() {
        return Ok(order);
    }
    Err(GraphError::Cycle {
        keys: find_circle(steps, needs, &waiting),
    })
}

/// Walks from a step that could not be ordered to one that it needs and that could not be ordered either, until the
/// walk meets itself.
fn find_circle(steps: &[Arc<dyn Step>], needs: &[Vec<usize>], waiting: &[usize]) -> Vec<Key> {
    let stuck = |position: usize| waiting.get(position).is_some_and(|count| *count > 0);
    let mut walk: Vec<usize> = Vec::new();
    let mut met: HashMap<usize, usize> = HashMap::new();
    let mut next = (0..steps.len()).find(|position| stuck(*position));
    while let Some(position) = next {
        if let Some(&start) = met.get(&position) {
            let circle = walk.split_off(start);
            return circle
                .into_iter()
                .filter_map(|p| steps.get(p).map(|s| s.meta().key.clone()))
                .collect();
        }
        met.insert(position, walk.len());
        walk.push(position);
        next = needs
            .get(position)
            .and_then(|list| list.iter().copied().find(|need| stuck(*need)));
    }
    Vec::new()
}
