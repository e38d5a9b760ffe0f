//! Does the name of a server or a vault lead to its private endpoint, for who asks inside the network?

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
    let server = (&file.name, &file.dns_zone, &manifest.database.server);
    let vaults = manifest.vaults.private_endpoints.iter();
    let vaults = vaults.flat_map(|ground| {
        let apps = manifest.apps();
        apps.filter_map(move |(_, app)| {
            let endpoint = app.key_vault_endpoint.as_ref()?;
            Some((endpoint, &ground.dns_zone, &app.key_vault))
        })
    });
    let mut checks: Vec<Box<dyn Check>> = Vec::new();
    for (endpoint, zone, target) in std::iter::once(server).chain(vaults) {
        if let Some(step) = checked.named("Microsoft.Network/privateEndpoints", endpoint) {
            checks.push(Box::new(Record {
                tenant: step.meta.tenant.clone(),
                endpoint: endpoint.clone(),
                zone: zone.clone(),
                target: target.clone(),
            }));
        }
    }
    checks
}

/// Somebody's own record, or another endpoint's, would lead the apps elsewhere, or nowhere.
struct Record {
    tenant: TenantKey,
    endpoint: String,
    zone: String,
    /// The server or the vault, whose name is the record's.
    target: String,
}

#[async_trait]
impl Check for Record {
    fn id(&self) -> String {
        format!("control-plane/private-record/{}", self.target)
    }

    fn title(&self) -> String {
        format!(
            "{} leads to {} inside the network",
            self.target, self.endpoint
        )
    }

    fn tenant(&self) -> TenantKey {
        self.tenant.clone()
    }

    fn vantage(&self) -> Vantage {
        Vantage::ControlPlane
    }

    fn why(&self) -> String {
        format!(
            "without the record the name of {} leads to its closed public door",
            self.target
        )
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
                host.is_some_and(|host| host.eq_ignore_ascii_case(&self.target))
            })
            .flat_map(|config| config.ip_addresses.unwrap_or_default())
            .collect();
        if expected.is_empty() {
            return Err(Unproven::because(format!(
                "{} has no address yet: its request waits for the approval on the side of {}",
                self.endpoint, self.target
            )));
        }
        let zone = cx.resource::<PrivateDnsZone>(&self.zone).await?;
        let arm = cx.arm(self.tenant.as_str()).await?;
        let records = arm.resources::<PrivateDnsRecord>(zone.require_id()?.clone());
        let Some(record) = records.get_opt(&self.target).await? else {
            return Ok(Verdict::failed(
                format!("{} has no record {}", self.zone, self.target),
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
            Verdict::passed(format!("{} is {}", self.target, list(&found)))
        } else {
            Verdict::failed(
                format!(
                    "{} is {} in the zone, and the endpoint has {}",
                    self.target,
                    list(&found),
                    list(&expected)
                ),
                "find out who wrote that record: a second endpoint to the same thing does; remove it and delete the record, and apply again",
            )
        })
    }
}
