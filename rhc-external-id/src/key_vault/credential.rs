//! The credential whose key never leaves the vault: the vault signs the assertion, the authority takes it for a token.
//!
//! Pages: [certificate credentials](https://learn.microsoft.com/entra/identity-platform/certificate-credentials),
//! [client credentials](https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow).

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use azure_core::credentials::{AccessToken, Secret, TokenCredential, TokenRequestOptions};
use azure_core::error::{Error, ErrorKind};
use azure_core::http::Url;
use rhc_core::{AppId, ClientOptions, Clock, TenantId, TokenEndpoint};
use serde_json::json;
use sha2::{Digest, Sha256};
use tokio::sync::Mutex;
use tokio::time::Instant;
use uuid::Uuid;

use super::client::KeyVaultClient;
use super::model::{Certificate, SignatureAlgorithm, unpadded};

/// How long an assertion counts; Microsoft advises five to ten minutes.
const LIFETIME: i64 = 300;
/// How long the vault's answer about the latest version is trusted.
const TRUSTED: Duration = Duration::from_secs(60 * 60);
/// How many versions before the latest are tried where the directory does not know it yet.
const EARLIER: usize = 2;
/// The directory knows no such certificate of the application, or not yet.
const NOT_REGISTERED: &str = "AADSTS700027";

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
    /// Whom assertions are for: the endpoint's address.
    audience: Url,
    endpoint: TokenEndpoint,
    algorithm: SignatureAlgorithm,
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
        let audience = authority
            .join(&format!("/{tenant}/oauth2/v2.0/token"))
            .map_err(|error| rhc_core::Error::invalid("credential", error.to_string()))?;
        Ok(Self {
            vault,
            certificate: certificate.into(),
            client_id,
            audience,
            endpoint: TokenEndpoint::new(&authority, tenant, &options.client)?,
            algorithm: options.algorithm,
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
            "aud": self.audience.as_str(),
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
        let given = self
            .endpoint
            .exchange(
                self.client_id,
                &Secret::new(assertion),
                &scopes.join(" "),
                None,
            )
            .await;
        given.map_err(|refused| {
            let not_registered = refused.has_code(NOT_REGISTERED);
            let message = format!(
                "the authority does not take {} for application {}: {refused}",
                self.certificate, self.client_id
            );
            let error = Error::with_error(ErrorKind::Credential, refused, message);
            if not_registered {
                Failure::NotRegistered(error)
            } else {
                Failure::Other(error)
            }
        })
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
            .field("endpoint", &self.audience.as_str())
            .finish_non_exhaustive()
    }
}
