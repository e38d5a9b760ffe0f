//! Unique names that something deleted still holds.

use rhc_core::fake::ObjectKind;
use serde_json::json;
use uuid::Uuid;

use super::stage::{HOME, Stage};
use super::*;

const NAME: &str = "rhc-hp2-qa-db";

fn application(stage: &Stage, mark: &str) -> Uuid {
    let app_id = Uuid::new_v5(&Uuid::nil(), mark.as_bytes());
    let body = json!({ "uniqueName": NAME, "displayName": NAME, "appId": app_id, "tags": [mark] });
    stage.object(HOME, ObjectKind::Application, body)
}

fn delete(stage: &Stage, domain: &str, id: Uuid) {
    let tenant = stage.tenant_id(domain);
    stage.with(|state| state.directory().delete(tenant, id).unwrap());
}

#[tokio::test(start_paused = true)]
async fn a_name_that_a_deleted_application_holds_stops_the_run() {
    let stage = Stage::new();
    let id = application(&stage, "somebody-elses");
    let code = "application-name-of-a-deleted-one";
    assert!(!stage.codes().await.contains(&code), "it is there");
    delete(&stage, HOME, id);
    let finding = stage.one(code).await;
    assert_eq!(finding.severity, Severity::Stop);
    assert!(finding.what.contains(NAME), "{finding:?}");
    for words in [
        format!("{id}/restore"),
        format!("DELETE --url https://graph.microsoft.com/v1.0/directory/deletedItems/{id}"),
    ] {
        assert!(finding.way_out.contains(&words), "{words}: {finding:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_environments_own_application_is_restored_and_stops_nothing() {
    let stage = Stage::new();
    let id = application(&stage, "rhc-environment:qa");
    delete(&stage, HOME, id);
    let finding = stage.one("application-of-this-environment-deleted").await;
    assert_eq!(finding.severity, Severity::Note);
    assert!(finding.way_out.contains("apply restores it"));
    assert!(!stops(&stage.look().await));
}

#[tokio::test(start_paused = true)]
async fn a_name_that_a_deleted_group_holds_stops_the_run() {
    let stage = Stage::new();
    let domain = "rhcdbcore.onmicrosoft.com";
    stage.with(|state| {
        let directory = state.directory();
        let tenant = directory.add_workforce_tenant("rhcdbcore").unwrap();
        directory
            .add_administrator(tenant, "rollout-admin")
            .unwrap();
    });
    let body = json!({
        "uniqueName": "rhc-qa-sql-admins", "displayName": "x", "mailNickname": "x",
        "mailEnabled": true, "securityEnabled": false, "groupTypes": ["Unified"],
    });
    let id = stage.object(domain, ObjectKind::Group, body);
    let code = "group-name-of-a-deleted-one";
    assert!(!stage.codes().await.contains(&code), "it is there");
    delete(&stage, domain, id);
    assert_eq!(stage.one(code).await.severity, Severity::Stop);
}
