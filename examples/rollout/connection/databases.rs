//! The ways to databases, all of them by TDS: over the network, to an embedded cloud that is served elsewhere, in this process.

use std::fmt;
use std::io;
use std::sync::Arc;

use async_trait::async_trait;
use azure_core::credentials::TokenCredential;
use rhc_core::fake::World;
use rhc_core::{Clock, Cloud, Error, ErrorKind, Result};
use rhc_sql_identity::fake::{TdsServers, Vantage};
use rhc_sql_identity::{
    Databases, Dial, Observation, Row, SqlAddress, SqlRetry, SqlSession, TcpDial, TdsDatabases,
    TdsOptions, Wire,
};
use tokio::time::Instant;
use url::Url;

use super::counting::{Exchange, Told};
use super::served::SqlListeners;
use super::tap::Tap;
use crate::engine::{Fence, TenantKey, public_address};

/// How databases are reached.
#[derive(Clone, Debug)]
pub(crate) enum Way {
    /// Azure's, over the network in which this program runs.
    Network,
    /// In process: the client and the wire of real servers.
    InProcess(TdsServers),
    /// Over a socket, to a cloud that is served at this host.
    Served {
        host: String,
        listeners: SqlListeners,
    },
    /// Not at all.
    Nowhere(String),
}

impl Way {
    /// Into the World of this process.
    pub(crate) fn into_world(world: &World) -> Self {
        TdsServers::of(world).map_or_else(
            |error| Self::Nowhere(format!("the embedded SQL servers have no key: {error}")),
            Self::InProcess,
        )
    }

    /// To a cloud that is served at this address, by what it says of its SQL servers.
    pub(super) fn to_served(address: &Url, said: Option<&SqlListeners>) -> Self {
        match (address.host_str(), said) {
            (Some(host), Some(listeners)) => Self::Served {
                host: host.trim_matches(['[', ']']).to_owned(),
                listeners: listeners.clone(),
            },
            _ => Self::Nowhere(format!("the cloud at {address} serves no SQL servers")),
        }
    }

    /// The databases, from this place; over the network from wherever this program is.
    pub(crate) fn databases(
        &self,
        cloud: &Cloud,
        credential: Arc<dyn TokenCredential>,
        clock: Clock,
        from: Vantage,
    ) -> Arc<dyn Databases> {
        match self {
            Self::Network => match from {
                Vantage::Outside(_) => {
                    let mut options = TdsOptions::default();
                    options.clock = clock;
                    let dial = Arc::new(FromOutside);
                    Arc::new(TdsDatabases::through(cloud, credential, options, dial))
                }
                Vantage::Inside | Vantage::Subnet(_) => {
                    Arc::new(on_azure(cloud, credential, clock))
                }
            },
            Self::InProcess(servers) => Arc::new(servers.databases(cloud, credential, clock, from)),
            Self::Served { host, listeners } => {
                let port = match from {
                    Vantage::Outside(_) => listeners.outside,
                    Vantage::Inside | Vantage::Subnet(_) => listeners.inside,
                };
                let mut options = TdsOptions::default();
                options.clock = clock;
                options.root = Some(listeners.root.clone());
                let host = host.clone();
                let dial = Arc::new(Elsewhere { host, port });
                Arc::new(TdsDatabases::through(cloud, credential, options, dial))
            }
            Self::Nowhere(why) => Arc::new(Nowhere(why.clone())),
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

/// One socket for all servers. Which one is meant stands in the login and in the name that TLS is asked for.
#[derive(Debug)]
struct Elsewhere {
    host: String,
    port: u16,
}

#[async_trait]
impl Dial for Elsewhere {
    async fn dial(&self, _: &str, _: u16) -> io::Result<Box<dyn Wire>> {
        TcpDial.dial(&self.host, self.port).await
    }
}

/// The internet, and no private way to a server.
#[derive(Debug)]
struct FromOutside;

#[async_trait]
impl Dial for FromOutside {
    async fn dial(&self, host: &str, port: u16) -> io::Result<Box<dyn Wire>> {
        let mut found = tokio::net::lookup_host((host, port)).await?;
        if found.any(|at| at.is_ipv4() && public_address(at.ip()).is_err()) {
            return Err(io::Error::other(
                "the name leads to an address of a private network here, so that this computer is not on the outside",
            ));
        }
        TcpDial.dial(host, port).await
    }
}

/// No way, and why.
#[derive(Debug)]
struct Nowhere(String);

#[async_trait]
impl Databases for Nowhere {
    async fn open(&self, _: &SqlAddress) -> Result<Box<dyn SqlSession>> {
        Err(Error::new(ErrorKind::Refused, "sql.open", self.0.clone()))
    }
}

/// Databases behind the write fence: sessions have no pipeline that it could stand in.
#[derive(Debug)]
pub(super) struct Fenced {
    pub(super) databases: Arc<dyn Databases>,
    pub(super) fence: Fence,
    pub(super) tenant: TenantKey,
    pub(super) tap: Option<Tap>,
    pub(super) told: Told,
}

impl Fenced {
    fn check(&self, at: &SqlAddress) -> Result<()> {
        let url = Url::parse(&format!("https://{}/{}", at.host(), at.database()))
            .map_err(|error| refused("sql.open", error.to_string()))?;
        // What is sent in a session may write, so that it counts as a write.
        self.fence
            .check(&self.tenant, "POST", &url, None)
            .map_err(|refusal| refused("sql.open", refusal.to_string()))
    }
}

fn refused(operation: &'static str, why: String) -> Error {
    Error::new(ErrorKind::Refused, operation, why)
}

#[async_trait]
impl Databases for Fenced {
    async fn open(&self, at: &SqlAddress) -> Result<Box<dyn SqlSession>> {
        self.check(at)?;
        Ok(Box::new(Guarded {
            session: self.databases.open(at).await?,
            fence: self.fence.clone(),
            at: at.clone(),
            tap: self.tap.clone(),
            told: self.told.clone(),
        }))
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

/// A session in which nothing is written once things are only looked at.
struct Guarded {
    session: Box<dyn SqlSession>,
    fence: Fence,
    at: SqlAddress,
    tap: Option<Tap>,
    told: Told,
}

#[async_trait]
impl SqlSession for Guarded {
    async fn run(&mut self, batch: &str) -> Result<Vec<Row>> {
        if self.fence.only_looks() && !batch.trim_start().starts_with("SELECT ") {
            let why = "things are only looked at here, and the batch does not begin with SELECT";
            return Err(refused("sql.run", why.to_owned()));
        }
        let began = Instant::now();
        let rows = self.session.run(batch).await;
        let (host, database) = (self.at.host(), self.at.database());
        self.told.tell(|| Exchange {
            method: "SQL".to_owned(),
            host: host.to_owned(),
            path: format!("/{database}"),
            status: None,
            answered: rows.is_ok(),
            took: began.elapsed(),
        });
        let rows = rows?;
        if let Some(tap) = &self.tap {
            tap.batch(host, database, batch);
        }
        Ok(rows)
    }
}

impl fmt::Debug for Guarded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.session.fmt(f)
    }
}
