//! A connection whose clients are a little different.

use std::sync::Arc;

use async_trait::async_trait;
use azure_core::credentials::TokenCredential;
use rhc_core::{ClientOptions, Cloud, TenantId};
use rhc_sql_identity::Databases;
use rollout::connection::Connection;
use rollout::dns::Resolver;
use rollout::engine::{StepError, TenantKey};
use rollout::github::GitHubClient;
use rollout::steps::Connect;

/// What becomes of the options of a tenant's clients.
pub(crate) type Change = Box<dyn Fn(&TenantKey, &mut ClientOptions) + Send + Sync>;

/// The connection with this change in every client.
pub(crate) struct Altered {
    pub(crate) connection: Arc<Connection>,
    pub(crate) change: Change,
}

#[async_trait]
impl Connect for Altered {
    fn cloud(&self) -> &Cloud {
        self.connection.cloud()
    }

    fn credential(
        &self,
        tenant: &TenantKey,
        id: TenantId,
    ) -> Result<Arc<dyn TokenCredential>, StepError> {
        self.connection.credential(tenant, id)
    }

    fn options(&self, tenant: &TenantKey, id: TenantId) -> ClientOptions {
        let mut options = self.connection.options(tenant, id);
        (self.change)(tenant, &mut options);
        options
    }

    fn databases(&self, tenant: &TenantKey, id: TenantId) -> Result<Arc<dyn Databases>, StepError> {
        self.connection.databases(tenant, id)
    }

    fn databases_from_outside(
        &self,
        tenant: &TenantKey,
        id: TenantId,
    ) -> Result<Arc<dyn Databases>, StepError> {
        self.connection.databases_from_outside(tenant, id)
    }

    fn resolver(&self) -> Arc<dyn Resolver> {
        self.connection.resolver()
    }

    fn github(&self) -> Option<GitHubClient> {
        self.connection.github()
    }

    async fn discover(&self, domain: &str) -> Result<Option<TenantId>, StepError> {
        self.connection.discover(domain).await
    }
}
