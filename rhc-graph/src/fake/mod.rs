//! Microsoft Graph in memory: routes over a [`World`], strict where Microsoft is.
//!
//! It reads the wire and not this crate's models, so that both do not share a mistake. One table per type says which
//! properties exist, who sets them and what values they take ([`tables`]); rules that a table cannot hold stand beside
//! the operation that they belong to. Each has a test that sees it refuse.
//!
//! Readers lag behind writers as [`Replication`] says; a write to an object that point
//! reads do not show yet is answered 404, as the real service does now and then. Deleted applications, service
//! principals, users and Microsoft 365 groups can be restored for thirty days; security groups are gone for good.
//!
//! Other crates add routes of Graph by [`register`]: the user flows of External ID are such.

mod app_roles;
mod applications;
mod audit_logs;
mod authentication;
mod batch;
mod branding;
mod branding_images;
mod call;
mod conditional_access;
mod deleted;
mod delta;
mod directory_objects;
mod domains;
mod federated;
mod graph_app;
mod groups;
mod invitations;
mod links;
mod method_policies;
mod named_locations;
mod needs;
mod objects;
mod odata;
mod permission_grants;
mod policies;
mod refusal;
mod roles;
mod route;
mod routes;
pub mod schema;
mod service_principals;
mod state;
mod subscribed_skus;
mod tenant;
mod users;

use call::Content;
pub use call::{Call, Key, ORIGIN, Reply};
pub use graph_app::give_every_permission;
pub use odata::{Query, listed, single};
pub use refusal::Refusal;
pub use rhc_core::fake::{Replication, State, World, WorldOptions};
pub use route::{Needs, Route, Run};
pub use subscribed_skus::subscribe;

use axum::{
    Router,
    body::{Body, Bytes},
    extract::Request,
    http::HeaderMap,
    response::Response,
};
use rhc_core::fake::{RequestInfo, authority, authority::Caller, respond};
use serde_json::{Map, Value};
use std::sync::{Mutex, PoisonError};

/// The host that the fake answers for.
pub const HOST: &str = "graph.microsoft.com";

const AUDIENCES: &[&str] = &[
    "https://graph.microsoft.com",
    "00000003-0000-0000-c000-000000000000",
];

/// More than any request of Graph's directory has.
const BODY_LIMIT: usize = 4 * 1024 * 1024;

/// Routes that other crates added.
#[derive(Default)]
struct Registry(Mutex<Vec<&'static [Route]>>);

/// Lets a World answer for Microsoft Graph. Mounting it twice changes nothing.
///
/// A section `graph` of a loaded state that makes no sense is reported by [`World::check`].
pub fn mount(world: &World) {
    // A problem stays with its section, where `World::check` finds it.
    let _ = world.load_section::<state::GraphState>();
    let _ = world.load_section::<audit_logs::AuditState>();
    let router = Router::new().fallback(answer);
    world.mount(HOST, respond::graph_headers(router));
}

/// Adds routes, for what another crate knows about Graph. They come after this crate's own.
pub fn register(world: &World, routes: &'static [Route]) {
    let registry = world.extension::<Registry>();
    let mut all = registry.0.lock().unwrap_or_else(PoisonError::into_inner);
    if !all.iter().any(|own| std::ptr::eq(*own, routes)) {
        all.push(routes);
    }
}

/// The types whose bodies a table describes, by their names below `microsoft.graph`, for conformance checks.
pub fn tables() -> Vec<(&'static str, &'static [schema::Property])> {
    let mut all = vec![
        ("application", applications::APPLICATION.properties),
        ("appRoleAssignment", app_roles::PROPERTIES),
        ("authorizationPolicy", policies::AUTHORIZATION_POLICY),
        ("conditionalAccessPolicy", conditional_access::PROPERTIES),
        (
            "crossTenantAccessPolicyConfigurationDefault",
            policies::CROSS_TENANT_DEFAULT,
        ),
        ("countryNamedLocation", named_locations::COUNTRY),
        ("directoryAudit", audit_logs::DIRECTORY_AUDIT),
        ("domain", domains::DOMAIN),
        ("domainDnsTxtRecord", domains::TXT_RECORD),
        ("federatedIdentityCredential", federated::PROPERTIES),
        ("group", groups::GROUP.properties),
        (
            "identitySecurityDefaultsEnforcementPolicy",
            policies::SECURITY_DEFAULTS,
        ),
        ("invitation", invitations::PROPERTIES),
        ("ipNamedLocation", named_locations::IP),
        ("oAuth2PermissionGrant", permission_grants::PROPERTIES),
        ("organization", tenant::ORGANIZATION),
        ("organizationalBranding", branding::PROPERTIES),
        ("organizationalBrandingLocalization", branding::PROPERTIES),
        (
            "servicePrincipal",
            service_principals::SERVICE_PRINCIPAL.properties,
        ),
        ("signIn", audit_logs::SIGN_IN),
        ("subscribedSku", subscribed_skus::SUBSCRIBED_SKU),
        ("unifiedRoleAssignment", roles::ROLE_ASSIGNMENT),
        ("unifiedRoleDefinition", roles::ROLE_DEFINITION),
        ("user", users::USER.properties),
    ];
    all.extend(authentication::tables());
    all.extend(method_policies::tables());
    all
}

/// The operations of this crate's fake, for conformance checks.
pub fn routes() -> &'static [Route] {
    routes::ROUTES
}

