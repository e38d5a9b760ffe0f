//! A workforce tenant: Microsoft offers no way to make one but the portal.

use async_trait::async_trait;

use crate::engine::{Meta, Observe, Observed, Outputs, Step, StepError};
use crate::manifest::Tenant;
use crate::steps::clients::Clients;

/// A tenant that a person makes. Anybody may ask whether a domain has a tenant, so this needs no sign-in.
#[derive(Debug)]
pub struct TenantByHandStep {
    meta: Meta,
    clients: Clients,
    domain: String,
    display_name: String,
    id: Option<String>,
}

impl TenantByHandStep {
    /// The tenant that the file describes.
    pub fn new(meta: Meta, clients: Clients, tenant: &Tenant) -> Self {
        Self {
            meta: meta.manual(),
            clients,
            domain: tenant.domain.clone(),
            display_name: tenant.display_name.clone(),
            id: tenant.id.clone(),
        }
    }

    fn instructions(&self) -> Vec<String> {
        let label = self.domain.split('.').next().unwrap_or_default();
        vec![
            "Open https://entra.microsoft.com, signed in to the back office with the role Tenant Creator, and go to Entra ID > Overview > Manage tenants > Create.".to_owned(),
            "Choose Workforce; the back office must have a paid subscription.".to_owned(),
            format!("Organization name: {}. Initial domain name: {label} (gives {}). Country/Region: your company's; it cannot be changed later. Create.", self.display_name, self.domain),
            "The rollout sees by itself when it is there.".to_owned(),
        ]
    }
}

#[async_trait]
impl Step for TenantByHandStep {
    fn meta(&self) -> &Meta {
        &self.meta
    }

    async fn observe(&self, cx: &Observe<'_>) -> Result<Observed, StepError> {
        let Some(found) = cx
            .read(self.clients.connection().discover(&self.domain))
            .await?
        else {
            return Ok(Observed::ManualPending {
                instructions: self.instructions(),
            });
        };
        match &self.id {
            Some(id) if !id.eq_ignore_ascii_case(&found.to_string()) => Err(StepError::new(format!(
                "the environment file says that {} is tenant {id}, and Microsoft says that it is {found}",
                self.domain
            ))
            .remedy("find out which of the two is right before anything is written; then correct the file")
            .contradicts_file()),
            _ => Ok(Observed::ManualDone { outputs: Outputs::new().with("tenantId", found.to_string()) }),
        }
    }
}
