//! Key Vault's data plane: `https://{vault}.vault.azure.net`, for the vaults that Resource Manager knows.
//!
//! Certificates that sign themselves are made for real, with keys of RSA that sign for real: what verifies a signature
//! elsewhere in the World does what it would do on Azure.
//!
//! Sources: recordings of the Azure CLI (7.4) for certificates, challenges and shapes of answers; Microsoft's page of
//! error codes and reports of users for the refusals of firewall and roles. What else stands here without a source is
//! marked where it stands.

mod certificates;
mod door;
mod error;
mod keys;
mod section;
mod x509;

use axum::Router;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Path, RawQuery};
use axum::response::Response;
use axum::routing::{get, post};
use http::HeaderMap;
use rhc_core::fake::{RequestInfo, State, Vantage, World, respond};
use serde_json::Value;

use door::Visit;
use error::VaultError;
use section::Vaults;

/// Versions of the interface that this fake speaks; it answers all alike.
const VERSIONS: &[&str] = &["7.2", "7.3", "7.4", "7.5", "7.6", "2025-07-01"];

/// Lets the vaults of a World answer.
pub(super) fn mount(world: &World) {
    let _ = world.load_section::<Vaults>();
    let router = Router::new()
        .route("/certificates", get(list))
        .route("/certificates/{name}", get(latest).delete(delete))
        .route("/certificates/{name}/create", post(create))
        .route("/certificates/{name}/pending", get(pending))
        .route("/certificates/{name}/versions", get(versions))
        .route("/certificates/{name}/policy", get(policy))
        .route("/certificates/{name}/{version}", get(version))
        .route("/keys/{name}/{version}/sign", post(sign))
        .method_not_allowed_fallback(|| async {
            refused(405, "MethodNotAllowed", "The method is not allowed here.")
        })
        .fallback(|| async { refused(404, "NotFound", "There is no such resource.") });
    world.mount("*.vault.azure.net", router);
}

/// What a request brings along, before anybody has looked at it.
struct Asked {
    world: World,
    info: RequestInfo,
    headers: HeaderMap,
    from: Vantage,
    query: Option<String>,
}

macro_rules! handler {
    ($handler:ident($($part:ident),*), $operation:literal, $run:path) => {
        async fn $handler(
            world: World,
            info: RequestInfo,
            headers: HeaderMap,
            from: Vantage,
            RawQuery(query): RawQuery,
            Path(parts): Path<Vec<String>>,
            body: Result<Bytes, BytesRejection>,
        ) -> Response {
            let Ok(body) = body else {
                return refused(413, "RequestEntityTooLarge", "The request body is too large.");
            };
            let asked = Asked { world, info, headers, from, query };
            let mut parts = parts.into_iter();
            $(let $part = parts.next().unwrap_or_default();)*
            answer(asked, $operation, |state, visit| $run(state, visit, &body, $(&$part),*))
        }
    };
}

handler!(latest(name), "certificates.get", certificates::latest);
handler!(
    version(name, version),
    "certificates.get",
    certificates::version
);
handler!(
    versions(name),
    "certificates.versions",
    certificates::versions
);
handler!(policy(name), "certificates.policy", certificates::policy);
handler!(
    pending(name),
    "certificates.operation",
    certificates::pending
);
handler!(create(name), "certificates.create", certificates::create);
handler!(delete(name), "certificates.delete", certificates::delete);
handler!(sign(name, version), "keys.sign", keys::sign);

async fn list(
    world: World,
    info: RequestInfo,
    headers: HeaderMap,
    from: Vantage,
    RawQuery(query): RawQuery,
) -> Response {
    let asked = Asked {
        world,
        info,
        headers,
        from,
        query,
    };
    answer(asked, "certificates.list", certificates::list)
}

/// What is wrong before anybody looks at it. Unverified: codes and words.
fn refused(status: u16, code: &'static str, words: &str) -> Response {
    VaultError::new(status, code, words).response()
}

/// What an operation answers with.
struct Reply {
    status: u16,
    body: Value,
    location: Option<String>,
}

impl Reply {
    fn ok(body: Value) -> Self {
        Self {
            status: 200,
            body,
            location: None,
        }
    }
}

/// Lets the caller in or turns him away, and then lets the operation act.
fn answer(
    asked: Asked,
    operation: &'static str,
    run: impl FnOnce(&mut State, &Visit) -> Result<Reply, VaultError>,
) -> Response {
    let Asked {
        world,
        info,
        headers,
        from,
        query,
    } = asked;
    let name = info.host.split('.').next().unwrap_or_default().to_owned();
    let (tenant, outcome) = world.with(|state| {
        let Some(vault) = door::find(state, &name) else {
            return (None, None);
        };
        let tenant = vault.tenant;
        let outcome = Visit::enter(state, vault, &headers, &from)
            .and_then(|visit| check_version(query.as_deref()).map(|()| visit))
            .and_then(|visit| run(state, &visit));
        (Some(tenant), Some(outcome))
    });
    let response = match outcome {
        None => return respond::no_such_host(),
        Some(Ok(reply)) => {
            let response = respond::json(reply.status, &reply.body);
            match reply.location {
                Some(location) => respond::with_header(response, "location", &location),
                None => response,
            }
        }
        Some(Err(error)) => error.response(),
    };
    respond::noted(response, tenant, operation)
}

/// Unverified: the words.
fn check_version(query: Option<&str>) -> Result<(), VaultError> {
    let mut pairs = query.unwrap_or_default().split('&');
    let asked = pairs.find_map(|pair| pair.strip_prefix("api-version="));
    match asked {
        Some(version) if VERSIONS.contains(&version) => Ok(()),
        Some(version) => Err(VaultError::bad(format!(
            "The api-version '{version}' is not supported."
        ))),
        None => Err(VaultError::bad("The api-version is missing.")),
    }
}
