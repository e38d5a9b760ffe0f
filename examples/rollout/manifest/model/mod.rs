//! The environment file as plain data: one struct per table of the file, one field per key.
//!
//! Optional keys are `Option`; a list that is absent is empty. Everything is owned, so that a step can keep what it needs.
//! The values have been checked when they come from [`Manifest::parse`](super::Manifest::parse).

mod app;
mod database;
mod identity;
mod network;
mod operations;
mod tenant;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use app::*;
pub use database::*;
pub use identity::*;
pub use network::*;
pub use operations::*;
pub use tenant::*;

/// One environment: everything that the rollout makes, and everything that it must never touch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// Version of this file's format; [`Manifest::FORMAT`] is the only one there is.
    pub format: u32,
    /// What the environment is called and where it stands.
    pub environment: Environment,
    /// The tenants that take part, by the key that the rest of the file uses for them.
    pub tenants: BTreeMap<String, Tenant>,
    /// What is never written.
    pub protected: Protected,
    /// Who pays for new subscriptions.
    pub billing: Billing,
    /// The subscriptions, by the key that the rest of the file uses for them.
    pub subscriptions: BTreeMap<String, Subscription>,
    /// The virtual network and what stands in it.
    pub network: Network,
    /// The SQL server, its databases, its administrators and its audit.
    pub database: Database,
    /// The applications, by the key that also becomes their `rhc-app` tag.
    pub apps: BTreeMap<String, App>,
    /// How the apps' users sign in.
    pub customers: Customers,
    /// The application as which the automation itself acts.
    pub automation: Automation,
    /// How long logs are kept, and which tenants export theirs.
    pub logs: Logs,
    /// What all key vaults have in common.
    pub vaults: Vaults,
    /// The public image that a new container app starts with.
    pub bootstrap: Bootstrap,
    /// The image that looks at the environment from inside.
    pub probe: Probe,
    /// The public DNS zone of the apps.
    pub dns: Dns,
    /// The person who runs the rollout.
    pub operator: Operator,
    /// Where the journal of real runs is kept, if not beside the state.
    pub journal: Option<Journal>,
    /// Practices: limits, and the first ones if there are any yet.
    pub practices: Practices,
    /// What only a person can show.
    pub compliance: Compliance,
}

/// What the environment is called and where it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Environment {
    /// Short name, part of most other names: `qa`.
    pub name: String,
    /// Readable name.
    pub display_name: String,
    /// The company's part of a name: `rhc`.
    pub prefix: String,
    /// Azure region of everything that has a region: `eastus2`.
    pub location: String,
    /// Key of the workforce tenant that hosts the apps' resources.
    pub hosting_tenant: String,
    /// Value of the tag `rhc-cost-center`.
    pub cost_center: String,
    /// Which phase of the project this environment belongs to (1 QA, 2 production).
    pub phase: u8,
}
