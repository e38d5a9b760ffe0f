//! Environments, their storages, and what proves whose a host name is.

use super::place::{SUBSCRIPTION, environment, environment_id, group, nowhere, storage};
use rhc_arm::Resource;
use rhc_containerapps::{EnvironmentStorage, StorageProperties};
use serde_json::json;

operations! {
    environment_put: "environments.put", Nothing => |containers| containers.environments(group()).put("env", &environment()).await;
    environment_get: "environments.get", Environment => |containers| containers.environments(group()).get("env").await;
    environment_list: "environments.list", Environment => |containers| containers.environments(group()).list().collect_all().await;
    environment_update: "environments.update", Environment => |containers| {
        containers.environments(group()).update("env", &json!({ "tags": { "rhc-app": "hp2" } })).await
    };
    environment_delete: "environments.delete", Environment => |containers| containers.environments(group()).delete("env").await;
    verification_id: "subscriptions.custom_domain_verification_id", Nothing => |containers| {
        containers.custom_domain_verification_id(&SUBSCRIPTION.parse().unwrap()).await
    };
    storage_life: "storages", Environment => |containers| {
        let storages = containers.storages(&environment_id());
        let made = storages.put("share", &storage()).await?;
        let read = storages.get("share").await?;
        let listed = storages.list().collect_all().await?;
        storages.delete("share").await?;
        let gone = storages.get_opt("share").await?.is_none();
        Ok(json!({ "made": made, "same": made == read, "listed": listed.len(), "gone": gone }))
    };
}

refusals! {
    environment_of_a_bad_name: "environments.put.badName", Nothing => |containers| {
        containers.environments(group()).put("env--1", &environment()).await
    };
    environment_that_is_missing: "environments.get.missing", Nothing => |containers| containers.environments(group()).get("env").await;
    environment_list_of_no_group: "environments.list.missing", Nothing => |containers| {
        containers.environments(nowhere()).list().collect_all().await
    };
    environment_change_of_a_missing_one: "environments.update.missing", Nothing => |containers| {
        containers.environments(group()).update("env", &json!({ "tags": {} })).await
    };
    environment_in_use: "environments.delete.inUse", App => |containers| containers.environments(group()).delete("env").await;
    verification_id_of_no_subscription: "subscriptions.custom_domain_verification_id.missing", Nothing => |containers| {
        containers.custom_domain_verification_id(&"22222222-2222-4222-8222-222222222222".parse().unwrap()).await
    };
    storage_that_is_missing: "storages.get.missing", Environment => |containers| containers.storages(&environment_id()).get("share").await;
    storage_without_a_share: "storages.put.noShare", Environment => |containers| {
        let storage = Resource::<EnvironmentStorage>::new(StorageProperties::default());
        containers.storages(&environment_id()).put("share", &storage).await
    };
}
