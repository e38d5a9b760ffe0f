//! The way of a request through Resource Manager.

mod action;
mod check;
mod delete;
mod deploy;
mod gate;
mod identity;
mod links;
mod metadata;
mod needs;
mod operation;
mod put;
mod read;
mod unknown;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request};
use axum::response::Response;
use rhc_core::fake::authority::{self, Caller};
use rhc_core::fake::{RequestInfo, State, World, respond};
use serde_json::{Value, json};
use time::OffsetDateTime;

use super::error::ServiceError;
use super::path::{self, Place};
use super::query::Query;
use super::registry::{Kind, Registry};
use super::route::{Params, Reply, RouteContext};
use super::types::activity;

pub use check::REGIONS;
pub(crate) use check::{region, tags as check_tags};
pub(crate) use gate::ALWAYS_REGISTERED;
pub(crate) use identity::{USER_ASSIGNED, service_principal};
pub use links::LinkedAction;
pub use needs::{linked_actions, named_action};
pub(crate) use operation::{EVENT, finish};
pub use put::upsert;

/// The tokens that Resource Manager takes.
const AUDIENCES: &[&str] = &[
    "https://management.azure.com",
    "https://management.core.windows.net",
];
/// Where Resource Manager answers.
pub(crate) const ORIGIN: &str = "https://management.azure.com";
/// The longest body that is read.
const BODY_LIMIT: usize = 4 * 1024 * 1024;

/// A request that was let in.
pub(crate) struct Call<'a> {
    pub(crate) registry: &'a Registry,
    pub(crate) method: &'a Method,
    /// The path, as it was sent.
    pub(crate) path: &'a str,
    pub(crate) segments: &'a [String],
    pub(crate) query: &'a Query,
    pub(crate) sent: Result<Value, ServiceError>,
    pub(crate) api_version: &'a str,
    pub(crate) caller: Caller,
    pub(crate) now: OffsetDateTime,
    /// Whether another write to the same lane is being worked on.
    pub(crate) lane_taken: bool,
    /// The version that whoever writes has seen.
    pub(crate) if_match: Option<&'a str>,
}

impl Call<'_> {
    /// The body, which must be a JSON object.
    fn object(&self) -> Result<&Value, ServiceError> {
        match &self.sent {
            Ok(value) if value.is_object() => Ok(value),
            Ok(_) => Err(ServiceError::bad_request(
                "InvalidRequestContent",
                "The request content was invalid and could not be deserialized: 'A JSON object is expected.'.",
            )),
            Err(error) => Err(error.clone()),
        }
    }

    /// The body, or `null` without one.
    fn any_body(&self) -> Result<&Value, ServiceError> {
        self.sent.as_ref().map_err(Clone::clone)
    }
}

/// Everything that Resource Manager answers to.
pub(crate) fn router() -> Router {
    respond::arm_headers(Router::new().fallback(answer))
}

async fn answer(world: World, info: RequestInfo, request: Request<Body>) -> Response {
    let registry = Registry::of(&world);
    let (parts, body) = request.into_parts();
    let Ok(body) = axum::body::to_bytes(body, BODY_LIMIT).await else {
        return respond::arm_error(
            413,
            "RequestContentTooLarge",
            "The request content size exceeds the maximum size of 4 MB.",
        );
    };
    let sent = if body.is_empty() {
        Ok(Value::Null)
    } else {
        serde_json::from_slice(&body).map_err(|error| {
            ServiceError::bad_request(
                "InvalidRequestContent",
                format!(
                    "The request content was invalid and could not be deserialized: '{error}'."
                ),
            )
        })
    };
    let path = parts.uri.path();
    let segments = path::segments(path);
    let query = Query::parse(parts.uri.query().unwrap_or_default());
    if let Some(endpoints) = metadata::answer(&parts.method, &segments, &query) {
        return endpoints;
    }

    let (lane, lane_taken) = enter_lane(&world, &registry, &parts.method, &segments).await;
    let reply = world.with(|state| {
        let caller = match authority::authenticate(state, &parts.headers, AUDIENCES) {
            Ok(caller) => caller,
            Err(failure) => return Err(Box::new(failure.arm())),
        };
        let call = Call {
            registry: &registry,
            method: &parts.method,
            path,
            segments: &segments,
            query: &query,
            sent,
            api_version: query.get("api-version").unwrap_or_default(),
            caller,
            now: info.at,
            lane_taken,
            if_match: parts
                .headers
                .get(axum::http::header::IF_MATCH)
                .and_then(|own| own.to_str().ok()),
        };
        let left = throttle(&call).map_err(|(error, wait)| {
            let wait = world.retry_after_headers(wait);
            Box::new(respond::with_headers(error.response(), wait))
        })?;
        let reply = act(state, &call).map(|reply| paged(&call, reply));
        let status = match &reply {
            Ok(reply) => reply.status,
            Err(error) => error.status(),
        };
        let done = activity::Done {
            method: parts.method.as_str(),
            path,
            segments: &segments,
            status,
            caller: &call.caller,
            at: info.at,
        };
        activity::note(state, &done);
        Ok((reply, left, kind(&parts.method)))
    });
    drop(lane);
    match reply {
        Err(response) => *response,
        Ok((reply, left, kind)) => {
            let response = match reply {
                Ok(reply) => write(&world, reply),
                Err(error) => error.response(),
            };
            respond::with_header(response, remaining(path, kind), &left.to_string())
        }
    }
}

