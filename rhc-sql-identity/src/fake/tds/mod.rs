//! SQL servers on the wire: TDS 7.4 and strict (8.0), for clients that were not written here.
//!
//! A login is by a token of the World's authority; one with a user name or a password is refused.

mod bytes;
mod calls;
mod certificates;
mod connection;
#[cfg(feature = "tds")]
mod dial;
#[cfg(any(test, fuzzing))]
pub(crate) mod fuzzed;
#[cfg(test)]
mod garbage;
mod login;
mod login7;
mod open;
mod packets;
mod prelogin;
mod prepared;
mod tls;
mod tokens;
mod values;
#[cfg(any(test, fuzzing))]
mod written;

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rhc_core::Cloud;
use rhc_core::fake::{WeakWorld, World};
use tokio::io::{AsyncRead, AsyncWrite, DuplexStream};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

use super::Vantage;
use crate::session::SqlError;
use certificates::Certificates;
use tls::Configs;

/// How many clients a listener talks to at once.
const CLIENTS: usize = 256;
/// How many logins are remembered.
const LOGINS: usize = 1000;
/// How much may be on its way between both ends of a stream in process.
const PIPE: usize = 64 * 1024;

/// A login that was tried.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TdsLogin {
    /// The host that the client went to, or said it goes to.
    pub host: String,
    /// The database that it asked for.
    pub database: String,
    /// Whether TLS came first.
    pub strict: bool,
    /// How many characters its token has.
    pub token_length: usize,
    /// The server's number if it was refused.
    pub refused: Option<u32>,
    /// Where it was sent on to.
    pub routed: Option<String>,
}

