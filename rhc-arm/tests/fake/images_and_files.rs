//! Registries and storage accounts.

use serde_json::{Value, json};

use super::cloud::{Cloud, pass};
use super::examples::{Example, NETWORK, example, in_group, network, with};

const REGISTRY: &str = "2025-11-01";
const STORAGE: &str = "2026-04-01";
const BLOBS: &str = "Microsoft.Storage/storageAccounts/blobServices";
const FILES: &str = "Microsoft.Storage/storageAccounts/fileServices";
const QUEUES: &str = "Microsoft.Storage/storageAccounts/queueServices";
const TABLES: &str = "Microsoft.Storage/storageAccounts/tableServices";

fn registry(name: &str, tier: &str) -> (String, Value) {
    (
        in_group(&format!("Microsoft.ContainerRegistry/registries/{name}")),
        json!({
            "location": "eastus2",
            "sku": { "name": tier },
            "properties": {
                "adminUserEnabled": false,
                "anonymousPullEnabled": false,
                "publicNetworkAccess": "Enabled",
                "zoneRedundancy": "Disabled",
                "networkRuleBypassOptions": "AzureServices",
                "networkRuleSet": { "defaultAction": "Allow", "ipRules": [] },
                "policies": {
                    "azureADAuthenticationAsArmPolicy": { "status": "enabled" },
                    "exportPolicy": { "status": "enabled" },
                    "retentionPolicy": { "status": "disabled" },
                },
                "roleAssignmentMode": "LegacyRegistryPermissions",
            },
        }),
    )
}

fn account(name: &str) -> (String, Value) {
    (
        in_group(&format!("Microsoft.Storage/storageAccounts/{name}")),
        json!({
            "location": "eastus2",
            "kind": "StorageV2",
            "sku": { "name": "Standard_LRS" },
            "properties": {
                "minimumTlsVersion": "TLS1_2",
                "allowSharedKeyAccess": false,
                "allowedCopyScope": "AAD",
                "accessTier": "Hot",
                "isHnsEnabled": false,
                "publicNetworkAccess": "Enabled",
                "sasPolicy": { "sasExpirationPeriod": "1.00:00:00", "expirationAction": "Log" },
                "encryption": { "keySource": "Microsoft.Storage", "requireInfrastructureEncryption": true },
                "networkAcls": { "bypass": "AzureServices", "defaultAction": "Deny", "ipRules": [], "virtualNetworkRules": [] },
            },
        }),
    )
}

pub(crate) fn examples() -> Vec<Example> {
    let (registry_path, registry_body) = registry("registry1", "Premium");
    let (account_path, account_body) = account("account1");
    vec![
        with(
            example(
                "Microsoft.ContainerRegistry/registries",
                registry_path,
                REGISTRY,
                registry_body,
                "reg-1",
            ),
            &[],
            &[("properties.zoneRedundancy", json!("Enabled"))],
        ),
        with(
            example(
                "Microsoft.Storage/storageAccounts",
                account_path.clone(),
                STORAGE,
                account_body,
                "Account",
            ),
            &[],
            &[
                (
                    "properties.encryption.requireInfrastructureEncryption",
                    json!(false),
                ),
                ("properties.isHnsEnabled", json!(true)),
            ],
        ),
        service(
            QUEUES,
            &account_path,
            json!({ "cors": { "corsRules": [] } }),
        ),
        service(
            TABLES,
            &account_path,
            json!({ "cors": { "corsRules": [] } }),
        ),
        with(
            service(
                FILES,
                &account_path,
                json!({ "shareDeleteRetentionPolicy": { "enabled": true, "days": 30 } }),
            ),
            &[("properties.shareDeleteRetentionPolicy.days", json!(366))],
            &[],
        ),
        with(
            service(
                BLOBS,
                &account_path,
                json!({
                    "isVersioningEnabled": true,
                    "deleteRetentionPolicy": { "enabled": true, "days": 30 },
                    "containerDeleteRetentionPolicy": { "enabled": true, "days": 30 },
                }),
            ),
            &[
                ("properties.deleteRetentionPolicy.days", json!(366)),
                ("properties.containerDeleteRetentionPolicy.days", json!(0)),
            ],
            &[],
        ),
    ]
}

