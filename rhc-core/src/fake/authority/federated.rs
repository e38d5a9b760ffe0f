//! Client credentials: an app proves itself with a token of somebody whom its registration trusts, with its certificate, or
//! with a secret that its World drew.

use serde_json::Value;
use uuid::Uuid;

use super::certificate;
use super::error::AuthorityError;
use super::form::Form;
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
    trusts(state, client, owner, &assertion)?;
    mint::app_token(state, owner.id, client, &scope.resource)
}

/// The assertion's claims, if it is genuine and in its time.
fn checked(state: &State, assertion: &str) -> Result<Claims, AuthorityError> {
    let claims: Claims =
        token::verify(state.seed(), Purpose::Access, assertion).ok_or_else(|| {
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

/// Whether the registration behind `client` trusts what the assertion says.
fn trusts(
    state: &State,
    client: Uuid,
    owner: &Tenant,
    assertion: &Claims,
) -> Result<(), AuthorityError> {
    let (home, application) = state
        .directory_ref()
        .application(client, Read::Point)
        .ok_or_else(|| mint::app_not_found(&client.to_string(), owner))?;
    entra_rules(home, assertion)?;
    let credentials: Vec<_> = application
        .body
        .get("federatedIdentityCredentials")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .collect();
    if credentials.is_empty() {
        return Err(AuthorityError::invalid_client(
            70025,
            format!("The client '{client}' has no configured federated identity credentials."),
        ));
    }
    let of_issuer = narrowed(
        credentials,
        700_211,
        "issuer",
        &assertion.iss,
        |credential| credential["issuer"].as_str() == Some(&assertion.iss),
    )?;
    let of_subject = narrowed(
        of_issuer,
        700_213,
        "subject",
        &assertion.sub,
        |credential| credential["subject"].as_str() == Some(&assertion.sub),
    )?;
    narrowed(
        of_subject,
        700_212,
        "audience",
        &assertion.aud,
        |credential| {
            credential["audiences"].as_array().is_some_and(|audiences| {
                audiences
                    .iter()
                    .any(|own| own.as_str() == Some(&assertion.aud))
            })
        },
    )?;
    Ok(())
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
    if assertion.xms_mirid.is_none() {
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
