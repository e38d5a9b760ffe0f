//! What has changed.

use crate::place::{Place, raw, refused};
use rhc_graph::{Change, DeltaLink, GraphClient, Group, ListQuery, Method, ObjectId};
use std::time::Duration;

async fn group(graph: &GraphClient, name: &str) -> ObjectId {
    let made = graph.groups().create(&Group::security(name, name)).await;
    made.unwrap().object_id().unwrap()
}

async fn since(graph: &GraphClient, link: &DeltaLink) -> (Vec<Change<Group>>, DeltaLink) {
    let round = graph.groups().deltas().since(link).collect_all().await;
    let round = round.unwrap();
    (round.changes, round.next)
}

fn names(changes: &[Change<Group>]) -> Vec<String> {
    let name = |change: &Change<Group>| match change {
        Change::Present(group) => group.display_name.clone().unwrap_or_default(),
        Change::Removed { reason, .. } => format!("({reason})"),
        _ => "?".to_owned(),
    };
    changes.iter().map(name).collect()
}

#[tokio::test(start_paused = true)]
async fn each_round_tells_what_came_changed_and_went_and_the_next_none_of_it() {
    let place = Place::settled();
    let graph = place.operator(place.home);
    let (first, second) = (group(&graph, "first").await, group(&graph, "second").await);
    let query = ListQuery::default().select(["displayName"]);
    let whole = graph.groups().deltas().all(query).collect_all().await;
    let whole = whole.unwrap();
    assert_eq!(names(&whole.changes), ["first", "second"]);
    let renamed = Group {
        display_name: Some("renamed".into()),
        ..Group::default()
    };
    graph.groups().update(first, &renamed).await.unwrap();
    graph.groups().delete(second).await.unwrap();
    group(&graph, "third").await;
    let (changes, next) = since(&graph, &whole.next).await;
    assert_eq!(names(&changes), ["renamed", "third", "(deleted)"]);
    assert_eq!(changes[2].removed(), Some(second));
    // What nobody follows is no change.
    let described = Group {
        description: Some("d".into()),
        ..Group::default()
    };
    graph.groups().update(first, &described).await.unwrap();
    assert_eq!(since(&graph, &next).await.0, []);
    // A link that was kept tells the same again.
    assert_eq!(since(&graph, &whole.next).await.0, changes);
}

#[tokio::test(start_paused = true)]
async fn a_deleted_user_can_come_back() {
    let place = Place::settled();
    let graph = place.operator(place.external);
    let password = rhc_graph::Sensitive::new("correct-Horse-7".to_owned());
    let user = rhc_graph::User::customer("A", "a@x.org", "rhcqa.onmicrosoft.com", password);
    let id = graph.users().create(&user).await.unwrap();
    let id = id.object_id().unwrap();
    let deltas = graph.users().deltas();
    let now = deltas.latest().collect_all().await.unwrap();
    assert_eq!(now.changes, []);
    graph.users().delete(id).await.unwrap();
    let gone = deltas.since(&now.next).collect_all().await.unwrap();
    assert!(
        matches!(&gone.changes[..], [Change::Removed { id: own, reason }] if *own == id && reason == "changed")
    );
    graph.deleted_items().restore(id).await.unwrap();
    let back = deltas.since(&gone.next).collect_all().await.unwrap();
    assert_eq!(back.changes[0].clone().present().unwrap().id, Some(id));
}

#[tokio::test(start_paused = true)]
async fn pages_hold_what_was_there_when_the_round_began() {
    let place = Place::settled();
    let graph = place.operator(place.home);
    for number in 0..5 {
        group(&graph, &format!("g{number}")).await;
    }
    let query = ListQuery {
        top: Some(2),
        ..ListQuery::default().select(["displayName"])
    };
    let whole = graph.groups().deltas().all(query).collect_all().await;
    assert_eq!(
        names(&whole.unwrap().changes),
        ["g0", "g1", "g2", "g3", "g4"]
    );
}

#[tokio::test(start_paused = true)]
async fn a_link_counts_for_seven_days_and_for_its_kind() {
    let place = Place::settled();
    let graph = place.operator(place.home);
    let now = graph.groups().deltas().latest().collect_all().await;
    let now = now.unwrap().next;
    let of_users: DeltaLink = now.as_str().replace("/groups/", "/users/").into();
    refused(
        graph.users().deltas().since(&of_users).collect_all().await,
        400,
        "syncStateNotFound",
        "data must be synchronized again",
    );
    tokio::time::sleep(Duration::from_secs(7 * 24 * 3600 - 60)).await;
    since(&graph, &now).await;
    tokio::time::sleep(Duration::from_secs(60)).await;
    refused(
        graph.groups().deltas().since(&now).collect_all().await,
        400,
        "syncStateNotFound",
        "expired",
    );
}

#[tokio::test(start_paused = true)]
async fn a_delta_query_takes_few_options() {
    let place = Place::settled();
    let graph = place.operator(place.home);
    for (path, code) in [
        (
            "/v1.0/groups/delta?$filter=displayName%20eq%20'x'",
            "Request_UnsupportedQuery",
        ),
        (
            "/v1.0/groups/delta?$orderby=displayName",
            "Request_UnsupportedQuery",
        ),
        ("/v1.0/groups/delta?$select=colour", "Request_BadRequest"),
        ("/v1.0/groups/delta?$skiptoken=a.zz", "BadRequest"),
    ] {
        refused(raw(&graph, Method::Get, path, None).await, 400, code, "");
    }
}
