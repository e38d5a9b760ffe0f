//! The app's key vault: access by roles only, nothing can be purged, nobody gets in but the apps' subnets, or the network by a
//! private endpoint.

use rhc_arm::Resource;
use rhc_arm::types::key_vault::{NetworkAcls, Vault, VaultProperties, VaultSku};
use serde_json::{Value, json};

use super::Ground;
use crate::engine::{Key, Meta, Outputs, Remains, StepError};
use crate::manifest::{App, VaultNetwork};
use crate::steps::arm_resource::{Recovers, arm_id};
use crate::steps::monitoring::Logs;
use crate::steps::site::{Group, Site};

/// An app's vault.
#[derive(Debug)]
pub(in crate::steps) struct AppVault {
    pub(in crate::steps) meta: Meta,
    /// The step after which its private endpoint leads to it, where it has one.
    pub(in crate::steps) way: Option<Key>,
}

impl Site<'_> {
    pub(super) fn vault(
        &mut self,
        group: &Group,
        app: &App,
        ground: &Ground<'_>,
        workspace: &Key,
    ) -> AppVault {
        let (location, place, file, tenant) = (
            self.location(),
            group.clone(),
            self.manifest.vaults.clone(),
            group.account.tenant.clone(),
        );
        let certificate = app.sign_in.unique_name.clone();
        let subnets: Vec<_> = ground.network.of_apps.clone();
        let step = self.resource::<Vault, _>(
            group,
            &app.key_vault,
            "keeps what the app must not know by heart",
            move |inputs| {
                let mut acls = NetworkAcls {
                    bypass: Some("None".to_owned()),
                    default_action: Some("Deny".to_owned()),
                    ip_rules: Some(Vec::new()),
                    ..NetworkAcls::default()
                };
                let public = match file.network {
                    VaultNetwork::AppSubnets => {
                        let rules: Result<Vec<Value>, StepError> = subnets
                            .iter()
                            .map(|subnet| Ok(json!({"id": inputs.text(subnet)?})))
                            .collect();
                        acls.rest
                            .insert("virtualNetworkRules".to_owned(), rules?.into());
                        "Enabled"
                    }
                    VaultNetwork::PrivateEndpoint => "Disabled",
                };
                let properties = VaultProperties {
                    tenant_id: Some(tenant.text(inputs)?),
                    sku: Some(VaultSku {
                        name: Some(file.sku.as_str().to_owned()),
                        ..VaultSku::standard()
                    }),
                    enable_rbac_authorization: Some(true),
                    enable_soft_delete: Some(true),
                    soft_delete_retention_in_days: Some(i64::from(file.soft_delete_days)),
                    enable_purge_protection: Some(true),
                    public_network_access: Some(public.to_owned()),
                    network_acls: Some(acls),
                    ..VaultProperties::default()
                };
                Ok(place.place::<Vault>(&location, properties))
            },
        );
        let step = step
            .rules(|rules| {
                [
                    "properties.sku.name",
                    "properties.sku.family",
                    "properties.publicNetworkAccess",
                    "properties.networkAcls.defaultAction",
                    "properties.networkAcls.bypass",
                ]
                .iter()
                .fold(rules, |rules, path| rules.ignore_case(path))
                .immutable("properties.softDeleteRetentionInDays")
                .keyed_by("properties.networkAcls.virtualNetworkRules", "id")
                // The operator's window adds its address here, and takes it away again.
                .empty_is_absent("properties.networkAcls.ipRules")
            })
            .outputs(move |vault: &Resource<Vault>| {
                // Where roles are given at what the vault will hold.
                let below = |kind: &str| {
                    let id = vault.id.as_ref()?;
                    Some(format!("{id}/{kind}/{certificate}"))
                };
                Outputs::new()
                    .with("vaultUri", vault.properties.vault_uri.clone())
                    .with("signingKeyId", below("keys"))
                    .with("signingCertificateId", below("certificates"))
            });
        let step = step
            .remains(|vault| {
                let days = vault["properties"]["softDeleteRetentionInDays"].as_u64();
                Some(Remains {
                    days: days.and_then(|days| days.try_into().ok()).unwrap_or(90),
                    what: "Azure keeps it deleted, and its name taken; nobody can purge it before, and apply recovers it with what is in it".to_owned(),
                })
            })
            .recovers(Recovers {
                code: "ConflictError",
                ask: |vault| vault["properties"]["createMode"] = "recover".into(),
            });
        let vault = self.add_whole(step);
        let tenant = group.account.tenant.clone();
        self.diagnostics(
            &vault,
            &tenant,
            &arm_id(&vault.key),
            workspace,
            Logs::Group("audit"),
            "records who read which secret (HIPAA)",
        );
        let way = app.key_vault_endpoint.as_ref().zip(ground.vaults);
        let way = way.map(|(name, path)| self.way_to_vault(path, group, name, &vault));
        AppVault { meta: vault, way }
    }
}
