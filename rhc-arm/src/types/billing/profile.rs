//! Billing profiles.

use crate::{ResourceType, model};

model! {
    /// What a billing profile has. Addresses are not modelled, and kept.
    BillingProfileProperties {
        /// The name.
        display_name: String,
        /// The currency.
        currency: String,
        /// Whether it can be used.
        status: String,
        /// The plans that subscriptions can be made under.
        enabled_azure_plans: Vec<AzurePlan>,
        /// Whether the caller may read it.
        has_read_access: bool,
        /// The id on invoices.
        system_id: String,
    }

    /// A plan that subscriptions can be made under.
    AzurePlan {
        /// The product.
        product_id: String,
        /// `0001` is the Azure plan, `0002` the one for development and test.
        sku_id: String,
        /// The plan in words.
        sku_description: String,
    }
}

/// A billing profile: one invoice a month. Its scope is a billing account.
///
/// Role: a reader of the profile reads it; it is not written here.
/// Source: [billing profiles](https://learn.microsoft.com/rest/api/billing/billing-profiles).
#[derive(Debug, Clone)]
pub enum BillingProfile {}

impl ResourceType for BillingProfile {
    const TYPE: &'static str = "Microsoft.Billing/billingAccounts/billingProfiles";
    const API_VERSION: &'static str = "2024-04-01";
    type Properties = BillingProfileProperties;
}
