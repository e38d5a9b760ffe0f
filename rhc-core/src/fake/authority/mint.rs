//! Making tokens, for the endpoints and for whoever needs one without them.

use std::time::Duration;

use azure_core::credentials::Secret;
use serde_json::Value;
use time::OffsetDateTime;
use uuid::Uuid;

use super::error::AuthorityError;
use super::grants::Grants;
use super::scope::{self, Scope};
use super::token::{self, Claims, Purpose};
use crate::fake::directory::{AZURE_CLI, MICROSOFT_GRAPH, ObjectKind, Read, View};
use crate::fake::{State, Tenant};

/// How long the tokens of people and apps are good.
const LIFETIME: Duration = Duration::from_secs(3599);
/// How long a managed identity's are.
const MANAGED_LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);
/// What the Azure CLI gets of Microsoft Graph, whatever it asks for: nothing about policies. Unverified: that
/// `Policy.*` is missing stands in azure-cli issues 33062 and 23906; the list itself is general knowledge.
const AZURE_CLI_GRAPH: &str =
    "AuditLog.Read.All Directory.AccessAsUser.All Group.ReadWrite.All User.ReadWrite.All";

/// A token and how long it lasts; it prints as nothing.
#[derive(Clone, Debug)]
pub struct Minted {
    /// The token.
    pub token: Secret,
    /// When it ends, by the World's clock.
    pub expires_on: OffsetDateTime,
    /// How long that is.
    pub lifetime: Duration,
    /// The delegated permissions in it.
    pub scope: String,
}

/// Mints for a managed identity: what IMDS and the identity endpoint of Container Apps answer with.
///
/// `resource` is an identifier without `/.default`.
///
/// # Errors
/// 700016 if `principal` is no managed identity of the tenant, 500011 if the resource is unknown there.
pub fn managed_identity_token(
    state: &State,
    tenant: Uuid,
    principal: Uuid,
    resource: &str,
) -> Result<Minted, AuthorityError> {
    let claims = managed_identity_claims(state, tenant, principal, resource)?;
    Ok(minted(state, claims, MANAGED_LIFETIME))
}

fn managed_identity_claims(
    state: &State,
    tenant: Uuid,
    principal: Uuid,
    resource: &str,
) -> Result<Claims, AuthorityError> {
    let owner = tenant_of(state, tenant)?;
    let directory = state.directory_ref();
    let identity = directory
        .object(tenant, principal, Read::Authoritative)
        .filter(|view| view.text("servicePrincipalType") == Some("ManagedIdentity"))
        .ok_or_else(|| app_not_found(&principal.to_string(), owner))?;
    let resource_id = scope::resource_principal(directory, owner, resource)?;
    let mirid = resource_id_of(&identity).unwrap_or("unnamed");
    Ok(Claims {
        oid: Some(principal),
        sub: principal.to_string(),
        appid: identity.text("appId").and_then(|id| id.parse().ok()),
        appidacr: Some("2".to_owned()),
        idtyp: Some("app".to_owned()),
        roles: roles(state, owner, principal, resource_id),
        xms_mirid: Some(mirid.to_owned()),
        ..about(owner, resource)
    })
}

/// A managed identity's resource id: the last of its alternative names.
pub(super) fn resource_id_of<'a>(identity: &View<'a>) -> Option<&'a str> {
    let names = identity.body.get("alternativeNames")?.as_array()?;
    names.iter().rev().find_map(Value::as_str)
}

/// Mints for a managed identity that somebody whom it trusts asked for, as for any application.
pub(super) fn federated_identity_token(
    state: &State,
    tenant: Uuid,
    principal: Uuid,
    resource: &str,
) -> Result<Minted, AuthorityError> {
    let mut claims = managed_identity_claims(state, tenant, principal, resource)?;
    claims.federated = true;
    Ok(minted(state, claims, LIFETIME))
}

/// Mints for the service principal that an application has in a tenant.
///
/// # Errors
/// 700016 (unknown application), 7000229 (no service principal here), 7000112 (disabled), 500011 (resource).
pub fn app_token(
    state: &State,
    tenant: Uuid,
    app_id: Uuid,
    resource: &str,
) -> Result<Minted, AuthorityError> {
    app_token_by(state, tenant, app_id, resource, "2")
}

