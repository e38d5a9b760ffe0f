//! What becomes of each thing.

use serde_json::Value;

use super::super::fence::Fence;
use super::super::graph::Graph;
use super::super::meta::{Meta, OwnedBy};
use super::super::planning::Look;
use super::super::step::{Mark, Observed, Step};
use super::super::values::Outputs;
use super::{Address, Own, Removal, Surroundings, lies_in};

/// What becomes of a thing.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Fate {
    /// It is not there.
    Gone,
    /// It is deleted.
    Deleted(Address),
    /// It goes with the thing of the step at this position.
    With(usize),
    /// It stays as it is meant to.
    Stays(String),
    /// It stays because something is in the way.
    Refused { why: String, resolve: String },
}

const FOREIGN: &str =
    "if it is yours to delete, delete it yourself; the rollout deletes only what carries its mark";
const UNSEEN: &str = "see to it that it can be looked at, then run destroy again";
const AROUND: &str =
    "move it to another resource group or delete it yourself, then run destroy again";
const LOCKED: &str = "whoever put the lock there had a reason: ask him, remove the lock in the portal (Locks), then run destroy again";

/// What is in the way of deleting what has this id, with all that is in it.
pub(super) fn in_the_way(
    around: &Surroundings,
    id: &str,
    own: &Own,
) -> Option<(String, &'static str)> {
    let id = id.to_lowercase();
    let lock = around.locks.iter().find(|lock| {
        let scope = lock.scope.to_lowercase();
        scope == id || lies_in(&id, &scope) || lies_in(&scope, &id)
    });
    if let Some(lock) = lock {
        let notes = lock.notes.as_deref().filter(|notes| !notes.is_empty());
        let notes = notes.map_or_else(String::new, |notes| format!(", which says: {notes}"));
        let at = match lock.scope.to_lowercase() {
            scope if scope == id => String::new(),
            scope => format!(" at {}", scope.rsplit('/').next().unwrap_or_default()),
        };
        return Some((
            format!("it is locked by '{}'{at}{notes}", lock.name),
            LOCKED,
        ));
    }
    let strangers: Vec<String> = around
        .things
        .iter()
        .filter(|thing| {
            let inner = thing.id.to_lowercase();
            lies_in(&inner, &id) && own.is_stranger(thing)
        })
        .map(|thing| {
            let kind = thing.kind.rsplit('/').next().unwrap_or_default();
            let marked = if thing.marked {
                " (marked, and not in the file)"
            } else {
                ""
            };
            format!("{kind} {}{marked}", thing.name)
        })
        .collect();
    (!strangers.is_empty()).then(|| {
        let words = format!(
            "it holds what the rollout did not make: {}",
            strangers.join(", ")
        );
        (words, AROUND)
    })
}

/// What becomes of a thing by itself, before its surroundings are looked at.
pub(super) fn of_itself(
    step: &dyn Step,
    look: &Look,
    at: impl Fn(&super::super::key::Key) -> Option<usize>,
) -> Fate {
    let meta = step.meta();
    let unseen = |reason: String| match &meta.owner {
        // Whatever it is, it goes with what it is part of.
        OwnedBy::Parent(parent) => at(parent).map_or(Fate::Gone, Fate::With),
        _ => Fate::Refused {
            why: format!("it could not be looked at: {reason}"),
            resolve: UNSEEN.to_owned(),
        },
    };
    match &look.observed {
        Ok(Observed::Absent | Observed::Blocked { .. } | Observed::ManualPending { .. }) => {
            Fate::Gone
        }
        Ok(Observed::ManualDone { .. }) => match step.removal(&Value::Null, &Outputs::new()) {
            Removal::Stays(why) => Fate::Stays(why),
            Removal::With(key) => at(&key).map_or(Fate::Gone, Fate::With),
            Removal::Alone(_) => Fate::Stays(BY_HAND.to_owned()),
        },
        Ok(Observed::NotObserved { reason }) => unseen(reason.clone()),
        Err(error) => unseen(error.full_message()),
        Ok(Observed::Present {
            document,
            outputs,
            mark,
        }) => match step.removal(document, outputs) {
            Removal::Stays(why) => Fate::Stays(why),
            Removal::With(key) => at(&key).map_or(Fate::Gone, Fate::With),
            Removal::Alone(_) if *mark == Mark::Foreign => Fate::Refused {
                why: format!(
                    "it exists in tenant {} without this environment's mark",
                    meta.tenant
                ),
                resolve: FOREIGN.to_owned(),
            },
            Removal::Alone(address) => Fate::Deleted(address),
        },
    }
}

const BY_HAND: &str = "a person made it, and takes it away if it is not needed any more";

