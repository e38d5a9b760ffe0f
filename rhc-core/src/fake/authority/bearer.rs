//! What a service asks of a token before it looks at the request.

use std::fmt;

use axum::response::Response;
use http::{HeaderMap, header};
use serde_json::json;
use uuid::Uuid;

use super::grants::Grants;
use super::reference;
use super::token::{self, Claims, Purpose};
use crate::fake::directory::Read;
use crate::fake::{RequestInfo, State, respond};

/// What kind of principal calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallerKind {
    /// A signed-in person.
    Person,
    /// An application by itself.
    App,
    /// A managed identity.
    ManagedIdentity,
}

/// Who calls, by a token that was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The tenant that the token is of.
    pub tenant: Uuid,
    /// The user or service principal.
    pub object_id: Uuid,
    /// The client that the token was given to.
    pub app_id: Option<Uuid>,
    /// What kind of principal it is.
    pub kind: CallerKind,
    /// Delegated permissions, for people.
    pub scopes: Vec<String>,
    /// Application permissions, for the others.
    pub roles: Vec<String>,
    /// Whether a person's account is the tenant's own, and not `#EXT#`.
    pub native: bool,
}

impl Caller {
    /// Whether a permission is held, delegated or as an application.
    #[must_use]
    pub fn may(&self, permission: &str) -> bool {
        self.scopes
            .iter()
            .chain(&self.roles)
            .any(|held| held.eq_ignore_ascii_case(permission))
    }
}

/// Why a token does not do.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AuthReason {
    /// There is none.
    Missing,
    /// It is not of this World's authority.
    NotGenuine,
    /// It is for another service, named here.
    WrongAudience(String),
    /// Its time is over or has not come.
    Expired,
    /// The person's sessions were ended after it was issued.
    Revoked {
        /// Since when new tokens count, in seconds since 1970.
        not_before: i64,
    },
}

/// A refusal with 401.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthFailure {
    /// Why.
    pub reason: AuthReason,
    /// The tenant that the token is of, as far as it says one.
    pub tenant: Option<Uuid>,
    allowed: Vec<String>,
}

impl fmt::Display for AuthFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.reason {
            AuthReason::Missing => f.write_str("there is no bearer token"),
            AuthReason::NotGenuine => f.write_str("the token is not of this authority"),
            AuthReason::WrongAudience(audience) => {
                write!(
                    f,
                    "the token is for {audience}, not {}",
                    self.allowed.join(" or ")
                )
            }
            AuthReason::Expired => f.write_str("the token has expired"),
            AuthReason::Revoked { .. } => {
                f.write_str("the token was issued before the sessions were ended")
            }
        }
    }
}

impl std::error::Error for AuthFailure {}

/// Checks the bearer token of a request for a service that answers to `audience` (or its `appId`).
///
/// # Errors
/// Says why the token does not do; its [`arm`](AuthFailure::arm) or [`graph`](AuthFailure::graph) is the answer.
pub fn authenticate(
    state: &State,
    headers: &HeaderMap,
    audience: &[&str],
) -> Result<Caller, AuthFailure> {
    let refused = |reason, tenant| AuthFailure {
        reason,
        tenant,
        allowed: audience.iter().map(|name| (*name).to_owned()).collect(),
    };
    let token = bearer(headers).ok_or_else(|| refused(AuthReason::Missing, None))?;
    let token = reference::resolved(state, token);
    let claims: Claims = token::verify(state.seed(), Purpose::Access, token)
        .ok_or_else(|| refused(AuthReason::NotGenuine, None))?;
    let (Some(tenant), Some(object_id)) = (claims.tid, claims.oid) else {
        return Err(refused(AuthReason::NotGenuine, claims.tid));
    };
    let own = claims.aud.trim_end_matches('/');
    let fits = |name: &&str| name.trim_end_matches('/').eq_ignore_ascii_case(own);
    if !audience.iter().any(fits) {
        return Err(refused(AuthReason::WrongAudience(claims.aud), Some(tenant)));
    }
    let now = state.now().unix_timestamp();
    if now < claims.nbf || now >= claims.exp {
        return Err(refused(AuthReason::Expired, Some(tenant)));
    }
    let revoked = state
        .read::<Grants>()
        .and_then(|grants| grants.revoked_at(object_id));
    if let Some(not_before) = revoked.filter(|at| claims.iat <= *at) {
        return Err(refused(AuthReason::Revoked { not_before }, Some(tenant)));
    }
    Ok(caller(state, claims, tenant, object_id))
}

