//! Several requests as one.

use crate::place::{Place, raw, refused};
use rhc_graph::{Batch, GraphClient, Group, Method, Path, Request};
use serde_json::{Value, json};

async fn send(graph: &GraphClient, requests: Value) -> rhc_graph::Result<Value> {
    let body = json!({ "requests": requests });
    raw(graph, Method::Post, "/v1.0/$batch", Some(body)).await
}

fn get(id: &str, url: &str) -> Value {
    json!({"id": id, "method": "GET", "url": url})
}

#[tokio::test(start_paused = true)]
async fn a_batch_that_makes_no_sense_is_refused_as_a_whole() {
    let place = Place::settled();
    let graph = place.operator(place.home);
    let many: Vec<Value> = (0..21).map(|n| get(&n.to_string(), "/me")).collect();
    let group = json!({"displayName": "g", "mailNickname": "g", "mailEnabled": false, "securityEnabled": true});
    for (requests, expected) in [
        (json!([]), "Invalid batch payload"),
        (json!({"id": "1"}), "Invalid batch payload"),
        (json!(many), "exceeds the limit"),
        (json!([get("1", "/me"), get("1", "/me")]), "id of its own"),
        (
            json!([{"method": "GET", "url": "/me"}]),
            "needs 'id', a string",
        ),
        (
            json!([{"id": "1", "url": "/me"}]),
            "needs 'method', a string",
        ),
        (
            json!([{"id": "1", "method": "GET"}]),
            "needs 'url', a string",
        ),
        (
            json!([{"id": "1", "method": "POST", "url": "/groups", "body": group}]),
            "needs the header Content-Type",
        ),
        (
            json!([{"id": "1", "method": "GET", "url": "/me", "dependsOn": ["2"]}]),
            "depends on one that is not in it",
        ),
        (
            json!([{"id": "1", "method": "GET", "url": "/me", "dependsOn": ["2"]},
                {"id": "2", "method": "GET", "url": "/me", "dependsOn": ["1"]}]),
            "in the end on itself",
        ),
        (
            json!([{"id": "1", "method": "GET", "url": "/me", "headers": {"a b": "c"}}]),
            "A header",
        ),
    ] {
        refused(send(&graph, requests).await, 400, "BadRequest", expected);
    }
    let groups = graph.groups().list(Default::default()).collect_all().await;
    assert_eq!(groups.unwrap(), []);
}

#[tokio::test(start_paused = true)]
async fn each_request_has_its_own_fate() {
    let place = Place::settled();
    let graph = place.with_scopes(place.home, &["User.Read"]);
    let answer = send(
        &graph,
        json!([
            get("me", "/me"),
            get("denied", "/domains"),
            get("nested", "/$batch"),
            get("unknown", "/nothing"),
            {"id": "after", "method": "GET", "url": "/me", "dependsOn": ["denied"]},
        ]),
    )
    .await
    .unwrap();
    let status = |id: &str| {
        let all = answer["responses"].as_array().unwrap();
        let one = all.iter().find(|one| one["id"] == id).unwrap();
        (
            one["status"].as_u64().unwrap(),
            one["body"]["error"]["code"].clone(),
        )
    };
    assert_eq!(status("me"), (200, Value::Null));
    assert_eq!(
        status("denied"),
        (403, json!("Authorization_RequestDenied"))
    );
    assert_eq!(status("nested"), (400, json!("BadRequest")));
    assert_eq!(status("unknown"), (400, json!("BadRequest")));
    assert_eq!(status("after"), (424, json!("FailedDependency")));
    assert_eq!(
        answer["responses"][4]["id"], "me",
        "the order is not that of the requests"
    );
}

#[tokio::test(start_paused = true)]
async fn requests_that_the_service_is_too_busy_for_succeed_in_the_end() {
    let place = Place::settled();
    let graph = place.operator(place.home);
    let policies = Path::new("/v1.0/identity/conditionalAccess/policies");
    let list = Request::new("conditionalAccess.list", Method::Get, policies);
    let mut batch = Batch::new();
    let first = batch.add(list.clone());
    let second = batch.add(list);
    let groups = Request::new("groups.create", Method::Post, Path::new("/v1.0/groups"));
    let made = batch.add_after(groups.json(&Group::security("g", "g")), &[second]);
    let mut answers = graph.batch(&batch).await.unwrap();
    for id in [first, second, made] {
        answers.take(id).unwrap();
    }
    let all = graph.groups().list(Default::default()).collect_all().await;
    assert_eq!(all.unwrap().len(), 1);
}