/// How a step's thing is taken down where the step does not say it.
pub(in crate::engine) fn usual(meta: &Meta) -> Removal {
    if let Some(why) = &meta.stays {
        return Removal::Stays(why.clone());
    }
    if meta.manual {
        return Removal::Stays(BY_HAND.to_owned());
    }
    match &meta.owner {
        OwnedBy::Parent(parent) => Removal::With(parent.clone()),
        OwnedBy::Singleton => {
            Removal::Stays("every tenant has one, which stays as the rollout set it".to_owned())
        }
        OwnedBy::Given => Removal::Stays(
            "the environment file names it as something that existed before".to_owned(),
        ),
        OwnedBy::Mark | OwnedBy::DerivedId => Removal::Stays(
            "this version does not know how to take it down: delete it yourself".to_owned(),
        ),
    }
}

/// Refuses what its surroundings forbid. `unseen` are places that could not be looked at.
pub(super) fn heed_surroundings(
    fates: &mut [Fate],
    metas: &[&Meta],
    around: &[Surroundings],
    unseen: &[(String, String)],
    own: &Own,
    fence: Option<&Fence>,
) {
    for (fate, meta) in fates.iter_mut().zip(metas) {
        let Fate::Deleted(address) = fate else {
            continue;
        };
        if let Some(Err(refusal)) = fence.map(|fence| fence.would_delete(&meta.tenant, address)) {
            *fate = Fate::Refused {
                why: refusal.reason,
                resolve: "the environment file says so: nothing is to be done".to_owned(),
            };
            continue;
        }
        let Some(id) = address.azure() else {
            continue;
        };
        let blind = unseen.iter().find(|(place, _)| lies_in(&id, place));
        let met = match blind {
            Some((_, reason)) => Some((
                format!("what else lies there could not be seen: {reason}"),
                UNSEEN,
            )),
            None => around
                .iter()
                .find_map(|around| in_the_way(around, &id, own)),
        };
        if let Some((why, resolve)) = met {
            *fate = Fate::Refused {
                why,
                resolve: resolve.to_owned(),
            };
        }
    }
}

/// What stays keeps what it stands in and what it needs.
pub(super) fn keep_what_is_needed(
    fates: &mut [Fate],
    metas: &[&Meta],
    ids: &[Option<String>],
    graph: &Graph,
) {
    let name = |at: usize| {
        let meta = metas.get(at);
        meta.map_or_else(String::new, |meta| {
            let kind = meta.kind.rsplit('/').next().unwrap_or_default();
            format!("{kind} {}", meta.name)
        })
    };
    loop {
        let mut changes = Vec::new();
        for (at, fate) in fates.iter().enumerate() {
            let Fate::Deleted(address) = fate else {
                continue;
            };
            // What it holds.
            if let Some(outer) = address.azure() {
                let inner = ids.iter().enumerate().find_map(|(inner, id)| {
                    let inside = id.as_deref().is_some_and(|id| lies_in(id, &outer));
                    match fates.get(inner) {
                        Some(Fate::Refused { resolve, .. }) if inside => {
                            Some((inner, Some(resolve.clone())))
                        }
                        Some(Fate::Stays(_)) if inside => Some((inner, None)),
                        _ => None,
                    }
                });
                if let Some((inner, resolve)) = inner {
                    let why = format!("it holds {}, which stays", name(inner));
                    changes.push((at, stays(why, resolve)));
                    continue;
                }
            }
            // Who needs it, by itself or as part of something.
            let mut dependents = graph.all_needed_by(at);
            dependents.sort_unstable();
            let refused = dependents.into_iter().find_map(|dependent| {
                let whole = whole_of(fates, dependent);
                match fates.get(whole) {
                    Some(Fate::Refused { resolve, .. }) if whole != at => {
                        Some((whole, resolve.clone()))
                    }
                    _ => None,
                }
            });
            if let Some((dependent, resolve)) = refused {
                let why = format!("{} needs it, and stays", name(dependent));
                changes.push((at, stays(why, Some(resolve))));
            }
        }
        if changes.is_empty() {
            return;
        }
        for (at, fate) in changes {
            if let Some(slot) = fates.get_mut(at) {
                *slot = fate;
            }
        }
    }
}

/// What a part goes or stays with; itself, if it is no part.
pub(super) fn whole_of(fates: &[Fate], at: usize) -> usize {
    let (mut whole, mut hops) = (at, 0);
    while let Some(Fate::With(next)) = fates.get(whole)
        && hops < fates.len()
    {
        whole = *next;
        hops += 1;
    }
    whole
}

fn stays(why: String, resolve: Option<String>) -> Fate {
    match resolve {
        Some(resolve) => Fate::Refused { why, resolve },
        None => Fate::Stays(why),
    }
}
