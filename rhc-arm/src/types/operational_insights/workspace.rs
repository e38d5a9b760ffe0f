//! Log Analytics workspaces.

use crate::{ResourceId, ResourceType, model};
use serde_json::Number;

model! {
    /// What a workspace has.
    WorkspaceProperties {
        /// The id that queries name. Only the service writes it.
        customer_id: String,
        /// The price.
        sku: WorkspaceSku,
        /// For how many days rows are kept where a table does not say.
        retention_in_days: i64,
        /// How much it takes in a day.
        workspace_capping: WorkspaceCapping,
        /// Whether it takes rows from the internet: `Enabled`, `Disabled` or `SecuredByPerimeter`.
        public_network_access_for_ingestion: String,
        /// Whether it answers the internet.
        public_network_access_for_query: String,
        /// What is on.
        features: WorkspaceFeatures,
        /// The data collection rule for all.
        default_data_collection_rule_resource_id: ResourceId,
        /// The state of the last write. Only the service writes it.
        provisioning_state: String,
    }

    /// The price of a workspace.
    WorkspaceSku {
        /// Such as `PerGB2018`.
        name: String,
        /// How many gigabytes a day are paid in advance.
        capacity_reservation_level: i64,
    }

    /// How much a workspace takes in a day.
    WorkspaceCapping {
        /// Gigabytes a day; -1 is without end.
        daily_quota_gb: Number,
        /// When the day ends. Only the service writes it.
        quota_next_reset_time: String,
        /// Whether it takes any now. Only the service writes it.
        data_ingestion_status: String,
    }

    /// What is on in a workspace.
    WorkspaceFeatures {
        /// Whether the right to a resource is the right to its rows.
        enable_log_access_using_only_resource_permissions: bool,
        /// Whether the workspace's keys are of no use.
        disable_local_auth: bool,
        /// Whether rows go after 30 days at once.
        immediate_purge_data_on30_days: bool,
        /// Whether rows can be exported.
        enable_data_export: bool,
    }
}

/// A Log Analytics workspace. Its scope is a resource group.
///
/// A deleted one keeps its name for 14 days.
///
/// Role: Log Analytics Contributor.
/// Source: [workspaces](https://learn.microsoft.com/azure/templates/microsoft.operationalinsights/workspaces).
#[derive(Debug, Clone)]
pub enum Workspace {}

impl ResourceType for Workspace {
    const TYPE: &'static str = "Microsoft.OperationalInsights/workspaces";
    const API_VERSION: &'static str = super::API_VERSION;
    const READ_ONLY: &'static [&'static str] = &[
        "customerId",
        "createdDate",
        "modifiedDate",
        "privateLinkScopedResources",
    ];
    type Properties = WorkspaceProperties;
}
