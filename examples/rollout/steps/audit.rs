//! What is recorded of what all apps share, and for how long audit logs are kept.
//!
//! What belongs to one app is recorded where it is made: its vault, its registry, its files, its mail. Here are the network, the
//! databases and the subscriptions, and the tables of all workspaces that any of these logs go to.

use std::collections::{BTreeMap, BTreeSet};

use rhc_arm::Resource;
use rhc_arm::types::operational_insights::{Table, TablePlan, TableProperties};

use super::arm_resource::arm_id;
use super::clients::TenantRef;
use super::database::Databases;
use super::monitoring::Logs;
use super::network::Network;
use super::site::{Account, Site};
use crate::engine::Key;

/// What a subscription's activity log consists of.
const ACTIVITY: &[&str] = &[
    "Administrative",
    "Security",
    "ServiceHealth",
    "Alert",
    "Recommendation",
    "Policy",
    "Autoscale",
    "ResourceHealth",
];

/// The tables that the logs of a type of resource go to. Where a service may write to the common table or to one of its own,
/// both are named: a table that nothing is written to costs nothing.
///
/// Left out is what is no audit: an app's own words (`ContainerAppConsoleLogs`), and its telemetry, which Application Insights
/// writes to its workspace without a setting.
///
/// Source: [tables by type](https://learn.microsoft.com/azure/azure-monitor/reference/tables-index).
const TABLES: &[(&str, &[&str])] = &[
    (
        "Microsoft.KeyVault/vaults",
        &["AzureDiagnostics", "AZKVAuditLogs"],
    ),
    (
        "Microsoft.ContainerRegistry/registries",
        &[
            "ContainerRegistryLoginEvents",
            "ContainerRegistryRepositoryEvents",
        ],
    ),
    (
        "Microsoft.Storage/storageAccounts/blobServices",
        &["StorageBlobLogs"],
    ),
    (
        "Microsoft.Storage/storageAccounts/fileServices",
        &["StorageFileLogs"],
    ),
    (
        "Microsoft.Storage/storageAccounts/queueServices",
        &["StorageQueueLogs"],
    ),
    (
        "Microsoft.Storage/storageAccounts/tableServices",
        &["StorageTableLogs"],
    ),
    (
        "Microsoft.Sql/servers",
        &["AzureDiagnostics", "SQLSecurityAuditEvents"],
    ),
    ("Microsoft.Sql/servers/databases", &["AzureDiagnostics"]),
    (
        "Microsoft.Network/networkSecurityGroups",
        &["AzureDiagnostics"],
    ),
    ("Microsoft.Network/virtualNetworks", &["AzureDiagnostics"]),
    (
        "Microsoft.Communication/communicationServices",
        &[
            "ACSAuthIncomingOperations",
            "ACSEmailSendMailOperational",
            "ACSEmailStatusUpdateOperational",
        ],
    ),
    ("Microsoft.OperationalInsights/workspaces", &["LAQueryLogs"]),
    ("Microsoft.Subscription/aliases", &["AzureActivity"]),
    ("Microsoft.Subscription/acceptOwnership", &["AzureActivity"]),
    ("Microsoft.Resources/subscriptions", &["AzureActivity"]),
    (
        "microsoft.aadiam/diagnosticSettings",
        &[
            "AuditLogs",
            "SigninLogs",
            "AADNonInteractiveUserSignInLogs",
            "AADServicePrincipalSignInLogs",
            "AADManagedIdentitySignInLogs",
        ],
    ),
];

/// The tables of each workspace that audit logs go to.
#[derive(Debug, Default)]
pub(super) struct Audited(BTreeMap<Key, (TenantRef, BTreeSet<&'static str>)>);

impl Audited {
    /// Logs of a resource of this type go to this workspace.
    pub(super) fn note(&mut self, workspace: &Key, tenant: &TenantRef, kind: &str) {
        let tables = TABLES.iter().filter(|(own, _)| *own == kind);
        let tables = tables.flat_map(|(_, tables)| tables.iter().copied());
        self.0
            .entry(workspace.clone())
            .or_insert_with(|| (tenant.clone(), BTreeSet::new()))
            .1
            .extend(tables);
    }

    /// The same for a workspace that takes other logs already.
    pub(super) fn note_too(&mut self, workspace: &Key, kind: &str) {
        if let Some(tenant) = self.tenant(workspace) {
            self.note(workspace, &tenant, kind);
        }
    }
}

impl Site<'_> {
    /// Records what happens to what all apps share. `shared` is the workspace of the hosting tenant that takes it: logs cannot
    /// cross tenants.
    pub(super) fn audit(
        &mut self,
        accounts: &BTreeMap<&str, Account>,
        shared: &Key,
        network: &Network,
        databases: &Databases,
    ) {
        for guard in &network.guards {
            self.record(
                guard,
                shared,
                Logs::Categories(&[
                    "NetworkSecurityGroupEvent",
                    "NetworkSecurityGroupRuleCounter",
                ]),
                "records which rule let what in",
            );
        }
        self.record(
            &network.key,
            shared,
            Logs::Categories(&["VMProtectionAlerts"]),
            "records attacks on the network that Azure fends off",
        );
        for (_, database) in &databases.all {
            self.record(
                database,
                &databases.audit,
                Logs::Categories(&["Errors", "Timeouts", "Blocks", "Deadlocks"]),
                "records what fails inside the database, beside the audit of who does what",
            );
        }
        for account in accounts.values() {
            let own = if account.tenant.key == databases.tenant {
                &databases.audit
            } else {
                shared
            };
            self.record_as(
                account.id.key(),
                account,
                own,
                "records who changed what in the subscription (HIPAA)",
            );
        }
    }

    fn record(&mut self, key: &Key, workspace: &Key, logs: Logs, why: &str) {
        if let (Some(of), Some(tenant)) = (self.known(key), self.audited.tenant(workspace)) {
            self.diagnostics(&of, &tenant, &arm_id(key), workspace, logs, why);
        }
    }

    fn record_as(&mut self, key: &Key, account: &Account, workspace: &Key, why: &str) {
        let Some(of) = self.known(key) else {
            return;
        };
        let at = (&account.tenant, &account.id);
        let logs = Logs::Categories(ACTIVITY);
        if account.is_anothers {
            self.diagnostics_beside(&of, at, workspace, (logs, why));
        } else {
            self.diagnostics(&of, at.0, at.1, workspace, logs, why);
        }
    }

    /// Keeps the tables of audit logs as long as the file says. Comes last, when all is known that goes to them.
    pub(super) fn retention(&mut self) {
        let days = i64::from(self.manifest.logs.audit_total_days);
        for (key, (tenant, tables)) in std::mem::take(&mut self.audited).0 {
            let Some(workspace) = self.known(&key) else {
                continue;
            };
            for table in tables {
                let why = "audit logs are kept for years, after the first months in the archive";
                let step = self.part::<Table, _>(&workspace, &tenant, table, why, move |_| {
                    Ok(Resource::<Table>::new(TableProperties {
                        plan: Some(TablePlan::Analytics),
                        total_retention_in_days: Some(days),
                        ..TableProperties::default()
                    }))
                });
                let step = step
                    .alone()
                    .shown_as(format!("{}: {table}", workspace.name));
                self.add(step.rules(|rules| rules.ignore_case("properties.plan")));
            }
        }
    }
}

impl Audited {
    fn tenant(&self, workspace: &Key) -> Option<TenantRef> {
        self.0.get(workspace).map(|(tenant, _)| tenant.clone())
    }
}
