//! The services of a cloud at addresses of this machine that any client can be told as its endpoints.

use std::io;
use std::net::SocketAddr;

use futures::future::try_join_all;
use rhc_core::fake::World;
use tokio::net::TcpListener;

use super::tls::{Tls, TlsListener};

/// A service that has a port of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// Azure Resource Manager.
    ResourceManager,
    /// Microsoft Graph.
    Graph,
    /// The authority that tokens come from.
    Authority,
    /// Key Vault; the first segment of a path is the vault's name.
    Vaults,
}

impl Service {
    /// In the order of their ports.
    pub const ALL: [Self; 4] = [
        Self::ResourceManager,
        Self::Graph,
        Self::Authority,
        Self::Vaults,
    ];

    /// The host that it is on Azure.
    pub fn host(self) -> &'static str {
        match self {
            Self::ResourceManager => "management.azure.com",
            Self::Graph => "graph.microsoft.com",
            Self::Authority => "login.microsoftonline.com",
            Self::Vaults => "*.vault.azure.net",
        }
    }

    /// For people.
    pub fn title(self) -> &'static str {
        match self {
            Self::ResourceManager => "Resource Manager",
            Self::Graph => "Microsoft Graph",
            Self::Authority => "login authority",
            Self::Vaults => "Key Vault",
        }
    }
}

/// Listeners for all services.
#[derive(Debug)]
pub struct Https(Vec<(Service, TlsListener, u16)>);

impl Https {
    /// Listens on `address` for the first service and on the ports after it for the others; port 0 takes any that are free.
    ///
    /// # Errors
    /// Where an address cannot be listened on, with that address.
    pub async fn bind(address: SocketAddr, tls: &Tls) -> Result<Self, (SocketAddr, io::Error)> {
        let mut bound = Vec::new();
        for (place, service) in (0_u16..).zip(Service::ALL) {
            let port = match address.port() {
                0 => Some(0),
                first => first.checked_add(place),
            };
            let Some(port) = port else {
                let error = io::Error::other("there are not enough ports after it");
                return Err((address, error));
            };
            let at = SocketAddr::new(address.ip(), port);
            let listener = listen(at, tls).await.map_err(|error| (at, error))?;
            bound.push((service, listener.0, listener.1));
        }
        Ok(Self(bound))
    }

    /// Where each service is reached.
    pub fn addresses(&self) -> Vec<(Service, String)> {
        let at = |(service, _, port): &(Service, TlsListener, u16)| {
            (*service, format!("https://localhost:{port}"))
        };
        self.0.iter().map(at).collect()
    }

    /// The first service's port.
    pub fn first_port(&self) -> u16 {
        self.0.first().map_or(0, |(_, _, port)| *port)
    }

    /// Answers until the future is dropped.
    ///
    /// # Errors
    /// Where a listener fails.
    pub async fn serve(self, world: &World) -> io::Result<()> {
        let served = self
            .0
            .into_iter()
            .map(|(service, listener, port)| world.serve_as(listener, service.host(), port));
        try_join_all(served).await.map(drop)
    }
}

async fn listen(at: SocketAddr, tls: &Tls) -> io::Result<(TlsListener, u16)> {
    let listener = TcpListener::bind(at).await?;
    let port = listener.local_addr()?.port();
    Ok((tls.listen(listener)?, port))
}
