//! Resource groups.

use crate::{
    Resource, ResourceGroupScope, ResourceType, Resources, Result, SubscriptionScope, model,
};

model! {
    /// What a resource group has.
    ResourceGroupProperties {
        /// The state of its creation or deletion. Only the service writes it.
        provisioning_state: String,
    }
}

/// A resource group. Its scope is a subscription.
///
/// Created at once; deleted with everything in it, which takes long.
///
/// Role: Contributor.
/// Source: [resource groups](https://learn.microsoft.com/azure/templates/microsoft.resources/resourcegroups).
#[derive(Debug, Clone)]
pub enum ResourceGroup {}

impl ResourceType for ResourceGroup {
    const TYPE: &'static str = "Microsoft.Resources/resourceGroups";
    const API_VERSION: &'static str = "2025-04-01";
    const LONG_RUNNING: bool = false;
    type Properties = ResourceGroupProperties;
}

impl SubscriptionScope {
    /// The resource groups: to list them, to create one, to delete one.
    pub fn resource_groups(&self) -> Resources<ResourceGroup> {
        self.resources()
    }
}

impl ResourceGroupScope {
    /// Reads the resource group.
    ///
    /// Request and permission as [`Resources::get`](crate::Resources::get).
    ///
    /// # Errors
    /// [`is_not_found`](crate::Error::is_not_found) (`ResourceGroupNotFound`); [`get_opt`](Self::get_opt) makes that `None`.
    pub async fn get(&self) -> Result<Resource<ResourceGroup>> {
        self.siblings().get(self.id().name()).await
    }

    /// Reads the resource group, if there is one.
    ///
    /// Request and permission as [`Resources::get`](crate::Resources::get).
    ///
    /// # Errors
    /// [`is_not_found`](crate::Error::is_not_found) (`SubscriptionNotFound`) where the credential sees no such subscription.
    pub async fn get_opt(&self) -> Result<Option<Resource<ResourceGroup>>> {
        self.siblings().get_opt(self.id().name()).await
    }

    fn siblings(&self) -> Resources<ResourceGroup> {
        self.client
            .resources(self.id().parent().unwrap_or_default())
    }
}
