//! Azurite, and the way to it: it takes tokens over TLS only, under a name that is not this machine's.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use rhc_core::{Carrier, Url};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use crate::{Outcome, target};

/// Behind it stands the address.
const READY: &str = "successfully listens on https://";
/// The account, with a key that nobody uses.
pub(super) const ACCOUNT: &str = "rhcjournal";

/// A running Azurite, which ends with this.
#[derive(Debug)]
pub(super) struct Server {
    process: Child,
    address: SocketAddr,
    certificate: CertificateDer<'static>,
}

impl Server {
    /// Starts it at a port that is free, in memory, with a certificate of its own.
    pub(super) fn start(installed: &Path) -> Outcome<Self> {
        let folder = target().join("peers").join("azurite-run");
        let failed = |error: &dyn std::fmt::Display| format!("{}: {error}", folder.display());
        fs::create_dir_all(&folder).map_err(|error| failed(&error))?;
        let names = ["127.0.0.1".to_owned()];
        let made = rcgen::generate_simple_self_signed(names).map_err(|error| failed(&error))?;
        let (certificate, key) = (folder.join("certificate.pem"), folder.join("key.pem"));
        fs::write(&certificate, pem("CERTIFICATE", made.cert.der()))
            .and_then(|()| fs::write(&key, pem("PRIVATE KEY", &made.signing_key.serialize_der())))
            .map_err(|error| failed(&error))?;
        let program = installed.join("node_modules/azurite/dist/src/blob/main.js");
        let mut process = Command::new("node")
            .arg(program)
            .args(["--blobHost", "127.0.0.1", "--blobPort", "0"])
            .args(["--inMemoryPersistence", "--disableTelemetry"])
            .args(["--oauth", "basic", "--cert"])
            .arg(&certificate)
            .arg("--key")
            .arg(&key)
            .env("AZURITE_ACCOUNTS", format!("{ACCOUNT}:bm9ib2R5"))
            .current_dir(&folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| failed(&error))?;
        let mut said = process.stdout.take().map(BufReader::new);
        let mut address = None;
        for line in said.iter_mut().flat_map(BufRead::lines) {
            let line = line.map_err(|error| failed(&error))?;
            if let Some((_, at)) = line.split_once(READY) {
                address = at.trim().parse().ok();
                break;
            }
        }
        // It writes a line for each request, and waits where nobody reads them.
        std::thread::spawn(move || said.map(|said| said.lines().count()));
        let server = Self {
            process,
            address: address.unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 0))),
            certificate: made.cert.der().clone(),
        };
        if address.is_none() {
            return Err(failed(&"Azurite ended before it served"));
        }
        Ok(server)
    }

    /// A transport that carries all requests here: in the clear to a relay in this process, which speaks TLS.
    pub(super) async fn transport(&self) -> Outcome<Arc<Carrier>> {
        let failed = |error: &dyn std::fmt::Display| format!("the way to Azurite: {error}");
        let mut roots = RootCertStore::empty();
        roots
            .add(self.certificate.clone())
            .map_err(|error| failed(&error))?;
        let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| failed(&error))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let connector = TlsConnector::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await;
        let listener = listener.map_err(|error| failed(&error))?;
        let own = listener.local_addr().map_err(|error| failed(&error))?;
        let (to, name) = (self.address, ServerName::from(self.address.ip()));
        tokio::spawn(async move {
            while let Ok((mut near, _)) = listener.accept().await {
                let (connector, name) = (connector.clone(), name.clone());
                tokio::spawn(async move {
                    let far = TcpStream::connect(to).await?;
                    let mut far = connector.connect(name, far).await?;
                    copy_bidirectional(&mut near, &mut far).await
                });
            }
        });
        let url = Url::parse(&format!("http://{own}")).map_err(|error| failed(&error))?;
        Ok(Carrier::new(url))
    }
}

fn pem(label: &str, der: &[u8]) -> String {
    let encoded = azure_core::base64::encode(der);
    let lines = encoded.as_bytes().chunks(64).map(String::from_utf8_lossy);
    let lines: Vec<_> = lines.collect();
    format!(
        "-----BEGIN {label}-----\n{}\n-----END {label}-----\n",
        lines.join("\n")
    )
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
