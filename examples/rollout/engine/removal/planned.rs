//! The plan of a takedown, and the run that carries it out.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use time::OffsetDateTime;
use tokio::time::Instant;

use super::super::fence::Fence;
use super::super::graph::GraphError;
use super::super::journal::Recovery;
use super::super::meta::{Meta, OwnedBy};
use super::super::observe::{Listings, Observe, Purpose};
use super::super::plan::{Action, Plan, PlanEntry};
use super::super::planning::{Look, Planned, totals};
use super::super::rollout::Rollout;
use super::super::step::{Mark, Observed, Step};
use super::super::values::{Dependency, Inputs, Outputs};
use super::fates::{self, Fate};
use super::order::opposite;
use super::remover::{Guard, Remover};
use super::{Own, Surroundings, lies_in};

/// A resource group is deleted with all that is in it.
const GROUPS: &str = "Microsoft.Resources/resourceGroups";

/// How to plan a takedown.
#[derive(Clone, Debug)]
pub struct RemovalOptions {
    /// How many steps are looked at at the same time.
    pub concurrency: usize,
    /// What earlier runs left behind.
    pub recovery: Recovery,
    /// The fence, which lets nothing through from now on but the deletions of the run.
    pub fence: Option<Fence>,
    /// What time it is in the cloud: what is left of a thing is said with its last day.
    pub now: OffsetDateTime,
    /// How much faster the cloud's clock runs.
    pub time_scale: f64,
}

impl Default for RemovalOptions {
    fn default() -> Self {
        Self {
            concurrency: 32,
            recovery: Recovery::default(),
            fence: None,
            now: OffsetDateTime::UNIX_EPOCH,
            time_scale: 1.0,
        }
    }
}

/// A takedown that was planned.
#[derive(Debug)]
pub struct Takedown {
    /// The deletions, as steps in the opposite order.
    pub rollout: Rollout,
    /// What [`Rollout::apply`] begins with. Its plan has an entry for every step of the environment.
    pub planned: Planned,
    /// What is known of each thing that exists, whether it goes or stays: its id above all.
    pub known: BTreeMap<super::Key, Outputs>,
}

impl Rollout {
    /// Looks at the whole environment and says what would be taken down, what would stay, and what is in the way.
    ///
    /// # Errors
    /// When the deletions make no order, which is a mistake in this program.
    pub async fn plan_removal(&self, options: &RemovalOptions) -> Result<Takedown, GraphError> {
        if let Some(fence) = &options.fence {
            fence.only_delete();
        }
        let listings = Listings::new();
        let looks = self
            .look_at_all(&listings, options.concurrency, Purpose::Plan)
            .await;
        self.let_fence_learn(&looks, options.fence.as_ref());
        let metas: Vec<&Meta> = self.steps.iter().map(|step| step.meta()).collect();
        let ids: Vec<Option<String>> = looks.iter().map(id_of).collect();
        let own = Arc::new(Own {
            ids: self.own_ids(&looks, &ids),
            markable: self.markable(),
        });
        let at = |key: &super::Key| self.graph.index.get(key).copied();
        let mut fates: Vec<Fate> = self
            .steps
            .iter()
            .zip(&looks)
            .map(|(step, look)| fates::of_itself(step.as_ref(), look, at))
            .collect();
        let (around, unseen) = self.look_around(&listings, &looks, &fates).await;
        let fence = options.fence.as_ref();
        fates::heed_surroundings(&mut fates, &metas, &around, &unseen, &own, fence);
        fates::keep_what_is_needed(&mut fates, &metas, &ids, &self.graph);
        self.follow_parents(&mut fates);
        let rollout = self.removers(&fates, &looks, &own, options)?;
        let plan = self.removal_plan(&fates, &looks, &rollout, &listings, options);
        let known = self.known(&looks);
        let now = Instant::now();
        let seen = rollout.steps.iter().map(|step| {
            let at = self.graph.index.get(&step.meta().key);
            let first = at.and_then(|at| looks.get(*at)).cloned();
            first.unwrap_or_else(|| Look::new(Ok(Observed::Absent), 0))
        });
        let looks = seen
            .map(|look| Look {
                at: now,
                unchanged: false,
                blocked: false,
                observed: match look.observed {
                    Ok(seen @ Observed::Present { .. }) => Ok(seen),
                    _ => Ok(Observed::Absent),
                },
                ..look
            })
            .collect();
        Ok(Takedown {
            rollout,
            planned: Planned { plan, looks },
            known,
        })
    }

    /// What was seen as the environment's own may be written as far as the fence is concerned: it lets deletions through one
    /// by one.
    pub(in crate::engine) fn let_fence_learn(&self, looks: &[Look], fence: Option<&Fence>) {
        let Some(fence) = fence else { return };
        for (step, look) in self.steps.iter().zip(looks) {
            match &look.observed {
                Ok(Observed::Present { mark, outputs, .. }) if *mark != Mark::Foreign => {
                    fence.learn(step.meta(), outputs);
                }
                Ok(Observed::ManualDone { outputs }) => fence.learn(step.meta(), outputs),
                _ => {}
            }
        }
    }

