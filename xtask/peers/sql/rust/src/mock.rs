//! Our client, against Microsoft's own server for tests.
//!
//! It takes any token and says which one came. It does not put messages of several packets together, so that tokens stay below
//! some 1,900 characters; and in TDS 7.4 it frames TLS as no server does, so that only strict is spoken. Where it leads clients on it
//! has no TLS: that stands before it here.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use azure_core::credentials::{AccessToken, TokenCredential, TokenRequestOptions};
use mssql_mock_tds::{
    ColumnDefinition, ColumnValue, MockTdsServer, QueryResponse, RedirectionConfig, Row,
    SqlDataType, TerminalError, create_test_identity,
};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rhc_core::{Cloud, ErrorKind};
use rhc_sql_identity::{Databases, Dial, SqlAddress, TcpDial, TdsDatabases, TdsOptions, Wire};
use time::OffsetDateTime;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

use crate::{check, say};

const SERVER: &str = "mock.database.windows.net";
const GATEWAY: &str = "gateway.database.windows.net";
const WORKER: &str = "worker.database.windows.net";

/// A token as long as wanted.
#[derive(Debug)]
struct Fixed(String);

#[async_trait]
impl TokenCredential for Fixed {
    async fn get_token(
        &self,
        _: &[&str],
        _: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        let end = OffsetDateTime::now_utc() + Duration::from_secs(3600);
        Ok(AccessToken::new(self.0.clone(), end))
    }
}

