//! What several checks ask of a subscription.

use rhc_arm::{ResourceId, SubscriptionId};

use crate::engine::TenantKey;
use crate::manifest::Manifest;
use crate::verify::check::Unproven;
use crate::verify::context::Context;

/// A subscription of the file, and the resource groups in it that are the environment's.
#[derive(Clone, Debug)]
pub(super) struct Owned {
    pub(super) tenant: TenantKey,
    pub(super) name: String,
    pub(super) groups: Vec<String>,
}

impl Owned {
    /// The subscriptions of the file in which something of the environment stands.
    pub(super) fn all(manifest: &Manifest) -> Vec<Self> {
        let all = manifest.subscriptions.iter().map(|(key, file)| Self {
            tenant: TenantKey::new(&file.tenant),
            name: file.name.clone(),
            groups: manifest
                .resource_groups()
                .into_iter()
                .filter(|group| group.subscription == *key)
                .map(|group| group.name)
                .collect(),
        });
        all.filter(|one| !one.groups.is_empty()).collect()
    }

    /// Its id, as the step knows it that made it.
    pub(super) fn id(&self, cx: &Context<'_>) -> Result<SubscriptionId, Unproven> {
        let own = |step: &&crate::engine::CheckedStep| {
            step.meta.tenant == self.tenant && step.meta.name.eq_ignore_ascii_case(&self.name)
        };
        let mut known = cx.checked().steps().filter(own);
        let id = known.find_map(|step| step.outputs().get("subscriptionId")?.as_str());
        id.and_then(|id| id.parse().ok()).ok_or_else(|| {
            Unproven::because(format!("the subscription {} is not there", self.name))
        })
    }

    /// Whether something stands in one of the environment's groups.
    pub(super) fn holds(&self, id: &ResourceId) -> bool {
        id.resource_group().is_some_and(|group| {
            self.groups
                .iter()
                .any(|own| own.eq_ignore_ascii_case(group))
        })
    }
}
