//! One break for each kind of thing that the rollout makes: what somebody did to it, and what the next plan must show.

use serde_json::Value;

mod audit;
mod baseline;
mod certificates;
pub(crate) mod customers;
mod databases;
mod delivery;
mod domains;
mod entra_logs;
mod files;
mod foundations;
mod network;
mod probe;
mod stack;

/// What somebody did to one thing.
pub(crate) struct Break {
    /// In a few words.
    pub(crate) what: &'static str,
    /// The step whose thing it is.
    pub(crate) step: &'static str,
    pub(crate) edit: fn(&mut Value),
    pub(crate) shown: Shown,
    /// Checks beyond the step's own that see it too.
    pub(crate) seen_too: &'static [&'static str],
    /// In how many places it is mended at most: some things have parts with requests of their own.
    pub(crate) writes: usize,
}

impl Break {
    fn written_in(mut self, places: usize) -> Self {
        self.writes = places;
        self
    }
}

/// What the next plan shows of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shown {
    /// It is made again.
    Create,
    /// These fields are set back.
    Update(&'static [&'static str]),
    /// A person must act.
    Person,
    /// More than one thing is gone with it: no plan shows it alone.
    Upheaval,
}

/// What is seen from inside when the way to the databases is cut.
const NOBODY_GETS_IN: &[&str] = &[
    "inside/opens/hp2/corp_db",
    "inside/opens/hp2/hp2_db",
    "inside/opens/smx/corp_db",
];

/// The same, where the name leads nowhere.
const NOBODY_GETS_IN_BY_NAME: &[&str] = &[
    "control-plane/private-record/rhc-qa-sqlsvr",
    "inside/opens/hp2/corp_db",
    "inside/opens/hp2/hp2_db",
    "inside/opens/smx/corp_db",
];

fn one(what: &'static str, step: &'static str, shown: Shown, edit: fn(&mut Value)) -> Break {
    Break {
        what,
        step,
        edit,
        shown,
        seen_too: &[],
        writes: 1,
    }
}

/// Every break.
pub(crate) fn all() -> Vec<Break> {
    [
        foundations::subscriptions(),
        foundations::tenant_stage(),
        baseline::policies(),
        baseline::strangers(),
        certificates::certificates(),
        customers::applications(),
        customers::user_flow(),
        customers::second_factor(),
        customers::page(),
        entra_logs::entra_logs(),
        databases::databases(),
        network::network(),
        probe::probe(),
        stack::stack(),
        stack::bridge(),
        files::images_and_files(),
        domains::domains_stage(),
        audit::audit(),
        delivery::delivery(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
