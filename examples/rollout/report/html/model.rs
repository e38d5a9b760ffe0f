//! What the page tells of each step, put together from the plan, the apply and the steps' outputs.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;

use super::super::document::Document;
use super::super::timeline::{End, Span, Timeline};
use super::portal;
use crate::engine::{Action, Effect, Key, Outputs, PlanEntry, TenantKey};

/// Everything that a page is made of.
#[derive(Clone, Copy, Debug)]
pub struct Page<'a> {
    /// What the environment is called.
    pub title: &'a str,
    /// When the run ended, for people.
    pub at: &'a str,
    /// What the run came to.
    pub document: &'a Document,
    /// Which step needs which.
    pub needs: &'a BTreeMap<Key, Vec<Key>>,
    /// When each step was done.
    pub timeline: &'a Timeline,
    /// What is known of each thing: its id above all.
    pub outputs: &'a BTreeMap<Key, Outputs>,
    /// The tenants' domains. On an embedded cloud there are none: what it made is in no portal.
    pub domains: &'a BTreeMap<TenantKey, String>,
}

/// One step on the page.
pub(super) struct Row<'a> {
    pub(super) entry: &'a PlanEntry,
    pub(super) state: State,
    /// Positions of the rows that it needs.
    pub(super) needs: Vec<usize>,
    pub(super) span: Option<&'a Span>,
    pub(super) critical: bool,
    pub(super) id: Option<&'a str>,
    pub(super) link: Option<String>,
}

/// How a step stands at the end of the run. Each has a sign and words, so that nothing is told by colour alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum State {
    Failed,
    Foreign,
    Conflict,
    Blocked,
    NotBegun,
    Person,
    NotObserved,
    Refused,
    ToDelete,
    ToAdopt,
    ToCreate,
    ToUpdate,
    Created,
    Updated,
    DoneByPerson,
    Found,
    Deleted,
    Adopted,
    Unchanged,
    Stays,
    Gone,
}

impl State {
    /// Its sign, its words, and the class that colours it.
    pub(super) fn look(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Failed => ("!", "failed", "bad"),
            Self::Foreign => ("!", "not ours", "bad"),
            Self::Conflict => ("!", "in conflict", "bad"),
            Self::Blocked => ("–", "held up by a failure", "bad"),
            Self::NotBegun => ("–", "not begun", "warn"),
            Self::Person => ("*", "waits for a person", "warn"),
            Self::NotObserved => ("?", "not observed", "warn"),
            Self::Refused => ("!", "refused", "bad"),
            Self::ToDelete => ("-", "to delete", "plan"),
            Self::Deleted => ("-", "deleted", "good"),
            Self::ToAdopt => (">", "to adopt", "plan"),
            Self::Adopted => (">", "adopted", "good"),
            Self::Stays => ("=", "stays", "same"),
            Self::Gone => ("=", "gone", "same"),
            Self::ToCreate => ("+", "to create", "plan"),
            Self::ToUpdate => ("~", "to update", "plan"),
            Self::Created => ("+", "created", "good"),
            Self::Updated => ("~", "updated", "good"),
            Self::DoneByPerson => ("*", "done by a person", "good"),
            Self::Found => ("+", "found done", "good"),
            Self::Unchanged => ("=", "as wanted", "same"),
        }
    }

    fn of(entry: &PlanEntry, span: Option<&Span>, applied: bool) -> Self {
        match span.and_then(|span| span.end.as_ref()) {
            Some(End::Done(Effect::Created)) => return Self::Created,
            Some(End::Done(Effect::Updated)) => return Self::Updated,
            Some(End::Done(Effect::Recovered)) => return Self::Found,
            Some(End::Done(Effect::DoneByPerson)) => return Self::DoneByPerson,
            Some(End::Done(Effect::Deleted)) => return Self::Deleted,
            Some(End::Done(Effect::Adopted)) => return Self::Adopted,
            Some(End::Done(Effect::Unchanged)) => return Self::Unchanged,
            Some(End::Failed(_)) => return Self::Failed,
            Some(End::Blocked(_)) => return Self::Blocked,
            None => {}
        }
        match entry.action {
            Action::Unchanged => Self::Unchanged,
            Action::Manual { .. } => Self::Person,
            Action::Foreign { .. } => Self::Foreign,
            Action::Conflict { .. } => Self::Conflict,
            Action::Failed { .. } => Self::Failed,
            Action::Refused { .. } => Self::Refused,
            Action::Stays { .. } => Self::Stays,
            Action::Gone => Self::Gone,
            Action::GoesWith { .. } => Self::ToDelete,
            Action::Create { .. }
            | Action::Update { .. }
            | Action::NotObserved { .. }
            | Action::Delete { .. }
            | Action::Adopt(_)
                if applied =>
            {
                Self::NotBegun
            }
            Action::Create { .. } => Self::ToCreate,
            Action::Update { .. } => Self::ToUpdate,
            Action::NotObserved { .. } => Self::NotObserved,
            Action::Delete { .. } => Self::ToDelete,
            Action::Adopt(_) => Self::ToAdopt,
        }
    }
}

/// The rows of a page, in the plan's order.
pub(super) struct Rows<'a> {
    pub(super) all: Vec<Row<'a>>,
    pub(super) total: Duration,
}

impl<'a> Rows<'a> {
    pub(super) fn of(page: &Page<'a>) -> Self {
        let entries = page.document.details.plan.as_ref();
        let entries = entries.map_or(&[][..], |plan| plan.entries.as_slice());
        let at: HashMap<&Key, usize> = entries.iter().map(|one| &one.key).zip(0..).collect();
        let critical: BTreeSet<Key> = page.timeline.critical(page.needs);
        let applied = page.document.details.apply.is_some();
        let row = |entry: &'a PlanEntry| {
            let span = page.timeline.of(&entry.key);
            let outputs = page.outputs.get(&entry.key);
            let domain = page.domains.get(&entry.tenant);
            let needs = page.needs.get(&entry.key).into_iter().flatten();
            Row {
                entry,
                state: State::of(entry, span, applied),
                needs: needs.filter_map(|key| at.get(key).copied()).collect(),
                span,
                critical: critical.contains(&entry.key),
                id: outputs.and_then(|outputs| outputs.get("id")?.as_str()),
                link: outputs
                    .zip(domain)
                    .and_then(|(outputs, domain)| portal::link(entry, outputs, domain)),
            }
        };
        Self {
            all: entries.iter().map(row).collect(),
            total: page.timeline.total(),
        }
    }

    /// How many rows are in each state, the worst first.
    pub(super) fn states(&self) -> BTreeMap<State, usize> {
        let mut states = BTreeMap::new();
        for row in &self.all {
            *states.entry(row.state).or_default() += 1;
        }
        states
    }
}

impl Row<'_> {
    /// The last part of a resource type says enough; of other kinds nothing is dropped.
    pub(super) fn short_kind(&self) -> &str {
        let kind = self.entry.kind.as_str();
        if kind.starts_with("Microsoft.") || kind.starts_with("microsoft.") {
            kind.rsplit('/').next().unwrap_or(kind)
        } else {
            kind
        }
    }
}
