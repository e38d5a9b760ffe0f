#![doc = include_str!("../README.md")]

mod client;
#[cfg(feature = "fake")]
pub mod fake;
mod id;
mod operation;
mod resource;
mod resources;
mod scope;
pub mod types;

pub use client::{ArmClient, ArmClientOptions};
pub use id::{InvalidResourceId, ResourceId};
pub use operation::{FinalState, Operation, OperationId, Polling, Progress};
pub use resource::{Identity, IdentityType, Resource, ResourceType, Sku, UserAssigned};
pub use resources::Resources;
pub use rhc_core::{
    ClientOptions, Cloud, Error, ErrorKind, Method, Pages, Path, Request, Result, SubscriptionId,
    model, open_enum,
};
pub use scope::{ResourceGroupScope, SubscriptionScope};
