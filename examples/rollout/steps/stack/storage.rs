//! The app's storage account: no key opens it, nothing in it is public, and only the app's subnet reaches it.

use rhc_arm::types::storage::{
    BlobService, BlobServiceProperties, DeleteRetention, SasPolicy, StorageAccount,
    StorageAccountProperties, StorageEncryption, StorageNetworkRules,
};
use rhc_arm::{Resource, Sku};
use serde_json::json;

use super::access::BuiltInRole;
use crate::engine::{Key, Meta, Outputs};
use crate::manifest::{App, Storage as File};
use crate::steps::arm_resource::arm_id;
use crate::steps::monitoring::Logs;
use crate::steps::network::Network;
use crate::steps::site::{Group, Site};

/// Reads, writes and deletes blobs. Nothing smaller lets an app write.
const BLOB_DATA_CONTRIBUTOR: BuiltInRole = BuiltInRole {
    name: "Storage Blob Data Contributor",
    id: "ba92f5b4-2d11-453d-a403-e96b0029c9fe",
};

/// The services of the account that come with it and that no app uses.
const UNUSED: [&str; 3] = ["fileServices", "queueServices", "tableServices"];

impl Site<'_> {
    pub(super) fn storage(
        &mut self,
        group: &Group,
        app: &App,
        file: &File,
        network: &Network,
        identity: &Key,
        workspace: &Key,
    ) {
        let (location, place, replication) = (self.location(), group.clone(), file.sku.as_str());
        let subnet = network.subnets.get(&app.container_app.subnet).cloned();
        let step = self.resource::<StorageAccount, _>(
            group,
            &file.name,
            "keeps the app's files; no key opens it, and only the app's subnet reaches it",
            move |inputs| {
                let mut acls = StorageNetworkRules {
                    bypass: Some("AzureServices".to_owned()),
                    default_action: Some("Deny".to_owned()),
                    ip_rules: Some(Vec::new()),
                    ..StorageNetworkRules::default()
                };
                if let Some(subnet) = &subnet {
                    let rule = json!([{"id": inputs.text(subnet)?, "action": "Allow"}]);
                    acls.rest.insert("virtualNetworkRules".to_owned(), rule);
                }
                let properties = StorageAccountProperties {
                    supports_https_traffic_only: Some(true),
                    minimum_tls_version: Some("TLS1_2".to_owned()),
                    allow_blob_public_access: Some(false),
                    allow_shared_key_access: Some(false),
                    allow_cross_tenant_replication: Some(false),
                    allowed_copy_scope: Some("AAD".to_owned()),
                    default_to_o_auth_authentication: Some(true),
                    is_local_user_enabled: Some(false),
                    public_network_access: Some("Enabled".to_owned()),
                    sas_policy: Some(SasPolicy {
                        sas_expiration_period: Some("1.00:00:00".to_owned()),
                        expiration_action: Some("Log".to_owned()),
                        ..SasPolicy::default()
                    }),
                    encryption: Some(StorageEncryption {
                        key_source: Some("Microsoft.Storage".to_owned()),
                        require_infrastructure_encryption: Some(true),
                        ..StorageEncryption::default()
                    }),
                    network_acls: Some(acls),
                    ..StorageAccountProperties::default()
                };
                Ok(Resource::<StorageAccount> {
                    kind: Some("StorageV2".to_owned()),
                    sku: Some(Sku {
                        name: Some(replication.to_owned()),
                        ..Sku::default()
                    }),
                    ..place.place::<StorageAccount>(&location, properties)
                })
            },
        );
        let account = self.add_whole(
            step.rules(|rules| {
                [
                    "kind",
                    "sku.name",
                    "properties.minimumTlsVersion",
                    "properties.publicNetworkAccess",
                    "properties.allowedCopyScope",
                    "properties.encryption.keySource",
                    "properties.networkAcls.defaultAction",
                    "properties.networkAcls.bypass",
                    "properties.networkAcls.virtualNetworkRules.*.action",
                ]
                .iter()
                .fold(rules, |rules, path| rules.ignore_case(path))
                .immutable("properties.encryption.requireInfrastructureEncryption")
                .keyed_by("properties.networkAcls.virtualNetworkRules", "id")
                .empty_is_absent("properties.networkAcls.ipRules")
            })
            .outputs(|made| {
                let service = |name| Some(made.id.clone()?.child(name, "default").to_string());
                UNUSED.into_iter().fold(Outputs::new(), |outputs, name| {
                    outputs.with(name, service(name))
                })
            }),
        );

        let tenant = group.account.tenant.clone();
        let days = i64::from(file.soft_delete_days());
        let step = self.part::<BlobService, _>(
            &account,
            &tenant,
            BlobService::NAME,
            "brings back what was deleted or overwritten by mistake",
            move |_| {
                let kept = DeleteRetention {
                    enabled: Some(true),
                    days: Some(days),
                    ..DeleteRetention::default()
                };
                Ok(Resource::<BlobService>::new(BlobServiceProperties {
                    delete_retention_policy: Some(kept.clone()),
                    container_delete_retention_policy: Some(kept),
                    is_versioning_enabled: Some(true),
                    ..BlobServiceProperties::default()
                }))
            },
        );
        let blobs = self.add_whole(step.shown_as(&account.name));
        self.diagnostics(
            &blobs,
            &tenant,
            &arm_id(&blobs.key),
            workspace,
            Logs::Group("audit"),
            "records who read, wrote or deleted which file (HIPAA)",
        );
        for name in UNUSED {
            let service = Meta::new(
                account.key.child(format!("{name}/default")),
                account.stage,
                tenant.key.clone(),
                format!("{}/{name}", account.kind),
                &account.name,
            );
            self.diagnostics(
                &service,
                &tenant,
                &account.key.output(name),
                workspace,
                Logs::Group("audit"),
                "records whoever uses what the app does not use (HIPAA)",
            );
        }
        let principal = identity.output("principalId");
        self.assign(
            group,
            &account,
            &arm_id(&account.key),
            identity,
            &principal,
            BLOB_DATA_CONTRIBUTOR,
            "the app keeps its files there as itself: with the keys off, a role is the only way in",
        );
    }
}
