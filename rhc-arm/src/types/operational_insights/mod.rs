//! `Microsoft.OperationalInsights`: Log Analytics workspaces and their tables.

mod table;
mod workspace;

pub use table::{Table, TablePlan, TableProperties};
pub use workspace::{
    Workspace, WorkspaceCapping, WorkspaceFeatures, WorkspaceProperties, WorkspaceSku,
};

/// The version of the provider's types.
const API_VERSION: &str = "2026-03-01";
