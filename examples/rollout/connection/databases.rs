//! The ways to databases: by TDS over the network or in this process, over HTTP to an embedded cloud that is served elsewhere.

use std::sync::Arc;

use async_trait::async_trait;
use azure_core::credentials::TokenCredential;
use rhc_core::fake::World;
use rhc_core::{ClientOptions, Clock, Cloud, Error, ErrorKind, Result};
use rhc_sql_identity::fake::{EmbeddedDatabases, TdsServers, Vantage};
use rhc_sql_identity::{
    Databases, Observation, SqlAddress, SqlRetry, SqlSession, TdsDatabases, TdsOptions,
};
use url::Url;

use crate::engine::{Fence, TenantKey};

/// How databases are reached.
#[derive(Clone, Debug)]
pub(crate) enum Way {
    /// Azure's, over the network in which this program runs.
    Network,
    /// In process: the client and the wire of real servers.
    Wire(TdsServers),
    /// By the embedded cloud's own requests, to wherever it is served.
    Http,
}

impl Way {
    /// Into the World of this process. Where no key for the servers' certificates can be made, its other way is left.
    pub(crate) fn into_world(world: &World) -> Self {
        match TdsServers::of(world) {
            Ok(servers) => Self::Wire(servers),
            Err(error) => {
                tracing::warn!(%error, "the embedded SQL servers do without TDS");
                Self::Http
            }
        }
    }

    /// The databases, from this place; over the network from wherever this program is.
    pub(crate) fn databases(
        &self,
        cloud: &Cloud,
        credential: Arc<dyn TokenCredential>,
        options: ClientOptions,
        from: Vantage,
    ) -> Arc<dyn Databases> {
        match self {
            Self::Network => Arc::new(on_azure(cloud, credential, options.clock)),
            Self::Wire(servers) => {
                Arc::new(servers.databases(cloud, credential, options.clock, from))
            }
            Self::Http => Arc::new(EmbeddedDatabases::new(cloud, credential, options, from)),
        }
    }
}

/// Azure's databases, for whoever has this credential.
pub(crate) fn on_azure(
    cloud: &Cloud,
    credential: Arc<dyn TokenCredential>,
    clock: Clock,
) -> TdsDatabases {
    let mut options = TdsOptions::default();
    options.clock = clock;
    TdsDatabases::new(cloud, credential, options)
}

/// Databases behind the write fence: sessions have no pipeline that it could stand in.
#[derive(Debug)]
pub(super) struct Fenced {
    pub(super) databases: Arc<dyn Databases>,
    pub(super) fence: Fence,
    pub(super) tenant: TenantKey,
}

impl Fenced {
    fn check(&self, at: &SqlAddress) -> Result<()> {
        let refused = |message: String| Error::new(ErrorKind::Refused, "sql.open", message);
        let url = Url::parse(&format!("https://{}/{}", at.host(), at.database()))
            .map_err(|error| refused(error.to_string()))?;
        // What is sent in a session may write, so that it counts as a write.
        self.fence
            .check(&self.tenant, "POST", &url, None)
            .map_err(|refusal| refused(refusal.to_string()))
    }
}

#[async_trait]
impl Databases for Fenced {
    async fn open(&self, at: &SqlAddress) -> Result<Box<dyn SqlSession>> {
        self.check(at)?;
        self.databases.open(at).await
    }

    /// A server that cannot be reached from here cannot be looked into from here.
    async fn observe(&self, at: &SqlAddress) -> Result<Observation> {
        self.check(at)?;
        match self.databases.observe(at).await {
            Err(error) if error.kind() == ErrorKind::NotSent => Ok(Observation::NotObservable {
                reason: error.message().to_owned(),
            }),
            seen => seen,
        }
    }

    fn retry(&self) -> SqlRetry {
        self.databases.retry()
    }
}
