//! One break for each kind of thing that the rollout makes: what somebody did to it, and what the next plan must show.

use serde_json::Value;

mod baseline;
mod databases;
mod domains;
mod files;
mod foundations;
mod network;
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

fn one(what: &'static str, step: &'static str, shown: Shown, edit: fn(&mut Value)) -> Break {
    Break {
        what,
        step,
        edit,
        shown,
        seen_too: &[],
    }
}

/// Every break.
pub(crate) fn all() -> Vec<Break> {
    [
        foundations::subscriptions(),
        foundations::tenant_stage(),
        baseline::policies(),
        baseline::strangers(),
        databases::databases(),
        network::network(),
        stack::stack(),
        stack::bridge(),
        files::images_and_files(),
        domains::domains_stage(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