    fn own_ids(&self, looks: &[Look], ids: &[Option<String>]) -> BTreeSet<String> {
        let all = self.steps.iter().zip(looks).zip(ids);
        all.filter(|((step, look), _)| {
            let ours = matches!(
                &look.observed,
                Ok(Observed::Present { mark, .. }) if *mark != Mark::Foreign
            );
            ours && step.meta().owner != OwnedBy::Given
        })
        .filter_map(|(_, id)| id.clone())
        .collect()
    }

    /// The types of things inside others that bear a mark of their own.
    fn markable(&self) -> BTreeSet<String> {
        let metas = self.steps.iter().map(|step| step.meta());
        metas
            .filter(|meta| meta.owner == OwnedBy::Mark)
            .map(|meta| meta.kind.to_lowercase())
            .collect()
    }

    /// Looks around in every place in which something would be deleted.
    async fn look_around(
        &self,
        listings: &Listings,
        looks: &[Look],
        fates: &[Fate],
    ) -> (Vec<Surroundings>, Vec<(String, String)>) {
        let groups: Vec<String> = self
            .steps
            .iter()
            .zip(fates)
            .filter(|(step, _)| step.meta().kind == GROUPS)
            .filter_map(|(_, fate)| match fate {
                Fate::Deleted(address) => Some(address.as_str().to_owned()),
                _ => None,
            })
            .collect();
        let searches = self.surveys.iter().map(|survey| {
            let groups = &groups;
            async move {
                let meta = survey.meta();
                let needed = self.known_to(&meta.needs, looks);
                let place = needed.iter().find_map(|one| {
                    let id = one.outputs.as_ref()?.get("id")?.as_str()?;
                    Some(id.to_lowercase())
                });
                let inputs = Inputs::new(&meta.key, needed);
                let cx = Observe::new(meta, inputs, listings, Purpose::Plan, None);
                (place, survey.look(&cx, groups).await)
            }
        });
        let (mut around, mut unseen) = (Vec::new(), Vec::new());
        for (place, seen) in futures::future::join_all(searches).await {
            match seen {
                Ok(seen) => around.push(seen),
                Err(error) if error.is_not_known_yet() => {}
                Err(error) => {
                    unseen.push((place.unwrap_or_default(), error.full_message()));
                }
            }
        }
        (around, unseen)
    }

    fn known_to(&self, needs: &[super::Key], looks: &[Look]) -> Vec<Dependency> {
        let needs = needs.iter().map(|key| {
            let look = self.graph.index.get(key).and_then(|&at| looks.get(at));
            Dependency {
                key: key.clone(),
                outputs: Some(
                    look.map(|look| Arc::clone(&look.outputs))
                        .unwrap_or_default(),
                ),
                depth: 0,
            }
        });
        needs.collect()
    }

    /// A part goes, or stays, with what it is part of.
    fn follow_parents(&self, fates: &mut [Fate]) {
        for at in 0..fates.len() {
            let whole = fates::whole_of(fates, at);
            if whole == at {
                continue;
            }
            let name = self.steps.get(whole).map(|step| step.meta().name.clone());
            let fate = match fates.get(whole) {
                Some(Fate::Deleted(_)) => Fate::With(whole),
                Some(Fate::Stays(_) | Fate::Refused { .. }) => Fate::Stays(format!(
                    "it is part of {}, which stays",
                    name.unwrap_or_default()
                )),
                _ => Fate::Gone,
            };
            if let Some(slot) = fates.get_mut(at) {
                *slot = fate;
            }
        }
    }

