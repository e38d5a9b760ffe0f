//! Does the server's name lead to the private endpoint, for who asks inside the network?

use async_trait::async_trait;
use rhc_arm::types::network::{PrivateDnsRecord, PrivateDnsZone, PrivateEndpoint};

use super::list;
use crate::engine::{Checked, TenantKey};
use crate::manifest::Manifest;
use crate::verify::check::{Check, Unproven};
use crate::verify::context::Context;
use crate::verify::report::{Vantage, Verdict};

pub(super) fn of(manifest: &Manifest, checked: &Checked) -> Vec<Box<dyn Check>> {
    let file = &manifest.network.sql_private_endpoint;
    let step = checked.named("Microsoft.Network/privateEndpoints", &file.name);
    step.map(|step| {
        Box::new(Record {
            tenant: step.meta.tenant.clone(),
            endpoint: file.name.clone(),
            zone: file.dns_zone.clone(),
            server: manifest.database.server.clone(),
        }) as Box<dyn Check>
    })
    .into_iter()
    .collect()
}

/// Somebody's own record, or another endpoint's, would lead the apps elsewhere, or nowhere.
struct Record {
    tenant: TenantKey,
    endpoint: String,
    zone: String,
    server: String,
}

#[async_trait]
impl Check for Record {
    fn id(&self) -> String {
        format!("control-plane/private-record/{}", self.server)
    }

    fn title(&self) -> String {
        format!(
            "{} leads to {} inside the network",
            self.server, self.endpoint
        )
    }

    fn tenant(&self) -> TenantKey {
        self.tenant.clone()
    }

    fn vantage(&self) -> Vantage {
        Vantage::ControlPlane
    }

    fn why(&self) -> String {
        "without the record the server's name leads to its closed public door".to_owned()
    }

    async fn run(&self, cx: &Context<'_>) -> Result<Verdict, Unproven> {
        let endpoint = cx.resource::<PrivateEndpoint>(&self.endpoint).await?;
        let mut expected: Vec<String> = endpoint
            .properties
            .custom_dns_configs
            .into_iter()
            .flatten()
            .filter(|config| {
                let host = config
                    .fqdn
                    .as_deref()
                    .and_then(|fqdn| fqdn.split('.').next());
                host.is_some_and(|host| host.eq_ignore_ascii_case(&self.server))
            })
            .flat_map(|config| config.ip_addresses.unwrap_or_default())
            .collect();
        if expected.is_empty() {
            return Err(Unproven::because(format!(
                "{} has no address yet: its request waits for the approval on the server's side",
                self.endpoint
            )));
        }
        let zone = cx.resource::<PrivateDnsZone>(&self.zone).await?;
        let arm = cx.arm(self.tenant.as_str()).await?;
        let records = arm.resources::<PrivateDnsRecord>(zone.require_id()?.clone());
        let Some(record) = records.get_opt(&self.server).await? else {
            return Ok(Verdict::failed(
                format!("{} has no record {}", self.zone, self.server),
                "run apply, which joins the endpoint and the zone; if that changes nothing, delete the endpoint's zone group and apply again",
            ));
        };
        let mut found: Vec<String> = record
            .properties
            .a_records
            .into_iter()
            .flatten()
            .filter_map(|one| one.ipv4_address)
            .collect();
        expected.sort();
        found.sort();
        Ok(if found == expected {
            Verdict::passed(format!("{} is {}", self.server, list(&found)))
        } else {
            Verdict::failed(
                format!(
                    "{} is {} in the zone, and the endpoint has {}",
                    self.server,
                    list(&found),
                    list(&expected)
                ),
                "find out who wrote that record: a second endpoint to the same server does; remove it and delete the record, and apply again",
            )
        })
    }
}
