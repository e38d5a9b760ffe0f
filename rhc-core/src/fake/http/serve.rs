//! The World on a socket: one listener, virtual hosts by name.

use std::future::Future;
use std::io;

use axum::Router;
use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use http::{HeaderMap, Request, Uri, header};
use tokio::net::TcpListener;

use super::dispatch::{self, Outcome};
use super::respond;
use crate::fake::World;

impl World {
    /// Answers plain HTTP on `listener`: by the host of an absolute request target if there is one (as a client
    /// behind a proxy sends it), else by the `Host` header, port aside. Use it on a real clock: a paused one runs
    /// ahead while tokio waits for a socket.
    ///
    /// A host that nobody mounted is answered 421. Faults that break a connection break the answer off here.
    pub fn serve(&self, listener: TcpListener) -> impl Future<Output = io::Result<()>> + use<> {
        let world = self.clone();
        let router = Router::new().fallback(move |request: Request<Body>| {
            let world = world.clone();
            async move { answer(&world, request).await }
        });
        async move { axum::serve(listener, router).await }
    }
}

async fn answer(world: &World, request: Request<Body>) -> Response {
    let host = host(request.uri(), request.headers()).unwrap_or_default();
    match dispatch::dispatch(world, &host, request).await {
        Outcome::Answer(response) => response,
        Outcome::NoHost => respond::arm_error(
            421,
            "MisdirectedRequest",
            &format!(
                "no host {host:?} in this World; send the real host's name as Host, one of: {}",
                world.hosts().join(", ")
            ),
        ),
        Outcome::Refused => broken("connection refused"),
        Outcome::Lost(how) => broken(how),
    }
}

/// The host asked for, without port and brackets' harm: `[::1]:80` stays an address.
fn host(uri: &Uri, headers: &HeaderMap) -> Option<String> {
    if let Some(host) = uri.host() {
        return Some(host.to_owned());
    }
    let stated = headers.get(header::HOST)?.to_str().ok()?;
    let authority = stated.parse::<http::uri::Authority>().ok()?;
    Some(authority.host().to_owned())
}

/// An answer whose body fails, upon which the server closes the connection.
fn broken(why: &'static str) -> Response {
    let failing = futures::stream::once(async move { Err::<Bytes, _>(io::Error::other(why)) });
    let mut response = Response::new(Body::from_stream(failing));
    *response.status_mut() = http::StatusCode::BAD_GATEWAY;
    response
}
