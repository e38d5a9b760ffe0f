//! What is asked about everything at once, and which questions make no sense.

use azure_core::http::Method;
use rhc_arm::fake;
use serde_json::{Value, json};

use super::cloud::{Answer, Cloud, DATABASE, DATABASE_ADMIN, GROUP, HOME, STRANGER, SUBSCRIPTION};
use super::examples::{Example, example, with};

const IDENTITIES: &str = "2024-11-30";
const SECURITY: &str = "2021-06-01";

fn identity(name: &str) -> String {
    format!("{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{name}")
}

async fn two_identities() -> Cloud {
    let cloud = Cloud::new().await;
    for (name, owner) in [("one-id", "o'neill"), ("two-id", "somebody")] {
        let body = json!({ "location": "eastus2", "tags": { "owner": owner } });
        let made = cloud.put(&identity(name), IDENTITIES, body).await;
        made.accepted(201);
    }
    cloud
}

async fn ask(cloud: &Cloud, query: &str, options: Value) -> Answer {
    let target = "/providers/Microsoft.ResourceGraph/resources?api-version=2021-03-01";
    let body = json!({ "query": query, "options": options });
    cloud.send(Method::Post, target, Some(body)).await
}

async fn events(cloud: &Cloud, filter: &str) -> Answer {
    let path = format!(
        "/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Insights/eventtypes/management/values?$filter={}",
        filter.replace(' ', "%20").replace('\'', "%27")
    );
    cloud.get(&path, "2015-04-01").await
}

/// One of each type.
pub(crate) fn examples() -> Vec<Example> {
    let at = format!("{GROUP}/providers/Microsoft.Security/assessments/own-check");
    let body = json!({ "properties": { "status": { "code": "Healthy" }, "resourceDetails": { "source": "Azure" } } });
    let made = example("Microsoft.Security/assessments", at, SECURITY, body, "a:b");
    let bad = [("properties.status.code", json!("Fine"))];
    vec![with(made, &bad, &[])]
}

#[tokio::test(start_paused = true)]
async fn rows_are_chosen_projected_ordered_and_counted() {
    let cloud = two_identities().await;
    let mine = "resources | where type =~ 'Microsoft.ManagedIdentity/userAssignedIdentities'";
    let names = async |rest: &str| {
        let answer = ask(&cloud, &format!("{mine}{rest}"), json!({})).await;
        let answer = answer.accepted(200);
        let rows = answer.at("data").as_array().unwrap().clone();
        let name = |row: &Value| row["name"].as_str().unwrap().to_owned();
        rows.iter().map(name).collect::<Vec<_>>()
    };
    assert_eq!(names(" | order by name desc").await, ["two-id", "one-id"]);
    assert_eq!(names(" | where name != 'one-id'").await, ["two-id"]);
    assert_eq!(names(" and tags.owner == \"o'neill\"").await, ["one-id"]);
    assert_eq!(names(" | order by name asc | take 1").await, ["one-id"]);
    let counted = ask(&cloud, &format!("{mine} | count"), json!({})).await;
    assert_eq!(counted.at("data")[0]["Count"], 2);
    let groups = ask(&cloud, "resourcecontainers | project name", json!({})).await;
    assert_eq!(groups.at("data"), &json!([{ "name": "rg" }]));
}

#[tokio::test(start_paused = true)]
async fn rows_come_in_pages_with_a_token() {
    let cloud = two_identities().await;
    let query = "resources | project id | order by id asc";
    let first = ask(&cloud, query, json!({ "$top": 1 })).await.accepted(200);
    let token = first.at("$skipToken").clone();
    assert_eq!(
        (first.at("totalRecords"), first.at("count")),
        (&json!(2), &json!(1))
    );
    let rest = json!({ "$top": 1, "$skipToken": token });
    let second = ask(&cloud, query, rest).await.accepted(200);
    assert_ne!(first.at("data"), second.at("data"));
    assert!(second.at("$skipToken").is_null());
    // Without an id there is nothing to go on by.
    let nameless = ask(&cloud, "resources | project name", json!({ "$top": 1 })).await;
    assert!(nameless.at("$skipToken").is_null());
}

#[tokio::test(start_paused = true)]
async fn a_query_that_makes_no_sense_is_refused() {
    let cloud = two_identities().await;
    for query in [
        "machines",
        "resources | where",
        "resources | where name",
        "resources | where name ~ 'x'",
        "resources | where name == x",
        "resources | take all",
        "resources | order by",
        "resources | explain",
        "resources | project name,",
    ] {
        let answer = ask(&cloud, query, json!({})).await;
        answer.refused(query, 400, "BadRequest");
        assert_eq!(answer.at("error.details")[0]["code"], "InvalidQuery");
    }
    for options in [
        json!({ "$top": 0 }),
        json!({ "$top": 1001 }),
        json!({ "$skipToken": "x" }),
    ] {
        let answer = ask(&cloud, "resources", options).await;
        answer.refused("options", 400, "BadRequest");
    }
    let target = "/providers/Microsoft.ResourceGraph/resources?api-version=2021-03-01";
    let empty = cloud.send(Method::Post, target, Some(json!({}))).await;
    empty.refused("no query", 400, "InvalidRequestContent");
}