/// Enters the lane of a write that takes time to work on, and works on it. The second value is whether somebody
/// else was in the lane.
async fn enter_lane(
    world: &World,
    registry: &Arc<Registry>,
    method: &Method,
    segments: &[String],
) -> (Option<super::registry::Lane>, bool) {
    if !matches!(*method, Method::PUT | Method::PATCH | Method::DELETE) {
        return (None, false);
    }
    let Some(Place::Item(path)) = Place::parse(segments) else {
        return (None, false);
    };
    let Some(rules) = registry.rules(&path.resource_type()) else {
        return (None, false);
    };
    if rules.works.is_zero() {
        return (None, false);
    }
    let key = match path.parent() {
        Some(parent) if rules.lane_of_parent => parent.key(),
        _ => path.key(),
    };
    match registry.enter(key) {
        Some(lane) => {
            tokio::time::sleep(world.scaled(rules.works)).await;
            (Some(lane), false)
        }
        None => (None, true),
    }
}

fn kind(method: &Method) -> Kind {
    match *method {
        Method::GET | Method::HEAD => Kind::Read,
        Method::DELETE => Kind::Delete,
        _ => Kind::Write,
    }
}

fn throttle(call: &Call<'_>) -> Result<u32, (ServiceError, Duration)> {
    let scope = match call.segments {
        [word, id, ..] if word.eq_ignore_ascii_case("subscriptions") => id.to_ascii_lowercase(),
        _ => call.caller.tenant.to_string(),
    };
    let kind = kind(call.method);
    call.registry
        .take_token(&scope, call.caller.object_id, kind, call.now)
        .map_err(|wait| {
            // Unverified: the code, which comes from general knowledge; the limits are Microsoft's of 2024.
            let error = ServiceError::new(
                429,
                "SubscriptionRequestsThrottled",
                format!(
                    "Number of '{kind:?}' requests for '{scope}' exceeded the limit. Please try again later."
                ),
            );
            (error, wait)
        })
}

/// The header that tells how many requests are left.
fn remaining(path: &str, kind: Kind) -> &'static str {
    match (path.starts_with("/subscriptions/"), kind) {
        (true, Kind::Read) => "x-ms-ratelimit-remaining-subscription-reads",
        (true, Kind::Write) => "x-ms-ratelimit-remaining-subscription-writes",
        (true, Kind::Delete) => "x-ms-ratelimit-remaining-subscription-deletes",
        (false, Kind::Read) => "x-ms-ratelimit-remaining-tenant-reads",
        (false, Kind::Write) => "x-ms-ratelimit-remaining-tenant-writes",
        (false, Kind::Delete) => "x-ms-ratelimit-remaining-tenant-deletes",
    }
}

