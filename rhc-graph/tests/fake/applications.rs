//! What the fake refuses about applications, federated credentials, service principals and app roles: a test per rule.

use crate::place::{Place, refused};
use rhc_graph::{
    Api, AppRole, Application, FederatedCredential, Filter, ListQuery, ServicePrincipal,
    SignInAudience, Spa, Upserted, Web,
};
use serde_json::json;
use std::time::Duration;
use uuid::Uuid;

fn named(name: &str) -> Application {
    Application {
        display_name: Some(name.into()),
        ..Application::default()
    }
}

fn with(property: &str, value: serde_json::Value) -> Application {
    let mut application = named("app");
    application.rest.insert(property.into(), value);
    application
}

fn credential(name: &str, subject: &str) -> FederatedCredential {
    FederatedCredential {
        name: Some(name.into()),
        issuer: Some("https://token.actions.githubusercontent.com".into()),
        subject: Some(subject.into()),
        audiences: Some(vec!["api://AzureADTokenExchange".into()]),
        ..FederatedCredential::default()
    }
}

fn role(id: u128, enabled: bool) -> AppRole {
    AppRole {
        id: Some(Uuid::from_u128(id)),
        value: Some(format!("role{id}")),
        display_name: Some("r".into()),
        description: Some("r".into()),
        allowed_member_types: Some(vec!["User".into()]),
        is_enabled: Some(enabled),
        ..AppRole::default()
    }
}

#[tokio::test(start_paused = true)]
async fn an_application_needs_a_display_name() {
    let graph = Place::settled();
    let graph = graph.operator(graph.home);
    let result = graph.applications().create(&Application::default()).await;
    refused(
        result,
        400,
        "Request_BadRequest",
        "A value is required for property 'displayName'",
    );
}

#[tokio::test(start_paused = true)]
async fn an_unknown_property_of_an_application_is_refused() {
    let place = Place::settled();
    let graph = place.operator(place.home);
    let result = graph
        .applications()
        .create(&with("displayNmae", json!("x")))
        .await;
    refused(
        result,
        400,
        "Request_BadRequest",
        "'displayNmae' does not exist",
    );
    let result = graph
        .applications()
        .create(&with("web", json!({"redirectUri": "x"})))
        .await;
    refused(
        result,
        400,
        "Request_BadRequest",
        "'redirectUri' does not exist",
    );
}

#[tokio::test(start_paused = true)]
async fn a_read_only_property_of_an_application_is_refused() {
    let place = Place::settled();
    let graph = place.operator(place.home);
    for property in ["appId", "uniqueName", "publisherDomain", "createdDateTime"] {
        let result = graph
            .applications()
            .create(&with(property, json!("x")))
            .await;
        refused(result, 400, "Request_BadRequest", "is read-only");
    }
}

#[tokio::test(start_paused = true)]
async fn a_password_of_an_application_is_refused() {
    let place = Place::settled();
    let graph = place.operator(place.home);
    let result = graph
        .applications()
        .create(&with("passwordCredentials", json!([{"displayName": "x"}])))
        .await;
    refused(
        result,
        400,
        "Request_BadRequest",
        "'passwordCredentials' is read-only",
    );
    let made = graph.applications().create(&named("a")).await.unwrap();
    let path = rhc_graph::Path::new("/v1.0/applications")
        .segment(made.object_id().unwrap().to_string())
        .fixed("/addPassword");
    let result = graph
        .request::<serde_json::Value>("x", rhc_graph::Method::Post, path, Some(&json!({})))
        .await;
    refused(
        result,
        400,
        "BadRequest",
        "Resource not found for the segment",
    );
}

#[tokio::test(start_paused = true)]
async fn a_value_of_the_wrong_type_is_refused() {
    let place = Place::settled();
    let graph = place.operator(place.home);
    for (property, value) in [
        ("tags", json!("x")),
        ("isFallbackPublicClient", json!("true")),
        ("signInAudience", json!("Everybody")),
        ("description", json!("x".repeat(1025))),
    ] {
        let result = graph.applications().create(&with(property, value)).await;
        refused(
            result,
            400,
            "Request_BadRequest",
            "Invalid value specified for property",
        );
    }
}

