//! Has anybody a role in the environment's resource groups that the rollout did not give?

use async_trait::async_trait;
use rhc_arm::types::authorization::RoleAssignment;
use rhc_arm::{Resource, ResourceId, SubscriptionId};

use super::list;
use crate::engine::{Checked, TenantKey};
use crate::manifest::Manifest;
use crate::verify::check::{Check, Unproven};
use crate::verify::context::Context;
use crate::verify::report::{Vantage, Verdict};

const KIND: &str = "Microsoft.Authorization/roleAssignments";

pub(super) fn of(manifest: &Manifest, checked: &Checked) -> Vec<Box<dyn Check>> {
    let mut checks: Vec<Box<dyn Check>> = Vec::new();
    for (key, subscription) in &manifest.subscriptions {
        let groups: Vec<String> = manifest
            .resource_groups()
            .into_iter()
            .filter(|group| group.subscription == *key)
            .filter(|group| {
                let kind = "Microsoft.Resources/resourceGroups";
                checked.named(kind, &group.name).is_some()
            })
            .map(|group| group.name)
            .collect();
        if !groups.is_empty() {
            checks.push(Box::new(Roles {
                tenant: TenantKey::new(&subscription.tenant),
                subscription: subscription.name.clone(),
                groups,
            }));
        }
    }
    checks
}

/// At the subscription and above, the company decides who administers what it pays for; below, the file does.
struct Roles {
    tenant: TenantKey,
    subscription: String,
    groups: Vec<String>,
}

#[async_trait]
impl Check for Roles {
    fn id(&self) -> String {
        format!("control-plane/roles/{}", self.subscription)
    }

    fn title(&self) -> String {
        format!(
            "Nobody was given a role by hand in the resource groups of {}",
            self.subscription
        )
    }

    fn tenant(&self) -> TenantKey {
        self.tenant.clone()
    }

    fn vantage(&self) -> Vantage {
        Vantage::ControlPlane
    }

    fn why(&self) -> String {
        "a role that the file does not know is access that nobody reviews".to_owned()
    }

    async fn run(&self, cx: &Context<'_>) -> Result<Verdict, Unproven> {
        let subscription = self.subscription_id(cx)?;
        let arm = cx.arm(self.tenant.as_str()).await?;
        let all = arm
            .subscription(&subscription)
            .resources::<RoleAssignment>()
            .list()
            .collect_all()
            .await?;
        let inside: Vec<_> = all.iter().filter(|one| self.is_inside(one)).collect();
        let ours = |one: &Resource<RoleAssignment>| {
            let id = one.id.as_ref().map(ToString::to_string).unwrap_or_default();
            let mut known = cx.checked().of_kind(KIND);
            known.any(|step| step.id().is_some_and(|own| own.eq_ignore_ascii_case(&id)))
        };
        let beside: Vec<String> = inside
            .iter()
            .filter(|one| !ours(one))
            .map(|one| described(one))
            .collect();
        Ok(if beside.is_empty() {
            Verdict::passed(format!(
                "role assignments there: {}, each of them the rollout's",
                inside.len()
            ))
        } else {
            Verdict::failed(
                format!("given by hand: {}", list(&beside)),
                "find out who gave it and what for; remove it, or give it at the subscription, where people are administered",
            )
        })
    }
}

impl Roles {
    fn subscription_id(&self, cx: &Context<'_>) -> Result<SubscriptionId, Unproven> {
        let own = |step: &&crate::engine::CheckedStep| {
            step.meta.tenant == self.tenant
                && step.meta.name.eq_ignore_ascii_case(&self.subscription)
        };
        let mut known = cx.checked().steps().filter(own);
        let id = known.find_map(|step| step.outputs().get("subscriptionId")?.as_str());
        id.and_then(|id| id.parse().ok()).ok_or_else(|| {
            Unproven::because(format!(
                "the subscription {} is not there",
                self.subscription
            ))
        })
    }

    /// The list of a subscription has what is given above it and below it, too.
    fn is_inside(&self, one: &Resource<RoleAssignment>) -> bool {
        let group = one.id.as_ref().and_then(ResourceId::resource_group);
        group.is_some_and(|group| {
            self.groups
                .iter()
                .any(|own| own.eq_ignore_ascii_case(group))
        })
    }
}

fn described(one: &Resource<RoleAssignment>) -> String {
    let id = one.id.as_ref().map(ToString::to_string).unwrap_or_default();
    match &one.properties.principal_id {
        Some(principal) => format!("{id} (to {principal})"),
        None => id,
    }
}
