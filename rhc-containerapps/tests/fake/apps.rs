//! Apps: their place, their configuration, their secrets.

use rhc_containerapps::RunningStatus;
use rhc_core::Method;
use serde_json::{Value, json};

use super::support::{APP, ENVIRONMENT, Stage, app, environment, group, id, identity, said, with};

const UNNAMED: (u16, &str) = (400, "InvalidRequestParameterWithDetails");
const CONFIGURATION: &str = "properties.configuration";

#[tokio::test(start_paused = true)]
async fn an_app_is_made_and_runs() {
    let stage = Stage::ready().await;
    let made = stage.put_app(&app()).await.unwrap();
    let environment = stage
        .client()
        .environments(group())
        .get(ENVIRONMENT)
        .await
        .unwrap();
    let own = made.properties;
    assert_eq!(own.running_status, Some(RunningStatus::Running));
    let domain = environment.properties.default_domain.unwrap();
    let ingress = own.configuration.unwrap().ingress.unwrap();
    assert_eq!(ingress.fqdn, Some(format!("{APP}.{domain}")));
    assert_eq!(own.latest_revision_name, own.latest_ready_revision_name);
    let name = own.latest_revision_name.unwrap();
    assert!(name.starts_with("hp225qa-app--"), "{name}");
    assert_eq!(own.latest_revision_fqdn, Some(format!("{name}.{domain}")));
    let verification = environment.properties.custom_domain_configuration.unwrap();
    assert_eq!(
        own.custom_domain_verification_id,
        verification.custom_domain_verification_id
    );
    assert_eq!(made.location.as_deref(), Some("East US 2"));
}

#[tokio::test(start_paused = true)]
async fn writing_back_what_was_read_changes_nothing() {
    let stage = Stage::ready().await;
    stage.put_app(&app()).await.unwrap();
    let apps = stage.client().apps(group());
    let read = apps.get(APP).await.unwrap();
    let written = apps.put(APP, &read).await.unwrap();
    assert_eq!(written.properties, read.properties);
}

#[tokio::test(start_paused = true)]
async fn an_app_without_ingress_has_no_address() {
    let stage = Stage::ready().await;
    let body = with(app(), "properties.configuration.ingress", json!(null));
    stage.put_app(&app()).await.unwrap();
    let changed = stage.put_app(&body).await.unwrap();
    assert_eq!(changed.properties.configuration.unwrap().ingress, None);
}

#[tokio::test(start_paused = true)]
async fn an_app_that_is_reached_from_inside_only() {
    let stage = Stage::ready().await;
    let body = with(
        app(),
        "properties.configuration.ingress.external",
        json!(false),
    );
    let made = stage.put_app(&body).await.unwrap();
    let fqdn = made
        .properties
        .configuration
        .unwrap()
        .ingress
        .unwrap()
        .fqdn
        .unwrap();
    assert!(fqdn.starts_with("hp225qa-app.internal."), "{fqdn}");
}

#[tokio::test(start_paused = true)]
async fn an_environment_that_is_missing_or_not_ready() {
    let stage = Stage::new();
    let error = stage.refused_app(&app()).await;
    assert_eq!(said(&error), (400, "ManagedEnvironmentNotFound"));
    stage
        .send(
            Method::Put,
            "managedEnvironments",
            ENVIRONMENT,
            Some(&environment()),
        )
        .await
        .unwrap();
    let error = stage.refused_app(&app()).await;
    assert_eq!(said(&error), (400, "ManagedEnvironmentNotProvisioned"));
    let error = stage
        .refused_app(&with(app(), "properties.environmentId", json!(null)))
        .await;
    assert_eq!(
        said(&error),
        (400, "ContainerAppManagedEnvironmentRequired")
    );
}

#[tokio::test(start_paused = true)]
async fn another_environment_later() {
    let stage = Stage::ready().await;
    let body = with(environment(), "properties.vnetConfiguration", json!(null));
    let other: rhc_arm::Resource<_> = serde_json::from_value(body).unwrap();
    stage
        .client()
        .environments(group())
        .put("smx25qa-env", &other)
        .await
        .unwrap();
    stage.put_app(&app()).await.unwrap();
    let other = id("managedEnvironments", "smx25qa-env");
    let error = stage
        .refused_app(&with(app(), "properties.environmentId", json!(other)))
        .await;
    assert_eq!(
        said(&error),
        (400, "ContainerAppManagedEnvironmentIdCannotBeUpdated")
    );
}

