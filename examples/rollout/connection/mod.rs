//! The three ways to a cloud, as the steps see them: in process, served at an address, Azure.
//!
//! They differ in transport, clock and sign-in. Each client gets the write fence, the pacing of its tenant, and a
//! transport that counts.

mod counting;
mod databases;
mod discovery;
mod ownership;
mod served;
mod tap;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use azure_core::credentials::TokenCredential;
use azure_core::http::{HttpClient, Transport, new_http_client};
use rhc_core::fake::World;
use rhc_core::{ClientOptions, Clock, Cloud, Pacer, TenantId};
use rhc_sql_identity::Databases;
use rhc_sql_identity::fake::Vantage;

use crate::dns::{EmbeddedDns, Internet, Resolver};
use crate::embedded::github as embedded_github;
use crate::engine::{BlobAddress, Fence, GITHUB, JournalBlob, StepError, TenantKey};
use crate::github::{GitHubClient, GitHubToken};
use crate::manifest::Manifest;
use crate::sign_in::{Method, Nobody, Prompt, SignIn};
use crate::steps::Connect;
use counting::Counting;
pub use counting::{Exchange, Listener};
use databases::Fenced;
#[cfg(any(test, fuzzing))]
pub(crate) use discovery::discover;

pub(crate) use databases::{Way, on_azure};
pub use ownership::fence;
pub use served::{ADMIN_PATH, About, FORMAT, Served, ServedError, SqlListeners, Task};
pub use tap::{Sent, Tap, What};

/// A way to a cloud.
pub struct Connection {
    cloud: Cloud,
    embedded: bool,
    databases: Way,
    /// Whether whoever works on an embedded cloud sits outside of the databases' network.
    outside: AtomicBool,
    transport: Arc<Counting>,
    clock: Clock,
    fence: Fence,
    sign_in: SignIn,
    github: Option<GitHubClient>,
    tap: Option<Tap>,
    accounts: Mutex<HashMap<(TenantKey, TenantId), Account>>,
}

/// Who we are in a tenant, and what its clients share.
struct Account {
    credential: Arc<dyn TokenCredential>,
    /// Whether the steps have it: when they ask again they want another one.
    handed_out: bool,
    /// With whether they are reached from outside.
    databases: Option<(bool, Arc<dyn Databases>)>,
    pacer: Arc<Pacer>,
}

impl Connection {
    /// To a cloud in this process. Its authority approves sign-ins by itself, and its GitHub has a token for us.
    pub fn embedded(manifest: &Manifest, world: &World) -> Arc<Self> {
        let token = GitHubToken::new(embedded_github::TOKEN);
        Self::embedded_with(manifest, world, Some(token))
    }

    /// As [`embedded`](Self::embedded), with another token for its GitHub, or none.
    pub fn embedded_with(
        manifest: &Manifest,
        world: &World,
        github: Option<GitHubToken>,
    ) -> Arc<Self> {
        Self::into_world(manifest, world, github, None)
    }

    /// As [`embedded`](Self::embedded), and everything that a step sends is written down.
    pub fn embedded_tapped(manifest: &Manifest, world: &World, tap: &Tap) -> Arc<Self> {
        let token = GitHubToken::new(embedded_github::TOKEN);
        Self::into_world(manifest, world, Some(token), Some(tap.clone()))
    }

    fn into_world(
        manifest: &Manifest,
        world: &World,
        github: Option<GitHubToken>,
        tap: Option<Tap>,
    ) -> Arc<Self> {
        Self::new(
            manifest,
            Some((world.clock(), Way::into_world(world))),
            world.transport(),
            Method::Device,
            Arc::new(Nobody),
            github,
            tap,
        )
    }

    /// To an embedded cloud that is served elsewhere, and that has said what time it is there.
    pub fn served(manifest: &Manifest, cloud: &Served, about: &About) -> Arc<Self> {
        let transport = cloud.transport();
        Self::new(
            manifest,
            Some((
                about.clock(),
                Way::to_served(cloud.address(), about.sql.as_ref()),
            )),
            transport,
            Method::Device,
            Arc::new(Nobody),
            Some(GitHubToken::new(embedded_github::TOKEN)),
            None,
        )
    }

    /// To Azure's public cloud, and to GitHub if there is a token.
    pub fn azure(
        manifest: &Manifest,
        method: Method,
        prompt: Arc<dyn Prompt>,
        github: Option<GitHubToken>,
    ) -> Arc<Self> {
        Self::new(
            manifest,
            None,
            new_http_client(None),
            method,
            prompt,
            github,
            None,
        )
    }

