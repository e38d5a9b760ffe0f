//! A subscription that the file gives.

use async_trait::async_trait;
use rhc_arm::types::resources::SubscriptionState;
use serde_json::Value;

use crate::engine::{Meta, Observe, Observed, Outputs, Step, StepError};
use crate::steps::clients::{Clients, TenantRef};
use crate::steps::site::parse_subscription;

/// A subscription that exists: it is looked at and never written.
#[derive(Debug)]
pub struct GivenStep {
    meta: Meta,
    clients: Clients,
    tenant: TenantRef,
    id: String,
    protected: Vec<String>,
}

impl GivenStep {
    /// The subscription with this id, in this tenant.
    pub fn new(meta: Meta, clients: Clients, tenant: TenantRef, id: String) -> Self {
        Self {
            meta: tenant.needed_by(meta),
            clients,
            tenant,
            id,
            protected: Vec::new(),
        }
    }

    /// Names of subscriptions that nothing may be made in. The file may know a protected one by its name only, and only
    /// the service can say that the given id is that one's.
    #[must_use]
    pub fn unless(mut self, protected: impl IntoIterator<Item = String>) -> Self {
        self.protected.extend(protected);
        self
    }
}

#[async_trait]
impl Step for GivenStep {
    fn meta(&self) -> &Meta {
        &self.meta
    }

    async fn observe(&self, cx: &Observe<'_>) -> Result<Observed, StepError> {
        let arm = self.clients.arm(&self.tenant, cx.inputs())?;
        let found = cx
            .read(arm.subscription(&parse_subscription(&self.id)?).get_opt())
            .await?;
        let Some(found) = found else {
            return Err(StepError::new(format!("the environment file gives subscription {}, and this account does not see it", self.id))
                .remedy("check the id; the account that runs the rollout must be Owner of the subscription, in the tenant that the file names")
                .contradicts_file());
        };
        let name = found.display_name.as_deref().unwrap_or_default();
        if self
            .protected
            .iter()
            .any(|one| one.eq_ignore_ascii_case(name))
        {
            return Err(StepError::new(format!("the environment file gives the id of the subscription '{name}' for {}, and says that '{name}' is protected: nothing is written in it", self.meta.name))
                .remedy("give the id of another subscription, or none, so that one is made")
                .contradicts_file());
        }
        if found
            .state
            .as_ref()
            .is_some_and(|state| *state != SubscriptionState::Enabled)
        {
            let state = found
                .state
                .map(|state| state.to_string())
                .unwrap_or_default();
            return Err(StepError::new(format!(
                "subscription {} is {state}: nothing can be made in it",
                self.meta.name
            ))
            .remedy("enable it in the portal first")
            .contradicts_file());
        }
        let outputs = Outputs::new()
            .with("id", format!("/subscriptions/{}", self.id))
            .with("subscriptionId", self.id.clone());
        Ok(Observed::unmarkable(Value::Null, outputs))
    }
}
