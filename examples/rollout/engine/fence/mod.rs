//! The write fence: a request that would change what the environment file does not own is refused before it leaves,
//! even when a step is wrong.

mod announced;
mod check;
mod github;
mod ownership;
mod policy;
mod role_definitions;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use azure_core::http::policies::Policy;

use serde_json::Value;

use super::key::TenantKey;
use super::meta::{Meta, OwnedBy};
use super::values::Outputs;
use super::window::DoorName;

pub use check::Refusal;
pub use github::{GITHUB, GitHubRules};
pub use ownership::{GraphAccess, Hosts, Ownership, Protected, TenantRules};

/// The write fence of a run. Cheap to clone; all clones share what the run learns to own.
///
/// What the environment file says stands in [`Ownership`]. What is born or recognised in the run is added on the way: by
/// the engine from the outputs of a finished step, by the policy from the answer to a create, and by whoever knows more
/// ([`own`](Self::own), [`own_subscription`](Self::own_subscription), [`own_host`](Self::own_host)).
#[derive(Clone, Debug)]
pub struct Fence {
    ownership: Arc<Ownership>,
    learnt: Arc<RwLock<Learnt>>,
}

/// What became known during the run; everything in small letters.
#[derive(Clone, Debug, Default)]
struct Learnt {
    objects: BTreeMap<TenantKey, BTreeSet<String>>,
    /// The tenant of each subscription.
    subscriptions: BTreeMap<String, TenantKey>,
    /// Data-plane hosts (vaults) by tenant, with the path below which one may write; an empty one stands for all.
    hosts: BTreeMap<TenantKey, BTreeSet<(String, String)>>,
    /// Ids and domains of tenants born in the run.
    tenant_names: BTreeMap<TenantKey, BTreeSet<String>>,
    /// Once something is only looked at: what may be started all the same, by tenant and path.
    only: Option<BTreeSet<(TenantKey, String)>>,
    /// Once things are taken down: what may be deleted, by tenant and path, and nothing else is written.
    deletes: Option<BTreeSet<(TenantKey, String)>>,
    /// Once things are adopted: which marks may be written, and nothing else is.
    marks: Option<announced::Marks>,
}

impl Fence {
    /// A fence around what an environment file owns.
    pub fn new(ownership: Ownership) -> Self {
        Self {
            ownership: Arc::new(ownership),
            learnt: Arc::default(),
        }
    }

    /// The policy for the clients that speak to this tenant: put it into `ClientOptions::per_call_policies`.
    pub fn policy(&self, tenant: &TenantKey) -> Arc<dyn Policy> {
        Arc::new(policy::FencePolicy::new(self.clone(), tenant.clone()))
    }

    /// A tenant got its id. If that id is protected, every write to the tenant is refused from now on.
    pub fn name_tenant(&self, tenant: &TenantKey, id_or_domain: &str) {
        let mut learnt = self.write();
        let names = learnt.tenant_names.entry(tenant.clone()).or_default();
        names.insert(id_or_domain.to_lowercase());
    }

    /// A subscription of this tenant is the environment's: its own resource groups may be written.
    pub fn own_subscription(&self, tenant: &TenantKey, id: &str) {
        let mut learnt = self.write();
        learnt
            .subscriptions
            .insert(id.to_lowercase(), tenant.clone());
    }

    /// A directory object of this tenant is the environment's: the run made it, or saw its mark. `id` is what requests
    /// name it by: the object id, the app id, or the unique name of an upsert.
    pub fn own(&self, tenant: &TenantKey, id: &str) {
        let mut learnt = self.write();
        let objects = learnt.objects.entry(tenant.clone()).or_default();
        objects.insert(id.to_lowercase());
    }

    /// From now on things are only looked at: in Azure and in directories nothing is written any more, but that each of these
    /// jobs, by tenant and ARM id, may be started.
    pub fn only_start(&self, jobs: impl IntoIterator<Item = (TenantKey, String)>) {
        let path = |id: &str| format!("{}/start", id.trim_start_matches('/').to_lowercase());
        let jobs = jobs.into_iter().map(|(tenant, id)| (tenant, path(&id)));
        self.write().only = Some(jobs.collect());
    }

    /// Whether things are only looked at by now.
    pub fn only_looks(&self) -> bool {
        self.read().only.is_some()
    }

    /// A data-plane host (`rhc-qa-sqlsvr.database.windows.net`) is the environment's.
    pub fn own_host(&self, tenant: &TenantKey, host: &str) {
        self.own_below(tenant, host, "");
    }

    /// Of a data-plane host (`hp225qa-kv.vault.azure.net`) what lies below this path is the environment's
    /// (`certificates/rhc-hp2-qa-web`), and nothing else is written there.
    pub fn own_below(&self, tenant: &TenantKey, host: &str, path: &str) {
        let mut learnt = self.write();
        let hosts = learnt.hosts.entry(tenant.clone()).or_default();
        hosts.insert((host.to_lowercase(), path.to_lowercase()));
    }

    /// An earlier run opened this door, so the resource was the environment's then: it may be closed now, before the run has
    /// recognised anything. What is protected stays so.
    pub(super) fn reopened(&self, door: &DoorName) {
        let mut parts = door.resource.trim_start_matches('/').split('/');
        if let (Some("subscriptions"), Some(id)) = (parts.next(), parts.next()) {
            self.own_subscription(&door.tenant, id);
        }
    }

    /// A step is about to write its own: requests may name it by its name, and by the ids in these documents.
    pub(super) fn about_to_write<'v>(
        &self,
        meta: &Meta,
        documents: impl IntoIterator<Item = &'v Value>,
    ) {
        self.own(&meta.tenant, &meta.name);
        for document in documents {
            for field in ["id", "appId", "uniqueName"] {
                if let Some(id) = document.get(field).and_then(Value::as_str) {
                    self.own(&meta.tenant, id);
                }
            }
        }
    }

    /// A step is done: what it made or recognised as its own is the environment's. An output called `subscriptionId` is
    /// a subscription of the step's tenant; other outputs that are UUIDs are directory objects.
    pub(super) fn learn(&self, meta: &Meta, outputs: &Outputs) {
        for (name, value) in outputs.texts() {
            if name == "subscriptionId" {
                self.own_subscription(&meta.tenant, value);
            } else if meta.owner != OwnedBy::Given && uuid::Uuid::try_parse(value).is_ok() {
                self.own(&meta.tenant, value);
            }
        }
    }

    fn read(&self) -> RwLockReadGuard<'_, Learnt> {
        self.learnt.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Learnt> {
        self.learnt.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A path as paths are compared.
fn plain(path: &str) -> String {
    path.trim_matches('/').to_lowercase()
}
