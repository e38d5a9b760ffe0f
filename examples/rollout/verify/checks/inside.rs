//! Does the app reach its databases as itself? Only the app can say.

use async_trait::async_trait;

use crate::engine::{Checked, TenantKey};
use crate::manifest::Manifest;
use crate::verify::check::{Check, Unproven};
use crate::verify::context::Context;
use crate::verify::report::{Vantage, Verdict};

pub(super) fn of(manifest: &Manifest, checked: &Checked) -> Vec<Box<dyn Check>> {
    let mut checks: Vec<Box<dyn Check>> = Vec::new();
    for (key, app) in manifest.apps() {
        let name = &app.container_app.name;
        let Some(step) = checked.named("Microsoft.App/containerApps", name) else {
            continue;
        };
        for database in app.database_roles.keys() {
            checks.push(Box::new(Opens {
                tenant: step.meta.tenant.clone(),
                app: key.to_owned(),
                container_app: name.clone(),
                identity: app.identities.app.clone(),
                subnet: app.container_app.subnet.clone(),
                database: database.clone(),
            }));
        }
    }
    checks
}

/// The whole chain at once: identity, trust, bridge, endpoint, name, user, role.
struct Opens {
    tenant: TenantKey,
    app: String,
    container_app: String,
    identity: String,
    subnet: String,
    database: String,
}

#[async_trait]
impl Check for Opens {
    fn id(&self) -> String {
        format!("inside/opens/{}/{}", self.app, self.database)
    }

    fn title(&self) -> String {
        format!(
            "{} opens {} by managed identity",
            self.container_app, self.database
        )
    }

    fn tenant(&self) -> TenantKey {
        self.tenant.clone()
    }

    fn vantage(&self) -> Vantage {
        Vantage::Inside
    }

    fn why(&self) -> String {
        "every link of the chain can be right and the chain still not hold".to_owned()
    }

    async fn run(&self, _: &Context<'_>) -> Result<Verdict, Unproven> {
        Ok(Verdict::not_proven(format!(
            "only a job that runs as {} in the subnet {} can prove it, and this version has no such job yet",
            self.identity, self.subnet
        )))
    }
}
