//! The token authority of the World: `login.microsoftonline.com`, and `*.ciamlogin.com` for customers' tenants.
//!
//! It refuses what Entra refuses, under Entra's numbers. Numbers are for people: a client decides by the HTTP
//! status and the OAuth error.
//!
//! Sources: Microsoft's list of error codes for 50013, 500011, 500133, 700016, 700229, 7000112, 7000215 and 90002;
//! reports of users for 50166; the page on certificate credentials for the form of an assertion; reports of users for 700021, 700023, 700024, 700027, 70025, 700211, 700212, 700213, 700222, 700236, 7000229 and the words that go with them.
//! Unverified: the other numbers, and the order in which several faults of one request are noticed.

mod bearer;
mod certificate;
mod credential;
mod discovery;
mod endpoints;
mod error;
mod federated;
mod form;
mod github;
mod grants;
mod issuer;
mod machine;
mod mint;
mod people;
mod reference;
mod scope;
mod secrets;
mod token;

use super::World;

pub use bearer::{AuthFailure, AuthReason, Caller, CallerKind, authenticate, revoke_sessions};
pub use error::AuthorityError;
pub use github::{GITHUB_ISSUER, WorkflowRun};
pub use machine::{
    AssignedIdentity, IDENTITY_ENDPOINT, Machine, MachineIdentities, register_identity_headers,
};
pub use mint::{Minted, app_token, external_assertion, managed_identity_token, person_token};
pub use reference::token_by_reference;

pub(super) use bearer::claimed_tenant;
pub(super) use machine::MachineId;

/// Lets the authority answer. A problem of its section is found by [`World::check`].
pub(super) fn mount(world: &World) {
    let _ = world.load_section::<grants::Grants>();
    issuer::mount(world);
    github::mount(world);
    machine::mount(world);
    for host in ["login.microsoftonline.com", "*.ciamlogin.com"] {
        world.mount(host, endpoints::router());
    }
}
