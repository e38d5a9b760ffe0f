//! What the fake refuses about groups, members, and what is deleted.

use crate::place::{Place, refused};
use rhc_graph::{DirectoryObject, GraphClient, Group, ListQuery, Method, ObjectId, Path, Upserted};
use serde_json::{Value, json};
use std::time::Duration;
use uuid::Uuid;

fn security(name: &str) -> Group {
    Group::security(name, name)
}

fn with(property: &str, value: Value) -> Group {
    let mut group = security("g");
    group.rest.insert(property.into(), value);
    group
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
async fn a_group_needs_its_four_properties() {
    let place = Place::settled();
    let graph = place.operator(place.home);
    let whole = security("g");
    for (bad, property) in [
        (
            Group {
                display_name: None,
                ..whole.clone()
            },
            "displayName",
        ),
        (
            Group {
                mail_enabled: None,
                ..whole.clone()
            },
            "mailEnabled",
        ),
        (
            Group {
                mail_nickname: None,
                ..whole.clone()
            },
            "mailNickname",
        ),
        (
            Group {
                security_enabled: None,
                ..whole.clone()
            },
            "securityEnabled",
        ),
    ] {
        let expected =
            format!("A value is required for property '{property}' of resource 'Group'.");
        refused(
            graph.groups().create(&bad).await,
            400,
            "Request_BadRequest",
            &expected,
        );
        refused(
            graph.groups().upsert("x", &bad).await,
            400,
            "Request_BadRequest",
            &expected,
        );
    }
}

#[tokio::test(start_paused = true)]
async fn unknown_read_only_and_wrong_properties_of_a_group_are_refused() {
    let place = Place::settled();
    let graph = place.operator(place.home);
    for (property, value, expected) in [
        ("dispalyName", json!("x"), "does not exist"),
        ("uniqueName", json!("x"), "is read-only"),
        ("securityIdentifier", json!("x"), "is read-only"),
        ("groupTypes", json!("Unified"), "Invalid value"),
        ("visibility", json!("Everyone"), "Invalid value"),
    ] {
        let mut group = security("g");
        group.group_types = None;
        group.rest.insert(property.into(), value);
        refused(
            graph.groups().create(&group).await,
            400,
            "Request_BadRequest",
            expected,
        );
    }
    for nickname in ["with space", "a@b", "ä", &"x".repeat(65)] {
        let bad = Group {
            mail_nickname: Some(nickname.into()),
            ..security("g")
        };
        refused(
            graph.groups().create(&bad).await,
            400,
            "Request_BadRequest",
            "'mailNickname'",
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_mailbox_needs_a_unified_group_and_access_a_security_group() {
    let place = Place::settled();
    let graph = place.operator(place.home);
    let mailing = Group {
        mail_enabled: Some(true),
        ..security("g")
    };
    refused(
        graph.groups().create(&mailing).await,
        400,
        "Request_BadRequest",
        "mail-enabled groups",
    );
    let nothing = Group {
        security_enabled: Some(false),
        ..security("g")
    };
    refused(
        graph.groups().create(&nothing).await,
        400,
        "Request_BadRequest",
        "'securityEnabled'",
    );
    let ruled = Group {
        membership_rule: Some("user.department eq 'x'".into()),
        ..security("g")
    };
    refused(
        graph.groups().create(&ruled).await,
        400,
        "Request_BadRequest",
        "'membershipRule'",
    );
}

#[tokio::test(start_paused = true)]
async fn a_mail_nickname_is_unique_among_groups_with_a_mailbox_only() {
    let place = Place::settled();
    let graph = place.operator(place.home);
    made(&graph, &security("same")).await;
    made(&graph, &security("same")).await;
    made(&graph, &unified("team")).await;
    refused(
        graph.groups().create(&unified("team")).await,
        400,
        "ObjectConflict",
        "mailNickname already exists",
    );
}

#[tokio::test(start_paused = true)]
async fn a_role_assignable_group_needs_the_right_and_never_changes() {
    let place = Place::settled();
    let graph = place.operator(place.home);
    let group = with("isAssignableToRole", json!(true));
    let lesser = place.with_scopes(place.other, &["Group.ReadWrite.All"]);
    refused(
        lesser.groups().create(&group).await,
        403,
        "Authorization_RequestDenied",
        "Insufficient",
    );
    graph.groups().upsert("admins", &group).await.unwrap();
    let change = Group {
        is_assignable_to_role: Some(false),
        ..Group::default()
    };
    refused(
        graph.groups().update("admins", &change).await,
        400,
        "Request_BadRequest",
        "'isAssignableToRole' is read-only",
    );
    // The same upsert sent twice is no change.
    assert_eq!(
        graph.groups().upsert("admins", &group).await.unwrap(),
        Upserted::Updated
    );
}

#[tokio::test(start_paused = true)]
async fn a_member_must_exist_and_is_added_once() {
    let place = Place::settled();
    let graph = place.operator(place.home);
    let group = made(&graph, &security("g")).await;
    let members = graph.groups().members(group);
    let nobody = ObjectId::new(Uuid::from_u128(99));
    refused(
        members.add(nobody).await,
        404,
        "Request_ResourceNotFound",
        "does not exist",
    );
    refused(
        members.add(group).await,
        400,
        "Request_BadRequest",
        "member of itself",
    );
    refused(
        members.remove(nobody).await,
        404,
        "Request_ResourceNotFound",
        "does not exist",
    );
    let me = graph.me().await.unwrap().object_id().unwrap();
    members.add(me).await.unwrap();
    refused(
        members.add(me).await,
        400,
        "Request_BadRequest",
        "added object references already exist",
    );
    let all = members
        .list(ListQuery::default())
        .collect_all()
        .await
        .unwrap();
    assert_eq!(
        all.iter()
            .filter_map(DirectoryObject::as_user)
            .filter_map(|user| user.id)
            .collect::<Vec<_>>(),
        [me]
    );
    members.remove(me).await.unwrap();
    assert_eq!(
        members
            .list(ListQuery::default())
            .collect_all()
            .await
            .unwrap(),
        []
    );
}

#[tokio::test(start_paused = true)]
async fn an_application_is_no_member_and_its_service_principal_is() {
    let place = Place::settled();
    let graph = place.operator(place.home);
    let group = made(&graph, &security("g")).await;
    let application = rhc_graph::Application {
        display_name: Some("a".into()),
        ..Default::default()
    };
    let application = graph.applications().create(&application).await.unwrap();
    let members = graph.groups().members(group);
    refused(
        members.add(application.object_id().unwrap()).await,
        400,
        "Request_BadRequest",
        "'Application'",
    );
    let principal = graph
        .service_principals()
        .upsert(application.client_id().unwrap(), &Default::default())
        .await
        .unwrap();
    members
        .add(principal.created().unwrap().object_id().unwrap())
        .await
        .unwrap();
    let all = members
        .list(ListQuery::default())
        .collect_all()
        .await
        .unwrap();
    assert!(all[0].as_service_principal().is_some());
}

#[tokio::test(start_paused = true)]
async fn a_member_that_was_made_just_now_is_not_known() {
    let place = Place::lagging();
    let graph = place.operator(place.home);
    let (outer, inner) = (
        made(&graph, &security("outer")).await,
        made(&graph, &security("inner")).await,
    );
    let members = graph.groups().members(outer);
    refused(
        members.add(inner).await,
        404,
        "Request_ResourceNotFound",
        "does not exist",
    );
    tokio::time::sleep(Duration::from_secs(6)).await;
    members.add(inner).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_reference_is_a_link_to_this_service() {
    let place = Place::settled();
    let graph = place.operator(place.home);
    let group = made(&graph, &security("g")).await;
    let me = graph.me().await.unwrap().object_id().unwrap();
    for bad in [
        json!({"@odata.id": format!("https://evil.example.com/v1.0/directoryObjects/{me}")}),
        json!({"@odata.id": "https://graph.microsoft.com/v1.0/directoryObjects/x"}),
        json!({"id": me}),
        json!({"@odata.id": format!("https://graph.microsoft.com/v1.0/users/{me}"), "extra": 1}),
    ] {
        let path = Path::new("/v1.0/groups")
            .segment(group.to_string())
            .fixed("/members/$ref");
        let result = graph
            .request::<Value>("x", Method::Post, path, Some(&bad))
            .await;
        assert_eq!(result.unwrap_err().status(), Some(400), "{bad}");
    }
}

#[tokio::test(start_paused = true)]
async fn members_can_be_bound_at_creation() {
    let place = Place::settled();
    let graph = place.operator(place.home);
    let me = graph.me().await.unwrap().object_id().unwrap();
    let group = with(
        "members@odata.bind",
        json!([format!("https://graph.microsoft.com/v1.0/users/{me}")]),
    );
    let id = made(&graph, &group).await;
    assert_eq!(
        graph
            .groups()
            .members(id)
            .list(ListQuery::default())
            .collect_all()
            .await
            .unwrap()
            .len(),
        1
    );
    let bad = with("memebrs@odata.bind", json!([]));
    refused(
        graph.groups().create(&bad).await,
        400,
        "Request_BadRequest",
        "does not exist",
    );
}

#[tokio::test(start_paused = true)]
async fn many_members_come_in_pages() {
    let place = Place::settled();
    let graph = place.operator(place.home);
    let group = made(&graph, &security("g")).await;
    for number in 0..130 {
        let member = made(&graph, &security(&format!("m{number}"))).await;
        graph.groups().members(group).add(member).await.unwrap();
    }
    let before = place.world.request_count();
    let members = graph.groups().members(group).list(ListQuery::default());
    assert_eq!(members.collect_all().await.unwrap().len(), 130);
    assert_eq!(place.world.request_count() - before, 2);
}

#[tokio::test(start_paused = true)]
async fn a_group_that_has_no_unique_name_is_given_one_once() {
    let place = Place::settled();
    let graph = place.operator(place.home);
    let made = graph.groups().create(&security("nameless")).await.unwrap();
    let id = made.object_id().unwrap();
    tokio::time::sleep(std::time::Duration::from_secs(120)).await;
    let called = |name: &str| Group {
        unique_name: Some(name.to_owned()),
        ..Group::default()
    };
    graph.groups().update(id, &called("mine")).await.unwrap();
    tokio::time::sleep(std::time::Duration::from_secs(120)).await;
    assert_eq!(graph.groups().get("mine").await.unwrap().id, Some(id));
    let result = graph.groups().update(id, &called("other")).await;
    refused(
        result,
        400,
        "Request_BadRequest",
        "immutable once it is set",
    );
}