#[tokio::test(start_paused = true)]
async fn another_region_or_profile_than_the_environments() {
    let stage = Stage::ready().await;
    let error = stage
        .refused_app(&with(app(), "location", json!("westus2")))
        .await;
    assert_eq!(said(&error), UNNAMED);
    let error = stage
        .refused_app(&with(app(), "properties.workloadProfileName", json!("D4")))
        .await;
    assert_eq!(said(&error), UNNAMED);
}

#[tokio::test(start_paused = true)]
async fn a_name_that_is_too_long_or_has_a_capital() {
    let stage = Stage::ready().await;
    for name in ["A-app", "1app", "app-", "a--b", "a", &"a".repeat(33)] {
        let error = stage
            .send(Method::Put, "containerApps", name, Some(&app()))
            .await
            .unwrap_err();
        assert_eq!(said(&error), (400, "ContainerAppInvalidName"), "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_identity_that_is_not_there() {
    let stage = Stage::ready().await;
    let other = identity().replace("hp225qa-id", "nobody");
    let identity = json!({ "type": "UserAssigned", "userAssignedIdentities": { other: {} } });
    let error = stage.refused_app(&with(app(), "identity", identity)).await;
    assert_eq!(said(&error), (400, "FailedIdentityOperation"));
}

#[tokio::test(start_paused = true)]
async fn an_identity_that_the_app_does_not_have() {
    let stage = Stage::ready().await;
    let other = identity().replace("hp225qa-id", "hp225qa-deploy-id");
    for (list, item) in [
        (
            "registries",
            json!({ "server": "smx25qaacr.azurecr.io", "identity": other }),
        ),
        (
            "registries",
            json!({ "server": "smx25qaacr.azurecr.io", "identity": "system" }),
        ),
        (
            "secrets",
            json!({ "name": "s", "keyVaultUrl": "https://v.vault.azure.net/secrets/s", "identity": other }),
        ),
        (
            "identitySettings",
            json!({ "identity": other, "lifecycle": "None" }),
        ),
    ] {
        let body = with(app(), &format!("{CONFIGURATION}.{list}"), json!([item]));
        assert_eq!(said(&stage.refused_app(&body).await), UNNAMED, "{list}");
    }
}

#[tokio::test(start_paused = true)]
async fn values_that_the_service_does_not_know() {
    let stage = Stage::ready().await;
    for (path, value) in [
        ("activeRevisionsMode", json!("Some")),
        ("ingress.transport", json!("quic")),
        ("ingress.clientCertificateMode", json!("maybe")),
        ("ingress.targetPort", json!(0)),
        ("ingress.targetPort", json!(65536)),
    ] {
        let body = with(app(), &format!("{CONFIGURATION}.{path}"), value);
        assert_eq!(said(&stage.refused_app(&body).await), UNNAMED, "{path}");
    }
}

#[tokio::test(start_paused = true)]
async fn secrets_go_in_and_never_come_out() {
    let stage = Stage::ready().await;
    let secrets = json!([
        { "name": "plain", "value": "planted", "keyVaultUrl": "", "identity": "" },
        { "name": "vaulted", "keyVaultUrl": "https://v.vault.azure.net/secrets/s", "identity": identity() },
    ]);
    let body = with(app(), "properties.configuration.secrets", secrets);
    let first = stage
        .send(Method::Put, "containerApps", APP, Some(&body))
        .await
        .unwrap();
    tokio::time::sleep(std::time::Duration::from_secs(60)).await;
    let read = stage
        .send(Method::Get, "containerApps", APP, None)
        .await
        .unwrap();
    for shown in [&first, &read] {
        assert!(!shown.to_string().contains("planted"), "{shown}");
        let names = shown["properties"]["configuration"]["secrets"].as_array();
        assert_eq!(names.unwrap().len(), 2);
    }
    // PATCH of something else keeps the value; only `listSecrets` gives it out.
    stage
        .client()
        .apps(group())
        .update(APP, &json!({ "tags": { "a": "b" } }))
        .await
        .unwrap();
    let listed = stage
        .send(
            Method::Post,
            "containerApps",
            &format!("{APP}/listSecrets"),
            None,
        )
        .await
        .unwrap();
    assert_eq!(
        listed["value"][0],
        json!({ "name": "plain", "value": "planted" })
    );
    // PUT of what was read lacks it, and is refused for that.
    let error = stage.refused_app(&read).await;
    assert_eq!(said(&error), (400, "ContainerAppSecretInvalid"));
    let debug = stage.world.with(|state| {
        let arm = state.section::<rhc_arm::fake::Arm>();
        format!("{:?}", arm.get(&id("containerApps", APP)))
    });
    assert!(!debug.contains("planted"), "{debug}");
}

#[tokio::test(start_paused = true)]
async fn secrets_with_a_bad_name_or_without_a_value() {
    let stage = Stage::ready().await;
    let secrets = |secret: Value| with(app(), "properties.configuration.secrets", json!([secret]));
    for name in ["Capital", "-x", "x_y", ""] {
        let error = stage
            .refused_app(&secrets(json!({ "name": name, "value": "v" })))
            .await;
        assert_eq!(
            said(&error),
            (400, "ContainerAppInvalidSecretName"),
            "{name}"
        );
    }
    for secret in [
        json!({ "name": "s" }),
        json!({ "name": "s", "keyVaultUrl": "https://v.vault.azure.net/secrets/s" }),
    ] {
        let error = stage.refused_app(&secrets(secret)).await;
        assert_eq!(said(&error), (400, "ContainerAppSecretInvalid"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_registry_password_that_is_no_secret() {
    let stage = Stage::ready().await;
    let registries =
        json!([{ "server": "r.example", "username": "u", "passwordSecretRef": "nowhere" }]);
    let error = stage
        .refused_app(&with(
            app(),
            "properties.configuration.registries",
            registries,
        ))
        .await;
    assert_eq!(
        said(&error),
        (400, "ContainerAppRegistriesPasswordSecretRefNotFound")
    );
}

#[tokio::test(start_paused = true)]
async fn a_second_write_meanwhile() {
    let stage = Stage::ready().await;
    stage
        .send(Method::Put, "containerApps", APP, Some(&app()))
        .await
        .unwrap();
    let busy = (409, "ContainerAppOperationInProgress");
    assert_eq!(said(&stage.refused_app(&app()).await), busy);
    let error = stage.client().stop(&group(), APP).await.unwrap_err();
    assert_eq!(said(&error), busy);
}

#[tokio::test(start_paused = true)]
async fn a_stopped_app_starts_again() {
    let stage = Stage::ready().await;
    stage.put_app(&app()).await.unwrap();
    let client = stage.client();
    let stopped = client.stop(&group(), APP).await.unwrap();
    assert_eq!(
        stopped.properties.running_status,
        Some(RunningStatus::Stopped)
    );
    let changed = stage
        .put_app(&with(app(), "tags", json!({ "a": "b" })))
        .await
        .unwrap();
    assert_eq!(
        changed.properties.running_status,
        Some(RunningStatus::Stopped),
        "a write does not start it"
    );
    let started = client.start(&group(), APP).await.unwrap();
    assert_eq!(
        started.properties.running_status,
        Some(RunningStatus::Running)
    );
    let error = client.start(&group(), "nobody").await.unwrap_err();
    assert!(error.is_not_found(), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_subscription_without_the_provider() {
    let stage = Stage::ready().await;
    stage.world.with(|state| {
        let arm = state.section::<rhc_arm::fake::Arm>();
        let subscription = super::support::SUBSCRIPTION.parse().unwrap();
        let own = arm.subscriptions.get_mut(&subscription).unwrap();
        own.providers.remove("Microsoft.App");
    });
    let error = stage.refused_app(&app()).await;
    assert_eq!(said(&error), (409, "MissingSubscriptionRegistration"));
}
