//! How people sign in: device code, authorization code with PKCE, and what comes after.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use time::Duration;
use uuid::Uuid;

use super::error::AuthorityError;
use super::form::Form;
use super::grants::{AuthorizationCode, DeviceCode, Grants, RefreshToken};
use super::mint::{self, Minted};
use super::scope::{self, Scope};
use super::token::{self, Purpose};
use crate::fake::directory::{self, ObjectKind, Read};
use crate::fake::{State, Tenant, View};

/// How long a device code waits for its person.
const DEVICE_LIFETIME: Duration = Duration::minutes(15);
/// How long the World's operator takes to type one in.
const TYPING: Duration = Duration::seconds(5);
/// How long an authorization code is good.
const CODE_LIFETIME: Duration = Duration::minutes(10);
/// How long a refresh token is.
const REFRESH_LIFETIME: Duration = Duration::days(90);

/// Tokens for a person.
pub(super) struct SignedIn {
    pub(super) access: Minted,
    pub(super) refresh: Option<String>,
    pub(super) id_token: Option<String>,
}

/// Begins a device code flow and answers with the code.
pub(super) fn device_code(
    state: &mut State,
    owner: &Tenant,
    form: &Form,
) -> Result<Value, AuthorityError> {
    let client = form.client(owner)?;
    let scope = form.need("scope")?;
    public_client(state, owner, client)?;
    let asked = Scope::parse(scope)?;
    scope::resource_principal(state.directory_ref(), owner, &asked.resource)?;
    let now = state.now();
    let device_code = state.uuid().simple().to_string();
    let user_code = device_code
        .chars()
        .take(9)
        .collect::<String>()
        .to_uppercase();
    let entry = DeviceCode {
        tenant: owner.id,
        client,
        scope: scope.to_owned(),
        asked: now,
        expires: now.saturating_add(DEVICE_LIFETIME),
    };
    let grants = state.section::<Grants>();
    grants.forget_expired(now);
    grants.device_codes.insert(device_code.clone(), entry);
    let uri = "https://microsoft.com/devicelogin";
    Ok(json!({
        "user_code": user_code,
        "device_code": device_code,
        "verification_uri": uri,
        "expires_in": DEVICE_LIFETIME.whole_seconds(),
        "interval": 5,
        "message": format!(
            "To sign in, use a web browser to open the page {uri} and enter the code {user_code} to authenticate."
        ),
    }))
}

/// Answers `grant_type=urn:ietf:params:oauth:grant-type:device_code`.
pub(super) fn poll(
    state: &mut State,
    owner: &Tenant,
    form: &Form,
) -> Result<SignedIn, AuthorityError> {
    let client = form.client(owner)?;
    let presented = form.need("device_code")?;
    let now = state.now();
    let known = state
        .section::<Grants>()
        .device_codes
        .get(presented)
        .cloned();
    let Some(code) = known.filter(|code| code.tenant == owner.id && code.client == client) else {
        return Err(AuthorityError::new(
            400,
            "bad_verification_code",
            70019,
            "Verification code was not recognized for this tenant and client.",
        ));
    };
    if now >= code.expires {
        return Err(AuthorityError::new(
            400,
            "expired_token",
            70020,
            "The provided device code has expired. The user must start a new sign-in.",
        ));
    }
    if now < code.asked.saturating_add(TYPING) {
        return Err(AuthorityError::new(
            400,
            "authorization_pending",
            70016,
            "OAuth 2.0 device flow error. Authorization is pending. Continue polling.",
        ));
    }
    state.section::<Grants>().device_codes.remove(presented);
    let user = operator(state, owner).map_err(|missing| {
        AuthorityError::new(
            400,
            "authorization_declined",
            missing.number(),
            missing.message(),
        )
    })?;
    signed_in(state, owner.id, user, client, &code.scope, None)
}

/// What the sign-in page sends back to the client: parameters for the redirect.
pub(super) fn authorize(
    state: &mut State,
    owner: &Tenant,
    form: &Form,
) -> Result<String, AuthorityError> {
    let client = form.client(owner)?;
    let redirect_uri = form.need("redirect_uri")?.to_owned();
    let scope = form.need("scope")?.to_owned();
    redirects_to(state, owner, client, &redirect_uri)?;
    if form.need("response_type")? != "code" {
        return Err(AuthorityError::new(
            400,
            "unsupported_response_type",
            70005,
            "Only response_type 'code' is supported here.",
        ));
    }
    let challenge = form.get("code_challenge").map(str::to_owned);
    if challenge.is_some() && form.get("code_challenge_method") != Some("S256") {
        return Err(AuthorityError::invalid_request(
            9_002_325,
            "Proof Key for Code Exchange is required with the method S256.",
        ));
    }
    let user = match form.get("login_hint") {
        Some(hint) => account(state, owner, hint)?,
        None => operator(state, owner)?,
    };
    assignment(state, owner, client, user)?;
    let now = state.now();
    let code = state.uuid().simple().to_string();
    let entry = AuthorizationCode {
        tenant: owner.id,
        client,
        user,
        scope,
        redirect_uri,
        challenge,
        nonce: form.get("nonce").map(str::to_owned),
        expires: now.saturating_add(CODE_LIFETIME),
    };
    let grants = state.section::<Grants>();
    grants.forget_expired(now);
    grants.authorization_codes.insert(code.clone(), entry);
    Ok(code)
}

