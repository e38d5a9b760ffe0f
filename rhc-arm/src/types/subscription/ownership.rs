//! Taking over a subscription that another tenant made.

use crate::{ErrorKind, Operation, Path, Request, Result, SubscriptionScope, model, open_enum};
use rhc_core::{Error, Method};
use serde_json::json;
use std::collections::BTreeMap;

const API_VERSION: &str = "2021-10-01";

open_enum! {
    /// Whether a subscription was accepted.
    AcceptOwnershipState {
        /// It waits.
        Pending = "Pending",
        /// It was.
        Completed = "Completed",
        /// It waited too long.
        Expired = "Expired",
    }
}

model! {
    /// What the subscription is to be in the accepting tenant.
    AcceptOwnership {
        /// Its name; the service demands one.
        display_name: String,
        /// Its management group.
        management_group_id: String,
        /// Its tags.
        tags: BTreeMap<String, String>,
    }

    /// How far a transfer is.
    OwnershipStatus {
        /// The subscription.
        subscription_id: String,
        /// Whether it was accepted.
        accept_ownership_state: AcceptOwnershipState,
        /// Who pays.
        billing_owner: String,
        /// The tenant that it goes to.
        subscription_tenant_id: String,
        /// Its name.
        display_name: String,
        /// Its tags.
        tags: BTreeMap<String, String>,
    }
}

impl SubscriptionScope {
    /// Accepts the subscription into the credential's tenant.
    ///
    /// # Errors
    /// [`InvalidInput`](ErrorKind::InvalidInput) without a display name. Read
    /// [`ownership_status`](Self::ownership_status) before repeating one of unknown outcome.
    ///
    /// Request: `POST /providers/Microsoft.Subscription/subscriptions/{id}/acceptOwnership`, operation `subscriptions.accept_ownership`.
    /// Permission: the directory role Billing administrator in the accepting tenant, for the owner that the alias names.
    /// Source: [accept ownership](https://learn.microsoft.com/rest/api/subscription/subscription/accept-ownership).
    pub async fn begin_accept_ownership(&self, accept: &AcceptOwnership) -> Result<Operation<()>> {
        const OPERATION: &str = "subscriptions.accept_ownership";
        if accept
            .display_name
            .as_deref()
            .unwrap_or_default()
            .is_empty()
        {
            return Err(Error::new(
                ErrorKind::InvalidInput,
                OPERATION,
                "the subscription needs a display name",
            ));
        }
        let request = self.ownership_request(OPERATION, Method::Post, "/acceptOwnership");
        self.client
            .begin(request.json(&json!({ "properties": accept })))
            .await
    }

    /// Reads how far the transfer is.
    ///
    /// # Errors
    /// [`is_not_found`](Error::is_not_found) where no transfer was begun.
    ///
    /// Request: `GET /providers/Microsoft.Subscription/subscriptions/{id}/acceptOwnershipStatus`, operation `subscriptions.ownership_status`.
    /// Permission: as [`begin_accept_ownership`](Self::begin_accept_ownership).
    /// Source: [ownership status](https://learn.microsoft.com/rest/api/subscription/subscription/accept-ownership-status).
    pub async fn ownership_status(&self) -> Result<OwnershipStatus> {
        let request = self.ownership_request(
            "subscriptions.ownership_status",
            Method::Get,
            "/acceptOwnershipStatus",
        );
        self.client.request(request).await?.json()
    }

    fn ownership_request(
        &self,
        operation: &'static str,
        method: Method,
        action: &'static str,
    ) -> Request {
        let path = Path::new("/providers/Microsoft.Subscription/subscriptions")
            .segment(self.subscription.to_string())
            .fixed(action);
        Request::new(operation, method, path).query("api-version", API_VERSION)
    }
}
