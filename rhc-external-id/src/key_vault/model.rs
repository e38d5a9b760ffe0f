//! What the vault says of its certificates.

use azure_core::base64;
use rhc_core::{model, open_enum};
use sha2::{Digest, Sha256};

open_enum! {
    /// How the vault signs a SHA-256 digest.
    SignatureAlgorithm {
        /// RSASSA-PSS: what Entra asks for.
        Ps256 = "PS256",
        /// RSASSA-PKCS1-v1_5: what it also takes.
        Rs256 = "RS256",
    }
}

model! {
    /// A version of a certificate.
    Certificate {
        /// Its address: `https://{vault}/certificates/{name}/{version}`.
        id: String,
        /// The address of its key, with which it signs.
        kid: String,
        /// The certificate itself, DER in Base64.
        cer: String,
        /// Its SHA-1 thumbprint, in Base64 for addresses.
        x5t: String,
        /// Whether and when it counts.
        attributes: Attributes,
        /// By which rules it was made.
        policy: CertificatePolicy,
    }

    /// A version of a certificate in a list, without the certificate.
    CertificateItem {
        /// Its address.
        id: String,
        /// Its SHA-1 thumbprint, in Base64 for addresses.
        x5t: String,
        /// Whether and when it counts.
        attributes: Attributes,
    }

    /// Whether and when something in the vault counts; times in seconds since 1970.
    Attributes {
        /// Whether it can be used.
        enabled: bool,
        /// From when.
        nbf: i64,
        /// Until when.
        exp: i64,
        /// When it was made.
        created: i64,
        /// When it was changed.
        updated: i64,
        /// What becomes of it when it is deleted.
        recovery_level: String,
    }

    /// By which rules a certificate is made and renewed.
    CertificatePolicy {
        /// Its key.
        #[serde(rename = "key_props")]
        key: KeyProperties,
        /// How the key would be handed out, if it could be.
        #[serde(rename = "secret_props")]
        secret: SecretProperties,
        /// What stands in it.
        #[serde(rename = "x509_props")]
        x509: X509Properties,
        /// Who signs it.
        issuer: Issuer,
    }

    /// The key of a certificate.
    KeyProperties {
        /// Whether it can leave the vault.
        exportable: bool,
        /// `RSA`, or `RSA-HSM` in a premium vault.
        kty: String,
        /// How many bits.
        #[serde(rename = "key_size")]
        key_size: u32,
        /// Whether a renewal keeps the key.
        #[serde(rename = "reuse_key")]
        reuse_key: bool,
    }

    /// How a key would be handed out.
    SecretProperties {
        /// `application/x-pkcs12` or `application/x-pem-file`.
        content_type: String,
    }

    /// What stands in a certificate.
    X509Properties {
        /// Whose it is: `CN=rhc-hp2-qa-web`.
        subject: String,
        /// For how many months it counts.
        #[serde(rename = "validity_months")]
        validity_months: u32,
        /// What its key is for.
        #[serde(rename = "key_usage")]
        key_usage: Vec<String>,
        /// What it proves.
        ekus: Vec<String>,
    }

    /// Who signs a certificate.
    Issuer {
        /// `Self`: the certificate itself. `Unknown`: somebody outside.
        name: String,
    }

    /// The making of a certificate.
    CertificateOperation {
        /// Its address.
        id: String,
        /// `inProgress`, `completed`, `cancelled`.
        status: String,
        /// What it waits for.
        #[serde(rename = "status_details")]
        status_details: String,
        /// Why it failed.
        error: OperationError,
        /// The certificate that it made.
        target: String,
        /// Its id.
        #[serde(rename = "request_id")]
        request_id: String,
    }

    /// Why a certificate was not made.
    OperationError {
        /// The code.
        code: String,
        /// In words.
        message: String,
    }
}

impl CertificatePolicy {
    /// A certificate that signs itself and whose RSA key signs assertions and cannot leave the vault.
    pub fn signing(subject: impl Into<String>, key_size: u32, validity_months: u32) -> Self {
        Self {
            key: Some(KeyProperties {
                exportable: Some(false),
                kty: Some("RSA".to_owned()),
                key_size: Some(key_size),
                reuse_key: Some(false),
                ..KeyProperties::default()
            }),
            secret: Some(SecretProperties {
                content_type: Some("application/x-pkcs12".to_owned()),
                ..SecretProperties::default()
            }),
            x509: Some(X509Properties {
                subject: Some(subject.into()),
                validity_months: Some(validity_months),
                key_usage: Some(vec!["digitalSignature".to_owned()]),
                ekus: Some(vec!["1.3.6.1.5.5.7.3.2".to_owned()]),
                ..X509Properties::default()
            }),
            issuer: Some(Issuer {
                name: Some("Self".to_owned()),
                ..Issuer::default()
            }),
            ..Self::default()
        }
    }

    /// Whether the key can leave the vault; the service's default is that it can.
    pub fn is_exportable(&self) -> bool {
        let key = self.key.as_ref();
        key.and_then(|key| key.exportable).unwrap_or(true)
    }
}

impl Certificate {
    /// Its version, the last part of its address.
    pub fn version(&self) -> Option<&str> {
        version(self.id.as_deref()?)
    }

    /// Its SHA-256 thumbprint in Base64 for addresses, as an assertion names it.
    pub fn thumbprint(&self) -> Option<String> {
        let der = base64::decode(self.cer.as_ref()?).ok()?;
        Some(unpadded(Sha256::digest(der)))
    }
}

impl CertificateItem {
    /// Its version, the last part of its address.
    pub fn version(&self) -> Option<&str> {
        version(self.id.as_deref()?)
    }
}

fn version(id: &str) -> Option<&str> {
    id.rsplit('/').next().filter(|version| !version.is_empty())
}

/// Base64 as JSON Web Tokens and the vault have it.
pub(super) fn unpadded(bytes: impl AsRef<[u8]>) -> String {
    base64::encode_url_safe(bytes)
        .trim_end_matches('=')
        .to_owned()
}

impl CertificateOperation {
    /// Whether it has ended, well or not.
    pub fn is_over(&self) -> bool {
        self.is("completed") || self.is("cancelled") || self.error.is_some()
    }

    /// Whether the certificate is made.
    pub fn is_completed(&self) -> bool {
        self.is("completed") && self.error.is_none()
    }

    fn is(&self, status: &str) -> bool {
        let own = self.status.as_deref();
        own.is_some_and(|own| own.eq_ignore_ascii_case(status))
    }
}
