//! What a token says about itself; read to tell the person what is missing, never to decide what is allowed.

use azure_core::credentials::AccessToken;
use serde::Deserialize;

/// What a token lets its bearer do, by its own words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Granted(Vec<String>);

impl Granted {
    /// The delegated (`scp`) and application (`roles`) permissions in a token. `None`: it is not to be read.
    pub fn of(token: &AccessToken) -> Option<Self> {
        #[derive(Deserialize)]
        struct Claims {
            scp: Option<String>,
            #[serde(default)]
            roles: Vec<String>,
        }
        let payload = token.token.secret().split('.').nth(1)?;
        let claims: Claims = serde_json::from_slice(&decode(payload)?).ok()?;
        let delegated = claims.scp.unwrap_or_default();
        let delegated = delegated.split_ascii_whitespace().map(str::to_owned);
        Some(Self(delegated.chain(claims.roles).collect()))
    }

    /// Those of the wanted permissions that are not in it.
    pub fn missing<'w>(&self, wanted: &[&'w str]) -> Vec<&'w str> {
        let held = |name: &str| self.0.iter().any(|held| held.eq_ignore_ascii_case(name));
        let missing = wanted.iter().copied().filter(|name| !held(name));
        missing.collect()
    }
}

/// The bytes of one part of a token: base64 for URLs, without padding.
pub fn decode(part: &str) -> Option<Vec<u8>> {
    let standard = part.replace('-', "+").replace('_', "/");
    let padding = "=".repeat((4 - standard.len() % 4) % 4);
    azure_core::base64::decode(format!("{standard}{padding}")).ok()
}
