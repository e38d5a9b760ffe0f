//! What the fake refuses about service principals and app roles: a test per rule.

use crate::place::{Place, named, refused, role};
use rhc_graph::{Application, ListQuery, ObjectId, ServicePrincipal, SignInAudience, Upserted};
use serde_json::json;
use std::time::Duration;
use uuid::Uuid;

#[tokio::test(start_paused = true)]
async fn a_service_principal_needs_an_application_that_it_can_stand_for() {
    let place = Place::settled();
    let (home, other) = (place.operator(place.home), place.operator(place.other));
    let create = async |graph: &rhc_graph::GraphClient, app_id| {
        let principal = ServicePrincipal {
            app_id: Some(app_id),
            ..ServicePrincipal::default()
        };
        graph.service_principals().create(&principal).await
    };
    let nobody = "2a2a53ed-e317-4935-adb6-85ddfc0bf06c".parse().unwrap();
    refused(
        create(&home, nobody).await,
        400,
        "NoBackingApplicationObject",
        "does not reference a valid application object",
    );
    assert!(
        create(&home, nobody)
            .await
            .unwrap_err()
            .has_code("Request_BadRequest")
    );
    let single = Application {
        sign_in_audience: Some(SignInAudience::SingleTenant),
        ..named("a")
    };
    let single = home
        .applications()
        .create(&single)
        .await
        .unwrap()
        .client_id()
        .unwrap();
    refused(
        create(&other, single).await,
        400,
        "NoBackingApplicationObject",
        "does not reference",
    );
    create(&home, single).await.unwrap();
    let multi = Application {
        sign_in_audience: Some(SignInAudience::MultipleTenants),
        ..named("b")
    };
    let multi = home
        .applications()
        .create(&multi)
        .await
        .unwrap()
        .client_id()
        .unwrap();
    let foreign = create(&other, multi).await.unwrap();
    assert_eq!(
        foreign.app_owner_organization_id.unwrap().to_string(),
        place.home.to_string()
    );
}

#[tokio::test(start_paused = true)]
async fn a_service_principal_waits_for_its_application_to_be_replicated() {
    let place = Place::lagging();
    let graph = place.operator(place.home);
    let app_id = graph
        .applications()
        .create(&named("a"))
        .await
        .unwrap()
        .client_id()
        .unwrap();
    let result = graph
        .service_principals()
        .upsert(app_id, &ServicePrincipal::default())
        .await;
    refused(
        result,
        400,
        "NoBackingApplicationObject",
        "does not reference",
    );
    tokio::time::sleep(Duration::from_secs(6)).await;
    assert!(
        graph
            .service_principals()
            .upsert(app_id, &ServicePrincipal::default())
            .await
            .unwrap()
            .is_created()
    );
}

#[tokio::test(start_paused = true)]
async fn an_application_has_one_service_principal_in_a_tenant() {
    let place = Place::settled();
    let graph = place.operator(place.home);
    let app_id = graph
        .applications()
        .create(&named("a"))
        .await
        .unwrap()
        .client_id()
        .unwrap();
    let principal = ServicePrincipal {
        app_id: Some(app_id),
        ..ServicePrincipal::default()
    };
    graph.service_principals().create(&principal).await.unwrap();
    let error = graph
        .service_principals()
        .create(&principal)
        .await
        .unwrap_err();
    assert!(
        error.is_conflict() && error.has_code("Request_MultipleObjectsWithSameKeyValue"),
        "{error}"
    );
    assert_eq!(
        graph
            .service_principals()
            .upsert(app_id, &ServicePrincipal::default())
            .await
            .unwrap(),
        Upserted::Updated
    );
}