#[tokio::test(start_paused = true)]
async fn an_identifier_uri_belongs_to_the_tenant_and_to_one_application() {
    let place = Place::settled();
    let graph = place.operator(place.home);
    let with_uri = |uri: &str| Application {
        identifier_uris: Some(vec![uri.into()]),
        ..named("a")
    };
    for bad in ["api://somebody-else", "https://contoso.com/api", "urn:x"] {
        let result = graph.applications().create(&with_uri(bad)).await;
        refused(
            result,
            400,
            "HostNameNotOnVerifiedDomain",
            "verified domain",
        );
    }
    graph
        .applications()
        .create(&with_uri("https://home.onmicrosoft.com/api"))
        .await
        .unwrap();
    let result = graph
        .applications()
        .create(&with_uri("https://home.onmicrosoft.com/api"))
        .await;
    refused(
        result,
        400,
        "ObjectConflict",
        "same value for property identifierUris",
    );
}

#[tokio::test(start_paused = true)]
async fn a_redirect_uri_is_secure_and_on_one_platform() {
    let place = Place::settled();
    let graph = place.operator(place.home);
    let spa = |uri: &str| Application {
        spa: Some(Spa {
            redirect_uris: Some(vec![uri.into()]),
            ..Spa::default()
        }),
        ..named("a")
    };
    for bad in [
        "http://hp2-qa.recalibratex.net",
        "https://*.recalibratex.net",
        "https://x.net/#top",
        "hp2-qa.recalibratex.net",
        "http://localhost.evil.net",
    ] {
        refused(
            graph.applications().create(&spa(bad)).await,
            400,
            "InvalidValue",
            "is not valid",
        );
    }
    for good in [
        "https://hp2-qa.recalibratex.net",
        "http://localhost:5173/callback",
    ] {
        graph.applications().create(&spa(good)).await.unwrap();
    }
    let twice = Application {
        web: Some(Web {
            redirect_uris: Some(vec!["https://x.net".into()]),
            ..Web::default()
        }),
        ..spa("https://x.net")
    };
    refused(
        graph.applications().create(&twice).await,
        400,
        "DuplicateValue",
        "distinct",
    );
}

#[tokio::test(start_paused = true)]
async fn personal_accounts_need_version_two_tokens() {
    let place = Place::settled();
    let graph = place.operator(place.home);
    let application = Application {
        sign_in_audience: Some(SignInAudience::MultipleTenantsAndPersonal),
        api: Some(Api {
            requested_access_token_version: Some(1),
            ..Api::default()
        }),
        ..named("a")
    };
    let result = graph.applications().create(&application).await;
    refused(result, 400, "InvalidValue", "requestedAccessTokenVersion");
}

#[tokio::test(start_paused = true)]
async fn an_enabled_role_cannot_be_removed_and_ids_differ() {
    let place = Place::settled();
    let graph = place.operator(place.home);
    let roles = |roles: Vec<AppRole>| Application {
        app_roles: Some(roles),
        ..Application::default()
    };
    let same = Application {
        display_name: Some("a".into()),
        ..roles(vec![role(1, true), role(1, true)])
    };
    refused(
        graph.applications().create(&same).await,
        400,
        "DuplicateValue",
        "duplicate",
    );
    let made = Application {
        display_name: Some("a".into()),
        ..roles(vec![role(1, true), role(2, false)])
    };
    let id = graph
        .applications()
        .create(&made)
        .await
        .unwrap()
        .object_id()
        .unwrap();
    let result = graph
        .applications()
        .update(id, &roles(vec![role(2, false)]))
        .await;
    refused(
        result,
        400,
        "CannotDeleteOrUpdateEnabledEntitlement",
        "disabled first",
    );
    graph
        .applications()
        .update(id, &roles(vec![role(1, true)]))
        .await
        .unwrap();
    graph
        .applications()
        .update(id, &roles(vec![role(1, false)]))
        .await
        .unwrap();
    graph
        .applications()
        .update(id, &roles(vec![]))
        .await
        .unwrap();
}

#[tokio::test(start_paused = true)]
async fn without_the_header_a_missing_unique_name_is_not_found() {
    let place = Place::settled();
    let graph = place.operator(place.home);
    let result = graph.applications().update("nobody", &named("x")).await;
    refused(
        result,
        404,
        "Request_ResourceNotFound",
        "'nobody' does not exist",
    );
}

#[tokio::test(start_paused = true)]
async fn the_upsert_of_an_application_needs_its_unique_name() {
    let place = Place::settled();
    let graph = place.operator(place.home);
    let app = "2a2a53ed-e317-4935-adb6-85ddfc0bf06c";
    let path = rhc_graph::Path::new("/v1.0/applications").key("appId", app);
    let request = rhc_graph::Request::new("x", rhc_graph::Method::Patch, path)
        .header("prefer", "create-if-missing")
        .json(&named("a"));
    refused(
        graph.send(request).await,
        400,
        "Request_BadRequest",
        "uniqueName",
    );
}