/// The permissions that a request of this method, with this path below `/v1.0`, needs in a World. `None`: there is no such
/// operation.
pub fn needs(world: &World, method: &str, path: &str) -> Option<Needs> {
    let segments = route::cut(path)?;
    let registry = world.extension::<Registry>();
    let added = registry.0.lock().unwrap_or_else(PoisonError::into_inner);
    let mut all = routes::ROUTES.iter().chain(added.iter().copied().flatten());
    let fits =
        |route: &&Route| route.method == method && route::fit(route.pattern, &segments).is_some();
    all.find(fits).map(|route| route.needs)
}

async fn answer(world: World, info: RequestInfo, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, BODY_LIMIT).await;
    let registry = world.extension::<Registry>();
    let added = registry
        .0
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .clone();
    world.with(|state| {
        let caller = match authority::authenticate(state, &parts.headers, AUDIENCES) {
            Ok(caller) => caller,
            Err(failure) => return failure.graph(&info),
        };
        let tenant = caller.tenant;
        let Ok(body) = body else {
            // Unverified: code and words.
            let message = "The request body is too large. The limit is 4 MB.";
            return Refusal::new(413, "RequestEntityTooLarge", message).response(&info);
        };
        let ask = Ask {
            method: parts.method.as_str(),
            path: parts.uri.path(),
            query: parts.uri.query().unwrap_or_default(),
            headers: &parts.headers,
            body: &body,
        };
        let mut operation = "unknown";
        let result = if ask.method == "POST" && ask.path.eq_ignore_ascii_case("/v1.0/$batch") {
            operation = "batch";
            parse(ask.headers, ask.body)
                .and_then(|body| batch::answer(state, &added, &caller, body.as_ref(), &info))
        } else {
            serve(state, &added, &caller, &ask, &info, &mut operation)
        };
        let response = match result {
            Ok(reply) => {
                let response = match &reply.body {
                    Content::Json(body) => respond::json(reply.status, body),
                    Content::None => respond::empty(reply.status),
                    Content::Plain(kind, body) => {
                        let response = Response::new(Body::from(body.clone()));
                        respond::with_header(response, "content-type", kind)
                    }
                };
                match &reply.location {
                    Some(location) => respond::with_header(response, "location", location),
                    None => response,
                }
            }
            Err(refusal) => refusal.response(&info),
        };
        respond::noted(response, Some(tenant), operation)
    })
}

/// Routes that other crates added.
type Routes<'a> = &'a [&'static [Route]];

/// What is asked, alone or within a batch.
struct Ask<'a> {
    method: &'a str,
    path: &'a str,
    query: &'a str,
    headers: &'a HeaderMap,
    body: &'a Bytes,
}

/// Finds the operation and lets it act.
fn serve(
    state: &mut State,
    added: Routes<'_>,
    caller: &Caller,
    ask: &Ask<'_>,
    info: &RequestInfo,
    operation: &mut &'static str,
) -> Result<Reply, Refusal> {
    let path = ask.path;
    let unknown = || {
        let segment = path
            .trim_start_matches("/v1.0/")
            .split('/')
            .next()
            .unwrap_or_default();
        Refusal::new(
            400,
            "BadRequest",
            format!("Resource not found for the segment '{segment}'."),
        )
    };
    let below = path.strip_prefix("/v1.0").ok_or_else(|| {
        let version = path.split('/').nth(1).unwrap_or_default();
        Refusal::new(400, "BadRequest", format!("Invalid version: {version}"))
    })?;
    let segments = route::cut(below).ok_or_else(unknown)?;
    let all = routes::ROUTES.iter().chain(added.iter().copied().flatten());
    let mut other_method = false;
    for route in all {
        let Some(keys) = route::fit(route.pattern, &segments) else {
            continue;
        };
        if route.method != ask.method {
            other_method = true;
            continue;
        }
        *operation = route.operation;
        // Graph has PUT for files only.
        let is_file = ask.method == "PUT";
        let call = Call {
            body: match is_file {
                true => None,
                false => parse(ask.headers, ask.body)?,
            },
            file: match is_file {
                true => ask.body.clone(),
                false => Bytes::new(),
            },
            caller: caller.clone(),
            keys,
            query: Query::parse(ask.query)?,
            path: below.to_owned(),
            headers: ask.headers.clone(),
            at: info.at,
        };
        let may = |permission: &&str| call.caller.may(permission);
        if !route.needs.iter().all(|any| any.iter().any(may)) {
            return Err(Refusal::denied());
        }
        graph_app::complete(state, call.tenant());
        let target = audit_logs::target(state, &call);
        let reply = (route.run)(state, &call)?;
        if route.method != "GET" {
            audit_logs::record(state, &call, route.operation, target, &reply);
        }
        return Ok(reply);
    }
    if other_method {
        let message = "Specified HTTP method is not allowed for the request target.";
        return Err(Refusal::new(405, "Request_BadRequest", message));
    }
    Err(unknown())
}

/// The body: JSON that says that it is JSON.
fn parse(headers: &HeaderMap, body: &Bytes) -> Result<Option<Map<String, Value>>, Refusal> {
    if body.is_empty() {
        return Ok(None);
    }
    let stated = headers
        .get("content-type")
        .and_then(|value| value.to_str().ok());
    let is_json = stated.is_some_and(|stated| stated.starts_with("application/json"));
    match serde_json::from_slice(body) {
        Ok(Value::Object(body)) if is_json => Ok(Some(body)),
        _ => Err(Refusal::new(
            400,
            "BadRequest",
            "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.",
        )),
    }
}
