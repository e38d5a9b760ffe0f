//! The way of `oauth2`'s requests: through the same pipeline as every other request.

use std::sync::Arc;

use azure_core::error::ErrorKind;
use azure_core::http::{HttpClient, Method, Transport, Url};
use oauth2::{HttpRequest, HttpResponse};
use rhc_core::{ClientOptions, Clock, Service};

/// What the authority says no with; everything else that is no success is trouble.
const REFUSALS: [u16; 4] = [400, 401, 403, 404];

/// Sends one request of `oauth2`. Asking for a token twice is as good as asking once.
pub(super) async fn send(
    transport: Arc<dyn HttpClient>,
    clock: Clock,
    asked: HttpRequest,
) -> azure_core::Result<HttpResponse> {
    let (parts, body) = asked.into_parts();
    let url = Url::parse(&parts.uri.to_string())?;
    let method = parts.method.as_str().parse::<Method>()?;
    let mut options = ClientOptions {
        clock,
        ..ClientOptions::default()
    };
    options.client_options.transport = Some(Transport::new(transport));
    let (name, version) = (env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"));
    let sent = async {
        let service = Service::without_credential(name, version, url.clone(), &options)?;
        let mut request = service.follow("token.request", method, url.as_str())?;
        if !body.is_empty() {
            request = request.body("application/x-www-form-urlencoded", body);
        }
        service
            .send_expecting(request.idempotent(true), &REFUSALS)
            .await
    };
    let answer = sent
        .await
        .map_err(|error| azure_core::Error::new(ErrorKind::Credential, error))?;
    let mut response = http::Response::builder().status(answer.status);
    for (name, value) in answer.headers.iter() {
        response = response.header(name.as_str(), value.as_str());
    }
    response
        .body(answer.body.to_vec())
        .map_err(|error| azure_core::Error::new(ErrorKind::DataConversion, error))
}
