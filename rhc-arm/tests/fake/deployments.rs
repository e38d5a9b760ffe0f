//! Deployments: what a template comes to, in which order, with whose rights, and which make no sense.

use serde_json::{Value, json};

use super::cloud::{Answer, Cloud, GROUP, HOME, STRANGER, SUBSCRIPTION, pass};

const VERSION: &str = "2025-04-01";
const IDENTITY: &str = "Microsoft.ManagedIdentity/userAssignedIdentities";

fn at(name: &str) -> String {
    format!("{GROUP}/providers/Microsoft.Resources/deployments/{name}")
}

fn identity(name: &str) -> Value {
    json!({ "type": IDENTITY, "apiVersion": "2024-11-30", "name": name, "location": "[resourceGroup().location]" })
}

fn deployment(mode: &str, resources: Value) -> Value {
    json!({ "properties": { "mode": mode, "template": {
        "contentVersion": "1.0.0.0",
        "parameters": { "prefix": { "type": "String", "defaultValue": "app" } },
        "variables": { "name": "[format('{0}-{1}', parameters('prefix'), 'id')]" },
        "resources": resources,
        "outputs": { "name": { "type": "String", "value": "[toUpper(variables('name'))]" } },
    } } })
}

async fn deploy(cloud: &Cloud, body: Value) -> Answer {
    cloud
        .put(&at("roll-out"), VERSION, body)
        .await
        .accepted(201);
    pass(120).await;
    cloud.get(&at("roll-out"), VERSION).await.accepted(200)
}

fn there(cloud: &Cloud, name: &str) -> bool {
    let id = format!("{GROUP}/providers/{IDENTITY}/{name}");
    cloud.edit(|arm| arm.get(&id).is_some())
}

#[tokio::test(start_paused = true)]
async fn a_template_is_evaluated_and_carried_out() {
    let cloud = Cloud::new().await;
    let done = deploy(
        &cloud,
        deployment("Incremental", json!([identity("[variables('name')]")])),
    )
    .await;
    assert_eq!(done.at("properties.provisioningState"), "Succeeded");
    assert_eq!(done.at("properties.outputs.name.value"), "APP-ID");
    let made = done.at("properties.outputResources")[0]["id"]
        .as_str()
        .unwrap();
    assert!(made.ends_with("/app-id"), "{made}");
    assert!(done.at("properties.template").is_null());
    assert!(there(&cloud, "app-id"));
}

#[tokio::test(start_paused = true)]
async fn what_depends_on_another_waits_for_it() {
    let cloud = Cloud::new().await;
    let vault_name = "waits-kv";
    let tenant = json!("[subscription().tenantId]");
    let vault = json!({ "type": "Microsoft.KeyVault/vaults", "apiVersion": "2024-11-01", "name": vault_name, "location": "eastus2",
        "properties": { "tenantId": tenant, "sku": { "family": "A", "name": "standard" }, "enableRbacAuthorization": true } });
    let mut lock = json!({ "type": "Microsoft.Authorization/locks", "apiVersion": "2020-05-01", "name": "keep", "properties": { "level": "CanNotDelete" } });
    let id = "[resourceId('Microsoft.KeyVault/vaults', 'waits-kv')]";
    lock["scope"] = json!(id);
    lock["dependsOn"] = json!([id]);
    // The one that waits stands first.
    let done = deploy(&cloud, deployment("Incremental", json!([lock, vault]))).await;
    assert_eq!(
        done.at("properties.provisioningState"),
        "Succeeded",
        "{:#}",
        done.body
    );
}

