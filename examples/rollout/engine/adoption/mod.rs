//! Adopting what exists: the environment's mark is put on it, and nothing else is written.
//!
//! Each thing that is named is looked at as for a plan. What bears no mark and can bear one becomes a step of a run of its own,
//! which is carried out like any other, with the same journal, lanes, attempts and stops. If one of them cannot be adopted,
//! none is.

mod adopter;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio::time::Instant;

use self::adopter::Adopter;
use super::decide::{ANOTHERS, Decision, decide};
use super::diff::FieldChange;
use super::fence::Fence;
use super::graph::GraphError;
use super::journal::Recovery;
use super::key::Key;
use super::marking::{MARK, MarkWrite, Marking};
use super::observe::{Listings, Purpose};
use super::plan::{Action, Adopting, Plan, PlanEntry};
use super::planning::{Look, Planned, totals};
use super::rollout::Rollout;
use super::step::{ChangeKind, Mark, Observed, Step};
use super::values::{Inputs, Outputs};

const LOOK_AGAIN: &str = "see to it that it can be looked at, and import it again";

/// How to plan an adoption.
#[derive(Clone, Debug)]
pub struct AdoptionOptions {
    /// How many steps are looked at at the same time.
    pub concurrency: usize,
    /// What earlier runs left behind.
    pub recovery: Recovery,
    /// The fence, which lets nothing through from now on but the marks of the run.
    pub fence: Option<Fence>,
    /// How much faster the cloud's clock runs.
    pub time_scale: f64,
}

impl Default for AdoptionOptions {
    fn default() -> Self {
        Self {
            concurrency: 32,
            recovery: Recovery::default(),
            fence: None,
            time_scale: 1.0,
        }
    }
}

/// An adoption that was planned.
#[derive(Debug)]
pub struct Adoption {
    /// The marks, as steps. None, if anything is refused.
    pub rollout: Rollout,
    /// What [`Rollout::apply`] begins with. Its plan has an entry for everything that was named.
    pub planned: Planned,
}

/// What becomes of one thing.
struct Fate {
    at: usize,
    action: Action,
    /// The mark that it gets, or got from a run that was cut off before it could say so.
    step: bool,
}

impl Rollout {
    /// Looks at the things of these steps and says what would be adopted, and what not. Of a rollout that is a part
    /// ([`only`](Self::only)) no more is looked at than that.
    ///
    /// # Errors
    /// When the marks make no order, which is a mistake in this program.
    pub async fn plan_adoption(
        &self,
        keys: &[Key],
        options: &AdoptionOptions,
    ) -> Result<Adoption, GraphError> {
        if let Some(fence) = &options.fence {
            fence.only_mark(&self.environment);
        }
        let listings = Listings::new();
        let looks = self
            .look_at_all(&listings, options.concurrency, Purpose::Plan)
            .await;
        self.let_fence_learn(&looks, options.fence.as_ref());
        let is_named = |at: &usize| self.key(*at).is_some_and(|key| keys.contains(key));
        let named = self.graph.order.iter().copied().filter(is_named);
        let fates: Vec<Fate> = named
            .filter_map(|at| self.adoption_of(at, &looks, options))
            .collect();
        let refused = fates
            .iter()
            .any(|fate| matches!(fate.action, Action::Refused { .. }));
        let adopted: Vec<usize> = fates
            .iter()
            .filter(|fate| fate.step && !refused)
            .map(|fate| fate.at)
            .collect();
        let rollout = self.adopters(&adopted, &looks, options)?;
        let now = Instant::now();
        let seen = rollout.steps.iter().map(|step| {
            let at = self.graph.index.get(&step.meta().key);
            let first = at.and_then(|at| looks.get(*at)).cloned();
            Look {
                at: now,
                unchanged: false,
                ..first.unwrap_or_else(|| Look::new(Ok(Observed::Absent), 0))
            }
        });
        let looks = seen.collect();
        let plan = self.adoption_plan(fates, &listings, options);
        Ok(Adoption {
            rollout,
            planned: Planned { plan, looks },
        })
    }

    fn adoption_of(&self, at: usize, looks: &[Look], options: &AdoptionOptions) -> Option<Fate> {
        let step = self.steps.get(at)?.as_ref();
        let meta = step.meta();
        let refused = |why: String, resolve: &str| Action::Refused {
            why,
            resolve: resolve.to_owned(),
        };
        let mut is_step = false;
        let action = match &looks.get(at)?.observed {
            Ok(Observed::Absent | Observed::Blocked { .. }) => refused(
                "it does not exist, so there is nothing to adopt".to_owned(),
                "leave it out: apply makes it",
            ),
            Ok(Observed::ManualPending { .. } | Observed::ManualDone { .. }) => refused(
                "a person does this, and it bears no mark".to_owned(),
                "leave it out: plan says what he does, and sees when it is done",
            ),
            Ok(Observed::NotObserved { reason }) => {
                refused(format!("it could not be looked at: {reason}"), LOOK_AGAIN)
            }
            Err(error) => refused(
                format!("it could not be looked at: {}", error.full_message()),
                error.remedy_text().unwrap_or(LOOK_AGAIN),
            ),
            Ok(Observed::Present {
                mark: Mark::Ours, ..
            }) => {
                // A run that was cut off wrote it and could not say so; another kind of write is settled by an apply.
                let begun = options.recovery.open.get(&meta.key);
                is_step = begun.is_some_and(|open| open.change == ChangeKind::Adopt);
                Action::Unchanged
            }
            Ok(Observed::Present {
                mark: Mark::Unmarkable,
                ..
            }) => of_marking(Marking::impossible(meta)),
            Ok(Observed::Present {
                document,
                outputs,
                mark: Mark::Foreign,
            }) => match step.marking(document, outputs) {
                Marking::By(mark) => {
                    let fence = options.fence.as_ref();
                    match fence.map(|fence| fence.would_mark(&meta.tenant, &mark)) {
                        Some(Err(refusal)) => refused(
                            refusal.reason,
                            "the environment file says so: nothing is to be done",
                        ),
                        _ => {
                            is_step = true;
                            self.adopting(at, step, looks, document, &mark)
                        }
                    }
                }
                other => of_marking(other),
            },
        };
        Some(Fate {
            at,
            action,
            step: is_step,
        })
    }

