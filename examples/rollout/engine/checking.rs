//! Checking what is finished: every thing is read back by itself and compared with the file; nothing is written.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use super::decide::{Decision, decide};
use super::diff::FieldChange;
use super::error::StepError;
use super::key::Key;
use super::meta::Meta;
use super::observe::{Listings, ObserveStats, Purpose};
use super::planning::Look;
use super::rollout::Rollout;
use super::step::{Observed, Step};
use super::values::{Dependency, Inputs, Outputs};

/// What the environment is like, step by step.
#[derive(Debug)]
pub struct Checked {
    steps: Vec<CheckedStep>,
    stats: ObserveStats,
}

/// What one step's thing is like.
pub struct CheckedStep {
    /// The step.
    pub meta: Meta,
    /// What was found.
    pub finding: Finding,
    outputs: Arc<Outputs>,
    depth: u32,
}

/// How a thing compares with the file.
#[derive(Clone, Debug)]
pub enum Finding {
    /// It is as the file says.
    AsWanted,
    /// A person had to do it, and has.
    DoneByPerson,
    /// A person has to do it, and has not.
    Pending {
        /// What he must do.
        instructions: Vec<String>,
    },
    /// It does not exist.
    Missing,
    /// It exists and is otherwise than the file says.
    Differs {
        /// The fields.
        changes: Vec<FieldChange>,
    },
    /// Something with its name exists that is not this environment's.
    Foreign {
        /// What is there.
        what: String,
        /// What can be done about it.
        resolve: String,
    },
    /// It contradicts the file in another way.
    Wrong(StepError),
    /// It could not be seen.
    NotSeen {
        /// Why.
        reason: String,
    },
    /// Nothing can be said of it before these are there.
    WaitsFor {
        /// What is missing: the causes, not the links of the chain.
        keys: Vec<Key>,
    },
}

impl Finding {
    /// Whether what stands in it, or reads its outputs, has nothing to stand in or to read.
    fn is_absent(&self) -> bool {
        match self {
            Self::Missing | Self::Pending { .. } | Self::WaitsFor { .. } => true,
            Self::AsWanted
            | Self::DoneByPerson
            | Self::Differs { .. }
            | Self::Foreign { .. }
            | Self::Wrong(_)
            | Self::NotSeen { .. } => false,
        }
    }
}

impl Rollout {
    /// Reads every thing back by a point read, for lists lag behind, and compares it with the file by the rules of its
    /// step. One thing that is missing gives one finding [`Missing`](Finding::Missing): what depends on it
    /// [waits for it](Finding::WaitsFor).
    pub async fn check(&self, concurrency: usize) -> Checked {
        let listings = Listings::new();
        let looks = self
            .look_at_all(&listings, concurrency, Purpose::Settle)
            .await;
        let mut findings: Vec<Option<Finding>> = vec![None; self.steps.len()];
        let mut steps = Vec::with_capacity(self.steps.len());
        for &at in &self.graph.order {
            let (Some(step), Some(look)) = (self.steps.get(at), looks.get(at)) else {
                continue;
            };
            let finding = self.finding(at, step.as_ref(), look, &looks, &findings);
            if let Some(slot) = findings.get_mut(at) {
                *slot = Some(finding.clone());
            }
            steps.push(CheckedStep {
                meta: step.meta().clone(),
                finding,
                outputs: Arc::clone(&look.outputs),
                depth: look.depth,
            });
        }
        // As in a plan: stable, so that within stage and tenant causes come first.
        steps.sort_by(|a, b| (a.meta.stage, &a.meta.tenant).cmp(&(b.meta.stage, &b.meta.tenant)));
        Checked {
            steps,
            stats: listings.stats(),
        }
    }

    fn finding(
        &self,
        at: usize,
        step: &dyn Step,
        look: &Look,
        looks: &[Look],
        findings: &[Option<Finding>],
    ) -> Finding {
        let meta = step.meta();
        let observed = match &look.observed {
            Ok(observed) => observed,
            Err(error) => return unseen_or_wrong(error),
        };
        let waits = || self.missing_needs(at, findings);
        if look.blocked && *observed == Observed::Absent {
            return match waits() {
                // What it stands in is there and does not say what it should.
                keys if keys.is_empty() => Finding::NotSeen {
                    reason: "something that it stands in does not tell what is needed to look"
                        .to_owned(),
                },
                keys => Finding::WaitsFor { keys },
            };
        }
        let inputs = Inputs::new(&meta.key, self.dependencies(at, |need| looks.get(need)));
        let desired = match step.desired(&inputs) {
            Ok(desired) => desired,
            Err(error) => return unseen_or_wrong(&error),
        };
        let waiting_or = |finding: Finding| match waits() {
            keys if keys.is_empty() => finding,
            keys => Finding::WaitsFor { keys },
        };
        match decide(step, &desired, observed, &step.rules()) {
            Decision::Unchanged if meta.manual => Finding::DoneByPerson,
            Decision::Unchanged => Finding::AsWanted,
            // Nothing is checked while it is taken down or adopted.
            Decision::Create | Decision::Delete | Decision::Adopt => waiting_or(Finding::Missing),
            Decision::Manual { instructions } => waiting_or(Finding::Pending { instructions }),
            Decision::Update(changes) | Decision::Conflict { changes, .. } => {
                let open: BTreeSet<String> = changes
                    .iter()
                    .filter(|change| !change.after.is_empty())
                    .map(|change| array_of(&change.path).to_owned())
                    .collect();
                let (waiting, own): (Vec<_>, Vec<_>) = changes.into_iter().partition(|change| {
                    let removal = change.new.is_null() && open.contains(array_of(&change.path));
                    !change.after.is_empty() || removal
                });
                if own.is_empty() {
                    self.waiting_for_values(&waiting, findings)
                } else {
                    Finding::Differs { changes: own }
                }
            }
            Decision::Reconcile { reason } => Finding::NotSeen { reason },
            Decision::Foreign { what, resolve } => Finding::Foreign { what, resolve },
            Decision::Failed(error) => unseen_or_wrong(&error),
        }
    }