#[tokio::test(start_paused = true)]
async fn templates_that_make_no_sense_are_refused() {
    let cloud = Cloud::new().await;
    let with = |resource: Value| deployment("Incremental", json!([resource]));
    let mut surplus = deployment("Incremental", json!([]));
    surplus["properties"]["parameters"] = json!({ "colour": { "value": "blue" } });
    let mut lacking = deployment("Incremental", json!([]));
    lacking["properties"]["template"]["parameters"]["other"] = json!({ "type": "String" });
    let mut waits = identity("app-id");
    waits["dependsOn"] = json!(["nobody"]);
    let mut nameless = identity("app-id");
    nameless.as_object_mut().unwrap().remove("name");
    for (body, code) in [
        (
            json!({ "properties": { "mode": "Sometimes", "template": {} } }),
            "InvalidRequestContent",
        ),
        (
            json!({ "properties": { "mode": "Incremental" } }),
            "InvalidTemplate",
        ),
        (
            json!({ "properties": { "mode": "Incremental", "template": {} } }),
            "InvalidTemplate",
        ),
        (surplus, "InvalidTemplate"),
        (lacking, "InvalidTemplate"),
        (with(identity("[parameters('nobody')]")), "InvalidTemplate"),
        (with(identity("[guess('a')]")), "InvalidTemplate"),
        (with(identity("[concat('a' 'b')]")), "InvalidTemplate"),
        (with(identity("[concat('a')b]")), "InvalidTemplate"),
        (with(identity("a/b")), "InvalidTemplate"),
        (with(waits), "InvalidTemplate"),
        (with(nameless), "InvalidTemplate"),
    ] {
        let text = body.to_string();
        let answer = cloud.put(&at("roll-out"), VERSION, body.clone()).await;
        answer.refused(&text, 400, code);
        for action in ["validate", "whatIf"] {
            let path = format!("{}/{action}", at("roll-out"));
            let answer = cloud.post(&path, VERSION, Some(body.clone())).await;
            answer.refused(&text, 400, code);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_resource_that_is_refused_fails_its_deployment() {
    let cloud = Cloud::new().await;
    let mut elsewhere = identity("app-id");
    elsewhere["location"] = json!("atlantis");
    let done = deploy(&cloud, deployment("Incremental", json!([elsewhere]))).await;
    assert_eq!(done.at("properties.provisioningState"), "Failed");
    // Two that wait for each other.
    let (mut one, mut two) = (identity("one-id"), identity("two-id"));
    one["dependsOn"] = json!(["two-id"]);
    two["dependsOn"] = json!(["one-id"]);
    let circle = deployment("Incremental", json!([one, two]));
    cloud
        .put(&at("circle"), VERSION, circle)
        .await
        .accepted(201);
    pass(120).await;
    let done = cloud.get(&at("circle"), VERSION).await;
    assert_eq!(done.at("properties.provisioningState"), "Failed");
}

#[tokio::test(start_paused = true)]
async fn a_deployment_has_the_rights_of_who_asked() {
    let cloud = Cloud::new().await;
    let stranger = cloud.of(HOME, STRANGER);
    let body = deployment("Incremental", json!([identity("app-id")]));
    let answer = stranger.put(&at("roll-out"), VERSION, body.clone()).await;
    answer.refused("no role", 403, "AuthorizationFailed");
    // Whoever may deploy may not thereby do what is deployed.
    cloud.world.with(|state| {
        let role = "00000000-0000-0000-0000-0000000000d9";
        let scope = format!("/subscriptions/{SUBSCRIPTION}");
        let definition = json!({ "id": format!("{scope}/providers/Microsoft.Authorization/roleDefinitions/{role}"),
            "properties": { "roleName": "Deployer", "assignableScopes": [scope], "permissions": [{ "actions": ["Microsoft.Resources/deployments/*"] }] } });
        rhc_arm::fake::put_resource(state, definition);
        rhc_arm::fake::assign_role(state, &scope, STRANGER, role.parse().unwrap());
    });
    stranger
        .put(&at("roll-out"), VERSION, body)
        .await
        .accepted(201);
    pass(120).await;
    let done = cloud.get(&at("roll-out"), VERSION).await;
    assert_eq!(done.at("properties.provisioningState"), "Failed");
    assert!(!there(&cloud, "app-id"));
}

#[tokio::test(start_paused = true)]
async fn mode_complete_deletes_what_is_not_named() {
    let cloud = Cloud::new().await;
    deploy(
        &cloud,
        deployment(
            "Incremental",
            json!([identity("old-id"), identity("app-id")]),
        ),
    )
    .await;
    let body = deployment("Complete", json!([identity("app-id")]));
    cloud.put(&at("next"), VERSION, body).await.accepted(201);
    pass(120).await;
    assert!(there(&cloud, "app-id") && !there(&cloud, "old-id"));
}

#[tokio::test(start_paused = true)]
async fn what_if_says_what_would_change_and_changes_nothing() {
    let cloud = Cloud::new().await;
    deploy(
        &cloud,
        deployment(
            "Incremental",
            json!([identity("app-id"), identity("old-id")]),
        ),
    )
    .await;
    let mut tagged = identity("app-id");
    tagged["tags"] = json!({ "owner": "platform" });
    let ask = async |mode: &str| {
        let body = deployment(mode, json!([tagged, identity("new-id")]));
        let path = format!("{}/whatIf", at("next"));
        let begun = cloud.post(&path, VERSION, Some(body)).await.accepted(202);
        let link = begun.header("location").unwrap().to_owned();
        pass(10).await;
        let link = link.trim_start_matches("https://management.azure.com");
        let (path, _) = link.split_once('?').unwrap();
        cloud.get(path, VERSION).await.accepted(200)
    };
    let kinds = |answer: &Answer| {
        let changes = answer.at("properties.changes").as_array().unwrap().clone();
        let one = |own: &Value| {
            let id = own["resourceId"].as_str().unwrap();
            let name = id.rsplit('/').next().unwrap().to_owned();
            (name, own["changeType"].as_str().unwrap().to_owned())
        };
        changes.iter().map(one).collect::<Vec<_>>()
    };
    let pair = |name: &str, kind: &str| (name.to_owned(), kind.to_owned());
    let answer = ask("Incremental").await;
    assert_eq!(
        kinds(&answer),
        [
            pair("app-id", "Modify"),
            pair("new-id", "Create"),
            pair("old-id", "Ignore")
        ]
    );
    let delta = &answer.at("properties.changes")[0]["delta"];
    assert_eq!(delta[0]["path"], "tags.owner");
    let complete = ask("Complete").await;
    assert_eq!(kinds(&complete)[2], pair("old-id", "Delete"));
    assert!(!there(&cloud, "new-id"));
}

#[tokio::test(start_paused = true)]
async fn a_deployment_of_a_subscription_has_a_location() {
    let cloud = Cloud::new().await;
    let path =
        format!("/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Resources/deployments/roll-out");
    let group = json!({ "type": "Microsoft.Resources/resourceGroups", "apiVersion": VERSION, "name": "deployed-rg", "location": "eastus2" });
    let mut body = deployment("Incremental", json!([group]));
    let answer = cloud.put(&path, VERSION, body.clone()).await;
    answer.refused("no location", 400, "LocationRequired");
    body["location"] = json!("eastus2");
    cloud.put(&path, VERSION, body.clone()).await.accepted(201);
    pass(120).await;
    let made = format!("/subscriptions/{SUBSCRIPTION}/resourceGroups/deployed-rg");
    cloud.get(&made, VERSION).await.accepted(200);
    let mut misplaced = body;
    misplaced["properties"]["template"]["resources"] = json!([identity("app-id")]);
    let answer = cloud.put(&path, VERSION, misplaced).await;
    answer.refused("no group", 400, "InvalidTemplate");
}

fn operations(name: &str) -> String {
    format!("{}/operations", at(name))
}

#[tokio::test(start_paused = true)]
async fn operations_tell_what_was_done_and_why_it_failed() {
    let cloud = Cloud::new().await;
    let mut vault = json!({ "type": "Microsoft.KeyVault/vaults", "apiVersion": "2024-11-01", "name": "broken-kv", "location": "eastus2",
        "properties": { "tenantId": "[subscription().tenantId]", "sku": { "family": "A", "name": "platinum" } } });
    vault["dependsOn"] = json!(["app-id"]);
    let failed = deploy(
        &cloud,
        deployment("Incremental", json!([identity("app-id"), vault])),
    )
    .await;
    assert_eq!(failed.at("properties.provisioningState"), "Failed");
    let short = format!("{GROUP}/deployments/roll-out/operations");
    for list in [operations("roll-out"), short] {
        let all = cloud.get(&list, VERSION).await.accepted(200);
        let all = all.body["value"].as_array().unwrap().clone();
        let said: Vec<_> = all
            .iter()
            .map(|own| {
                (
                    own["properties"]["provisioningState"].clone(),
                    own["properties"]["targetResource"]["resourceName"].clone(),
                )
            })
            .collect();
        assert_eq!(
            said,
            [
                (json!("Succeeded"), json!("app-id")),
                (json!("Failed"), json!("broken-kv"))
            ]
        );
        let error = &all[1]["properties"]["statusMessage"]["error"];
        assert!(error["code"].is_string(), "{error}");
        let one = format!("{list}/{}", all[1]["operationId"].as_str().unwrap());
        assert_eq!(cloud.get(&one, VERSION).await.accepted(200).body, all[1]);
        let first = format!("{list}?$top=1");
        let first = cloud.get(&first, VERSION).await;
        assert_eq!(
            first.body["value"].as_array().map(Vec::len),
            Some(1),
            "{first:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_deployment_that_was_stopped_makes_nothing_more() {
    let cloud = Cloud::new().await;
    let body = deployment("Incremental", json!([identity("app-id")]));
    cloud
        .put(&at("roll-out"), VERSION, body)
        .await
        .accepted(201);
    let cancel = format!("{}/cancel", at("roll-out"));
    cloud.post(&cancel, VERSION, None).await.accepted(204);
    pass(120).await;
    let stopped = cloud.get(&at("roll-out"), VERSION).await.accepted(200);
    assert_eq!(stopped.at("properties.provisioningState"), "Canceled");
    assert!(!there(&cloud, "app-id"));
    let again = cloud.post(&cancel, VERSION, None).await;
    again.refused("it is over", 409, "Conflict");
    let none = format!("{}/cancel", at("nobody"));
    let none = cloud.post(&none, VERSION, None).await;
    none.refused("there is none", 404, "DeploymentNotFound");
}

#[tokio::test(start_paused = true)]
async fn a_template_is_had_back_as_it_was_sent() {
    let cloud = Cloud::new().await;
    let body = deployment("Incremental", json!([identity("app-id")]));
    deploy(&cloud, body.clone()).await;
    let export = format!("{}/exportTemplate", at("roll-out"));
    let answer = cloud.post(&export, VERSION, None).await.accepted(200);
    assert_eq!(answer.body["template"], body["properties"]["template"]);
}
