//! The authority's HTTP endpoints.

use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Path, RawQuery};
use axum::response::Response;
use axum::routing::{get, post};
use http::{HeaderValue, Method, StatusCode, header};
use serde_json::{Value, json};
use url::form_urlencoded;

use super::error::AuthorityError;
use super::federated::Proofs;
use super::form::Form;
use super::mint::Minted;
use super::people::{self, SignedIn};
use super::secrets::ClientSecrets;
use super::{discovery, federated};
use crate::fake::http::Addresses;
use crate::fake::{RequestInfo, State, Tenant, World, respond};

/// All routes below a tenant; they answer on every host of the authority.
pub(super) fn router() -> Router {
    Router::new()
        .route("/common/discovery/instance", get(discovery::instance))
        .route(
            "/{tenant}/v2.0/.well-known/openid-configuration",
            get(discovery::configuration),
        )
        .route("/{tenant}/discovery/v2.0/keys", get(discovery::keys))
        .route("/{tenant}/oauth2/v2.0/devicecode", post(device_code))
        .route("/{tenant}/oauth2/v2.0/token", post(token))
        .route("/{tenant}/oauth2/v2.0/authorize", get(authorize))
        .method_not_allowed_fallback(other_method)
        .fallback(|info: RequestInfo| async move {
            // Unverified: number and words.
            AuthorityError::new(
                404,
                "invalid_request",
                900_144,
                "There is no such endpoint.",
            )
            .response(&info)
        })
}

/// The tenant that a path names. `organizations` and `common` stand for none: this World's people and apps say
/// where they sign in.
pub(super) fn tenant(state: &State, name: &str) -> Result<Tenant, AuthorityError> {
    state
        .directory_ref()
        .tenant(name)
        .cloned()
        .ok_or_else(|| AuthorityError::tenant_not_found(name))
}

/// Unverified: the status.
async fn other_method(info: RequestInfo, method: Method) -> Response {
    let wanted = if method == Method::GET { "POST" } else { "GET" };
    AuthorityError::new(
        405,
        "invalid_request",
        900_561,
        format!("The endpoint only accepts {wanted} requests. Received a {method} request."),
    )
    .response(&info)
}

/// Unverified: number and words.
fn too_long(info: &RequestInfo) -> Response {
    let words = "The request body is too large.";
    uncached(AuthorityError::new(413, "invalid_request", 900_023, words).response(info))
}

async fn device_code(
    world: World,
    info: RequestInfo,
    Path(name): Path<String>,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let Ok(body) = body else {
        return too_long(&info);
    };
    let form = Form::parse(&body);
    let answer = world.with(|state| {
        let owner = tenant(state, &name)?;
        people::device_code(state, &owner, &form)
    });
    match answer {
        Ok(mut answer) => {
            // Both are waits of the client, who lives in real time.
            for field in ["interval", "expires_in"] {
                if let Some(seconds) = answer[field].as_u64() {
                    answer[field] = json!(real_seconds(&world, Duration::from_secs(seconds)));
                }
            }
            respond::json(200, &answer)
        }
        Err(error) => error.response(&info),
    }
}

async fn token(
    world: World,
    info: RequestInfo,
    Path(name): Path<String>,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let Ok(body) = body else {
        return too_long(&info);
    };
    let addresses = world.extension::<Addresses>();
    let form = Form::parse(&body).at(&addresses);
    let secrets = world.extension::<ClientSecrets>();
    let proofs = Proofs {
        addresses: &addresses,
        secrets: &secrets,
    };
    let answer = world.with(|state| {
        let owner = tenant(state, &name)?;
        granted(state, &owner, &form, &proofs)
    });
    match answer {
        Ok((owner, signed_in)) => respond::noted(
            uncached(respond::json(200, &body_of(&world, &signed_in))),
            Some(owner.id),
            "token",
        ),
        Err(error) => uncached(error.response(&info)),
    }
}

fn granted(
    state: &mut State,
    owner: &Tenant,
    form: &Form,
    proofs: &Proofs<'_>,
) -> Result<(Tenant, SignedIn), AuthorityError> {
    let signed_in = match form.need("grant_type")? {
        "client_credentials" => SignedIn {
            access: federated::client_credentials(state, owner, form, proofs)?,
            refresh: None,
            id_token: None,
        },
        "urn:ietf:params:oauth:grant-type:device_code" => people::poll(state, owner, form)?,
        "authorization_code" => people::redeem(state, owner, form)?,
        "refresh_token" => people::refresh(state, owner, form)?,
        other => {
            return Err(AuthorityError::new(
                400,
                "unsupported_grant_type",
                70003,
                format!("The app requested an unsupported grant type '{other}'."),
            ));
        }
    };
    Ok((owner.clone(), signed_in))
}

fn body_of(world: &World, signed_in: &SignedIn) -> Value {
    let Minted {
        token,
        lifetime,
        scope,
        ..
    } = &signed_in.access;
    let expires_in = real_seconds(world, *lifetime);
    let mut body = json!({
        "token_type": "Bearer",
        "expires_in": expires_in,
        "ext_expires_in": expires_in,
        "access_token": token.secret(),
    });
    if !scope.is_empty() {
        body["scope"] = json!(scope);
    }
    if let Some(refresh) = &signed_in.refresh {
        body["refresh_token"] = json!(refresh);
    }
    if let Some(id_token) = &signed_in.id_token {
        body["id_token"] = json!(id_token);
    }
    body
}

fn real_seconds(world: &World, virtual_time: Duration) -> u64 {
    world.scaled(virtual_time).as_secs().max(1)
}

async fn authorize(
    world: World,
    info: RequestInfo,
    Path(name): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    let form = Form::parse(query.unwrap_or_default().as_bytes());
    let answer = world.with(|state| {
        let owner = tenant(state, &name)?;
        people::authorize(state, &owner, &form)
    });
    let state = form.get("state").map(|state| ("state", state.to_owned()));
    let parameters = match answer {
        Ok(code) => vec![("code", code)],
        // Where the address itself is in doubt nothing is sent there.
        Err(error)
            if matches!(
                error.number(),
                50011 | 90002 | 700_016 | 900_144 | 7_000_229
            ) =>
        {
            return error.response(&info);
        }
        Err(error) => vec![
            ("error", error.error().to_owned()),
            (
                "error_description",
                format!("AADSTS{}: {}", error.number(), error.message()),
            ),
        ],
    };
    redirect(
        form.get("redirect_uri").unwrap_or_default(),
        parameters.into_iter().chain(state),
    )
}

fn redirect(address: &str, parameters: impl Iterator<Item = (&'static str, String)>) -> Response {
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(parameters)
        .finish();
    let joint = if address.contains('?') { '&' } else { '?' };
    let mut response = respond::empty(StatusCode::FOUND.as_u16());
    if let Ok(location) = HeaderValue::try_from(format!("{address}{joint}{query}")) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    response
}

fn uncached(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("no-store, no-cache"),
    );
    headers.insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
    response
}
