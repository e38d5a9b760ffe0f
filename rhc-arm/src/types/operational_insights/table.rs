//! Tables of a workspace.

use crate::{ResourceType, model, open_enum};
use serde_json::Value;

model! {
    /// What a table has.
    TableProperties {
        /// For how many days rows can be queried; -1 takes the workspace's.
        retention_in_days: i64,
        /// For how many days rows are kept in all; -1 takes the workspace's.
        total_retention_in_days: i64,
        /// What its rows cost and can do.
        plan: TablePlan,
        /// Its columns.
        schema: Value,
        /// Whether the workspace decides how long. Only the service writes it.
        retention_in_days_as_default: bool,
        /// Whether the workspace decides how long in all. Only the service writes it.
        total_retention_in_days_as_default: bool,
        /// The state of the last write. Only the service writes it.
        provisioning_state: String,
    }
}

open_enum! {
    /// What a table's rows cost and can do.
    TablePlan {
        /// All.
        Analytics = "Analytics",
        /// Cheap, to search in.
        Basic = "Basic",
        /// Cheapest, to keep.
        Auxiliary = "Auxiliary",
    }
}

/// A table. Its scope is a workspace. Azure's own tables are there from the start.
///
/// Role: Log Analytics Contributor.
/// Source: [tables](https://learn.microsoft.com/azure/templates/microsoft.operationalinsights/workspaces/tables).
#[derive(Debug, Clone)]
pub enum Table {}

impl ResourceType for Table {
    const TYPE: &'static str = "Microsoft.OperationalInsights/workspaces/tables";
    const API_VERSION: &'static str = super::API_VERSION;
    const READ_ONLY: &'static [&'static str] = &[
        "archiveRetentionInDays",
        "resultStatistics",
        "lastPlanModifiedDate",
        "retentionInDaysAsDefault",
        "totalRetentionInDaysAsDefault",
    ];
    type Properties = TableProperties;
}
