//! What can be logged at all, tags of a subscription, and records of private endpoints.

use serde_json::{Value, json};

use super::cloud::{Cloud, SUBSCRIPTION};
use super::examples::{
    Example, LOGS, NETWORK, VAULT, example, in_group, network, vault, with, workspace,
};

const SETTINGS: &str = "2021-05-01-preview";
const ZONES: &str = "2024-06-01";
const TAGS: &str = "2025-04-01";

pub(crate) fn examples() -> Vec<Example> {
    let zone = in_group("Microsoft.Network/privateDnsZones/privatelink.vaultcore.azure.net");
    vec![with(
        example(
            "Microsoft.Network/privateDnsZones/A",
            format!("{zone}/A/by-hand"),
            ZONES,
            json!({ "properties": { "ttl": 10, "aRecords": [{ "ipv4Address": "10.40.4.9" }] } }),
            "a b",
        ),
        &[("properties.aRecords[].ipv4Address", json!("10.40.4"))],
        &[],
    )]
}

fn provider(of: &str, kind: &str) -> String {
    format!("{of}/providers/Microsoft.Insights/{kind}")
}

#[tokio::test(start_paused = true)]
async fn a_resource_says_what_it_can_log() {
    let cloud = Cloud::new().await;
    let (path, body) = vault("kv-1");
    cloud.make(&path, VAULT, body).await;
    let categories = provider(&path, "diagnosticSettingsCategories");
    let all = cloud.get(&categories, SETTINGS).await.accepted(200);
    assert_eq!(
        all.names(),
        ["AuditEvent", "AzurePolicyEvaluationDetails", "AllMetrics"]
    );
    let one = cloud
        .get(&format!("{categories}/AuditEvent"), SETTINGS)
        .await;
    assert_eq!(one.at("properties.categoryType"), "Logs");
    cloud
        .get(&format!("{categories}/Another"), SETTINGS)
        .await
        .refused("a category that it has not", 404, "ResourceNotFound");
    cloud
        .put(&format!("{categories}/Mine"), SETTINGS, json!({}))
        .await
        .refused("a category of one's own", 405, "MethodNotAllowed");
}

#[tokio::test(start_paused = true)]
async fn what_logs_nothing_takes_no_setting() {
    let cloud = Cloud::new().await;
    let (logs, logs_body) = workspace("logs-1");
    cloud.make(&logs, LOGS, logs_body).await;
    let identity = in_group("Microsoft.ManagedIdentity/userAssignedIdentities/app-id");
    cloud
        .make(&identity, "2024-11-30", json!({ "location": "eastus2" }))
        .await;
    let setting = |log: Value| json!({ "properties": { "workspaceId": logs, "logs": [log] } });
    let all = setting(json!({ "categoryGroup": "allLogs", "enabled": true }));
    cloud
        .put(
            &provider(&identity, "diagnosticSettings/audit"),
            SETTINGS,
            all.clone(),
        )
        .await
        .refused("an identity", 400, "ResourceTypeNotSupported");
    cloud
        .get(
            &provider(&identity, "diagnosticSettingsCategories"),
            SETTINGS,
        )
        .await
        .refused("an identity", 400, "ResourceTypeNotSupported");

    // A security group has categories and no groups of them.
    let guard = in_group("Microsoft.Network/networkSecurityGroups/nsg");
    cloud
        .make(&guard, NETWORK, json!({ "location": "eastus2" }))
        .await;
    let audit = provider(&guard, "diagnosticSettings/audit");
    cloud
        .put(&audit, SETTINGS, all)
        .await
        .refused("a group that there is not", 400, "BadRequest");
    let one = setting(json!({ "category": "NetworkSecurityGroupEvent", "enabled": true }));
    cloud.put(&audit, SETTINGS, one).await.accepted(200);
}

#[tokio::test(start_paused = true)]
async fn the_activity_log_of_a_subscription_has_categories_of_its_own() {
    let cloud = Cloud::new().await;
    let (logs, logs_body) = workspace("logs-1");
    cloud.make(&logs, LOGS, logs_body).await;
    let own = format!("/subscriptions/{SUBSCRIPTION}");
    let setting = |category: &str| {
        let log = json!({ "category": category, "enabled": true });
        json!({ "properties": { "workspaceId": logs, "logs": [log] } })
    };
    let path = provider(&own, "diagnosticSettings/activity");
    cloud
        .put(&path, SETTINGS, setting("AuditEvent"))
        .await
        .refused("a vault's category", 400, "BadRequest");
    cloud
        .put(&path, SETTINGS, setting("Administrative"))
        .await
        .accepted(200);
    let list = cloud
        .get(&provider(&own, "diagnosticSettings"), SETTINGS)
        .await;
    assert_eq!(list.names(), ["activity"]);
    // It is the subscription's, and not of what stands in it.
    let inside = cloud
        .get(&provider(&logs, "diagnosticSettings"), SETTINGS)
        .await;
    assert_eq!(inside.names(), Vec::<&str>::new());
}

