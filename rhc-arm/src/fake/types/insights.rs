//! Application Insights components.

use rhc_core::fake::{State, respond};
use serde_json::json;

use super::super::context::PutContext;
use super::super::error::ServiceError;
use super::super::rules::{Codes, Immutable, Link, Patch, Timing, TypeRules, Unknown};
use super::super::state::Stored;
use super::logs::WORKSPACES;

pub(super) const COMPONENTS: &str = "Microsoft.Insights/components";
const VERSIONS: &[&str] = &["2018-05-01-preview", "2020-02-02", "2020-02-02-preview"];

pub(super) const TYPES: &[TypeRules] = &[TypeRules {
    // As recorded, and not as it is written in the request.
    reported_type: Some("microsoft.insights/components"),
    required: &[
        "kind",
        "properties.Application_Type",
        // Components without a workspace cannot be made any more. Unverified: status and code.
        "properties.WorkspaceResourceId",
    ],
    enums: &[
        ("properties.Application_Type", &["web", "other"]),
        (
            "properties.publicNetworkAccessForIngestion",
            &["Enabled", "Disabled"],
        ),
        (
            "properties.publicNetworkAccessForQuery",
            &["Enabled", "Disabled"],
        ),
        (
            "properties.IngestionMode",
            &[
                "ApplicationInsights",
                "ApplicationInsightsWithDiagnosticSettings",
                "LogAnalytics",
            ],
        ),
    ],
    immutable: &[Immutable {
        path: "properties.Application_Type",
        refusal: (400, "InvalidRequestContent"),
    }],
    // Unverified: the action. Of a workspace in another subscription Microsoft says that it takes
    // `workspaces/sharedkeys/action` (https://github.com/MicrosoftDocs/azure-monitor-docs/pull/297), which is not asked here.
    links: &[Link {
        path: "properties.WorkspaceResourceId",
        resource_type: WORKSPACES,
        action: "Microsoft.OperationalInsights/workspaces/read",
        missing: (404, "ResourceNotFound"),
    }],
    read_only: &[
        "properties.ApplicationId",
        "properties.AppId",
        "properties.Name",
        "properties.InstrumentationKey",
        "properties.ConnectionString",
        "properties.CreationDate",
        "properties.TenantId",
        "properties.LaMigrationDate",
        "properties.PrivateLinkScopedResources",
        "properties.HockeyAppToken",
        "properties.Ver",
    ],
    properties: &[
        "properties.Application_Type",
        "properties.Flow_Type",
        "properties.Request_Source",
        "properties.HockeyAppId",
        "properties.SamplingPercentage",
        "properties.RetentionInDays",
        "properties.DisableIpMasking",
        "properties.ImmediatePurgeDataOn30Days",
        "properties.WorkspaceResourceId",
        "properties.publicNetworkAccessForIngestion",
        "properties.publicNetworkAccessForQuery",
        "properties.IngestionMode",
        "properties.DisableLocalAuth",
        "properties.ForceCustomerStorageForProfiler",
    ],
    unknown: Unknown::Ignore,
    defaults: || {
        json!({
            "tags": {},
            "properties": {
                "Flow_Type": "Bluefield",
                "Request_Source": "rest",
                "RetentionInDays": 90,
                "IngestionMode": "LogAnalytics",
                "publicNetworkAccessForIngestion": "Enabled",
                "publicNetworkAccessForQuery": "Enabled",
                "SamplingPercentage": null,
            },
        })
    },
    patch: Patch::Tags,
    create: Timing::at_once(200),
    system_data: false,
    codes: Codes {
        missing: (400, "InvalidRequestContent"),
        ..Codes::COMMON
    },
    compute,
    ..TypeRules::new(COMPONENTS, VERSIONS)
}];

fn compute(
    state: &mut State,
    context: &PutContext<'_>,
    stored: &mut Stored,
) -> Result<(), ServiceError> {
    if context.existing.is_some() {
        return Ok(());
    }
    let (app, key) = (state.uuid(), state.uuid());
    let name = stored.name().to_owned();
    let region = stored.text("location").unwrap_or_default().to_owned();
    stored.set("properties.ApplicationId", name.clone());
    stored.set("properties.Name", name);
    stored.set("properties.AppId", app.to_string());
    stored.set("properties.InstrumentationKey", key.to_string());
    stored.set(
        "properties.ConnectionString",
        format!(
            "InstrumentationKey={key};IngestionEndpoint=https://{region}-0.in.applicationinsights.azure.com/;\
             LiveEndpoint=https://{region}.livediagnostics.monitor.azure.com/;ApplicationId={app}"
        ),
    );
    stored.set("properties.TenantId", context.tenant.to_string());
    let now = respond::timestamp(state.now());
    stored.set("properties.CreationDate", now);
    stored.set("properties.Ver", "v2");
    Ok(())
}
