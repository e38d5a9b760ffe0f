//! Tokens: JWTs in shape, signed with a key that the World's seed gives. Checkable here, worthless elsewhere.

use azure_core::base64;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// What a token says. Tokens of other issuers (GitHub's) leave most of it out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Claims {
    pub(super) aud: String,
    pub(super) iss: String,
    pub(super) sub: String,
    pub(super) iat: i64,
    pub(super) nbf: i64,
    pub(super) exp: i64,
    /// The token's own id: no two tokens are alike, also those of one second.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) uti: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) tid: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) oid: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) appid: Option<Uuid>,
    /// How the client proved itself: "0" not at all, "1" by a secret, "2" by certificate, managed identity or assertion.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) appidacr: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) idtyp: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) scp: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) roles: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) upn: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) nonce: Option<String>,
    /// The managed identity's resource id; only its tokens have it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) xms_mirid: Option<String>,
    /// Whether a managed identity came to the token by somebody else's token. What the real authority knows this by
    /// is not published.
    #[serde(
        default,
        rename = "rhc_federated",
        skip_serializing_if = "std::ops::Not::not"
    )]
    pub(super) federated: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) ver: Option<String>,
}

/// What a signature is good for: a refresh token is no bearer token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    Access,
    Refresh,
    /// A token of an issuer outside, which is no bearer token of Entra's.
    External,
}

impl Purpose {
    fn label(self) -> &'static [u8] {
        match self {
            Self::Access => b"access",
            Self::Refresh => b"refresh",
            Self::External => b"external",
        }
    }
}

/// The id under which the key set lists the World's key.
pub(super) fn key_id(seed: u64) -> String {
    format!("rhc-world-{seed}")
}

/// Signs a payload.
pub(super) fn sign<T: Serialize>(seed: u64, purpose: Purpose, payload: &T) -> String {
    let header = json!({ "typ": "JWT", "alg": "HS256", "kid": key_id(seed) });
    let payload = serde_json::to_vec(payload).unwrap_or_default();
    let signed = format!("{}.{}", encode(header.to_string()), encode(payload));
    let signature = hmac(&key(seed, purpose), signed.as_bytes());
    format!("{signed}.{}", encode(signature))
}

/// The payload, if the World signed it for this purpose.
pub(super) fn verify<T: DeserializeOwned>(seed: u64, purpose: Purpose, token: &str) -> Option<T> {
    let (signed, signature) = token.rsplit_once('.')?;
    let expected = hmac(&key(seed, purpose), signed.as_bytes());
    (decode(signature)? == expected).then_some(())?;
    unverified(token)
}

/// The seed of an issuer outside: what one signs is not genuine under the name of another.
pub(super) fn issuer_seed(seed: u64, issuer: &str) -> u64 {
    let digest = Sha256::new()
        .chain_update(seed.to_be_bytes())
        .chain_update(issuer)
        .finalize();
    digest
        .iter()
        .take(8)
        .fold(0, |seed, byte| (seed << 8) | u64::from(*byte))
}

/// The payload, if the issuer that it names signed it.
pub(super) fn verify_external(seed: u64, token: &str) -> Option<Claims> {
    let issuer = unverified::<Claims>(token)?.iss;
    verify(issuer_seed(seed, &issuer), Purpose::External, token)
}

/// The payload of whatever looks like a JWT.
pub(super) fn unverified<T: DeserializeOwned>(token: &str) -> Option<T> {
    let payload = token.split('.').nth(1)?;
    serde_json::from_slice(&decode(payload)?).ok()
}

pub(super) fn encode(bytes: impl AsRef<[u8]>) -> String {
    base64::encode_url_safe(bytes)
        .trim_end_matches('=')
        .to_owned()
}

pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
    base64::decode_url_safe(text.trim_end_matches('=')).ok()
}

fn key(seed: u64, purpose: Purpose) -> [u8; 32] {
    Sha256::new()
        .chain_update(b"rhc-world authority ")
        .chain_update(seed.to_be_bytes())
        .chain_update(purpose.label())
        .finalize()
        .into()
}

fn hmac(key: &[u8; 32], message: &[u8]) -> Vec<u8> {
    let pad = |with: u8| {
        let mut block = [with; 64];
        for (byte, key) in block.iter_mut().zip(key) {
            *byte ^= key;
        }
        block
    };
    let inner = Sha256::new()
        .chain_update(pad(0x36))
        .chain_update(message)
        .finalize();
    Sha256::new()
        .chain_update(pad(0x5c))
        .chain_update(inner)
        .finalize()
        .to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claims() -> Claims {
        Claims {
            aud: "https://graph.microsoft.com".to_owned(),
            oid: Some(Uuid::from_u128(7)),
            roles: vec!["Group.ReadWrite.All".to_owned()],
            ..Claims::default()
        }
    }

    #[test]
    fn what_is_signed_verifies() {
        let token = sign(1, Purpose::Access, &claims());
        assert_eq!(verify(1, Purpose::Access, &token), Some(claims()));
        assert_eq!(token.split('.').count(), 3);
        assert!(!token.contains('='));
    }

    #[test]
    fn another_world_another_purpose_or_a_changed_payload_do_not() {
        let token = sign(1, Purpose::Access, &claims());
        assert_eq!(verify::<Claims>(2, Purpose::Access, &token), None);
        assert_eq!(verify::<Claims>(1, Purpose::Refresh, &token), None);
        assert_eq!(verify_external(1, &token), None);
        let mut parts: Vec<_> = token.split('.').map(str::to_owned).collect();
        let forged = Claims {
            oid: Some(Uuid::from_u128(8)),
            ..claims()
        };
        parts[1] = encode(serde_json::to_vec(&forged).unwrap());
        assert_eq!(verify::<Claims>(1, Purpose::Access, &parts.join(".")), None);
    }

    #[test]
    fn hmac_is_the_standard_one() {
        // RFC 4231, test case 1, whose key of twenty 0x0b is padded with zeros as HMAC itself does.
        let mut key = [0_u8; 32];
        key[..20].fill(0x0b);
        let digest = hmac(&key, b"Hi There");
        let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(
            hex,
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
        );
    }
}
