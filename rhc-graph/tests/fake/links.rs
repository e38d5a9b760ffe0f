//! Members, owners, and what something is a member of.

use crate::place::{Place, named, raw, refused};
use rhc_core::fake::ObjectKind;
use rhc_graph::{GraphClient, Group, ListQuery, Method, ObjectId, ServicePrincipal};
use serde_json::json;

fn all() -> ListQuery {
    ListQuery::default()
}

async fn group(graph: &GraphClient, name: &str) -> ObjectId {
    let made = graph.groups().create(&Group::security(name, name)).await;
    made.unwrap().object_id().unwrap()
}

async fn ids(pages: rhc_graph::Pages<rhc_graph::DirectoryObject>) -> Vec<ObjectId> {
    let objects = pages.collect_all().await.unwrap();
    let mut ids: Vec<_> = objects.iter().filter_map(|object| object.id()).collect();
    ids.sort();
    ids
}

#[tokio::test(start_paused = true)]
async fn groups_within_groups_are_followed_once_even_in_a_circle() {
    let place = Place::settled();
    let graph = place.operator(place.home);
    let user = graph.me().await.unwrap().object_id().unwrap();
    let (inner, outer) = (group(&graph, "inner").await, group(&graph, "outer").await);
    graph.groups().members(inner).add(user).await.unwrap();
    graph.groups().members(outer).add(inner).await.unwrap();
    graph.groups().members(inner).add(outer).await.unwrap();
    let mut both = vec![inner, outer];
    both.sort();
    let of_user = graph.users().memberships(user);
    assert_eq!(ids(of_user.direct(all())).await, [inner]);
    assert_eq!(ids(of_user.transitive(all())).await, both);
    let mut below = vec![inner, outer, user];
    below.sort();
    assert_eq!(
        ids(graph.groups().members(outer).transitive(all())).await,
        below
    );
    let mut all_groups = of_user.group_ids(false).await.unwrap();
    all_groups.sort();
    assert_eq!(all_groups, both);
}

#[tokio::test(start_paused = true)]
async fn an_owner_is_a_user_or_a_service_principal_and_only_once() {
    let place = Place::settled();
    let graph = place.operator(place.home);
    let user = graph.me().await.unwrap().object_id().unwrap();
    let application = graph.applications().create(&named("a")).await.unwrap();
    let id = application.object_id().unwrap();
    let owners = graph.applications().owners(id);
    refused(
        owners.add(group(&graph, "g").await).await,
        400,
        "Request_BadRequest",
        "The reference target 'Group' of type 'Application' is invalid for the 'owners' reference",
    );
    refused(
        owners.add(id).await,
        400,
        "Request_BadRequest",
        "The reference target 'Application'",
    );
    owners.add(user).await.unwrap();
    refused(
        owners.add(user).await,
        400,
        "Request_BadRequest",
        "already exist for the following modified properties: 'owners'",
    );
    owners.remove(user).await.unwrap();
    refused(
        owners.remove(user).await,
        404,
        "Request_ResourceNotFound",
        "does not exist",
    );
}

