//! The client of one vault.

use std::sync::Arc;
use std::time::Duration;

use azure_core::base64;
use azure_core::credentials::TokenCredential;
use rhc_core::{
    ClientOptions, Error, ErrorKind, Method, Pages, Path, Request, Result, Service, ServiceInfo,
    Url,
};
use serde::{Deserialize, Serialize};

use super::model::{
    Certificate, CertificateItem, CertificateOperation, CertificatePolicy, SignatureAlgorithm,
    unpadded,
};
use super::refusal::VaultRefusal;

/// Of the data plane, as it was recorded.
const API_VERSION: &str = "7.4";

/// What a caller may choose about the client.
#[derive(Debug, Clone)]
pub struct KeyVaultClientOptions {
    /// The scope of its tokens.
    pub scope: String,
    /// Transport, retries, pacing and clock.
    pub client: ClientOptions,
    /// How often to ask whether a certificate is made.
    pub poll: Duration,
    /// How long at most.
    pub patience: Duration,
}

impl Default for KeyVaultClientOptions {
    /// The public cloud.
    fn default() -> Self {
        Self {
            scope: "https://vault.azure.net/.default".to_owned(),
            client: ClientOptions::default(),
            poll: Duration::from_secs(5),
            patience: Duration::from_secs(300),
        }
    }
}

impl From<ClientOptions> for KeyVaultClientOptions {
    fn from(client: ClientOptions) -> Self {
        Self {
            client,
            ..Self::default()
        }
    }
}

/// One vault's certificates and signatures. Cheap to clone.
///
/// Making a certificate is not repeated after a lost answer, because each makes a version: look at
/// [`operation`](Self::operation) first.
#[derive(Debug, Clone)]
pub struct KeyVaultClient {
    service: Service,
    poll: Duration,
    patience: Duration,
}

impl KeyVaultClient {
    /// The vault at this address (`https://hp225qa-kv.vault.azure.net/`).
    ///
    /// # Errors
    /// [`InvalidInput`](ErrorKind::InvalidInput) where that is no `https` address.
    pub fn new(
        vault: &str,
        credential: Arc<dyn TokenCredential>,
        options: Option<KeyVaultClientOptions>,
    ) -> Result<Self> {
        let options = options.unwrap_or_default();
        let origin = Url::parse(vault).map_err(|error| {
            Error::invalid("client", format!("`{vault}` is no address: {error}"))
        })?;
        let info = ServiceInfo {
            crate_name: env!("CARGO_PKG_NAME"),
            crate_version: env!("CARGO_PKG_VERSION"),
            origin,
            scope: options.scope,
        };
        let service = Service::new(info, credential, &options.client)?;
        Ok(Self {
            poll: service.clock().scaled(options.poll),
            patience: service.clock().scaled(options.patience),
            service,
        })
    }

    /// Where the vault is.
    pub fn address(&self) -> &Url {
        self.service.origin()
    }

    /// Makes a certificate, or a new version of it.
    ///
    /// Request: `POST /certificates/{name}/create`, operation `certificates.create`.
    /// Permission: the role Key Vault Certificates Officer.
    /// Page: [create certificate](https://learn.microsoft.com/rest/api/keyvault/certificates/create-certificate/create-certificate).
    ///
    /// # Errors
    /// 403 as [`VaultRefusal`] says; 400 `BadParameter`; 409 `Conflict` while one is being made or a deleted one has the name.
    pub async fn create_certificate(
        &self,
        name: &str,
        policy: &CertificatePolicy,
    ) -> Result<CertificateOperation> {
        self.service.send(create(name, policy)).await?.json()
    }

    /// How far the making of a certificate is; `None` where none was begun.
    ///
    /// Request: `GET /certificates/{name}/pending`, operation `certificates.operation`.
    /// Permission: the role Key Vault Reader.
    /// Page: [get operation](https://learn.microsoft.com/rest/api/keyvault/certificates/get-certificate-operation/get-certificate-operation).
    ///
    /// # Errors
    /// 403 as [`VaultRefusal`] says.
    pub async fn operation(&self, name: &str) -> Result<Option<CertificateOperation>> {
        let answer = self.service.send_opt(operation(name)).await?;
        answer.map(|answer| answer.json()).transpose()
    }