    /// What a person sees before he adopts it.
    fn adopting(
        &self,
        at: usize,
        step: &dyn Step,
        looks: &[Look],
        document: &Value,
        mark: &MarkWrite,
    ) -> Action {
        let inputs = Inputs::new(
            &step.meta().key,
            self.dependencies(at, |need| looks.get(need)),
        );
        let ours = Observed::ours(document.clone(), Outputs::new());
        let later = step
            .desired(&inputs)
            .map(|desired| decide(step, &desired, &ours, &step.rules()));
        let (changes, conflict) = match later {
            Ok(Decision::Update(changes)) => (changes, None),
            Ok(Decision::Conflict { changes, resolve }) => (changes, Some(resolve)),
            // What cannot be told now is told by the next plan.
            Ok(_) | Err(_) => (Vec::new(), None),
        };
        Action::Adopt(Box::new(Adopting {
            id: mark.thing.as_str().to_owned(),
            location: document["location"].as_str().map(str::to_owned),
            tags: tags(document),
            writes: mark.says.clone(),
            // The mark itself is written now.
            changes: changes.into_iter().filter(|one| !is_mark(one)).collect(),
            conflict,
        }))
    }

    fn adopters(
        &self,
        adopted: &[usize],
        looks: &[Look],
        options: &AdoptionOptions,
    ) -> Result<Self, GraphError> {
        let pause =
            Duration::try_from_secs_f64(2.0 / options.time_scale).unwrap_or(Duration::from_secs(2));
        let adopter = |at: &usize| {
            let step = self.steps.get(*at)?;
            let look = looks.get(*at)?;
            let planned = match &look.observed {
                Ok(Observed::Present {
                    document,
                    outputs,
                    mark: Mark::Foreign,
                }) => match step.marking(document, outputs) {
                    Marking::By(mark) => Some(mark),
                    _ => None,
                },
                _ => None,
            };
            let mut meta = step.meta().clone();
            meta.needs = Vec::new();
            meta.adopts = true;
            Some(Arc::new(Adopter {
                meta,
                step: Arc::clone(step),
                needed: self.dependencies(*at, |need| looks.get(need)),
                planned,
                fence: options.fence.clone(),
                pause,
            }) as Arc<dyn Step>)
        };
        Self::new(
            self.environment.clone(),
            adopted.iter().filter_map(adopter).collect(),
        )
    }

    fn adoption_plan(
        &self,
        fates: Vec<Fate>,
        listings: &Listings,
        options: &AdoptionOptions,
    ) -> Plan {
        let entry = |fate: Fate| {
            let meta = self.steps.get(fate.at)?.meta();
            Some(PlanEntry {
                key: meta.key.clone(),
                stage: meta.stage,
                tenant: meta.tenant.clone(),
                kind: meta.kind.clone(),
                name: meta.name.clone(),
                why: meta.why.clone(),
                action: fate.action,
                after: Vec::new(),
                hidden_by: None,
                unfinished: options.recovery.open.contains_key(&meta.key),
            })
        };
        let mut entries: Vec<PlanEntry> = fates.into_iter().filter_map(entry).collect();
        entries.sort_by(|a, b| (a.stage, &a.tenant).cmp(&(b.stage, &b.tenant)));
        let open = options.recovery.windows.keys();
        Plan {
            environment: self.environment.clone(),
            totals: totals(&entries),
            entries,
            orphans: Vec::new(),
            notes: open
                .map(|door| {
                    format!(
                        "{}: import writes marks and nothing else; the next apply closes it",
                        door.left_open()
                    )
                })
                .collect(),
            observed: listings.stats(),
        }
    }
}

fn is_mark(change: &FieldChange) -> bool {
    let names = change.path.rsplit('.').next();
    names.is_some_and(|name| name.eq_ignore_ascii_case(MARK))
}

/// What is said of a thing that gets no mark.
fn of_marking(marking: Marking) -> Action {
    let (why, resolve) = match marking {
        Marking::Anothers(other) => (
            format!("it bears the mark of the environment '{other}'"),
            ANOTHERS.to_owned(),
        ),
        Marking::Not { why, resolve } => (why, resolve),
        Marking::By(mark) => (
            format!("{} is not written", mark.says),
            LOOK_AGAIN.to_owned(),
        ),
    };
    Action::Refused { why, resolve }
}

/// The tags of a thing: by name in Azure, words in a directory, notes on a record.
fn tags(document: &Value) -> BTreeMap<String, String> {
    let named = [&document["tags"], &document["properties"]["metadata"]];
    let named = named.iter().filter_map(|tags| tags.as_object()).flatten();
    let words = document["tags"].as_array().into_iter().flatten();
    named
        .map(|(name, value)| (name.clone(), value.as_str().unwrap_or_default().to_owned()))
        .chain(words.filter_map(|word| Some((word.as_str()?.to_owned(), String::new()))))
        .collect()
}