#[tokio::test(start_paused = true)]
async fn the_last_user_that_owns_a_group_stays() {
    let place = Place::settled();
    let graph = place.operator(place.home);
    let user = graph.me().await.unwrap().object_id().unwrap();
    let id = group(&graph, "owned").await;
    let owners = graph.groups().owners(id);
    owners.add(user).await.unwrap();
    refused(
        owners.remove(user).await,
        400,
        "Request_BadRequest",
        "must have at least one owner",
    );
    // A service principal beside it does not count.
    let application = graph.applications().create(&named("a")).await.unwrap();
    let principal = graph
        .service_principals()
        .upsert(
            application.client_id().unwrap(),
            &ServicePrincipal::default(),
        )
        .await
        .unwrap();
    let principal = principal.created().unwrap().object_id().unwrap();
    owners.add(principal).await.unwrap();
    refused(
        owners.remove(user).await,
        400,
        "Request_BadRequest",
        "must have at least one owner",
    );
    owners.remove(principal).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn an_application_changes_the_owners_of_its_own_only() {
    let place = Place::settled();
    let graph = place.operator(place.home);
    let user = graph.me().await.unwrap().object_id().unwrap();
    let foreign = graph.applications().create(&named("a")).await.unwrap();
    let (robot, _) = place
        .application(
            "robot",
            &["Application.ReadWrite.OwnedBy", "Directory.Read.All"],
        )
        .await;
    let owners = robot.applications().owners(foreign.object_id().unwrap());
    refused(
        owners.add(user).await,
        403,
        "Authorization_RequestDenied",
        "Insufficient privileges",
    );
    let own = robot.applications().create(&named("own")).await.unwrap();
    let owners = robot.applications().owners(own.object_id().unwrap());
    owners.add(user).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn group_ids_are_asked_for_by_one_property() {
    let place = Place::settled();
    let graph = place.operator(place.home);
    let user = place.world.with(|state| {
        let users = state.directory().objects(
            place.home,
            ObjectKind::User,
            rhc_core::fake::Read::Authoritative,
        );
        users[0].id
    });
    let path: &'static str = format!("/v1.0/users/{user}/getMemberGroups").leak();
    for body in [
        json!({}),
        json!({"securityEnabledOnly": "true"}),
        json!({"securityEnabledOnly": true, "more": 1}),
    ] {
        refused(
            raw(&graph, Method::Post, path, Some(body)).await,
            400,
            "Request_BadRequest",
            "securityEnabledOnly",
        );
    }
}

#[tokio::test(start_paused = true)]
async fn objects_are_asked_for_by_so_many_ids_and_no_more() {
    let place = Place::settled();
    let graph = place.operator(place.home);
    let user = graph.me().await.unwrap().object_id().unwrap();
    let objects = graph.directory_objects();
    let found = objects.get_by_ids(&[user; 1000], &["group"]).await;
    assert_eq!(found.unwrap(), []);
    let found = objects.get_by_ids(&[user], &["directoryObject"]).await;
    assert_eq!(found.unwrap().len(), 1);
    let most = "takes 1000 values at most";
    refused(
        objects.get_by_ids(&[user; 1001], &[]).await,
        400,
        "Request_BadRequest",
        most,
    );
    let most = "takes 20 values at most";
    refused(
        objects.check_member_groups(user, &[user; 21]).await,
        400,
        "Request_BadRequest",
        most,
    );
    let path = "/v1.0/directoryObjects/getByIds";
    for (body, near) in [
        (json!({"types": []}), "ids"),
        (json!({"ids": "one"}), "ids"),
        (json!({"ids": ["one"]}), "ids"),
        (json!({"ids": [], "types": [1]}), "types"),
        (json!({"ids": [], "more": 1}), "more"),
    ] {
        let sent = raw(&graph, Method::Post, path, Some(body)).await;
        refused(sent, 400, "Request_BadRequest", near);
    }
}

#[tokio::test(start_paused = true)]
async fn a_group_and_a_user_hold_roles_as_a_service_principal_does() {
    let place = Place::settled();
    let graph = place.operator(place.home);
    let user = graph.me().await.unwrap().object_id().unwrap();
    let application = graph.applications().create(&named("a")).await.unwrap();
    let principal = graph
        .service_principals()
        .upsert(
            application.client_id().unwrap(),
            &ServicePrincipal::default(),
        )
        .await
        .unwrap();
    let resource = principal.created().unwrap().object_id().unwrap();
    let id = group(&graph, "g").await;
    for held in [
        graph.groups().app_roles_held(id),
        graph.users().app_roles_held(user),
    ] {
        let made = held.create(resource, uuid::Uuid::nil()).await.unwrap();
        refused(
            held.create(resource, uuid::Uuid::nil()).await,
            400,
            "InvalidUpdate",
            "already exists on the object",
        );
        let listed = held.list(all()).collect_all().await.unwrap();
        assert_eq!((listed.len(), &listed[0].id), (1, &made.id));
        held.delete(made.id.as_deref().unwrap()).await.unwrap();
        assert_eq!(held.list(all()).collect_all().await.unwrap(), []);
    }
}
