#![doc = include_str!("../README.md")]

mod app;
mod client;
mod domain;
mod environment;
#[cfg(feature = "fake")]
pub mod fake;
mod job;

pub use app::*;
pub use client::ContainerAppsClient;
pub use domain::*;
pub use environment::*;
pub use job::*;

/// The version of the interface that this crate speaks.
///
/// Source: the newest stable version that Microsoft publishes operations for (`Microsoft.App`, 2025-07-01).
pub const API_VERSION: &str = "2025-07-01";
