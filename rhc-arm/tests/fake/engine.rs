//! What is common to all types: providers, groups, parents, operations, lists, tags.

use azure_core::http::Method;
use rhc_arm::fake;
use serde_json::{Value, json};

use super::cloud::{Cloud, GROUP, SUBSCRIPTION, pass};
use super::examples::{IDENTITY, LOGS, MAIL, NETWORK, VAULT, in_group, network, vault, workspace};

const GROUPS: &str = "2025-04-01";

fn provider(namespace: &str, verb: &str) -> String {
    format!("/subscriptions/{SUBSCRIPTION}/providers/{namespace}{verb}")
}

#[tokio::test(start_paused = true)]
async fn a_version_is_needed_and_the_type_must_exist() {
    let cloud = Cloud::new().await;
    cloud.send(Method::Get, GROUP, None).await.refused(
        "no version",
        400,
        "MissingApiVersionParameter",
    );
    cloud
        .get(&in_group("Microsoft.KeyVault/safes/a"), VAULT)
        .await
        .refused("unknown type", 404, "InvalidResourceType");
    cloud
        .get(&in_group("Microsoft.Vaults/vaults/a"), VAULT)
        .await
        .refused("unknown namespace", 404, "InvalidResourceNamespace");
    let outside = format!("/subscriptions/{SUBSCRIPTION}/providers/Microsoft.KeyVault/vaults/kv-1");
    cloud
        .get(&outside, VAULT)
        .await
        .refused("a vault in no group", 404, "InvalidResourceType");
}

#[tokio::test(start_paused = true)]
async fn a_body_is_json_and_an_object() {
    let cloud = Cloud::new().await;
    let (path, _) = vault("kv-1");
    let target = format!("{path}?api-version={VAULT}");
    let token = cloud.world.with(|state| {
        let client = rhc_core::fake::directory::AZURE_CLI;
        rhc_core::fake::authority::person_token(
            state,
            super::cloud::HOME,
            super::cloud::OPERATOR,
            client,
            "https://management.azure.com/.default",
        )
        .unwrap()
        .token
        .secret()
        .to_owned()
    });
    for body in ["{ not json", "[]", "7"] {
        cloud
            .send_with(Method::Put, &target, Some(body.to_owned()), Some(&token))
            .await
            .refused(body, 400, "InvalidRequestContent");
    }
    let too_large = json!({ "location": "x".repeat(5 * 1024 * 1024) });
    cloud
        .put(&path, VAULT, too_large)
        .await
        .refused("5 MB", 413, "RequestContentTooLarge");
    let (_, mut body) = vault("kv-1");
    body["properties"] = json!("text");
    cloud
        .put(&path, VAULT, body)
        .await
        .refused("properties as text", 400, "InvalidRequestContent");
}

#[tokio::test(start_paused = true)]
async fn tags_are_texts_few_and_plainly_named() {
    let cloud = Cloud::new().await;
    let many: serde_json::Map<String, Value> = (0..51)
        .map(|own| (format!("tag{own}"), json!("x")))
        .collect();
    for (rule, tags, code) in [
        ("51 tags", Value::Object(many), "TooManyTags"),
        ("a number", json!({ "a": 1 }), "InvalidRequestContent"),
        ("a list", json!(["a"]), "InvalidRequestContent"),
        (
            "reserved character",
            json!({ "a/b": "x" }),
            "InvalidTagNameCharacters",
        ),
        (
            "long value",
            json!({ "a": "x".repeat(257) }),
            "TagValueTooLong",
        ),
    ] {
        cloud
            .put(
                GROUP,
                GROUPS,
                json!({ "location": "eastus2", "tags": tags }),
            )
            .await
            .refused(rule, 400, code);
    }
}

#[tokio::test(start_paused = true)]
async fn a_provider_is_registered_first_which_takes_time() {
    let cloud = Cloud::new().await;
    cloud.edit(|arm| {
        for own in arm.subscriptions.values_mut() {
            own.providers.remove("Microsoft.KeyVault");
        }
    });
    let (path, body) = vault("kv-1");
    let refused = cloud.put(&path, VAULT, body.clone()).await;
    refused.refused("not registered", 409, "MissingSubscriptionRegistration");
    assert_eq!(
        refused.at("error.details")[0]["target"],
        "Microsoft.KeyVault"
    );
    let registered = cloud
        .post(&provider("microsoft.keyvault", "/register"), GROUPS, None)
        .await
        .accepted(200);
    assert_eq!(registered.at("registrationState"), "Registering");
    cloud.put(&path, VAULT, body.clone()).await.refused(
        "still registering",
        409,
        "MissingSubscriptionRegistration",
    );
    pass(90).await;
    let done = cloud.get(&provider("Microsoft.KeyVault", ""), GROUPS).await;
    assert_eq!(done.at("registrationState"), "Registered");
    cloud.put(&path, VAULT, body).await.accepted(200);
    let all = cloud.get(&provider("", ""), GROUPS).await.accepted(200);
    assert!(all.body["value"].as_array().unwrap().len() >= 5);
    cloud
        .post(&provider("Microsoft.Nothing", "/register"), GROUPS, None)
        .await
        .refused("unknown namespace", 404, "InvalidResourceNamespace");
}

