//! The simulated person lets a tenant without a subscription send its logs away.

use std::sync::Arc;
use std::time::Duration;

use rhc_core::fake::{PersonTask, State, World};
use serde_json::json;

use crate::manifest::Manifest;
use crate::steps::entra_logs::{CATEGORIES, key, name, taker};

/// Two sign-ins and a form.
const SET_UP: Duration = Duration::from_secs(10 * 60);

pub(super) fn register(world: &World, manifest: &Manifest) {
    let databases = manifest.database_tenant().map(|(key, _)| key);
    let Some(app) = taker(manifest) else {
        return;
    };
    for tenant in &manifest.logs.entra_export {
        let Some(file) = manifest
            .tenant(tenant)
            .filter(|_| databases != Some(tenant))
        else {
            continue;
        };
        let setting = name(manifest);
        let workspace = format!(
            "/resourcegroups/{}/providers/microsoft.operationalinsights/workspaces/{}",
            app.resource_group, app.monitoring.workspace
        );
        let workspace = workspace.to_lowercase();
        let (domain, his) = (file.domain.clone(), file.domain.clone());
        let (wanted, his_setting, his_workspace) = (setting.clone(), setting, workspace.clone());
        world.person().register(PersonTask {
            key: key(manifest, tenant).to_string(),
            title: format!(
                "send the sign-in and audit logs of {domain} to {}",
                app.monitoring.workspace
            ),
            ready: Arc::new(move |state| {
                place(state, &domain, &wanted, &workspace).is_some_and(|(key, _)| {
                    state
                        .read::<rhc_arm::fake::Arm>()
                        .is_some_and(|arm| !arm.entra_log_settings.contains_key(&key))
                })
            }),
            act: Arc::new(move |state| {
                if let Some((key, workspace)) = place(state, &his, &his_setting, &his_workspace) {
                    send(state, key, &his_setting, &workspace);
                }
            }),
            takes: SET_UP,
        });
    }
}

/// Under which key the setting stands, and the id of the workspace; nothing while one of them is not there.
fn place(state: &State, domain: &str, setting: &str, workspace: &str) -> Option<(String, String)> {
    let tenant = state.directory_ref().tenant(domain)?;
    let arm = state.read::<rhc_arm::fake::Arm>()?;
    let mut ids = arm.resources.iter();
    let (_, found) = ids.find(|(id, _)| id.ends_with(workspace))?;
    let id = found.body["id"].as_str()?.to_owned();
    Some((format!("{}/{setting}", tenant.id).to_lowercase(), id))
}

fn send(state: &mut State, key: String, setting: &str, workspace: &str) {
    let logs: Vec<_> = CATEGORIES
        .iter()
        .map(|category| json!({"category": category, "enabled": true}))
        .collect();
    let body = json!({
        "id": format!("/providers/microsoft.aadiam/diagnosticSettings/{setting}"),
        "type": "microsoft.aadiam/diagnosticSettings",
        "name": setting,
        "properties": {"workspaceId": workspace, "logs": logs},
    });
    let arm = state.section::<rhc_arm::fake::Arm>();
    arm.entra_log_settings.insert(key, body);
}