/// One of the services that an account comes with.
fn service(kind: &'static str, account: &str, properties: Value) -> Example {
    let member = kind.rsplit('/').next().unwrap();
    let path = format!("{account}/{member}/default");
    let body = json!({ "properties": properties });
    example(kind, path, STORAGE, body, "another")
}

fn set(mut body: Value, pointer: &str, value: Value) -> Value {
    *body.pointer_mut(pointer).expect("it is in the example") = value;
    body
}

#[tokio::test(start_paused = true)]
async fn a_registry_takes_its_time_and_tells_where_images_are() {
    let cloud = Cloud::new().await;
    let (path, body) = registry("registry1", "Standard");
    let made = cloud.put(&path, REGISTRY, body).await.accepted(201);
    assert_eq!(made.at("properties.provisioningState"), "Creating");
    assert!(made.header("azure-asyncoperation").is_some());
    pass(60).await;
    let done = cloud.get(&path, REGISTRY).await.accepted(200);
    assert_eq!(done.at("properties.provisioningState"), "Succeeded");
    assert_eq!(done.at("properties.loginServer"), "registry1.azurecr.io");
    assert_eq!(done.at("sku.tier"), "Standard");
}

#[tokio::test(start_paused = true)]
async fn what_only_premium_has_is_refused_elsewhere() {
    let cloud = Cloud::new().await;
    for (pointer, value, code) in [
        (
            "/properties/publicNetworkAccess",
            "Disabled",
            "DisablingPublicNetworkAccessNotSupported",
        ),
        (
            "/properties/networkRuleSet/defaultAction",
            "Deny",
            "NetworkRulesNotSupported",
        ),
        (
            "/properties/zoneRedundancy",
            "Enabled",
            "ZoneRedundancyNotSupported",
        ),
        (
            "/properties/policies/retentionPolicy/status",
            "enabled",
            "RetentionPolicyNotSupported",
        ),
    ] {
        let (path, body) = registry("registry1", "Standard");
        let body = set(body, pointer, json!(value));
        let answer = cloud.put(&path, REGISTRY, body).await;
        answer.refused(pointer, 400, code);
    }
    let (path, body) = registry("registry1", "Premium");
    let open = set(
        body.clone(),
        "/properties/policies/exportPolicy/status",
        json!("disabled"),
    );
    cloud.put(&path, REGISTRY, open.clone()).await.refused(
        "images kept in an open registry",
        400,
        "ExportPolicyNotSupported",
    );
    let closed = set(open, "/properties/publicNetworkAccess", json!("Disabled"));
    cloud.put(&path, REGISTRY, closed).await.accepted(201);

    let (path, body) = registry("registry2", "Basic");
    let anybody = set(body, "/properties/anonymousPullEnabled", json!(true));
    cloud.put(&path, REGISTRY, anybody).await.refused(
        "anybody pulls from Basic",
        400,
        "AnonymousPullNotSupported",
    );
}

#[tokio::test(start_paused = true)]
async fn names_of_registries_and_accounts_are_taken_in_all_of_azure() {
    let cloud = Cloud::new().await;
    cloud.world.with(|state| {
        let arm = state.section::<rhc_arm::fake::Arm>();
        for name in [
            "microsoft.containerregistry/registries/registry1",
            "microsoft.storage/storageaccounts/account1",
        ] {
            arm.taken_names.insert(name.to_owned());
        }
    });
    let (path, body) = registry("registry1", "Standard");
    cloud
        .put(&path, REGISTRY, body)
        .await
        .refused("a registry's name", 409, "AlreadyInUse");
    let (path, body) = account("account1");
    cloud.put(&path, STORAGE, body).await.refused(
        "an account's name",
        409,
        "StorageAccountAlreadyTaken",
    );
}

#[tokio::test(start_paused = true)]
async fn an_account_is_answered_without_a_body_and_says_where_its_blobs_are() {
    let cloud = Cloud::new().await;
    let (path, body) = account("account1");
    let begun = cloud.put(&path, STORAGE, body).await.accepted(202);
    assert_eq!(begun.body, Value::Null);
    assert!(begun.header("location").is_some());
    pass(60).await;
    let done = cloud.get(&path, STORAGE).await.accepted(200);
    let blobs = done.at("properties.primaryEndpoints.blob");
    assert_eq!(blobs, "https://account1.blob.core.windows.net/");
    // What nobody said is as it was recorded.
    assert_eq!(done.at("properties.supportsHttpsTrafficOnly"), &json!(true));
}