#[tokio::test(start_paused = true)]
async fn what_a_resource_stands_in_must_be_there() {
    let cloud = Cloud::new().await;
    let (path, body) = vault("kv-1");
    let lost = path.replace("/rg/", "/nowhere/");
    for answer in [
        cloud.put(&lost, VAULT, body).await,
        cloud.get(&lost, VAULT).await,
        cloud.delete(&lost, VAULT).await,
        cloud.get(&GROUP.replace("/rg", "/nowhere"), GROUPS).await,
        cloud
            .delete(&GROUP.replace("/rg", "/nowhere"), GROUPS)
            .await,
    ] {
        answer.refused("no group", 404, "ResourceGroupNotFound");
    }
    cloud
        .get(&path, VAULT)
        .await
        .refused("no vault", 404, "ResourceNotFound");
    cloud.delete(&path, VAULT).await.accepted(204);
    let subnet = in_group("Microsoft.Network/virtualNetworks/none/subnets/a");
    cloud
        .put(
            &subnet,
            NETWORK,
            json!({ "properties": { "addressPrefix": "10.0.0.0/24" } }),
        )
        .await
        .refused("no parent", 404, "ParentResourceNotFound");
    cloud.get(&subnet, NETWORK).await.refused(
        "no parent to read in",
        404,
        "ParentResourceNotFound",
    );
    cloud.delete(&subnet, NETWORK).await.accepted(204);
    let setting = format!("{path}/providers/Microsoft.Insights/diagnosticSettings/a");
    cloud
        .put(&setting, "2021-05-01-preview", json!({ "properties": {} }))
        .await
        .refused("nothing to extend", 404, "ResourceNotFound");
}

#[tokio::test(start_paused = true)]
async fn a_resource_stays_where_it_is() {
    let cloud = Cloud::new().await;
    let (path, mut body) = vault("kv-1");
    cloud.make(&path, VAULT, body.clone()).await;
    body["location"] = json!("westus2");
    cloud.put(&path, VAULT, body.clone()).await.refused(
        "another region",
        409,
        "InvalidResourceLocation",
    );
    // Blanks and capitals are no other region, and the service writes it its own way.
    body["location"] = json!("East US 2");
    let same = cloud.put(&path, VAULT, body).await.accepted(200);
    assert_eq!(same.at("location"), "eastus2");
    cloud
        .put(GROUP, GROUPS, json!({ "location": "westus2" }))
        .await
        .refused(
            "another region for a group",
            409,
            "InvalidResourceGroupLocation",
        );
}

#[tokio::test(start_paused = true)]
async fn an_operation_shows_itself_until_it_is_over() {
    let cloud = Cloud::new().await;
    let (path, body) = network("vnet");
    let begun = cloud.put(&path, NETWORK, body.clone()).await.accepted(201);
    assert_eq!(begun.at("properties.provisioningState"), "Updating");
    assert!(begun.header("retry-after").is_some());
    let link = begun.header("azure-asyncoperation").unwrap().to_owned();
    let poll = cloud.send(Method::Get, &link, None).await.accepted(200);
    assert_eq!(poll.at("status"), "Updating");
    cloud.put(&path, NETWORK, body.clone()).await.refused(
        "a write meanwhile",
        409,
        "AnotherOperationInProgress",
    );
    cloud.delete(&path, NETWORK).await.refused(
        "a deletion meanwhile",
        409,
        "AnotherOperationInProgress",
    );
    pass(10).await;
    let poll = cloud.send(Method::Get, &link, None).await.accepted(200);
    assert_eq!(poll.at("status"), "Succeeded");
    assert!(poll.at("endTime").is_string());
    assert_eq!(
        cloud
            .get(&path, NETWORK)
            .await
            .at("properties.provisioningState"),
        "Succeeded"
    );
    let unknown = link.replace(link.split(['/', '?']).nth_back(1).unwrap(), SUBSCRIPTION);
    cloud.send(Method::Get, &unknown, None).await.refused(
        "unknown operation",
        404,
        "OperationNotFound",
    );

    let gone = cloud.delete(&path, NETWORK).await.accepted(202);
    let result = gone.header("location").unwrap().to_owned();
    let waiting = cloud.send(Method::Get, &result, None).await.accepted(202);
    assert!(waiting.header("location").is_some());
    pass(10).await;
    cloud.send(Method::Get, &result, None).await.accepted(204);
    cloud
        .get(&path, NETWORK)
        .await
        .refused("deleted", 404, "ResourceNotFound");
}

