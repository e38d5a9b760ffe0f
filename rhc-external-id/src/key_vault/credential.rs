//! The credential whose key never leaves the vault: the vault signs the assertion, the authority takes it for a token.
//!
//! Pages: [certificate credentials](https://learn.microsoft.com/entra/identity-platform/certificate-credentials),
//! [client credentials](https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow).

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use azure_core::credentials::{AccessToken, TokenCredential, TokenRequestOptions};
use azure_core::error::{Error, ErrorKind};
use azure_core::http::{Context, Method, Request, StatusCode, Transport, Url};
use rhc_core::{AppId, ClientOptions, Clock, TenantId};
use serde::Deserialize;
use serde_json::json;
use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use tokio::sync::Mutex;
use tokio::time::Instant;
use url::form_urlencoded;
use uuid::Uuid;

use super::client::KeyVaultClient;
use super::model::{Certificate, SignatureAlgorithm, unpadded};

/// How long an assertion counts; Microsoft advises five to ten minutes.
const LIFETIME: i64 = 300;
/// How long the vault's answer about the latest version is trusted.
const TRUSTED: Duration = Duration::from_secs(60 * 60);
/// How many versions before the latest are tried where the directory does not know it yet.
const EARLIER: usize = 2;
const ATTEMPTS: u32 = 4;
const BACKOFF: Duration = Duration::from_secs(1);
/// The directory knows no such certificate of the application, or not yet.
const NOT_REGISTERED: u64 = 700_027;

/// What a caller may choose about the credential.
#[derive(Clone, Debug)]
pub struct VaultSignedCredentialOptions {
    /// Where the tenant's tokens are issued: `https://login.microsoftonline.com`, or the tenant's own
    /// `https://<name>.ciamlogin.com`.
    pub authority: Option<Url>,
    /// How assertions are signed.
    pub algorithm: SignatureAlgorithm,
    /// Transport and clock.
    pub client: ClientOptions,
}

impl Default for VaultSignedCredentialOptions {
    fn default() -> Self {
        Self {
            authority: None,
            algorithm: SignatureAlgorithm::Ps256,
            client: ClientOptions::default(),
        }
    }
}

/// An application of an External ID tenant, or of any other, that proves itself with a certificate in a key vault.
///
/// The vault signs, so nobody ever holds the key: not this process, not its memory, not a backup. Whoever runs it needs
/// Key Vault Crypto User at the key and Key Vault Reader at the certificate, and the vault must let its network in.
///
/// After a rotation it goes over to the new version by itself, and back to the one before as long as the directory has not
/// heard of the new one.
///
/// ```no_run
/// # fn example(identity: std::sync::Arc<dyn azure_core::credentials::TokenCredential>, tenant: rhc_core::TenantId, app: rhc_core::AppId) -> rhc_core::Result<()> {
/// use std::sync::Arc;
/// use rhc_external_id::{KeyVaultClient, VaultSignedCredential};
///
/// let vault = KeyVaultClient::new("https://hp225qa-kv.vault.azure.net/", identity, None)?;
/// let credential = Arc::new(VaultSignedCredential::new(vault, "rhc-hp2-qa-web", tenant, app, None)?);
/// # let _ = credential;
/// # Ok(()) }
/// ```
pub struct VaultSignedCredential {
    vault: KeyVaultClient,
    certificate: String,
    client_id: AppId,
    endpoint: Url,
    algorithm: SignatureAlgorithm,
    transport: Transport,
    clock: Clock,
    latest: Mutex<Option<(Instant, Signer)>>,
}

/// A version with which assertions can be signed.
#[derive(Clone)]
struct Signer {
    version: String,
    thumbprint: String,
}

/// Why there is no token.
enum Failure {
    /// The directory does not know the certificate.
    NotRegistered(Error),
    Other(Error),
}

