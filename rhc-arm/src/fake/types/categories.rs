//! What each type of resource can log.
//!
//! Source: [supported logs by type](https://learn.microsoft.com/azure/azure-monitor/reference/logs-index); those of registries and
//! security groups were recorded. Unverified: which groups of categories each type has, but for those of security groups.

use serde_json::{Value, json};

/// What a type can log.
pub(super) struct Loggable {
    resource_type: &'static str,
    pub(super) categories: &'static [&'static str],
    pub(super) groups: &'static [&'static str],
}

/// A subscription, whose log is the activity log.
pub(super) const SUBSCRIPTION: &str = "Microsoft.Resources/subscriptions";
/// What each service of a storage account logs.
const STORAGE: &[&str] = &["StorageRead", "StorageWrite", "StorageDelete"];
const BOTH: &[&str] = &["allLogs", "audit"];

const fn logs(
    resource_type: &'static str,
    categories: &'static [&'static str],
    groups: &'static [&'static str],
) -> Loggable {
    Loggable {
        resource_type,
        categories,
        groups,
    }
}

/// A type that has metrics only.
const fn metrics(resource_type: &'static str) -> Loggable {
    logs(resource_type, &[], &[])
}

/// The types that are used. Others support no diagnostic settings here.
const LOGGABLE: &[Loggable] = &[
    logs(
        SUBSCRIPTION,
        &[
            "Administrative",
            "Security",
            "ServiceHealth",
            "Alert",
            "Recommendation",
            "Policy",
            "Autoscale",
            "ResourceHealth",
        ],
        &[],
    ),
    logs(
        "Microsoft.KeyVault/vaults",
        &["AuditEvent", "AzurePolicyEvaluationDetails"],
        BOTH,
    ),
    logs(
        "Microsoft.ContainerRegistry/registries",
        &[
            "ContainerRegistryRepositoryEvents",
            "ContainerRegistryLoginEvents",
        ],
        BOTH,
    ),
    logs(
        "Microsoft.Storage/storageAccounts/blobServices",
        STORAGE,
        BOTH,
    ),
    logs(
        "Microsoft.Storage/storageAccounts/fileServices",
        STORAGE,
        BOTH,
    ),
    logs(
        "Microsoft.Storage/storageAccounts/queueServices",
        STORAGE,
        BOTH,
    ),
    logs(
        "Microsoft.Storage/storageAccounts/tableServices",
        STORAGE,
        BOTH,
    ),
    logs(
        "Microsoft.Network/networkSecurityGroups",
        &[
            "NetworkSecurityGroupEvent",
            "NetworkSecurityGroupRuleCounter",
        ],
        &[],
    ),
    logs(
        "Microsoft.Network/virtualNetworks",
        &["VMProtectionAlerts"],
        &["allLogs"],
    ),
    logs(
        "Microsoft.Communication/communicationServices",
        &[
            "Usage",
            "AuthOperational",
            "EmailSendMailOperational",
            "EmailStatusUpdateOperational",
            "EmailUserEngagementOperational",
        ],
        &["allLogs"],
    ),
    logs(
        "Microsoft.Sql/servers/databases",
        &[
            "SQLInsights",
            "AutomaticTuning",
            "QueryStoreRuntimeStatistics",
            "QueryStoreWaitStatistics",
            "Errors",
            "DatabaseWaitStatistics",
            "Timeouts",
            "Blocks",
            "Deadlocks",
            "DevOpsOperationsAudit",
            "SQLSecurityAuditEvents",
        ],
        BOTH,
    ),
    logs(
        "Microsoft.App/managedEnvironments",
        &[
            "ContainerAppConsoleLogs",
            "ContainerAppSystemLogs",
            "AppEnvSpringAppConsoleLogs",
            "AppEnvSessionConsoleLogs",
            "AppEnvSessionPoolEventLogs",
            "AppEnvSessionLifeCycleLogs",
        ],
        &["allLogs"],
    ),
    logs(
        "Microsoft.OperationalInsights/workspaces",
        &["Audit", "SummaryLogs", "Jobs"],
        BOTH,
    ),
    logs(
        "Microsoft.Insights/components",
        &[
            "AppAvailabilityResults",
            "AppDependencies",
            "AppEvents",
            "AppExceptions",
            "AppMetrics",
            "AppRequests",
            "AppTraces",
        ],
        &["allLogs"],
    ),
    metrics("Microsoft.App/containerApps"),
    metrics("Microsoft.Network/privateDnsZones"),
    metrics("Microsoft.Network/privateEndpoints"),
    metrics("Microsoft.Storage/storageAccounts"),
];

/// What a type can log, if it supports diagnostic settings at all.
pub(super) fn loggable(kind: &str) -> Option<&'static Loggable> {
    LOGGABLE
        .iter()
        .find(|own| own.resource_type.eq_ignore_ascii_case(kind))
}

/// The categories as they are answered at a resource.
pub(super) fn shown(known: &Loggable, scope: &str) -> Vec<Value> {
    let scope = scope.to_ascii_lowercase();
    let category = |name: &str, kind: &str, groups: Value| {
        json!({
            "id": format!("{scope}/providers/microsoft.insights/diagnosticSettingsCategories/{name}"),
            "type": "microsoft.insights/diagnosticSettingsCategories",
            "name": name,
            "location": null,
            "kind": null,
            "tags": null,
            "properties": { "categoryType": kind, "categoryGroups": groups },
            "identity": null,
        })
    };
    let logs = known.categories.iter().map(|name| {
        // Which of them the group `audit` holds is not told apart here.
        category(name, "Logs", json!(known.groups))
    });
    let metrics = (known.resource_type != SUBSCRIPTION)
        .then(|| category("AllMetrics", "Metrics", Value::Null));
    logs.chain(metrics).collect()
}
