//! Is there any public way to the SQL server, by its own configuration?

use async_trait::async_trait;
use rhc_sql_identity::{NetworkAccess, SqlServer, SqlServers};

use super::list;
use crate::engine::{Checked, TenantKey};
use crate::manifest::Manifest;
use crate::verify::check::{Check, Unproven};
use crate::verify::context::Context;
use crate::verify::report::{Vantage, Verdict};

pub(super) fn of(manifest: &Manifest, checked: &Checked) -> Vec<Box<dyn Check>> {
    let server = &manifest.database.server;
    let step = checked.named("Microsoft.Sql/servers", server);
    step.map(|step| {
        Box::new(Access {
            tenant: step.meta.tenant.clone(),
            server: server.clone(),
        }) as Box<dyn Check>
    })
    .into_iter()
    .collect()
}

/// A rule waits for the day on which public access is switched on: it must not be there before.
struct Access {
    tenant: TenantKey,
    server: String,
}

#[async_trait]
impl Check for Access {
    fn id(&self) -> String {
        format!("control-plane/sql-public-access/{}", self.server)
    }

    fn title(&self) -> String {
        format!("{} is configured for nobody on the internet", self.server)
    }

    fn tenant(&self) -> TenantKey {
        self.tenant.clone()
    }

    fn vantage(&self) -> Vantage {
        Vantage::ControlPlane
    }

    fn why(&self) -> String {
        "one switch would open every door that a rule has prepared".to_owned()
    }

    async fn run(&self, cx: &Context<'_>) -> Result<Verdict, Unproven> {
        const REMEDY: &str = "run apply, which closes it; delete the rules, which an operator's window leaves behind only \
                              where it was cut off";
        let server = cx.resource::<SqlServer>(&self.server).await?;
        let id = server.require_id()?.clone();
        let scope = SqlServers::new(cx.arm(self.tenant.as_str()).await?).server(id);
        let rules = scope.firewall_rules().list().collect_all().await?;
        let rules: Vec<String> = rules.into_iter().filter_map(|rule| rule.name).collect();
        let access = server.properties.public_network_access.as_ref();
        Ok(match access {
            Some(NetworkAccess::Disabled) if rules.is_empty() => {
                Verdict::passed("public network access is off, and there is no firewall rule")
            }
            Some(NetworkAccess::Disabled) => Verdict::failed(
                format!("firewall rules that let somebody in: {}", list(&rules)),
                REMEDY,
            ),
            other => Verdict::failed(
                format!(
                    "public network access is {}",
                    other.map_or("not said", NetworkAccess::as_str)
                ),
                REMEDY,
            ),
        })
    }
}