impl VaultSignedCredential {
    /// The application `client_id` of `tenant`, with the certificate of this name in the vault.
    ///
    /// # Errors
    /// [`InvalidInput`](rhc_core::ErrorKind::InvalidInput) where the authority is no `https` address.
    pub fn new(
        vault: KeyVaultClient,
        certificate: impl Into<String>,
        tenant: TenantId,
        client_id: AppId,
        options: Option<VaultSignedCredentialOptions>,
    ) -> rhc_core::Result<Self> {
        let options = options.unwrap_or_default();
        let authority = options
            .authority
            .unwrap_or_else(|| rhc_core::Cloud::public().authority);
        let invalid = |message: String| rhc_core::Error::invalid("credential", message);
        if authority.scheme() != "https" || !authority.has_host() {
            return Err(invalid(format!(
                "`{authority}` cannot be an authority: it must begin with https://"
            )));
        }
        let endpoint = authority
            .join(&format!("/{tenant}/oauth2/v2.0/token"))
            .map_err(|error| invalid(error.to_string()))?;
        let transport = options.client.client_options.transport.unwrap_or_default();
        Ok(Self {
            vault,
            certificate: certificate.into(),
            client_id,
            endpoint,
            algorithm: options.algorithm,
            transport,
            clock: options.client.clock,
            latest: Mutex::default(),
        })
    }

    /// The latest version that can be used now.
    async fn latest(&self) -> Result<Signer, Error> {
        let mut latest = self.latest.lock().await;
        if let Some((asked, signer)) = latest.as_ref()
            && asked.elapsed() < self.clock.scaled(TRUSTED)
        {
            return Ok(signer.clone());
        }
        let signer = self.signer(None).await?;
        *latest = Some((Instant::now(), signer.clone()));
        Ok(signer)
    }

    async fn signer(&self, version: Option<&str>) -> Result<Signer, Error> {
        let certificate = self
            .vault
            .certificate(&self.certificate, version)
            .await
            .map_err(|error| self.not_signed(error))?;
        signer_of(&certificate).ok_or_else(|| {
            credential(format!(
                "the vault's certificate `{}` has no version or is no certificate",
                self.certificate
            ))
        })
    }

    /// The versions before this one that can still be used, the newest first.
    async fn earlier(&self, than: &Signer) -> Result<Vec<Signer>, Error> {
        let all = self.vault.certificate_versions(&self.certificate);
        let mut all = all
            .collect_all()
            .await
            .map_err(|error| self.not_signed(error))?;
        let now = self.clock.now().unix_timestamp();
        all.retain(|item| {
            let attributes = item.attributes.clone().unwrap_or_default();
            item.version() != Some(&than.version)
                && attributes.enabled.unwrap_or(true)
                && attributes.exp.is_none_or(|end| now < end)
        });
        all.sort_by_key(|item| {
            let made = item.attributes.as_ref().and_then(|own| own.created);
            std::cmp::Reverse(made)
        });
        let mut signers = Vec::new();
        for item in all.iter().take(EARLIER) {
            signers.push(self.signer(item.version()).await?);
        }
        Ok(signers)
    }

    /// The assertion: who we are, to whom it is said, for how long, and the vault's signature under it.
    async fn assertion(&self, signer: &Signer) -> Result<String, Error> {
        let now = self.clock.now().unix_timestamp();
        let header = json!({
            "alg": self.algorithm.as_str(),
            "typ": "JWT",
            "x5t#S256": signer.thumbprint,
        });
        let id = self.client_id.to_string();
        let claims = json!({
            "aud": self.endpoint.as_str(),
            "iss": id,
            "sub": id,
            "jti": Uuid::new_v4(),
            "nbf": now,
            "iat": now,
            "exp": now + LIFETIME,
        });
        let signed = format!(
            "{}.{}",
            unpadded(header.to_string()),
            unpadded(claims.to_string())
        );
        let digest = Sha256::digest(signed.as_bytes());
        let signature = self
            .vault
            .sign(&self.certificate, &signer.version, &self.algorithm, &digest)
            .await
            .map_err(|error| self.not_signed(error))?;
        Ok(format!("{signed}.{}", unpadded(signature)))
    }

