//! Subscription aliases.

use super::AcceptOwnershipState;
use crate::{ArmClient, ResourceId, ResourceType, Resources, model, open_enum};
use rhc_core::Sensitive;
use std::collections::BTreeMap;

model! {
    /// What an alias has: the subscription that it made or names.
    AliasProperties {
        /// The name of the subscription.
        display_name: String,
        /// What the subscription is for.
        workload: Workload,
        /// Who pays, such as `/providers/Microsoft.Billing/billingAccounts/…/billingProfiles/…/invoiceSections/…`.
        billing_scope: String,
        /// The subscription: given for one that exists, answered for one that was made.
        subscription_id: String,
        /// The reseller, for partners.
        reseller_id: String,
        /// Where the subscription goes. Sent, and answered in other places.
        additional_properties: AliasAdditionalProperties,
        /// `Accepted`, `Succeeded` or `Failed`. Only the service writes it.
        provisioning_state: String,
        /// Where a person of the other tenant accepts the subscription. Whoever has it may try: not shown by `Debug`.
        accept_ownership_url: Sensitive,
        /// Whether the other tenant has accepted it. Only the service writes it.
        accept_ownership_state: AcceptOwnershipState,
        /// The owner. Only the service writes it.
        subscription_owner_id: String,
        /// The management group. Only the service writes it.
        management_group_id: String,
        /// When it was made. Only the service writes it.
        created_time: String,
        /// Tags of the subscription. Only the service writes them here.
        tags: BTreeMap<String, String>,
    }

    /// Where a new subscription goes.
    AliasAdditionalProperties {
        /// The management group.
        management_group_id: ResourceId,
        /// The tenant, where it is not the one that pays. That tenant then has to accept.
        subscription_tenant_id: String,
        /// The object id of the owner in that tenant.
        subscription_owner_id: String,
        /// Tags of the subscription.
        tags: BTreeMap<String, String>,
    }
}

open_enum! {
    /// What a subscription is for.
    Workload {
        /// Production.
        Production = "Production",
        /// Development and test, at its own prices and terms.
        DevTest = "DevTest",
    }
}

/// The alias under which a subscription is made. Its scope is the tenant.
///
/// The same alias never makes a second subscription, so a creation of unknown fate is repeated safely (Unverified:
/// inferred from the description of the operation). Deleting an alias leaves its subscription.
///
/// Role: Azure subscription creator on the invoice section, or owner or contributor on the billing profile or account.
/// Source: [aliases](https://learn.microsoft.com/azure/templates/microsoft.subscription/aliases).
#[derive(Debug, Clone)]
pub enum SubscriptionAlias {}

impl ResourceType for SubscriptionAlias {
    const TYPE: &'static str = "Microsoft.Subscription/aliases";
    const API_VERSION: &'static str = "2021-10-01";
    const READ_ONLY: &'static [&'static str] = &[
        "acceptOwnershipUrl",
        "acceptOwnershipState",
        "subscriptionOwnerId",
        "managementGroupId",
        "createdTime",
        "tags",
    ];
    type Properties = AliasProperties;
}

impl ArmClient {
    /// The subscription aliases of the tenant.
    pub fn subscription_aliases(&self) -> Resources<SubscriptionAlias> {
        self.resources(ResourceId::root())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Resource;
    use serde_json::json;

    #[test]
    fn the_url_to_accept_by_is_not_shown() {
        let read: Resource<SubscriptionAlias> =
            serde_json::from_value(json!({"properties": {"acceptOwnershipUrl": "https://portal/secret", "subscriptionId": "1"}})).unwrap();
        let shown = format!("{read:?}");
        assert!(
            !shown.contains("secret") && shown.contains("***"),
            "{shown}"
        );
        assert_eq!(
            read.for_write(),
            json!({"properties": {"subscriptionId": "1"}})
        );
    }
}