#[tokio::test(start_paused = true)]
async fn tags_of_a_subscription_are_replaced_merged_and_deleted() {
    let cloud = Cloud::new().await;
    let path = format!("/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Resources/tags/default");
    let tags = |tags: Value| json!({ "properties": { "tags": tags } });
    let with = |operation: &str, own: Value| json!({ "operation": operation, "properties": { "tags": own } });
    cloud
        .put(&path, TAGS, tags(json!({ "owner": "it", "cost": "1" })))
        .await
        .accepted(200);
    let merged = cloud
        .patch(&path, TAGS, with("Merge", json!({ "Cost": "2" })))
        .await
        .accepted(200);
    assert_eq!(
        merged.at("properties.tags"),
        &json!({ "owner": "it", "cost": "2" })
    );
    let subscription = cloud
        .get(&format!("/subscriptions/{SUBSCRIPTION}"), "2022-12-01")
        .await;
    assert_eq!(subscription.at("tags.cost"), "2");
    let less = cloud
        .patch(&path, TAGS, with("Delete", json!({ "cost": "" })))
        .await;
    assert_eq!(less.at("properties.tags"), &json!({ "owner": "it" }));
    let replaced = cloud.put(&path, TAGS, tags(json!({ "a": "b" }))).await;
    assert_eq!(replaced.at("properties.tags"), &json!({ "a": "b" }));

    let many: serde_json::Map<_, _> = (0..51).map(|n| (format!("t{n}"), json!("x"))).collect();
    for (what, body, code) in [
        (
            "no tags",
            json!({ "properties": {} }),
            "InvalidRequestContent",
        ),
        ("51 of them", tags(Value::Object(many)), "TooManyTags"),
        (
            "a slash in a name",
            tags(json!({ "a/b": "c" })),
            "InvalidTagNameCharacters",
        ),
        ("a number", tags(json!({ "a": 1 })), "InvalidRequestContent"),
    ] {
        cloud.put(&path, TAGS, body).await.refused(what, 400, code);
    }
    cloud
        .patch(&path, TAGS, with("Forget", json!({})))
        .await
        .refused(
            "an operation that there is not",
            400,
            "InvalidRequestContent",
        );
}

#[tokio::test(start_paused = true)]
async fn an_approved_endpoint_has_its_record_and_what_somebody_writes_stands_before_it() {
    let cloud = Cloud::new().await;
    for example in super::examples::all() {
        cloud
            .make(&example.path, example.version, example.body)
            .await;
    }
    let zone = in_group("Microsoft.Network/privateDnsZones/privatelink.vaultcore.azure.net");
    let record = format!("{zone}/A/kv-1");
    let own = cloud.get(&record, ZONES).await.accepted(200);
    assert_eq!(
        own.body["properties"]["aRecords"][0]["ipv4Address"],
        "10.40.4.4"
    );
    assert_eq!(
        cloud.get(&format!("{zone}/A"), ZONES).await.names(),
        ["kv-1"]
    );
    let wrong = json!({ "properties": { "ttl": 10, "aRecords": [{ "ipv4Address": "10.0.0.1" }] } });
    cloud.put(&record, ZONES, wrong).await.accepted(201);
    let read = cloud.get(&record, ZONES).await.accepted(200);
    assert_eq!(
        read.body["properties"]["aRecords"][0]["ipv4Address"],
        "10.0.0.1"
    );
    assert_eq!(
        cloud.get(&format!("{zone}/A"), ZONES).await.names(),
        ["kv-1"]
    );
    let (network, _) = network("vnet");
    cloud
        .get(&format!("{network}/A/kv-1"), ZONES)
        .await
        .refused("a network has no records", 404, "InvalidResourceType");
}

#[tokio::test(start_paused = true)]
async fn tags_of_a_group_are_its_own_and_find_it() {
    let cloud = Cloud::new().await;
    let groups = format!("/subscriptions/{SUBSCRIPTION}/resourceGroups");
    let group = format!("{groups}/tagged");
    cloud
        .put(
            &group,
            "2025-04-01",
            json!({ "location": "eastus2", "tags": { "a": "1" } }),
        )
        .await
        .accepted(201);
    let path = format!("{group}/providers/Microsoft.Resources/tags/default");
    let more = json!({ "operation": "Merge", "properties": { "tags": { "b": "2" } } });
    let merged = cloud.patch(&path, TAGS, more).await.accepted(200);
    assert_eq!(merged.at("properties.tags"), &json!({ "a": "1", "b": "2" }));
    let own = cloud.get(&group, "2025-04-01").await;
    assert_eq!(own.at("tags"), &json!({ "a": "1", "b": "2" }));
    let found = |filter: &str| {
        let path = format!("{groups}?$filter={}", filter.replace(' ', "%20"));
        let cloud = &cloud;
        async move { cloud.get(&path, "2025-04-01").await }
    };
    let by_both = found("tagName eq 'B' and tagValue eq '2'").await;
    assert_eq!(by_both.names(), ["tagged"]);
    let other = found("tagName eq 'b' and tagValue eq '3'").await;
    assert_eq!(other.names(), Vec::<&str>::new());
    for bad in ["name eq 'tagged'", "resourceType eq 'x'"] {
        found(bad)
            .await
            .refused(bad, 400, "InvalidFilterInQueryString");
    }
    let absent = format!("{groups}/absent/providers/Microsoft.Resources/tags/default");
    cloud
        .get(&absent, TAGS)
        .await
        .refused("no such group", 404, "ResourceGroupNotFound");
    cloud.delete(&path, TAGS).await.accepted(200);
    assert_eq!(cloud.get(&group, "2025-04-01").await.at("tags"), &json!({}));
}
