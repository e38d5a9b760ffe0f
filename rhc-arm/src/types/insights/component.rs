//! Application Insights.

use crate::{ResourceId, ResourceType, model};
use rhc_core::Sensitive;
use serde_json::Number;

model! {
    /// What a component has. The service writes some names in capitals.
    ComponentProperties {
        /// Its name for queries. Only the service writes it.
        #[serde(rename = "AppId")]
        app_id: String,
        /// What is watched: `web` or `other`.
        #[serde(rename = "Application_Type")]
        application_type: String,
        /// What made it: `Bluefield`.
        #[serde(rename = "Flow_Type")]
        flow_type: String,
        /// What asked for it: `rest`.
        #[serde(rename = "Request_Source")]
        request_source: String,
        /// The workspace that has its rows.
        #[serde(rename = "WorkspaceResourceId")]
        workspace_resource_id: ResourceId,
        /// What applications send with. Only the service writes it; not shown by `Debug`.
        #[serde(rename = "ConnectionString")]
        connection_string: Sensitive,
        /// What older applications send with. Only the service writes it; not shown by `Debug`.
        #[serde(rename = "InstrumentationKey")]
        instrumentation_key: Sensitive,
        /// For how many days rows are kept, where it has no workspace.
        #[serde(rename = "RetentionInDays")]
        retention_in_days: i64,
        /// How many of a hundred rows are taken.
        #[serde(rename = "SamplingPercentage")]
        sampling_percentage: Number,
        /// Whether addresses of people are kept whole.
        #[serde(rename = "DisableIpMasking")]
        disable_ip_masking: bool,
        /// Whether rows are taken from signed-in applications only.
        #[serde(rename = "DisableLocalAuth")]
        disable_local_auth: bool,
        /// Where rows go: `LogAnalytics` with a workspace.
        #[serde(rename = "IngestionMode")]
        ingestion_mode: String,
        /// Whether it takes rows from the internet: `Enabled` or `Disabled`.
        public_network_access_for_ingestion: String,
        /// Whether it answers the internet.
        public_network_access_for_query: String,
        /// The state of the last write. Only the service writes it.
        provisioning_state: String,
    }
}

/// An Application Insights component; its `kind` is required, such as `web`. Its scope is a resource group.
///
/// Role: Application Insights Component Contributor.
/// Source: [components](https://learn.microsoft.com/azure/templates/microsoft.insights/components).
#[derive(Debug, Clone)]
pub enum Component {}

impl ResourceType for Component {
    const TYPE: &'static str = "Microsoft.Insights/components";
    const API_VERSION: &'static str = "2020-02-02";
    const READ_ONLY: &'static [&'static str] = &[
        "ApplicationId",
        "AppId",
        "Name",
        "InstrumentationKey",
        "CreationDate",
        "TenantId",
        "HockeyAppToken",
        "ConnectionString",
        "LaMigrationDate",
        "PrivateLinkScopedResources",
    ];
    const LONG_RUNNING: bool = false;
    type Properties = ComponentProperties;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Resource;
    use serde_json::json;

    #[test]
    fn keys_are_read_and_neither_shown_nor_sent() {
        let document = json!({"kind": "web", "properties": {"Application_Type": "web", "SamplingPercentage": 1,
            "ConnectionString": "InstrumentationKey=planted", "InstrumentationKey": "planted"}});
        let read: Resource<Component> = serde_json::from_value(document.clone()).unwrap();
        assert!(!format!("{read:?}").contains("planted"));
        assert_eq!(
            read.properties
                .connection_string
                .as_ref()
                .map(|key| key.expose().as_str()),
            Some("InstrumentationKey=planted")
        );
        assert_eq!(
            read.for_write(),
            json!({"kind": "web", "properties": {"Application_Type": "web", "SamplingPercentage": 1}})
        );
        assert_eq!(serde_json::to_value(&read).unwrap(), document);
    }
}
