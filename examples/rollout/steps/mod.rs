//! The steps of the environment: what the environment file says, as things that can be looked at and written.

pub mod arm_resource;
pub mod clients;
pub mod directory;
mod failure;
mod site;
pub mod subscriptions;
pub mod tenants;

pub use clients::{Clients, Connect, TenantRef};