/// Names lead to ports of this machine.
#[derive(Debug)]
struct Here(Vec<(&'static str, u16)>);

#[async_trait]
impl Dial for Here {
    async fn dial(&self, host: &str, _: u16) -> io::Result<Box<dyn Wire>> {
        let known = self.0.iter().find(|(name, _)| *name == host);
        let (_, port) = known.ok_or(io::ErrorKind::ConnectionRefused)?;
        TcpDial.dial("127.0.0.1", *port).await
    }
}

/// A root, and a certificate that leads to it, with its key.
struct Certificates {
    root: String,
    certificate: rcgen::Certificate,
    key: KeyPair,
}

impl Certificates {
    fn new() -> Result<Self, rcgen::Error> {
        let own = KeyPair::generate()?;
        let mut root = CertificateParams::default();
        root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let pem = root.self_signed(&own)?.pem();
        let key = KeyPair::generate()?;
        let names = [SERVER, GATEWAY, WORKER].map(str::to_owned);
        let certificate =
            CertificateParams::new(names)?.signed_by(&key, &Issuer::new(root, own))?;
        Ok(Self {
            root: pem,
            certificate,
            key,
        })
    }

    /// TLS before a server that has none, as strict clients want it.
    fn front(&self) -> Result<TlsAcceptor, Box<dyn std::error::Error>> {
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(self.key.serialize_der()));
        let mut config = ServerConfig::builder()
            .with_no_client_auth()
            .with_single_cert(vec![self.certificate.der().clone()], key)?;
        config.alpn_protocols = vec![b"tds/8.0".to_vec()];
        Ok(TlsAcceptor::from(Arc::new(config)))
    }
}

fn options(certificates: &Certificates) -> TdsOptions {
    let mut options = TdsOptions::default();
    options.strict = true;
    options.root = Some(certificates.root.clone());
    options.command_timeout = Duration::from_secs(1);
    options
}

fn databases(
    certificates: &Certificates,
    token: &str,
    hosts: Vec<(&'static str, u16)>,
) -> TdsDatabases {
    let credential = Arc::new(Fixed(token.to_owned()));
    let options = options(certificates);
    TdsDatabases::through(&Cloud::public(), credential, options, Arc::new(Here(hosts)))
}

fn address(host: &str) -> rhc_core::Result<SqlAddress> {
    SqlAddress::new(&Cloud::public(), host, "hp2_db")
}

/// Goes through the scenario.
pub(crate) async fn run() -> Result<(), Box<dyn std::error::Error>> {
    let certificates = Certificates::new()?;
    let identity = create_test_identity(
        certificates.certificate.pem().as_bytes(),
        certificates.key.serialize_pem().as_bytes(),
    )?;
    let mock = MockTdsServer::new_with_strict_tls("127.0.0.1:0", identity).await?;
    let (port, seen, queries) = (
        mock.local_addr().port(),
        mock.connection_store(),
        mock.query_registry(),
    );
    {
        let mut queries = queries.lock().await;
        let column = ColumnDefinition::new("n", SqlDataType::BigInt);
        let rows = vec![
            Row::new(vec![ColumnValue::BigInt(7)]),
            Row::new(vec![ColumnValue::Null]),
        ];
        let answer = QueryResponse::new(vec![column], rows);
        queries.register("SELECT n", answer.clone());
        queries.register("SELECT slowly", answer.with_delay(Duration::from_secs(5)));
        let error = TerminalError::new(229, 14, "The SELECT permission was denied");
        queries.register("SELECT denied", QueryResponse::error_only(error));
    }
    tokio::spawn(mock.run());

    for length in [300, 1800] {
        let token = "t".repeat(length);
        let databases = databases(&certificates, &token, vec![(SERVER, port)]);
        let mut session = databases.open(&address(SERVER)?).await?;
        let rows = session.run("SELECT n").await?;
        check(
            "query",
            "rows",
            vec![vec![Some("7".to_owned())], vec![None]],
            rows,
        );
        drop(session);
        tokio::time::sleep(Duration::from_millis(200)).await;
        let seen = seen.lock().await;
        let last = seen.all().values().last();
        let came = last.and_then(|own| own.received_token_as_string());
        let what = format!("a token of {length} characters, strict");
        say(
            "login",
            &what,
            "the same token",
            &format!("of {:?}", came.as_ref().map(String::len)),
            came == Some(token),
        );
        let came = last.and_then(|own| own.received_database.clone());
        check(
            "login",
            "the database stands in the login",
            Some("hp2_db".to_owned()),
            came,
        );
    }
    let ours = databases(&certificates, "t", vec![(SERVER, port)]);
    let mut session = ours.open(&address(SERVER)?).await?;
    let came = session.run("SELECT denied").await.err();
    let code = came
        .as_ref()
        .and_then(|error| error.code().map(str::to_owned));
    check(
        "error",
        "the server's number",
        Some("SQL229".to_owned()),
        code,
    );
    check(
        "error",
        "the session goes on",
        2,
        session.run("SELECT n").await?.len(),
    );
    let came = session.run("SELECT slowly").await.err();
    let kind = came.as_ref().map(rhc_core::Error::kind);
    check(
        "cancel",
        "a batch that takes too long",
        Some(ErrorKind::DeadlineExceeded),
        kind,
    );
    // This server says that it has given up in the same message, after which a session goes on.
    check(
        "cancel",
        "the session goes on",
        2,
        session.run("SELECT n").await?.len(),
    );

    let gateway = MockTdsServer::new_with_redirection_config(
        "127.0.0.1:0",
        RedirectionConfig::new(WORKER, 11_014),
    )
    .await?;
    let behind = gateway.local_addr().port();
    tokio::spawn(gateway.run());
    let front = serve(certificates.front()?, behind).await?;
    let routed = databases(
        &certificates,
        "routed",
        vec![(GATEWAY, front), (WORKER, port)],
    );
    let mut session = routed.open(&address(GATEWAY)?).await?;
    check(
        "routing",
        "to a worker",
        2,
        session.run("SELECT n").await?.len(),
    );
    drop(session);
    tokio::time::sleep(Duration::from_millis(200)).await;
    let came = seen
        .lock()
        .await
        .all()
        .values()
        .last()
        .and_then(|own| own.received_token_as_string());
    check("routing", "with the token", Some("routed".to_owned()), came);

    let away = MockTdsServer::new_with_redirection_config(
        "127.0.0.1:0",
        RedirectionConfig::new("worker.example.com", 1433),
    )
    .await?;
    let behind = away.local_addr().port();
    tokio::spawn(away.run());
    let front = serve(certificates.front()?, behind).await?;
    let away = databases(
        &certificates,
        "away",
        vec![(GATEWAY, front), ("worker.example.com", port)],
    );
    let came = away.open(&address(GATEWAY)?).await.err();
    let kind = came.as_ref().map(rhc_core::Error::kind);
    check(
        "routing",
        "not to another cloud",
        Some(ErrorKind::RefusedOrigin),
        kind,
    );
    Ok(())
}

/// Lets TLS end here, and says where.
async fn serve(front: TlsAcceptor, behind: u16) -> io::Result<u16> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let port = listener.local_addr()?.port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let front = front.clone();
            tokio::spawn(async move {
                let mut near = front.accept(stream).await?;
                let mut far = TcpStream::connect(("127.0.0.1", behind)).await?;
                tokio::io::copy_bidirectional(&mut near, &mut far)
                    .await
                    .map(drop)
            });
        }
    });
    Ok(port)
}