#[tokio::test(start_paused = true)]
async fn an_account_lets_in_subnets_that_have_its_endpoint() {
    let cloud = Cloud::new().await;
    let (net, mut net_body) = network("vnet");
    net_body["properties"]["subnets"] = json!([
        { "name": "with", "properties": {
            "addressPrefix": "10.40.0.0/24", "serviceEndpoints": [{ "service": "Microsoft.Storage" }],
        } },
        { "name": "without", "properties": {
            "addressPrefix": "10.40.1.0/24", "serviceEndpoints": [{ "service": "Microsoft.KeyVault" }],
        } },
    ]);
    cloud.make(&net, NETWORK, net_body).await;
    let (path, body) = account("account1");
    let lets_in = |subnet: &str| {
        let rules = json!([{ "id": format!("{net}/subnets/{subnet}") }]);
        set(
            body.clone(),
            "/properties/networkAcls/virtualNetworkRules",
            rules,
        )
    };
    for subnet in ["without", "nowhere"] {
        let answer = cloud.put(&path, STORAGE, lets_in(subnet)).await;
        answer.refused(subnet, 400, "NetworkAclsValidationFailure");
    }
    let made = cloud.make(&path, STORAGE, lets_in("with")).await;
    let rule = &made.at("properties.networkAcls.virtualNetworkRules")[0];
    assert_eq!(
        (&rule["action"], &rule["state"]),
        (&json!("Allow"), &json!("Succeeded"))
    );
}

/// With what each answers before anybody changed it.
#[tokio::test(start_paused = true)]
async fn the_services_of_an_account_are_there_from_the_start_and_go_with_it() {
    let cloud = Cloud::new().await;
    let (path, body) = account("account1");
    cloud.make(&path, STORAGE, body).await;
    let deletion = json!({ "allowPermanentDelete": false, "enabled": false });
    for (name, deletion) in [
        ("blobServices", deletion),
        ("fileServices", Value::Null),
        ("queueServices", Value::Null),
        ("tableServices", Value::Null),
    ] {
        let all = format!("{path}/{name}");
        let one = format!("{all}/default");
        let before = cloud.get(&one, STORAGE).await.accepted(200);
        assert_eq!(before.at("properties.deleteRetentionPolicy"), &deletion);
        assert_eq!(cloud.get(&all, STORAGE).await.names(), ["default"]);
        let rule = json!({ "properties": { "cors": { "corsRules": [
            { "allowedOrigins": ["https://a.example"], "allowedMethods": ["GET"], "maxAgeInSeconds": 1,
              "exposedHeaders": [], "allowedHeaders": [] },
        ] } } });
        cloud.put(&one, STORAGE, rule).await.accepted(200);
        let after = cloud.get(&all, STORAGE).await.accepted(200);
        assert_eq!(after.names(), ["default"]);
        let origin =
            &after.body["value"][0]["properties"]["cors"]["corsRules"][0]["allowedOrigins"];
        assert_eq!(origin, &json!(["https://a.example"]));
        cloud.delete(&one, STORAGE).await.refused(
            "a service without an account",
            405,
            "MethodNotAllowed",
        );
    }
    cloud.delete(&path, STORAGE).await;
    let gone = cloud
        .get(&format!("{path}/queueServices/default"), STORAGE)
        .await;
    gone.refused("a service of no account", 404, "ParentResourceNotFound");
}

#[tokio::test(start_paused = true)]
async fn what_is_deleted_is_kept_for_so_many_days() {
    let cloud = Cloud::new().await;
    let (path, body) = account("account1");
    cloud.make(&path, STORAGE, body).await;
    for (service, policy) in [
        ("blobServices", "deleteRetentionPolicy"),
        ("blobServices", "containerDeleteRetentionPolicy"),
        ("fileServices", "shareDeleteRetentionPolicy"),
    ] {
        let path = format!("{path}/{service}/default");
        let kept =
            |days: Value| json!({ "properties": { policy: { "enabled": true, "days": days } } });
        for (why, days) in [
            ("retention without days", Value::Null),
            ("no day", json!(0)),
            ("more than a year", json!(366)),
        ] {
            let answer = cloud.put(&path, STORAGE, kept(days)).await;
            answer.refused(why, 400, "InvalidValuesForRequestParameters");
        }
        cloud
            .put(&path, STORAGE, kept(json!(365)))
            .await
            .accepted(200);
    }
}
