//! What the fake refuses about directory roles, and about the tenant itself.

use crate::place::{Place, refused};
use rhc_graph::{
    GLOBAL_ADMINISTRATOR, Group, ListQuery, Method, ObjectId, Organization, Path, PrivacyProfile,
    RoleAssignment, TenantId,
};
use uuid::Uuid;

const DIRECTORY_READERS: Uuid = Uuid::from_u128(0x88d8e3e3_8f55_4a1e_953a_9b9898b8876b);

#[tokio::test(start_paused = true)]
async fn a_role_is_given_once_to_somebody_who_can_hold_it() {
    let place = Place::settled();
    let graph = place.operator(place.home);
    let (_, robot) = place.application("robot", &[]).await;
    let roles = graph.roles();
    let reader = RoleAssignment::whole_directory(robot, DIRECTORY_READERS);
    let made = roles.assign(&reader).await.unwrap();
    let id = made.id.unwrap();
    let read = roles.assignment(&id).await.unwrap();
    assert_eq!(read.principal_id, Some(robot));
    refused(
        roles.assign(&reader).await,
        400,
        "Request_BadRequest",
        "conflicting object",
    );
    let group = graph
        .groups()
        .create(&Group::security("Readers", "readers"))
        .await
        .unwrap();
    for (wrong, status, code, words) in [
        (
            RoleAssignment::whole_directory(group.id.unwrap(), DIRECTORY_READERS),
            400,
            "Request_BadRequest",
            "principalId",
        ),
        (
            RoleAssignment::whole_directory(ObjectId::new(place.other), DIRECTORY_READERS),
            404,
            "Request_ResourceNotFound",
            "does not exist",
        ),
        (
            RoleAssignment::whole_directory(robot, place.other),
            404,
            "Request_ResourceNotFound",
            "does not exist",
        ),
        (
            RoleAssignment {
                directory_scope_id: Some("everywhere".into()),
                ..reader.clone()
            },
            400,
            "Request_BadRequest",
            "directoryScopeId",
        ),
        (
            RoleAssignment {
                directory_scope_id: None,
                ..reader.clone()
            },
            400,
            "Request_BadRequest",
            "directoryScopeId",
        ),
    ] {
        refused(roles.assign(&wrong).await, status, code, words);
    }
    roles.unassign(&id).await.unwrap();
    refused(
        roles.unassign(&id).await,
        404,
        "Request_ResourceNotFound",
        "",
    );
    refused(
        roles.definition(place.home).await,
        404,
        "Request_ResourceNotFound",
        "",
    );
}

#[tokio::test(start_paused = true)]
async fn the_last_global_administrator_stays() {
    let place = Place::settled();
    let graph = place.operator(place.home);
    let roles = graph.roles();
    let holders = roles
        .holders(GLOBAL_ADMINISTRATOR)
        .collect_all()
        .await
        .unwrap();
    let [last] = &holders[..] else {
        panic!("{holders:?}");
    };
    let last = last.id.as_deref().unwrap();
    refused(
        roles.unassign(last).await,
        400,
        "Request_BadRequest",
        "last",
    );
    let (_, robot) = place.application("robot", &[]).await;
    let second = RoleAssignment::whole_directory(robot, GLOBAL_ADMINISTRATOR);
    roles.assign(&second).await.unwrap();
    roles.unassign(last).await.unwrap();
    let all = roles
        .assignments(ListQuery::default())
        .collect_all()
        .await
        .unwrap();
    assert!(all.iter().all(|own| own.id.as_deref() != Some(last)));
}

#[tokio::test(start_paused = true)]
async fn of_the_tenant_only_notices_and_privacy_can_be_changed() {
    let place = Place::settled();
    let graph = place.operator(place.home);
    let organization = graph.organization();
    let own = TenantId::new(place.home);
    let change = Organization {
        technical_notification_mails: Some(vec!["ops@example.com".into()]),
        privacy_profile: Some(PrivacyProfile {
            contact_email: Some("privacy@example.com".into()),
            ..PrivacyProfile::default()
        }),
        ..Organization::default()
    };
    organization.update(own, &change).await.unwrap();
    let read = organization.get().await.unwrap();
    assert_eq!(
        read.technical_notification_mails,
        change.technical_notification_mails
    );
    let contact = read
        .privacy_profile
        .and_then(|profile| profile.contact_email);
    assert_eq!(contact.as_deref(), Some("privacy@example.com"));
    let renamed = Organization {
        display_name: Some("Other".into()),
        ..Organization::default()
    };
    let answer = organization.update(own, &renamed).await;
    refused(answer, 400, "Request_BadRequest", "read-only");
    let reader = place.with_scopes(place.home, &["User.Read.All"]);
    let by_id = |id: Uuid| Path::new("/v1.0/organization").segment(id.to_string());
    let one = reader.request::<Organization>("x", Method::Get, by_id(place.home), None::<&()>);
    assert_eq!(one.await.unwrap().id, Some(own));
    let other = reader.request::<Organization>("x", Method::Get, by_id(place.other), None::<&()>);
    refused(other.await, 404, "Request_ResourceNotFound", "");
    let elsewhere = organization
        .update(TenantId::new(place.other), &change)
        .await;
    refused(elsewhere, 404, "Request_ResourceNotFound", "");
}
