//! Taking an environment down: what is deleted, in which order, what goes with it, what stays, and what is refused.
//!
//! Everything is looked at as for a plan. What carries the environment's proof of ownership becomes a step of a run of its
//! own, in the opposite order; that run is carried out like any other, with the same journal, lanes, attempts and stops.

mod fates;
mod order;
mod planned;
mod remover;
mod survey;

use std::collections::BTreeSet;

use super::key::Key;
use super::meta::Meta;

pub use planned::{RemovalOptions, Takedown};
pub use survey::{Guarded, Neighbour, Surroundings, Survey};

/// How a thing that exists is taken down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Removal {
    /// By a deletion of its own.
    Alone(Address),
    /// With the thing of this step, which it is part of.
    With(Key),
    /// Not by the rollout, and why.
    Stays(String),
}

impl Removal {
    /// How a thing is taken down of which nothing else is said: by whose it is.
    pub fn of(meta: &Meta) -> Self {
        fates::usual(meta)
    }

    /// By a deletion of its own, unless it is meant to stay.
    pub fn alone(meta: &Meta, address: Address) -> Self {
        match &meta.stays {
            Some(why) => Self::Stays(why.clone()),
            None => Self::Alone(address),
        }
    }
}

/// Where a thing stands that can be deleted, as its service addresses it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Address {
    /// An id of Azure Resource Manager.
    Azure(String),
    /// A path of Microsoft Graph, without the version: `applications/<id>`.
    Graph(String),
    /// A path of GitHub's API: `repos/<owner>/<name>/contents/<file>`.
    GitHub(String),
}

impl Address {
    /// The id or path.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Azure(path) | Self::Graph(path) | Self::GitHub(path) => path,
        }
    }

    /// The id in Azure, to be compared with others.
    pub(super) fn azure(&self) -> Option<String> {
        match self {
            Self::Azure(id) => Some(id.to_lowercase()),
            Self::Graph(_) | Self::GitHub(_) => None,
        }
    }
}

/// What is left of a thing for a while after it was deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remains {
    /// For how many days.
    pub days: u32,
    /// What that means, as one clause.
    pub what: String,
}

/// What is the environment's own in Azure; everything in small letters.
#[derive(Debug)]
struct Own {
    /// The ids.
    ids: BTreeSet<String>,
    /// The types whose things bear a mark of their own.
    markable: BTreeSet<String>,
}

impl Own {
    /// Whether somebody else put this here. What can bear no mark is part of what it stands in.
    fn is_stranger(&self, thing: &Neighbour) -> bool {
        let (id, kind) = (thing.id.to_lowercase(), thing.kind.to_lowercase());
        let is_part = kind.split('/').count() > 2 && !self.markable.contains(&kind);
        !thing.made_by_service && !is_part && !self.ids.contains(&id)
    }
}

/// Whether one id in Azure lies inside what has another one; both in small letters.
fn lies_in(id: &str, outer: &str) -> bool {
    id.strip_prefix(outer)
        .is_some_and(|rest| rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::lies_in;

    #[test]
    fn a_name_that_begins_like_another_does_not_lie_in_it() {
        assert!(lies_in(
            "/s/a/resourcegroups/rg/x",
            "/s/a/resourcegroups/rg"
        ));
        assert!(!lies_in(
            "/s/a/resourcegroups/rg-2/x",
            "/s/a/resourcegroups/rg"
        ));
        assert!(!lies_in("/s/a", "/s/a"));
    }
}