    /// The deletions as steps. What an earlier run began to write is among them, so that the journal learns what became of it.
    fn removers(
        &self,
        fates: &[Fate],
        looks: &[Look],
        own: &Arc<Own>,
        options: &RemovalOptions,
    ) -> Result<Rollout, GraphError> {
        let begun = |at: usize| {
            let key = self.key(at);
            key.is_some_and(|key| options.recovery.open.contains_key(key))
        };
        let deleted: Vec<bool> = fates
            .iter()
            .enumerate()
            .map(|(at, fate)| match fate {
                Fate::Deleted(_) => true,
                Fate::Gone => begun(at),
                _ => false,
            })
            .collect();
        let said: Vec<(usize, usize)> = self
            .steps
            .iter()
            .enumerate()
            .flat_map(|(at, step)| {
                let before = step.meta().removed_after.iter();
                before.filter_map(move |key| Some((at, *self.graph.index.get(key)?)))
            })
            .collect();
        let first = opposite(&self.graph, &deleted, &said, |at| match fates.get(at) {
            Some(Fate::With(whole)) => Some(*whole),
            _ => None,
        });
        let pause =
            Duration::try_from_secs_f64(2.0 / options.time_scale).unwrap_or(Duration::from_secs(2));
        let mut steps: Vec<Arc<dyn Step>> = Vec::new();
        for (at, step) in self.steps.iter().enumerate() {
            if !deleted.get(at).copied().unwrap_or_default() {
                continue;
            }
            let needed = self.dependencies(at, |need| looks.get(need));
            let needs = first.get(at).into_iter().flatten();
            let address = match fates.get(at) {
                Some(Fate::Deleted(address)) => Some(address.clone()),
                _ => None,
            };
            let mut meta = step.meta().clone();
            meta.needs = needs.filter_map(|need| self.key(*need).cloned()).collect();
            meta.removes = true;
            meta.manual = false;
            let is_group = meta.kind == GROUPS;
            let survey = address.as_ref().filter(|_| is_group).and_then(|address| {
                let id = address.azure()?;
                self.surveys.iter().find(|survey| {
                    let known = self.known_to(&survey.meta().needs, looks);
                    known.iter().any(|one| {
                        let place = one.outputs.as_ref().and_then(|own| own.get("id"));
                        let place = place.and_then(|place| place.as_str());
                        place.is_some_and(|place| lies_in(&id, &place.to_lowercase()))
                    })
                })
            });
            let guard = survey.map(|survey| Guard {
                survey: Arc::clone(survey),
                needed: self.known_to(&survey.meta().needs, looks),
                own: Arc::clone(own),
            });
            steps.push(Arc::new(Remover {
                meta,
                step: Arc::clone(step),
                needed,
                address,
                fence: options.fence.clone(),
                guard,
                pause,
            }));
        }
        let rollout = Self::new(self.environment.clone(), steps)?;
        Ok(match &self.doors {
            Some(doors) => rollout.with_doors(Arc::clone(doors)),
            None => rollout,
        })
    }

    fn removal_plan(
        &self,
        fates: &[Fate],
        looks: &[Look],
        removers: &Rollout,
        listings: &Listings,
        options: &RemovalOptions,
    ) -> Plan {
        let mut parts: BTreeMap<usize, usize> = BTreeMap::new();
        for fate in fates {
            if let Fate::With(whole) = fate {
                *parts.entry(*whole).or_default() += 1;
            }
        }
        // Within a stage in the order of the run.
        let place: BTreeMap<&super::Key, usize> = removers
            .steps()
            .zip(0..)
            .map(|(step, place)| (&step.meta().key, place))
            .collect();
        let entry = |(at, fate): (usize, &Fate)| {
            let step = self.steps.get(at)?;
            let meta = step.meta();
            let look = looks.get(at);
            let action = match fate {
                Fate::Gone => Action::Gone,
                Fate::With(whole) => Action::GoesWith {
                    whole: self.key(*whole)?.clone(),
                },
                Fate::Stays(why) => Action::Stays { why: why.clone() },
                Fate::Refused { why, resolve } => Action::Refused {
                    why: why.clone(),
                    resolve: resolve.clone(),
                },
                Fate::Deleted(_) => Action::Delete {
                    parts: parts.get(&at).copied().unwrap_or_default(),
                    remains: look.and_then(|look| match &look.observed {
                        Ok(Observed::Present { document, .. }) => {
                            let remains = step.remains(document)?;
                            let last = options.now + time::Duration::days(remains.days.into());
                            Some(format!("{} (until {})", remains.what, last.date()))
                        }
                        _ => None,
                    }),
                },
            };
            Some(PlanEntry {
                key: meta.key.clone(),
                stage: meta.stage,
                tenant: meta.tenant.clone(),
                kind: meta.kind.clone(),
                name: meta.name.clone(),
                why: meta.why.clone(),
                action,
                after: Vec::new(),
                hidden_by: None,
                unfinished: options.recovery.open.contains_key(&meta.key),
            })
        };
        let mut entries: Vec<PlanEntry> = fates.iter().enumerate().filter_map(entry).collect();
        // The last stage of an apply is the first one here.
        entries.sort_by_key(|entry| {
            let place = place.get(&entry.key).copied().unwrap_or(usize::MAX);
            (std::cmp::Reverse(entry.stage), entry.tenant.clone(), place)
        });
        let open = options.recovery.windows.keys();
        Plan {
            environment: self.environment.clone(),
            totals: totals(&entries),
            entries,
            orphans: Vec::new(),
            notes: open
                .map(|door| {
                    format!(
                        "{}: destroy closes it before anything else",
                        door.left_open()
                    )
                })
                .collect(),
            observed: listings.stats(),
        }
    }
}

/// The id of what was seen, to be compared with others.
fn id_of(look: &Look) -> Option<String> {
    let id = look.outputs.get("id")?.as_str()?;
    Some(id.to_lowercase())
}