/// Ends the sessions of a principal: tokens and refresh tokens from before are refused, and services ask for newer
/// ones by a claims challenge.
pub fn revoke_sessions(state: &mut State, principal: Uuid) {
    let now = state.now();
    state.section::<Grants>().revoke(principal, now);
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// The tenant that a request's token says it is of; not checked, for the log.
pub(in crate::fake) fn claimed_tenant(headers: &HeaderMap) -> Option<Uuid> {
    token::unverified::<Claims>(bearer(headers)?)?.tid
}

fn caller(state: &State, claims: Claims, tenant: Uuid, object_id: Uuid) -> Caller {
    let kind = match (claims.idtyp.as_deref(), &claims.xms_mirid) {
        (Some("app"), Some(_)) => CallerKind::ManagedIdentity,
        (Some("app"), None) => CallerKind::App,
        _ => CallerKind::Person,
    };
    let known = state
        .directory_ref()
        .object(tenant, object_id, Read::Authoritative)
        .is_some();
    Caller {
        tenant,
        object_id,
        app_id: claims.appid,
        kind,
        scopes: claims
            .scp
            .unwrap_or_default()
            .split_ascii_whitespace()
            .map(str::to_owned)
            .collect(),
        roles: claims.roles,
        native: known
            && (kind != CallerKind::Person || state.directory_ref().is_native(tenant, object_id)),
    }
}

impl AuthFailure {
    /// The value of `WWW-Authenticate`.
    #[must_use]
    pub fn www_authenticate(&self) -> String {
        let tenant = self
            .tenant
            .map_or_else(|| "common".to_owned(), |id| id.to_string());
        let uri = format!("https://login.microsoftonline.com/{tenant}");
        match self.reason {
            AuthReason::Revoked { not_before } => {
                let claims = json!({
                    "access_token": { "nbf": { "essential": true, "value": not_before.to_string() } }
                });
                let claims = azure_core::base64::encode(claims.to_string());
                format!(
                    "Bearer realm=\"\", authorization_uri=\"{uri}/oauth2/v2.0/authorize\", \
                     error=\"insufficient_claims\", claims=\"{claims}\""
                )
            }
            _ => format!(
                "Bearer authorization_uri=\"{uri}\", error=\"invalid_token\", error_description=\"{self}\""
            ),
        }
    }

    /// The answer of Azure Resource Manager.
    #[must_use]
    pub fn arm(&self) -> Response {
        let (code, message) = match &self.reason {
            AuthReason::Missing => (
                "AuthenticationFailed",
                "Authentication failed. The 'Authorization' header is missing.".to_owned(),
            ),
            AuthReason::NotGenuine => (
                "InvalidAuthenticationToken",
                "The access token is invalid.".to_owned(),
            ),
            AuthReason::WrongAudience(audience) => (
                "InvalidAuthenticationTokenAudience",
                format!(
                    "The access token has been obtained for wrong audience or resource '{audience}'. It should \
                     exactly match with one of the allowed audiences '{}'.",
                    self.allowed.join("','")
                ),
            ),
            AuthReason::Expired => (
                "ExpiredAuthenticationToken",
                "The access token expiry UTC time is earlier than current UTC time.".to_owned(),
            ),
            AuthReason::Revoked { .. } => (
                "AuthenticationFailed",
                "The access token was issued before the user's sessions were revoked.".to_owned(),
            ),
        };
        self.challenge(respond::arm_error(401, code, &message))
    }

    /// The answer of Microsoft Graph.
    #[must_use]
    pub fn graph(&self, info: &RequestInfo) -> Response {
        let (code, message) = match &self.reason {
            AuthReason::Missing => ("InvalidAuthenticationToken", "Access token is empty."),
            AuthReason::NotGenuine => (
                "InvalidAuthenticationToken",
                "Access token validation failure. Invalid signature.",
            ),
            AuthReason::WrongAudience(_) => (
                "InvalidAuthenticationToken",
                "Access token validation failure. Invalid audience.",
            ),
            AuthReason::Expired => (
                "InvalidAuthenticationToken",
                "Lifetime validation failed, the token is expired.",
            ),
            AuthReason::Revoked { .. } => (
                "TokenCreatedWithOutdatedPolicies",
                "Continuous access evaluation resulted in challenge with result: InteractionRequired and code: \
                 TokenIssuedBeforeRevocationTimestamp",
            ),
        };
        self.challenge(respond::graph_error(info, 401, code, message))
    }

    fn challenge(&self, response: Response) -> Response {
        respond::with_header(response, "www-authenticate", &self.www_authenticate())
    }
}
