//! What Azure's registries hold, and how one asks them: the token exchange and the manifests.
//!
//! Sources: [access tokens](https://learn.microsoft.com/rest/api/containerregistry/access-tokens),
//! [manifests](https://learn.microsoft.com/rest/api/containerregistry/manifests).
//! Unverified: the statuses of refused exchanges, and the digests, which are made up.

use std::collections::BTreeMap;

use axum::Router;
use axum::body::Bytes;
use axum::extract::Path;
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::{get, post};
use rhc_arm::fake::{LinkedAction, Plane, may};
use rhc_core::fake::authority::{Caller, authenticate};
use rhc_core::fake::{RequestInfo, Section, State, World, respond};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::images;

/// The identifier by which tokens for registries are asked for.
const AUDIENCE: &str = "https://containerregistry.azure.net";
/// Which a registry takes too, unless its policy says otherwise.
const ARM_AUDIENCE: &str = "https://management.azure.com";

/// The section `registry` of the state: images by host, repository and tag, each with its digest.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Registries(pub BTreeMap<String, BTreeMap<String, BTreeMap<String, String>>>);

impl Section for Registries {
    const NAME: &'static str = "registry";
}

/// An image reference, taken apart: `smx25qaacr.azurecr.io/rhc-probe:1`.
struct Reference<'a> {
    host: &'a str,
    repository: &'a str,
    tag: &'a str,
}

impl<'a> Reference<'a> {
    fn parse(image: &'a str) -> Option<Self> {
        let (host, rest) = image.split_once('/')?;
        let (repository, tag) = match rest.split_once('@') {
            Some(whole) => whole,
            None => rest.rsplit_once(':').unwrap_or((rest, "latest")),
        };
        Some(Self {
            host,
            repository,
            tag,
        })
    }
}

/// Puts an image into a registry, as `docker push` does.
pub fn push_image(state: &mut State, image: &str) {
    let Some(reference) = Reference::parse(image) else {
        return;
    };
    let half = |part: &str| {
        state
            .derived_uuid(&["image", part, image])
            .simple()
            .to_string()
    };
    let digest = format!("sha256:{}{}", half("1"), half("2"));
    let tags = state
        .section::<Registries>()
        .0
        .entry(reference.host.to_ascii_lowercase())
        .or_default()
        .entry(reference.repository.to_owned())
        .or_default();
    tags.insert(reference.tag.to_owned(), digest);
}

/// Deletes a tag from a registry. Says whether it was there.
pub fn remove_image(state: &mut State, image: &str) -> bool {
    let Some(reference) = Reference::parse(image) else {
        return false;
    };
    let registries = &mut state.section::<Registries>().0;
    registries
        .get_mut(&reference.host.to_ascii_lowercase())
        .and_then(|repositories| repositories.get_mut(reference.repository))
        .is_some_and(|tags| tags.remove(reference.tag).is_some())
}

/// Whether an image's registry holds it.
#[must_use]
pub fn holds_image(state: &State, image: &str) -> bool {
    missing(state, image).is_none()
}

/// The right that it takes to read what a registry of this cloud holds, if one answers under this host's name.
#[must_use]
pub fn pulling_takes(world: &World, host: &str) -> Option<LinkedAction> {
    world.with(|state| {
        images::registry(state, host).map(|registry| LinkedAction {
            resource_id: registry.id().to_owned(),
            action: images::PULL.to_owned(),
        })
    })
}

/// The tag or digest of an image that its registry does not hold.
pub(super) fn missing<'a>(state: &State, image: &'a str) -> Option<&'a str> {
    let reference = Reference::parse(image)?;
    match digest(state, &reference) {
        Some(_) => None,
        None => Some(reference.tag),
    }
}

fn digest<'a>(state: &'a State, reference: &Reference<'_>) -> Option<&'a str> {
    let host = reference.host.to_ascii_lowercase();
    let tags = state
        .read::<Registries>()?
        .0
        .get(&host)?
        .get(reference.repository)?;
    let found = tags
        .iter()
        .find(|(tag, digest)| *tag == reference.tag || *digest == reference.tag);
    found.map(|(_, digest)| digest.as_str())
}

pub(super) fn router() -> Router {
    Router::new()
        .route("/oauth2/exchange", post(exchange))
        .route("/oauth2/token", post(token))
        .route("/v2/{*rest}", get(manifest))
}

fn refusal(status: u16, code: &str, message: &str) -> Response {
    let body = json!({ "errors": [{ "code": code, "message": message, "detail": null }] });
    respond::json(status, &body)
}

fn unauthorized() -> Response {
    let why =
        "authentication required, visit https://aka.ms/acr/authorization for more information.";
    refusal(401, "UNAUTHORIZED", why)
}

