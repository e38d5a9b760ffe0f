//! Names that are of one kind in the whole cloud: whether one can be had.

use crate::{ResourceType, Result, SubscriptionScope, model, open_enum};
use rhc_core::{Method, Path, Request};
use serde_json::json;

model! {
    /// Whether a name can be had.
    NameAvailability {
        /// Whether it can.
        name_available: bool,
        /// If not, why.
        reason: NameUnavailable,
        /// The same in words.
        message: String,
    }
}

open_enum! {
    /// Why a name cannot be had.
    NameUnavailable {
        /// The service does not accept such a name.
        Invalid = "Invalid",
        /// The same of a vault or a storage account.
        AccountNameInvalid = "AccountNameInvalid",
        /// Somebody has it, or something deleted still has.
        AlreadyExists = "AlreadyExists",
    }
}

impl SubscriptionScope {
    /// Asks whether a name can be had by a resource of a type whose names are of one kind in the whole cloud: a vault, a storage
    /// account, a registry, a Communication Service. The caller's own name is not to be had either.
    ///
    /// Request: `POST /subscriptions/{id}/providers/{namespace}/checkNameAvailability`, operation `nameAvailability.check`.
    /// Permission: `{namespace}/checkNameAvailability/read`, of Communication Services `…/action` (unverified); the role Contributor has both.
    /// Source: the descriptions of the four providers.
    ///
    /// # Errors
    /// 409 `MissingSubscriptionRegistration` where the provider is not registered in the subscription.
    pub async fn name_availability<R: ResourceType>(&self, name: &str) -> Result<NameAvailability> {
        let namespace = R::TYPE.split('/').next().unwrap_or_default();
        let path = Path::new("/subscriptions")
            .segment(self.subscription.to_string())
            .fixed("/providers")
            .segment(namespace)
            .fixed("/checkNameAvailability");
        let request = Request::new("nameAvailability.check", Method::Post, path)
            .query("api-version", version::<R>(namespace))
            .json(&json!({ "name": name, "type": R::TYPE }))
            .idempotent(true);
        self.client.request(request).await?.json()
    }
}

/// The newest version in which the question is described: of storage accounts it is older than that of the type.
fn version<R: ResourceType>(namespace: &str) -> &'static str {
    match namespace {
        "Microsoft.Storage" => "2025-08-01",
        _ => R::API_VERSION,
    }
}
