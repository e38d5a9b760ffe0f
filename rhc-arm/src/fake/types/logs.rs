//! Log Analytics workspaces and their tables.

use rhc_core::fake::{State, respond};
use serde_json::{Value, json};

use super::super::context::{Listing, PutContext};
use super::super::error::ServiceError;
use super::super::json;
use super::super::path::{ResourcePath, key};
use super::super::rules::{Codes, NameRule, Patch, Pattern, Style, Timing, TypeRules, Unknown};
use super::super::state::{Arm, Deleted, Stored, arm};

pub(super) const WORKSPACES: &str = "Microsoft.OperationalInsights/workspaces";
const TABLES: &str = "Microsoft.OperationalInsights/workspaces/tables";
const VERSIONS: &[&str] = &[
    "2020-08-01",
    "2021-12-01-preview",
    "2022-10-01",
    "2023-09-01",
    "2025-02-01",
    "2025-07-01",
    "2026-03-01",
];
const CODES: Codes = Codes {
    missing: (400, "InvalidParameter"),
    invalid: (400, "InvalidParameter"),
    ..Codes::COMMON
};
/// How long a deleted workspace can be recovered.
const KEPT: time::Duration = time::Duration::days(14);
/// The years that the total retention can be beyond two, in days (`environment.md`).
const LONG: [u64; 10] = [1095, 1460, 1826, 2191, 2556, 2922, 3288, 3653, 4018, 4383];
/// Tables that services write to, which are there from the beginning. Unverified: that they are there before the
/// first record, and the selection.
const KNOWN_TABLES: &[&str] = &[
    "AzureActivity",
    "AzureDiagnostics",
    "AzureMetrics",
    "AppRequests",
    "AppTraces",
    "AppExceptions",
    "AppDependencies",
    "ContainerAppConsoleLogs",
    "ContainerAppSystemLogs",
    "ContainerRegistryLoginEvents",
    "ContainerRegistryRepositoryEvents",
    "AZKVAuditLogs",
    "SQLSecurityAuditEvents",
    "SigninLogs",
    "AuditLogs",
    "AADNonInteractiveUserSignInLogs",
    "AADServicePrincipalSignInLogs",
    "AADManagedIdentitySignInLogs",
    "LAQueryLogs",
    "StorageBlobLogs",
    "StorageFileLogs",
    "StorageQueueLogs",
    "StorageTableLogs",
    "ACSAuthIncomingOperations",
    "ACSEmailSendMailOperational",
    "ACSEmailStatusUpdateOperational",
    "Syslog",
    "Usage",
    "Heartbeat",
];

