//! What the fake refuses about applications: a test per rule.

use crate::place::{Place, credential, named, refused, role};
use rhc_graph::{Api, AppRole, Application, Filter, ListQuery, SignInAudience, Spa, Upserted, Web};
use serde_json::json;
use std::time::Duration;

fn with(property: &str, value: serde_json::Value) -> Application {
    let mut application = named("app");
    application.rest.insert(property.into(), value);
    application
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
async fn a_password_is_removed_by_its_id_and_only_if_it_is_there() {
    let place = Place::settled();
    let graph = place.operator(place.home);
    let applications = graph.applications();
    let made = applications.create(&named("a")).await.unwrap();
    let id = made.object_id().unwrap();
    let password = uuid::Uuid::from_u128(1);
    place.world.with(|state| {
        let held = json!([{"keyId": password, "displayName": "by hand"}]);
        let add = |body: &mut serde_json::Map<String, serde_json::Value>| {
            body.insert("passwordCredentials".into(), held.clone());
        };
        let directory = state.directory();
        directory.update(place.home, *id.as_uuid(), add).unwrap();
    });
    let held = applications.get(id).await.unwrap().password_credentials;
    let held = held.unwrap_or_default();
    assert_eq!(held[0].key_id, Some(password));
    assert_eq!(held[0].display_name.as_deref(), Some("by hand"));
    let another = uuid::Uuid::from_u128(2);
    refused(
        applications.remove_password(id, another).await,
        400,
        "Request_BadRequest",
        "No password credential found",
    );
    applications.remove_password(id, password).await.unwrap();
    let left = applications.get(id).await.unwrap().password_credentials;
    assert_eq!(left, Some(vec![]));
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
async fn a_unique_name_is_given_once_to_what_has_none() {
    let place = Place::settled();
    let graph = place.operator(place.home);
    let applications = graph.applications();
    let taken = applications.upsert("taken", &named("a")).await.unwrap();
    let taken = taken.created().unwrap().object_id().unwrap();
    let nameless = applications.create(&named("b")).await.unwrap();
    let id = nameless.object_id().unwrap();
    tokio::time::sleep(std::time::Duration::from_secs(120)).await;
    let called = |name: &str| Application {
        unique_name: Some(name.to_owned()),
        ..Application::default()
    };
    for (key, name, code, words) in [
        (id, "taken", "ObjectConflict", "already exists"),
        (id, "", "Request_BadRequest", "Invalid value"),
        (
            taken,
            "other",
            "Request_BadRequest",
            "immutable once it is set",
        ),
    ] {
        let result = applications.update(key, &called(name)).await;
        refused(result, 400, code, words);
    }
    applications.update(id, &called("mine")).await.unwrap();
    // What is there may be repeated.
    applications.update(id, &called("mine")).await.unwrap();
    tokio::time::sleep(std::time::Duration::from_secs(120)).await;
    let found = applications.get("mine").await.unwrap();
    assert_eq!(found.id, Some(id));
    assert_eq!(found.display_name.as_deref(), Some("b"));
    let result = applications.update(id, &called("another")).await;
    refused(
        result,
        400,
        "Request_BadRequest",
        "immutable once it is set",
    );
}
