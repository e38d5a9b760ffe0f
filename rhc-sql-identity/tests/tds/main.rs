//! Sessions by TDS, between the client and the servers of a World: in process, with TLS, on a paused clock.

mod grants;
mod limits;
mod login;
mod lost;
mod passwords;
mod refused;
mod routing;
mod statements;
#[path = "../fake/support.rs"]
mod support;
mod wire;
