//! A tenant that owns no subscription: its logs go to another tenant's workspace, which a person delegates.

use async_trait::async_trait;
use rhc_arm::types::aadiam::EntraDiagnosticSetting;
use rhc_arm::{Resource, ResourceId};

use super::CATEGORIES;
use crate::engine::{Apply, Change, Meta, Observe, Observed, Outputs, Step, StepError};
use crate::steps::clients::{Clients, TenantRef};

/// Where a tenant's logs shall go.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) domain: String,
    pub(super) setting: String,
    pub(super) workspace: String,
    pub(super) group: String,
}

impl Place {
    /// For a tenant whose workspace is its own.
    pub(super) fn in_own_tenant(&self) -> Vec<String> {
        vec![
            format!(
                "Open https://entra.microsoft.com in the tenant {}, signed in as a Security Administrator of it.",
                self.domain
            ),
            format!(
                "Monitoring & health > Diagnostic settings > Add diagnostic setting. Name: {}.",
                self.setting
            ),
            format!(
                "Check {}. Sign-in logs need a licence for Entra ID P1 or P2.",
                CATEGORIES.join(", ")
            ),
            format!(
                "Send to Log Analytics workspace: {} (resource group {}). Save.",
                self.workspace, self.group
            ),
            "The rollout sees by itself when that is done.".to_owned(),
        ]
    }

    fn in_another_tenant(&self) -> Vec<String> {
        vec![
            format!("Have an account at hand that is Owner of the subscription in which the resource group {} stands.", self.group),
            format!("Open https://entra.microsoft.com in the tenant {}, signed in as a Security Administrator of it.", self.domain),
            "Monitoring & health > Diagnostic settings: start the set-up, and sign in with the other account when it asks for the tenant and the subscription that take the logs.".to_owned(),
            format!("Add a diagnostic setting. Name: {}. Check {}.", self.setting, CATEGORIES.join(", ")),
            format!("Send to Log Analytics workspace: {} (resource group {}). Save.", self.workspace, self.group),
            "The rollout sees by itself when that is done, where Microsoft lets it look; until then it counts as not proven.".to_owned(),
        ]
    }
}

/// Done when the tenant has a setting that sends all of the categories to a workspace.
///
/// Unverified: that Resource Manager answers the list of a tenant that owns no subscription. Where it does not, nothing is seen and
/// nothing is claimed.
#[derive(Debug)]
pub(super) struct EntraLogsByHandStep {
    meta: Meta,
    clients: Clients,
    tenant: TenantRef,
    place: Place,
}

impl EntraLogsByHandStep {
    pub(super) fn new(meta: Meta, clients: Clients, tenant: TenantRef, place: Place) -> Self {
        Self {
            meta: tenant.needed_by(meta.manual()),
            clients,
            tenant,
            place,
        }
    }
}

#[async_trait]
impl Step for EntraLogsByHandStep {
    fn meta(&self) -> &Meta {
        &self.meta
    }

    async fn observe(&self, cx: &Observe<'_>) -> Result<Observed, StepError> {
        let arm = self.clients.arm(&self.tenant, cx.inputs())?;
        let all = arm.resources::<EntraDiagnosticSetting>(ResourceId::root());
        let all = match cx
            .read(async { Ok::<_, StepError>(all.list().collect_all().await) })
            .await?
        {
            Ok(all) => all,
            Err(error)
                if error.is_forbidden() || error.status() == Some(400) || error.is_not_found() =>
            {
                return Ok(Observed::NotObserved {
                    reason: format!(
                        "Microsoft does not let us look at where the logs of {} go ({error})",
                        self.place.domain
                    ),
                });
            }
            Err(error) => return Err(error.into()),
        };
        Ok(if all.iter().any(sends_everything) {
            Observed::ManualDone {
                outputs: Outputs::new(),
            }
        } else {
            Observed::ManualPending {
                instructions: self.place.in_another_tenant(),
            }
        })
    }

    /// Only where it cannot be seen whether it is done.
    async fn apply(&self, _cx: &Apply<'_>, _change: &Change<'_>) -> Result<Outputs, StepError> {
        Err(StepError::manual(
            "whether it is done cannot be seen from here",
            self.place.in_another_tenant(),
        ))
    }
}

fn sends_everything(setting: &Resource<EntraDiagnosticSetting>) -> bool {
    let logs = setting.properties.logs.as_deref().unwrap_or_default();
    let sends = |category: &&str| {
        logs.iter()
            .any(|log| log.enabled == Some(true) && log.category.as_deref() == Some(category))
    };
    setting.properties.workspace_id.is_some() && CATEGORIES.iter().all(sends)
}
