//! Revisions: what makes one, what makes it fail, what one can do with it.

use rhc_arm::{Resource, ResourceId};
use rhc_containerapps::{Revision, RevisionProperties};
use serde_json::{Value, json};

use super::support::{APP, OWN_IMAGE, Stage, app, group, id, identity, registry, said, with};

const SUFFIX: &str = "properties.template.revisionSuffix";
const IMAGE: &str = "properties.template.containers.0.image";

fn app_id() -> ResourceId {
    id("containerApps", APP).parse().unwrap()
}

async fn revisions(stage: &Stage) -> Vec<Resource<Revision>> {
    let mut all = stage
        .client()
        .revisions(&app_id())
        .list()
        .collect_all()
        .await
        .unwrap();
    all.sort_by_key(|own| own.properties.created_time.clone());
    all
}

async fn named(stage: &Stage, name: &str) -> RevisionProperties {
    stage
        .client()
        .revisions(&app_id())
        .get(name)
        .await
        .unwrap()
        .properties
}

fn suffixed(suffix: &str) -> Value {
    with(app(), SUFFIX, json!(suffix))
}

fn with_registry(body: Value) -> Value {
    let registries = json!([{ "server": "smx25qaacr.azurecr.io", "identity": identity() }]);
    with(body, "properties.configuration.registries", registries)
}

#[tokio::test(start_paused = true)]
async fn a_change_of_the_template_makes_one_and_a_change_of_the_configuration_none() {
    let stage = Stage::ready().await;
    stage.put_app(&app()).await.unwrap();
    assert_eq!(revisions(&stage).await.len(), 1);
    stage
        .put_app(&with(
            app(),
            "properties.configuration.ingress.allowInsecure",
            json!(true),
        ))
        .await
        .unwrap();
    stage.put_app(&app()).await.unwrap();
    assert_eq!(revisions(&stage).await.len(), 1);
    stage
        .put_app(&with(
            app(),
            "properties.template.scale.maxReplicas",
            json!(5),
        ))
        .await
        .unwrap();
    let all = revisions(&stage).await;
    assert_eq!(all.len(), 2);
    assert!(
        all.iter().all(|own| own.properties.active == Some(true)),
        "Multiple"
    );
    let newest = &all[1];
    assert_eq!(newest.properties.traffic_weight, Some(100));
    assert_eq!(all[0].properties.traffic_weight, Some(0));
}

#[tokio::test(start_paused = true)]
async fn a_single_revision_replaces_the_one_before() {
    let stage = Stage::ready().await;
    let single = |suffix: &str| {
        with(
            suffixed(suffix),
            "properties.configuration.activeRevisionsMode",
            json!("single"),
        )
    };
    stage.put_app(&single("v1")).await.unwrap();
    stage.put_app(&single("v2")).await.unwrap();
    let old = named(&stage, "hp225qa-app--v1").await;
    let new = named(&stage, "hp225qa-app--v2").await;
    assert_eq!(
        (old.active, old.running_state.as_deref()),
        (Some(false), Some("Stopped"))
    );
    assert_eq!(
        (new.active, new.running_state.as_deref()),
        (Some(true), Some("Running"))
    );
    assert!(new.fqdn.unwrap().starts_with("hp225qa-app--v2."));
}

#[tokio::test(start_paused = true)]
async fn only_so_many_old_ones_are_kept() {
    let stage = Stage::ready().await;
    let body = |suffix: &str| {
        let body = with(
            suffixed(suffix),
            "properties.configuration.activeRevisionsMode",
            json!("Single"),
        );
        with(
            body,
            "properties.configuration.maxInactiveRevisions",
            json!(1),
        )
    };
    for suffix in ["v1", "v2", "v3"] {
        stage.put_app(&body(suffix)).await.unwrap();
    }
    let names: Vec<_> = revisions(&stage)
        .await
        .into_iter()
        .filter_map(|own| own.name)
        .collect();
    assert_eq!(names, ["hp225qa-app--v2", "hp225qa-app--v3"]);
}

