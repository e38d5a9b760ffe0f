//! Subscriptions and resource groups as scopes.

use crate::{ArmClient, ResourceId, ResourceType, Resources};
use rhc_core::SubscriptionId;

/// A subscription. See [`ArmClient::subscription`].
#[derive(Debug, Clone)]
pub struct SubscriptionScope {
    pub(crate) client: ArmClient,
    pub(crate) subscription: SubscriptionId,
}

impl SubscriptionScope {
    pub(crate) fn new(client: ArmClient, subscription: SubscriptionId) -> Self {
        Self {
            client,
            subscription,
        }
    }

    /// Its id as a resource.
    pub fn id(&self) -> ResourceId {
        ResourceId::of_subscription(&self.subscription)
    }

    /// Its resources of one type: those of all resource groups to list, or extensions of the subscription.
    pub fn resources<R: ResourceType>(&self) -> Resources<R> {
        self.client.resources(self.id())
    }

    /// One of its resource groups.
    pub fn resource_group(&self, name: impl AsRef<str>) -> ResourceGroupScope {
        ResourceGroupScope {
            client: self.client.clone(),
            id: self.id().group(name),
        }
    }
}

/// A resource group. See [`SubscriptionScope::resource_group`].
#[derive(Debug, Clone)]
pub struct ResourceGroupScope {
    pub(crate) client: ArmClient,
    id: ResourceId,
}

impl ResourceGroupScope {
    /// Its id.
    pub fn id(&self) -> &ResourceId {
        &self.id
    }

    /// Its resources of one type.
    pub fn resources<R: ResourceType>(&self) -> Resources<R> {
        self.client.resources(&self.id)
    }
}
