//! The owner's part of a subscription that was made in another tenant.

use async_trait::async_trait;
use rhc_arm::types::subscription::{AcceptOwnership, AcceptOwnershipState};
use serde_json::{Value, json};

use crate::engine::{
    Apply, Change, Inputs, Meta, Observe, Observed, Output, Outputs, Repeat, Step, StepError,
};
use crate::steps::clients::{Clients, TenantRef};
use crate::steps::following::follow;
use crate::steps::site::parse_subscription;

/// Accepts a subscription, as the person who shall own it, in his tenant. It is done when the tenant sees the subscription.
#[derive(Debug)]
pub struct AcceptStep {
    meta: Meta,
    clients: Clients,
    tenant: TenantRef,
    subscription: Output<String>,
}

impl AcceptStep {
    /// `tenant` accepts `subscription` (a GUID).
    pub fn new(
        meta: Meta,
        clients: Clients,
        tenant: TenantRef,
        subscription: Output<String>,
    ) -> Self {
        Self {
            meta: tenant.needed_by(meta).needs_output(&subscription),
            clients,
            tenant,
            subscription,
        }
    }

    fn outputs(guid: &str) -> Outputs {
        Outputs::new()
            .with("id", format!("/subscriptions/{guid}"))
            .with("subscriptionId", guid)
    }
}

#[async_trait]
impl Step for AcceptStep {
    fn meta(&self) -> &Meta {
        &self.meta
    }

    fn desired(&self, inputs: &Inputs<'_>) -> Result<Value, StepError> {
        Ok(json!({"subscriptionId": inputs.text(&self.subscription)?}))
    }

    async fn observe(&self, cx: &Observe<'_>) -> Result<Observed, StepError> {
        let arm = self.clients.arm(&self.tenant, cx.inputs())?;
        let guid = cx.inputs().require(&self.subscription)?;
        let name = |found: &rhc_arm::types::resources::Subscription| found.subscription_id.clone();
        let all = cx
            .listing("", "subscriptions", name, || async move {
                Ok(arm.subscriptions().collect_all().await?)
            })
            .await?;
        Ok(match all.get(&guid) {
            Some(_) => Observed::unmarkable(json!({"subscriptionId": guid}), Self::outputs(&guid)),
            None => Observed::Absent,
        })
    }

    async fn find(&self, cx: &Observe<'_>) -> Result<Observed, StepError> {
        let arm = self.clients.arm(&self.tenant, cx.inputs())?;
        let guid = cx.inputs().require(&self.subscription)?;
        let scope = arm.subscription(&parse_subscription(&guid)?);
        // The subscription itself answers its owner only; how far the acceptance is, it says to both.
        let status = cx
            .read(async { scope.ownership_status().await.map_err(StepError::from) })
            .await?;
        Ok(match status.accept_ownership_state {
            Some(AcceptOwnershipState::Completed) => {
                Observed::unmarkable(json!({"subscriptionId": guid}), Self::outputs(&guid))
            }
            _ => Observed::Absent,
        })
    }

    fn repeat(&self) -> Repeat {
        // Accepting twice is refused.
        Repeat::LookFirst
    }

    async fn apply(&self, cx: &Apply<'_>, _change: &Change<'_>) -> Result<Outputs, StepError> {
        let arm = self.clients.arm(&self.tenant, cx.inputs())?;
        let guid = cx.inputs().require(&self.subscription)?;
        let scope = arm.subscription(&parse_subscription(&guid)?);
        let accept = AcceptOwnership {
            display_name: Some(self.meta.name.clone()),
            ..AcceptOwnership::default()
        };
        let operation = scope
            .begin_accept_ownership(&accept)
            .await
            .map_err(by_hand)?;
        cx.operation(operation.id().as_str()).await?;
        follow(cx, operation).await.map_err(by_hand)?;
        Ok(Self::outputs(&guid))
    }
}

/// Microsoft documents the acceptance for an application registered in the accepting tenant; a person's acceptance is
/// unverified, and can be refused. Then he does it in the portal.
fn by_hand(error: rhc_core::Error) -> StepError {
    if !(error.is_forbidden() || error.status() == Some(400)) {
        return error.into();
    }
    let is_forbidden = error.is_forbidden();
    StepError::manual(
        format!("the subscription's ownership cannot be accepted from here: {error}"),
        vec![
            "Open https://portal.azure.com, signed in to the database tenant as its native administrator.".to_owned(),
            "Subscriptions > the message about a transfer > Accept.".to_owned(),
            "The rollout sees by itself when the subscription is there.".to_owned(),
        ],
    )
    .after_some_tries_if(is_forbidden)
}
