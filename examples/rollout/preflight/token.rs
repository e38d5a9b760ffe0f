//! What a token says about itself; read to tell the person what is missing, never to decide what is allowed.

use azure_core::credentials::AccessToken;
use serde::Deserialize;

/// What a token lets its bearer do, and who that is, by its own words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Granted {
    permissions: Vec<String>,
    delegated: bool,
    /// The object id of who signed in.
    pub object: Option<String>,
    /// The client that he signed in with.
    pub client: Option<String>,
}

impl Granted {
    /// The delegated (`scp`) and application (`roles`) permissions in a token. `None`: it is not to be read.
    pub fn of(token: &AccessToken) -> Option<Self> {
        #[derive(Deserialize)]
        struct Claims {
            scp: Option<String>,
            #[serde(default)]
            roles: Vec<String>,
            oid: Option<String>,
            appid: Option<String>,
        }
        let payload = token.token.secret().split('.').nth(1)?;
        let claims: Claims = serde_json::from_slice(&decode(payload)?).ok()?;
        let delegated = claims.scp.is_some();
        let scopes = claims.scp.unwrap_or_default();
        let scopes = scopes.split_ascii_whitespace().map(str::to_owned);
        Some(Self {
            permissions: scopes.chain(claims.roles).collect(),
            delegated,
            object: claims.oid,
            client: claims.appid,
        })
    }

    /// Whether it is an application's own, and no person's.
    pub fn is_application(&self) -> bool {
        !self.delegated
    }

    fn has(&self, name: &str) -> bool {
        let mut all = self.permissions.iter();
        all.any(|held| held.eq_ignore_ascii_case(name))
    }

    /// Whether one of these is in it.
    pub fn has_any(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.has(name))
    }

    /// Those of the wanted permissions that are not in it.
    pub fn missing<'w>(&self, wanted: &[&'w str]) -> Vec<&'w str> {
        let missing = wanted.iter().copied().filter(|name| !self.has(name));
        missing.collect()
    }
}

/// The bytes of one part of a token: base64 for URLs, without padding.
pub fn decode(part: &str) -> Option<Vec<u8>> {
    let standard = part.replace('-', "+").replace('_', "/");
    let padding = "=".repeat((4 - standard.len() % 4) % 4);
    azure_core::base64::decode(format!("{standard}{padding}")).ok()
}
