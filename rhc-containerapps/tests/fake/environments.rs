//! Environments.

use rhc_containerapps::EnvironmentState;
use rhc_core::Method;
use serde_json::json;
use std::time::Duration;

use super::support::{ENVIRONMENT, Stage, app, environment, group, id, said, subnet, with};

const SUBNET: &str = "properties.vnetConfiguration.infrastructureSubnetId";
const NETWORK: (u16, &str) = (400, "ManagedEnvironmentInvalidNetworkConfiguration");
const UNNAMED: (u16, &str) = (400, "InvalidRequestParameterWithDetails");

#[tokio::test(start_paused = true)]
async fn an_environment_passes_its_states_and_gets_its_domain() {
    let stage = Stage::new();
    let environments = stage.client().environments(group());
    let wanted = serde_json::from_value(environment()).unwrap();
    let operation = environments.begin_put(ENVIRONMENT, &wanted).await.unwrap();
    let mut seen: Vec<EnvironmentState> = Vec::new();
    let begun = tokio::time::Instant::now();
    while begun.elapsed() < Duration::from_secs(230) {
        let now = environments.get(ENVIRONMENT).await.unwrap();
        let now = now.properties.provisioning_state.unwrap();
        if seen.last() != Some(&now) {
            seen.push(now);
        }
        tokio::time::sleep(Duration::from_secs(10)).await;
    }
    assert_eq!(
        seen,
        [
            EnvironmentState::Waiting,
            EnvironmentState::InitializationInProgress,
            EnvironmentState::InfrastructureSetupInProgress,
            EnvironmentState::InfrastructureSetupComplete,
        ]
    );
    let made = operation.await.unwrap();
    assert_eq!(made.location.as_deref(), Some("East US 2"));
    let own = made.properties;
    assert_eq!(own.provisioning_state, Some(EnvironmentState::Succeeded));
    let domain = own.default_domain.unwrap();
    assert!(
        domain.ends_with(".eastus2.azurecontainerapps.io"),
        "{domain}"
    );
    assert!(own.static_ip.is_some());
    let verification = own.custom_domain_configuration.unwrap();
    assert_eq!(
        verification.custom_domain_verification_id.unwrap().len(),
        64
    );
    assert_eq!(
        own.infrastructure_resource_group.as_deref(),
        Some("ME_hp225qa-env_rhc-hp2-qa-rg_eastus2")
    );
}

#[tokio::test(start_paused = true)]
async fn writing_back_what_was_read_changes_nothing() {
    let stage = Stage::ready().await;
    let environments = stage.client().environments(group());
    let read = environments.get(ENVIRONMENT).await.unwrap();
    let written = environments.put(ENVIRONMENT, &read).await.unwrap();
    assert_eq!(written.properties, read.properties);
}

#[tokio::test(start_paused = true)]
async fn a_patch_changes_what_it_names() {
    let stage = Stage::ready().await;
    let environments = stage.client().environments(group());
    let change = json!({ "tags": { "rhc-app": "hp2" }, "properties": { "peerTrafficConfiguration": { "encryption": { "enabled": true } } } });
    let operation = environments
        .begin_update(ENVIRONMENT, &change)
        .await
        .unwrap();
    let between = environments.get(ENVIRONMENT).await.unwrap();
    assert_eq!(
        between.properties.provisioning_state,
        Some(EnvironmentState::Updating)
    );
    let changed = operation.await.unwrap();
    assert_eq!(changed.tags["rhc-app"], "hp2");
    let peers = changed.properties.peer_traffic_configuration.unwrap();
    assert_eq!(peers.encryption.unwrap().enabled, Some(true));
    assert!(changed.properties.vnet_configuration.is_some());
}

#[tokio::test(start_paused = true)]
async fn an_internal_environment_has_an_address_of_its_subnet() {
    let stage = Stage::new();
    let body = with(
        environment(),
        "properties.vnetConfiguration.internal",
        json!(true),
    );
    stage.make_environment(&body).await;
    let made = stage
        .client()
        .environments(group())
        .get(ENVIRONMENT)
        .await
        .unwrap();
    assert_eq!(made.properties.static_ip.as_deref(), Some("10.40.0.10"));
}

