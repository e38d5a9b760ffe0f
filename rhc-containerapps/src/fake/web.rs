//! What answers at an app's own address, and at the host names that lead there.
//!
//! TLS is not simulated but for this: a host name without a certificate gets no connection. A request that names no
//! scheme counts as HTTPS. By microsoft/azure-container-apps#287: without a binding, TLS fails and HTTP answers 404.

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use axum::response::Response;
use rhc_arm::fake::{Arm, Stored};
use rhc_core::fake::{RequestInfo, State, World, respond};
use serde_json::json;

use super::{APPS, ENVIRONMENTS, domains, json, revision, traffic};

/// Below this all names are the service's.
const SERVICE: &str = ".azurecontainerapps.io";

pub(super) fn router() -> Router {
    Router::new().fallback(answer)
}

async fn answer(world: World, info: RequestInfo, request: Request<Body>) -> Response {
    let forwarded = request
        .headers()
        .get("x-forwarded-proto")
        .and_then(|own| own.to_str().ok());
    let scheme = forwarded.or(request.uri().scheme_str()).unwrap_or("https");
    let path = request
        .uri()
        .path_and_query()
        .map_or("/", |path| path.as_str());
    let encrypted = !scheme.eq_ignore_ascii_case("http");
    world.with(|state| {
        // A host name of its owner's; the service has a certificate for its own names only.
        let custom = (!info.host.ends_with(SERVICE)).then(|| domains::reached(state, &info.host));
        let certified = custom.is_none_or(|reached| reached.is_some_and(|(_, bound)| bound));
        if encrypted && !certified {
            return respond::hang_up();
        }
        let own_name = match custom {
            None => Some(info.host.as_str()),
            Some(reached) => {
                reached.and_then(|(app, _)| app.text("properties.configuration.ingress.fqdn"))
            }
        };
        let Some((app, revision)) = own_name.and_then(|host| find(state, host)) else {
            return nothing();
        };
        let ingress = app.get("properties.configuration.ingress");
        let insecure = ingress
            .and_then(|own| json::at(own, "allowInsecure"))
            .is_some_and(|own| own == true);
        if !encrypted && !insecure {
            let secure = format!("https://{}{path}", info.host);
            return respond::with_header(respond::empty(301), "location", &secure);
        }
        // A World runs no containers: it says which one would have answered.
        let body = json!({ "app": app.name(), "revision": revision.name() });
        respond::noted(respond::json(200, &body), None, "container app")
    })
}

/// As the service's edge answers for what is not there.
fn nothing() -> Response {
    let page = "<!DOCTYPE html><title>Azure Container App - Unavailable</title>\
                <h1>Error 404 - This Container App is stopped or does not exist.</h1>";
    let mut response = respond::empty(404);
    *response.body_mut() = Body::from(page);
    respond::with_header(response, "content-type", "text/html; charset=utf-8")
}

/// The app that is reached under a host from outside, and its revision that answers.
fn find<'a>(state: &'a State, host: &str) -> Option<(&'a Stored, &'a Stored)> {
    let arm = state.read::<Arm>()?;
    let (label, domain) = host.split_once('.')?;
    let environment = arm.everywhere(ENVIRONMENTS).find(|own| {
        own.text("properties.defaultDomain")
            .is_some_and(|own| own.eq_ignore_ascii_case(domain))
    })?;
    let closed = environment.text("properties.publicNetworkAccess") == Some("Disabled")
        || environment
            .get("properties.vnetConfiguration.internal")
            .is_some_and(|own| own == true);
    if closed {
        return None;
    }
    let name = label.split("--").next().unwrap_or(label);
    let app = arm.everywhere(APPS).find(|own| {
        own.name().eq_ignore_ascii_case(name)
            && own
                .text("properties.environmentId")
                .is_some_and(|id| id.eq_ignore_ascii_case(environment.id()))
    })?;
    let external = app
        .get("properties.configuration.ingress.external")
        .is_some_and(|own| own == true);
    if !external || app.text("properties.runningStatus") != Some("Running") {
        return None;
    }
    let revision = if name == label {
        traffic::answering(state, app)?
    } else {
        arm.get(&format!("{}/revisions/{label}", app.id()))
            .filter(|own| revision::runs(own))?
    };
    Some((app, revision))
}