#[tokio::test(start_paused = true)]
async fn a_location_answers_with_the_resource_in_the_end() {
    let cloud = Cloud::new().await;
    let (path, body) = workspace("logs-1");
    let begun = cloud.put(&path, LOGS, body).await.accepted(201);
    assert_eq!(begun.at("properties.provisioningState"), "Creating");
    let link = begun.header("location").unwrap().to_owned();
    assert_eq!(begun.header("azure-asyncoperation"), None);
    let table = format!("{path}/tables/SQLSecurityAuditEvents");
    cloud
        .put(
            &table,
            LOGS,
            json!({ "properties": { "totalRetentionInDays": 2191 } }),
        )
        .await
        .refused("a child of what is being made", 409, "Conflict");
    cloud.send(Method::Get, &link, None).await.accepted(202);
    pass(20).await;
    let done = cloud.send(Method::Get, &link, None).await.accepted(200);
    assert_eq!(done.at("name"), "logs-1");
}

#[tokio::test(start_paused = true)]
async fn an_operation_whose_hook_refuses_fails_with_the_error_kept() {
    const PATH: &str = "Microsoft.KeyVault/failures/a";
    let cloud = Cloud::new().await;
    fake::register(
        &cloud.world,
        fake::TypeRules {
            create: fake::Timing::after(5, fake::Style::AsyncOperation, 201, "Creating"),
            on_ready: |_, _| {
                Err(fake::ServiceError::conflict("NoCapacity", "nothing left")
                    .details(&[("Inner", "really")]))
            },
            ..fake::TypeRules::new("Microsoft.KeyVault/failures", &[VAULT])
        },
    );
    let begun = cloud
        .put(&in_group(PATH), VAULT, json!({ "location": "eastus2" }))
        .await
        .accepted(201);
    pass(10).await;
    let link = begun.header("azure-asyncoperation").unwrap();
    let poll = cloud.send(Method::Get, link, None).await.accepted(200);
    assert_eq!(poll.at("status"), "Failed");
    assert_eq!(poll.at("error.code"), "NoCapacity");
    assert_eq!(poll.at("error.details")[0]["code"], "Inner");
    let failed = cloud.get(&in_group(PATH), VAULT).await;
    assert_eq!(failed.at("properties.provisioningState"), "Failed");
}

#[tokio::test(start_paused = true)]
async fn lists_hold_their_scope_and_come_in_pages() {
    let cloud = Cloud::new().await;
    fake::set_page_size(&cloud.world, 2);
    let elsewhere = GROUP.replace("/rg", "/other");
    cloud
        .put(&elsewhere, GROUPS, json!({ "location": "eastus2" }))
        .await
        .accepted(201);
    let identity = "Microsoft.ManagedIdentity/userAssignedIdentities";
    for (group, name) in [
        (GROUP, "id-1"),
        (GROUP, "id-2"),
        (GROUP, "id-3"),
        (&elsewhere, "id-4"),
    ] {
        let path = format!("{group}/providers/{identity}/{name}");
        cloud
            .put(&path, IDENTITY, json!({ "location": "eastus2" }))
            .await
            .accepted(201);
    }
    let first = cloud.get(&in_group(identity), IDENTITY).await.accepted(200);
    assert_eq!(first.names(), ["id-1", "id-2"]);
    let next = first.at("nextLink").as_str().unwrap().to_owned();
    let second = cloud.send(Method::Get, &next, None).await.accepted(200);
    assert_eq!(second.names(), ["id-3"]);
    assert_eq!(second.at("nextLink"), &Value::Null);

    fake::set_page_size(&cloud.world, 50);
    let all = format!("/subscriptions/{SUBSCRIPTION}/providers/{identity}");
    let mut names: Vec<_> = cloud
        .get(&all, IDENTITY)
        .await
        .names()
        .into_iter()
        .map(str::to_owned)
        .collect();
    names.sort_unstable();
    assert_eq!(names, ["id-1", "id-2", "id-3", "id-4"]);
    let groups = cloud
        .get(
            &format!("/subscriptions/{SUBSCRIPTION}/resourceGroups"),
            GROUPS,
        )
        .await;
    assert_eq!(groups.names(), ["other", "rg"]);
    let resources = cloud.get(&format!("{GROUP}/resources"), GROUPS).await;
    assert_eq!(resources.names(), ["id-1", "id-2", "id-3"]);
    assert_eq!(resources.body["value"][0]["properties"], Value::Null);
    cloud
        .get(
            &format!("{GROUP}/resources?$filter=colour%20eq%20'red'"),
            GROUPS,
        )
        .await
        .refused(
            "a filter that is not known",
            400,
            "InvalidFilterInQueryString",
        );
    cloud
        .get(
            &format!("{}/providers/{identity}", GROUP.replace("/rg", "/nowhere")),
            IDENTITY,
        )
        .await
        .refused("a list in no group", 404, "ResourceGroupNotFound");
    cloud
        .get(
            &in_group("Microsoft.Network/virtualNetworks/none/subnets"),
            NETWORK,
        )
        .await
        .refused("a list of no parent", 404, "ResourceNotFound");
}

