//! What is recorded, for how long, and whose the subscriptions are.

use serde_json::json;

use super::{
    Break,
    Shown::{Create, Update},
    one,
};
use crate::edit::{add_resource, delete, resource, subscription};

const HOSTING: &str = "control-plane/audit/rhc-b2c-qa-sub";

pub(super) fn audit() -> Vec<Break> {
    vec![
        one(
            "audit logs are kept for two years only",
            "smx/Microsoft.OperationalInsights/workspaces/smx25qa-logsworkspace/tables/AzureActivity",
            Update(&["properties.totalRetentionInDays"]),
            |state| {
                let table = resource(state, "/smx25qa-logsworkspace/tables/azureactivity");
                table["properties"]["totalRetentionInDays"] = json!(730);
            },
        ),
        one(
            "a table was never set to be kept",
            "database/Microsoft.OperationalInsights/workspaces/rhc-db-qa-logs/tables/SQLSecurityAuditEvents",
            Update(&["properties.totalRetentionInDays"]),
            |state| delete(state, "/rhc-db-qa-logs/tables/sqlsecurityauditevents"),
        ),
        one(
            "a category of the activity log was switched off",
            "subscriptions/Microsoft.Subscription/aliases/rhc-b2c-qa-sub/diagnosticSettings/rhc-audit",
            Update(&["properties.logs[Policy].enabled"]),
            |state| {
                let setting = activity_setting(state);
                let logs = setting["properties"]["logs"].as_array_mut().unwrap();
                let policy = logs.iter_mut().find(|log| log["category"] == "Policy");
                policy.unwrap()["enabled"] = json!(false);
            },
        ),
        Break {
            seen_too: &[HOSTING],
            ..one(
                "nobody records who reads the logs",
                "hp2/Microsoft.OperationalInsights/workspaces/hp225qa-logsworkspace/diagnosticSettings/rhc-audit",
                Create,
                |state| {
                    delete(
                        state,
                        "/workspaces/hp225qa-logsworkspace/providers/microsoft.insights/diagnosticsettings/rhc-audit",
                    );
                },
            )
        },
        Break {
            seen_too: &[HOSTING],
            ..one(
                "the log of a security group goes to somebody else",
                "network/Microsoft.Network/networkSecurityGroups/rhc-qa-endpoints-nsg/diagnosticSettings/rhc-audit",
                Update(&["properties.workspaceId"]),
                |state| {
                    let group = resource(state, "/resourcegroups/rhc-net-qa-rg")["id"].clone();
                    let id = format!(
                        "{}/providers/Microsoft.OperationalInsights/workspaces/elsewhere",
                        group.as_str().unwrap()
                    );
                    add_resource(
                        state,
                        json!({"id": id, "name": "elsewhere", "location": "eastus2",
                            "type": "Microsoft.OperationalInsights/workspaces", "properties": {}}),
                    );
                    let setting = "/networksecuritygroups/rhc-qa-endpoints-nsg/providers/microsoft.insights/diagnosticsettings/rhc-audit";
                    resource(state, setting)["properties"]["workspaceId"] = json!(id);
                },
            )
        },
        one(
            "a tag of a subscription was edited",
            "subscriptions/Microsoft.Subscription/aliases/rhc-b2c-qa-sub/tags/default",
            Update(&["properties.tags.rhc-cost-center"]),
            |state| {
                let tags = &mut subscription(state, "rhc-b2c-qa-sub")["tags"];
                tags["rhc-cost-center"] = json!("somebody");
                // Somebody's own stays.
                tags["owner"] = json!("it");
            },
        ),
    ]
}

fn activity_setting(state: &mut serde_json::Value) -> &mut serde_json::Value {
    let resources = state["sections"]["arm"]["resources"]
        .as_object_mut()
        .unwrap();
    let hosting = resources
        .keys()
        .find(|id| id.ends_with("/resourcegroups/rhc-net-qa-rg"))
        .and_then(|id| id.split("/resourcegroups").next())
        .unwrap()
        .to_owned();
    let id = format!("{hosting}/providers/microsoft.insights/diagnosticsettings/rhc-audit");
    &mut resources[&id]["body"]
}
