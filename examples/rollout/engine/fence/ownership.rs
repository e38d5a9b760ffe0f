//! What an environment file owns, and what nobody may touch.

use std::collections::{BTreeMap, BTreeSet};

use super::super::key::TenantKey;
use super::github::GitHubRules;

/// What an environment file owns, and what nobody may touch. Names are compared in any case.
#[derive(Clone, Debug, Default)]
pub struct Ownership {
    /// The tenants that may be written at all.
    pub tenants: BTreeMap<TenantKey, TenantRules>,
    /// What is refused whatever else is said.
    pub protected: Protected,
    /// The repositories on GitHub that may be written at all, by `owner/name` in small letters.
    pub repositories: BTreeMap<String, GitHubRules>,
    /// Where the services are.
    pub hosts: Hosts,
}

/// What may be written in one tenant.
#[derive(Clone, Debug, Default)]
pub struct TenantRules {
    /// Its id and domains, as far as the file knows them.
    pub names: BTreeSet<String>,
    /// Its resource groups, in whichever of the environment's subscriptions they are.
    pub resource_groups: BTreeSet<String>,
    /// Subscription aliases that may be made.
    pub subscription_aliases: BTreeSet<String>,
    /// Single resources in what is somebody else's, by ARM id: they may be put, and nothing beside them.
    pub single_resources: BTreeSet<String>,
    /// Graph paths that may be written, without the version: `applications`, `identity/conditionalAccess/policies`. A `*`
    /// stands for the tenant's own id, which may not be known beforehand.
    pub graph: BTreeMap<String, GraphAccess>,
}

/// What may be written below a Graph path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GraphAccess {
    /// New objects, and those that are the environment's.
    Objects,
    /// Changing exactly this path in place: the tenant was born with it, and it is neither made nor deleted.
    Singleton,
    /// Everything: there is one per tenant, and the file owns the tenant.
    Whole,
}

/// What is refused whatever else is said.
#[derive(Clone, Debug, Default)]
pub struct Protected {
    /// Tenants, by id or any domain.
    pub tenants: BTreeSet<String>,
    /// Subscriptions, by id.
    pub subscriptions: BTreeSet<String>,
    /// Resource groups, by name, in whatever subscription.
    pub resource_groups: BTreeSet<String>,
    /// Resources, by name, in whatever resource group.
    pub resources: BTreeSet<String>,
}

/// Where the services are: a write to any other host is refused.
#[derive(Clone, Debug)]
pub struct Hosts {
    /// Azure Resource Manager.
    pub arm: BTreeSet<String>,
    /// Microsoft Graph.
    pub graph: BTreeSet<String>,
    /// GitHub's API.
    pub github: BTreeSet<String>,
    /// Token authorities, to which a POST asks for a token and changes nothing. A leading dot means any host below.
    pub authority: BTreeSet<String>,
}

impl Default for Hosts {
    /// The public cloud.
    fn default() -> Self {
        let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Self {
            arm: set(&["management.azure.com"]),
            graph: set(&["graph.microsoft.com"]),
            github: set(&["api.github.com"]),
            authority: set(&["login.microsoftonline.com", ".ciamlogin.com"]),
        }
    }
}

impl Hosts {
    pub(super) fn is_authority(&self, host: &str) -> bool {
        self.authority.iter().any(|name| {
            if name.starts_with('.') {
                host.len() > name.len() && host.ends_with(name.as_str())
            } else {
                name == host
            }
        })
    }
}

/// Whether a set holds this name, in any case.
pub(super) fn holds(set: &BTreeSet<String>, name: &str) -> bool {
    set.iter().any(|item| item.eq_ignore_ascii_case(name))
}