/// Answers `grant_type=authorization_code`.
pub(super) fn redeem(
    state: &mut State,
    owner: &Tenant,
    form: &Form,
) -> Result<SignedIn, AuthorityError> {
    let client = form.client(owner)?;
    let presented = form.need("code")?;
    let redirect_uri = form.need("redirect_uri")?;
    let now = state.now();
    // Taken out whatever follows: a code is good for one try.
    let known = state
        .section::<Grants>()
        .authorization_codes
        .remove(presented)
        .filter(|code| code.tenant == owner.id && code.client == client && now < code.expires);
    let Some(code) = known else {
        return Err(AuthorityError::invalid_grant(
            70008,
            "The provided authorization code or refresh token has expired, was redeemed or is not known. Send a \
             new interactive authorization request for this user and resource.",
        ));
    };
    if code.redirect_uri != redirect_uri {
        return Err(AuthorityError::invalid_client(
            500_112,
            format!(
                "The reply address '{redirect_uri}' does not match the reply address '{}' provided when requesting \
                 Authorization code.",
                code.redirect_uri
            ),
        ));
    }
    if let Some(challenge) = &code.challenge {
        let verifier = form.need("code_verifier")?;
        if token::encode(Sha256::digest(verifier)) != *challenge {
            return Err(AuthorityError::invalid_grant(
                501_481,
                "The Code_Verifier does not match the code_challenge supplied in the authorization request.",
            ));
        }
    }
    signed_in(state, owner.id, code.user, client, &code.scope, code.nonce)
}

/// Answers `grant_type=refresh_token`; the token serves every resource, and every tenant the person is in.
pub(super) fn refresh(
    state: &mut State,
    owner: &Tenant,
    form: &Form,
) -> Result<SignedIn, AuthorityError> {
    let client = form.client(owner)?;
    let presented = form.need("refresh_token")?;
    let unusable = |why: &str| AuthorityError::invalid_grant(700_082, why.to_owned());
    let grant: RefreshToken = token::verify(state.seed(), Purpose::Refresh, presented)
        .ok_or_else(|| AuthorityError::invalid_grant(9_002_313, "Invalid refresh token."))?;
    if grant.client != client {
        return Err(AuthorityError::invalid_grant(
            700_009,
            "The refresh token was issued to another client.",
        ));
    }
    if state.now().unix_timestamp() >= grant.expires {
        return Err(unusable("The refresh token has expired due to inactivity."));
    }
    let revoked = state.section::<Grants>().revoked_at(grant.user);
    if revoked.is_some_and(|at| grant.issued <= at) {
        return Err(AuthorityError::invalid_grant(
            50173,
            "The provided grant has expired due to it being revoked. The user might have changed or reset their \
             password. Send a new interactive authorization request for this user.",
        ));
    }
    let user = if grant.tenant == owner.id {
        grant.user
    } else {
        operator(state, owner)?
    };
    let scope = form.get("scope").unwrap_or(&grant.scope).to_owned();
    signed_in(state, owner.id, user, client, &scope, None)
}

fn signed_in(
    state: &mut State,
    tenant: Uuid,
    user: Uuid,
    client: Uuid,
    scope: &str,
    nonce: Option<String>,
) -> Result<SignedIn, AuthorityError> {
    let access = mint::person_token(state, tenant, user, client, scope)?;
    let asked = Scope::parse(scope)?;
    let now = state.now();
    let refresh = asked.offline.then(|| {
        let grant = RefreshToken {
            tenant,
            client,
            user,
            scope: scope.to_owned(),
            issued: now.unix_timestamp(),
            expires: now.saturating_add(REFRESH_LIFETIME).unix_timestamp(),
        };
        token::sign(state.seed(), Purpose::Refresh, &grant)
    });
    let id_token = asked
        .openid
        .then(|| mint::id_token(state, tenant, user, client, nonce));
    Ok(SignedIn {
        access,
        refresh,
        id_token,
    })
}

