//! The World on a socket: one listener, virtual hosts by name.

use std::fmt;
use std::future::Future;
use std::io;

use axum::Router;
use axum::body::Body;
use axum::response::Response;
use axum::serve::Listener;
use bytes::Bytes;
use http::{HeaderMap, Request, Uri, header};
use tokio::net::TcpListener;

use super::addresses::{self, Addresses};
use super::dispatch::{self, Outcome};
use super::{links, respond};
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

    /// Answers for one host of the World at `https://localhost:{port}`, for clients that can be told an endpoint but not
    /// whom they really ask. `host` is one that was mounted; with `*.` before it the first segment of the path names
    /// which one below it is meant. Encryption is the listener's business.
    ///
    /// Links in answers lead to this machine wherever they are to a host that is served so. Who asks under a real host's
    /// name is answered as by [`serve`](Self::serve).
    pub fn serve_as<L>(
        &self,
        listener: L,
        host: &str,
        port: u16,
    ) -> impl Future<Output = io::Result<()>> + use<L>
    where
        L: Listener<Addr: fmt::Debug>,
    {
        self.extension::<Addresses>().add(host, port);
        let (world, stands_for) = (self.clone(), host.to_owned());
        let router = Router::new().fallback(move |request: Request<Body>| {
            let (world, stands_for) = (world.clone(), stands_for.clone());
            async move { answer_as(&world, &stands_for, request).await }
        });
        async move { axum::serve(listener, router).await }
    }
}

async fn answer_as(world: &World, stands_for: &str, mut request: Request<Body>) -> Response {
    let asked = host(request.uri(), request.headers()).filter(|name| addresses::is_own(name));
    let Some(name) = asked else {
        return answer(world, request).await;
    };
    let real = match stands_for.strip_prefix("*.") {
        None => stands_for.to_owned(),
        Some(parent) => {
            let Some((real, uri)) = below(parent, request.uri()) else {
                let message = format!("The first segment of the path names a host below {parent}.");
                return respond::arm_error(404, "NotFound", &message);
            };
            *request.uri_mut() = uri;
            real
        }
    };
    let response = answer_for(world, &real, request).await;
    links::lead_back(&world.extension::<Addresses>(), &name, response).await
}

/// The host below `parent` that a path begins with, and the rest of the path.
fn below(parent: &str, uri: &Uri) -> Option<(String, Uri)> {
    let (label, rest) = match uri.path().trim_start_matches('/').split_once('/') {
        Some((label, rest)) => (label, rest),
        None => (uri.path().trim_start_matches('/'), ""),
    };
    let query = uri.query().map(|query| format!("?{query}"));
    let rest = format!("/{rest}{}", query.unwrap_or_default());
    let rest = rest.parse().ok()?;
    let is_label = !label.is_empty() && !label.contains('.');
    is_label.then(|| (format!("{label}.{parent}"), rest))
}

async fn answer(world: &World, request: Request<Body>) -> Response {
    let host = host(request.uri(), request.headers()).unwrap_or_default();
    answer_for(world, &host, request).await
}

async fn answer_for(world: &World, host: &str, request: Request<Body>) -> Response {
    match dispatch::dispatch(world, host, request).await {
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
