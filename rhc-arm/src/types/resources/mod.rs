//! `Microsoft.Resources`: subscriptions, resource groups and the registration of providers.

mod provider;
mod resource_group;
mod subscription;

pub use provider::{Provider, ProviderResourceType, RegistrationState};
pub use resource_group::{ResourceGroup, ResourceGroupProperties};
pub use subscription::{Subscription, SubscriptionPolicies, SubscriptionState};