#[tokio::test(start_paused = true)]
async fn a_group_takes_everything_with_it() {
    let cloud = Cloud::new().await;
    let (path, body) = vault("kv-1");
    cloud.make(&path, VAULT, body.clone()).await;
    let gone = cloud.delete(GROUP, GROUPS).await.accepted(202);
    assert_eq!(
        cloud
            .get(GROUP, GROUPS)
            .await
            .at("properties.provisioningState"),
        "Deleting"
    );
    let (other, other_body) = vault("kv-2");
    cloud.put(&other, VAULT, other_body).await.refused(
        "a group that is going",
        409,
        "ResourceGroupBeingDeleted",
    );
    let link = gone.header("location").unwrap().to_owned();
    cloud.send(Method::Get, &link, None).await.accepted(202);
    pass(60).await;
    cloud
        .get(GROUP, GROUPS)
        .await
        .refused("gone", 404, "ResourceGroupNotFound");
    assert!(cloud.edit(|arm| arm.get(&path).is_none()));
    // The vault is deleted, not purged.
    cloud
        .put(GROUP, GROUPS, json!({ "location": "eastus2" }))
        .await
        .accepted(201);
    cloud.put(&path, VAULT, body).await.refused(
        "soft-deleted with its group",
        409,
        "ConflictError",
    );
}

#[tokio::test(start_paused = true)]
async fn patch_replaces_tags_and_merges_the_rest() {
    let cloud = Cloud::new().await;
    let (path, mut body) = workspace("logs-1");
    body["tags"] = json!({ "a": "1", "b": "2" });
    cloud.make(&path, LOGS, body).await;
    let patched = cloud
        .patch(
            &path,
            LOGS,
            json!({ "tags": { "c": "3" }, "properties": { "retentionInDays": 120 } }),
        )
        .await
        .accepted(200);
    assert_eq!(patched.at("tags"), &json!({ "c": "3" }));
    assert_eq!(patched.at("properties.retentionInDays"), 120);
    assert_eq!(patched.at("properties.sku.name"), "PerGB2018");
    cloud
        .patch(
            &path,
            LOGS,
            json!({ "properties": { "retentionInDays": 1 } }),
        )
        .await
        .refused("a value that PUT would refuse", 400, "InvalidParameter");
    cloud
        .patch(
            &path.replace("logs-1", "logs-2"),
            LOGS,
            json!({ "tags": {} }),
        )
        .await
        .refused("nothing to patch", 404, "ResourceNotFound");
}

#[tokio::test(start_paused = true)]
async fn a_global_name_is_taken_once() {
    let cloud = Cloud::new().await;
    let (path, body) = vault("kv-1");
    cloud.edit(|arm| {
        arm.taken_names
            .insert("microsoft.keyvault/vaults/kv-1".to_owned())
    });
    cloud.put(&path, VAULT, body.clone()).await.refused(
        "a stranger's vault",
        409,
        "VaultAlreadyExists",
    );
    let comms = in_group("Microsoft.Communication/communicationServices/comms-1");
    let mail = json!({ "location": "global", "properties": { "dataLocation": "United States" } });
    cloud.make(&comms, MAIL, mail.clone()).await;
    let elsewhere = GROUP.replace("/rg", "/other");
    cloud
        .put(&elsewhere, GROUPS, json!({ "location": "eastus2" }))
        .await
        .accepted(201);
    cloud
        .put(&comms.replace("/rg/", "/other/"), MAIL, mail)
        .await
        .refused("a name in another group", 409, "NameUnavailable");
}

#[tokio::test(start_paused = true)]
async fn a_disabled_subscription_is_read_only() {
    let cloud = Cloud::new().await;
    let cancel = format!("/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Subscription/cancel");
    cloud.post(&cancel, "2021-10-01", None).await.accepted(200);
    cloud.get(GROUP, GROUPS).await.accepted(200);
    cloud
        .put(GROUP, GROUPS, json!({ "location": "eastus2" }))
        .await
        .refused("disabled", 409, "ReadOnlyDisabledSubscription");
}