    /// Waits until a certificate that is being made is there, and reads it.
    ///
    /// Requests: those of [`operation`](Self::operation) and [`certificate`](Self::certificate).
    /// Role and pages as [`operation`](Self::operation) and [`certificate`](Self::certificate).
    ///
    /// # Errors
    /// What the vault says of a failure; [`DeadlineExceeded`](ErrorKind::DeadlineExceeded) where it takes too long.
    pub async fn made(&self, name: &str) -> Result<Certificate> {
        let failed =
            |kind, message: String| Err(Error::new(kind, "certificates.operation", message));
        let deadline = tokio::time::Instant::now() + self.patience;
        loop {
            let Some(operation) = self.operation(name).await? else {
                return failed(
                    ErrorKind::OperationFailed,
                    format!("no certificate `{name}` is being made"),
                );
            };
            if operation.is_completed() {
                return self.certificate(name, None).await;
            }
            if operation.is_over() {
                let error = operation.error.unwrap_or_default();
                return failed(
                    ErrorKind::OperationFailed,
                    format!(
                        "the vault did not make the certificate `{name}`: {} {}",
                        error.code.unwrap_or_default(),
                        error.message.or(operation.status).unwrap_or_default()
                    ),
                );
            }
            if tokio::time::Instant::now() >= deadline {
                return failed(
                    ErrorKind::DeadlineExceeded,
                    format!("the vault is still making the certificate `{name}`"),
                );
            }
            tokio::time::sleep(self.poll).await;
        }
    }

    /// Reads a version of a certificate, the latest without one.
    ///
    /// Request: `GET /certificates/{name}`, operation `certificates.get`.
    /// Request: `GET /certificates/{name}/{version}`, operation `certificates.get`.
    /// Permission: the role Key Vault Reader.
    /// Page: [get certificate](https://learn.microsoft.com/rest/api/keyvault/certificates/get-certificate/get-certificate).
    ///
    /// # Errors
    /// 404 `CertificateNotFound`; 403 as [`VaultRefusal`] says.
    pub async fn certificate(&self, name: &str, version: Option<&str>) -> Result<Certificate> {
        self.service.send(get(name, version)).await?.json()
    }

    /// The latest version of a certificate; `None` where there is none.
    ///
    /// Request, permission and page as [`certificate`](Self::certificate).
    ///
    /// # Errors
    /// 403 as [`VaultRefusal`] says.
    pub async fn certificate_opt(&self, name: &str) -> Result<Option<Certificate>> {
        let answer = self.service.send_opt(get(name, None)).await?;
        answer.map(|answer| answer.json()).transpose()
    }

    /// The versions of a certificate.
    ///
    /// Request: `GET /certificates/{name}/versions`, operation `certificates.versions`.
    /// Permission: the role Key Vault Reader.
    /// Page: [get certificate versions](https://learn.microsoft.com/rest/api/keyvault/certificates/get-certificate-versions/get-certificate-versions).
    pub fn certificate_versions(&self, name: &str) -> Pages<CertificateItem> {
        self.service.pages(versions(name))
    }

    /// Lets the vault sign a SHA-256 digest with the key of a certificate's version.
    ///
    /// Request: `POST /keys/{name}/{version}/sign`, operation `keys.sign`.
    /// Permission: the role Key Vault Crypto User, at the key.
    /// Page: [sign](https://learn.microsoft.com/rest/api/keyvault/keys/sign/sign).
    ///
    /// # Errors
    /// 403 as [`VaultRefusal`] says, and where the key is disabled or out of its time; 404 `KeyNotFound`.
    pub async fn sign(
        &self,
        name: &str,
        version: &str,
        algorithm: &SignatureAlgorithm,
        digest: &[u8],
    ) -> Result<Vec<u8>> {
        #[derive(Deserialize)]
        struct Signed {
            value: String,
        }
        let answer = self
            .service
            .send(sign(name, version, algorithm, digest))
            .await?;
        let signed: Signed = answer.json()?;
        base64::decode_url_safe(signed.value.trim_end_matches('=')).map_err(|_| {
            answer.error(
                ErrorKind::Decode,
                "the signature in the answer is not Base64",
            )
        })
    }