#[tokio::test(start_paused = true)]
async fn a_deleted_application_keeps_its_unique_name() {
    let place = Place::settled();
    let graph = place.operator(place.home);
    let made = graph
        .applications()
        .upsert("rhc-hp2-qa-db", &named("a"))
        .await
        .unwrap()
        .created()
        .unwrap();
    graph.applications().delete("rhc-hp2-qa-db").await.unwrap();
    let result = graph
        .applications()
        .upsert("rhc-hp2-qa-db", &named("a"))
        .await;
    refused(
        result,
        409,
        "ObjectConflict",
        "restore it or delete it permanently",
    );
    assert!(
        graph
            .applications()
            .upsert("rhc-hp2-qa-db", &named("a"))
            .await
            .unwrap_err()
            .has_code("Request_MultipleObjectsWithSameKeyValue")
    );
    graph
        .deleted_items()
        .delete(made.object_id().unwrap())
        .await
        .unwrap();
    assert!(
        graph
            .applications()
            .upsert("rhc-hp2-qa-db", &named("a"))
            .await
            .unwrap()
            .is_created()
    );
}

#[tokio::test(start_paused = true)]
async fn what_was_made_just_now_is_not_found_at_first() {
    let place = Place::lagging();
    let graph = place.operator(place.home);
    let made = graph
        .applications()
        .upsert("a-b", &named("a"))
        .await
        .unwrap()
        .created()
        .unwrap();
    let id = made.object_id().unwrap();
    let applications = graph.applications();
    refused(
        applications.get(id).await,
        404,
        "Request_ResourceNotFound",
        "does not exist",
    );
    refused(
        applications.update(id, &named("b")).await,
        404,
        "Request_ResourceNotFound",
        "does not exist",
    );
    refused(
        applications
            .federated_credentials(id)
            .create(&credential("abc", "s"))
            .await,
        404,
        "Request_ResourceNotFound",
        "does not exist",
    );
    // The service itself knows it: an upsert repeated at once does not make a second one.
    assert_eq!(
        applications.upsert("a-b", &named("a")).await.unwrap(),
        Upserted::Updated
    );
    tokio::time::sleep(Duration::from_secs(6)).await;
    assert!(applications.get_opt("a-b").await.unwrap().is_some());
    let listed = || async {
        applications
            .list(ListQuery::filter(Filter::eq("uniqueName", "a-b")))
            .collect_all()
            .await
            .unwrap()
            .len()
    };
    assert_eq!(listed().await, 0, "a list lags further");
    tokio::time::sleep(Duration::from_secs(20)).await;
    assert_eq!(listed().await, 1);
}

#[tokio::test(start_paused = true)]
async fn a_change_is_seen_after_a_while_only() {
    let place = Place::lagging();
    let graph = place.operator(place.home);
    graph
        .applications()
        .upsert("a", &named("old"))
        .await
        .unwrap();
    tokio::time::sleep(Duration::from_secs(30)).await;
    graph
        .applications()
        .update("a", &named("new"))
        .await
        .unwrap();
    let name = || async {
        graph
            .applications()
            .get("a")
            .await
            .unwrap()
            .display_name
            .unwrap()
    };
    assert_eq!(name().await, "old");
    tokio::time::sleep(Duration::from_secs(6)).await;
    assert_eq!(name().await, "new");
}

