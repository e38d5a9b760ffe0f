//! A subscription that is made by its alias.

use async_trait::async_trait;
use rhc_arm::types::resources::Subscription;
use rhc_arm::types::subscription::SubscriptionAlias;
use serde_json::Value;

use crate::engine::{
    Apply, Change, DiffRules, Inputs, Meta, Observe, Observed, Outputs, Step, StepError,
};
use crate::steps::arm_resource::ArmStep;
use crate::steps::clients::{Clients, TenantRef};

/// A subscription behind an alias. An alias that is there already can point at any subscription of the tenant, so it is
/// looked at before anything is made in it.
#[derive(Debug)]
pub struct AliasStep {
    resource: ArmStep<SubscriptionAlias>,
    clients: Clients,
    payer: TenantRef,
    protected: Vec<String>,
}

impl AliasStep {
    /// The alias, in the tenant that pays, unless it points at a subscription of one of these names.
    pub fn new(
        resource: ArmStep<SubscriptionAlias>,
        clients: Clients,
        payer: TenantRef,
        protected: Vec<String>,
    ) -> Self {
        Self {
            resource,
            clients,
            payer,
            protected,
        }
    }

    async fn unless_protected(
        &self,
        cx: &Observe<'_>,
        observed: Observed,
    ) -> Result<Observed, StepError> {
        let Observed::Present { outputs, .. } = &observed else {
            return Ok(observed);
        };
        let Some(guid) = outputs.get("subscriptionId").and_then(Value::as_str) else {
            return Ok(observed);
        };
        let arm = self.clients.arm(&self.payer, cx.inputs())?;
        let name = |found: &Subscription| found.subscription_id.clone();
        let all = cx
            .listing("", "subscriptions", name, || async move {
                Ok(arm.subscriptions().collect_all().await?)
            })
            .await?;
        // One that went to another tenant is not in this list, and is none of this tenant's protected ones.
        let found = all
            .get(guid)
            .and_then(|found| found.display_name.as_deref());
        match found.filter(|name| self.protected.iter().any(|one| one.eq_ignore_ascii_case(name))) {
            None => Ok(observed),
            Some(name) => Err(StepError::new(format!(
                "the alias {} points at the subscription '{name}', which the environment file protects: nothing is written in it",
                self.meta().name
            ))
            .remedy("give the subscription another name in the environment file, or delete that alias, which leaves its subscription alone")
            .contradicts_file()),
        }
    }
}

#[async_trait]
impl Step for AliasStep {
    fn meta(&self) -> &Meta {
        self.resource.meta()
    }

    fn desired(&self, inputs: &Inputs<'_>) -> Result<Value, StepError> {
        self.resource.desired(inputs)
    }

    fn rules(&self) -> DiffRules {
        Step::rules(&self.resource)
    }

    async fn observe(&self, cx: &Observe<'_>) -> Result<Observed, StepError> {
        let observed = self.resource.observe(cx).await?;
        self.unless_protected(cx, observed).await
    }

    async fn find(&self, cx: &Observe<'_>) -> Result<Observed, StepError> {
        let observed = self.resource.find(cx).await?;
        self.unless_protected(cx, observed).await
    }

    async fn apply(&self, cx: &Apply<'_>, change: &Change<'_>) -> Result<Outputs, StepError> {
        self.resource.apply(cx, change).await
    }

    async fn resume(&self, cx: &Apply<'_>, operation: &str) -> Result<Option<Outputs>, StepError> {
        self.resource.resume(cx, operation).await
    }
}
