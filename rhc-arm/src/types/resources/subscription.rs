//! Subscriptions as Resource Manager sees them.

use crate::{ArmClient, Pages, Path, ResourceId, Result, SubscriptionScope, model, open_enum};
use rhc_core::{Method, Request};
use std::collections::BTreeMap;

const API_VERSION: &str = "2022-12-01";

model! {
    /// A subscription.
    ///
    /// Source: [subscriptions](https://learn.microsoft.com/rest/api/resources/subscriptions).
    Subscription {
        /// The id as a resource.
        id: ResourceId,
        /// The id.
        subscription_id: String,
        /// The tenant that its administrators come from.
        tenant_id: String,
        /// The name.
        display_name: String,
        /// Whether it can be used.
        state: SubscriptionState,
        /// What Microsoft allows in it.
        subscription_policies: SubscriptionPolicies,
        /// Tags.
        tags: BTreeMap<String, String>,
    }

    /// What Microsoft allows in a subscription.
    SubscriptionPolicies {
        /// The offer that it was made under.
        quota_id: String,
        /// Whether it stops when its credit is used up.
        spending_limit: String,
        /// Which regions it may use.
        location_placement_id: String,
    }
}

open_enum! {
    /// Whether a subscription can be used.
    SubscriptionState {
        /// Yes.
        Enabled = "Enabled",
        /// It can be read and not changed.
        Disabled = "Disabled",
        /// It will be deleted.
        Deleted = "Deleted",
        /// A bill is due: it still works.
        PastDue = "PastDue",
        /// A bill is overdue.
        Warned = "Warned",
    }
}

impl ArmClient {
    /// Lists the subscriptions that the credential can see in its tenant. Needs a role in each; one without any is not listed.
    ///
    /// Request: `GET /subscriptions`, operation `subscriptions.list`.
    /// Permission: `Microsoft.Resources/subscriptions/read`; the role Reader has it.
    pub fn subscriptions(&self) -> Pages<Subscription> {
        self.pages(
            Request::new(
                "subscriptions.list",
                Method::Get,
                Path::new("/subscriptions"),
            )
            .query("api-version", API_VERSION),
        )
    }
}

impl SubscriptionScope {
    /// Reads the subscription.
    ///
    /// Request: `GET /subscriptions/{id}`, operation `subscriptions.get`.
    /// Permission: `Microsoft.Resources/subscriptions/read`; the role Reader has it.
    ///
    /// # Errors
    /// [`is_not_found`](crate::Error::is_not_found) (`SubscriptionNotFound`) also where the credential has no role in it,
    /// and for some minutes after it was created.
    pub async fn get(&self) -> Result<Subscription> {
        self.client.request(self.request()).await?.json()
    }

    /// Reads the subscription, if the credential can see it.
    ///
    /// Request and permission as [`get`](Self::get).
    ///
    /// # Errors
    /// See [`Error`](crate::Error); a credential of another tenant is refused with `InvalidAuthenticationTokenTenant`.
    pub async fn get_opt(&self) -> Result<Option<Subscription>> {
        self.client
            .request_opt(self.request())
            .await?
            .map(|answer| answer.json())
            .transpose()
    }

    fn request(&self) -> Request {
        Request::new("subscriptions.get", Method::Get, self.id().path())
            .query("api-version", API_VERSION)
    }
}
