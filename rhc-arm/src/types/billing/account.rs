//! Billing accounts.

use crate::{ArmClient, ResourceId, ResourceType, Resources, model, open_enum};

model! {
    /// What a billing account has. Addresses and tax ids are not modelled, and kept.
    BillingAccountProperties {
        /// The name.
        display_name: String,
        /// Whether it can be used.
        account_status: String,
        /// Whose it is: `Enterprise`, `Individual`, `Partner` and others.
        account_type: String,
        /// The agreement with Microsoft, which decides how subscriptions are made.
        agreement_type: AgreementType,
        /// Whether the caller may read it.
        has_read_access: bool,
        /// The tenant that it belongs to.
        primary_billing_tenant_id: String,
    }
}

open_enum! {
    /// The agreement of a billing account.
    AgreementType {
        /// Microsoft Customer Agreement: subscriptions are made under an invoice section.
        MicrosoftCustomerAgreement = "MicrosoftCustomerAgreement",
        /// Enterprise Agreement: subscriptions are made under an enrolment account.
        EnterpriseAgreement = "EnterpriseAgreement",
        /// Pay as you go of the older kind: subscriptions cannot be made by this interface.
        MicrosoftOnlineServicesProgram = "MicrosoftOnlineServicesProgram",
        /// Microsoft Partner Agreement: subscriptions are made for a customer.
        MicrosoftPartnerAgreement = "MicrosoftPartnerAgreement",
    }
}

/// A billing account. Its scope is the tenant.
///
/// Role: a reader of the account reads it; it is not written here.
/// Source: [billing accounts](https://learn.microsoft.com/rest/api/billing/billing-accounts).
#[derive(Debug, Clone)]
pub enum BillingAccount {}

impl ResourceType for BillingAccount {
    const TYPE: &'static str = "Microsoft.Billing/billingAccounts";
    const API_VERSION: &'static str = "2024-04-01";
    type Properties = BillingAccountProperties;
}

impl ArmClient {
    /// The billing accounts that the credential can see.
    pub fn billing_accounts(&self) -> Resources<BillingAccount> {
        self.resources(ResourceId::root())
    }
}
