//! `Microsoft.ContainerRegistry`: where images are kept.

mod registry;

pub use registry::{
    Registry, RegistryIpRule, RegistryNetworkRules, RegistryPolicies, RegistryProperties,
    RegistryRetention, RegistryStatus,
};

/// The version of the provider's types.
const API_VERSION: &str = "2025-11-01";
