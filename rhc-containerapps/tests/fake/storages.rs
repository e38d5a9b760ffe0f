//! What an environment holds for its apps: file shares, certificates of one's own; and what runs of a revision.

use crate::support::{ENVIRONMENT, Stage, app, environment, group, id, identity, said, with};
use rhc_arm::ResourceId;
use rhc_containerapps::{AccessMode, EnvironmentStorage};
use rhc_core::Method;
use serde_json::{Value, json};

const UNNAMED: (u16, &str) = (400, "InvalidRequestParameterWithDetails");

fn share() -> Value {
    json!({ "properties": { "azureFile": {
        "accountName": "account", "shareName": "share", "accessMode": "readonly", "accountKey": "planted",
    } } })
}

fn file() -> Value {
    json!({ "location": "eastus2", "properties": { "value": "UkVEQUNURUQ=", "password": "planted" } })
}

async fn put(stage: &Stage, kind: &str, body: &Value) -> rhc_core::Result<Value> {
    let name = format!("{ENVIRONMENT}/{kind}/one");
    stage
        .send(Method::Put, "managedEnvironments", &name, Some(body))
        .await
}

#[tokio::test(start_paused = true)]
async fn a_storage_is_one_share_whole_and_with_a_key() {
    let stage = Stage::ready().await;
    let file = "properties.azureFile";
    let mut both = share();
    both["properties"]["nfsAzureFile"] = json!({ "server": "s", "shareName": "/a/s" });
    let bad = [
        json!({ "properties": {} }),
        both,
        with(share(), &format!("{file}.accountName"), Value::Null),
        with(share(), &format!("{file}.shareName"), Value::Null),
        with(share(), &format!("{file}.accountKey"), Value::Null),
        with(share(), &format!("{file}.accessMode"), json!("Write")),
        json!({ "properties": { "nfsAzureFile": { "server": "s", "accessMode": "ReadOnly" } } }),
    ];
    for body in bad {
        let error = put(&stage, "storages", &body).await.unwrap_err();
        assert_eq!(said(&error), UNNAMED, "{body}");
    }
    let made = put(&stage, "storages", &share()).await.unwrap();
    assert_eq!(made["properties"]["azureFile"]["accessMode"], "ReadOnly");
    assert_eq!(made["type"], "Microsoft.App/managedenvironments/storages");
    assert!(!made.to_string().contains("planted"));
}

#[tokio::test(start_paused = true)]
async fn a_share_by_nfs_needs_a_network() {
    let environments: ResourceId = id("managedEnvironments", ENVIRONMENT).parse().unwrap();
    let storage = EnvironmentStorage::nfs(
        "account.file.core.windows.net",
        "/account/share",
        AccessMode::ReadWrite,
    );
    let inside = Stage::ready().await;
    let storages = inside.client().storages(&environments);
    assert!(storages.put("nfs", &storage).await.is_ok());

    let outside = Stage::new();
    let environment = with(environment(), "properties.vnetConfiguration", Value::Null);
    outside.make_environment(&environment).await;
    let refused = outside
        .client()
        .storages(&environments)
        .put("nfs", &storage)
        .await;
    assert_eq!(said(&refused.unwrap_err()), UNNAMED);
}

#[tokio::test(start_paused = true)]
async fn a_storage_that_is_not_there_has_its_own_code() {
    let stage = Stage::ready().await;
    let name = format!("{ENVIRONMENT}/storages/one");
    let error = stage
        .send(Method::Get, "managedEnvironments", &name, None)
        .await
        .unwrap_err();
    assert_eq!(said(&error), (404, "ManagedEnvironmentStorageNotFound"));
}

