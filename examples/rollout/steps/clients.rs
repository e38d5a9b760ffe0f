//! The clients of every tenant, made when a tenant's id is known: some tenants are born in the run.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use azure_core::credentials::{AccessToken, TokenCredential};
use rhc_arm::{ArmClient, ArmClientOptions};
use rhc_core::{ClientOptions, Cloud, TenantId};
use rhc_external_id::{KeyVaultClient, KeyVaultClientOptions};
use rhc_graph::{GraphClient, GraphClientOptions};
use rhc_sql_identity::Databases;
use serde::Deserialize;

use crate::dns::Resolver;
use crate::engine::{Inputs, Meta, Output, StepError, TenantKey};
use crate::github::GitHubClient;
use crate::preflight;

/// How the clouds are reached: one implementation in process, one over an address, one for Azure.
#[async_trait]
pub trait Connect: Send + Sync {
    /// Where the services are.
    fn cloud(&self) -> &Cloud;

    /// Who we are in a tenant.
    ///
    /// # Errors
    /// Where nobody has signed in to it and nobody can.
    fn credential(
        &self,
        tenant: &TenantKey,
        id: TenantId,
    ) -> Result<Arc<dyn TokenCredential>, StepError>;

    /// Transport, fence, pacing and clock of the clients of a tenant.
    fn options(&self, tenant: &TenantKey, id: TenantId) -> ClientOptions;

    /// The way to a tenant's databases.
    ///
    /// # Errors
    /// Where nobody has signed in to the tenant and nobody can.
    fn databases(&self, tenant: &TenantKey, id: TenantId) -> Result<Arc<dyn Databases>, StepError>;

    /// The same databases from the internet, where anybody is: to see that nobody is let in from there.
    ///
    /// # Errors
    /// Where nobody has signed in to the tenant and nobody can, or there is no way to try it.
    fn databases_from_outside(
        &self,
        tenant: &TenantKey,
        id: TenantId,
    ) -> Result<Arc<dyn Databases>, StepError> {
        let _ = (tenant, id);
        Err(StepError::new(
            "a server's door cannot be tried from the internet over this connection",
        ))
    }

    /// Public DNS.
    fn resolver(&self) -> Arc<dyn Resolver>;

    /// GitHub, as the token sees it that somebody gave; nothing without one.
    fn github(&self) -> Option<GitHubClient> {
        None
    }

    /// The id of the tenant with this domain, from its public metadata. `None`: there is no such tenant.
    ///
    /// # Errors
    /// Where the authority cannot be asked.
    async fn discover(&self, domain: &str) -> Result<Option<TenantId>, StepError>;
}

/// The clients, made once per tenant. Cheap to clone.
#[derive(Clone)]
pub struct Clients(Arc<Inner>);

struct Inner {
    connect: Arc<dyn Connect>,
    /// Users of databases that may be replaced, by name.
    replaced: BTreeSet<String>,
    made: Mutex<HashMap<(TenantKey, TenantId), Made>>,
}

#[derive(Clone)]
struct Made {
    credential: Arc<dyn TokenCredential>,
    arm: ArmClient,
    graph: GraphClient,
}

impl Clients {
    /// Clients over this connection.
    pub fn new(connect: Arc<dyn Connect>) -> Self {
        Self::replacing(connect, BTreeSet::new())
    }

    /// As [`new`](Self::new), where a person has said that these users of databases may be replaced whose names belong to
    /// another identity.
    pub fn replacing(connect: Arc<dyn Connect>, users: BTreeSet<String>) -> Self {
        Self(Arc::new(Inner {
            connect,
            replaced: users,
            made: Mutex::default(),
        }))
    }

    /// The users of databases that may be replaced.
    pub fn replaced(&self) -> &BTreeSet<String> {
        &self.0.replaced
    }

    /// How the cloud is reached.
    pub fn connection(&self) -> &dyn Connect {
        &*self.0.connect
    }