    async fn token(&self, scopes: &[&str], signer: &Signer) -> Result<AccessToken, Failure> {
        let assertion = self.assertion(signer).await.map_err(Failure::Other)?;
        let form = form_urlencoded::Serializer::new(String::new())
            .append_pair("grant_type", "client_credentials")
            .append_pair("client_id", &self.client_id.to_string())
            .append_pair("scope", &scopes.join(" "))
            .append_pair(
                "client_assertion_type",
                "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            )
            .append_pair("client_assertion", &assertion)
            .finish();
        let (status, body) = self.exchanged(&form).await.map_err(Failure::Other)?;
        if status.is_success() {
            let given: Given = serde_json::from_slice(&body).map_err(|_| {
                Failure::Other(credential("the authority's answer is no token".to_owned()))
            })?;
            let lifetime = time::Duration::seconds(given.expires_in);
            let expires_on: OffsetDateTime = self.clock.now().saturating_add(lifetime);
            return Ok(AccessToken::new(given.access_token, expires_on));
        }
        let refused: Refused = serde_json::from_slice(&body).unwrap_or_default();
        let words = refused.error_description.lines().next().unwrap_or_default();
        let error = credential(format!(
            "the authority does not take {} for application {} ({status}): {} {words}",
            self.certificate, self.client_id, refused.error
        ));
        Err(if refused.error_codes.contains(&NOT_REGISTERED) {
            Failure::NotRegistered(error)
        } else {
            Failure::Other(error)
        })
    }

    /// Sends the form; again while the authority is busy or cannot be reached.
    async fn exchanged(&self, form: &str) -> Result<(StatusCode, Vec<u8>), Error> {
        let mut attempt = 0;
        loop {
            attempt += 1;
            let mut request = Request::new(self.endpoint.clone(), Method::Post);
            request.insert_header("content-type", "application/x-www-form-urlencoded");
            request.insert_header("accept", "application/json");
            request.set_body(form.to_owned());
            let answer = match self.transport.send(&Context::new(), &mut request).await {
                Ok(answer) => {
                    let (status, _, body) = answer.deconstruct();
                    body.collect().await.map(|body| (status, body.to_vec()))
                }
                Err(error) => Err(error),
            };
            let passes = match &answer {
                Ok((status, _)) => {
                    let status = u16::from(*status);
                    status == 429 || status >= 500
                }
                Err(_) => true,
            };
            if !passes || attempt >= ATTEMPTS {
                return answer.map_err(|error| {
                    Error::with_error(
                        ErrorKind::Credential,
                        error,
                        format!(
                            "{} cannot be reached",
                            self.endpoint.origin().ascii_serialization()
                        ),
                    )
                });
            }
            tokio::time::sleep(self.clock.scaled(BACKOFF * 2_u32.pow(attempt - 1))).await;
        }
    }

    fn not_signed(&self, error: rhc_core::Error) -> Error {
        let words = match super::VaultRefusal::of(&error) {
            Some(super::VaultRefusal::Role) => {
                "the vault does not let us sign; give us Key Vault Crypto User at the key and Key Vault Reader at the certificate"
            }
            Some(_) => "the vault's firewall does not let us in; add our subnet to its rules",
            None => "the vault could not be asked to sign",
        };
        let message = format!("{words} (certificate `{}`)", self.certificate);
        Error::with_error(ErrorKind::Credential, error, message)
    }
}

#[derive(Deserialize)]
struct Given {
    access_token: String,
    expires_in: i64,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Refused {
    error: String,
    error_description: String,
    error_codes: Vec<u64>,
}

fn signer_of(certificate: &Certificate) -> Option<Signer> {
    Some(Signer {
        version: certificate.version()?.to_owned(),
        thumbprint: certificate.thumbprint()?,
    })
}

fn credential(message: String) -> Error {
    Error::with_message(ErrorKind::Credential, message)
}

#[async_trait]
impl TokenCredential for VaultSignedCredential {
    async fn get_token(
        &self,
        scopes: &[&str],
        _: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        let signer = self.latest().await?;
        let not_registered = match self.token(scopes, &signer).await {
            Ok(token) => return Ok(token),
            Err(Failure::Other(error)) => return Err(error),
            Err(Failure::NotRegistered(error)) => error,
        };
        // What is latest may have changed, or is newer than the directory knows.
        *self.latest.lock().await = None;
        let now = self.latest().await?;
        let again = (now.version != signer.version).then_some(now);
        for other in again.into_iter().chain(self.earlier(&signer).await?) {
            match self.token(scopes, &other).await {
                Ok(token) => return Ok(token),
                Err(Failure::Other(error)) => return Err(error),
                Err(Failure::NotRegistered(_)) => {}
            }
        }
        Err(not_registered)
    }
}

impl fmt::Debug for VaultSignedCredential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VaultSignedCredential")
            .field("vault", &self.vault.address().as_str())
            .field("certificate", &self.certificate)
            .field("client_id", &self.client_id)
            .field("endpoint", &self.endpoint.as_str())
            .finish_non_exhaustive()
    }
}