#[tokio::test(start_paused = true)]
async fn a_volume_is_of_a_storage_and_a_mount_of_a_volume() {
    let stage = Stage::ready().await;
    let volume = json!([{ "name": "files", "storageType": "AzureFile", "storageName": "one" }]);
    let mount = json!([{ "volumeName": "files", "mountPath": "/files" }]);
    let template = "properties.template";
    let mounted = with(
        app(),
        &format!("{template}.containers.0.volumeMounts"),
        mount,
    );
    assert_eq!(said(&stage.refused_app(&mounted).await), UNNAMED);
    let whole = with(mounted, &format!("{template}.volumes"), volume);
    assert_eq!(said(&stage.refused_app(&whole).await), UNNAMED);
    put(&stage, "storages", &share()).await.unwrap();
    stage.put_app(&whole).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_certificate_comes_from_one_place() {
    let stage = Stage::ready().await;
    let vault =
        json!({ "identity": identity(), "keyVaultUrl": "https://v.vault.azure.net/secrets/c" });
    let of_vault = |vault| json!({ "location": "eastus2", "properties": { "certificateKeyVaultProperties": vault } });
    let bad = [
        json!({ "location": "eastus2", "properties": {} }),
        with(file(), "properties.value", json!("no base64")),
        with(
            file(),
            "properties.certificateKeyVaultProperties",
            vault.clone(),
        ),
        of_vault(json!({ "identity": identity() })),
        // The environment does not have the identity.
        of_vault(vault),
    ];
    for body in bad {
        let error = put(&stage, "certificates", &body).await.unwrap_err();
        assert_eq!(said(&error), UNNAMED, "{body}");
    }
    let made = put(&stage, "certificates", &file()).await.unwrap();
    assert_eq!(made["properties"]["provisioningState"], "Succeeded");
    assert!(!made.to_string().contains("planted"));
    let name = format!("{ENVIRONMENT}/certificates/one");
    let tags = json!({ "tags": { "a": "b" } });
    let tagged = stage
        .send(Method::Patch, "managedEnvironments", &name, Some(&tags))
        .await
        .unwrap();
    assert_eq!(tagged["tags"]["a"], "b");
}

#[tokio::test(start_paused = true)]
async fn a_certificate_of_a_vault_is_read_by_an_identity_of_the_environment() {
    let stage = Stage::new();
    let body = with(
        environment(),
        "identity",
        json!({ "type": "SystemAssigned" }),
    );
    stage.make_environment(&body).await;
    let environment: ResourceId = id("managedEnvironments", ENVIRONMENT).parse().unwrap();
    let certificate =
        rhc_containerapps::Certificate::in_vault("system", "https://v.vault.azure.net/secrets/c");
    let certificates = stage.client().certificates(&environment);
    let made = certificates.put("one", &certificate.at("eastus2")).await;
    assert_eq!(made.unwrap().properties.valid, Some(true));
}

#[tokio::test(start_paused = true)]
async fn a_revision_has_as_many_replicas_as_it_says() {
    let stage = Stage::ready().await;
    let least = with(app(), "properties.template.scale.minReplicas", json!(2));
    let made = stage.put_app(&least).await.unwrap();
    let app = made.require_id().unwrap();
    let revision = made.properties.latest_revision_name.clone().unwrap();
    let replicas = stage
        .client()
        .replicas(&app.clone().child("revisions", &revision));
    let all = replicas.list().collect_all().await.unwrap();
    assert_eq!(all.len(), 2);
    let name = all[0].name.clone().unwrap();
    assert_eq!(replicas.get(&name).await.unwrap(), all[0]);
    stage.client().stop(&group(), app.name()).await.unwrap();
    assert!(replicas.list().collect_all().await.unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_subscription_has_one_verification_id() {
    let stage = Stage::ready().await;
    let client = stage.client();
    let subscription = crate::support::SUBSCRIPTION.parse().unwrap();
    let id = client.custom_domain_verification_id(&subscription).await;
    let environment = client.environments(group()).get(ENVIRONMENT).await.unwrap();
    let own = environment.properties.custom_domain_configuration.unwrap();
    assert_eq!(own.custom_domain_verification_id, Some(id.unwrap()));
}