    /// Tries to read the list of certificates: `None` where the vault lets us, else what keeps us out.
    ///
    /// Request: `GET /certificates`, operation `certificates.list`.
    /// Permission: the role Key Vault Reader, if the answer shall be `None`.
    /// Page: [get certificates](https://learn.microsoft.com/rest/api/keyvault/certificates/get-certificates/get-certificates).
    ///
    /// # Errors
    /// Any that is neither the network's nor the roles'.
    pub async fn refusal(&self) -> Result<Option<VaultRefusal>> {
        match self.service.send(knock()).await {
            Ok(_) => Ok(None),
            Err(error) => VaultRefusal::of(&error).map(Some).ok_or(error),
        }
    }
}

fn request(operation: &'static str, method: Method, path: Path) -> Request {
    Request::new(operation, method, path).query("api-version", API_VERSION)
}

fn of(name: &str) -> Path {
    Path::new("/certificates").segment(name)
}

fn create(name: &str, policy: &CertificatePolicy) -> Request {
    #[derive(Serialize)]
    struct Body<'a> {
        policy: &'a CertificatePolicy,
    }
    request(
        "certificates.create",
        Method::Post,
        of(name).fixed("/create"),
    )
    .json(&Body { policy })
}

fn operation(name: &str) -> Request {
    request(
        "certificates.operation",
        Method::Get,
        of(name).fixed("/pending"),
    )
}

fn get(name: &str, version: Option<&str>) -> Request {
    let path = match version {
        Some(version) => of(name).segment(version),
        None => of(name),
    };
    request("certificates.get", Method::Get, path)
}

fn versions(name: &str) -> Request {
    request(
        "certificates.versions",
        Method::Get,
        of(name).fixed("/versions"),
    )
}

fn knock() -> Request {
    let all = Path::new("/certificates");
    request("certificates.list", Method::Get, all).query("maxresults", "1")
}

fn sign(name: &str, version: &str, algorithm: &SignatureAlgorithm, digest: &[u8]) -> Request {
    #[derive(Serialize)]
    struct Body<'a> {
        alg: &'a str,
        value: String,
    }
    let path = Path::new("/keys")
        .segment(name)
        .segment(version)
        .fixed("/sign");
    request("keys.sign", Method::Post, path)
        .json(&Body {
            alg: algorithm.as_str(),
            value: unpadded(digest),
        })
        // It changes nothing: signing twice gives two good signatures.
        .idempotent(true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn requests_are_as_the_pages_say() {
        let policy = CertificatePolicy::signing("CN=rhc-hp2-qa-web", 2048, 12);
        let request = create("rhc-hp2-qa-web", &policy);
        assert_eq!(
            request.path_and_query(),
            "/certificates/rhc-hp2-qa-web/create?api-version=7.4"
        );
        assert!(!request.is_idempotent(), "each makes a version");
        let body: Value = serde_json::from_slice(request.body_bytes().unwrap()).unwrap();
        assert_eq!(
            body,
            json!({"policy": {
                "key_props": {"exportable": false, "kty": "RSA", "key_size": 2048, "reuse_key": false},
                "secret_props": {"contentType": "application/x-pkcs12"},
                "x509_props": {"subject": "CN=rhc-hp2-qa-web", "validity_months": 12,
                    "key_usage": ["digitalSignature"], "ekus": ["1.3.6.1.5.5.7.3.2"]},
                "issuer": {"name": "Self"},
            }})
        );
        let request = sign("one", "v1", &SignatureAlgorithm::Ps256, &[251, 255]);
        assert_eq!(
            request.path_and_query(),
            "/keys/one/v1/sign?api-version=7.4"
        );
        let body: Value = serde_json::from_slice(request.body_bytes().unwrap()).unwrap();
        assert_eq!(body, json!({"alg": "PS256", "value": "-_8"}));
        assert!(get("../x", None).path_and_query().len() < 60);
    }
}
