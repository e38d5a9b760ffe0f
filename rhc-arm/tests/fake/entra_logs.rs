//! Where a tenant's own logs may go, and who may say so.

use serde_json::{Value, json};

use super::cloud::{Cloud, DATABASE_SUBSCRIPTION, GROUP, HOME, OPERATOR, STRANGER, SUBSCRIPTION};

const VERSION: &str = "2017-04-01";
const ALL: &str = "/providers/microsoft.aadiam/diagnosticSettings";
const WORKSPACE: &str = "/providers/Microsoft.OperationalInsights/workspaces/logs";

fn setting(workspace: &str, category: &str) -> Value {
    json!({"properties": {"workspaceId": workspace, "logs": [{"category": category, "enabled": true}]}})
}

async fn with_workspace() -> (Cloud, String) {
    let cloud = Cloud::new().await;
    let id = format!("{GROUP}{WORKSPACE}");
    cloud.world.with(|state| {
        rhc_arm::fake::put_resource(state, json!({"id": id, "location": "eastus2"}));
        let elsewhere = id.replace(SUBSCRIPTION, DATABASE_SUBSCRIPTION);
        rhc_arm::fake::put_resource(state, json!({"id": elsewhere, "location": "eastus2"}));
        let role = rhc_core::fake::directory::GLOBAL_ADMINISTRATOR;
        state.directory().assign_role(HOME, OPERATOR, role).unwrap();
    });
    (cloud, id)
}

#[tokio::test(start_paused = true)]
async fn a_setting_is_the_tenants_own_and_can_be_changed() {
    let (cloud, workspace) = with_workspace().await;
    let one = format!("{ALL}/one");
    cloud
        .put(&one, VERSION, setting(&workspace, "AuditLogs"))
        .await
        .accepted(200);
    let read = cloud.get(&one, VERSION).await.accepted(200);
    assert_eq!(read.at("id"), one.as_str());
    cloud
        .put(&one, VERSION, setting(&workspace, "SignInLogs"))
        .await
        .accepted(200);
    let listed = cloud.get(ALL, VERSION).await.accepted(200);
    assert_eq!(listed.names(), ["one"]);
    assert_eq!(
        listed.at("value")[0]["properties"]["logs"][0]["category"],
        "SignInLogs"
    );
}

#[tokio::test(start_paused = true)]
async fn what_makes_no_sense_is_refused() {
    let (cloud, workspace) = with_workspace().await;
    let nowhere = workspace.replace("/logs", "/none");
    let elsewhere = workspace.replace(SUBSCRIPTION, DATABASE_SUBSCRIPTION);
    for (what, body, status, code) in [
        (
            "no place",
            json!({"properties": {"logs": []}}),
            400,
            "BadRequest",
        ),
        (
            "an unknown category",
            setting(&workspace, "Everything"),
            400,
            "BadRequest",
        ),
        (
            "a category that is neither on nor off",
            json!({"properties": {"workspaceId": workspace, "logs": [{"category": "AuditLogs"}]}}),
            400,
            "BadRequest",
        ),
        (
            "a workspace that is not there",
            setting(&nowhere, "AuditLogs"),
            404,
            "ResourceNotFound",
        ),
        (
            "a workspace of another tenant",
            setting(&elsewhere, "AuditLogs"),
            404,
            "ResourceNotFound",
        ),
    ] {
        cloud
            .put(&format!("{ALL}/one"), VERSION, body)
            .await
            .refused(what, status, code);
    }
    cloud.get(&format!("{ALL}/one"), VERSION).await.refused(
        "nothing was made",
        404,
        "ResourceNotFound",
    );
}

#[tokio::test(start_paused = true)]
async fn a_tenant_has_five_settings_at_most() {
    let (cloud, workspace) = with_workspace().await;
    for number in 0..5 {
        let path = format!("{ALL}/s{number}");
        cloud
            .put(&path, VERSION, setting(&workspace, "AuditLogs"))
            .await
            .accepted(200);
    }
    let sixth = cloud
        .put(
            &format!("{ALL}/s5"),
            VERSION,
            setting(&workspace, "AuditLogs"),
        )
        .await;
    sixth.refused("a sixth", 400, "BadRequest");
    cloud
        .put(
            &format!("{ALL}/s0"),
            VERSION,
            setting(&workspace, "AuditLogs"),
        )
        .await
        .accepted(200);
}

#[tokio::test(start_paused = true)]
async fn azures_own_roles_do_not_reach_a_directory() {
    let (cloud, workspace) = with_workspace().await;
    let stranger = cloud.of(HOME, STRANGER);
    let one = format!("{ALL}/one");
    let refused = stranger
        .put(&one, VERSION, setting(&workspace, "AuditLogs"))
        .await;
    refused.refused("no role in the directory", 403, "AuthorizationFailed");
    let refused = stranger.get(ALL, VERSION).await;
    refused.refused("to look", 403, "AuthorizationFailed");
}
