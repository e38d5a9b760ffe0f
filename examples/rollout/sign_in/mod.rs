//! Who we are: a person, a pipeline, or whoever `az login` knows.
//!
//! A person signs in once per tenant and client, in the browser of this computer (authorization code with PKCE on
//! loopback) or in any other (device code). Microsoft's own public clients are used unless the environment file names
//! one (`sign_in_client_id`): one for Graph and one for Azure, because Microsoft lets nobody consent between two of its
//! applications. Tokens are never printed and never written.

mod http;
mod loopback;
mod person;
mod pipeline;
mod scopes;
#[cfg(test)]
mod tests;

#[cfg(any(test, fuzzing))]
pub(crate) use loopback::fuzzed;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use azure_core::credentials::TokenCredential;
use azure_core::http::HttpClient;
use azure_identity::{AzureCliCredential, AzureCliCredentialOptions};
use rhc_core::{Clock, Cloud, TenantId};

use crate::engine::{StepError, TenantKey};
use crate::manifest::{Manifest, Tenant};
use person::{Flow, Person, PersonCredential};

pub use pipeline::Pipeline;
pub use scopes::{AZURE_CLIENT, AZURE_CLIENT_GRAPH, GRAPH_CLIENT, looks, permissions};

/// How to sign in.
#[derive(Clone, Debug)]
pub enum Method {
    /// A person in the browser of this computer.
    Person,
    /// A person in a browser anywhere.
    Device,
    /// Whoever `az login` knows.
    Az,
    /// A workflow run on GitHub.
    Pipeline(Pipeline),
}

/// What a person is asked to do.
#[derive(Clone, Copy, Debug)]
pub enum Ask<'a> {
    /// Open this address in the browser of this computer.
    Browser {
        /// The file's name for the tenant.
        tenant: &'a TenantKey,
        /// For which service: the two have clients of their own.
        service: &'static str,
        /// The authority's sign-in page.
        address: &'a str,
    },
    /// Open this address in any browser and type this code.
    Code {
        /// The file's name for the tenant.
        tenant: &'a TenantKey,
        /// For which service: the two have clients of their own.
        service: &'static str,
        /// The authority's page for codes.
        address: &'a str,
        /// The code.
        code: &'a str,
    },
}

/// Whoever tells the person.
pub trait Prompt: fmt::Debug + Send + Sync {
    /// Shows what to do.
    fn ask(&self, ask: &Ask<'_>);
}

/// Nobody is told: the cloud approves by itself.
#[derive(Clone, Copy, Debug)]
pub struct Nobody;

impl Prompt for Nobody {
    fn ask(&self, _: &Ask<'_>) {}
}

/// Makes credentials for tenants.
#[derive(Clone)]
pub struct SignIn {
    /// How.
    pub method: Method,
    /// Where the authority is.
    pub cloud: Cloud,
    /// The way to it.
    pub transport: Arc<dyn HttpClient>,
    /// The time of day there.
    pub clock: Clock,
    /// Who tells the person what to do.
    pub prompt: Arc<dyn Prompt>,
    /// What the environment file says of each tenant.
    pub tenants: BTreeMap<TenantKey, TenantSignIn>,
}

/// How one tenant is signed in to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TenantSignIn {
    /// The public client that the environment file names, for all services.
    pub client_id: Option<String>,
    /// The permissions of Graph that are asked for.
    pub permissions: Vec<&'static str>,
}

impl SignIn {
    /// How the tenants of an environment file are signed in to.
    pub fn tenants(manifest: &Manifest) -> BTreeMap<TenantKey, TenantSignIn> {
        let of = |(key, tenant): (&String, &Tenant)| {
            let key = TenantKey::new(key);
            let sign_in = TenantSignIn {
                client_id: tenant.sign_in_client_id.clone(),
                permissions: [permissions(manifest, &key), looks(manifest, &key)].concat(),
            };
            (key, sign_in)
        };
        manifest.tenants.iter().map(of).collect()
    }

    /// A new credential for a tenant: it has no token yet, so the next request signs in.
    ///
    /// # Errors
    /// Where this way of signing in cannot work at all.
    pub fn credential(
        &self,
        tenant: &TenantKey,
        id: TenantId,
    ) -> Result<Arc<dyn TokenCredential>, StepError> {
        let person = |flow| -> Arc<dyn TokenCredential> {
            Arc::new(PersonCredential::new(Person {
                tenant: tenant.clone(),
                id,
                flow,
                cloud: self.cloud.clone(),
                transport: Arc::clone(&self.transport),
                clock: self.clock,
                prompt: Arc::clone(&self.prompt),
                file: self.tenants.get(tenant).cloned().unwrap_or_default(),
            }))
        };
        match &self.method {
            Method::Person => Ok(person(Flow::Browser)),
            Method::Device => Ok(person(Flow::DeviceCode)),
            Method::Az => {
                let options = AzureCliCredentialOptions {
                    tenant_id: Some(id.to_string()),
                    ..AzureCliCredentialOptions::default()
                };
                let made = AzureCliCredential::new(Some(options));
                made.map(|credential| -> Arc<dyn TokenCredential> { credential })
                    .map_err(|error| unusable(tenant, error))
            }
            Method::Pipeline(pipeline) => pipeline
                .credential(id, &self.cloud, &self.transport, self.clock)
                .map_err(|error| unusable(tenant, error)),
        }
    }
}

fn unusable(
    tenant: &TenantKey,
    error: impl std::error::Error + Send + Sync + 'static,
) -> StepError {
    StepError::new(format!("there is no way to sign in to '{tenant}'"))
        .caused_by(error)
        .remedy("choose another one with --sign-in")
}

impl fmt::Debug for SignIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignIn")
            .field("method", &self.method)
            .field("tenants", &self.tenants)
            .finish_non_exhaustive()
    }
}