/// The SQL servers of a World, over TDS. A clone is another handle to the same.
///
/// ```
/// # use rhc_core::fake::{World, WorldOptions};
/// # use rhc_sql_identity::fake::{self, TdsServers, Vantage};
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> std::io::Result<()> {
/// let world = World::new(WorldOptions::default());
/// rhc_arm::fake::mount(&world);
/// fake::mount(&world);
/// let servers = TdsServers::new(&world)?;
/// assert!(servers.root_certificate().starts_with("-----BEGIN CERTIFICATE-----"));
/// let stream = servers.connect("rhc-qa-sqlsvr.database.windows.net", Vantage::OUTSIDE);
/// # drop(stream); Ok(()) }
/// ```
#[derive(Clone)]
pub struct TdsServers(Arc<Inner>);

struct Inner {
    world: WeakWorld,
    certificates: Arc<Certificates>,
    tls: Configs,
    /// Where the gateway at a host sends its clients.
    routes: Mutex<BTreeMap<String, (String, u16)>>,
    /// Whose worker a host is.
    workers: Mutex<BTreeMap<String, String>>,
    /// With what the next logins at a host are refused, and how many of them.
    refusals: Mutex<BTreeMap<String, (SqlError, u32)>>,
    logins: Mutex<Vec<TdsLogin>>,
    sessions: AtomicU16,
}

/// What a World keeps.
#[derive(Default)]
struct Kept(Mutex<Option<TdsServers>>);

/// Where a client of a connection is.
#[derive(Clone, Debug)]
struct Place {
    /// None where the client's login says it.
    host: Option<String>,
    from: Vantage,
}

impl TdsServers {
    /// With a root certificate of their own.
    ///
    /// # Errors
    /// Where no key can be made.
    pub fn new(world: &World) -> io::Result<Self> {
        let clouds = [Cloud::public(), Cloud::us_government(), Cloud::china()];
        let suffixes = clouds.map(|cloud| cloud.sql_suffix).to_vec();
        let certificates = Arc::new(Certificates::new(suffixes)?);
        let tls = Configs::new(Arc::clone(&certificates) as _)?;
        Ok(Self(Arc::new(Inner {
            world: world.downgrade(),
            certificates,
            tls,
            routes: Mutex::default(),
            workers: Mutex::default(),
            refusals: Mutex::default(),
            logins: Mutex::default(),
            sessions: AtomicU16::new(51),
        })))
    }

    /// The servers that a World has once for all: made at the first use, and gone with it.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn of(world: &World) -> io::Result<Self> {
        let kept = world.extension::<Kept>();
        let mut kept = lock(&kept.0);
        match &*kept {
            Some(servers) => Ok(servers.clone()),
            None => Ok(kept.insert(Self::new(world)?).clone()),
        }
    }

    /// The root that the servers' certificates lead to, as PEM: the only one to trust for them.
    #[must_use]
    pub fn root_certificate(&self) -> &str {
        self.0.certificates.root()
    }

    /// Lets the gateway at `host` send its clients on, as Azure's does inside its own network. Where the other host is in
    /// nobody's hands but this World's, it is a worker of the same server.
    pub fn route(&self, host: &str, to: &str, port: u16) {
        let (host, to) = (host.to_ascii_lowercase(), to.to_ascii_lowercase());
        lock(&self.0.workers).insert(to.clone(), host.clone());
        lock(&self.0.routes).insert(host, (to, port));
    }

    /// Refuses the next logins at a host with this error, whoever they are of: what a server does that is busy or moving, or
    /// that is set otherwise than this one can be.
    pub fn refuse(&self, host: &str, error: SqlError, times: u32) {
        lock(&self.0.refusals).insert(host.to_ascii_lowercase(), (error, times));
    }

    /// The logins that were tried, the newest last; of very many only the last ones.
    #[must_use]
    pub fn logins(&self) -> Vec<TdsLogin> {
        lock(&self.0.logins).clone()
    }

    /// A stream to the server at `host`, in process. It ends with the runtime or with either side.
    #[must_use]
    pub fn connect(&self, host: &str, from: Vantage) -> DuplexStream {
        let (near, far) = tokio::io::duplex(PIPE);
        let servers = self.clone();
        let host = Some(host.to_ascii_lowercase());
        tokio::spawn(async move { servers.answer(far, Place { host, from }).await });
        near
    }

    /// Answers on a listener until the future is dropped. Every client comes from the same place; without `host` its login says
    /// which server it means, by the first label of the name.
    ///
    /// # Errors
    /// Where the listener fails.
    pub async fn serve(
        &self,
        listener: TcpListener,
        host: Option<String>,
        from: Vantage,
    ) -> io::Result<()> {
        let clients = Arc::new(Semaphore::new(CLIENTS));
        let mut open = tokio::task::JoinSet::new();
        loop {
            let Ok(turn) = Arc::clone(&clients).acquire_owned().await else {
                return Ok(());
            };
            let (stream, _) = listener.accept().await?;
            let _ = stream.set_nodelay(true);
            let (servers, from) = (self.clone(), from.clone());
            let place = Place {
                host: host.clone(),
                from,
            };
            open.spawn(async move {
                servers.answer(stream, place).await;
                drop(turn);
            });
            while open.try_join_next().is_some() {}
        }
    }

    async fn answer<S>(&self, stream: S, place: Place)
    where
        S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        if let Err(error) = Box::pin(connection::converse(&self.0, stream, place)).await {
            tracing::debug!(%error, "a client of the SQL servers is gone");
        }
    }
}

impl Inner {
    /// A session's number; those below are the server's own.
    fn spid(&self) -> u16 {
        self.sessions.fetch_add(1, Ordering::Relaxed).max(51)
    }

    fn route_of(&self, host: &str) -> Option<(String, u16)> {
        lock(&self.routes).get(host).cloned()
    }

    /// With what a login at this host is refused, whoever it is of.
    fn refusal_at(&self, host: &str) -> Option<SqlError> {
        let mut refusals = lock(&self.refusals);
        let (error, left) = refusals.get_mut(host)?;
        *left = left.checked_sub(1)?;
        Some(error.clone())
    }

    /// The server's own name, for a host that may be its worker.
    fn server_of(&self, host: &str) -> String {
        let gateway = lock(&self.workers).get(host).cloned();
        let host = gateway.as_deref().unwrap_or(host);
        host.split('.').next().unwrap_or_default().to_owned()
    }

    fn note(&self, login: TdsLogin) {
        let mut logins = lock(&self.logins);
        if logins.len() >= LOGINS {
            logins.remove(0);
        }
        logins.push(login);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl fmt::Debug for TdsServers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TdsServers").finish_non_exhaustive()
    }
}
