//! What answers at the apps' addresses.

use serde_json::json;

use super::support::{APP, ENVIRONMENT, Stage, app, environment, group, id, with};

async fn address(stage: &Stage) -> String {
    let app = stage.client().apps(group()).get(APP).await.unwrap();
    app.properties
        .configuration
        .unwrap()
        .ingress
        .unwrap()
        .fqdn
        .unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_running_app_answers() {
    let stage = Stage::ready().await;
    let suffix = "properties.template.revisionSuffix";
    stage
        .put_app(&with(app(), suffix, json!("v1")))
        .await
        .unwrap();
    let host = address(&stage).await;
    let (status, _, body) = stage.browse(&format!("https://{host}/health?x=1")).await;
    assert_eq!(status, 200);
    assert!(body.contains("hp225qa-app--v1"), "{body}");
    let revision = host.replacen(APP, "hp225qa-app--v1", 1);
    assert_eq!(stage.browse(&format!("https://{revision}/")).await.0, 200);
}

#[tokio::test(start_paused = true)]
async fn http_is_redirected_unless_it_is_allowed() {
    let stage = Stage::ready().await;
    stage.put_app(&app()).await.unwrap();
    let host = address(&stage).await;
    let (status, location, _) = stage.browse(&format!("http://{host}/a?b=c")).await;
    assert_eq!((status, location), (301, format!("https://{host}/a?b=c")));
    let open = "properties.configuration.ingress.allowInsecure";
    stage
        .put_app(&with(app(), open, json!(true)))
        .await
        .unwrap();
    assert_eq!(stage.browse(&format!("http://{host}/")).await.0, 200);
}

#[tokio::test(start_paused = true)]
async fn nobody_answers_for_what_is_not_there_or_does_not_run() {
    let stage = Stage::ready().await;
    stage.put_app(&app()).await.unwrap();
    let host = address(&stage).await;
    let get = async |host: &str| stage.browse(&format!("https://{host}/")).await.0;

    assert_eq!(get(&host.replacen(APP, "other", 1)).await, 404);
    assert_eq!(get(&host.replacen(APP, "hp225qa-app--v9", 1)).await, 404);
    assert_eq!(
        get("app.elsewhere.eastus2.azurecontainerapps.io").await,
        404
    );

    stage.client().stop(&group(), APP).await.unwrap();
    let (status, _, body) = stage.browse(&format!("https://{host}/")).await;
    assert_eq!(status, 404);
    assert!(body.contains("stopped or does not exist"), "{body}");
    stage.client().start(&group(), APP).await.unwrap();
    assert_eq!(get(&host).await, 200);

    let app_id = id("containerApps", APP).parse().unwrap();
    let made = stage.client().apps(group()).get(APP).await.unwrap();
    let latest = made.properties.latest_revision_name.unwrap();
    stage
        .client()
        .deactivate_revision(&app_id, &latest)
        .await
        .unwrap();
    assert_eq!(get(&host).await, 404);
}

#[tokio::test(start_paused = true)]
async fn nobody_answers_from_outside_for_an_internal_app() {
    let stage = Stage::ready().await;
    let internal = "properties.configuration.ingress.external";
    stage
        .put_app(&with(app(), internal, json!(false)))
        .await
        .unwrap();
    let host = address(&stage).await;
    assert_eq!(stage.browse(&format!("https://{host}/")).await.0, 404);
    let outside = host.replacen(".internal.", ".", 1);
    assert_eq!(stage.browse(&format!("https://{outside}/")).await.0, 404);
}

#[tokio::test(start_paused = true)]
async fn nobody_answers_for_a_closed_environment() {
    let stage = Stage::ready().await;
    stage.put_app(&app()).await.unwrap();
    let host = address(&stage).await;
    stage.change(
        &id("managedEnvironments", ENVIRONMENT),
        "properties.publicNetworkAccess",
        json!("Disabled"),
    );
    assert_eq!(stage.browse(&format!("https://{host}/")).await.0, 404);
}

#[tokio::test(start_paused = true)]
async fn nobody_answers_from_outside_for_an_internal_environment() {
    let stage = Stage::new();
    let internal = "properties.vnetConfiguration.internal";
    stage
        .make_environment(&with(environment(), internal, json!(true)))
        .await;
    stage.put_app(&app()).await.unwrap();
    let host = address(&stage).await;
    assert_eq!(stage.browse(&format!("https://{host}/")).await.0, 404);
}