fn form(body: &Bytes) -> BTreeMap<String, String> {
    url::form_urlencoded::parse(body).into_owned().collect()
}

/// A token of Entra's becomes one of the registry's.
async fn exchange(world: World, info: RequestInfo, body: Bytes) -> Response {
    let form = form(&body);
    let given = |name: &str| form.get(name).map(String::as_str).unwrap_or_default();
    if given("grant_type") != "access_token" || given("service") != info.host {
        return refusal(400, "BAD_REQUEST", "grant_type or service is wrong");
    }
    world.with(
        |state| match caller(state, &info.host, given("access_token")) {
            // Cryptography is not simulated: what the token is good for follows from the one that it was made of.
            Some(_) => {
                let token = format!("refresh.{}", given("access_token"));
                respond::json(200, &json!({ "refresh_token": token }))
            }
            None => unauthorized(),
        },
    )
}

/// A token for one repository.
async fn token(world: World, info: RequestInfo, body: Bytes) -> Response {
    let form = form(&body);
    let given = |name: &str| form.get(name).map(String::as_str).unwrap_or_default();
    if given("grant_type") != "refresh_token" || given("service") != info.host {
        return refusal(400, "BAD_REQUEST", "grant_type or service is wrong");
    }
    let repository = given("scope")
        .strip_prefix("repository:")
        .and_then(|scope| scope.strip_suffix(":pull"));
    let Some(repository) = repository else {
        return refusal(
            400,
            "BAD_REQUEST",
            "the scope is none of repository:NAME:pull",
        );
    };
    let inner = given("refresh_token")
        .strip_prefix("refresh.")
        .unwrap_or_default();
    world.with(|state| {
        let allowed = caller(state, &info.host, inner)
            .is_some_and(|caller| may_pull(state, &caller, &info.host));
        if !allowed {
            return unauthorized();
        }
        let token = format!("access.{}.{inner}", repository.replace('.', "%"));
        respond::json(200, &json!({ "access_token": token }))
    })
}

async fn manifest(
    world: World,
    info: RequestInfo,
    headers: HeaderMap,
    Path(rest): Path<String>,
) -> Response {
    let Some((repository, tag)) = rest.rsplit_once("/manifests/") else {
        return refusal(404, "NOT_FOUND", "the registry does not know this address");
    };
    let bearer = headers
        .get("authorization")
        .and_then(|own| own.to_str().ok());
    let token = bearer.and_then(|own| own.strip_prefix("Bearer access."));
    let inner = token
        .and_then(|own| own.split_once('.'))
        .filter(|(own, _)| own.replace('%', ".") == repository)
        .map(|(_, inner)| inner.to_owned());
    world.with(|state| {
        let caller = inner.and_then(|inner| caller(state, &info.host, &inner));
        let Some(caller) = caller.filter(|caller| may_pull(state, caller, &info.host)) else {
            let challenge = format!(
                "Bearer realm=\"https://{host}/oauth2/token\",service=\"{host}\",scope=\"repository:{repository}:pull\"",
                host = info.host
            );
            return respond::with_header(unauthorized(), "www-authenticate", &challenge);
        };
        let reference = Reference {
            host: &info.host,
            repository,
            tag,
        };
        let response = match digest(state, &reference) {
            Some(digest) => {
                let kind = "application/vnd.oci.image.manifest.v1+json";
                let body = json!({ "schemaVersion": 2, "mediaType": kind, "layers": [] });
                let response = respond::json(200, &body);
                let response = respond::with_header(response, "content-type", kind);
                respond::with_header(response, "docker-content-digest", digest)
            }
            None => refusal(404, "MANIFEST_UNKNOWN", &format!("manifest tagged by \"{tag}\" is not found")),
        };
        respond::noted(response, Some(caller.tenant), "registry manifest")
    })
}

/// Whose token it is, if the registry is there and takes it.
fn caller(state: &State, host: &str, token: &str) -> Option<Caller> {
    let registry = images::registry(state, host)?;
    let mut audience = vec![AUDIENCE];
    if images::takes_arm_tokens(registry) {
        audience.push(ARM_AUDIENCE);
    }
    let mut headers = HeaderMap::new();
    headers.insert("authorization", format!("Bearer {token}").parse().ok()?);
    authenticate(state, &headers, &audience).ok()
}

fn may_pull(state: &State, caller: &Caller, host: &str) -> bool {
    images::registry(state, host).is_some_and(|registry| {
        let (tenant, who) = (caller.tenant, caller.object_id);
        images::takes_plain_roles(registry)
            && may(
                state,
                tenant,
                who,
                registry.id(),
                images::PULL,
                Plane::Control,
            )
    })
}