/// The same for an application that proved itself so: "1" by a secret, "2" otherwise.
pub(super) fn app_token_by(
    state: &State,
    tenant: Uuid,
    app_id: Uuid,
    resource: &str,
    proof: &str,
) -> Result<Minted, AuthorityError> {
    let owner = tenant_of(state, tenant)?;
    let principal = app_principal(state, owner, app_id)?;
    let resource_id = scope::resource_principal(state.directory_ref(), owner, resource)?;
    let claims = Claims {
        oid: Some(principal),
        sub: principal.to_string(),
        appid: Some(app_id),
        appidacr: Some(proof.to_owned()),
        idtyp: Some("app".to_owned()),
        roles: roles(state, owner, principal, resource_id),
        ..about(owner, resource)
    };
    Ok(minted(state, claims, LIFETIME))
}

/// Mints for a person who signed in to a tenant with a client. An administrator's consent is part of his sign-in.
///
/// # Errors
/// 50034 (no such user), 50057 (disabled), 500011 (resource), 65001 (nobody consented).
pub fn person_token(
    state: &mut State,
    tenant: Uuid,
    user: Uuid,
    client: Uuid,
    scope: &str,
) -> Result<Minted, AuthorityError> {
    let scope = Scope::parse(scope)?;
    let owner = tenant_of(state, tenant)?.clone();
    let account = state
        .directory_ref()
        .object(tenant, user, Read::Authoritative)
        .filter(|view| view.object.kind == ObjectKind::User)
        .ok_or_else(|| {
            AuthorityError::invalid_grant(
                50034,
                format!("The user account {user} does not exist in the {tenant} directory."),
            )
        })?;
    if account.body.get("accountEnabled") == Some(&Value::Bool(false)) {
        return Err(AuthorityError::invalid_grant(
            50057,
            "The user account is disabled.",
        ));
    }
    let upn = account.text("userPrincipalName").map(str::to_owned);
    let name = account.text("displayName").map(str::to_owned);
    scope::resource_principal(state.directory_ref(), &owner, &scope.resource)?;
    let granted = delegated(state, &owner, user, client, &scope)?;
    let claims = Claims {
        oid: Some(user),
        sub: user.to_string(),
        appid: Some(client),
        appidacr: Some("0".to_owned()),
        idtyp: Some("user".to_owned()),
        scp: Some(granted.clone()),
        upn,
        name,
        ..about(&owner, &scope.resource)
    };
    let mut minted = minted(state, claims, LIFETIME);
    minted.scope = granted;
    Ok(minted)
}

/// A token of an identity provider outside, such as GitHub's for a workflow run or a cluster's for a pod. The authority
/// takes those of GitHub, and of the issuers that [`World::add_issuer`](crate::fake::World::add_issuer) named.
#[must_use]
pub fn external_assertion(
    state: &State,
    issuer: &str,
    subject: &str,
    audience: &str,
    lifetime: Duration,
) -> Secret {
    let claims = Claims {
        aud: audience.to_owned(),
        iss: issuer.to_owned(),
        sub: subject.to_owned(),
        ..Claims::default()
    };
    let seed = token::issuer_seed(state.seed(), issuer);
    signed(state, seed, Purpose::External, claims, lifetime).token
}

/// The service principal of an application in a tenant, if both are there and enabled.
pub(super) fn app_principal(
    state: &State,
    owner: &Tenant,
    app_id: Uuid,
) -> Result<Uuid, AuthorityError> {
    let directory = state.directory_ref();
    let Some(principal) = directory.service_principal(owner.id, app_id, Read::Point) else {
        let registered = directory.application(app_id, Read::Point);
        let reaches_here = registered.is_some_and(|(home, app)| {
            home == owner.id || app.text("signInAudience") != Some("AzureADMyOrg")
        });
        return Err(if reaches_here {
            AuthorityError::invalid_client(
                7_000_229,
                format!(
                    "The client application {app_id} is missing service principal in the tenant {}.",
                    owner.id
                ),
            )
        } else {
            app_not_found(&app_id.to_string(), owner)
        });
    };
    if principal.body.get("accountEnabled") == Some(&Value::Bool(false)) {
        return Err(AuthorityError::unauthorized_client(
            7_000_112,
            format!("Application '{app_id}' is disabled."),
        ));
    }
    Ok(principal.id)
}

pub(super) fn app_not_found(app: &str, owner: &Tenant) -> AuthorityError {
    AuthorityError::unauthorized_client(
        700_016,
        format!(
            "Application with identifier '{app}' was not found in the directory '{}'. This can happen if the \
             application has not been installed by the administrator of the tenant or consented to by any user in \
             the tenant. You may have sent your authentication request to the wrong tenant.",
            owner.display_name
        ),
    )
}

pub(super) fn tenant_of(state: &State, id: Uuid) -> Result<&Tenant, AuthorityError> {
    state
        .directory_ref()
        .tenant_by_id(id)
        .ok_or_else(|| AuthorityError::tenant_not_found(&id.to_string()))
}

