//! Registries and storage accounts.

use super::live::{group, life, replay, seed};
use super::text;
use rhc_arm::{
    ArmClient, Resource, ResourceType, Sku,
    types::{
        container_registry::{Registry, RegistryPolicies, RegistryProperties, RegistryStatus},
        storage::{
            BlobService, BlobServiceProperties, DeleteRetention, StorageAccount,
            StorageAccountProperties, StorageEncryption, StorageNetworkRules,
        },
    },
};
use serde_json::json;

fn sku(name: &str) -> Option<Sku> {
    Some(Sku {
        name: text(name),
        ..Default::default()
    })
}

fixture!(registries, "registries", [], |arm: ArmClient| async move {
    let arm_tokens = RegistryStatus {
        status: text("enabled"),
        ..Default::default()
    };
    let properties = RegistryProperties {
        admin_user_enabled: Some(false),
        anonymous_pull_enabled: Some(false),
        policies: Some(RegistryPolicies {
            azure_ad_authentication_as_arm_policy: Some(arm_tokens),
            ..Default::default()
        }),
        ..Default::default()
    };
    let mut registry = Resource::<Registry>::new(properties).at("eastus2");
    registry.sku = sku("Standard");
    life(arm, group(), "fixturesacr", registry).await
});

fixture!(
    storage_accounts,
    "storageAccounts",
    [],
    |arm: ArmClient| async move {
        let properties = StorageAccountProperties {
            supports_https_traffic_only: Some(true),
            minimum_tls_version: text("TLS1_2"),
            allow_blob_public_access: Some(false),
            allow_shared_key_access: Some(false),
            default_to_o_auth_authentication: Some(true),
            encryption: Some(StorageEncryption {
                key_source: text("Microsoft.Storage"),
                require_infrastructure_encryption: Some(true),
                ..Default::default()
            }),
            network_acls: Some(StorageNetworkRules {
                bypass: text("AzureServices"),
                default_action: text("Deny"),
                ..Default::default()
            }),
            ..Default::default()
        };
        let mut account = Resource::<StorageAccount>::new(properties).at("eastus2");
        account.sku = sku("Standard_LRS");
        account.kind = text("StorageV2");
        life(arm, group(), "fixturesstorage", account).await
    }
);

fixture!(
    blob_services,
    "storageAccounts.blobServices",
    [seed::storage],
    |arm: ArmClient| async move {
        let blobs = arm.resources::<BlobService>(seed::id(StorageAccount::TYPE, "fixturesstorage"));
        let before = blobs.get(BlobService::NAME).await?;
        let kept = DeleteRetention {
            enabled: Some(true),
            days: Some(30),
            ..Default::default()
        };
        let wanted = Resource::new(BlobServiceProperties {
            delete_retention_policy: Some(kept.clone()),
            container_delete_retention_policy: Some(kept),
            is_versioning_enabled: Some(true),
            ..Default::default()
        });
        let made = blobs.put(BlobService::NAME, &wanted).await?;
        let listed = blobs.list().collect_all().await?;
        Ok(json!({"before": before, "made": made, "listed": listed}))
    }
);
