//! What a resource can log at all.

use crate::{ResourceType, model};

model! {
    /// What a category has.
    DiagnosticCategoryProperties {
        /// `Logs` or `Metrics`.
        category_type: String,
        /// The groups that it is in, such as `audit` or `allLogs`.
        category_groups: Vec<String>,
    }
}

/// A category of logs or metrics of a resource: an extension of it, to read only.
///
/// A type that logs nothing is refused with `ResourceTypeNotSupported`.
///
/// Role: Reader reads it; it cannot be written.
/// Source: [diagnostic settings categories](https://learn.microsoft.com/rest/api/monitor/diagnostic-settings-category/list).
#[derive(Debug, Clone)]
pub enum DiagnosticCategory {}

impl ResourceType for DiagnosticCategory {
    const TYPE: &'static str = "Microsoft.Insights/diagnosticSettingsCategories";
    const API_VERSION: &'static str = "2021-05-01-preview";
    type Properties = DiagnosticCategoryProperties;
}
