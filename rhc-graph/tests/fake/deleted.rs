//! What the fake refuses about what was deleted.

use crate::place::{Place, refused};
use rhc_graph::{Filter, GraphClient, Group, ListQuery, ObjectId};
use std::time::Duration;

fn security(name: &str) -> Group {
    Group::security(name, name)
}

fn unified(name: &str) -> Group {
    Group {
        group_types: Some(vec!["Unified".into()]),
        mail_enabled: Some(true),
        ..security(name)
    }
}

async fn made(graph: &GraphClient, group: &Group) -> ObjectId {
    let group = graph.groups().create(group).await.unwrap();
    group.object_id().unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_security_group_is_gone_for_good_and_a_unified_one_is_not() {
    let place = Place::settled();
    let graph = place.operator(place.home);
    graph
        .groups()
        .upsert("plain", &security("plain"))
        .await
        .unwrap();
    graph
        .groups()
        .upsert("team", &unified("team"))
        .await
        .unwrap();
    graph.groups().delete("plain").await.unwrap();
    graph.groups().delete("team").await.unwrap();
    let deleted = graph
        .deleted_items()
        .groups(ListQuery::default())
        .collect_all()
        .await
        .unwrap();
    assert_eq!(
        deleted
            .iter()
            .filter_map(|group| group.unique_name.as_deref())
            .collect::<Vec<_>>(),
        ["team"]
    );
    assert!(
        graph
            .groups()
            .upsert("plain", &security("plain"))
            .await
            .unwrap()
            .is_created()
    );
    refused(
        graph.groups().upsert("team", &unified("team")).await,
        409,
        "ObjectConflict",
        "restore it",
    );
    let restored = graph
        .deleted_items()
        .restore(deleted[0].object_id().unwrap())
        .await
        .unwrap();
    assert!(restored.as_group().is_some());
    assert!(graph.groups().get_opt("team").await.unwrap().is_some());
}

#[tokio::test(start_paused = true)]
async fn after_thirty_days_nothing_is_restored() {
    let place = Place::settled();
    let graph = place.operator(place.home);
    let id = made(&graph, &unified("team")).await;
    graph.groups().delete(id).await.unwrap();
    tokio::time::sleep(Duration::from_secs(31 * 24 * 3600)).await;
    let deleted = graph.deleted_items();
    refused(
        deleted.restore(id).await,
        404,
        "Request_ResourceNotFound",
        "does not exist",
    );
    refused(
        deleted.delete(id).await,
        404,
        "Request_ResourceNotFound",
        "does not exist",
    );
}

#[tokio::test(start_paused = true)]
async fn what_is_restored_must_not_clash() {
    let place = Place::settled();
    let graph = place.operator(place.home);
    let application = rhc_graph::Application {
        display_name: Some("a".into()),
        ..Default::default()
    };
    let app_id = graph
        .applications()
        .create(&application)
        .await
        .unwrap()
        .client_id()
        .unwrap();
    let principals = graph.service_principals();
    let first = principals
        .upsert(app_id, &Default::default())
        .await
        .unwrap()
        .created()
        .unwrap()
        .object_id()
        .unwrap();
    principals.delete(app_id).await.unwrap();
    principals
        .upsert(app_id, &Default::default())
        .await
        .unwrap();
    let error = graph.deleted_items().restore(first).await.unwrap_err();
    assert!(
        error.is_conflict() && error.message().contains("is already in use"),
        "{error}"
    );
}

#[tokio::test(start_paused = true)]
async fn restoring_needs_the_permission_of_the_kind() {
    let place = Place::settled();
    let graph = place.operator(place.home);
    let id = made(&graph, &unified("team")).await;
    graph.groups().delete(id).await.unwrap();
    let reader = place.client(place.world.app_credential(&place.home.to_string(), {
        let application = rhc_graph::Application {
            display_name: Some("reader".into()),
            ..Default::default()
        };
        let app_id = graph
            .applications()
            .create(&application)
            .await
            .unwrap()
            .client_id()
            .unwrap();
        graph
            .service_principals()
            .upsert(app_id, &Default::default())
            .await
            .unwrap();
        *app_id.as_uuid()
    }));
    refused(
        reader.deleted_items().restore(id).await,
        403,
        "Authorization_RequestDenied",
        "Insufficient",
    );
    refused(
        reader.deleted_items().delete(id).await,
        403,
        "Authorization_RequestDenied",
        "Insufficient",
    );
    let list = ListQuery::filter(Filter::eq("displayName", "team"));
    refused(
        reader.deleted_items().groups(list).collect_all().await,
        403,
        "Authorization_RequestDenied",
        "Insufficient",
    );
}
