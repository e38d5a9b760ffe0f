#![doc = include_str!("../README.md")]

mod client;
#[cfg(feature = "fake")]
pub mod fake;
#[cfg(any(test, fuzzing))]
#[doc(hidden)]
pub mod fuzzing;
mod id;
mod names;
mod operation;
pub mod pacing;
mod resource;
mod resources;
mod scope;
pub mod types;

pub use client::{ArmClient, ArmClientOptions};
pub use id::{InvalidResourceId, ResourceId};
pub use names::{NameAvailability, NameUnavailable};
pub use operation::{FinalState, Operation, OperationId, Polling, Progress};
pub use resource::{Identity, IdentityType, Resource, ResourceType, Sku, UserAssigned};
pub use resources::Resources;
pub use rhc_core::{
    Answer, Ceiling, Claims, ClientOptions, Clock, Cloud, CredentialFactory, Error, ErrorKind,
    Method, Pacer, Page, Pages, Path, Request, Result, RetryOptions, Sensitive, ServiceError,
    SubscriptionId, TenantId, model, open_enum,
};
pub use scope::{ResourceGroupScope, SubscriptionScope};
