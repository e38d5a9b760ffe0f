//! The way of `oauth2`'s requests: through the same transport as every other request.

use std::sync::Arc;

use azure_core::error::ErrorKind;
use azure_core::http::{HttpClient, Method, Request, Url};
use oauth2::{HttpRequest, HttpResponse};

/// Sends one request of `oauth2`.
pub(super) async fn send(
    transport: Arc<dyn HttpClient>,
    asked: HttpRequest,
) -> azure_core::Result<HttpResponse> {
    let (parts, body) = asked.into_parts();
    let url = Url::parse(&parts.uri.to_string())?;
    let method = parts.method.as_str().parse::<Method>()?;
    let mut request = Request::new(url, method);
    for (name, value) in &parts.headers {
        let value = value.to_str().map_err(unreadable)?.to_owned();
        request.insert_header(name.as_str().to_owned(), value);
    }
    request.set_body(body);
    let (status, headers, body) = transport.execute_request(&request).await?.deconstruct();
    let mut answer = http::Response::builder().status(u16::from(status));
    for (name, value) in headers.iter() {
        answer = answer.header(name.as_str(), value.as_str());
    }
    answer
        .body(body.collect().await?.to_vec())
        .map_err(unreadable)
}

fn unreadable(error: impl std::error::Error + Send + Sync + 'static) -> azure_core::Error {
    azure_core::Error::new(ErrorKind::DataConversion, error)
}