pub(super) const TYPES: &[TypeRules] = &[
    TypeRules {
        name: NameRule {
            min: 4,
            max: 63,
            fits: |name| {
                name.chars()
                    .all(|own| own.is_ascii_alphanumeric() || own == '-')
                    && !name.starts_with('-')
                    && !name.ends_with('-')
            },
            refusal: (400, "InvalidResourceName"),
            says: "letters, digits and hyphens, no hyphen at either end",
        },
        read_only: &[
            "properties.customerId",
            "properties.createdDate",
            "properties.modifiedDate",
            "properties.sku.lastSkuUpdate",
            "properties.workspaceCapping.quotaNextResetTime",
            "properties.workspaceCapping.dataIngestionStatus",
            "properties.privateLinkScopedResources",
        ],
        enums: &[
            (
                "properties.sku.name",
                &[
                    "Free",
                    "Standard",
                    "Premium",
                    "PerNode",
                    "PerGB2018",
                    "Standalone",
                    "CapacityReservation",
                    "LACluster",
                ],
            ),
            (
                "properties.publicNetworkAccessForIngestion",
                &["Enabled", "Disabled", "SecuredByPerimeter"],
            ),
            (
                "properties.publicNetworkAccessForQuery",
                &["Enabled", "Disabled", "SecuredByPerimeter"],
            ),
        ],
        patterns: &[Pattern {
            path: "properties.retentionInDays",
            fits: |value| {
                value
                    .as_u64()
                    .is_some_and(|days| (30..=730).contains(&days))
            },
            code: "InvalidParameter",
            says: "30 to 730 days",
        }],
        properties: &[
            "properties.sku",
            "properties.retentionInDays",
            "properties.workspaceCapping",
            "properties.publicNetworkAccessForIngestion",
            "properties.publicNetworkAccessForQuery",
            "properties.forceCmkForQuery",
            "properties.features",
            "properties.defaultDataCollectionRuleResourceId",
            "properties.replication",
            "properties.failover",
        ],
        unknown: Unknown::Ignore,
        identity: true,
        defaults: || {
            json!({
                "properties": {
                    "sku": { "name": "PerGB2018" },
                    "retentionInDays": 30,
                    "features": {
                        "legacy": 0,
                        "searchVersion": 1,
                        "enableLogAccessUsingOnlyResourcePermissions": true,
                    },
                    "workspaceCapping": { "dailyQuotaGb": -1.0, "dataIngestionStatus": "RespectQuota" },
                    "publicNetworkAccessForIngestion": "Enabled",
                    "publicNetworkAccessForQuery": "Enabled",
                },
            })
        },
        patch: Patch::Merge,
        create: Timing::after(12, Style::Location, 201, "Creating").retry_after(5),
        system_data: false,
        codes: CODES,
        compute: compute_workspace,
        after_delete: |state, stored| {
            let now = state.now();
            let deleted = Deleted {
                resource: stored.clone(),
                deleted_at: now,
                purge_at: now + KEPT,
                protected: false,
            };
            arm(state).deleted.insert(key(stored.id()), deleted);
        },
        ..TypeRules::new(WORKSPACES, VERSIONS)
    },
    TypeRules {
        name: NameRule {
            min: 4,
            max: 63,
            fits: |name| {
                name.chars()
                    .all(|own| own.is_ascii_alphanumeric() || "-_".contains(own))
            },
            refusal: (400, "InvalidParameter"),
            says: "letters, digits, - and _",
        },
        enums: &[("properties.plan", &["Basic", "Analytics", "Auxiliary"])],
        patterns: &[
            Pattern {
                path: "properties.retentionInDays",
                fits: |value| {
                    value.as_i64() == Some(-1)
                        || value.as_u64().is_some_and(|days| (4..=730).contains(&days))
                },
                code: "InvalidParameter",
                says: "4 to 730 days, or -1 for the workspace's",
            },
            Pattern {
                path: "properties.totalRetentionInDays",
                fits: |value| {
                    value.as_i64() == Some(-1)
                        || value
                            .as_u64()
                            .is_some_and(|days| (4..=730).contains(&days) || LONG.contains(&days))
                },
                code: "InvalidParameter",
                says: "4 to 730 days, or 1095, 1460, 1826, 2191, 2556, 2922, 3288, 3653, 4018, 4383, or -1",
            },
        ],
        read_only: &[
            "properties.archiveRetentionInDays",
            "properties.retentionInDaysAsDefault",
            "properties.totalRetentionInDaysAsDefault",
            "properties.lastPlanModifiedDate",
            "properties.resultStatistics",
        ],
        properties: &[
            "properties.retentionInDays",
            "properties.totalRetentionInDays",
            "properties.plan",
            "properties.schema",
            "properties.searchResults",
            "properties.restoredLogs",
            "properties.protectionLevel",
        ],
        unknown: Unknown::Ignore,
        patch: Patch::Merge,
        // As recorded: 202 without a table, and both links.
        create: TABLE,
        update: TABLE,
        remove: Timing::after(5, Style::Both, 202, "Deleting")
            .no_body()
            .retry_after(3),
        system_data: false,
        codes: CODES,
        before_put: check_table,
        compute: compute_table,
        find: |state, path| {
            let name = KNOWN_TABLES
                .iter()
                .find(|own| own.eq_ignore_ascii_case(path.name()))?;
            let parent = path.parent()?;
            let workspace = state.read::<Arm>()?.get(&parent.id())?;
            Some(untouched(workspace, name))
        },
        list: |state, context| {
            let Some(arm) = state.read::<Arm>() else {
                return Listing::Usual;
            };
            let Some(workspace) = arm.get(context.scope) else {
                return Listing::Usual;
            };
            let own: Vec<_> = arm.of_type(context.scope, TABLES).collect();
            let rest = KNOWN_TABLES
                .iter()
                .filter(|name| !own.iter().any(|own| own.name().eq_ignore_ascii_case(name)))
                .map(|name| untouched(workspace, name));
            Listing::Instead(own.iter().map(|own| own.body.clone()).chain(rest).collect())
        },
        ..TypeRules::child(TABLES, VERSIONS)
    },
];

const TABLE: Timing = Timing::after(5, Style::Both, 202, "Updating")
    .no_body()
    .retry_after(3);