    /// Resource Manager as seen by the tenant's credential.
    ///
    /// # Errors
    /// Where nobody can sign in to the tenant.
    pub fn arm(&self, tenant: &TenantRef, inputs: &Inputs<'_>) -> Result<ArmClient, StepError> {
        Ok(self.made(&tenant.key, tenant.id(inputs)?)?.arm)
    }

    /// The tenant's directory.
    ///
    /// # Errors
    /// Where nobody can sign in to the tenant.
    pub fn graph(&self, tenant: &TenantRef, inputs: &Inputs<'_>) -> Result<GraphClient, StepError> {
        Ok(self.made(&tenant.key, tenant.id(inputs)?)?.graph)
    }

    /// Resource Manager as seen by the credential of a tenant whose id is known without a step.
    ///
    /// # Errors
    /// Where nobody can sign in to the tenant.
    pub fn arm_at(&self, tenant: &TenantKey, id: TenantId) -> Result<ArmClient, StepError> {
        Ok(self.made(tenant, id)?.arm)
    }

    /// The directory of a tenant whose id is known without a step.
    ///
    /// # Errors
    /// Where nobody can sign in to the tenant.
    pub fn graph_at(&self, tenant: &TenantKey, id: TenantId) -> Result<GraphClient, StepError> {
        Ok(self.made(tenant, id)?.graph)
    }

    /// Who we are in a tenant whose id is known without a step.
    ///
    /// # Errors
    /// Where nobody can sign in to the tenant.
    pub fn credential_at(
        &self,
        tenant: &TenantKey,
        id: TenantId,
    ) -> Result<Arc<dyn TokenCredential>, StepError> {
        Ok(self.made(tenant, id)?.credential)
    }

    /// The data plane of a vault (`https://hp225qa-kv.vault.azure.net/`) with the same credential.
    ///
    /// # Errors
    /// Where nobody can sign in to the tenant, or that is no address.
    pub fn vault_at(
        &self,
        tenant: &TenantKey,
        id: TenantId,
        address: &str,
    ) -> Result<KeyVaultClient, StepError> {
        let credential = self.made(tenant, id)?.credential;
        let options = KeyVaultClientOptions::from(self.0.connect.options(tenant, id));
        Ok(KeyVaultClient::new(address, credential, Some(options))?)
    }

    /// As whom we are signed in to a tenant, as Resource Manager knows us.
    ///
    /// # Errors
    /// Where nobody can sign in to the tenant, or the token does not say it.
    pub async fn ourselves(
        &self,
        tenant: &TenantKey,
        id: TenantId,
    ) -> Result<Ourselves, StepError> {
        let credential = self.made(tenant, id)?.credential;
        let scope = self.0.connect.cloud().resource_manager_scope();
        let token = credential.get_token(&[&scope], None).await;
        let token = token.map_err(|error| {
            StepError::new(format!("nobody is signed in to the tenant '{tenant}'"))
                .caused_by(error)
                .remedy("sign in to the tenant again, then run the same command again")
        })?;
        Ourselves::of(&token).ok_or_else(|| {
            StepError::new(format!(
                "the token of the tenant '{tenant}' does not say as whom we are signed in"
            ))
            .remedy("sign in in another way (--sign-in), then run the same command again")
        })
    }

    /// Who we are in the tenant, for a service that has no client here.
    ///
    /// # Errors
    /// Where nobody can sign in to the tenant.
    pub fn credential(
        &self,
        tenant: &TenantRef,
        inputs: &Inputs<'_>,
    ) -> Result<Arc<dyn TokenCredential>, StepError> {
        Ok(self.made(&tenant.key, tenant.id(inputs)?)?.credential)
    }

    /// Signs in to a tenant anew: a better account may exist there by now.
    pub fn renew(&self, tenant: &TenantRef) {
        let mut made = self.0.made.lock().unwrap_or_else(PoisonError::into_inner);
        made.retain(|(key, _), _| *key != tenant.key);
    }

