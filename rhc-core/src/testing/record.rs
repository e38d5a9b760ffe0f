//! Records what passes a transport.

use super::fixture::{
    Exchange, REQUEST_HEADERS, RESPONSE_HEADERS, RecordedRequest, RecordedResponse, body_of,
};
use azure_core::http::{
    AsyncRawResponse, Body, HttpClient, Request,
    headers::{HeaderName, Headers},
};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

/// A transport that passes everything on and keeps what matters of it.
///
/// Only what a [`Fixture`](super::Fixture) holds is kept: the `Authorization` header is never in memory here.
#[derive(Debug)]
pub struct Recorder {
    inner: Arc<dyn HttpClient>,
    exchanges: Mutex<Vec<Exchange>>,
}

impl Recorder {
    /// Records what passes this transport.
    pub fn new(inner: Arc<dyn HttpClient>) -> Arc<Self> {
        Arc::new(Self {
            inner,
            exchanges: Mutex::default(),
        })
    }

    /// What passed so far.
    pub fn exchanges(&self) -> Vec<Exchange> {
        self.exchanges
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

#[async_trait::async_trait]
impl HttpClient for Recorder {
    async fn execute_request(&self, request: &Request) -> azure_core::Result<AsyncRawResponse> {
        let answer = self
            .inner
            .execute_request(request)
            .await?
            .try_into_raw_response()
            .await?;
        let url = request.url();
        let sent = match request.body() {
            Body::Bytes(bytes) => body_of(bytes),
            Body::SeekableStream(_) => Some("(a stream)".into()),
        };
        let exchange = Exchange {
            request: RecordedRequest {
                method: request.method().to_string(),
                host: authority(url),
                path: url.path().to_owned(),
                query: url.query_pairs().into_owned().collect(),
                headers: kept(request.headers(), REQUEST_HEADERS),
                body: sent,
            },
            response: RecordedResponse {
                status: answer.status().into(),
                headers: kept(answer.headers(), RESPONSE_HEADERS),
                body: body_of(answer.body()),
            },
        };
        self.exchanges
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(exchange);
        let (status, headers, body) = answer.deconstruct();
        Ok(AsyncRawResponse::from_bytes(
            status,
            headers,
            bytes::Bytes::from(body),
        ))
    }
}

fn kept(headers: &Headers, names: &[&'static str]) -> BTreeMap<String, String> {
    let value = |name: &&'static str| {
        headers
            .get_optional_str(&HeaderName::from_static(name))
            .map(|value| ((*name).to_owned(), value.to_owned()))
    };
    names.iter().filter_map(value).collect()
}
/// The host as a request's header has it: with its port where the address names one.
fn authority(url: &crate::Url) -> String {
    let host = url.host_str().unwrap_or_default();
    match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}