#[tokio::test(start_paused = true)]
async fn a_profile_named_as_the_azure_cli_does_is_understood() {
    let stage = Stage::new();
    let profile = json!({ "Name": "Consumption", "workloadProfileType": "Consumption" });
    let body = with(environment(), "properties.workloadProfiles.0", profile);
    stage.make_environment(&body).await;
    stage.put_app(&app()).await.unwrap();
    let environments = stage.client().environments(group());
    let made = environments.get(ENVIRONMENT).await.unwrap();
    let profile = made.properties.workload_profiles.unwrap().remove(0);
    assert_eq!(profile.name.as_deref(), Some("Consumption"));
}

#[tokio::test(start_paused = true)]
async fn an_environment_needs_no_network() {
    let stage = Stage::new();
    let body = with(environment(), "properties.vnetConfiguration", json!(null));
    stage.make_environment(&body).await;
}

#[tokio::test(start_paused = true)]
async fn a_subnet_that_is_not_there() {
    let stage = Stage::new();
    let error = stage
        .refused_environment(&with(environment(), SUBNET, json!(subnet("nowhere"))))
        .await;
    assert_eq!(said(&error), NETWORK);
}

#[tokio::test(start_paused = true)]
async fn something_else_than_a_subnet() {
    let stage = Stage::new();
    let vault = id("containerApps", "x");
    let error = stage
        .refused_environment(&with(environment(), SUBNET, json!(vault)))
        .await;
    assert_eq!(said(&error), (400, "LinkedInvalidPropertyId"));
}

#[tokio::test(start_paused = true)]
async fn a_subnet_that_is_not_delegated() {
    let stage = Stage::new();
    let error = stage
        .refused_environment(&with(environment(), SUBNET, json!(subnet("endpoints"))))
        .await;
    assert_eq!(
        said(&error),
        (400, "ManagedEnvironmentSubnetDelegationError")
    );
}

#[tokio::test(start_paused = true)]
async fn a_subnet_smaller_than_27() {
    let stage = Stage::new();
    let error = stage
        .refused_environment(&with(environment(), SUBNET, json!(subnet("small"))))
        .await;
    assert_eq!(said(&error), NETWORK);
    assert!(error.message().contains("at least /27"), "{error}");
    stage
        .make_environment(&with(environment(), SUBNET, json!(subnet("least"))))
        .await;
}

