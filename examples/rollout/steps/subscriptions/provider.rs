//! Resource providers: a subscription can hold nothing of a namespace before it is registered.

use async_trait::async_trait;
use rhc_arm::SubscriptionScope;
use rhc_arm::types::resources::Provider;
use serde_json::{Value, json};

use crate::engine::{
    Apply, Change, DiffRules, Inputs, Meta, Observe, Observed, Output, Outputs, Step, StepError,
};
use crate::steps::clients::{Clients, TenantRef};
use crate::steps::site::parse_subscription;

/// The registration of a resource provider, named as in `meta`.
#[derive(Debug)]
pub struct ProviderStep {
    meta: Meta,
    clients: Clients,
    tenant: TenantRef,
    subscription: Output<String>,
}

impl ProviderStep {
    /// A registration in `subscription` (a GUID) of `tenant`.
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

    fn scope(&self, inputs: &Inputs<'_>) -> Result<SubscriptionScope, StepError> {
        let guid = parse_subscription(&inputs.require(&self.subscription)?)?;
        Ok(self.clients.arm(&self.tenant, inputs)?.subscription(&guid))
    }
}

#[async_trait]
impl Step for ProviderStep {
    fn meta(&self) -> &Meta {
        &self.meta
    }

    fn desired(&self, _inputs: &Inputs<'_>) -> Result<Value, StepError> {
        Ok(json!({"registrationState": "Registered"}))
    }

    fn rules(&self) -> DiffRules {
        DiffRules::new().ignore_case("registrationState")
    }

    async fn observe(&self, cx: &Observe<'_>) -> Result<Observed, StepError> {
        let scope = self.scope(cx.inputs())?;
        let name = |provider: &Provider| provider.namespace.clone();
        let all = cx
            .listing(scope.id().as_str(), "providers", name, || async move {
                Ok(scope.providers().collect_all().await?)
            })
            .await?;
        Ok(
            match all
                .get(&self.meta.name)
                .and_then(|provider| provider.registration_state.as_ref())
            {
                Some(state) => {
                    Observed::unmarkable(json!({"registrationState": state}), Outputs::new())
                }
                None => Observed::Absent,
            },
        )
    }

    async fn find(&self, cx: &Observe<'_>) -> Result<Observed, StepError> {
        let scope = self.scope(cx.inputs())?;
        let provider = cx.read(scope.provider(&self.meta.name)).await?;
        Ok(match provider.registration_state {
            Some(state) => {
                Observed::unmarkable(json!({"registrationState": state}), Outputs::new())
            }
            None => Observed::Absent,
        })
    }

    async fn apply(&self, cx: &Apply<'_>, _change: &Change<'_>) -> Result<Outputs, StepError> {
        let scope = self.scope(cx.inputs())?;
        scope.register_provider(&self.meta.name).await?;
        scope.provider_registered(&self.meta.name).await?;
        Ok(Outputs::new())
    }
}