#[tokio::test(start_paused = true)]
async fn a_suffix_that_was_used_before() {
    let stage = Stage::ready().await;
    stage.put_app(&suffixed("v1")).await.unwrap();
    stage.put_app(&suffixed("v2")).await.unwrap();
    let error = stage.put_app(&suffixed("v1")).await.unwrap_err();
    assert!(error.has_code("ContainerAppOperationError"), "{error:?}");
    assert!(error.message().contains("already exists"), "{error}");
    let left = stage.client().apps(group()).get(APP).await.unwrap();
    assert_eq!(
        left.properties.provisioning_state.as_deref(),
        Some("Failed")
    );
    assert_eq!(
        left.properties.latest_ready_revision_name.as_deref(),
        Some("hp225qa-app--v2")
    );
}

#[tokio::test(start_paused = true)]
async fn an_image_of_a_registry_that_nobody_knows() {
    let stage = Stage::ready().await;
    for image in ["nowhere.azurecr.io/x:1", "registry.example.com/x:1"] {
        let error = stage
            .put_app(&with(app(), IMAGE, json!(image)))
            .await
            .unwrap_err();
        assert!(error.has_code("ContainerAppOperationError"), "{error:?}");
        assert!(error.message().contains(image), "{error}");
    }
    let left = stage.client().apps(group()).get(APP).await.unwrap();
    assert_eq!(left.properties.latest_ready_revision_name, None);
    let name = left.properties.latest_revision_name.unwrap();
    let failed = named(&stage, &name).await;
    assert_eq!(failed.provisioning_state.as_deref(), Some("Failed"));
    assert!(failed.provisioning_error.is_some());
}

#[tokio::test(start_paused = true)]
async fn a_private_image_without_the_role_to_pull_it() {
    let stage = Stage::ready().await;
    let body = with_registry(with(suffixed("v1"), IMAGE, json!(OWN_IMAGE)));
    let error = stage.put_app(&body).await.unwrap_err();
    assert!(error.message().contains("UNAUTHORIZED"), "{error}");
    stage.let_pull();
    let made = stage.put_app(&body).await.unwrap();
    assert_eq!(
        made.properties.latest_ready_revision_name.as_deref(),
        Some("hp225qa-app--v1"),
        "what failed can be tried again"
    );
}