#[tokio::test(start_paused = true)]
async fn a_federated_credential_needs_issuer_subject_and_one_audience() {
    let place = Place::settled();
    let graph = place.operator(place.home);
    let id = graph
        .applications()
        .create(&named("a"))
        .await
        .unwrap()
        .object_id()
        .unwrap();
    let credentials = graph.applications().federated_credentials(id);
    let whole = credential("pipeline", "repo:o/r:environment:qa");
    for (bad, property) in [
        (
            FederatedCredential {
                issuer: None,
                ..whole.clone()
            },
            "issuer",
        ),
        (
            FederatedCredential {
                subject: None,
                ..whole.clone()
            },
            "subject",
        ),
        (
            FederatedCredential {
                audiences: None,
                ..whole.clone()
            },
            "audiences",
        ),
        (
            FederatedCredential {
                name: None,
                ..whole.clone()
            },
            "name",
        ),
    ] {
        refused(
            credentials.create(&bad).await,
            400,
            "Request_BadRequest",
            &format!("A value is required for property '{property}'"),
        );
    }
    for audiences in [vec![], vec!["a".to_owned(), "b".to_owned()]] {
        let bad = FederatedCredential {
            audiences: Some(audiences),
            ..whole.clone()
        };
        refused(
            credentials.create(&bad).await,
            400,
            "Request_BadRequest",
            "exactly one audience",
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_federated_credentials_name_has_a_pattern_is_unique_and_immutable() {
    let place = Place::settled();
    let graph = place.operator(place.home);
    let id = graph
        .applications()
        .create(&named("a"))
        .await
        .unwrap()
        .object_id()
        .unwrap();
    let credentials = graph.applications().federated_credentials(id);
    for bad in ["ab", "-abc", "with space", "a.b.c"] {
        refused(
            credentials.create(&credential(bad, "s")).await,
            400,
            "Request_BadRequest",
            "'name'",
        );
    }
    refused(
        credentials.create(&credential(&"x".repeat(121), "s")).await,
        400,
        "Request_BadRequest",
        "'name'",
    );
    credentials
        .create(&credential("pipeline", "s"))
        .await
        .unwrap();
    refused(
        credentials.create(&credential("pipeline", "other")).await,
        409,
        "ObjectConflict",
        "pipeline already exists",
    );
    refused(
        credentials
            .update("pipeline", &credential("renamed", "s"))
            .await,
        400,
        "Request_BadRequest",
        "'name' is read-only",
    );
    credentials
        .update("pipeline", &credential("pipeline", "t"))
        .await
        .unwrap();
}

#[tokio::test(start_paused = true)]
async fn issuer_and_subject_are_unique_in_an_application() {
    let place = Place::settled();
    let graph = place.operator(place.home);
    let id = graph
        .applications()
        .create(&named("a"))
        .await
        .unwrap()
        .object_id()
        .unwrap();
    let credentials = graph.applications().federated_credentials(id);
    credentials
        .create(&credential("one", "repo:o/r:environment:qa"))
        .await
        .unwrap();
    let same = credential("two", "repo:o/r:environment:qa");
    refused(
        credentials.create(&same).await,
        400,
        "Request_BadRequest",
        "Issuer and subject combination already exists",
    );
    refused(
        credentials.upsert("two", &same).await,
        400,
        "Request_BadRequest",
        "Issuer and subject combination already exists",
    );
    // The case of a subject counts.
    credentials
        .create(&credential("two", "repo:O/r:environment:qa"))
        .await
        .unwrap();
}

#[tokio::test(start_paused = true)]
async fn an_application_has_at_most_twenty_federated_credentials() {
    let place = Place::settled();
    let graph = place.operator(place.home);
    let id = graph
        .applications()
        .create(&named("a"))
        .await
        .unwrap()
        .object_id()
        .unwrap();
    let credentials = graph.applications().federated_credentials(id);
    for number in 0..20 {
        credentials
            .create(&credential(&format!("fic-{number}"), &number.to_string()))
            .await
            .unwrap();
    }
    refused(
        credentials.create(&credential("fic-20", "20")).await,
        400,
        "Request_BadRequest",
        "Maximum number",
    );
    credentials.delete("fic-7").await.unwrap();
    assert!(
        credentials
            .upsert("fic-20", &credential("fic-20", "20"))
            .await
            .unwrap()
            .is_created()
    );
    assert_eq!(credentials.list().collect_all().await.unwrap().len(), 20);
}

#[tokio::test(start_paused = true)]
async fn a_wrong_issuer_is_accepted_silently() {
    let place = Place::settled();
    let graph = place.operator(place.home);
    let id = graph
        .applications()
        .create(&named("a"))
        .await
        .unwrap()
        .object_id()
        .unwrap();
    let wrong = FederatedCredential {
        issuer: Some("https://nobody.example.com".into()),
        ..credential("wrong", "nobody")
    };
    graph
        .applications()
        .federated_credentials(id)
        .create(&wrong)
        .await
        .unwrap();
}

#[tokio::test(start_paused = true)]
async fn federated_credentials_are_not_shown_with_their_application() {
    let place = Place::settled();
    let graph = place.operator(place.home);
    let id = graph
        .applications()
        .create(&named("a"))
        .await
        .unwrap()
        .object_id()
        .unwrap();
    graph
        .applications()
        .federated_credentials(id)
        .create(&credential("one", "s"))
        .await
        .unwrap();
    let read = graph.applications().get(id).await.unwrap();
    assert!(!read.rest.contains_key("federatedIdentityCredentials"));
}

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
