//! Answers in the shapes of Microsoft's services, for every fake.

use std::future::Future;
use std::pin::Pin;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::middleware::{self, Next};
use axum::response::Response;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use serde::Serialize;
use serde_json::{Value, json};
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use uuid::Uuid;

use super::dispatch::RequestInfo;
use super::log::Noted;

fn status(code: u16) -> StatusCode {
    StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// In an answer's extensions: nobody answers under this name after all. A router that stands for all hosts of a service
/// says so of those that were never made, and the client sees what it sees of a name without address.
#[derive(Clone, Copy, Debug)]
pub struct NoSuchHost;

/// Nobody answers under this name.
#[must_use]
pub fn no_such_host() -> Response {
    let mut response = empty(502);
    response.extensions_mut().insert(NoSuchHost);
    response
}

/// An answer without a body.
#[must_use]
pub fn empty(code: u16) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status(code);
    response
}

/// Marks what is no answer.
#[derive(Clone, Copy, Debug)]
pub(super) struct HungUp;

/// No answer: the host hangs up before HTTP begins, as one does that has no certificate for the name it is asked under.
#[must_use]
pub fn hang_up() -> Response {
    let mut response = empty(502);
    response.extensions_mut().insert(HungUp);
    response
}

/// A JSON answer.
#[must_use]
pub fn json<T: Serialize + ?Sized>(code: u16, body: &T) -> Response {
    match serde_json::to_vec(body) {
        Ok(body) => {
            let mut response = Response::new(Body::from(body));
            *response.status_mut() = status(code);
            response.headers_mut().insert(
                header::CONTENT_TYPE,
                HeaderValue::from_static("application/json; charset=utf-8"),
            );
            response
        }
        Err(error) => arm_error(500, "InternalServerError", &error.to_string()),
    }
}

pub(super) fn raw(code: u16, headers: &[(String, String)], body: Bytes) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status(code);
    for (name, value) in headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            response.headers_mut().append(name, value);
        }
    }
    response
}

/// An error as Azure Resource Manager words it.
#[must_use]
pub fn arm_error(code: u16, error: &str, message: &str) -> Response {
    json(
        code,
        &json!({ "error": { "code": error, "message": message } }),
    )
}

/// An error of Azure Resource Manager with further members (`target`, `details`, `innererror`, `additionalInfo`).
#[must_use]
pub fn arm_error_with(code: u16, error: &str, message: &str, more: Value) -> Response {
    let mut body = json!({ "code": error, "message": message });
    if let (Some(body), Value::Object(more)) = (body.as_object_mut(), more) {
        body.extend(more);
    }
    json(code, &json!({ "error": body }))
}

/// An error as Microsoft Graph words it.
#[must_use]
pub fn graph_error(info: &RequestInfo, code: u16, error: &str, message: &str) -> Response {
    graph_error_with(info, code, error, message, Value::Null)
}

/// An error of Microsoft Graph with further members (`details`).
#[must_use]
pub fn graph_error_with(
    info: &RequestInfo,
    code: u16,
    error: &str,
    message: &str,
    more: Value,
) -> Response {
    json(code, &graph_error_body(info, error, message, more))
}

/// The body of such an error, with further members (`details`).
#[must_use]
pub fn graph_error_body(info: &RequestInfo, error: &str, message: &str, more: Value) -> Value {
    let date = info
        .at
        .format(format_description!(
            "[year]-[month]-[day]T[hour]:[minute]:[second]"
        ))
        .unwrap_or_default();
    let client = info.client_request_id.clone();
    let mut body = json!({ "code": error, "message": message });
    if let Some(body) = body.as_object_mut() {
        if let Value::Object(more) = more {
            body.extend(more);
        }
        body.insert(
            "innerError".to_owned(),
            json!({
                "date": date,
                "request-id": info.id,
                "client-request-id": client.unwrap_or_else(|| info.id.to_string()),
            }),
        );
    }
    json!({ "error": body })
}

/// An error of the token authority: the OAuth error and Microsoft's number behind it.
#[must_use]
pub fn oauth_error(
    info: &RequestInfo,
    code: u16,
    error: &str,
    number: u32,
    description: &str,
) -> Response {
    let correlation = info
        .client_request_id
        .clone()
        .unwrap_or_else(|| info.id.to_string());
    let timestamp = info
        .at
        .format(format_description!(
            "[year]-[month]-[day] [hour]:[minute]:[second]Z"
        ))
        .unwrap_or_default();
    // On several lines, as the service writes them: a parser that only borrows stumbles over the escapes.
    let description = format!(
        "AADSTS{number}: {description}\r\nTrace ID: {}\r\nCorrelation ID: {correlation}\r\nTimestamp: {timestamp}",
        info.id
    );
    json(
        code,
        &json!({
            "error": error,
            "error_description": description,
            "error_codes": [number],
            "timestamp": timestamp,
            "trace_id": info.id,
            "correlation_id": correlation,
            "error_uri": format!("https://login.microsoftonline.com/error?code={number}"),
        }),
    )
}

/// Adds headers to an answer.
#[must_use]
pub fn with_headers(mut response: Response, headers: HeaderMap) -> Response {
    response.headers_mut().extend(headers);
    response
}

/// Adds one header to an answer; a value that HTTP cannot carry is left out.
#[must_use]
pub fn with_header(mut response: Response, name: &'static str, value: &str) -> Response {
    if let Ok(value) = HeaderValue::try_from(value) {
        response
            .headers_mut()
            .insert(HeaderName::from_static(name), value);
    }
    response
}

/// Tells the World's log what an answer was about.
#[must_use]
pub fn noted(mut response: Response, tenant: Option<Uuid>, operation: &str) -> Response {
    response.extensions_mut().insert(Noted {
        tenant,
        operation: Some(operation.to_owned()),
    });
    response
}

/// Lets every answer of a router carry Azure Resource Manager's headers.
pub fn arm_headers(router: Router) -> Router {
    layered(router, |info, headers| {
        let id = info.id.to_string();
        put(headers, "x-ms-request-id", &id);
        put(headers, "x-ms-correlation-request-id", &id);
        let routing = info
            .at
            .format(format_description!(
                "EASTUS2:[year][month][day]T[hour][minute][second]Z"
            ))
            .map(|at| format!("{at}:{id}"));
        put(
            headers,
            "x-ms-routing-request-id",
            routing.as_deref().unwrap_or(&id),
        );
    })
}

/// Lets every answer of a router carry Microsoft Graph's headers.
pub fn graph_headers(router: Router) -> Router {
    layered(router, |info, headers| {
        let id = info.id.to_string();
        put(headers, "request-id", &id);
        put(
            headers,
            "client-request-id",
            info.client_request_id.as_deref().unwrap_or(&id),
        );
    })
}

fn put(headers: &mut HeaderMap, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::try_from(value) {
        headers
            .entry(HeaderName::from_static(name))
            .or_insert(value);
    }
}

type Answering = Pin<Box<dyn Future<Output = Response> + Send>>;

fn layered(router: Router, add: fn(&RequestInfo, &mut HeaderMap)) -> Router {
    router.layer(middleware::from_fn(
        move |info: RequestInfo, request: Request, next: Next| -> Answering {
            Box::pin(async move {
                let mut response = next.run(request).await;
                add(&info, response.headers_mut());
                response
            })
        },
    ))
}

/// A moment as ARM and Graph write it.
#[must_use]
pub fn timestamp(at: time::OffsetDateTime) -> String {
    at.format(&Rfc3339).unwrap_or_default()
}