/// Audience and issuer. Tokens for Microsoft's own services are of version 1; those that serve as assertions are
/// of version 2, because a federated credential names that issuer.
fn about(owner: &Tenant, resource: &str) -> Claims {
    let exchange = resource
        .to_ascii_lowercase()
        .starts_with("api://azureadtokenexchange");
    let (iss, ver) = if exchange {
        (issuer(owner.id), "2.0")
    } else {
        (format!("https://sts.windows.net/{}/", owner.id), "1.0")
    };
    Claims {
        aud: resource.to_owned(),
        iss,
        tid: Some(owner.id),
        ver: Some(ver.to_owned()),
        ..Claims::default()
    }
}

/// The issuer of a tenant's version 2 tokens.
pub(super) fn issuer(tenant: Uuid) -> String {
    format!("https://login.microsoftonline.com/{tenant}/v2.0")
}

fn minted(state: &State, claims: Claims, lifetime: Duration) -> Minted {
    signed(state, state.seed(), Purpose::Access, claims, lifetime)
}

fn signed(
    state: &State,
    seed: u64,
    purpose: Purpose,
    mut claims: Claims,
    lifetime: Duration,
) -> Minted {
    let now = state.now().unix_timestamp();
    claims.iat = now;
    claims.uti = Some(Uuid::new_v4());
    claims.nbf = now;
    claims.exp = now.saturating_add(i64::try_from(lifetime.as_secs()).unwrap_or(i64::MAX));
    Minted {
        token: Secret::new(token::sign(seed, purpose, &claims)),
        expires_on: OffsetDateTime::from_unix_timestamp(claims.exp).unwrap_or(state.now()),
        lifetime,
        scope: String::new(),
    }
}

/// The application permissions that a principal holds on a resource, by name.
fn roles(state: &State, owner: &Tenant, principal: Uuid, resource: Uuid) -> Vec<String> {
    let defined = state
        .directory_ref()
        .object(owner.id, resource, Read::Authoritative)
        .and_then(|view| view.body.get("appRoles").and_then(Value::as_array))
        .map(Vec::as_slice)
        .unwrap_or_default();
    let mut roles: Vec<_> = owner
        .app_role_assignments
        .values()
        .filter(|given| given.principal_id == principal && given.resource_id == resource)
        .filter_map(|given| {
            let id = given.app_role_id.to_string();
            defined
                .iter()
                .find(|role| role["id"].as_str() == Some(&id))
                .and_then(|role| role["value"].as_str())
        })
        .map(str::to_owned)
        .collect();
    roles.sort();
    roles.dedup();
    roles
}

/// What a client may do for a person at a resource.
fn delegated(
    state: &mut State,
    owner: &Tenant,
    user: Uuid,
    client: Uuid,
    scope: &Scope,
) -> Result<String, AuthorityError> {
    if !scope::is_graph(&scope.resource) {
        return Ok("user_impersonation".to_owned());
    }
    if client == AZURE_CLI {
        return Ok(AZURE_CLI_GRAPH.to_owned());
    }
    let operator = state.directory_ref().operator(owner.id);
    let administrator = operator == Some(user)
        || owner.has_role(user, crate::fake::directory::GLOBAL_ADMINISTRATOR);
    let consents = state.section::<Grants>().consents(owner.id, client);
    if administrator {
        consents.extend(scope.permissions.iter().cloned());
    }
    if let Some(missing) = scope
        .permissions
        .iter()
        .find(|wanted| !consents.contains(*wanted))
    {
        return Err(AuthorityError::invalid_grant(
            65001,
            format!(
                "The user or administrator has not consented to use the application with ID '{client}' for \
                 {missing} of {MICROSOFT_GRAPH}. Send an interactive authorization request for this user and resource."
            ),
        ));
    }
    let all: Vec<_> = consents.iter().map(String::as_str).collect();
    Ok(all.join(" "))
}

/// Says who signed in, to the client.
pub(super) fn id_token(
    state: &State,
    tenant: Uuid,
    user: Uuid,
    client: Uuid,
    nonce: Option<String>,
) -> String {
    let account = state
        .directory_ref()
        .object(tenant, user, Read::Authoritative);
    let text = |name: &str| account.as_ref()?.text(name).map(str::to_owned);
    let claims = Claims {
        aud: client.to_string(),
        iss: issuer(tenant),
        sub: user.to_string(),
        tid: Some(tenant),
        oid: Some(user),
        upn: text("userPrincipalName"),
        name: text("displayName"),
        nonce,
        ver: Some("2.0".to_owned()),
        ..Claims::default()
    };
    minted(state, claims, LIFETIME).token.secret().to_owned()
}
