//! Issuers outside of Entra: a cluster that signs the tokens of its pods, a platform that signs those of its runs.
//!
//! They answer OpenID discovery and list their keys, as a federated credential needs it of its issuer.
//! Source: [workload identity federation](https://learn.microsoft.com/entra/workload-id/workload-identity-federation).

use axum::Router;
use axum::http::Uri;
use axum::response::Response;
use axum::routing::get;
use serde_json::json;
use url::Url;

use super::error::AuthorityError;
use super::github::GITHUB_ISSUER;
use super::grants::Grants;
use super::token::{self, Claims};
use crate::fake::{RequestInfo, State, World, respond};

const CONFIGURATION: &str = "/.well-known/openid-configuration";
const KEYS: &str = "/.well-known/jwks";

/// Lets GitHub's issuer answer, and those that a loaded state names.
pub(super) fn mount(world: &World) {
    let known: Vec<String> = world.with(|state| {
        let known = state
            .read::<Grants>()
            .map(|own| own.issuers.iter().cloned());
        known.into_iter().flatten().collect()
    });
    for issuer in known.iter().map(String::as_str).chain([GITHUB_ISSUER]) {
        answer_at(world, issuer);
    }
}

fn answer_at(world: &World, issuer: &str) {
    let host = Url::parse(issuer).ok();
    if let Some(host) = host.as_ref().and_then(Url::host_str) {
        world.mount(host, Router::new().fallback(get(document)));
    }
}

impl World {
    /// Lets the authority fetch the keys of another issuer, such as a cluster's `https://oidc.example/c1`. Its host
    /// answers nothing else. [`external_assertion`](super::external_assertion) signs its tokens.
    pub fn add_issuer(&self, issuer: &str) {
        self.with(|state| state.section::<Grants>().issuers.insert(issuer.to_owned()));
        answer_at(self, issuer);
    }
}

fn is_known(state: &State, issuer: &str) -> bool {
    let named = || {
        let grants = state.read::<Grants>();
        grants.is_some_and(|own| own.issuers.contains(issuer))
    };
    issuer == GITHUB_ISSUER || named()
}

/// Whether the authority could fetch the keys of whoever signed: it knows its own.
pub(super) fn reached(state: &State, assertion: &Claims) -> Result<(), AuthorityError> {
    if assertion.tid.is_some() || is_known(state, &assertion.iss) {
        return Ok(());
    }
    Err(AuthorityError::invalid_request(
        50166,
        "Request to External OIDC endpoint failed.",
    ))
}

async fn document(world: World, info: RequestInfo, uri: Uri) -> Response {
    let (path, wants_keys) = match uri.path() {
        path if path.ends_with(KEYS) => (path.strip_suffix(KEYS), true),
        path => (path.strip_suffix(CONFIGURATION), false),
    };
    let issuer = path.map(|path| format!("https://{}{path}", info.host));
    let found = world.with(|state| {
        // An issuer may end in a slash, which its documents' addresses do not double.
        let issuer =
            issuer.filter(|own| is_known(state, own) || is_known(state, &format!("{own}/")))?;
        let written = if is_known(state, &issuer) {
            issuer.clone()
        } else {
            format!("{issuer}/")
        };
        let kid = token::key_id(token::issuer_seed(state.seed(), &written));
        Some((issuer, written, kid))
    });
    let Some((base, issuer, kid)) = found else {
        return respond::empty(404);
    };
    let body = if wants_keys {
        json!({ "keys": [{ "kty": "oct", "use": "sig", "alg": "HS256", "kid": kid }] })
    } else {
        json!({
            "issuer": issuer,
            "jwks_uri": format!("{base}{KEYS}"),
            "subject_types_supported": ["public", "pairwise"],
            "response_types_supported": ["id_token"],
            "claims_supported": ["sub", "aud", "exp", "iat", "iss", "nbf"],
            "id_token_signing_alg_values_supported": ["HS256"],
            "scopes_supported": ["openid"],
        })
    };
    respond::json(200, &body)
}
