//! Diagnostic settings.

use crate::{ResourceId, ResourceType, model};

model! {
    /// What a diagnostic setting has: one place at least, and what goes there.
    DiagnosticSettingProperties {
        /// The Log Analytics workspace that it goes to.
        workspace_id: ResourceId,
        /// The storage account that it goes to.
        storage_account_id: ResourceId,
        /// The right to the event hub that it goes to.
        event_hub_authorization_rule_id: ResourceId,
        /// The event hub that it goes to.
        event_hub_name: String,
        /// `Dedicated` for tables of the service's own, null for the common one.
        log_analytics_destination_type: String,
        /// Which logs. The service answers with all categories of the resource, those that are off too.
        logs: Vec<LogSetting>,
        /// Which metrics.
        metrics: Vec<MetricSetting>,
    }

    /// A kind of log.
    LogSetting {
        /// The category, such as `SQLSecurityAuditEvents`.
        category: String,
        /// Or a group of categories, such as `audit` or `allLogs`.
        category_group: String,
        /// Whether it goes.
        enabled: bool,
    }

    /// A kind of metric.
    MetricSetting {
        /// The category, such as `AllMetrics`.
        category: String,
        /// Whether it goes.
        enabled: bool,
    }
}

/// A diagnostic setting: an extension of almost any resource. At most five of one.
///
/// There is no stable version of this type: this one is what Microsoft's own tools use.
///
/// Role: Monitoring Contributor, with the right to the place that it goes to.
/// Source: [diagnostic settings](https://learn.microsoft.com/azure/templates/microsoft.insights/diagnosticsettings).
#[derive(Debug, Clone)]
pub enum DiagnosticSetting {}

impl ResourceType for DiagnosticSetting {
    const TYPE: &'static str = "Microsoft.Insights/diagnosticSettings";
    const API_VERSION: &'static str = "2021-05-01-preview";
    const LONG_RUNNING: bool = false;
    type Properties = DiagnosticSettingProperties;
}
