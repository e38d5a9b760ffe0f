//! Client credentials: an app proves itself with a token of somebody whom its registration trusts, with its certificate, or
//! with a secret that its World drew; a managed identity with a token of somebody whom it trusts.

use serde_json::Value;
use uuid::Uuid;

use super::certificate;
use super::error::AuthorityError;
use super::form::Form;
use super::issuer;
use super::mint::{self, Minted};
use super::scope::Scope;
use super::secrets::ClientSecrets;
use super::token::{self, Claims, Purpose};
use crate::fake::directory::Read;
use crate::fake::http::Addresses;
use crate::fake::{State, Tenant};

const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// What a proof is compared with and is no part of the state.
pub(super) struct Proofs<'a> {
    /// Where the authority is reached beside its real hosts.
    pub(super) addresses: &'a Addresses,
    pub(super) secrets: &'a ClientSecrets,
}

/// Answers `grant_type=client_credentials`.
pub(super) fn client_credentials(
    state: &State,
    owner: &Tenant,
    form: &Form,
    proofs: &Proofs<'_>,
) -> Result<Minted, AuthorityError> {
    let client = form.client(owner)?;
    let scope = Scope::of_app(form.need("scope")?)?;
    if let Some(secret) = form.get("client_secret") {
        mint::app_principal(state, owner, client)?;
        if proofs.secrets.is_of(client, secret) {
            return mint::app_token_by(state, owner.id, client, &scope.resource, "1");
        }
        return Err(AuthorityError::invalid_client(
            7_000_215,
            format!(
                "Invalid client secret provided. Ensure the secret being sent in the request is the client secret \
                 value, not the client secret ID, for a secret added to app '{client}'."
            ),
        ));
    }
    let assertion = form.get("client_assertion").ok_or_else(|| {
        AuthorityError::invalid_client(
            7_000_216,
            "'client_assertion', 'client_secret' or 'request' is required for the 'client_credentials' grant type.",
        )
    })?;
    let kind = form.need("client_assertion_type")?;
    if kind != JWT_BEARER {
        return Err(AuthorityError::invalid_request(
            900_144,
            format!("client_assertion_type must be {JWT_BEARER}, not {kind}."),
        ));
    }
    mint::app_principal(state, owner, client)?;
    if let Some(assertion) = certificate::Assertion::read(assertion) {
        assertion.proves(state, owner, client, proofs.addresses)?;
        return mint::app_token(state, owner.id, client, &scope.resource);
    }
    let assertion = checked(state, assertion)?;
    let trusting = Trusting::find(state, owner, client)?;
    trusting.trusts(client, &assertion)?;
    issuer::reached(state, &assertion)?;
    match trusting.identity {
        Some(principal) => {
            mint::federated_identity_token(state, owner.id, principal, &scope.resource)
        }
        None => mint::app_token(state, owner.id, client, &scope.resource),
    }
}

/// The assertion's claims, if it is genuine and in its time.
fn checked(state: &State, assertion: &str) -> Result<Claims, AuthorityError> {
    let claims: Claims = token::verify(state.seed(), Purpose::Access, assertion)
        .or_else(|| token::verify_external(state.seed(), assertion))
        .ok_or_else(|| {
            AuthorityError::invalid_client(
                50013,
                "Assertion failed signature validation. [Reason - The key was not found.]",
            )
        })?;
    let now = state.now().unix_timestamp();
    if now < claims.nbf || now >= claims.exp {
        return Err(AuthorityError::invalid_client(
            500_133,
            format!(
                "Assertion is not within its valid time range. Current time {now}, assertion valid from {} to {}.",
                claims.nbf, claims.exp
            ),
        ));
    }
    Ok(claims)
}

/// What stands behind a client: an application's registration, or a managed identity of the tenant that is asked.
struct Trusting<'a> {
    /// The tenant in which it stands.
    home: Uuid,
    credentials: Vec<&'a Value>,
    /// The principal, if it is a managed identity.
    identity: Option<Uuid>,
}

