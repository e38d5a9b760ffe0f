//! What the fake refuses about consents to delegated permissions.

use crate::place::{Place, named, raw, refused};
use rhc_graph::{
    ConsentType, GraphClient, ListQuery, MICROSOFT_GRAPH, Method, ObjectId, PermissionGrant,
};
use serde_json::json;
use uuid::Uuid;

/// An application of the tenant, and Microsoft Graph there, as service principals.
async fn both(graph: &GraphClient) -> (ObjectId, ObjectId) {
    let principals = graph.service_principals();
    let application = graph.applications().create(&named("HP2")).await.unwrap();
    let app_id = application.client_id().unwrap();
    let made = principals.upsert(app_id, &Default::default()).await;
    let client = made.unwrap().created().unwrap().object_id().unwrap();
    let resource = principals.get(MICROSOFT_GRAPH).await.unwrap();
    (client, resource.object_id().unwrap())
}

fn nobody() -> ObjectId {
    ObjectId::new(Uuid::from_u128(0xdead))
}

#[tokio::test(start_paused = true)]
async fn a_consent_lives() {
    let place = Place::settled();
    let graph = place.operator(place.external);
    let (client, resource) = both(&graph).await;
    let grants = graph.permission_grants();
    let wanted = PermissionGrant::for_all(client, resource, "openid");
    let made = grants.create(&wanted).await.unwrap();
    let id = made.grant_id().unwrap();
    grants.update(&id, "openid User.Read").await.unwrap();
    let all = grants.list(ListQuery::default()).collect_all().await;
    let all = all.unwrap();
    assert_eq!(all.len(), 1);
    assert_eq!(all[0].scope.as_deref(), Some("openid User.Read"));
    assert_eq!(all[0].consent_type, Some(ConsentType::AllPrincipals));
    grants.delete(&id).await.unwrap();
    refused(
        grants.delete(&id).await,
        404,
        "Request_ResourceNotFound",
        "does not exist",
    );
    refused(
        grants.update(&id, "openid").await,
        404,
        "Request_ResourceNotFound",
        "does not exist",
    );
}

#[tokio::test(start_paused = true)]
async fn there_is_one_consent_per_application_and_api() {
    let place = Place::settled();
    let graph = place.operator(place.external);
    let (client, resource) = both(&graph).await;
    let grants = graph.permission_grants();
    let wanted = PermissionGrant::for_all(client, resource, "openid");
    grants.create(&wanted).await.unwrap();
    let other_scope = PermissionGrant::for_all(client, resource, "User.Read");
    refused(
        grants.create(&other_scope).await,
        409,
        "Request_MultipleObjectsWithSameKeyValue",
        "Permission entry already exists",
    );
}

#[tokio::test(start_paused = true)]
async fn only_the_permissions_of_a_consent_change() {
    let place = Place::settled();
    let graph = place.operator(place.external);
    let (client, resource) = both(&graph).await;
    let wanted = PermissionGrant::for_all(client, resource, "openid");
    let made = graph.permission_grants().create(&wanted).await.unwrap();
    let path =
        rhc_graph::Path::new("/v1.0/oauth2PermissionGrants").segment(made.grant_id().unwrap());
    let body = json!({"consentType": "Principal"});
    refused(
        graph
            .request::<serde_json::Value>("x", Method::Patch, path, Some(&body))
            .await,
        400,
        "Request_BadRequest",
        "Property cannot be updated: consentType",
    );
}

#[tokio::test(start_paused = true)]
async fn a_consent_names_two_service_principals_of_the_tenant() {
    let place = Place::settled();
    let graph = place.operator(place.external);
    let (client, resource) = both(&graph).await;
    let grants = graph.permission_grants();
    for (client, resource) in [(nobody(), resource), (client, nobody())] {
        let wanted = PermissionGrant::for_all(client, resource, "openid");
        refused(
            grants.create(&wanted).await,
            404,
            "Request_ResourceNotFound",
            "does not exist",
        );
    }
    let without = PermissionGrant {
        resource_id: None,
        ..PermissionGrant::for_all(client, resource, "openid")
    };
    refused(
        grants.create(&without).await,
        400,
        "Request_BadRequest",
        "'resourceId'",
    );
}

#[tokio::test(start_paused = true)]
async fn a_consent_for_one_names_him_and_a_consent_for_all_names_nobody() {
    let place = Place::settled();
    let graph = place.operator(place.external);
    let (client, resource) = both(&graph).await;
    let grants = graph.permission_grants();
    let all = PermissionGrant::for_all(client, resource, "openid");
    let one = |principal_id| PermissionGrant {
        consent_type: Some(ConsentType::Principal),
        principal_id,
        ..all.clone()
    };
    refused(
        grants.create(&one(None)).await,
        400,
        "Request_BadRequest",
        "'principalId'",
    );
    refused(
        grants.create(&one(Some(nobody()))).await,
        404,
        "Request_ResourceNotFound",
        "does not exist",
    );
    let both = PermissionGrant {
        principal_id: Some(nobody()),
        ..all.clone()
    };
    refused(
        grants.create(&both).await,
        400,
        "Request_BadRequest",
        "'principalId'",
    );
    let untyped = PermissionGrant {
        consent_type: None,
        ..all
    };
    refused(
        grants.create(&untyped).await,
        400,
        "Request_BadRequest",
        "'consentType'",
    );
}

#[tokio::test(start_paused = true)]
async fn a_permission_that_the_api_does_not_have_is_refused() {
    let place = Place::settled();
    let graph = place.operator(place.external);
    let (client, _) = both(&graph).await;
    let mut api = named("API");
    api.api = Some(rhc_graph::Api {
        oauth2_permission_scopes: Some(vec![rhc_graph::PermissionScope {
            id: Some(Uuid::from_u128(7)),
            value: Some("Practices.Read".into()),
            kind: Some("Admin".into()),
            is_enabled: Some(true),
            ..Default::default()
        }]),
        ..Default::default()
    });
    let api = graph.applications().create(&api).await.unwrap();
    let principals = graph.service_principals();
    let made = principals
        .upsert(api.client_id().unwrap(), &Default::default())
        .await;
    let resource = made.unwrap().created().unwrap().object_id().unwrap();
    let grants = graph.permission_grants();
    let wanted = |scope| PermissionGrant::for_all(client, resource, scope);
    refused(
        grants.create(&wanted("Practices.Write")).await,
        400,
        "Request_BadRequest",
        "'Practices.Write'",
    );
    let made = grants.create(&wanted("Practices.Read")).await.unwrap();
    refused(
        grants
            .update(&made.grant_id().unwrap(), "Practices.Write")
            .await,
        400,
        "Request_BadRequest",
        "'Practices.Write'",
    );
}

#[tokio::test(start_paused = true)]
async fn consents_need_their_permission() {
    let place = Place::settled();
    let graph = place.with_scopes(place.external, &["Application.ReadWrite.All"]);
    let path = "/v1.0/oauth2PermissionGrants";
    for method in [Method::Get, Method::Post] {
        refused(
            raw(&graph, method, path, None).await,
            403,
            "Authorization_RequestDenied",
            "Insufficient privileges",
        );
    }
}