    /// What differs only in values of things that are missing, or could not be seen, is not known to differ.
    fn waiting_for_values(&self, changes: &[FieldChange], findings: &[Option<Finding>]) -> Finding {
        let keys: Vec<&Key> = changes.iter().flat_map(|change| &change.after).collect();
        let positions = keys
            .iter()
            .filter_map(|key| self.graph.index.get(*key).copied());
        match self.causes(positions, findings) {
            causes if causes.is_empty() => Finding::NotSeen {
                reason: keys.first().map_or_else(String::new, |key| {
                    format!("it depends on {key}, which could not be seen")
                }),
            },
            keys => Finding::WaitsFor { keys },
        }
    }

    /// What is missing among what a step needs; for what only waits itself, what that waits for.
    fn missing_needs(&self, at: usize, findings: &[Option<Finding>]) -> Vec<Key> {
        self.causes(self.graph.needs(at).iter().copied(), findings)
    }

    fn causes(
        &self,
        positions: impl Iterator<Item = usize>,
        findings: &[Option<Finding>],
    ) -> Vec<Key> {
        let mut causes: Vec<Key> = Vec::new();
        for at in positions {
            match findings.get(at).and_then(Option::as_ref) {
                Some(Finding::WaitsFor { keys }) => causes.extend(keys.iter().cloned()),
                Some(finding) if finding.is_absent() => causes.extend(self.key(at).cloned()),
                _ => {}
            }
        }
        causes.sort();
        causes.dedup();
        causes
    }
}

/// The array that a path leads into. While an element is wanted whose key is not known, one that is there may be it.
fn array_of(path: &str) -> &str {
    path.split_once('[').map_or(path, |(array, _)| array)
}

/// An answer that contradicts the file is wrong; a question that got no answer proves nothing.
fn unseen_or_wrong(error: &StepError) -> Finding {
    if error.is_contradiction() {
        return Finding::Wrong(error.clone());
    }
    let mut reason = error.full_message();
    if let Some(remedy) = error.remedy_text() {
        reason = format!("{reason} ({remedy})");
    }
    Finding::NotSeen { reason }
}

impl Checked {
    /// The steps by stage and tenant, and within those each after what it needs.
    pub fn steps(&self) -> std::slice::Iter<'_, CheckedStep> {
        self.steps.iter()
    }

    /// The first step of this kind and name, in any case.
    pub fn named(&self, kind: &str, name: &str) -> Option<&CheckedStep> {
        self.of_kind(kind)
            .find(|step| step.meta.name.eq_ignore_ascii_case(name))
    }

    /// The steps of this kind, in any case.
    pub fn of_kind(&self, kind: &str) -> impl Iterator<Item = &CheckedStep> {
        self.steps
            .iter()
            .filter(move |step| step.meta.kind.eq_ignore_ascii_case(kind))
    }

    /// What it cost to find out.
    pub fn stats(&self) -> &ObserveStats {
        &self.stats
    }

    /// The outputs of all steps, for a question that goes beyond one of them.
    pub fn inputs<'a>(&self, reader: &'a Key) -> Inputs<'a> {
        let known = self.steps.iter().map(|step| Dependency {
            key: step.meta.key.clone(),
            outputs: Some(Arc::clone(&step.outputs)),
            depth: step.depth,
        });
        Inputs::new(reader, known.collect())
    }
}

impl<'a> IntoIterator for &'a Checked {
    type Item = &'a CheckedStep;
    type IntoIter = std::slice::Iter<'a, CheckedStep>;

    fn into_iter(self) -> Self::IntoIter {
        self.steps()
    }
}

impl CheckedStep {
    /// What the thing told of itself when it was read.
    pub fn outputs(&self) -> &Outputs {
        &self.outputs
    }

    /// Its output `id`, if it has one.
    pub fn id(&self) -> Option<&str> {
        self.outputs.get("id")?.as_str()
    }
}

impl fmt::Debug for CheckedStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CheckedStep")
            .field("key", &self.meta.key)
            .field("finding", &self.finding)
            .finish_non_exhaustive()
    }
}
