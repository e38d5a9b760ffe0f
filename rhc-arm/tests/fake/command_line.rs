//! What command lines ask beside resources: where the cloud's services are, which names are free, where a type can stand.

use azure_core::http::Method;
use serde_json::{Value, json};

use super::cloud::{Cloud, GROUP, SUBSCRIPTION};
use super::examples::in_group;

const METADATA: &str = "/metadata/endpoints?api-version=2022-09-01";
const STORAGE: &str = "2026-04-01";
const GROUPS: &str = "2025-04-01";

#[tokio::test(start_paused = true)]
async fn where_the_services_are_is_said_to_everybody() {
    let cloud = Cloud::new().await;
    let answer = cloud.send_with(Method::Get, METADATA, None, None).await;
    let answer = answer.accepted(200);
    for (member, address) in [
        ("resourceManager", "https://management.azure.com/"),
        ("microsoftGraphResourceId", "https://graph.microsoft.com/"),
    ] {
        assert_eq!(answer.at(member), address);
    }
    let authentication = answer.at("authentication");
    assert_eq!(
        authentication["loginEndpoint"],
        "https://login.microsoftonline.com"
    );
    assert_eq!(
        authentication["audiences"][0],
        "https://management.core.windows.net/"
    );
    let other = METADATA.replace("2022", "2012");
    cloud
        .send_with(Method::Get, &other, None, None)
        .await
        .refused("another version", 400, "InvalidApiVersionParameter");
    cloud
        .send_with(Method::Post, METADATA, None, None)
        .await
        .refused("no token for anything else", 401, "AuthenticationFailed");
}

#[tokio::test(start_paused = true)]
async fn a_storage_accounts_name_can_be_asked_for() {
    let cloud = Cloud::new().await;
    let path =
        format!("/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Storage/checkNameAvailability");
    let ask = |name: &str, kind: &str| {
        let (cloud, path) = (&cloud, &path);
        let body = json!({ "name": name, "type": kind });
        async move { cloud.post(path, STORAGE, Some(body)).await }
    };
    let kind = "Microsoft.Storage/storageAccounts";
    let free = ask("account1", kind).await.accepted(200);
    assert_eq!(free.body, json!({ "nameAvailable": true }));
    let account = in_group("Microsoft.Storage/storageAccounts/account1");
    let body =
        json!({ "location": "eastus2", "kind": "StorageV2", "sku": { "name": "Standard_LRS" } });
    cloud.make(&account, STORAGE, body).await;
    let taken = ask("account1", kind).await.accepted(200);
    assert_eq!(taken.at("reason"), "AlreadyExists");
    for name in ["ab", "No-Such"] {
        let invalid = ask(name, kind).await.accepted(200);
        assert_eq!(invalid.at("reason"), "AccountNameInvalid", "{name}");
    }
    let other = ask("account2", "Microsoft.Storage/queues").await;
    other.refused("another type", 400, "InvalidRequestContent");
}

#[tokio::test(start_paused = true)]
async fn names_of_registries_and_communication_services_can_be_asked_for() {
    let cloud = Cloud::new().await;
    for (kind, version, unfit) in [
        (
            "Microsoft.ContainerRegistry/registries",
            "2025-11-01",
            "no-hyphen",
        ),
        (
            "Microsoft.Communication/communicationServices",
            "2026-03-18",
            "no_underscore",
        ),
    ] {
        let namespace = kind.split('/').next().unwrap();
        let path =
            format!("/subscriptions/{SUBSCRIPTION}/providers/{namespace}/checkNameAvailability");
        let ask = |name: &str, kind: &str| {
            let (cloud, path) = (&cloud, &path);
            let body = json!({ "name": name, "type": kind });
            async move { cloud.post(path, version, Some(body)).await }
        };
        let free = ask("fixtures1", kind).await.accepted(200);
        assert_eq!(free.body, json!({ "nameAvailable": true }), "{kind}");
        let stranger = format!("{kind}/fixtures1").to_ascii_lowercase();
        cloud.world.with(|state| {
            let arm = state.section::<rhc_arm::fake::Arm>();
            arm.taken_names.insert(stranger);
        });
        let taken = ask("fixtures1", kind).await.accepted(200);
        assert_eq!(taken.at("reason"), "AlreadyExists", "{kind}");
        let invalid = ask(unfit, kind).await.accepted(200);
        assert_eq!(invalid.at("reason"), "Invalid", "{kind}");
        let other = ask("fixtures2", "Microsoft.Storage/queues").await;
        other.refused("another type", 400, "InvalidRequestContent");
    }
}

#[tokio::test(start_paused = true)]
async fn resources_are_found_by_their_group() {
    let cloud = Cloud::new().await;
    let identity = in_group("Microsoft.ManagedIdentity/userAssignedIdentities/id-1");
    cloud
        .make(&identity, "2024-11-30", json!({ "location": "eastus2" }))
        .await;
    let group = GROUP.rsplit('/').next().unwrap();
    for (filter, found) in [
        (format!("resourceGroup eq '{}'", group.to_uppercase()), 1),
        (
            format!(
                "resourceGroup eq '{group}' and resourceType eq 'Microsoft.Network/virtualNetworks'"
            ),
            0,
        ),
        ("resourceGroup eq 'nowhere'".to_owned(), 0),
    ] {
        let path = format!(
            "/subscriptions/{SUBSCRIPTION}/resources?$filter={}",
            filter.replace(' ', "%20")
        );
        let answer = cloud.get(&path, GROUPS).await.accepted(200);
        assert_eq!(answer.names().len(), found, "{filter}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_provider_says_where_its_types_can_stand() {
    let cloud = Cloud::new().await;
    let path = format!("/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Network");
    let provider = cloud.get(&path, GROUPS).await.accepted(200);
    let types = provider.at("resourceTypes").as_array().unwrap().clone();
    let locations = |name: &str| {
        let mut of = types.iter().filter(|one| one["resourceType"] == name);
        of.next().unwrap()["locations"].clone()
    };
    let networks = locations("virtualNetworks");
    assert!(networks.as_array().unwrap().contains(&json!("East US 2")));
    assert_eq!(locations("dnsZones"), json!(["global"]));
    assert_eq!(
        locations("virtualNetworks/subnets"),
        Value::from(Vec::<Value>::new())
    );
}
