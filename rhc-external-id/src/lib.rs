#![doc = include_str!("../README.md")]

mod directory;
#[cfg(feature = "fake")]
pub mod fake;

pub use directory::{
    BillingConfig, CiamDirectories, CiamDirectory, CiamDirectoryProperties, CreateTenantProperties,
    InvalidDomain, NameAvailability, initial_domain,
};
