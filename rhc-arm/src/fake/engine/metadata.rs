//! Where a cloud's services are: what a client asks of Resource Manager that knows no other address, before it signs in.
//!
//! Source: what clients read of it: `azure.cli.core.cloud` of the Azure CLI, and the announcement of Pulumi Azure Native 3.8,
//! which shows the schema of 2022-09-01. Unverified: how other versions are refused.

use axum::http::Method;
use axum::response::Response;
use rhc_core::fake::respond;
use serde_json::json;

use super::super::query::Query;

const VERSION: &str = "2022-09-01";

/// The answer, if that was asked for. Nobody needs a token for it.
pub(super) fn answer(method: &Method, segments: &[String], query: &Query) -> Option<Response> {
    let [metadata, endpoints] = segments else {
        return None;
    };
    let asked = metadata.eq_ignore_ascii_case("metadata")
        && endpoints.eq_ignore_ascii_case("endpoints")
        && method == Method::GET;
    if !asked {
        return None;
    }
    let version = query.get("api-version").unwrap_or_default();
    if version != VERSION {
        return Some(respond::arm_error(
            400,
            "InvalidApiVersionParameter",
            &format!(
                "The api-version '{version}' is invalid. The supported versions are '{VERSION}'."
            ),
        ));
    }
    Some(respond::json(
        200,
        &json!({
            "portal": "https://portal.azure.com",
            "authentication": {
                "loginEndpoint": "https://login.microsoftonline.com",
                "audiences": ["https://management.core.windows.net/", "https://management.azure.com/"],
                "tenant": "common",
                "identityProvider": "AAD",
            },
            "name": "AzureCloud",
            "graphAudience": "https://graph.windows.net/",
            "microsoftGraphResourceId": "https://graph.microsoft.com/",
            "resourceManager": "https://management.azure.com/",
            "sqlManagement": "https://management.core.windows.net:8443/",
            "logAnalyticsResourceId": "https://api.loganalytics.io",
            "suffixes": {
                "acrLoginServer": "azurecr.io",
                "keyVaultDns": "vault.azure.net",
                "sqlServerHostname": "database.windows.net",
                "storage": "core.windows.net",
            },
        }),
    ))
}