impl<'a> Trusting<'a> {
    fn find(state: &'a State, owner: &Tenant, client: Uuid) -> Result<Self, AuthorityError> {
        let directory = state.directory_ref();
        let (home, found, identity) = match directory.application(client, Read::Point) {
            Some((home, application)) => (home, application, None),
            // Resource Manager mirrors the federated credentials of an identity onto its service principal.
            None => directory
                .service_principal(owner.id, client, Read::Point)
                .filter(|own| own.text("servicePrincipalType") == Some("ManagedIdentity"))
                .map(|own| (owner.id, own, Some(own.id)))
                .ok_or_else(|| mint::app_not_found(&client.to_string(), owner))?,
        };
        let credentials = found.body.get("federatedIdentityCredentials");
        let credentials = credentials.and_then(Value::as_array);
        Ok(Self {
            home,
            credentials: credentials.into_iter().flatten().collect(),
            identity,
        })
    }

    /// Whether it trusts what the assertion says.
    fn trusts(&self, client: Uuid, assertion: &Claims) -> Result<(), AuthorityError> {
        entra_rules(self.home, assertion)?;
        if self.credentials.is_empty() {
            return Err(AuthorityError::invalid_client(
                70025,
                format!("The client '{client}' has no configured federated identity credentials."),
            ));
        }
        let is =
            |credential: &Value, name: &str, said: &str| credential[name].as_str() == Some(said);
        let (iss, sub, aud) = (&assertion.iss, &assertion.sub, &assertion.aud);
        let fitting = narrowed(self.credentials.clone(), 700_211, "issuer", iss, |own| {
            is(own, "issuer", iss)
        })?;
        let fitting = narrowed(fitting, 700_213, "subject", sub, |own| {
            is(own, "subject", sub)
        })?;
        narrowed(fitting, 700_212, "audience", aud, |own| {
            let audiences = own["audiences"].as_array();
            audiences.is_some_and(|all| all.iter().any(|own| own.as_str() == Some(aud)))
        })?;
        Ok(())
    }
}

/// What Entra demands of a token of its own before it serves as an assertion. Tokens of other issuers pass.
fn entra_rules(home: Uuid, assertion: &Claims) -> Result<(), AuthorityError> {
    let Some(issued_by) = assertion.tid else {
        return Ok(());
    };
    if assertion.idtyp.as_deref() != Some("app") {
        return Err(AuthorityError::invalid_client(
            700_229,
            "Forbidden token type. Only app-only tokens may be used as Federated Identity Credentials for AAD issuer.",
        ));
    }
    // Neither what an application got nor what a managed identity got by somebody else's token. Unverified: the number
    // for the latter; users' reports name 700222, 700226 and 700227 for tokens that are not of a managed identity itself.
    if assertion.xms_mirid.is_none() || assertion.federated {
        return Err(AuthorityError::invalid_client(
            700_222,
            "AAD-issued tokens may not be used for federated identity flows.",
        ));
    }
    if issued_by != home {
        return Err(AuthorityError::invalid_client(
            700_236,
            format!(
                "Entra ID tokens issued by issuer '{}' may not be used for federated identity credential flows \
                 for applications or managed identities registered in this tenant.",
                assertion.iss
            ),
        ));
    }
    Ok(())
}

/// Those that fit; if none does, the refusal that names what did not.
fn narrowed<'a>(
    credentials: Vec<&'a Value>,
    number: u32,
    what: &str,
    presented: &str,
    fits: impl Fn(&Value) -> bool,
) -> Result<Vec<&'a Value>, AuthorityError> {
    let fitting: Vec<_> = credentials
        .into_iter()
        .filter(|credential| fits(credential))
        .collect();
    if fitting.is_empty() {
        return Err(AuthorityError::invalid_client(
            number,
            format!(
                "No matching federated identity record found for presented assertion {what} '{presented}'. Check \
                 your federated identity credential Subject, Audience and Issuer against the presented assertion."
            ),
        ));
    }
    Ok(fitting)
}
