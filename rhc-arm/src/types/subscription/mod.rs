//! `Microsoft.Subscription`: making subscriptions, and giving them to another tenant.

mod alias;
mod ownership;

pub use alias::{AliasAdditionalProperties, AliasProperties, SubscriptionAlias, Workload};
pub use ownership::{AcceptOwnership, AcceptOwnershipState, OwnershipStatus};
