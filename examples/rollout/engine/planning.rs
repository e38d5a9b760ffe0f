//! Making a plan: look at everything at once, then decide in order.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::sync::Arc;

use futures::future::BoxFuture;
use futures::stream::{FuturesUnordered, StreamExt};
use tokio::time::Instant;

use super::acting::{Acting, Doing};
use super::decide::{Decision, decide};
use super::diff::showable;
use super::error::Nature;
use super::error::StepError;
use super::journal::Recovery;
use super::key::Key;
use super::observe::{Listings, Observe, Purpose};
use super::plan::{Action, Orphan, Plan, PlanEntry, Totals};
use super::rollout::Rollout;
use super::step::{Observed, Step};
use super::sweep::Wanted;
use super::values::{Dependency, Inputs, Outputs};

/// How to plan.
#[derive(Clone, Debug)]
pub struct PlanOptions {
    /// How many steps are looked at at the same time.
    pub concurrency: usize,
    /// What earlier runs left behind, so that the plan can say so.
    pub recovery: Recovery,
}

impl Default for PlanOptions {
    fn default() -> Self {
        Self {
            concurrency: 32,
            recovery: Recovery::default(),
        }
    }
}

/// A plan with what was seen while it was made: what [`Rollout::apply`] begins with.
pub struct Planned {
    /// The plan.
    pub plan: Plan,
    pub(super) looks: Vec<Look>,
}

impl Planned {
    /// What is known of each thing that exists: its id above all.
    pub fn outputs(&self, rollout: &Rollout) -> BTreeMap<Key, Outputs> {
        rollout.known(&self.looks)
    }
}

impl fmt::Debug for Planned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Planned")
            .field("plan", &self.plan)
            .finish_non_exhaustive()
    }
}

/// What was seen of one step.
#[derive(Clone, Debug)]
pub(super) struct Look {
    pub(super) observed: Result<Observed, StepError>,
    pub(super) outputs: Arc<Outputs>,
    /// It was not asked for, because something that it stands in does not exist.
    pub(super) blocked: bool,
    pub(super) at: Instant,
    pub(super) depth: u32,
    /// The first step that could not be seen, so that this one could not be either.
    pub(super) hidden_by: Option<Key>,
    /// What was decided; what a run need not look at again is `Unchanged`.
    pub(super) unchanged: bool,
}

impl Rollout {
    /// What was seen of each thing that is there.
    pub(super) fn known(&self, looks: &[Look]) -> BTreeMap<Key, Outputs> {
        let keys = (0..looks.len()).map(|at| self.key(at));
        let known = keys
            .zip(looks)
            .filter_map(|(key, look)| Some((key?.clone(), Outputs::clone(&look.outputs))));
        known.filter(|(_, outputs)| !outputs.is_empty()).collect()
    }

    /// Looks at the whole environment and says what would be done. What cannot be looked at is in the plan with the
    /// reason; planning itself does not fail.
    pub async fn plan(&self, options: &PlanOptions) -> Planned {
        let listings = Listings::new();
        let mut looks = self
            .look_at_all(&listings, options.concurrency, Purpose::Plan)
            .await;
        let entries = self.entries(&mut looks, &options.recovery);
        let (orphans, mut notes) = self.sweep(&listings, &looks).await;
        let forgotten = options.recovery.open.keys().filter(|key| !self.wants(key));
        notes.extend(forgotten.map(|key| {
            format!("an earlier run began {key}, which is not in the file any more: look whether it was made")
        }));
        let open = options.recovery.windows.keys();
        notes.extend(
            open.map(|door| format!("{}: apply closes it before anything else", door.left_open())),
        );
        let plan = Plan {
            environment: self.environment.clone(),
            totals: totals(&entries),
            entries,
            orphans,
            notes,
            observed: listings.stats(),
        };
        Planned { plan, looks }
    }

    /// What was planned, with what another look has seen in place of what this one could not see. All else stays as the first
    /// look saw it: who looks through a door that is open for the look sees the door itself as it is not.
    pub(super) fn seen_through(
        &self,
        first: Planned,
        through: Planned,
        recovery: &Recovery,
    ) -> Planned {
        let Planned {
            mut plan,
            mut looks,
        } = first;
        for (own, other) in looks.iter_mut().zip(through.looks) {
            if matches!(own.observed, Ok(Observed::NotObserved { .. })) {
                *own = other;
            }
        }
        plan.entries = self.entries(&mut looks, recovery);
        plan.orphans = through.plan.orphans;
        plan.totals = totals(&plan.entries);
        Planned { plan, looks }
    }