#[tokio::test(start_paused = true)]
async fn what_a_service_principal_has_from_its_application_is_read_only() {
    let place = Place::settled();
    let graph = place.operator(place.home);
    let application = Application {
        sign_in_audience: Some(SignInAudience::MultipleTenants),
        ..named("a")
    };
    let application = graph.applications().create(&application).await.unwrap();
    let app_id = application.client_id().unwrap();
    for tenant in [&graph, &place.operator(place.other)] {
        tenant
            .service_principals()
            .upsert(app_id, &ServicePrincipal::default())
            .await
            .unwrap();
        for property in ["displayName", "appRoles", "servicePrincipalType", "appId"] {
            let mut change = ServicePrincipal::default();
            change.rest.insert(property.into(), json!("x"));
            refused(
                tenant.service_principals().update(app_id, &change).await,
                400,
                "Request_BadRequest",
                "is read-only",
            );
        }
    }
    let change = Application {
        app_roles: Some(vec![role(1, true)]),
        ..named("b")
    };
    graph.applications().update(app_id, &change).await.unwrap();
    let there = place
        .operator(place.other)
        .service_principals()
        .get(app_id)
        .await
        .unwrap();
    assert_eq!(
        (
            there.display_name.as_deref(),
            there.app_roles.unwrap().len()
        ),
        (Some("b"), 1)
    );
}

