//! The SQL servers of a served cloud: TDS on two sockets, one for each side of the servers' doors.

use std::io;
use std::net::IpAddr;
use std::sync::{Arc, PoisonError, RwLock};

use futures::future::try_join;
use rhc_core::fake::World;
use rhc_sql_identity::fake::{TdsServers, Vantage};
use tokio::net::TcpListener;

use crate::connection::SqlListeners;

/// What the cloud says of them, once they listen.
#[derive(Debug, Default)]
pub(super) struct Listening(RwLock<Option<SqlListeners>>);

impl Listening {
    /// Where they are reached; nothing in a cloud that is not served.
    pub(super) fn get(&self) -> Option<SqlListeners> {
        self.0
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

/// The SQL servers of a World, which listen.
#[derive(Debug)]
pub struct SqlSockets {
    servers: TdsServers,
    outside: TcpListener,
    inside: TcpListener,
}

impl SqlSockets {
    /// Listens at any two ports of this address that are free, and lets the cloud say so.
    ///
    /// # Errors
    /// Where the address cannot be listened on, or no key for the servers' certificates can be made.
    pub async fn bind(world: &World, address: IpAddr) -> io::Result<Self> {
        let sockets = Self {
            servers: TdsServers::of(world)?,
            outside: TcpListener::bind((address, 0)).await?,
            inside: TcpListener::bind((address, 0)).await?,
        };
        let listening: Arc<Listening> = world.extension();
        *listening.0.write().unwrap_or_else(PoisonError::into_inner) = Some(sockets.listeners()?);
        Ok(sockets)
    }

    /// Where they are reached.
    ///
    /// # Errors
    /// Where the machine does not say it.
    pub fn listeners(&self) -> io::Result<SqlListeners> {
        Ok(SqlListeners {
            outside: self.outside.local_addr()?.port(),
            inside: self.inside.local_addr()?.port(),
            root: self.servers.root_certificate().to_owned(),
        })
    }

    /// Answers until the future is dropped. Which server a client means stands in its login.
    ///
    /// # Errors
    /// Where a listener fails.
    pub async fn serve(self) -> io::Result<()> {
        let outside = self.servers.serve(self.outside, None, Vantage::OUTSIDE);
        let inside = self.servers.serve(self.inside, None, Vantage::Inside);
        try_join(outside, inside).await.map(drop)
    }
}
