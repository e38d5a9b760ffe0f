//! What a check has at hand: the file, the clients, and what was read of the steps' things.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use rhc_arm::{ArmClient, Resource, ResourceId, ResourceType};
use rhc_core::TenantId;
use rhc_graph::GraphClient;
use rhc_sql_identity::Databases;

use super::check::Unproven;
use super::outside::Outside;
use crate::engine::{Checked, Inputs, Key};
use crate::manifest::Manifest;
use crate::steps::{Clients, TenantRef};

/// What a check has at hand.
pub struct Context<'a> {
    manifest: &'a Manifest,
    clients: &'a Clients,
    checked: &'a Checked,
    reader: Key,
    /// Tenants that were asked for by their domain.
    found: Mutex<BTreeMap<String, TenantId>>,
}

impl<'a> Context<'a> {
    pub(super) fn new(manifest: &'a Manifest, clients: &'a Clients, checked: &'a Checked) -> Self {
        Self {
            manifest,
            clients,
            checked,
            reader: Key::new("verification"),
            found: Mutex::default(),
        }
    }

    /// The environment file.
    pub fn manifest(&self) -> &'a Manifest {
        self.manifest
    }

    /// What was read of the steps' things.
    pub fn checked(&self) -> &'a Checked {
        self.checked
    }

    /// How the cloud is reached.
    pub fn clients(&self) -> &'a Clients {
        self.clients
    }

    /// A tenant's id: the file's, or what the authority says of its domain. No step is asked.
    ///
    /// # Errors
    /// Where there is no such tenant.
    pub async fn tenant_id(&self, key: &str) -> Result<TenantId, Unproven> {
        let tenant = self.manifest.tenant(key).ok_or_else(|| {
            Unproven::because(format!("the environment file has no tenant '{key}'"))
        })?;
        if let Some(id) = tenant.id.as_ref().and_then(|id| id.parse().ok()) {
            return Ok(id);
        }
        if let Some(id) = self.found().get(key) {
            return Ok(*id);
        }
        let asked = self.clients.connection().discover(&tenant.domain).await?;
        let id = asked
            .ok_or_else(|| Unproven::because(format!("there is no tenant {}", tenant.domain)))?;
        self.found().insert(key.to_owned(), id);
        Ok(id)
    }

    fn found(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, TenantId>> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A tenant's directory.
    ///
    /// # Errors
    /// Where there is no such tenant, or nobody can sign in to it.
    pub async fn graph(&self, key: &str) -> Result<GraphClient, Unproven> {
        let tenant = TenantRef::given(key, self.tenant_id(key).await?);
        Ok(self.clients.graph(&tenant, &self.inputs())?)
    }

    /// Resource Manager as a tenant's credential sees it.
    ///
    /// # Errors
    /// As [`graph`](Self::graph).
    pub async fn arm(&self, key: &str) -> Result<ArmClient, Unproven> {
        let tenant = TenantRef::given(key, self.tenant_id(key).await?);
        Ok(self.clients.arm(&tenant, &self.inputs())?)
    }

    /// The way to a tenant's databases.
    ///
    /// # Errors
    /// As [`graph`](Self::graph).
    pub async fn databases(&self, key: &str) -> Result<Arc<dyn Databases>, Unproven> {
        let id = self.tenant_id(key).await?;
        Ok(self.clients.connection().databases(&key.into(), id)?)
    }

    /// The same databases from the internet.
    ///
    /// # Errors
    /// As [`graph`](Self::graph), and where there is no way to try it.
    pub async fn databases_from_outside(&self, key: &str) -> Result<Arc<dyn Databases>, Unproven> {
        let id = self.tenant_id(key).await?;
        let connection = self.clients.connection();
        Ok(connection.databases_from_outside(&key.into(), id)?)
    }

    pub(super) async fn outside(&self, key: &str) -> Result<Outside, Unproven> {
        let id = self.tenant_id(key).await?;
        let connection = self.clients.connection();
        Ok(Outside::new(&connection.options(&key.into(), id)))
    }

    /// A resource of the environment, read anew by its id.
    ///
    /// # Errors
    /// Where it is not there: its own check says so.
    pub async fn resource<R: ResourceType>(&self, name: &str) -> Result<Resource<R>, Unproven> {
        let missing = || Unproven::because(format!("{} {name} is not there", R::TYPE));
        let step = self.checked.named(R::TYPE, name).ok_or_else(missing)?;
        let id: ResourceId = step
            .id()
            .ok_or_else(missing)?
            .parse()
            .map_err(|error| Unproven::because(format!("its id is none: {error}")))?;
        let arm = self.arm(step.meta.tenant.as_str()).await?;
        let parent = id.parent().ok_or_else(missing)?;
        let found = arm.resources::<R>(parent).get_opt(id.name()).await?;
        found.ok_or_else(missing)
    }

    fn inputs(&self) -> Inputs<'_> {
        self.checked.inputs(&self.reader)
    }
}

impl fmt::Debug for Context<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context")
            .field("environment", &self.manifest.environment.name)
            .finish_non_exhaustive()
    }
}
