//! Who pays for new subscriptions.

use async_trait::async_trait;
use rhc_arm::types::billing::{AgreementType, BillingProfile, InvoiceSection};
use rhc_arm::{ArmClient, Resource, ResourceType, Resources};

use crate::engine::{Meta, Observe, Observed, Outputs, Step, StepError};
use crate::steps::clients::{Clients, TenantRef};

/// The billing scope: from the file, or the only one there is. If there are several, or none that can make subscriptions,
/// a person has to say.
#[derive(Debug)]
pub struct BillingStep {
    meta: Meta,
    clients: Clients,
    payer: TenantRef,
    given: Option<String>,
}

impl BillingStep {
    /// The scope that the file gives, or else the one that the tenant's billing account has.
    pub fn new(meta: Meta, clients: Clients, payer: TenantRef, given: Option<String>) -> Self {
        Self {
            meta: meta.manual(),
            clients,
            payer,
            given,
        }
    }

    async fn look(&self, arm: &ArmClient) -> Result<Observed, StepError> {
        let accounts = arm.billing_accounts().list().collect_all().await?;
        let account = match accounts.as_slice() {
            [only] => only,
            [] => return Ok(by_hand("this account sees no billing account")),
            several => return Ok(choose("billing account", "account", several)),
        };
        match account.properties.agreement_type.as_ref() {
            Some(AgreementType::MicrosoftCustomerAgreement) => {}
            Some(AgreementType::EnterpriseAgreement) => {
                return Ok(complete("enrollment_account", "an Enterprise Agreement"));
            }
            Some(AgreementType::MicrosoftPartnerAgreement) => {
                return Ok(complete("customer", "a Partner Agreement"));
            }
            other => {
                let name = other.map_or("unknown", AgreementType::as_str);
                return Ok(by_hand(&format!(
                    "the billing account's agreement ({name}) cannot make subscriptions by itself"
                )));
            }
        }
        let profiles = children::<BillingProfile, _>(arm, account)?
            .list()
            .collect_all()
            .await?;
        let profile = match profiles.as_slice() {
            [only] => only,
            [] => {
                return Ok(by_hand(
                    "the billing account has no billing profile that this account sees",
                ));
            }
            several => return Ok(choose("billing profile", "profile", several)),
        };
        let sections = children::<InvoiceSection, _>(arm, profile)?
            .list()
            .collect_all()
            .await?;
        match sections.as_slice() {
            [only] => Ok(done(only.require_id()?.to_string())),
            [] => Ok(by_hand(
                "the billing profile has no invoice section that this account sees",
            )),
            several => Ok(choose("invoice section", "invoice_section", several)),
        }
    }
}

#[async_trait]
impl Step for BillingStep {
    fn meta(&self) -> &Meta {
        &self.meta
    }

    async fn observe(&self, cx: &Observe<'_>) -> Result<Observed, StepError> {
        if let Some(scope) = &self.given {
            return Ok(done(scope.clone()));
        }
        let arm = self.clients.arm(&self.payer, cx.inputs())?;
        cx.read(self.look(&arm)).await
    }
}

fn children<C: ResourceType, P: ResourceType>(
    arm: &ArmClient,
    parent: &Resource<P>,
) -> Result<Resources<C>, StepError> {
    Ok(arm.resources(parent.require_id()?.clone()))
}

fn done(scope: String) -> Observed {
    Observed::ManualDone {
        outputs: Outputs::new().with("billingScope", scope),
    }
}

fn by_hand(why: &str) -> Observed {
    Observed::ManualPending {
        instructions: vec![
            format!("New subscriptions cannot be made from here: {why}."),
            "Make them in the portal (Cost Management + Billing), with the names in the environment file.".to_owned(),
            "Write their ids into the environment file, as `id` under [subscriptions.…], and run the same command again.".to_owned(),
        ],
    }
}

fn complete(key: &str, agreement: &str) -> Observed {
    Observed::ManualPending {
        instructions: vec![format!(
            "The billing account is under {agreement}: write `account` and `{key}` under [billing] in the environment file, and run the same command again."
        )],
    }
}

fn choose<R: ResourceType>(what: &str, key: &str, several: &[Resource<R>]) -> Observed {
    let mut instructions = vec![format!(
        "There is more than one {what}. Write the right one as `{key}` under [billing] in the environment file:"
    )];
    instructions.extend(several.iter().filter_map(|one| {
        let shown = serde_json::to_value(&one.properties).ok()?;
        Some(format!(
            "{key} = \"{}\"   # {}",
            one.name.as_deref()?,
            shown["displayName"].as_str().unwrap_or("no display name")
        ))
    }));
    Observed::ManualPending { instructions }
}
