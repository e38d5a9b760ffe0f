#![doc = include_str!("../README.md")]

mod directory;
#[cfg(feature = "fake")]
pub mod fake;
mod user_flows;

pub use directory::{
    BillingConfig, CiamDirectories, CiamDirectory, CiamDirectoryProperties, CreateTenantProperties,
    InvalidDomain, NameAvailability, initial_domain,
};
pub use user_flows::{
    AttributeCollection, CollectionPage, EMAIL_PASSWORD, FlowApplication, FlowApplications,
    FlowAttribute, FlowAttributes, FlowConditionApplications, FlowConditions,
    FlowIdentityProviders, IdentityProvider, InteractiveStart, MethodLoadStart, PageInput,
    PageView, UserCreateStart, UserFlow, UserFlows,
};
