//! The way of one request through the World: log, faults, the host's router, log again.

use std::convert::Infallible;
use std::time::Duration;

use axum::body::Body;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::Response;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Request, StatusCode};
use time::OffsetDateTime;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;
use tower::ServiceExt;
use uuid::Uuid;

use super::faults::{FaultKind, Met};
use super::log::{LoggedRequest, Noted};
use super::respond;
use crate::fake::{Dns, Vantage, World, authority, ids};

/// How long a client waits for an answer that does not come, in the World's time.
const SILENCE: Duration = Duration::from_secs(60);
/// More than any service of the World accepts.
const BODY_LIMIT: usize = 64 * 1024 * 1024;
const HTTP_DATE: &[BorrowedFormatItem<'static>] = format_description!(
    "[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT"
);

/// What the World knows about the request at hand: an axum extractor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestInfo {
    /// Its number in the World, from 1.
    pub number: u64,
    /// The service's id for it (`request-id`, `x-ms-request-id`, `trace_id`).
    pub id: Uuid,
    /// When it arrived.
    pub at: OffsetDateTime,
    /// The host asked, without port and in lower case.
    pub host: String,
    /// The client's id for it, from `client-request-id` or `x-ms-client-request-id`.
    pub client_request_id: Option<String>,
}

/// How a request ended.
pub(super) enum Outcome {
    Answer(Response),
    /// No router answers for the host.
    NoHost,
    /// Nothing was sent.
    Refused,
    /// Something was sent, and no answer came.
    Lost(&'static str),
}

/// Takes a request to the host's router.
pub(super) async fn dispatch(world: &World, host: &str, request: Request<Body>) -> Outcome {
    let Some(router) = router(world, host) else {
        return Outcome::NoHost;
    };
    let path = request
        .uri()
        .path_and_query()
        .map_or("/", |path| path.as_str())
        .to_owned();
    let keeps_bodies = world.0.options.record_bodies;
    let (request, request_body) = match keep_request(request, keeps_bodies).await {
        Ok(kept) => kept,
        Err(response) => return Outcome::Answer(response),
    };
    let at = world.now();
    let place = world.0.log.enter(LoggedRequest {
        at,
        method: request.method().clone(),
        host: host.to_ascii_lowercase(),
        path_and_query: path.clone(),
        status: None,
        tenant: authority::claimed_tenant(request.headers()),
        operation: None,
        faulted: false,
        request_headers: if keeps_bodies {
            without_credential(request.headers())
        } else {
            HeaderMap::new()
        },
        request_body,
        answer_body: None,
        answer_headers: HeaderMap::new(),
    });
    let fault = world.0.faults.strike(&Met {
        method: request.method(),
        host,
        path: &path,
        headers: request.headers(),
    });
    world
        .0
        .log
        .amend(place, |entry| entry.faulted = fault.is_some());
    let act = act(world, router, request, place, at, host);
    let response = match fault {
        None => act.await,
        Some(fault) => match strike(world, fault, act).await {
            Outcome::Answer(response) => response,
            lost => return lost,
        },
    };
    if response.extensions().get::<respond::NoSuchHost>().is_some() {
        return Outcome::NoHost;
    }
    if response.extensions().get::<respond::HungUp>().is_some() {
        return Outcome::Refused;
    }
    finish(world, place, response, keeps_bodies).await
}

/// Who answers for a host: whoever is mounted for it, else for the name that public DNS leads it to.
fn router(world: &World, host: &str) -> Option<axum::Router> {
    world.0.hosts.find(host).or_else(|| {
        let leads_to = world.with(|state| state.read::<Dns>().map(|dns| dns.resolve(host)));
        world.0.hosts.find(&leads_to?)
    })
}

/// Lets the service act.
async fn act(
    world: &World,
    router: axum::Router,
    mut request: Request<Body>,
    place: usize,
    at: OffsetDateTime,
    host: &str,
) -> Response {
    let number = u64::try_from(place).unwrap_or(u64::MAX).saturating_add(1);
    let info = RequestInfo {
        number,
        id: ids::uuid(world.0.options.seed, "request", number),
        at,
        host: host.to_ascii_lowercase(),
        client_request_id: client_request_id(request.headers()),
    };
    let wants_echo = request.headers().iter().any(|(name, value)| {
        name.as_str().ends_with("return-client-request-id") && value.as_bytes() == b"true"
    });
    request.extensions_mut().insert(info.clone());
    request.extensions_mut().insert(world.clone());
    let mut response = match router.oneshot(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    };
    stamp(&mut response, &info, wants_echo);
    response
}

/// The headers that every service sends, unless the router sent its own.
fn stamp(response: &mut Response, info: &RequestInfo, wants_echo: bool) {
    let headers = response.headers_mut();
    if let Ok(Ok(date)) = info.at.format(HTTP_DATE).map(HeaderValue::try_from) {
        headers.entry(http::header::DATE).or_insert(date);
    }
    if !headers.contains_key("request-id")
        && let Ok(id) = HeaderValue::try_from(info.id.to_string())
    {
        headers
            .entry(HeaderName::from_static("x-ms-request-id"))
            .or_insert(id);
    }
    if wants_echo && let Some(Ok(id)) = info.client_request_id.as_deref().map(HeaderValue::try_from)
    {
        headers
            .entry(HeaderName::from_static("client-request-id"))
            .or_insert(id);
    }
}

fn client_request_id(headers: &HeaderMap) -> Option<String> {
    ["client-request-id", "x-ms-client-request-id"]
        .iter()
        .find_map(|name| headers.get(*name))
        .and_then(|value| value.to_str().ok())
        .map(str::to_owned)
}

/// What a fault makes of a request; `act` runs only if the service is to act.
async fn strike(world: &World, fault: FaultKind, act: impl Future<Output = Response>) -> Outcome {
    match fault {
        FaultKind::ConnectionRefused => Outcome::Refused,
        FaultKind::ResetBefore => Outcome::Lost("connection reset"),
        FaultKind::ResetAfter => {
            act.await;
            Outcome::Lost("connection reset")
        }
        FaultKind::TimeoutBefore => {
            tokio::time::sleep(world.scaled(SILENCE)).await;
            Outcome::Lost("timed out")
        }
        FaultKind::TimeoutAfter => {
            act.await;
            tokio::time::sleep(world.scaled(SILENCE)).await;
            Outcome::Lost("timed out")
        }
        FaultKind::Status {
            code,
            headers,
            body,
        } => Outcome::Answer(respond::raw(code, &headers, body)),
        FaultKind::StatusAfter {
            code,
            headers,
            body,
        } => {
            act.await;
            Outcome::Answer(respond::raw(code, &headers, body))
        }
        FaultKind::Truncated => {
            let (mut parts, body) = act.await.into_parts();
            let body = collect(body).await;
            parts.headers.remove(http::header::CONTENT_LENGTH);
            let half = body.slice(..body.len() / 2);
            Outcome::Answer(Response::from_parts(parts, Body::from(half)))
        }
        FaultKind::Altered(alteration) => {
            let (parts, body) = act.await.into_parts();
            let mut answer = Response::from_parts(parts, collect(body).await);
            alteration.alter(&mut answer);
            answer.headers_mut().remove(http::header::CONTENT_LENGTH);
            Outcome::Answer(answer.map(Body::from))
        }
        FaultKind::Slow(delay) => {
            tokio::time::sleep(world.scaled(delay)).await;
            Outcome::Answer(act.await)
        }
    }
}

async fn finish(world: &World, place: usize, response: Response, keeps_bodies: bool) -> Outcome {
    let noted = response.extensions().get::<Noted>().cloned();
    let status = response.status();
    let (response, kept) = if keeps_bodies {
        let (parts, body) = response.into_parts();
        let body = axum::body::to_bytes(body, BODY_LIMIT)
            .await
            .unwrap_or_default();
        let headers = parts.headers.clone();
        let response = Response::from_parts(parts, Body::from(body.clone()));
        (response, Some((headers, body)))
    } else {
        (response, None)
    };
    world.0.log.answered(place, status, noted.as_ref(), kept);
    Outcome::Answer(response)
}

fn without_credential(headers: &HeaderMap) -> HeaderMap {
    let mut kept = headers.clone();
    kept.remove(http::header::AUTHORIZATION);
    kept
}

async fn keep_request(
    request: Request<Body>,
    keeps_bodies: bool,
) -> Result<(Request<Body>, Option<Bytes>), Response> {
    if !keeps_bodies {
        return Ok((request, None));
    }
    let (parts, body) = request.into_parts();
    match axum::body::to_bytes(body, BODY_LIMIT).await {
        Ok(body) => Ok((
            Request::from_parts(parts, Body::from(body.clone())),
            Some(body),
        )),
        Err(error) => Err(respond::arm_error(
            StatusCode::PAYLOAD_TOO_LARGE.as_u16(),
            "RequestEntityTooLarge",
            &error.to_string(),
        )),
    }
}

/// Collects an answer for a client in process.
pub(super) async fn collect(body: Body) -> Bytes {
    axum::body::to_bytes(body, BODY_LIMIT)
        .await
        .unwrap_or_default()
}

impl<S: Sync> FromRequestParts<S> for World {
    type Rejection = (StatusCode, &'static str);

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        parts.extensions.get::<World>().cloned().ok_or((
            StatusCode::INTERNAL_SERVER_ERROR,
            "this router is not mounted in a World",
        ))
    }
}

impl<S: Sync> FromRequestParts<S> for Vantage {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(parts
            .extensions
            .get::<Vantage>()
            .cloned()
            .unwrap_or_default())
    }
}

impl<S: Sync> FromRequestParts<S> for RequestInfo {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        // A router that is tried without a World still gets something to answer with.
        Ok(parts
            .extensions
            .get::<RequestInfo>()
            .cloned()
            .unwrap_or_else(|| RequestInfo {
                number: 0,
                id: Uuid::nil(),
                at: OffsetDateTime::UNIX_EPOCH,
                host: String::new(),
                client_request_id: client_request_id(&parts.headers),
            }))
    }
}