    /// An embedded cloud has a clock of its own.
    fn new(
        manifest: &Manifest,
        embedded: Option<(Clock, Way)>,
        transport: Arc<dyn HttpClient>,
        method: Method,
        prompt: Arc<dyn Prompt>,
        github: Option<GitHubToken>,
        tap: Option<Tap>,
    ) -> Arc<Self> {
        let transport = match &tap {
            Some(tap) => tap.on(transport),
            None => transport,
        };
        let transport = Counting::new(transport);
        let cloud = Cloud::public();
        let is_embedded = embedded.is_some();
        let (clock, databases) = embedded.unwrap_or((Clock::default(), Way::Network));
        let sign_in = SignIn {
            method,
            cloud: cloud.clone(),
            transport: Arc::clone(&transport) as Arc<dyn HttpClient>,
            clock,
            prompt,
            tenants: SignIn::tenants(manifest),
        };
        let mut connection = Self {
            fence: fence(manifest, &cloud),
            cloud,
            embedded: is_embedded,
            databases,
            outside: AtomicBool::new(false),
            transport,
            clock,
            sign_in,
            github: None,
            tap,
            accounts: Mutex::default(),
        };
        let options = connection.client_options(&TenantKey::new(GITHUB), None);
        // Only an address that is not https could be refused, and it is written in the client.
        connection.github =
            github.and_then(|token| GitHubClient::new(Arc::new(token), &options).ok());
        Arc::new(connection)
    }

    /// The time of day in that cloud.
    pub fn clock(&self) -> Clock {
        self.clock
    }

    /// On an embedded cloud, works like an operator at his own desk: on the outside of the databases' network. On Azure it is
    /// the computer's place that counts.
    pub fn work_from_outside(&self) {
        self.outside.store(self.embedded, Ordering::Relaxed);
    }

    /// The fence around all clients of this connection.
    pub fn fence(&self) -> &Fence {
        &self.fence
    }

    /// How many requests were sent so far.
    pub fn requests(&self) -> u64 {
        self.transport.sent()
    }

    /// Tells whoever wants to know of each exchange with a service as soon as it is over. The first listener stays.
    pub fn listen(&self, listener: Listener) {
        self.transport.told().listen(listener);
    }

    /// A credential to look with before the steps are run; they get the same one.
    ///
    /// # Errors
    /// Where nobody can sign in to the tenant.
    pub fn look_with(
        &self,
        tenant: &TenantKey,
        id: TenantId,
    ) -> Result<Arc<dyn TokenCredential>, StepError> {
        self.account(tenant, id, |account| Arc::clone(&account.credential))
    }

    /// The journal of an environment in a container of a storage account, of a subscription of the hosting tenant. It is outside of what
    /// the environment owns, so its requests pass no fence: they can reach this one container and nothing else.
    ///
    /// # Errors
    /// Where nobody can sign in to the hosting tenant, or it is not there yet.
    pub async fn journal(
        &self,
        manifest: &Manifest,
        address: &BlobAddress,
        who: &str,
    ) -> Result<JournalBlob, StepError> {
        let hosting = &manifest.environment.hosting_tenant;
        let file = manifest.tenant(hosting);
        let known = file.and_then(|tenant| tenant.id.as_deref()?.parse().ok());
        let id = match (known, file) {
            (Some(id), _) => Some(id),
            (None, Some(tenant)) => self.discover(&tenant.domain).await?,
            (None, None) => None,
        };
        let id = id.ok_or_else(|| {
            StepError::new(format!(
                "the journal's account is in the tenant '{hosting}', which is not there"
            ))
        })?;
        let credential = self.look_with(&TenantKey::new(hosting), id)?;
        let mut options = ClientOptions {
            clock: self.clock,
            ..ClientOptions::default()
        };
        // Nothing goes on while it waits, so it gives up sooner than others.
        options.retry.deadline = self.clock.scaled(Duration::from_secs(120));
        options.retry.try_timeout = self.clock.scaled(Duration::from_secs(30));
        let transport = Arc::clone(&self.transport) as Arc<dyn HttpClient>;
        options.client_options.transport = Some(Transport::new(transport));
        let folder = &manifest.environment.name;
        JournalBlob::new(address, folder, credential, &options, who).map_err(|error| {
            StepError::new("the journal in Blob Storage cannot be used").caused_by(error)
        })
    }

    fn accounts(&self) -> MutexGuard<'_, HashMap<(TenantKey, TenantId), Account>> {
        self.accounts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The account of a tenant, made at the first use.
    fn account<R>(
        &self,
        tenant: &TenantKey,
        id: TenantId,
        take: impl FnOnce(&mut Account) -> R,
    ) -> Result<R, StepError> {
        let mut accounts = self.accounts();
        let key = (tenant.clone(), id);
        if let Some(account) = accounts.get_mut(&key) {
            return Ok(take(account));
        }
        // The tenant has its id from now on, and if that is a protected one nothing may be written there.
        self.fence.name_tenant(tenant, &id.to_string());
        let account = accounts.entry(key).or_insert(Account {
            credential: self.sign_in.credential(tenant, id)?,
            handed_out: false,
            databases: None,
            pacer: self.pacer(),
        });
        Ok(take(account))
    }

