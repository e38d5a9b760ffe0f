//! Blob Storage's data plane: `https://{account}.blob.core.windows.net`, for the accounts that Resource Manager knows.
//!
//! Append blobs and their leases, as far as a journal needs them. There are no keys and no signatures: who has no token is
//! turned away.
//!
//! Sources: Microsoft's pages of the [operations](https://learn.microsoft.com/rest/api/storageservices/blob-service-rest-api), of
//! [error codes](https://learn.microsoft.com/rest/api/storageservices/blob-service-error-codes) and of
//! [leases](https://learn.microsoft.com/rest/api/storageservices/lease-blob), read beside Azurite, Microsoft's own emulator.
//! What else stands here without a source is marked where it stands.

mod answer;
mod door;
mod lease;
mod operations;
mod state;
#[cfg(test)]
mod tests;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use http::Method;
use rhc_core::fake::{RequestInfo, State, World};

use answer::{Said, refused};
use operations::Call;

pub use state::{Blob, Blobs, Lease};

/// More than any block may have.
const BODY_LIMIT: usize = 8 * 1024 * 1024;

/// Lets the accounts of a World answer.
pub(super) fn mount(world: &World) {
    let _ = world.load_section::<Blobs>();
    world.mount("*.blob.core.windows.net", Router::new().fallback(answer));
}

async fn answer(world: World, info: RequestInfo, request: Request<Body>) -> Response {
    let (parts, body) = request.into_parts();
    let head = parts.method == Method::HEAD;
    let Ok(body) = axum::body::to_bytes(body, BODY_LIMIT).await else {
        return refused(413, "RequestBodyTooLarge", "The request body is too large.")
            .response(head);
    };
    let name = info.host.split('.').next().unwrap_or_default();
    let said = world.with(|state| {
        let account = door::find(state, name)?;
        Some(said(state, &account, &parts, &body))
    });
    match said {
        None => rhc_core::fake::respond::no_such_host(),
        Some(Ok(reply) | Err(reply)) => reply.response(head),
    }
}

fn said(
    state: &mut State,
    account: &door::Account,
    parts: &http::request::Parts,
    body: &[u8],
) -> Said {
    let call = Call::read(parts, body)?;
    account.admits(state, &parts.headers, &call)?;
    operations::run(state, &account.name, &call)
}