    fn made(&self, tenant: &TenantKey, id: TenantId) -> Result<Made, StepError> {
        let mut made = self.0.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(clients) = made.get(&(tenant.clone(), id)) {
            return Ok(clients.clone());
        }
        let connect = &self.0.connect;
        let credential = connect.credential(tenant, id)?;
        let clients = Made {
            arm: ArmClient::new(
                Arc::clone(&credential),
                Some(ArmClientOptions {
                    cloud: connect.cloud().clone(),
                    client: connect.options(tenant, id),
                    ..ArmClientOptions::default()
                }),
            )?,
            graph: GraphClient::new(
                Arc::clone(&credential),
                Some(GraphClientOptions {
                    cloud: connect.cloud().clone(),
                    client: connect.options(tenant, id),
                }),
            )?,
            credential,
        };
        made.insert((tenant.clone(), id), clients.clone());
        Ok(clients)
    }
}

impl fmt::Debug for Clients {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let made = self.0.made.lock().unwrap_or_else(PoisonError::into_inner);
        f.debug_struct("Clients")
            .field("tenants", &made.keys().collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}

/// As whom we are signed in, by the token's own words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ourselves {
    /// The object id.
    pub object: String,
    /// An application or a managed identity, and no person.
    pub is_application: bool,
}

impl Ourselves {
    fn of(token: &AccessToken) -> Option<Self> {
        #[derive(Deserialize)]
        struct Claims {
            oid: String,
            idtyp: Option<String>,
        }
        let payload = token.token.secret().split('.').nth(1)?;
        let claims: Claims = serde_json::from_slice(&preflight::decode(payload)?).ok()?;
        Some(Self {
            object: claims.oid,
            is_application: claims.idtyp.as_deref() == Some("app"),
        })
    }
}

/// A tenant whose id is in the file, or is known after a step.
#[derive(Clone, Debug)]
pub struct TenantRef {
    /// The file's name for it.
    pub key: TenantKey,
    id: Source,
}

#[derive(Clone, Debug)]
enum Source {
    Given(TenantId),
    Step(Output<String>),
}

impl TenantRef {
    /// A tenant whose id is known.
    pub fn given(key: impl Into<TenantKey>, id: TenantId) -> Self {
        Self {
            key: key.into(),
            id: Source::Given(id),
        }
    }

    /// A tenant whose id a step finds out.
    pub fn known_after(key: impl Into<TenantKey>, id: Output<String>) -> Self {
        Self {
            key: key.into(),
            id: Source::Step(id),
        }
    }

    /// A tenant that the file does not have; asking for its id says so.
    pub(super) fn unknown(key: &str) -> Self {
        let nobody = crate::engine::Key::new(format!("tenants/{key}"));
        Self {
            key: TenantKey::new(key),
            id: Source::Step(nobody.output("tenantId")),
        }
    }

    /// The id.
    ///
    /// # Errors
    /// "Not known yet" while the tenant does not exist.
    pub fn id(&self, inputs: &Inputs<'_>) -> Result<TenantId, StepError> {
        match &self.id {
            Source::Given(id) => Ok(*id),
            Source::Step(output) => parse_id(&inputs.require(output)?),
        }
    }

    /// The id as text for a desired document: itself, or the placeholder.
    ///
    /// # Errors
    /// As [`Inputs::get`].
    pub fn text(&self, inputs: &Inputs<'_>) -> Result<String, StepError> {
        match &self.id {
            Source::Given(id) => Ok(id.to_string()),
            Source::Step(output) => inputs.text(output),
        }
    }

    /// Puts a step that speaks to the tenant after the one that finds the id out.
    #[must_use]
    pub fn needed_by(&self, meta: Meta) -> Meta {
        match &self.id {
            Source::Given(_) => meta,
            Source::Step(output) => meta.needs_output(output),
        }
    }
}

fn parse_id(text: &str) -> Result<TenantId, StepError> {
    text.parse().map_err(|error| {
        StepError::new(format!("a service gave a tenant id that is none: {error}"))
    })
}
