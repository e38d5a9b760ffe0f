//! What stands in a resource group, whatever its type.

use crate::{Pages, ResourceGroupScope, ResourceId, Sku, SubscriptionScope, model};
use rhc_core::{Method, Request};
use std::collections::BTreeMap;

const API_VERSION: &str = "2025-04-01";

model! {
    /// What the list of a resource group's resources says of each: its envelope, without its properties.
    ///
    /// Source: [list by resource group](https://learn.microsoft.com/rest/api/resources/resources/list-by-resource-group).
    Listed {
        /// The id.
        id: ResourceId,
        /// The name; of a resource below another one `parent/child`.
        name: String,
        /// The type.
        #[serde(rename = "type")]
        resource_type: String,
        /// The region, or `global`.
        location: String,
        /// The variant of its type, where the type has some.
        kind: String,
        /// What it costs and can do, where that stands outside of its properties.
        sku: Sku,
        /// The resource that manages it.
        managed_by: String,
        /// Tags.
        tags: BTreeMap<String, String>,
    }
}

impl ResourceGroupScope {
    /// Lists what stands in the group, of all types that have a place of their own: no extensions, and of what lies below
    /// another resource only what has a location. What the credential may not
    /// read is left out without a word.
    ///
    /// Request: `GET …/resourceGroups/{name}/resources`, operation `resourceGroups.contents`.
    /// Permission: `Microsoft.Resources/subscriptions/resourceGroups/resources/read`; the role Reader has it.
    ///
    /// # Errors
    /// [`is_not_found`](crate::Error::is_not_found) (`ResourceGroupNotFound`).
    pub fn contents(&self) -> Pages<Listed> {
        let path = self.id().path().fixed("/resources");
        let request = Request::new("resourceGroups.contents", Method::Get, path);
        self.client.pages(request.query("api-version", API_VERSION))
    }
}

impl SubscriptionScope {
    /// Lists what stands in the subscription and has this tag with this value, in whichever group. What the
    /// credential may not read is left out without a word.
    ///
    /// Request: `GET /subscriptions/{id}/resources`, operation `subscriptions.tagged`.
    /// Permission: `Microsoft.Resources/subscriptions/resources/read`; the role Reader has it.
    /// Source: [list resources](https://learn.microsoft.com/rest/api/resources/resources/list).
    pub fn tagged(&self, name: &str, value: &str) -> Pages<Listed> {
        let quoted = |text: &str| text.replace('\'', "''");
        let filter = format!(
            "tagName eq '{}' and tagValue eq '{}'",
            quoted(name),
            quoted(value)
        );
        let path = self.id().path().fixed("/resources");
        let request = Request::new("subscriptions.tagged", Method::Get, path)
            .query("$filter", filter)
            .query("api-version", API_VERSION);
        self.client.pages(request)
    }
}