fn compute_workspace(
    state: &mut State,
    context: &PutContext<'_>,
    stored: &mut Stored,
) -> Result<(), ServiceError> {
    let now = respond::timestamp(state.now());
    stored.set("properties.modifiedDate", now.clone());
    if context.existing.is_some() {
        return Ok(());
    }
    // A workspace of the same name in the same group comes back with its id and its data.
    let back = arm(state).deleted.remove(&context.path.key());
    let id = back
        .filter(|own| state.now() < own.purge_at)
        .and_then(|own| {
            own.resource
                .text("properties.customerId")
                .map(str::to_owned)
        })
        .unwrap_or_else(|| state.uuid().to_string());
    stored.set("properties.customerId", id);
    stored.set("properties.createdDate", now.clone());
    stored.set("properties.sku.lastSkuUpdate", now);
    Ok(())
}

fn days(value: &Value, path: &str) -> Option<i64> {
    json::at(value, path)
        .and_then(Value::as_i64)
        .filter(|days| *days >= 0)
}

fn workspace_days(state: &State, path: &ResourcePath) -> i64 {
    path.parent()
        .and_then(|parent| state.read::<Arm>()?.get(&parent.id()))
        .and_then(|own| days(&own.body, "properties.retentionInDays"))
        .unwrap_or(30)
}

fn check_table(state: &mut State, context: &PutContext<'_>) -> Result<(), ServiceError> {
    let name = context.path.name();
    let known = KNOWN_TABLES
        .iter()
        .any(|own| own.eq_ignore_ascii_case(name));
    let custom = name.ends_with("_CL");
    if !known && !custom {
        return Err(ServiceError::bad_request(
            "InvalidParameter",
            format!("Table '{name}' does not exist; the name of a new table ends with _CL."),
        ));
    }
    if custom
        && context.existing.is_none()
        && json::at(context.sent, "properties.schema.columns").is_none()
    {
        return Err(ServiceError::bad_request(
            "InvalidParameter",
            "Column metadata of a custom table is missing: 'properties.schema.columns'.",
        ));
    }
    let own = days(context.sent, "properties.retentionInDays")
        .unwrap_or_else(|| workspace_days(state, context.path));
    let total = days(context.sent, "properties.totalRetentionInDays");
    if total.is_some_and(|total| total < own) {
        return Err(ServiceError::bad_request(
            "InvalidParameter",
            format!(
                "'totalRetentionInDays' must not be less than 'retentionInDays', which is {own}."
            ),
        ));
    }
    Ok(())
}

fn compute_table(
    state: &mut State,
    context: &PutContext<'_>,
    stored: &mut Stored,
) -> Result<(), ServiceError> {
    let usual = workspace_days(state, context.path);
    if let Some(known) = KNOWN_TABLES
        .iter()
        .find(|own| own.eq_ignore_ascii_case(context.path.name()))
    {
        stored.set("name", *known);
        stored.set("properties.schema.tableType", "Microsoft");
    } else {
        stored.set("properties.schema.tableType", "CustomLog");
    }
    let name = stored.name().to_owned();
    stored.set("properties.schema.name", name);
    // What was read as the workspace's own value and sent back with that flag stays so.
    let set = |member: &str| {
        let by_default = json::at(context.sent, &format!("properties.{member}AsDefault"));
        days(&stored.body, &format!("properties.{member}"))
            .filter(|days| by_default != Some(&json!(true)) || *days != usual)
    };
    let own = set("retentionInDays");
    let total = set("totalRetentionInDays");
    let retention = own.unwrap_or(usual);
    let all = total.unwrap_or(retention);
    stored.set("properties.retentionInDays", retention);
    stored.set("properties.totalRetentionInDays", all);
    stored.set("properties.archiveRetentionInDays", all - retention);
    stored.set("properties.retentionInDaysAsDefault", own.is_none());
    stored.set("properties.totalRetentionInDaysAsDefault", total.is_none());
    if stored.get("properties.plan").is_none() {
        stored.set("properties.plan", "Analytics");
    }
    Ok(())
}

/// A table that nobody has changed.
fn untouched(workspace: &Stored, name: &str) -> Value {
    let usual = days(&workspace.body, "properties.retentionInDays").unwrap_or(30);
    json!({
        "id": format!("{}/tables/{name}", workspace.id()),
        "name": name,
        "type": TABLES,
        "properties": {
            "retentionInDays": usual,
            "totalRetentionInDays": usual,
            "archiveRetentionInDays": 0,
            "retentionInDaysAsDefault": true,
            "totalRetentionInDaysAsDefault": true,
            "plan": "Analytics",
            "schema": { "name": name, "tableType": "Microsoft" },
            "provisioningState": "Succeeded",
        },
    })
}
