//! What stands around the environment's things in a subscription: locks, and what else lies in the resource groups.

use async_trait::async_trait;
use rhc_arm::types::authorization::Lock;
use rhc_arm::types::resources::Listed;
use rhc_arm::{Resource, ResourceId, ResourceType};

use super::arm_resource::parse;
use super::clients::{Clients, TenantRef};
use super::site::parse_subscription;
use crate::engine::{
    Guarded, Meta, Neighbour, Observe, Output, Stage, StepError, Surroundings, Survey,
};

/// Looks around in one subscription.
#[derive(Debug)]
pub(super) struct SubscriptionSurvey {
    meta: Meta,
    clients: Clients,
    tenant: TenantRef,
    subscription: Output<String>,
    environment: String,
    /// The names of the environment's private endpoints and of what collects telemetry: Azure makes things beside them.
    endpoints: Vec<String>,
    components: Vec<String>,
}

impl SubscriptionSurvey {
    /// In `subscription` (an ARM id). What Azure makes by itself for these private endpoints and Application Insights is no
    /// stranger's.
    pub(super) fn new(
        clients: Clients,
        tenant: TenantRef,
        subscription: Output<String>,
        environment: &str,
        endpoints: Vec<String>,
        components: Vec<String>,
    ) -> Self {
        let meta = Meta::new(
            format!("{}/surroundings", subscription.key()),
            Stage::SUBSCRIPTIONS,
            tenant.key.clone(),
            Lock::TYPE,
            "what lies around",
        )
        .needs_output(&subscription);
        Self {
            meta: tenant.needed_by(meta),
            clients,
            tenant,
            subscription,
            environment: environment.to_owned(),
            endpoints,
            components,
        }
    }

    fn held(&self, thing: &Listed) -> Option<Neighbour> {
        let id = thing.id.as_ref()?;
        let kind = thing.resource_type.clone().unwrap_or_default();
        let tags = thing.tags.as_ref();
        let marked = tags
            .and_then(|tags| tags.get("rhc-environment"))
            .is_some_and(|own| *own == self.environment);
        Some(Neighbour {
            made_by_service: self.is_by_service(&kind, id.name()),
            name: id.name().to_owned(),
            id: id.to_string(),
            kind,
            marked,
        })
    }

    /// Every server is born with `master`; a private endpoint has a network interface; Application Insights gets an alert about
    /// failures, and a group for it (these two unverified).
    fn is_by_service(&self, kind: &str, name: &str) -> bool {
        let name = name.to_lowercase();
        let begins = |all: &[String], before: &str, after: &str| {
            let mut all = all.iter();
            all.any(|own| name.starts_with(&format!("{before}{own}{after}").to_lowercase()))
        };
        match kind.to_ascii_lowercase().as_str() {
            "microsoft.sql/servers/databases" => name == "master",
            "microsoft.network/networkinterfaces" => begins(&self.endpoints, "", ".nic."),
            "microsoft.alertsmanagement/smartdetectoralertrules" => {
                begins(&self.components, "Failure Anomalies - ", "")
            }
            "microsoft.insights/actiongroups" => name == "application insights smart detection",
            _ => false,
        }
    }
}

#[async_trait]
impl Survey for SubscriptionSurvey {
    fn meta(&self) -> &Meta {
        &self.meta
    }

    async fn look(&self, cx: &Observe<'_>, groups: &[String]) -> Result<Surroundings, StepError> {
        let place = cx.inputs().require(&self.subscription)?;
        let guid = parse_subscription(place.trim_start_matches("/subscriptions/"))?;
        let arm = self.clients.arm(&self.tenant, cx.inputs())?;
        let subscription = arm.subscription(&guid);
        let locks = subscription.resources::<Lock>().list();
        let locks = cx.read(locks.collect_all()).await?;
        let mut things = Vec::new();
        for group in groups {
            let id = parse(group)?;
            let ours = id
                .subscription()
                .is_some_and(|own| own.to_string().eq_ignore_ascii_case(&guid.to_string()));
            if !ours {
                continue;
            }
            let inside = subscription.resource_group(id.name()).contents();
            match cx
                .read::<_, StepError>(async {
                    match inside.collect_all().await {
                        Err(error) if error.has_code("ResourceGroupNotFound") => Ok(Vec::new()),
                        other => Ok(other?),
                    }
                })
                .await
            {
                Ok(inside) => things.extend(inside.iter().filter_map(|one| self.held(one))),
                Err(error) => return Err(error),
            }
        }
        Ok(Surroundings {
            place: place.to_lowercase(),
            locks: locks.iter().filter_map(guarded).collect(),
            things,
        })
    }
}

/// What a lock locks stands before its own part of the id.
fn guarded(lock: &Resource<Lock>) -> Option<Guarded> {
    let id: &ResourceId = lock.id.as_ref()?;
    let text = id.to_string();
    let own = text
        .to_lowercase()
        .rfind("/providers/microsoft.authorization/locks/")?;
    Some(Guarded {
        scope: text.get(..own)?.to_owned(),
        name: id.name().to_owned(),
        notes: lock.properties.notes.clone(),
    })
}
