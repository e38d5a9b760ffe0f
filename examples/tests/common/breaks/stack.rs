//! An app's stack and its bridge to the databases.

use serde_json::json;

use super::{
    Break,
    Shown::{Create, Update},
    one,
};
use crate::edit::{DATABASE, HOSTING, delete_of, object, resource};

const VAULT: &str = "/vaults/hp225qa-kv";

pub(super) fn stack() -> Vec<Break> {
    vec![
        one(
            "logs are kept for a shorter time",
            "hp2/Microsoft.OperationalInsights/workspaces/hp225qa-logsworkspace",
            Update(&["properties.retentionInDays"]),
            |state| {
                resource(state, "/workspaces/hp225qa-logsworkspace")["properties"]["retentionInDays"] =
                    json!(30);
            },
        ),
        one(
            "telemetry is taken without a token",
            "hp2/Microsoft.Insights/components/hp225qa-insights",
            Update(&["properties.DisableLocalAuth"]),
            |state| {
                resource(state, "/components/hp225qa-insights")["properties"]["DisableLocalAuth"] =
                    json!(false);
            },
        ),
        one(
            "a tag of the identity was removed",
            "hp2/Microsoft.ManagedIdentity/userAssignedIdentities/hp225qa-id",
            Update(&["tags.rhc-app"]),
            |state| {
                let tags =
                    resource(state, "/userassignedidentities/hp225qa-id")["tags"].as_object_mut();
                tags.unwrap().remove("rhc-app");
            },
        ),
        Break {
            seen_too: &["outside/closed/hp225qa-kv"],
            ..one(
                "the vault lets everybody in",
                "hp2/Microsoft.KeyVault/vaults/hp225qa-kv",
                Update(&["properties.networkAcls.defaultAction"]),
                |state| {
                    resource(state, VAULT)["properties"]["networkAcls"]["defaultAction"] =
                        json!("Allow")
                },
            )
        },
        one(
            "a network rule was taken out of the vault",
            "hp2/Microsoft.KeyVault/vaults/hp225qa-kv",
            Update(&["properties.networkAcls.virtualNetworkRules[smx-apps]"]),
            |state| {
                let acls = &mut resource(state, VAULT)["properties"]["networkAcls"];
                acls["virtualNetworkRules"].as_array_mut().unwrap().pop();
            },
        ),
        Break {
            seen_too: &["control-plane/audit/rhc-b2c-qa-sub"],
            ..one(
                "the vault's log was switched off",
                "hp2/Microsoft.KeyVault/vaults/hp225qa-kv/diagnosticSettings/rhc-audit",
                Update(&["properties.logs[audit].enabled"]),
                |state| {
                    let setting = resource(
                        state,
                        "/hp225qa-kv/providers/microsoft.insights/diagnosticsettings/rhc-audit",
                    );
                    setting["properties"]["logs"][0]["enabled"] = json!(false);
                },
            )
        },
        one(
            "the app's role at the vault was removed",
            "hp2/Microsoft.KeyVault/vaults/hp225qa-kv/roleAssignments/Key Vault Secrets User/hp225qa-id",
            Create,
            |state| {
                delete_of(
                    state,
                    "/vaults/hp225qa-kv/providers/microsoft.authorization/",
                    "Microsoft.Authorization/roleAssignments",
                )
            },
        ),
        one(
            "a tag of the mail service was edited",
            "hp2/Microsoft.Communication/emailServices/hp225qa-email-services",
            Update(&["tags.rhc-app"]),
            |state| {
                resource(state, "/emailservices/hp225qa-email-services")["tags"]["rhc-app"] =
                    json!("x")
            },
        ),
        one(
            "a tag of the mail domain was edited",
            "hp2/Microsoft.Communication/emailServices/hp225qa-email-services/domains/AzureManagedDomain",
            Update(&["tags.rhc-app"]),
            |state| {
                resource(state, "/hp225qa-email-services/domains/azuremanageddomain")["tags"]["rhc-app"] =
                    json!("x")
            },
        ),
        one(
            "mail is taken from who has a key",
            "hp2/Microsoft.Communication/communicationServices/hp225qa-comms",
            Update(&["properties.disableLocalAuth"]),
            |state| {
                resource(state, "/communicationservices/hp225qa-comms")["properties"]["disableLocalAuth"] =
                    json!(false);
            },
        ),
        one(
            "replicas talk to each other in the clear",
            "hp2/Microsoft.App/managedEnvironments/hp225qa-env",
            Update(&["properties.peerTrafficConfiguration.encryption.enabled"]),
            |state| {
                let environment = resource(state, "/managedenvironments/hp225qa-env");
                environment["properties"]["peerTrafficConfiguration"]["encryption"]["enabled"] =
                    json!(false);
            },
        ),
        one(
            "the app keeps one revision only",
            "hp2/Microsoft.App/containerApps/hp225qa-app",
            Update(&["properties.configuration.activeRevisionsMode"]),
            |state| {
                let app = resource(state, "/containerapps/hp225qa-app");
                app["properties"]["configuration"]["activeRevisionsMode"] = json!("Single");
            },
        ),
        Break {
            seen_too: &["outside/unencrypted/hp2"],
            ..one(
                "the app's ingress was made insecure",
                "hp2/Microsoft.App/containerApps/hp225qa-app",
                Update(&["properties.configuration.ingress.allowInsecure"]),
                |state| {
                    let app = resource(state, "/containerapps/hp225qa-app");
                    app["properties"]["configuration"]["ingress"]["allowInsecure"] = json!(true);
                },
            )
        },
    ]
}

pub(super) fn bridge() -> Vec<Break> {
    vec![
        one(
            "the bridge was closed to other tenants",
            "hp2/applications/rhc-hp2-qa-db",
            Update(&["signInAudience"]),
            |state| {
                object(state, HOSTING, "application", "rhc-hp2-qa-db")["body"]["signInAudience"] =
                    json!("AzureADMyOrg");
            },
        ),
        Break {
            seen_too: &["inside/chain/hp2"],
            ..one(
                "the bridge was switched off in the databases' tenant",
                "hp2/servicePrincipals/database/rhc-hp2-qa-db",
                Update(&["accountEnabled"]),
                |state| {
                    object(state, DATABASE, "servicePrincipal", "rhc-hp2-qa-db")["body"]["accountEnabled"] =
                        json!(false);
                },
            )
        },
        Break {
            seen_too: &["inside/chain/hp2"],
            ..one(
                "the bridge trusts another identity",
                "hp2/applications/rhc-hp2-qa-db/federatedIdentityCredentials/hp225qa-id",
                Update(&["subject"]),
                |state| {
                    let bridge = object(state, HOSTING, "application", "rhc-hp2-qa-db");
                    bridge["body"]["federatedIdentityCredentials"][0]["subject"] =
                        json!("00000000-0000-4000-8000-00000000000b");
                },
            )
        },
    ]
}