#[tokio::test(start_paused = true)]
async fn a_subnet_without_an_address() {
    let stage = Stage::new();
    stage.change(&subnet("hp2-apps"), "properties.addressPrefix", json!(null));
    let error = stage.refused_environment(&environment()).await;
    assert_eq!(said(&error), NETWORK);
    assert!(error.message().contains("addressPrefix"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_network_of_another_region() {
    let stage = Stage::new();
    let error = stage
        .refused_environment(&with(environment(), "location", json!("westus2")))
        .await;
    assert_eq!(said(&error), NETWORK);
    assert!(error.message().contains("region"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn the_subnet_of_another_environment() {
    let stage = Stage::ready().await;
    let put = |name: &'static str, body| {
        let stage = &stage;
        async move {
            stage
                .send(Method::Put, "managedEnvironments", name, Some(&body))
                .await
        }
    };
    let error = put("smx25qa-env", environment()).await.unwrap_err();
    assert_eq!(said(&error), NETWORK);
    assert!(error.message().contains("already in use"), "{error}");
    put(
        "smx25qa-env",
        with(environment(), SUBNET, json!(subnet("smx-apps"))),
    )
    .await
    .unwrap();
}

#[tokio::test(start_paused = true)]
async fn the_first_generation_wants_a_large_subnet_without_delegation() {
    let stage = Stage::new();
    let old = with(environment(), "properties.workloadProfiles", json!([]));
    let error = stage.refused_environment(&old).await;
    assert_eq!(said(&error), (400, "ManagedEnvironmentSubnetIsDelegated"));
    let error = stage
        .refused_environment(&with(old.clone(), SUBNET, json!(subnet("endpoints"))))
        .await;
    assert!(error.message().contains("at least /23"), "{error}");
    stage
        .make_environment(&with(old, SUBNET, json!(subnet("plain"))))
        .await;
}

#[tokio::test(start_paused = true)]
async fn an_internal_environment_without_a_subnet() {
    let stage = Stage::new();
    let body = with(
        environment(),
        "properties.vnetConfiguration",
        json!({ "internal": true }),
    );
    assert_eq!(said(&stage.refused_environment(&body).await), NETWORK);
}

#[tokio::test(start_paused = true)]
async fn another_network_later() {
    let stage = Stage::ready().await;
    let error = stage
        .refused_environment(&with(environment(), SUBNET, json!(subnet("smx-apps"))))
        .await;
    assert_eq!(
        said(&error),
        (400, "ManagedEnvironmentInfraSubnetIdCannotBeUpdated")
    );
    for (path, value) in [
        ("properties.vnetConfiguration.internal", json!(true)),
        ("properties.zoneRedundant", json!(true)),
        ("properties.infrastructureResourceGroup", json!("other")),
    ] {
        let error = stage
            .refused_environment(&with(environment(), path, value))
            .await;
        assert_eq!(said(&error), UNNAMED, "{path}");
    }
}

#[tokio::test(start_paused = true)]
async fn log_analytics_without_a_key() {
    let stage = Stage::new();
    let logs = "properties.appLogsConfiguration";
    for configuration in [
        json!({ "destination": "log-analytics" }),
        json!({ "destination": "log-analytics", "logAnalyticsConfiguration": { "customerId": "c" } }),
        json!({ "destination": "log-analytics", "logAnalyticsConfiguration": { "sharedKey": "k" } }),
        json!({ "destination": "azure-monitor", "logAnalyticsConfiguration": { "customerId": "c", "sharedKey": "k" } }),
        json!({ "destination": "elsewhere" }),
    ] {
        let body = with(environment(), logs, configuration);
        assert_eq!(said(&stage.refused_environment(&body).await), UNNAMED);
    }
    let whole = json!({ "destination": "log-analytics", "logAnalyticsConfiguration": { "customerId": "c", "sharedKey": "planted" } });
    stage
        .make_environment(&with(environment(), logs, whole))
        .await;
    let read = stage
        .send(Method::Get, "managedEnvironments", ENVIRONMENT, None)
        .await
        .unwrap();
    assert!(!read.to_string().contains("planted"), "{read}");
}

#[tokio::test(start_paused = true)]
async fn a_workload_profile_without_name_or_type() {
    let stage = Stage::new();
    for profile in [
        json!({ "name": "Consumption" }),
        json!({ "workloadProfileType": "Consumption" }),
    ] {
        let body = with(environment(), "properties.workloadProfiles.0", profile);
        assert_eq!(said(&stage.refused_environment(&body).await), UNNAMED);
    }
}

#[tokio::test(start_paused = true)]
async fn a_name_with_a_capital() {
    let stage = Stage::new();
    for name in ["HP2-env", "2env", "env-", "a--b", "e"] {
        let error = stage
            .send(
                Method::Put,
                "managedEnvironments",
                name,
                Some(&environment()),
            )
            .await
            .unwrap_err();
        assert_eq!(
            said(&error),
            (400, "ManagedEnvironmentInvalidName"),
            "{name}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_second_write_meanwhile() {
    let stage = Stage::new();
    let put = || {
        let stage = &stage;
        async move {
            stage
                .send(
                    Method::Put,
                    "managedEnvironments",
                    ENVIRONMENT,
                    Some(&environment()),
                )
                .await
        }
    };
    put().await.unwrap();
    let error = put().await.unwrap_err();
    assert_eq!(said(&error), (409, "ManagedEnvironmentOperationInProgress"));
}

#[tokio::test(start_paused = true)]
async fn an_environment_with_apps_stays() {
    let stage = Stage::ready().await;
    stage.put_app(&app()).await.unwrap();
    let environments = stage.client().environments(group());
    let error = environments.delete(ENVIRONMENT).await.unwrap_err();
    assert_eq!(said(&error), (409, "ManagedEnvironmentHasContainerApps"));
    stage
        .client()
        .apps(group())
        .delete(super::support::APP)
        .await
        .unwrap();
    environments.delete(ENVIRONMENT).await.unwrap();
    assert!(environments.get_opt(ENVIRONMENT).await.unwrap().is_none());
}
