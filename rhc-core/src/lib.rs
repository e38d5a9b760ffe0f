#![doc = include_str!("../README.md")]

#[cfg(any(feature = "fake", feature = "test-util"))]
mod carrier;
mod cause;
mod clock;
mod cloud;
mod error;
#[cfg(all(any(test, fuzzing), feature = "test-util"))]
#[doc(hidden)]
pub mod fuzzing;
mod ids;
mod limits;
mod model;
mod pacing;
mod pages;
mod path;
mod request;
mod retry;
mod sensitive;
mod service;
mod service_error;
mod token_cache;
mod token_endpoint;
mod tokens;

#[cfg(feature = "fake")]
pub mod fake;
#[cfg(feature = "test-util")]
pub mod testing;

pub use azure_core::http::{Method, Url, headers::Headers};
#[cfg(any(feature = "fake", feature = "test-util"))]
pub use carrier::Carrier;
pub use clock::Clock;
pub use cloud::Cloud;
pub use error::{Error, ErrorKind, Result};
pub use ids::{AppId, InvalidId, ObjectId, SubscriptionId, TenantId};
pub use pacing::{Ceiling, Lesson, Pacer, Said};
pub use pages::{Page, Pages};
pub use path::Path;
pub use request::{Answer, Request};
pub use retry::RetryOptions;
pub use sensitive::Sensitive;
pub use service::{ClientOptions, Service, ServiceInfo};
pub use service_error::ServiceError;
pub use token_cache::TokenCache;
pub use token_endpoint::TokenEndpoint;
pub use tokens::{Claims, CredentialFactory};
