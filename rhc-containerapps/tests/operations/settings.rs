//! The sign-in that an app asks for, and what the service finds out.

use super::place::{app_id, environment_id, job_id};
use rhc_containerapps::AuthConfig;
use serde_json::json;

const ISSUER: &str = "https://contoso.ciamlogin.com/22222222-2222-4222-8222-222222222222/v2.0";

operations! {
    auth_config_life: "authConfigs", App => |containers| {
        let configs = containers.auth_configs(&app_id());
        let wanted = AuthConfig::entra("33333333-3333-4333-8333-333333333333", ISSUER, "entra-secret");
        let made = configs.put(AuthConfig::NAME, &wanted).await?;
        let read = configs.get(AuthConfig::NAME).await?;
        let again = configs.put(AuthConfig::NAME, &read).await?;
        let listed = configs.list().collect_all().await?;
        configs.delete(AuthConfig::NAME).await?;
        let gone = configs.get_opt(AuthConfig::NAME).await?.is_none();
        Ok(json!({ "made": made, "read": read, "same": again == read, "listed": listed.len(), "gone": gone }))
    };
    app_detectors: "app_detectors", App => |containers| {
        let detectors = containers.app_detectors(&app_id());
        let listed = detectors.list().collect_all().await?;
        Ok(json!({ "listed": listed, "read": detectors.get("cappcontainerappnetworkIO").await? }))
    };
    job_detectors: "job_detectors", Job => |containers| {
        let detectors = containers.job_detectors(&job_id());
        let listed = detectors.list().collect_all().await?;
        Ok(json!({ "listed": listed, "read": detectors.get("containerappjobnetworkIO").await? }))
    };
    environment_detectors: "environment_detectors", Environment => |containers| {
        let detectors = containers.environment_detectors(&environment_id());
        let listed = detectors.list().collect_all().await?;
        Ok(json!({ "listed": listed, "read": detectors.get("ManagedEnvAvailabilityMetrics").await? }))
    };
}

refusals! {
    auth_config_that_is_missing: "authConfigs.get.missing", App => |containers| {
        containers.auth_configs(&app_id()).get(AuthConfig::NAME).await
    };
    auth_config_of_no_app: "authConfigs.put.noApp", Environment => |containers| {
        containers.auth_configs(&app_id()).put(AuthConfig::NAME, &AuthConfig::entra("c", ISSUER, "s")).await
    };
    app_detector_that_is_missing: "app_detectors.get.missing", App => |containers| {
        containers.app_detectors(&app_id()).get("weather").await
    };
    job_detectors_of_no_job: "job_detectors.list.missing", App => |containers| {
        containers.job_detectors(&job_id()).list().collect_all().await
    };
    environment_detectors_of_none: "environment_detectors.list.missing", Nothing => |containers| {
        containers.environment_detectors(&environment_id()).list().collect_all().await
    };
}
