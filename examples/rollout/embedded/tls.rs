//! TLS for a served cloud: an authority that lives as long as the process, and its certificate for this machine.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::serve::Listener;
use azure_core::base64;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::server::TlsStream;

/// The names of this machine, and the real ones for clients that are led here under them.
const NAMES: [&str; 9] = [
    "localhost",
    "127.0.0.1",
    "::1",
    "management.azure.com",
    "graph.microsoft.com",
    "login.microsoftonline.com",
    "*.ciamlogin.com",
    "*.vault.azure.net",
    "*.database.windows.net",
];
/// Some clients refuse more than 825 days.
const DAYS: i64 = 365;
/// A client that says nothing does not stay for ever.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// Connections that have shaken hands and wait to be taken.
const WAITING: usize = 16;

/// Why there is no TLS.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TlsError {
    /// No certificate can be made.
    #[error("no certificate could be made: {0}")]
    Certificate(#[from] rcgen::Error),
    /// The certificate cannot be used.
    #[error("the certificate cannot be used: {0}")]
    Configuration(#[from] tokio_rustls::rustls::Error),
}

/// An authority made anew, and what it vouches for. Its key is dropped once that is signed; neither key is ever written.
#[derive(Clone)]
pub struct Tls {
    authority: String,
    acceptor: TlsAcceptor,
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tls")
    }
}

impl Tls {
    /// Makes both certificates.
    ///
    /// # Errors
    /// Where the cryptography fails.
    pub fn new() -> Result<Self, TlsError> {
        let now = rhc_core::Clock::system().now();
        let valid = |params: &mut CertificateParams| {
            params.not_before = now - time::Duration::DAY;
            params.not_after = now + time::Duration::days(DAYS);
        };
        let mut authority = CertificateParams::default();
        valid(&mut authority);
        authority
            .distinguished_name
            .push(DnType::CommonName, "rhc embedded cloud");
        authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let authority_key = KeyPair::generate()?;
        let authority_certificate = authority.self_signed(&authority_key)?;
        let issuer = Issuer::new(authority, authority_key);

        let mut own = CertificateParams::new(NAMES.map(str::to_owned).to_vec())?;
        valid(&mut own);
        own.distinguished_name.push(DnType::CommonName, "localhost");
        own.use_authority_key_identifier_extension = true;
        own.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        own.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        let own_key = KeyPair::generate()?;
        let own_certificate = own.signed_by(&own_key, &issuer)?;

        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(own_key.serialize_der()));
        let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![own_certificate.der().clone()], key)?;
        Ok(Self {
            authority: pem(authority_certificate.der()),
            acceptor: TlsAcceptor::from(Arc::new(config)),
        })
    }

    /// The authority's certificate as PEM, for clients to trust.
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// Takes connections of a listener that speak TLS.
    pub fn listen(&self, listener: TcpListener) -> io::Result<TlsListener> {
        let address = listener.local_addr()?;
        let (sender, ready) = mpsc::channel(WAITING);
        tokio::spawn(take(self.acceptor.clone(), listener, sender));
        Ok(TlsListener { ready, address })
    }
}

fn pem(der: &[u8]) -> String {
    let encoded = base64::encode(der);
    let lines = encoded.as_bytes().chunks(64).map(String::from_utf8_lossy);
    let lines: Vec<_> = lines.collect();
    format!(
        "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n",
        lines.join("\n")
    )
}

type Connection = (TlsStream<TcpStream>, SocketAddr);

/// Shakes hands with everybody at once: a slow client holds up nobody else. Ends when nobody serves any more.
async fn take(acceptor: TlsAcceptor, mut listener: TcpListener, ready: mpsc::Sender<Connection>) {
    loop {
        let (stream, from) = tokio::select! {
            // Axum's way to accept, which goes on after an error of one connection.
            accepted = Listener::accept(&mut listener) => accepted,
            () = ready.closed() => return,
        };
        let (acceptor, ready) = (acceptor.clone(), ready.clone());
        tokio::spawn(async move {
            match tokio::time::timeout(HANDSHAKE, acceptor.accept(stream)).await {
                Ok(Ok(stream)) => {
                    let _ = ready.send((stream, from)).await;
                }
                Ok(Err(error)) => tracing::debug!(%from, %error, "no TLS"),
                Err(_) => tracing::debug!(%from, "no handshake in time"),
            }
        });
    }
}

/// Connections that have shaken hands.
#[derive(Debug)]
pub struct TlsListener {
    ready: mpsc::Receiver<Connection>,
    address: SocketAddr,
}

impl Listener for TlsListener {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> Connection {
        match self.ready.recv().await {
            Some(connection) => connection,
            // The task that takes connections ends only after this listener.
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.address)
    }
}
