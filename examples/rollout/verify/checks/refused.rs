//! Is somebody turned away who belongs to the other kind of app? Only a sign-in can show it, and nothing here signs in as a
//! person.

use async_trait::async_trait;

use crate::engine::{Checked, TenantKey};
use crate::manifest::{Audience, Manifest};
use crate::verify::check::{Check, Unproven};
use crate::verify::context::Context;
use crate::verify::report::{Vantage, Verdict};

pub(super) fn of(manifest: &Manifest, checked: &Checked) -> Vec<Box<dyn Check>> {
    let Some((tenant, _)) = manifest.customer_tenant() else {
        return Vec::new();
    };
    let tenant = TenantKey::new(tenant);
    let mut checks: Vec<Box<dyn Check>> = Vec::new();
    for (key, app) in manifest.apps() {
        let is_made = checked
            .of_kind("servicePrincipals")
            .any(|step| step.meta.name == app.sign_in.unique_name && step.meta.tenant == tenant);
        if app.audience == Audience::Staff && is_made {
            checks.push(Box::new(Refused {
                tenant: tenant.clone(),
                app: key.to_owned(),
            }));
        }
    }
    checks
}

/// A user of a practice is refused at the company's own tool.
struct Refused {
    tenant: TenantKey,
    app: String,
}

#[async_trait]
impl Check for Refused {
    fn id(&self) -> String {
        format!("outside/refused/{}", self.app)
    }

    fn title(&self) -> String {
        format!("A practice's user is turned away at {}", self.app)
    }

    fn tenant(&self) -> TenantKey {
        self.tenant.clone()
    }

    fn vantage(&self) -> Vantage {
        Vantage::Outside
    }

    fn why(&self) -> String {
        "both kinds of users are in one tenant, and a switch that is set is not yet a refusal that happened".to_owned()
    }

    async fn run(&self, cx: &Context<'_>) -> Result<Verdict, Unproven> {
        let url = cx.manifest().apps.get(&self.app).map(|app| app.url());
        Err(Unproven::because(format!(
            "a person has to try it: sign in at {} as a practice's user; the sign-in log of the tenant then shows failure 50105",
            url.unwrap_or_default()
        )))
    }
}
