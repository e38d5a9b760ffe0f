//! The World as azure_core's transport: no socket, and latency on the virtual clock.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use axum::body::Body;
use azure_core::error::{Error, ErrorKind};
use azure_core::http::headers::Headers;
use azure_core::http::{
    AsyncRawResponse, Body as SentBody, HttpClient, Request, StatusCode, Transport,
};
use bytes::Bytes;
use futures::AsyncReadExt;

use super::dispatch::{self, Outcome};
use crate::ClientOptions;
use crate::fake::authority::MachineId;
use crate::fake::{Vantage, World};

/// Carries requests to the World's routers by host, from one place and perhaps from one machine.
struct InProcess(World, Vantage, Option<MachineId>);

/// See [`World::transport_from`].
pub(in crate::fake) fn in_process(
    world: World,
    vantage: Vantage,
    machine: Option<MachineId>,
) -> Arc<dyn HttpClient> {
    Arc::new(InProcess(world, vantage, machine))
}

impl fmt::Debug for InProcess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("World::transport")
    }
}

impl World {
    /// A transport whose internet is this World: a host that nobody mounted cannot be connected to.
    #[must_use]
    pub fn transport(&self) -> Arc<dyn HttpClient> {
        self.transport_from(Vantage::OUTSIDE)
    }

    /// Options for a client that lives in this World: its transport and its clock.
    #[must_use]
    pub fn client_options(&self) -> ClientOptions {
        let mut options = ClientOptions {
            clock: self.clock(),
            ..ClientOptions::default()
        };
        options.client_options.transport = Some(Transport::new(self.transport()));
        options
    }
}

#[async_trait]
impl HttpClient for InProcess {
    async fn execute_request(&self, request: &Request) -> azure_core::Result<AsyncRawResponse> {
        let world = &self.0;
        let way = world.scaled(world.0.options.latency / 2);
        let host = request.url().host_str().unwrap_or_default().to_owned();
        let method = request.method();
        let mut request = convert(request).await?;
        request.extensions_mut().insert(self.1.clone());
        if let Some(machine) = &self.2 {
            request.extensions_mut().insert(machine.clone());
        }
        pass(way).await;
        let outcome = dispatch::dispatch(world, &host, request).await;
        pass(way).await;
        match outcome {
            Outcome::Answer(response) => Ok(answer(response).await),
            Outcome::NoHost => Err(Error::with_message(
                ErrorKind::Connection,
                format!("no host {host:?} in this World, nothing sent ({method})"),
            )),
            Outcome::Refused => Err(Error::with_message(
                ErrorKind::Connection,
                format!("connection to {host} refused"),
            )),
            Outcome::Lost(how) => Err(Error::with_message(
                ErrorKind::Io,
                format!("{how} while waiting for the answer of {host}"),
            )),
        }
    }
}

/// Not even a yield for no latency: a paused clock would move on by it.
async fn pass(time: std::time::Duration) {
    if !time.is_zero() {
        tokio::time::sleep(time).await;
    }
}

async fn convert(request: &Request) -> azure_core::Result<http::Request<Body>> {
    let body = match request.body() {
        SentBody::Bytes(bytes) => bytes.clone(),
        SentBody::SeekableStream(stream) => {
            let mut stream = stream.clone();
            stream.reset().await?;
            let mut bytes = Vec::new();
            stream.read_to_end(&mut bytes).await?;
            Bytes::from(bytes)
        }
    };
    let invalid = |error: http::Error| Error::new(ErrorKind::DataConversion, error);
    let mut builder = http::Request::builder()
        .method(request.method().as_ref())
        .uri(request.url().as_str());
    for (name, value) in request.headers().iter() {
        builder = builder.header(name.as_str(), value.as_str());
    }
    builder.body(Body::from(body)).map_err(invalid)
}

async fn answer(response: axum::response::Response) -> AsyncRawResponse {
    let (parts, body) = response.into_parts();
    let mut headers = Headers::new();
    for (name, value) in &parts.headers {
        // As azure_core's own transport: values that are not text are dropped, of repeated names one stays.
        if let Ok(value) = value.to_str() {
            headers.insert(name.as_str().to_owned(), value.to_owned());
        }
    }
    let status = StatusCode::from(parts.status.as_u16());
    AsyncRawResponse::from_bytes(status, headers, dispatch::collect(body).await)
}
