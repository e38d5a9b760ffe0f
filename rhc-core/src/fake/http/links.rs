//! Links in answers, led back to the address that the client used: else its next request would leave the machine.

use axum::body::Body;
use axum::response::Response;
use http::{HeaderMap, HeaderName, HeaderValue, header};
use serde_json::Value;

use super::addresses::Addresses;
use super::dispatch;

/// Headers that are a link.
const HEADERS: [&str; 5] = [
    "location",
    "azure-asyncoperation",
    "operation-location",
    "content-location",
    "odata-entityid",
];

/// Members of an answer that are a link to follow. What a client wrote, and ids that look like addresses, stay as they are.
const MEMBERS: [&str; 16] = [
    "nextLink",
    "@odata.nextLink",
    "@odata.deltaLink",
    "@odata.context",
    "@odata.location",
    "authorization_endpoint",
    "token_endpoint",
    "jwks_uri",
    "device_authorization_endpoint",
    "end_session_endpoint",
    "userinfo_endpoint",
    "tenant_discovery_endpoint",
    "kerberos_endpoint",
    // Of what Resource Manager says of its cloud.
    "loginEndpoint",
    "microsoftGraphResourceId",
    "resourceManager",
];

/// Leads the links of an answer to a client that asked under `name`.
pub(super) async fn lead_back(addresses: &Addresses, name: &str, response: Response) -> Response {
    let (mut parts, body) = response.into_parts();
    headers(addresses, name, &mut parts.headers);
    let is_json = parts
        .headers
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"));
    if !is_json {
        return Response::from_parts(parts, body);
    }
    let body = dispatch::collect(body).await;
    let changed = serde_json::from_slice(&body).ok().and_then(|mut json| {
        let changed = members(addresses, name, &mut json);
        changed.then(|| serde_json::to_vec(&json).ok()).flatten()
    });
    let body = match changed {
        Some(changed) => {
            parts.headers.remove(header::CONTENT_LENGTH);
            Body::from(changed)
        }
        None => Body::from(body),
    };
    Response::from_parts(parts, body)
}

fn headers(addresses: &Addresses, name: &str, headers: &mut HeaderMap) {
    for link in HEADERS {
        let link = HeaderName::from_static(link);
        let led = headers
            .get(&link)
            .and_then(|value| addresses.here(name, value.to_str().ok()?));
        if let Some(Ok(led)) = led.map(HeaderValue::try_from) {
            headers.insert(link, led);
        }
    }
    let challenge = headers.get(header::WWW_AUTHENTICATE);
    let led = challenge.and_then(|value| {
        let quoted = value.to_str().ok()?.split('"');
        let led = quoted.map(|part| {
            addresses
                .here(name, part)
                .unwrap_or_else(|| part.to_owned())
        });
        Some(led.collect::<Vec<_>>().join("\""))
    });
    if let Some(Ok(led)) = led.map(HeaderValue::try_from) {
        headers.insert(header::WWW_AUTHENTICATE, led);
    }
}

/// Whether anything was changed.
fn members(addresses: &Addresses, name: &str, value: &mut Value) -> bool {
    match value {
        Value::Object(own) => {
            let mut changed = false;
            for (member, value) in own {
                let is_link = MEMBERS.contains(&member.as_str());
                let led = value.as_str().filter(|_| is_link);
                match led.and_then(|link| addresses.here(name, link)) {
                    Some(led) => {
                        *value = Value::String(led);
                        changed = true;
                    }
                    None => changed |= members(addresses, name, value),
                }
            }
            changed
        }
        Value::Array(items) => {
            let mut changed = false;
            for item in items {
                changed |= members(addresses, name, item);
            }
            changed
        }
        _ => false,
    }
}