#[tokio::test(start_paused = true)]
async fn nobody_sees_rows_that_he_may_not_read() {
    let cloud = two_identities().await;
    for other in [cloud.of(HOME, STRANGER), cloud.of(DATABASE, DATABASE_ADMIN)] {
        let answer = ask(&other, "resources", json!({})).await.accepted(200);
        assert_eq!(answer.at("data"), &json!([]));
    }
    cloud
        .world
        .with(|state| fake::assign_role(state, &identity("one-id"), STRANGER, fake::READER));
    let answer = ask(
        &cloud.of(HOME, STRANGER),
        "resources | project name",
        json!({}),
    )
    .await;
    assert_eq!(answer.at("data"), &json!([{ "name": "one-id" }]));
}

#[tokio::test(start_paused = true)]
async fn every_write_is_in_the_activity_log() {
    let cloud = two_identities().await;
    let denied = cloud.of(HOME, STRANGER);
    denied
        .delete(&identity("one-id"), IDENTITIES)
        .await
        .refused("stranger", 403, "AuthorizationFailed");
    let since = "eventTimestamp ge '2026-10-01T00:00:00Z'";
    let about = format!("{since} and resourceUri eq '{}'", identity("one-id"));
    let log = events(&cloud, &about).await.accepted(200);
    let seen: Vec<_> = log
        .at("value")
        .as_array()
        .unwrap()
        .iter()
        .map(|own| {
            let text = |path: &str| own[path]["value"].as_str().unwrap().to_owned();
            (text("operationName"), text("status"))
        })
        .collect();
    let kind = "Microsoft.ManagedIdentity/userAssignedIdentities";
    // The newest first.
    assert_eq!(
        seen,
        [
            (format!("{kind}/delete"), "Failed".to_owned()),
            (format!("{kind}/write"), "Succeeded".to_owned()),
        ]
    );
    let nothing = format!("{since} and resourceProvider eq 'Microsoft.Sql'");
    assert_eq!(events(&cloud, &nothing).await.at("value"), &json!([]));
    let before = format!("{since} and eventTimestamp le '2026-10-02T00:00:00Z'");
    assert_eq!(events(&cloud, &before).await.at("value"), &json!([]));
}

#[tokio::test(start_paused = true)]
async fn the_activity_log_is_asked_by_its_rules() {
    let cloud = two_identities().await;
    for filter in [
        "",
        "resourceProvider eq 'Microsoft.Sql'",
        "eventTimestamp ge 'yesterday'",
        "eventTimestamp ge '2026-10-01T00:00:00Z' and colour eq 'blue'",
        // More than 90 days ago, as recorded.
        "eventTimestamp ge '2026-01-01T00:00:00Z'",
    ] {
        let answer = events(&cloud, filter).await;
        answer.refused(filter, 400, "BadRequest");
    }
    let since = "eventTimestamp ge 2026-10-01T00:00:00Z";
    events(&cloud, since).await.accepted(200);
    let stranger = events(&cloud.of(HOME, STRANGER), since).await;
    stranger.refused("stranger", 403, "AuthorizationFailed");
}

#[tokio::test(start_paused = true)]
async fn an_assessment_says_how_its_resource_is() {
    let cloud = two_identities().await;
    let at = format!(
        "{}/providers/Microsoft.Security/assessments/check",
        identity("one-id")
    );
    let body = |code: &str| json!({ "properties": { "status": { "code": code }, "resourceDetails": { "source": "Azure" } } });
    let bad = [
        body("Fine"),
        json!({ "properties": { "resourceDetails": { "source": "Azure" } } }),
        json!({ "properties": { "status": { "code": "Healthy" } } }),
    ];
    for bad in bad {
        let answer = cloud.put(&at, SECURITY, bad).await;
        answer.refused("assessment", 400, "InvalidRequestContent");
    }
    let made = cloud
        .put(&at, SECURITY, body("healthy"))
        .await
        .accepted(201);
    assert_eq!(made.at("properties.status.code"), "Healthy");
    let changed = made.at("properties.status.statusChangeDate").clone();
    super::cloud::pass(60).await;
    let same = cloud
        .put(&at, SECURITY, body("Healthy"))
        .await
        .accepted(200);
    assert_eq!(same.at("properties.status.statusChangeDate"), &changed);
    let other = cloud
        .put(&at, SECURITY, body("Unhealthy"))
        .await
        .accepted(200);
    assert_ne!(other.at("properties.status.statusChangeDate"), &changed);
    let list = format!("/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Security/assessments");
    assert_eq!(cloud.get(&list, SECURITY).await.names(), ["check"]);
}
