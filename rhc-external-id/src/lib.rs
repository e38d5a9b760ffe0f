#![doc = include_str!("../README.md")]

mod directory;

pub use directory::{
    BillingConfig, CiamDirectories, CiamDirectory, CiamDirectoryProperties, CreateTenantProperties,
    InvalidDomain, NameAvailability, initial_domain,
};
