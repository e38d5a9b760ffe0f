//! The certificates of the World's SQL servers: one root of its own, and one for each name that is asked for.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use azure_core::base64;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use tokio_rustls::rustls::crypto::aws_lc_rs::sign::any_supported_type;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::rustls::server::{ClientHello, ResolvesServerCert};
use tokio_rustls::rustls::sign::{CertifiedKey, SigningKey};

/// The names that a client on this machine uses.
const LOCAL: [&str; 3] = ["localhost", "127.0.0.1", "::1"];
/// How many certificates are kept.
const MOST: usize = 64;

/// Makes certificates and keeps them.
pub(super) struct Certificates {
    issuer: Issuer<'static, KeyPair>,
    root: String,
    /// One key for all servers: it proves nothing to anybody but tests.
    key: KeyPair,
    signer: Arc<dyn SigningKey>,
    suffixes: Vec<String>,
    made: Mutex<BTreeMap<String, Arc<CertifiedKey>>>,
}

impl Certificates {
    pub(super) fn new(suffixes: Vec<String>) -> io::Result<Self> {
        let own = KeyPair::generate().map_err(io::Error::other)?;
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        params
            .distinguished_name
            .push(DnType::CommonName, "World's SQL servers");
        let root = params.self_signed(&own).map_err(io::Error::other)?;
        let key = KeyPair::generate().map_err(io::Error::other)?;
        let private = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        Ok(Self {
            root: pem(root.der()),
            issuer: Issuer::new(params, own),
            signer: any_supported_type(&private).map_err(io::Error::other)?,
            key,
            suffixes,
            made: Mutex::default(),
        })
    }

    /// The root's certificate as PEM.
    pub(super) fn root(&self) -> &str {
        &self.root
    }

    fn is_ours(&self, name: &str) -> bool {
        let suffix = |suffix: &String| name.ends_with(suffix.as_str());
        name == "localhost" || self.suffixes.iter().any(suffix)
    }

    fn make(&self, names: Vec<String>) -> Option<Arc<CertifiedKey>> {
        let mut params = CertificateParams::new(names).ok()?;
        params
            .distinguished_name
            .push(DnType::CommonName, "SQL server");
        let made = params.signed_by(&self.key, &self.issuer).ok()?;
        let chain = vec![CertificateDer::from(made.der().to_vec())];
        Some(Arc::new(CertifiedKey::new(chain, Arc::clone(&self.signer))))
    }
}

impl ResolvesServerCert for Certificates {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let name = hello.server_name().unwrap_or_default().to_ascii_lowercase();
        if !name.is_empty() && !self.is_ours(&name) {
            return None;
        }
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = made.get(&name) {
            return Some(Arc::clone(known));
        }
        let local = LOCAL.map(str::to_owned).to_vec();
        let names = if name.is_empty() {
            local
        } else {
            vec![name.clone()]
        };
        let fresh = self.make(names)?;
        if made.len() < MOST {
            made.insert(name, Arc::clone(&fresh));
        }
        Some(fresh)
    }
}

impl fmt::Debug for Certificates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certificates").finish_non_exhaustive()
    }
}

fn pem(der: &[u8]) -> String {
    let encoded = base64::encode(der);
    let mut text = "-----BEGIN CERTIFICATE-----\n".to_owned();
    let mut rest = encoded.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at(rest.len().min(64));
        text.push_str(line);
        text.push('\n');
        rest = after;
    }
    text.push_str("-----END CERTIFICATE-----\n");
    text
}
