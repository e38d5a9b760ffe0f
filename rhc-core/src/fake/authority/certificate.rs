//! An app that proves itself with a certificate: it signs the assertion with its own key.
//!
//! Source: [certificate credentials](https://learn.microsoft.com/entra/identity-platform/certificate-credentials).

use azure_core::base64;
use serde::Deserialize;
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use uuid::Uuid;

use super::error::AuthorityError;
use super::mint;
use super::token;
use crate::fake::directory::Read;
use crate::fake::http::Addresses;
use crate::fake::x509::{Certificate, RsaPadding};
use crate::fake::{State, Tenant};

/// An assertion that names the certificate of its key.
pub(super) struct Assertion<'a> {
    header: Header,
    /// What is signed.
    signed: &'a str,
    claims: Option<Claims>,
    signature: Vec<u8>,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    #[serde(default)]
    x5t: Option<String>,
    #[serde(default, rename = "x5t#S256")]
    x5t_s256: Option<String>,
}

#[derive(Deserialize)]
struct Claims {
    aud: String,
    iss: String,
    sub: String,
    #[serde(rename = "jti")]
    _id: String,
    /// Microsoft's page asks for it and its own library for Python leaves it out, and writes fractions of seconds.
    nbf: Option<f64>,
    exp: f64,
}

impl<'a> Assertion<'a> {
    /// Reads one. `None` where the header names no certificate: then it is somebody's token.
    pub(super) fn read(text: &'a str) -> Option<Self> {
        let (signed, signature) = text.rsplit_once('.')?;
        let (header, claims) = signed.split_once('.')?;
        let header: Header = serde_json::from_slice(&token::decode(header)?).ok()?;
        if header.x5t.is_none() && header.x5t_s256.is_none() {
            return None;
        }
        Some(Self {
            header,
            signed,
            claims: token::decode(claims).and_then(|claims| serde_json::from_slice(&claims).ok()),
            signature: token::decode(signature).unwrap_or_default(),
        })
    }

    /// Whether it proves that whoever sends it is this client.
    pub(super) fn proves(
        &self,
        state: &State,
        owner: &Tenant,
        client: Uuid,
        addresses: &Addresses,
    ) -> Result<(), AuthorityError> {
        let refused = AuthorityError::invalid_client;
        let claims = self
            .claims
            .as_ref()
            .ok_or_else(|| refused(50027, "JWT token is invalid or malformed.".to_owned()))?;
        let padding = match self.header.alg.as_str() {
            "RS256" => RsaPadding::Pkcs1,
            "PS256" => RsaPadding::Pss,
            other => {
                return Err(refused(
                    5_002_738,
                    format!(
                        "Invalid JWT token. '{other}' is not a supported signature algorithm. Supported signing \
                         algorithms are: 'RS256, PS256'"
                    ),
                ));
            }
        };
        self.signature(state, owner, client, padding)?;
        let id = client.to_string();
        if claims.iss != id || claims.sub != id {
            return Err(refused(
                700_021,
                "Client assertion application identifier doesn't match 'client_id' parameter."
                    .to_owned(),
            ));
        }
        let audience = addresses.real(&claims.aud);
        if !is_audience(audience.as_ref().unwrap_or(&claims.aud), owner) {
            return Err(refused(
                700_023,
                "Client assertion audience claim does not match Realm issuer.".to_owned(),
            ));
        }
        let now = state.now().unix_timestamp();
        // Unverified: how far clocks may differ.
        let late = now >= claims.exp.floor() as i64;
        let early = claims
            .nbf
            .is_some_and(|nbf| now < (nbf.floor() as i64).saturating_sub(SKEW));
        if early || late {
            return Err(refused(
                700_024,
                format!(
                    "Client assertion is not within its valid time range. Current time: {now}, expiry time of \
                     assertion: {}.",
                    claims.exp
                ),
            ));
        }
        Ok(())
    }

    /// Whether a certificate of the registration, in its time, made the signature.
    fn signature(
        &self,
        state: &State,
        owner: &Tenant,
        client: Uuid,
        padding: RsaPadding,
    ) -> Result<(), AuthorityError> {
        let (_, application) = state
            .directory_ref()
            .application(client, Read::Point)
            .ok_or_else(|| mint::app_not_found(&client.to_string(), owner))?;
        let named = application
            .body
            .get("keyCredentials")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .find_map(|credential| self.named(credential));
        let reason = match named {
            None => "The key was not found.",
            Some((credential, _)) if !in_time(credential, state.now()) => {
                "The key used is expired."
            }
            Some((_, own)) if own.has_signed(padding, self.signed.as_bytes(), &self.signature) => {
                return Ok(());
            }
            Some(_) => "The provided signature value did not match the expected signature value.",
        };
        let thumbprint = self.header.x5t_s256.as_ref().or(self.header.x5t.as_ref());
        Err(AuthorityError::invalid_client(
            700_027,
            format!(
                "The certificate with identifier used to sign the client assertion is not registered on application, \
                 or the assertion has an invalid signature. [Reason - {reason}, Thumbprint of key used by client: \
                 '{}']",
                thumbprint.map_or("", String::as_str)
            ),
        ))
    }

    /// The certificate in a credential, if the header means it.
    fn named<'c>(&self, credential: &'c Value) -> Option<(&'c Value, Certificate)> {
        let text = |member: &str| credential[member].as_str().unwrap_or_default();
        if text("usage") != "Verify" || text("type") != "AsymmetricX509Cert" {
            return None;
        }
        let own = Certificate::parse(&base64::decode(text("key")).ok()?)?;
        let is = |said: &Option<String>, own: &[u8]| {
            said.as_ref()
                .is_none_or(|said| token::decode(said).as_deref() == Some(own))
        };
        (is(&self.header.x5t_s256, &own.sha256()) && is_sha1(&self.header, &own))
            .then_some((credential, own))
    }
}

/// Reports tell of clients that put either digest under the older name.
fn is_sha1(header: &Header, own: &Certificate) -> bool {
    header.x5t.as_ref().is_none_or(|said| {
        let said = token::decode(said);
        said.as_deref() == Some(&own.sha1()) || said.as_deref() == Some(&own.sha256())
    })
}

/// By how many seconds a client's clock may be ahead.
const SKEW: i64 = 300;

fn in_time(credential: &Value, now: OffsetDateTime) -> bool {
    let moment = |member: &str| {
        let text = credential[member].as_str()?;
        OffsetDateTime::parse(text, &Rfc3339).ok()
    };
    moment("startDateTime").is_none_or(|start| start <= now)
        && moment("endDateTime").is_none_or(|end| now < end)
}

/// The tenant's token endpoint or its issuer, under whichever of its names.
fn is_audience(said: &str, owner: &Tenant) -> bool {
    let Some((host, path)) = said
        .strip_prefix("https://")
        .and_then(|rest| rest.split_once('/'))
    else {
        return false;
    };
    let Some((tenant, rest)) = path.split_once('/') else {
        return false;
    };
    let is_host = host == "login.microsoftonline.com" || host.ends_with(".ciamlogin.com");
    let is_tenant = tenant == owner.id.to_string()
        || owner
            .domains
            .iter()
            .any(|domain| domain.eq_ignore_ascii_case(tenant));
    is_host && is_tenant && matches!(rest, "oauth2/v2.0/token" | "v2.0")
}
