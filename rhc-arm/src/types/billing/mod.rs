//! `Microsoft.Billing`: reading who pays.
//!
//! A subscription is made under an invoice section (Microsoft Customer Agreement); these types find it.

mod account;
mod invoice_section;
mod profile;

pub use account::{AgreementType, BillingAccount, BillingAccountProperties};
pub use invoice_section::{InvoiceSection, InvoiceSectionProperties};
pub use profile::{AzurePlan, BillingProfile, BillingProfileProperties};
