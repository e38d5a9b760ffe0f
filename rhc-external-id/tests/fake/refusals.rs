//! Each rule, broken.

use rhc_core::Method;
use rhc_core::fake::ObjectKind;
use serde_json::{Value, json};

use super::support::{
    SUBSCRIPTION, Stage, UNREGISTERED, body, group, said, send, subscription, wanted,
};

const REFUSED: (u16, &str) = (400, "BadRequest");

/// The body without what a pointer names.
fn without(parent: &str, member: &str) -> Value {
    let mut body = body();
    let parent = body.pointer_mut(parent).and_then(Value::as_object_mut);
    assert!(parent.unwrap().remove(member).is_some());
    body
}

/// The body with another value where a pointer points.
fn with(pointer: &str, value: Value) -> Value {
    let mut body = body();
    *body.pointer_mut(pointer).unwrap() = value;
    body
}

#[tokio::test(start_paused = true)]
async fn a_name_with_a_hyphen() {
    let stage = Stage::new();
    for name in [
        "rhc-b2c-qa",
        "rhc_qa",
        "abcdefghijklmnopqrstuvwxyz1",
        "rhcqa.onmicrosoft.com",
    ] {
        let error = stage.refused(name, &body()).await;
        assert_eq!(said(&error), REFUSED, "{name}");
        assert!(error.message().contains("letters and digits"), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_hyphen_is_invalid_to_the_name_check_too() {
    let stage = Stage::new();
    // Our client refuses it before it is sent, so it is asked past the client.
    let request = |body: Value| {
        let path = rhc_core::Path::new("/subscriptions")
            .segment(SUBSCRIPTION.to_string())
            .fixed("/providers/Microsoft.AzureActiveDirectory/checkNameAvailability");
        rhc_core::Request::new("test", Method::Post, path)
            .query("api-version", "2023-05-17-preview")
            .json(&body)
    };
    let answer = stage
        .arm()
        .request(request(json!({ "name": "rhc-qa", "countryCode": "US" })))
        .await
        .unwrap();
    let answer: Value = answer.json().unwrap();
    assert_eq!(answer["nameAvailable"], false);
    assert_eq!(answer["reason"], "Invalid");

    let error = stage
        .arm()
        .request(request(json!({ "name": "rhcqa" })))
        .await
        .unwrap_err();
    assert_eq!(error.status(), Some(400), "the country is required");

    let error = stage
        .directories()
        .check_name(&subscription(), "rhc-qa", "US")
        .await
        .unwrap_err();
    assert_eq!(error.kind(), rhc_core::ErrorKind::InvalidInput);
}

#[tokio::test(start_paused = true)]
async fn the_name_of_somebody_elses_tenant() {
    let stage = Stage::new();
    stage.stranger("rhcqa");
    let error = stage.refused("RHCqa", &body()).await;
    assert_eq!(said(&error), (409, "NameAlreadyExists"));
}

#[tokio::test(start_paused = true)]
async fn a_name_that_is_taken_while_the_tenant_is_made() {
    let stage = Stage::new();
    let operation = stage
        .directories()
        .in_scope(group())
        .begin_put("rhcqa", &wanted())
        .await
        .unwrap();
    stage.stranger("rhcqa");
    let error = operation.await.unwrap_err();
    assert!(error.has_code("AADB2C95054"), "{error:?}");
    let left = stage
        .directories()
        .in_scope(group())
        .get("rhcqa")
        .await
        .unwrap();
    assert_eq!(
        left.properties.provisioning_state.as_deref(),
        Some("Failed")
    );
}

#[tokio::test(start_paused = true)]
async fn what_is_required() {
    let stage = Stage::new();
    let error = stage.refused("rhcqa", &without("", "location")).await;
    assert_eq!(said(&error), (400, "LocationRequired"));
    for (parent, member) in [
        ("", "sku"),
        ("/sku", "name"),
        ("/sku", "tier"),
        ("", "properties"),
        ("/properties/createTenantProperties", "displayName"),
        ("/properties/createTenantProperties", "countryCode"),
    ] {
        let error = stage.refused("rhcqa", &without(parent, member)).await;
        assert_eq!(said(&error), REFUSED, "{parent}/{member}");
    }
}

#[tokio::test(start_paused = true)]
async fn values_that_the_service_does_not_know() {
    let stage = Stage::new();
    let country = "/properties/createTenantProperties/countryCode";
    let name = "/properties/createTenantProperties/displayName";
    for (pointer, value) in [
        ("/sku/name", "PremiumP3"),
        ("/sku/tier", "A1"),
        (country, "USA"),
        (country, "1"),
        (name, " "),
    ] {
        let error = stage.refused("rhcqa", &with(pointer, json!(value))).await;
        assert_eq!(said(&error), REFUSED, "{pointer} {value}");
    }
    let error = stage
        .refused("rhcqa", &with("/location", json!("eastus2")))
        .await;
    assert_eq!(said(&error), (400, "LocationNotAvailableForResourceType"));
}

#[tokio::test(start_paused = true)]
async fn a_country_of_another_geography() {
    let stage = Stage::new();
    for (location, country) in [
        ("Europe", "US"),
        ("United States", "DE"),
        ("Asia Pacific", "AU"),
    ] {
        let mut body = with("/location", json!(location));
        body["properties"]["createTenantProperties"]["countryCode"] = json!(country);
        let error = stage.refused("rhcqa", &body).await;
        assert_eq!(said(&error), REFUSED, "{country} in {location}");
        assert!(error.message().contains("resides in"), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_application_or_managed_identity_as_creator() {
    let stage = Stage::new();
    let app_id = uuid::Uuid::from_u128(0xa99);
    let application = json!({ "appId": app_id, "displayName": "rhc-rollout", "servicePrincipalType": "Application", "accountEnabled": true });
    stage.owner(ObjectKind::ServicePrincipal, application);
    let identity = json!({ "appId": uuid::Uuid::from_u128(0x1d), "displayName": "id", "servicePrincipalType": "ManagedIdentity", "accountEnabled": true });
    let identity = stage.owner(ObjectKind::ServicePrincipal, identity);
    let tenant = stage.tenant.to_string();
    for credential in [
        stage.world.app_credential(&tenant, app_id),
        stage.world.managed_identity(&tenant, identity),
    ] {
        let arm = stage.arm_as(credential);
        let error = send(&arm, Method::Put, SUBSCRIPTION, "rhcqa", Some(&body()))
            .await
            .unwrap_err();
        assert_eq!(said(&error), (401, "Unauthenticated"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_person_without_the_role_tenant_creator() {
    let stage = Stage::new();
    let user = json!({ "displayName": "Ann", "userPrincipalName": "ann@backoffice.onmicrosoft.com", "accountEnabled": true });
    let user = stage.owner(ObjectKind::User, user);
    let arm = stage.arm_as(stage.world.user_credential(&stage.tenant.to_string(), user));
    let put = async || send(&arm, Method::Put, SUBSCRIPTION, "rhcqa", Some(&body())).await;
    assert_eq!(said(&put().await.unwrap_err()), (403, "Forbidden"));

    let tenant_creator = "112ca1a2-15ad-4102-995e-45b0bc479a6a".parse().unwrap();
    stage.world.with(|state| {
        state
            .directory()
            .assign_role(stage.tenant, user, tenant_creator)
            .unwrap();
    });
    put().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_subscription_without_the_provider() {
    let stage = Stage::new();
    let error = send(
        &stage.arm(),
        Method::Put,
        UNREGISTERED,
        "rhcqa",
        Some(&body()),
    )
    .await
    .unwrap_err();
    assert_eq!(said(&error), (409, "MissingSubscriptionRegistration"));
}

#[tokio::test(start_paused = true)]
async fn another_location_country_or_display_name() {
    let stage = Stage::new();
    stage
        .directories()
        .in_scope(group())
        .put("rhcqa", &wanted())
        .await
        .unwrap();
    let error = stage
        .refused("rhcqa", &with("/location", json!("Europe")))
        .await;
    assert_eq!(said(&error), (409, "InvalidResourceLocation"));
    for (member, value) in [("countryCode", "CA"), ("displayName", "other")] {
        let pointer = format!("/properties/createTenantProperties/{member}");
        let error = stage.refused("rhcqa", &with(&pointer, json!(value))).await;
        assert_eq!(said(&error), REFUSED, "{member}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_second_write_while_the_tenant_is_made() {
    let stage = Stage::new();
    stage.put("rhcqa", &body()).await.unwrap();
    let error = stage.refused("rhcqa", &body()).await;
    assert_eq!(said(&error), (409, "Conflict"));
    let error = send(&stage.arm(), Method::Delete, SUBSCRIPTION, "rhcqa", None)
        .await
        .unwrap_err();
    assert_eq!(said(&error), (409, "Conflict"));
}

#[tokio::test(start_paused = true)]
async fn the_twenty_first_tenant_of_a_subscription() {
    let stage = Stage::new();
    for number in 1..=20 {
        stage.put(&format!("rhcqa{number}"), &body()).await.unwrap();
    }
    let error = stage.refused("rhcqa21", &body()).await;
    assert_eq!(said(&error), REFUSED);
    assert!(error.message().contains("at most 20"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn another_api_version() {
    let stage = Stage::new();
    let path = rhc_core::Path::new("/subscriptions")
        .segment(SUBSCRIPTION.to_string())
        .fixed("/providers/Microsoft.AzureActiveDirectory/ciamDirectories");
    let request =
        rhc_core::Request::new("test", Method::Get, path).query("api-version", "2024-05-01");
    let error = stage.arm().request(request).await.unwrap_err();
    assert_eq!(said(&error), (400, "NoRegisteredProviderFound"));
}
