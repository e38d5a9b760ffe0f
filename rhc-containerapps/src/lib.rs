#![doc = include_str!("../README.md")]

mod actions;
mod app;
mod auth;
mod certificate;
mod client;
mod detector;
mod domain;
mod environment;
#[cfg(feature = "fake")]
pub mod fake;
mod job;
mod replica;
mod secret;
mod storage;

pub use app::*;
pub use auth::*;
pub use certificate::*;
pub use client::ContainerAppsClient;
pub use detector::*;
pub use domain::*;
pub use environment::*;
pub use job::*;
pub use replica::*;
pub use secret::ListedSecret;
pub use storage::*;

/// The version of the interface that this crate speaks.
///
/// Source: the newest stable version that Microsoft publishes operations for (`Microsoft.App`, 2025-07-01).
pub const API_VERSION: &str = "2025-07-01";

/// Gives the markers of all resource types of this crate to a macro: fuzzers and comparisons go through them.
#[doc(hidden)]
#[macro_export]
macro_rules! resource_types {
    ($each:ident) => {
        $each! {
            $crate::AppDetector,
            $crate::AuthConfig,
            $crate::Certificate,
            $crate::ContainerApp,
            $crate::EnvironmentDetector,
            $crate::EnvironmentStorage,
            $crate::Job,
            $crate::JobDetector,
            $crate::JobExecution,
            $crate::ManagedCertificate,
            $crate::ManagedEnvironment,
            $crate::Replica,
            $crate::Revision,
        }
    };
}
