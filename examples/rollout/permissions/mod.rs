//! What whoever carries a plan out must be allowed, and no more: read off the requests that a rehearsal sends.
//!
//! Permissions of Microsoft Graph are those that the operations need (the tables of the fakes, which `cargo xtask
//! conformance` compares with Microsoft's list). Azure's actions are named by the rule of Azure's role-based access control, and
//! those at resources which a request's body names (`join/action` and the like) by the tables of the fakes. Directory roles are
//! Microsoft's least privileged ones by task.

mod azure;
pub mod commands;
mod graph;
mod roles;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::connection::Sent;
use crate::engine::{Action, Doing, Key, Plan};
use crate::manifest::Manifest;
use crate::runbook::Recording;

pub use azure::action_of;
pub use roles::DirectoryRole;

/// What a plan needs in one tenant.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct TenantNeeds {
    /// The file's name for it.
    pub tenant: String,
    /// Its domain.
    pub domain: String,
    /// Permissions of Microsoft Graph, each with how many steps need it.
    pub graph: BTreeMap<String, usize>,
    /// Roles of the directory that a person needs to use them.
    pub directory_roles: BTreeSet<DirectoryRole>,
    /// Azure's actions, by the name of the subscription.
    pub azure: BTreeMap<String, AzureNeeds>,
    /// Requests of which nobody knows what they need, or where: they name a resource in no subscription of the plan.
    pub unknown: BTreeSet<String>,
    /// One of each list is needed: what is named above is the lightest of each.
    #[serde(skip)]
    pub graph_choices: BTreeSet<&'static [&'static str]>,
}

/// What a plan needs in one subscription.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct AzureNeeds {
    /// The plan makes it, and who makes a subscription owns it.
    pub made: bool,
    /// Actions of the control plane.
    pub actions: BTreeSet<String>,
    /// The same by the resource group in which they are needed; without one, in the subscription itself.
    #[serde(skip)]
    pub places: BTreeMap<Option<String>, BTreeSet<String>>,
    /// The step that finds the subscription out.
    #[serde(skip)]
    pub step: Option<Key>,
}

/// What a plan needs, tenant by tenant. Steps that are as wanted are looked at and not written.
pub fn needs(manifest: &Manifest, recording: &Recording, plan: &Plan) -> Vec<TenantNeeds> {
    let to_do: BTreeMap<&Key, bool> = plan
        .entries
        .iter()
        .map(|entry| (&entry.key, !matches!(entry.action, Action::Unchanged)))
        .collect();
    // The plan of some steps only does not search for what no step wants.
    let searches = |sent: &Sent| sent.doing == Doing::Searches;
    let mut of_steps = recording.planned.iter().filter(|sent| !searches(sent));
    let is_whole = of_steps.all(|sent| to_do.contains_key(&sent.step));
    // A thing that is there is seen by the plan's own questions, and asked for nothing else.
    let in_work = recording.planned.iter().chain(&recording.written);
    let in_work = in_work.filter(|sent| to_do.get(&sent.step) == Some(&true));
    let seen = recording.planned_again.iter();
    let is_seen = |sent: &&Sent| to_do.contains_key(&sent.step) || (is_whole && searches(sent));
    let asked: Vec<_> = in_work.chain(seen.filter(is_seen)).collect();
    by_tenant(manifest, recording, plan, &asked)
}

/// What the plan of a takedown needs: to look at everything, and to delete what is to be deleted. The recording is one of
/// a takedown.
pub fn needs_of_takedown(
    manifest: &Manifest,
    recording: &Recording,
    plan: &Plan,
) -> Vec<TenantNeeds> {
    let goes = |sent: &&Sent| {
        let entry = plan.entry(&sent.step);
        entry.is_some_and(|entry| matches!(entry.action, Action::Delete { .. }))
    };
    let deleted = recording.taken_down.deleted.iter().filter(goes);
    let asked: Vec<_> = recording.taken_down.planned.iter().chain(deleted).collect();
    by_tenant(manifest, recording, plan, &asked)
}

fn by_tenant(
    manifest: &Manifest,
    recording: &Recording,
    plan: &Plan,
    asked: &[&Sent],
) -> Vec<TenantNeeds> {
    let mut found = Vec::new();
    for (key, tenant) in &manifest.tenants {
        let own = |id: &Option<String>| {
            id.as_deref().and_then(|id| recording.domain(manifest, id))
                == Some(tenant.domain.as_str())
        };
        let own: Vec<_> = asked
            .iter()
            .copied()
            .filter(|sent| own(&sent.tenant))
            .collect();
        let mut needs = TenantNeeds {
            tenant: key.clone(),
            domain: tenant.domain.clone(),
            ..TenantNeeds::default()
        };
        graph::collect(recording, &own, &mut needs);
        azure::collect(recording, &own, plan, &mut needs);
        azure::collect_linked(manifest, recording, asked, plan, &mut needs);
        needs
            .directory_roles
            .extend(roles::of(needs.graph.keys().map(String::as_str)));
        if !own.is_empty() || !needs.azure.is_empty() {
            found.push(needs);
        }
    }
    found
}