fn act(state: &mut State, call: &Call<'_>) -> Result<Reply, ServiceError> {
    if call.api_version.is_empty() {
        return Err(ServiceError::bad_request(
            "MissingApiVersionParameter",
            "The api-version query parameter (?api-version=) is required for all requests.",
        ));
    }
    if let Some((route, params)) = call.registry.route(call.method.as_str(), call.segments) {
        return routed(state, call, route, params);
    }
    if *call.method == Method::GET
        && let Some(reply) = operation::poll(state, call)?
    {
        return Ok(reply);
    }
    match Place::parse(call.segments) {
        Some(Place::Item(path)) => match *call.method {
            Method::GET => read::get(state, call, &path),
            Method::HEAD => read::head(state, call, &path),
            Method::PUT => put::put(state, call, &path),
            Method::PATCH => put::patch(state, call, &path),
            Method::DELETE => delete::delete(state, call, &path),
            _ => Err(not_allowed(call)),
        },
        Some(Place::Collection {
            scope,
            resource_type,
        }) => match *call.method {
            Method::GET => read::list(state, call, &scope, &resource_type),
            Method::POST => action::post(state, call),
            _ => Err(not_allowed(call)),
        },
        None => Err(not_allowed(call)),
    }
}

fn not_allowed(call: &Call<'_>) -> ServiceError {
    ServiceError::not_found(
        "NotFound",
        format!(
            "No HTTP resource was found that matches the request URI '{ORIGIN}{}' and the method '{}'.",
            call.path, call.method
        ),
    )
}

fn routed(
    state: &mut State,
    call: &Call<'_>,
    route: super::route::Route,
    params: Params,
) -> Result<Reply, ServiceError> {
    let mut tenant = call.caller.tenant;
    let scope = params
        .iter()
        .find(|(name, _)| *name == "scope")
        .map(|(_, scope)| scope.clone());
    let in_subscription = route.pattern.starts_with("/subscriptions/{subscription}")
        || scope
            .as_deref()
            .is_some_and(|own| path::subscription_of(own).is_some());
    if in_subscription && let Some(id) = call.segments.get(1) {
        tenant = gate::subscription(state, call, id)?;
    }
    gate::arm_version(call, route.api_versions)?;
    if let Some(action) = route.action(&params)
        && let Some(id) = call.segments.get(1)
    {
        let over = scope
            .clone()
            .unwrap_or_else(|| format!("/subscriptions/{id}"));
        super::roles::authorize(state, &call.caller, &over, &action)?;
    }
    if let Some(target) = scope.as_deref().and_then(path::ResourcePath::parse) {
        gate::surroundings_of(state, &target)?;
    }
    let namespace = params
        .iter()
        .find(|(name, _)| *name == "namespace")
        .map_or("", |(_, value)| value.as_str());
    let types = call.registry.types_of(namespace);
    let namespaces: Vec<_> = call.registry.namespaces().into_iter().collect();
    let context = RouteContext {
        types: &types,
        namespaces: &namespaces,
        params,
        caller: &call.caller,
        tenant,
        query: call.query,
        sent: call.any_body()?,
        api_version: call.api_version,
    };
    (route.run)(state, &context)
}

/// Cuts a list into pages.
fn paged(call: &Call<'_>, mut reply: Reply) -> Reply {
    if !reply.pages {
        return reply;
    }
    let size = call.registry.page_size();
    let from: usize = call
        .query
        .get("$skiptoken")
        .and_then(|token| token.parse().ok())
        .unwrap_or(0);
    let Some(items) = reply
        .body
        .as_mut()
        .and_then(|body| body.get_mut("value"))
        .and_then(Value::as_array_mut)
    else {
        return reply;
    };
    let more = items.len() > from.saturating_add(size);
    let page: Vec<_> = items.drain(..).skip(from).take(size).collect();
    let mut body = json!({ "value": page });
    if more {
        let query = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(call.query.without("$skiptoken"))
            .append_pair("$skiptoken", &(from + size).to_string())
            .finish();
        body["nextLink"] = json!(format!("{ORIGIN}{}?{query}", call.path));
    }
    reply.body = Some(body);
    reply
}

fn write(world: &World, reply: Reply) -> Response {
    let mut headers: HeaderMap = reply.headers;
    if !reply.retry_after.is_zero() {
        headers.extend(world.retry_after_headers(reply.retry_after));
    }
    let response = match &reply.body {
        Some(body) => respond::json(reply.status, body),
        None => respond::empty(reply.status),
    };
    respond::with_headers(response, headers)
}