    /// The ceilings of Graph and of Resource Manager at the speed of the cloud's clock.
    fn pacer(&self) -> Arc<Pacer> {
        let mut ceilings = rhc_graph::pacing::ceilings();
        ceilings.extend(rhc_arm::pacing::ceilings());
        for ceiling in &mut ceilings {
            ceiling.refill = self.clock.scaled(ceiling.refill);
        }
        Arc::new(Pacer::new(ceilings))
    }

    /// The databases that a tenant's account reaches from this place.
    fn databases_from(
        &self,
        tenant: &TenantKey,
        id: TenantId,
        from: Vantage,
    ) -> Result<Arc<dyn Databases>, StepError> {
        let credential = self.account(tenant, id, |account| Arc::clone(&account.credential))?;
        Ok(Arc::new(Fenced {
            databases: self
                .databases
                .databases(&self.cloud, credential, self.clock, from),
            fence: self.fence.clone(),
            tenant: tenant.clone(),
            tap: self.tap.clone(),
            told: self.transport.told().clone(),
        }))
    }

    fn client_options(&self, tenant: &TenantKey, pacer: Option<Arc<Pacer>>) -> ClientOptions {
        let mut options = ClientOptions {
            pacer,
            clock: self.clock,
            ..ClientOptions::default()
        };
        let transport = Arc::clone(&self.transport) as Arc<dyn HttpClient>;
        options.client_options.transport = Some(Transport::new(transport));
        options
            .client_options
            .per_call_policies
            .push(self.fence.policy(tenant));
        options
    }
}

#[async_trait]
impl Connect for Connection {
    fn cloud(&self) -> &Cloud {
        &self.cloud
    }

    fn credential(
        &self,
        tenant: &TenantKey,
        id: TenantId,
    ) -> Result<Arc<dyn TokenCredential>, StepError> {
        let first = self.account(tenant, id, |account| {
            let first = !std::mem::replace(&mut account.handed_out, true);
            first.then(|| Arc::clone(&account.credential))
        })?;
        if let Some(credential) = first {
            return Ok(credential);
        }
        let fresh = self.sign_in.credential(tenant, id)?;
        self.account(tenant, id, |account| {
            account.credential = Arc::clone(&fresh);
            account.databases = None;
        })?;
        Ok(fresh)
    }

    fn options(&self, tenant: &TenantKey, id: TenantId) -> ClientOptions {
        let pacer = self.account(tenant, id, |account| Arc::clone(&account.pacer));
        self.client_options(tenant, pacer.ok())
    }

    fn databases(&self, tenant: &TenantKey, id: TenantId) -> Result<Arc<dyn Databases>, StepError> {
        // Who only looks at an embedded cloud looks from where there is something to see.
        let outside = self.outside.load(Ordering::Relaxed) && !self.fence.only_looks();
        let known = self.account(tenant, id, |account| account.databases.clone())?;
        if let Some((_, made)) = known.filter(|(from, _)| *from == outside) {
            return Ok(made);
        }
        let from = if outside {
            Vantage::OUTSIDE
        } else {
            Vantage::Inside
        };
        let made = self.databases_from(tenant, id, from)?;
        self.account(tenant, id, |account| {
            account.databases = Some((outside, Arc::clone(&made)));
        })?;
        Ok(made)
    }

    fn databases_from_outside(
        &self,
        tenant: &TenantKey,
        id: TenantId,
    ) -> Result<Arc<dyn Databases>, StepError> {
        self.databases_from(tenant, id, Vantage::OUTSIDE)
    }

    fn resolver(&self) -> Arc<dyn Resolver> {
        if self.embedded {
            let transport = Arc::clone(&self.transport) as Arc<dyn HttpClient>;
            Arc::new(EmbeddedDns::new(transport))
        } else {
            Arc::new(Internet::new())
        }
    }

    fn github(&self) -> Option<GitHubClient> {
        self.github.clone()
    }

    async fn discover(&self, domain: &str) -> Result<Option<TenantId>, StepError> {
        let transport = Arc::clone(&self.transport) as Arc<dyn HttpClient>;
        discovery::discover(&transport, &self.cloud, self.clock, domain).await
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("embedded", &self.embedded)
            .field("sign_in", &self.sign_in)
            .field("github", &self.github.is_some())
            .field("requests", &self.requests())
            .finish_non_exhaustive()
    }
}