#[tokio::test(start_paused = true)]
async fn a_private_image_of_a_registry_that_takes_no_such_token_or_role() {
    let stage = Stage::ready().await;
    stage.let_pull();
    let (tokens, roles) = (
        "properties.policies.azureADAuthenticationAsArmPolicy.status",
        "properties.roleAssignmentMode",
    );
    let body = with_registry(with(suffixed("v1"), IMAGE, json!(OWN_IMAGE)));
    for (path, refuses, takes) in [
        (tokens, "disabled", "enabled"),
        (
            roles,
            "AbacRepositoryPermissions",
            "LegacyRegistryPermissions",
        ),
    ] {
        stage.change(&registry(), path, json!(refuses));
        let error = stage.put_app(&body).await.unwrap_err();
        assert!(error.message().contains("UNAUTHORIZED"), "{path}: {error}");
        stage.change(&registry(), path, json!(takes));
    }
    stage.put_app(&body).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_private_image_without_credentials() {
    let stage = Stage::ready().await;
    stage.let_pull();
    let error = stage
        .put_app(&with(app(), IMAGE, json!(OWN_IMAGE)))
        .await
        .unwrap_err();
    assert!(error.message().contains("UNAUTHORIZED"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_revision_that_fails_leaves_the_one_before_serving() {
    let stage = Stage::ready().await;
    stage.put_app(&suffixed("v1")).await.unwrap();
    let broken = with(suffixed("v2"), IMAGE, json!(OWN_IMAGE));
    stage.put_app(&broken).await.unwrap_err();
    assert_eq!(
        named(&stage, "hp225qa-app--v1").await.traffic_weight,
        Some(100)
    );
    assert_eq!(
        named(&stage, "hp225qa-app--v2").await.traffic_weight,
        Some(0)
    );
}

#[tokio::test(start_paused = true)]
async fn revisions_are_ended_begun_and_restarted() {
    let stage = Stage::ready().await;
    stage.put_app(&suffixed("v1")).await.unwrap();
    let (client, name) = (stage.client(), "hp225qa-app--v1");
    client.deactivate_revision(&app_id(), name).await.unwrap();
    let ended = named(&stage, name).await;
    assert_eq!((ended.active, ended.replicas), (Some(false), Some(0)));
    client.activate_revision(&app_id(), name).await.unwrap();
    client.restart_revision(&app_id(), name).await.unwrap();
    assert_eq!(named(&stage, name).await.active, Some(true));
    let error = client
        .restart_revision(&app_id(), "hp225qa-app--v9")
        .await
        .unwrap_err();
    assert!(error.is_not_found(), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_revision_is_not_made_or_deleted_by_hand() {
    let stage = Stage::ready().await;
    stage.put_app(&suffixed("v1")).await.unwrap();
    for method in [rhc_core::Method::Put, rhc_core::Method::Delete] {
        let error = stage
            .send(
                method,
                "containerApps",
                &format!("{APP}/revisions/hp225qa-app--v1"),
                Some(&json!({})),
            )
            .await
            .unwrap_err();
        assert_eq!(said(&error), (405, "MethodNotAllowed"));
    }
}

#[tokio::test(start_paused = true)]
async fn traffic_that_makes_no_sense() {
    let stage = Stage::ready().await;
    stage.put_app(&suffixed("v1")).await.unwrap();
    let traffic = |traffic| with(app(), "properties.configuration.ingress.traffic", traffic);
    let unnamed = "InvalidRequestParameterWithDetails";
    for (shares, code) in [
        (json!([{ "latestRevision": true, "weight": 90 }]), unnamed),
        (json!([{ "weight": 100 }]), unnamed),
        (
            json!([{ "revisionName": "hp225qa-app--v9", "weight": 100 }]),
            unnamed,
        ),
        (
            json!([{ "revisionName": "v1", "weight": 100 }]),
            "ContainerAppInvalidRevisionName",
        ),
    ] {
        let error = stage.refused_app(&traffic(shares.clone())).await;
        assert_eq!(said(&error), (400, code), "{shares}");
    }
}

#[tokio::test(start_paused = true)]
async fn traffic_is_shared_out_by_weight() {
    let stage = Stage::ready().await;
    stage.put_app(&suffixed("v1")).await.unwrap();
    let shares = json!([
        { "revisionName": "hp225qa-app--v1", "weight": 80 },
        { "latestRevision": true, "weight": 20 },
    ]);
    let body = with(
        suffixed("v2"),
        "properties.configuration.ingress.traffic",
        shares,
    );
    stage.put_app(&body).await.unwrap();
    assert_eq!(
        named(&stage, "hp225qa-app--v1").await.traffic_weight,
        Some(80)
    );
    assert_eq!(
        named(&stage, "hp225qa-app--v2").await.traffic_weight,
        Some(20)
    );
}

#[tokio::test(start_paused = true)]
async fn a_private_image_that_nobody_pushed() {
    let stage = Stage::ready().await;
    stage.let_pull();
    let image = "smx25qaacr.azurecr.io/hp2:2";
    let body = with_registry(with(suffixed("v1"), IMAGE, json!(image)));
    let error = stage.put_app(&body).await.unwrap_err();
    assert!(error.message().contains("MANIFEST_UNKNOWN"), "{error}");
    let push = |state: &mut _| rhc_containerapps::fake::push_image(state, image);
    stage.world.with(push);
    stage.put_app(&body).await.unwrap();
}
