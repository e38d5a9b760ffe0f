//! What a template may hold.

use rhc_core::Method;
use serde_json::{Value, json};

use super::support::{APP, Stage, app, said, with};

const UNNAMED: (u16, &str) = (400, "InvalidRequestParameterWithDetails");
const CONTAINER: &str = "properties.template.containers.0";

async fn refused(path: &str, value: Value) -> (u16, String) {
    let stage = Stage::ready().await;
    let error = stage.refused_app(&with(app(), path, value)).await;
    let (status, code) = said(&error);
    (status, code.to_owned())
}

#[tokio::test(start_paused = true)]
async fn no_container() {
    let (status, code) = refused("properties.template.containers", json!([])).await;
    assert_eq!(
        (status, code.as_str()),
        (400, "ContainerAppContainerRequired")
    );
}

/// The Azure CLI sends all of them and falls over a null that comes back.
#[tokio::test(start_paused = true)]
async fn what_is_sent_as_null_is_not_answered() {
    let stage = Stage::ready().await;
    let nulls = ["env", "command", "args", "probes", "volumeMounts"];
    let body = nulls.iter().fold(app(), |body, name| {
        with(body, &format!("{CONTAINER}.{name}"), Value::Null)
    });
    let made = stage
        .send(Method::Put, "containerApps", APP, Some(&body))
        .await
        .unwrap();
    let container = &made["properties"]["template"]["containers"][0];
    let came: Vec<_> = container.as_object().unwrap().keys().collect();
    assert!(container["image"].is_string(), "{came:?}");
    assert!(
        nulls.iter().all(|name| container.get(name).is_none()),
        "{came:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_container_without_an_image() {
    let (status, code) = refused(&format!("{CONTAINER}.image"), json!(null)).await;
    assert_eq!((status, code.as_str()), (400, "ContainerAppImageRequired"));
}

#[tokio::test(start_paused = true)]
async fn two_containers_of_one_name() {
    let twin = app()["properties"]["template"]["containers"][0].clone();
    let (status, code) = refused(
        "properties.template.containers",
        json!([twin.clone(), twin]),
    )
    .await;
    assert_eq!((status, code.as_str()), UNNAMED);
}

#[tokio::test(start_paused = true)]
async fn cores_and_memory_that_are_not_sold_together() {
    for resources in [
        json!({ "cpu": 1, "memory": "1Gi" }),
        json!({ "cpu": 0.3, "memory": "0.6Gi" }),
        json!({ "cpu": 4.25, "memory": "8.5Gi" }),
        json!({ "cpu": 0.5, "memory": "1024Mi" }),
        json!({ "cpu": 0.5 }),
    ] {
        let (status, code) = refused(&format!("{CONTAINER}.resources"), resources.clone()).await;
        assert_eq!(
            (status, code.as_str()),
            (400, "ContainerAppInvalidResourceTotal"),
            "{resources}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_variable_of_a_secret_that_is_not_there() {
    let env = json!([{ "name": "KEY", "secretRef": "nowhere" }]);
    let (status, code) = refused(&format!("{CONTAINER}.env"), env).await;
    assert_eq!(
        (status, code.as_str()),
        (400, "ContainerAppSecretRefNotFound")
    );
}

#[tokio::test(start_paused = true)]
async fn a_variable_without_a_name() {
    let (status, code) = refused(&format!("{CONTAINER}.env"), json!([{ "value": "v" }])).await;
    assert_eq!((status, code.as_str()), UNNAMED);
}

#[tokio::test(start_paused = true)]
async fn probes_that_make_no_sense() {
    let ask = json!({ "path": "/", "port": 80 });
    for probes in [
        json!([{ "type": "Wellness", "httpGet": ask }]),
        json!([{ "type": "Liveness", "httpGet": ask }, { "type": "liveness", "httpGet": ask }]),
        json!([{ "type": "Liveness" }]),
        json!([{ "type": "Liveness", "httpGet": ask, "tcpSocket": { "port": 80 } }]),
        json!([{ "type": "Liveness", "httpGet": { "path": "/" } }]),
        json!([{ "type": "Liveness", "tcpSocket": { "port": 70000 } }]),
        json!([{ "type": "Liveness", "httpGet": ask, "initialDelaySeconds": 61 }]),
        json!([{ "type": "Liveness", "httpGet": ask, "periodSeconds": 241 }]),
        json!([{ "type": "Liveness", "httpGet": ask, "timeoutSeconds": 0 }]),
        json!([{ "type": "Liveness", "httpGet": ask, "failureThreshold": 11 }]),
        json!([{ "type": "Readiness", "httpGet": ask, "successThreshold": 0 }]),
    ] {
        let (status, code) = refused(&format!("{CONTAINER}.probes"), probes.clone()).await;
        assert_eq!((status, code.as_str()), UNNAMED, "{probes}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_scale_that_makes_no_sense() {
    for scale in [
        json!({ "minReplicas": 4, "maxReplicas": 3 }),
        json!({ "minReplicas": -1 }),
        json!({ "maxReplicas": 0 }),
        json!({ "maxReplicas": 1001 }),
    ] {
        let (status, code) = refused("properties.template.scale", scale.clone()).await;
        assert_eq!((status, code.as_str()), UNNAMED, "{scale}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_revision_suffix_that_is_none() {
    for suffix in ["1st", "V1", "v1-", "v--1", "v.1", &"v".repeat(42)] {
        let (status, code) = refused("properties.template.revisionSuffix", json!(suffix)).await;
        assert_eq!(
            (status, code.as_str()),
            (400, "ContainerAppInvalidRevisionName"),
            "{suffix}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn cores_in_quotes_are_understood() {
    let stage = Stage::ready().await;
    let resources = json!({ "cpu": "1.25", "memory": "2.5Gi" });
    let body = with(app(), &format!("{CONTAINER}.resources"), resources);
    let made = stage
        .send(Method::Put, "containerApps", APP, Some(&body))
        .await
        .unwrap();
    assert_eq!(
        made["properties"]["template"]["containers"][0]["resources"],
        json!({ "cpu": 1.25, "memory": "2.5Gi", "ephemeralStorage": "8Gi" })
    );
}

#[tokio::test(start_paused = true)]
async fn the_service_fills_in_what_is_left_out() {
    let stage = Stage::ready().await;
    let body = with(app(), &format!("{CONTAINER}.resources"), json!(null));
    let body = with(body, "properties.template.scale", json!(null));
    let made = stage.put_app(&body).await.unwrap();
    let template = made.properties.template.unwrap();
    let resources = template.containers.unwrap().remove(0).resources.unwrap();
    assert_eq!(
        (
            resources.cpu,
            resources.memory.as_deref(),
            resources.ephemeral_storage.as_deref()
        ),
        (Some(0.5), Some("1Gi"), Some("2Gi"))
    );
    assert_eq!(template.scale.unwrap().max_replicas, Some(10));
}
