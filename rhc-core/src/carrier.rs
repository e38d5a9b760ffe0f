//! A transport that carries requests for any host to one address.

use azure_core::http::{AsyncRawResponse, HttpClient, Request, Url, new_http_client};
use std::sync::Arc;

/// Carries every request to one `http://` address and keeps the host it was for in the `Host` header, and the scheme in
/// `X-Forwarded-Proto`.
///
/// This is how a client reaches a cloud that is served elsewhere, or a mock server, while its own code
/// still talks to `https://management.azure.com` and its rules about origins stay in force.
#[derive(Debug)]
pub struct Carrier {
    address: Url,
    inner: Arc<dyn HttpClient>,
}

impl Carrier {
    /// Carries to this address with the default HTTP client.
    pub fn new(address: Url) -> Arc<Self> {
        Arc::new(Self {
            address,
            inner: new_http_client(None),
        })
    }
}

#[async_trait::async_trait]
impl HttpClient for Carrier {
    async fn execute_request(&self, request: &Request) -> azure_core::Result<AsyncRawResponse> {
        let mut carried = request.clone();
        let host = match (request.url().host_str(), request.url().port()) {
            (Some(host), Some(port)) => format!("{host}:{port}"),
            (Some(host), None) => host.to_owned(),
            (None, _) => {
                return Err(azure_core::Error::with_message(
                    azure_core::error::ErrorKind::Other,
                    "the request has no host",
                ));
            }
        };
        let mut url = self.address.clone();
        url.set_path(request.url().path());
        url.set_query(request.url().query());
        *carried.url_mut() = url;
        carried.insert_header("host", host);
        carried.insert_header("x-forwarded-proto", request.url().scheme().to_owned());
        self.inner.execute_request(&carried).await
    }
}