#[tokio::test(start_paused = true)]
async fn with_owned_by_others_applications_are_out_of_reach() {
    let place = Place::settled();
    let graph = place.operator(place.home);
    let foreign = Application {
        sign_in_audience: Some(SignInAudience::MultipleTenants),
        ..named("b")
    };
    let foreign = place
        .operator(place.other)
        .applications()
        .create(&foreign)
        .await
        .unwrap();
    let others = graph
        .applications()
        .create(&named("others"))
        .await
        .unwrap()
        .object_id()
        .unwrap();
    let (app, _) = place
        .application("automation", &["Application.ReadWrite.OwnedBy"])
        .await;
    refused(
        app.applications().update(others, &named("mine")).await,
        403,
        "Authorization_RequestDenied",
        "Insufficient privileges",
    );
    let result = app
        .service_principals()
        .upsert(foreign.client_id().unwrap(), &ServicePrincipal::default())
        .await;
    refused(
        result,
        403,
        "Authorization_RequestDenied",
        "must in the local tenant",
    );
    let own = app
        .applications()
        .create(&named("own"))
        .await
        .unwrap()
        .object_id()
        .unwrap();
    app.applications()
        .update(own, &named("renamed"))
        .await
        .unwrap();
    app.applications().delete(own).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn the_service_principal_of_a_managed_identity_is_not_deleted_here() {
    let place = Place::settled();
    let id = Uuid::from_u128(7);
    place.world.with(|state| {
        let body = json!({"servicePrincipalType": "ManagedIdentity", "appId": Uuid::from_u128(8), "displayName": "id"});
        let kind = rhc_core::fake::ObjectKind::ServicePrincipal;
        state.directory().insert(place.home, kind, id, body.as_object().cloned().unwrap()).unwrap();
    });
    let result = place
        .operator(place.home)
        .service_principals()
        .delete(rhc_graph::ObjectId::new(id))
        .await;
    refused(result, 400, "Request_BadRequest", "managed identity");
}

#[tokio::test(start_paused = true)]
async fn an_app_role_is_given_once_and_only_if_it_exists() {
    let place = Place::settled();
    let graph = place.operator(place.home);
    let application = Application {
        app_roles: Some(vec![role(1, true), role(2, false)]),
        ..named("a")
    };
    let app_id = graph
        .applications()
        .create(&application)
        .await
        .unwrap()
        .client_id()
        .unwrap();
    let principals = graph.service_principals();
    let resource = principals
        .upsert(app_id, &ServicePrincipal::default())
        .await
        .unwrap()
        .created()
        .unwrap()
        .object_id()
        .unwrap();
    let me = graph.me().await.unwrap().object_id().unwrap();
    let assigned = principals.app_role_assigned_to(resource);
    for (principal, role) in [(me, 3), (me, 2), (resource, 1)] {
        let result = assigned.create(principal, Uuid::from_u128(role)).await;
        refused(result, 400, "InvalidUpdate", "was not found on application");
    }
    let nobody = rhc_graph::ObjectId::new(Uuid::from_u128(99));
    refused(
        assigned.create(nobody, Uuid::nil()).await,
        404,
        "Request_ResourceNotFound",
        "does not exist",
    );
    let given = assigned.create(me, Uuid::from_u128(1)).await.unwrap();
    assert_eq!(given.principal_type.as_deref(), Some("User"));
    refused(
        assigned.create(me, Uuid::from_u128(1)).await,
        400,
        "InvalidUpdate",
        "already exists on the object",
    );
    assigned.delete(given.id.as_deref().unwrap()).await.unwrap();
    refused(
        assigned.delete(given.id.as_deref().unwrap()).await,
        404,
        "Request_ResourceNotFound",
        "does not exist",
    );
    assert_eq!(
        assigned
            .list(ListQuery::default())
            .collect_all()
            .await
            .unwrap(),
        []
    );
}

#[tokio::test(start_paused = true)]
async fn the_resource_of_an_app_role_assignment_is_the_one_in_the_path() {
    let place = Place::settled();
    let graph = place.operator(place.home);
    let me = graph.me().await.unwrap().object_id().unwrap();
    let app: rhc_graph::AppId = "00000003-0000-0000-c000-000000000000".parse().unwrap();
    let resource = graph
        .service_principals()
        .get(app)
        .await
        .unwrap()
        .object_id()
        .unwrap();
    let path = rhc_graph::Path::new("/v1.0/servicePrincipals")
        .segment(resource.to_string())
        .fixed("/appRoleAssignedTo");
    let body = json!({"principalId": me, "resourceId": me, "appRoleId": Uuid::nil()});
    let result = graph
        .request::<serde_json::Value>("x", rhc_graph::Method::Post, path, Some(&body))
        .await;
    refused(result, 400, "Request_BadRequest", "'resourceId'");
}

#[tokio::test(start_paused = true)]
async fn deleting_an_application_takes_its_service_principal_along() {
    let place = Place::settled();
    let graph = place.operator(place.home);
    let application = graph.applications().create(&named("a")).await.unwrap();
    let app_id = application.client_id().unwrap();
    graph
        .service_principals()
        .upsert(app_id, &ServicePrincipal::default())
        .await
        .unwrap();
    graph.applications().delete(app_id).await.unwrap();
    assert_eq!(
        graph.service_principals().get_opt(app_id).await.unwrap(),
        None
    );
    let deleted = graph
        .deleted_items()
        .applications(ListQuery::default())
        .collect_all()
        .await
        .unwrap();
    assert_eq!(deleted.len(), 1);
    assert!(deleted[0].deleted_date_time.is_some());
    graph
        .deleted_items()
        .restore(application.object_id().unwrap())
        .await
        .unwrap();
    assert!(
        graph
            .applications()
            .get_opt(app_id)
            .await
            .unwrap()
            .is_some()
    );
}

#[tokio::test(start_paused = true)]
async fn what_a_principal_holds_is_the_other_end_of_what_was_given() {
    let place = Place::settled();
    let (_, principal) = place.application("holder", &["User.Create"]).await;
    let graph = place.operator(place.home);
    let held = graph.service_principals().app_roles_held(principal);
    let all = held.list(ListQuery::default()).collect_all().await.unwrap();
    let [own] = &all[..] else { panic!("{all:?}") };
    let resource = own.resource_id.unwrap();
    let given = graph.service_principals().app_role_assigned_to(resource);
    let given = given
        .list(ListQuery::default())
        .collect_all()
        .await
        .unwrap();
    assert_eq!(given, all);
    held.delete(own.id.as_deref().unwrap()).await.unwrap();
    held.create(resource, own.app_role_id.unwrap())
        .await
        .unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_role_of_a_service_that_is_not_there_cannot_be_held() {
    let place = Place::settled();
    let (_, principal) = place.application("holder", &[]).await;
    let graph = place.operator(place.home);
    let held = graph.service_principals().app_roles_held(principal);
    let nobody = ObjectId::new(Uuid::from_u128(5));
    let result = held.create(nobody, Uuid::nil()).await;
    refused(result, 404, "Request_ResourceNotFound", "does not exist");
}