    /// What would be done with each step, by what was seen.
    fn entries(&self, looks: &mut [Look], recovery: &Recovery) -> Vec<PlanEntry> {
        let mut entries = Vec::with_capacity(self.steps.len());
        let mut to_do = vec![false; self.steps.len()];
        for &at in &self.graph.order {
            let (Some(step), Some(look)) = (self.steps.get(at), looks.get(at)) else {
                continue;
            };
            let (action, hidden_by) = self.action(at, step.as_ref(), look, looks);
            let unchanged = matches!(action, Action::Unchanged);
            if let Some(flag) = to_do.get_mut(at) {
                *flag = is_to_do(&action);
            }
            entries.push(PlanEntry {
                hidden_by,
                ..self.entry(at, step.as_ref(), action, &to_do, recovery)
            });
            if let Some(look) = looks.get_mut(at) {
                look.unchanged = unchanged;
            }
        }
        // Stable: within stage and tenant the order stays one in which it can be carried out.
        entries.sort_by(|a, b| (a.stage, &a.tenant).cmp(&(b.stage, &b.tenant)));
        entries
    }

    /// Every step is looked at at once; one that reads an output of a step not yet looked at is asked again when that is
    /// known. Waiting for what is really read, and not for all that is needed, keeps the chain of requests short.
    pub(super) async fn look_at_all(
        &self,
        listings: &Listings,
        concurrency: usize,
        purpose: Purpose,
    ) -> Vec<Look> {
        let mut looks: Vec<Option<Look>> = vec![None; self.steps.len()];
        let mut parked: Vec<Vec<usize>> = vec![Vec::new(); self.steps.len()];
        let mut queue: VecDeque<usize> = self.graph.order.iter().copied().collect();
        let mut running: FuturesUnordered<BoxFuture<'_, (usize, Result<Look, usize>)>> =
            FuturesUnordered::new();
        loop {
            while running.len() < concurrency.max(1)
                && let Some(at) = queue.pop_front()
            {
                let needed = self.dependencies(at, |need| looks.get(need)?.as_ref());
                running.push(Box::pin(async move {
                    (at, self.look_at(at, needed, listings, purpose, None).await)
                }));
            }
            match running.next().await {
                None => break,
                Some((at, Ok(look))) => {
                    let look = self.after_unseen(look, &looks);
                    if let Some(slot) = looks.get_mut(at) {
                        *slot = Some(look);
                    }
                    queue.extend(parked.get_mut(at).map(std::mem::take).unwrap_or_default());
                }
                Some((at, Err(pending))) => match parked.get_mut(pending) {
                    Some(list) if looks.get(pending).is_some_and(Option::is_none) => list.push(at),
                    _ => queue.push_back(at),
                },
            }
        }
        looks
            .into_iter()
            .map(|look| {
                look.unwrap_or_else(|| {
                    Look::new(Err(StepError::bug("a step was never looked at")), 0)
                })
            })
            .collect()
    }

    /// Looks at one step. `Err` names the step that it read and that is not known yet.
    pub(super) async fn look_at(
        &self,
        at: usize,
        needed: Vec<Dependency>,
        listings: &Listings,
        purpose: Purpose,
        made: Option<String>,
    ) -> Result<Look, usize> {
        let Some(step) = self.steps.get(at) else {
            return Ok(Look::new(Err(StepError::bug("no such step")), 0));
        };
        let meta = step.meta();
        let inputs = Inputs::new(&meta.key, needed);
        let cx = Observe::new(meta, inputs, listings, purpose, made);
        let look = async {
            match purpose {
                Purpose::Plan | Purpose::Apply => step.observe(&cx).await,
                Purpose::Settle | Purpose::Poll => step.find(&cx).await,
            }
        };
        let observed = Acting::during(&meta.key, Doing::Looks, look).await;
        // Whatever a step made of a missing answer is void, also when it did not hand the error on.
        if let Some(&pending) = cx.pending().and_then(|key| self.graph.index.get(&key)) {
            return Err(pending);
        }
        Ok(Look::new(observed, cx.depth()))
    }