/// The account of the World's operator in a tenant.
fn operator(state: &State, owner: &Tenant) -> Result<Uuid, AuthorityError> {
    state.directory_ref().operator(owner.id).ok_or_else(|| {
        AuthorityError::invalid_grant(
            50020,
            format!(
                "User account from identity provider does not exist in tenant '{}' and cannot access the \
                 application. The account needs to be added as an external user in the tenant first.",
                owner.display_name
            ),
        )
    })
}

/// The account that a login hint means: by user principal name, mail or a sign-in identity.
fn account(state: &State, owner: &Tenant, hint: &str) -> Result<Uuid, AuthorityError> {
    let answers = |user: &View<'_>| {
        let identities = user.body.get("identities").and_then(Value::as_array);
        user.text("userPrincipalName")
            .into_iter()
            .chain(user.text("mail"))
            .chain(
                identities
                    .into_iter()
                    .flatten()
                    .filter_map(|identity| identity["issuerAssignedId"].as_str()),
            )
            .any(|name| name.eq_ignore_ascii_case(hint))
    };
    state
        .directory_ref()
        .objects(owner.id, ObjectKind::User, Read::Authoritative)
        .iter()
        .find(|user| answers(user))
        .map(|user| user.id)
        .ok_or_else(|| {
            AuthorityError::invalid_grant(
                50034,
                format!(
                    "The user account {hint} does not exist in the {} directory.",
                    owner.id
                ),
            )
        })
}

/// Whether the client works without a secret of its own in this tenant.
fn public_client(state: &State, owner: &Tenant, client: Uuid) -> Result<(), AuthorityError> {
    if is_first_party_public(client) {
        return Ok(());
    }
    mint::app_principal(state, owner, client)?;
    let registered = state.directory_ref().application(client, Read::Point);
    if registered
        .is_some_and(|(_, app)| app.body.get("isFallbackPublicClient") == Some(&json!(true)))
    {
        return Ok(());
    }
    Err(AuthorityError::invalid_client(
        7_000_218,
        "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
    ))
}

fn is_first_party_public(client: Uuid) -> bool {
    directory::first_party()
        .iter()
        .any(|app| app.app_id == client && app.public_client)
}

/// Whether the client's registration lists the address; for loopback the port does not count.
fn redirects_to(
    state: &State,
    owner: &Tenant,
    client: Uuid,
    address: &str,
) -> Result<(), AuthorityError> {
    let refused = || {
        AuthorityError::invalid_request(
            50011,
            format!(
                "The redirect URI '{address}' specified in the request does not match the redirect URIs configured \
                 for the application '{client}'."
            ),
        )
    };
    let wanted = comparable(address).ok_or_else(refused)?;
    if is_first_party_public(client) {
        let loopback =
            wanted.starts_with("http://localhost") || wanted.starts_with("http://127.0.0.1");
        return loopback.then_some(()).ok_or_else(refused);
    }
    mint::app_principal(state, owner, client)?;
    let (_, app) = state
        .directory_ref()
        .application(client, Read::Point)
        .ok_or_else(|| mint::app_not_found(&client.to_string(), owner))?;
    let listed = ["spa", "web", "publicClient"]
        .iter()
        .filter_map(|kind| app.body.get(*kind)?.get("redirectUris")?.as_array())
        .flatten()
        .filter_map(Value::as_str)
        .filter_map(comparable)
        .any(|own| own == wanted);
    listed.then_some(()).ok_or_else(refused)
}

fn comparable(address: &str) -> Option<String> {
    let mut url = url::Url::parse(address).ok()?;
    if matches!(url.host_str(), Some("localhost" | "127.0.0.1")) {
        url.set_port(None).ok()?;
    }
    Some(url.to_string())
}

/// Whether the person may use the app: where assignment is required he needs one, himself or by a group.
fn assignment(
    state: &State,
    owner: &Tenant,
    client: Uuid,
    user: Uuid,
) -> Result<(), AuthorityError> {
    let directory = state.directory_ref();
    let Some(app) = directory.service_principal(owner.id, client, Read::Point) else {
        return Ok(());
    };
    if app.body.get("appRoleAssignmentRequired") != Some(&json!(true)) {
        return Ok(());
    }
    let mut holders = directory.groups_of(owner.id, user);
    holders.insert(user);
    let assigned = owner
        .app_role_assignments
        .values()
        .any(|given| given.resource_id == app.id && holders.contains(&given.principal_id));
    assigned.then_some(()).ok_or_else(|| {
        AuthorityError::invalid_grant(
            50105,
            format!(
                "Your administrator has configured the application {client} to block users unless they are \
                 specifically granted ('assigned') access to the application. The signed-in user {user} is blocked \
                 because they are not a direct member of a group with access, nor had access directly assigned."
            ),
        )
    })
}
