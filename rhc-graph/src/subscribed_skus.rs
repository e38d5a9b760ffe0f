//! What the tenant has licences for.

use crate::GraphClient;
use rhc_core::{Method, Pages, Path, Request, model, open_enum};

/// The service plan of Entra ID P1.
///
/// Page: [licensing-service-plan-reference](https://learn.microsoft.com/entra/identity/users/licensing-service-plan-reference).
pub const ENTRA_ID_P1: &str = "41781fb2-bc02-4b7c-bd55-b576c07bb09d";
/// The service plan of Entra ID P2, which has everything of P1.
///
/// Page: as [`ENTRA_ID_P1`].
pub const ENTRA_ID_P2: &str = "eec0eb4f-6444-4f95-aba0-50c24d67f998";

open_enum! {
    /// Whether the licences of a product can be used.
    CapabilityStatus {
        /// Yes.
        Enabled = "Enabled",
        /// They have ended; there is a time of grace.
        Warning = "Warning",
        /// No; they can be renewed still.
        Suspended = "Suspended",
        /// No.
        Deleted = "Deleted",
        /// No: the customer cancelled them.
        LockedOut = "LockedOut",
    }
}

model! {
    /// A product that the tenant has licences of.
    ///
    /// Page: [subscribedSku](https://learn.microsoft.com/graph/api/resources/subscribedsku).
    SubscribedSku {
        /// Its id in this tenant.
        id: String,
        /// The product's id.
        sku_id: String,
        /// The product's name, such as `AAD_PREMIUM`.
        sku_part_number: String,
        /// Whether it is for a `User` or for the whole `Company`.
        applies_to: String,
        /// Whether its licences can be used.
        capability_status: CapabilityStatus,
        /// How many are given to somebody.
        consumed_units: i64,
        /// How many there are.
        prepaid_units: LicenseUnitsDetail,
        /// What the product is made of.
        service_plans: Vec<ServicePlanInfo>,
        /// The subscriptions that it was bought by.
        subscription_ids: Vec<String>,
    }

    /// How many licences there are.
    LicenseUnitsDetail {
        /// That can be used.
        enabled: i64,
        /// That were cancelled and can be had back.
        suspended: i64,
        /// That have ended and work for a time of grace.
        warning: i64,
        /// That the customer cancelled.
        locked_out: i64,
    }

    /// A part of a product.
    ServicePlanInfo {
        /// Its id, the same in every tenant and every product.
        service_plan_id: String,
        /// Its name, such as `AAD_PREMIUM`.
        service_plan_name: String,
        /// Whether it is ready: `Success`, `Disabled`, `PendingActivation` and others.
        provisioning_status: String,
        /// Whether it is for a `User` or for the whole `Company`.
        applies_to: String,
    }
}

impl SubscribedSku {
    /// Whether it brings one of these service plans, and its licences can be used, be it for a time of grace only.
    pub fn brings(&self, plans: &[&str]) -> bool {
        let usable = matches!(
            self.capability_status,
            Some(CapabilityStatus::Enabled | CapabilityStatus::Warning)
        );
        let mut all = self.service_plans.iter().flatten();
        usable
            && all.any(|plan| {
                let id = plan.service_plan_id.as_deref().unwrap_or_default();
                plans.iter().any(|wanted| wanted.eq_ignore_ascii_case(id))
            })
    }
}

/// What the tenant has licences for. A tenant with none has what is free.
#[derive(Debug, Clone)]
pub struct SubscribedSkus {
    client: GraphClient,
}

impl SubscribedSkus {
    pub(crate) fn new(client: GraphClient) -> Self {
        Self { client }
    }

    /// Lists the products that the tenant has licences of.
    ///
    /// Request: `GET /subscribedSkus`, operation `subscribedSkus.list`.
    /// Permission: `LicenseAssignment.Read.All`.
    /// Page: [subscribedsku-list](https://learn.microsoft.com/graph/api/subscribedsku-list).
    pub fn list(&self) -> Pages<SubscribedSku> {
        let path = Path::new("/v1.0/subscribedSkus");
        let request = Request::new("subscribedSkus.list", Method::Get, path);
        self.client.pages(request)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_product_brings_its_plans_while_its_licences_can_be_used() {
        let sku = |status: &str, plan: &str| -> SubscribedSku {
            serde_json::from_value(
                json!({"capabilityStatus": status, "servicePlans": [{"servicePlanId": plan}]}),
            )
            .unwrap()
        };
        let either = [ENTRA_ID_P1, ENTRA_ID_P2];
        assert!(sku("Enabled", ENTRA_ID_P1).brings(&either));
        assert!(sku("Warning", &ENTRA_ID_P2.to_uppercase()).brings(&either));
        assert!(!sku("Enabled", ENTRA_ID_P1).brings(&[ENTRA_ID_P2]));
        for over in ["Suspended", "Deleted", "LockedOut", "Another"] {
            assert!(!sku(over, ENTRA_ID_P1).brings(&either), "{over}");
        }
        assert!(!SubscribedSku::default().brings(&either));
    }
}