    pub(super) fn dependencies<'l>(
        &self,
        at: usize,
        look: impl Fn(usize) -> Option<&'l Look>,
    ) -> Vec<Dependency> {
        let needs = self.graph.needs(at).iter();
        needs
            .filter_map(|&need| {
                let look = look(need);
                Some(Dependency {
                    key: self.key(need)?.clone(),
                    outputs: look.map(|look| Arc::clone(&look.outputs)),
                    depth: look.map_or(0, |look| look.depth),
                })
            })
            .collect()
    }

    /// What stands in something that could not be seen cannot be seen either; what stands in something absent is absent.
    fn after_unseen(&self, mut look: Look, looks: &[Option<Look>]) -> Look {
        let Err(error) = &look.observed else {
            return look;
        };
        let Nature::NotKnownYet(placeholder) = error.nature() else {
            return look;
        };
        let scope = self
            .graph
            .index
            .get(&placeholder.key)
            .and_then(|&at| looks.get(at)?.as_ref());
        let seen = scope.is_some_and(|scope| {
            !matches!(scope.observed, Err(_) | Ok(Observed::NotObserved { .. }))
        });
        look.blocked = true;
        if !seen {
            let first = scope.and_then(|scope| scope.hidden_by.clone());
            look.hidden_by = first.or_else(|| Some(placeholder.key.clone()));
        }
        look.observed = Ok(if seen {
            Observed::Absent
        } else {
            Observed::NotObserved {
                reason: format!(
                    "{} could not be seen, and this stands in it",
                    placeholder.key
                ),
            }
        });
        look
    }

    /// What would be done, and what hides it.
    fn action(
        &self,
        at: usize,
        step: &dyn Step,
        look: &Look,
        looks: &[Look],
    ) -> (Action, Option<Key>) {
        let meta = step.meta();
        let observed = match &look.observed {
            Ok(observed) => observed,
            Err(error) => return (failed(error), None),
        };
        let inputs = Inputs::new(&meta.key, self.dependencies(at, |need| looks.get(need)));
        let desired = match step.desired(&inputs) {
            Ok(desired) => desired,
            Err(error) => return (failed(&error), None),
        };
        let mut hidden_by = None;
        let rules = step.rules();
        let action = match decide(step, &desired, observed, &rules) {
            Decision::Create => Action::Create {
                desired: showable(&desired, &rules),
            },
            Decision::Update(changes) => match self.unproven(&changes, looks) {
                Some(key) => {
                    let reason = format!("it depends on {key}, which could not be seen");
                    let look = self.graph.index.get(&key).and_then(|&at| looks.get(at));
                    hidden_by = look.and_then(|look| look.hidden_by.clone()).or(Some(key));
                    Action::NotObserved { reason }
                }
                None => Action::Update { changes },
            },
            Decision::Reconcile { reason } => {
                hidden_by.clone_from(&look.hidden_by);
                Action::NotObserved { reason }
            }
            Decision::Unchanged => Action::Unchanged,
            Decision::Manual { instructions } => Action::Manual {
                instructions,
                waits_for: Vec::new(),
            },
            Decision::Foreign { what, resolve } => Action::Foreign { what, resolve },
            Decision::Conflict { changes, resolve } => Action::Conflict { changes, resolve },
            Decision::Failed(error) => failed(&error),
            Decision::Delete => Action::Delete {
                parts: 0,
                remains: None,
            },
            Decision::Adopt => failed(&StepError::bug("what is adopted has a plan of its own")),
        };
        (action, hidden_by)
    }

    /// A difference that consists only of values which exist and could not be seen is not a proven difference.
    /// The one that could not be seen.
    fn unproven(&self, changes: &[super::diff::FieldChange], looks: &[Look]) -> Option<Key> {
        let unseen = |key: &super::key::Key| {
            let look = self.graph.index.get(key).and_then(|&at| looks.get(at));
            look.is_some_and(|l| matches!(l.observed, Err(_) | Ok(Observed::NotObserved { .. })))
        };
        let all = changes.iter().all(|change| change.after.iter().any(unseen));
        let key = changes
            .iter()
            .flat_map(|c| &c.after)
            .find(|key| unseen(key))?;
        all.then(|| key.clone())
    }

    fn entry(
        &self,
        at: usize,
        step: &dyn Step,
        mut action: Action,
        to_do: &[bool],
        recovery: &Recovery,
    ) -> PlanEntry {
        let meta = step.meta();
        let mut after = Vec::new();
        if is_to_do(&action) {
            let needs = self.graph.needs(at).iter();
            after = needs
                .filter(|&&need| to_do.get(need).is_some_and(|flag| *flag))
                .filter_map(|&need| self.key(need).cloned())
                .collect();
        }
        if let Action::Manual { waits_for, .. } = &mut action {
            *waits_for = std::mem::take(&mut after);
        }
        PlanEntry {
            key: meta.key.clone(),
            stage: meta.stage,
            tenant: meta.tenant.clone(),
            kind: meta.kind.clone(),
            name: meta.name.clone(),
            why: meta.why.clone(),
            action,
            after,
            hidden_by: None,
            unfinished: recovery.open.contains_key(&meta.key),
        }
    }

    async fn sweep(&self, listings: &Listings, looks: &[Look]) -> (Vec<Orphan>, Vec<String>) {
        let mut orphans = Vec::new();
        let mut notes = Vec::new();
        let searches = self.sweeps.iter().map(|sweep| async move {
            let meta = sweep.meta();
            let needed = meta.needs.iter().map(|key| {
                let look = self.graph.index.get(key).and_then(|&at| looks.get(at));
                Dependency {
                    key: key.clone(),
                    outputs: Some(look.map(|l| Arc::clone(&l.outputs)).unwrap_or_default()),
                    depth: look.map_or(0, |l| l.depth),
                }
            });
            let inputs = Inputs::new(&meta.key, needed.collect());
            let cx = Observe::new(meta, inputs, listings, Purpose::Plan, None);
            let search = sweep.orphans(&cx, Wanted(self));
            (
                meta,
                Acting::during(&meta.key, Doing::Searches, search).await,
            )
        });
        for (meta, found) in futures::future::join_all(searches).await {
            match found {
                Ok(found) => orphans.extend(found),
                Err(error) if error.is_not_known_yet() => {}
                Err(error) => notes.push(format!(
                    "{}: could not be searched for what is no longer in the file: {}",
                    meta.name,
                    error.full_message()
                )),
            }
        }
        orphans.sort();
        orphans.dedup();
        (orphans, notes)
    }
}

