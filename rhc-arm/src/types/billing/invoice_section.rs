//! Invoice sections.

use crate::{ResourceType, model};

model! {
    /// What an invoice section has.
    InvoiceSectionProperties {
        /// The name.
        display_name: String,
        /// Whether it can be used.
        state: String,
        /// The id on invoices.
        system_id: String,
    }
}

/// An invoice section: what a subscription is billed to. Its scope is a billing profile.
///
/// Making subscriptions under it needs Azure subscription creator, contributor or owner on it.
///
/// Role: a reader of the section reads it; it is not written here.
/// Source: [invoice sections](https://learn.microsoft.com/rest/api/billing/invoice-sections).
#[derive(Debug, Clone)]
pub enum InvoiceSection {}

impl ResourceType for InvoiceSection {
    const TYPE: &'static str = "Microsoft.Billing/billingAccounts/billingProfiles/invoiceSections";
    const API_VERSION: &'static str = "2024-04-01";
    type Properties = InvoiceSectionProperties;
}
