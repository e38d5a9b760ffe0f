//! Apps and their traffic and secrets.

use super::place::{SUBSCRIPTION, app, app_id, group, nowhere, text};
use rhc_arm::ResourceId;
use rhc_containerapps::TrafficWeight;
use serde_json::json;

operations! {
    app_put: "apps.put", Environment => |containers| containers.apps(group()).put("web", &app()).await;
    app_put_again: "apps.put.again", App => |containers| {
        let apps = containers.apps(group());
        let mut app = apps.get("web").await?;
        app.tags.insert("rhc-app".to_owned(), "hp2".to_owned());
        apps.put("web", &app).await
    };
    app_get: "apps.get", App => |containers| containers.apps(group()).get("web").await;
    app_list: "apps.list", App => |containers| {
        let subscription = ResourceId::of_subscription(&SUBSCRIPTION.parse().unwrap());
        containers.apps(subscription).list().collect_all().await
    };
    app_update: "apps.update", App => |containers| {
        let change = json!({ "properties": { "configuration": { "ingress": { "allowInsecure": true } } } });
        containers.apps(group()).update("web", &change).await
    };
    app_delete: "apps.delete", App => |containers| containers.apps(group()).delete("web").await;
    app_start: "apps.start", App => |containers| containers.start(&group(), "web").await;
    app_stop: "apps.stop", App => |containers| containers.stop(&group(), "web").await;
    app_traffic: "apps.set_traffic", App => |containers| {
        let weights = [TrafficWeight::of("web--v1", 80), TrafficWeight::latest(20)];
        let app = containers.set_traffic(&app_id(), &weights).await?;
        Ok(app.properties.configuration.and_then(|own| own.ingress?.traffic))
    };
    app_secrets: "apps.list_secrets", App => |containers| {
        let secrets = json!([{ "name": "token", "value": "REDACTED" }]);
        let change = json!({ "properties": { "configuration": { "secrets": secrets } } });
        let app = containers.apps(group()).update("web", &change).await?;
        let shown = app.properties.configuration.and_then(|own| own.secrets);
        Ok(json!({ "shown": shown, "listed": containers.list_secrets(&app_id()).await? }))
    };
}

refusals! {
    app_without_environment: "apps.put.noEnvironment", Nothing => |containers| containers.apps(group()).put("web", &app()).await;
    app_of_an_image_that_is_not_there: "apps.put.unknownImage", Environment => |containers| {
        let mut app = app();
        let containers_of = app.properties.template.as_mut().and_then(|own| own.containers.as_mut());
        for container in containers_of.into_iter().flatten() {
            container.image = text("fixtures.azurecr.io/web:1");
        }
        containers.apps(group()).put("web", &app).await
    };
    app_that_is_missing: "apps.get.missing", Environment => |containers| containers.apps(group()).get("web").await;
    app_list_of_no_group: "apps.list.missing", App => |containers| containers.apps(nowhere()).list().collect_all().await;
    app_change_of_a_missing_one: "apps.update.missing", Environment => |containers| {
        containers.apps(group()).update("web", &json!({ "tags": {} })).await
    };
    app_in_use: "apps.delete.busy", App => |containers| {
        let change = json!({ "tags": { "rhc-app": "hp2" } });
        let _going_on = containers.apps(group()).begin_update("web", &change).await?;
        containers.apps(group()).delete("web").await
    };
    app_start_of_a_missing_one: "apps.start.missing", Environment => |containers| containers.start(&group(), "web").await;
    app_stop_while_it_is_changed: "apps.stop.busy", App => |containers| {
        let change = json!({ "tags": { "rhc-app": "hp2" } });
        let _going_on = containers.apps(group()).begin_update("web", &change).await?;
        containers.stop(&group(), "web").await
    };
    app_traffic_of_ninety: "apps.set_traffic.notHundred", App => |containers| {
        containers.set_traffic(&app_id(), &[TrafficWeight::latest(90)]).await
    };
    app_secrets_of_a_missing_one: "apps.list_secrets.missing", Environment => |containers| containers.list_secrets(&app_id()).await;
}