impl Look {
    pub(super) fn new(observed: Result<Observed, StepError>, depth: u32) -> Self {
        let outputs = match &observed {
            Ok(Observed::Present { outputs, .. } | Observed::ManualDone { outputs }) => {
                outputs.clone()
            }
            Ok(_) | Err(_) => Outputs::new(),
        };
        Self {
            blocked: matches!(observed, Ok(Observed::Blocked { .. })),
            observed,
            outputs: Arc::new(outputs),
            at: Instant::now(),
            depth,
            hidden_by: None,
            unchanged: false,
        }
    }
}

fn failed(error: &StepError) -> Action {
    Action::Failed {
        message: error.full_message(),
        remedy: error.remedy_text().map(str::to_owned),
    }
}

fn is_to_do(action: &Action) -> bool {
    match action {
        Action::Unchanged
        | Action::Gone
        | Action::GoesWith { .. }
        | Action::Stays { .. }
        | Action::Refused { .. } => false,
        Action::Create { .. }
        | Action::Update { .. }
        | Action::Manual { .. }
        | Action::NotObserved { .. }
        | Action::Foreign { .. }
        | Action::Conflict { .. }
        | Action::Delete { .. }
        | Action::Adopt { .. }
        | Action::Failed { .. } => true,
    }
}

pub(super) fn totals(entries: &[PlanEntry]) -> Totals {
    let mut totals = Totals::default();
    for entry in entries {
        *match &entry.action {
            Action::Create { .. } => &mut totals.create,
            Action::Update { .. } => &mut totals.update,
            Action::Unchanged => &mut totals.unchanged,
            Action::Manual { .. } => &mut totals.manual,
            Action::NotObserved { .. } => &mut totals.not_observed,
            Action::Foreign { .. } => &mut totals.foreign,
            Action::Conflict { .. } => &mut totals.conflict,
            Action::Failed { .. } => &mut totals.failed,
            Action::Delete { .. } => &mut totals.delete,
            Action::Adopt { .. } => &mut totals.adopt,
            Action::GoesWith { .. } => &mut totals.goes_with,
            Action::Stays { .. } => &mut totals.stays,
            Action::Refused { .. } => &mut totals.refused,
            Action::Gone => &mut totals.gone,
        } += 1;
    }
    totals
}
