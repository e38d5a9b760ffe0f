//! Has anybody a role in the environment's resource groups that the rollout did not give?

use async_trait::async_trait;
use rhc_arm::Resource;
use rhc_arm::types::authorization::RoleAssignment;

use super::list;
use super::subscription::Owned;
use crate::engine::{Checked, TenantKey};
use crate::manifest::Manifest;
use crate::verify::check::{Check, Unproven};
use crate::verify::context::Context;
use crate::verify::report::{Vantage, Verdict};

const KIND: &str = "Microsoft.Authorization/roleAssignments";

pub(super) fn of(manifest: &Manifest, checked: &Checked) -> Vec<Box<dyn Check>> {
    let mut checks: Vec<Box<dyn Check>> = Vec::new();
    for mut subscription in Owned::all(manifest) {
        let kind = "Microsoft.Resources/resourceGroups";
        subscription
            .groups
            .retain(|group| checked.named(kind, group).is_some());
        if !subscription.groups.is_empty() {
            checks.push(Box::new(Roles(subscription)));
        }
    }
    checks
}

/// At the subscription and above, the company decides who administers what it pays for; below, the file does.
struct Roles(Owned);

#[async_trait]
impl Check for Roles {
    fn id(&self) -> String {
        format!("control-plane/roles/{}", self.0.name)
    }

    fn title(&self) -> String {
        format!(
            "Nobody was given a role by hand in the resource groups of {}",
            self.0.name
        )
    }

    fn tenant(&self) -> TenantKey {
        self.0.tenant.clone()
    }

    fn vantage(&self) -> Vantage {
        Vantage::ControlPlane
    }

    fn why(&self) -> String {
        "a role that the file does not know is access that nobody reviews".to_owned()
    }

    async fn run(&self, cx: &Context<'_>) -> Result<Verdict, Unproven> {
        let subscription = self.0.id(cx)?;
        let arm = cx.arm(self.0.tenant.as_str()).await?;
        let all = arm
            .subscription(&subscription)
            .resources::<RoleAssignment>()
            .list()
            .collect_all()
            .await?;
        let inside: Vec<_> = all
            .iter()
            // The list of a subscription has what is given above it and below it, too.
            .filter(|one| one.id.as_ref().is_some_and(|id| self.0.holds(id)))
            .collect();
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

fn described(one: &Resource<RoleAssignment>) -> String {
    let id = one.id.as_ref().map(ToString::to_string).unwrap_or_default();
    match &one.properties.principal_id {
        Some(principal) => format!("{id} (to {principal})"),
        None => id,
    }
}
