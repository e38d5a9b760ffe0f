//! One break for each kind of thing that the rollout makes: what somebody did to it, and what the next plan must show.

use serde_json::{Value, json};

use crate::edit::{
    DATABASE, HOSTING, delete, delete_of, object, resource, resource_with, sql_users, subscription,
    tenant, tenants,
};

/// What somebody did to one thing.
pub(crate) struct Break {
    /// In a few words.
    pub(crate) what: &'static str,
    /// The step whose thing it is.
    pub(crate) step: &'static str,
    pub(crate) edit: fn(&mut Value),
    pub(crate) shown: Shown,
    /// Checks beyond the step's own that see it too.
    pub(crate) seen_too: &'static [&'static str],
}

/// What the next plan shows of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shown {
    /// It is made again.
    Create,
    /// These fields are set back.
    Update(&'static [&'static str]),
    /// A person must act.
    Person,
    /// More than one thing is gone with it: no plan shows it alone.
    Upheaval,
}

use Shown::{Create, Person, Update, Upheaval};

fn one(what: &'static str, step: &'static str, shown: Shown, edit: fn(&mut Value)) -> Break {
    Break {
        what,
        step,
        edit,
        shown,
        seen_too: &[],
    }
}

const RG: &str = "/resourcegroups/rhc-hp2-qa-rg";
const VAULT: &str = "/vaults/hp225qa-kv";
const SERVER: &str = "/servers/rhc-qa-sqlsvr";
const VNET: &str = "/virtualnetworks/rhc-qa-vnet";

/// Every break.
pub(crate) fn all() -> Vec<Break> {
    [
        subscriptions(),
        tenant_stage(),
        databases(),
        network(),
        stack(),
        bridge(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn subscriptions() -> Vec<Break> {
    vec![
        one(
            "the billing account is not to be seen any more",
            "subscriptions/billing-scope",
            Person,
            |state| state["sections"]["arm"]["billing"] = json!({}),
        ),
        one(
            "the alias of a subscription was deleted",
            "subscriptions/Microsoft.Subscription/aliases/rhc-b2c-qa-sub",
            Upheaval,
            |state| {
                let aliases = state["sections"]["arm"]["aliases"].as_object_mut().unwrap();
                aliases.retain(|name, _| !name.ends_with("/rhc-b2c-qa-sub"));
            },
        ),
        one(
            "a subscription went back to the tenant that made it",
            "subscriptions/acceptOwnership/rhc-db-core-sub",
            Upheaval,
            |state| {
                let home = tenant(state, HOSTING)["id"].clone();
                subscription(state, "rhc-db-core-sub")["tenantId"] = home;
                for (name, alias) in state["sections"]["arm"]["aliases"].as_object_mut().unwrap() {
                    if name.ends_with("/rhc-db-core-sub") {
                        alias["destination"]["acceptOwnershipState"] = json!("Pending");
                    }
                }
            },
        ),
        one(
            "a provider was unregistered",
            "subscriptions/rhc-b2c-qa-sub/providers/Microsoft.KeyVault",
            Update(&["registrationState"]),
            |state| {
                let subscription = subscription(state, "rhc-b2c-qa-sub");
                subscription["providers"]["Microsoft.KeyVault"] = json!("NotRegistered");
            },
        ),
    ]
}

fn tenant_stage() -> Vec<Break> {
    vec![
        one(
            "a tag of a resource group was edited",
            "hp2/Microsoft.Resources/resourceGroups/rhc-hp2-qa-rg",
            Update(&["tags.rhc-cost-center"]),
            |state| resource(state, RG)["tags"]["rhc-cost-center"] = json!("somebody-else"),
        ),
        one(
            "a tag of the tenant's resource was removed",
            "tenants/Microsoft.AzureActiveDirectory/ciamDirectories/rhcqa",
            Update(&["tags.rhc-app"]),
            |state| {
                let tags = resource(state, "/ciamdirectories/rhcqa")["tags"].as_object_mut();
                tags.unwrap().remove("rhc-app");
            },
        ),
        one(
            "the databases' tenant is gone",
            "tenants/rhcdbcore.onmicrosoft.com",
            Upheaval,
            |state| tenants(state).retain(|_, tenant| tenant["initialDomain"] != DATABASE),
        ),
        one(
            "the emergency account lost its role",
            "tenants/rhcdbcore.onmicrosoft.com/native-administrators",
            Person,
            |state| {
                let user = format!("break-glass@{DATABASE}");
                let id = crate::edit::id_of(state, DATABASE, "user", &user);
                let held = tenant(state, DATABASE)["roleAssignments"].as_object_mut();
                held.unwrap()
                    .retain(|_, one| one["principalId"] != id.as_str());
            },
        ),
    ]
}

fn databases() -> Vec<Break> {
    vec![
        one(
            "the group's description was changed",
            "database/groups/rhc-qa-sql-admins",
            Update(&["description"]),
            |state| {
                object(state, DATABASE, "group", "rhc-qa-sql-admins")["body"]["description"] =
                    json!("anybody's");
            },
        ),
        one(
            "a member was taken out of the group",
            "database/groups/rhc-qa-sql-admins/members/automation",
            Create,
            |state| {
                let id = crate::edit::id_of(state, DATABASE, "servicePrincipal", "rhc-rollout");
                let group = object(state, DATABASE, "group", "rhc-qa-sql-admins");
                let members = group["links"]["members"].as_array_mut().unwrap();
                members.retain(|member| member != id.as_str());
            },
        ),
        one(
            "the server takes an older TLS version",
            "database/Microsoft.Sql/servers/rhc-qa-sqlsvr",
            Update(&["properties.minimalTlsVersion"]),
            |state| resource(state, SERVER)["properties"]["minimalTlsVersion"] = json!("1.0"),
        ),
        one(
            "the server's administrator was renamed",
            "database/Microsoft.Sql/servers/rhc-qa-sqlsvr/administrators/ActiveDirectory",
            Update(&["properties.login"]),
            |state| {
                let administrator = resource(state, "/administrators/activedirectory");
                administrator["properties"]["login"] = json!("somebody");
            },
        ),
        one(
            "sign-in with a password was allowed",
            "database/Microsoft.Sql/servers/rhc-qa-sqlsvr/azureADOnlyAuthentications/Default",
            Update(&["properties.azureADOnlyAuthentication"]),
            |state| {
                let only = resource(state, "/azureadonlyauthentications/default");
                only["properties"]["azureADOnlyAuthentication"] = json!(false);
            },
        ),
        one(
            "a tag of a database was edited",
            "database/Microsoft.Sql/servers/rhc-qa-sqlsvr/databases/corp_db",
            Update(&["tags.rhc-app"]),
            |state| resource(state, "/databases/corp_db")["tags"]["rhc-app"] = json!("mine"),
        ),
        one(
            "encryption at rest was switched off",
            "database/Microsoft.Sql/servers/rhc-qa-sqlsvr/databases/hp2_db/transparentDataEncryption/current",
            Update(&["properties.state"]),
            |state| {
                let encryption = resource(state, "/hp2_db/transparentdataencryption/current");
                encryption["properties"]["state"] = json!("Disabled");
            },
        ),
        one(
            "auditing was switched off",
            "database/Microsoft.Sql/servers/rhc-qa-sqlsvr/auditingSettings/default",
            Update(&["properties.state"]),
            |state| {
                let auditing = resource(state, "/rhc-qa-sqlsvr/auditingsettings/default");
                auditing["properties"]["state"] = json!("Disabled");
            },
        ),
        one(
            "the audit's diagnostic setting was deleted",
            "database/Microsoft.Sql/servers/rhc-qa-sqlsvr/diagnosticSettings/rhc-audit",
            Create,
            |state| {
                delete(
                    state,
                    "/databases/master/providers/microsoft.insights/diagnosticsettings/rhc-audit",
                )
            },
        ),
        one(
            "a role was taken from the app in a database",
            "database/Microsoft.Sql/servers/rhc-qa-sqlsvr/databases/hp2_db/users/rhc-hp2-qa-db",
            Update(&["roles"]),
            |state| sql_users(state, "hp2_db")["rhc-hp2-qa-db"]["roles"] = json!(["db_datareader"]),
        ),
        one(
            "the app's user was dropped from a database",
            "database/Microsoft.Sql/servers/rhc-qa-sqlsvr/databases/corp_db/users/rhc-hp2-qa-db",
            Create,
            |state| {
                sql_users(state, "corp_db").remove("rhc-hp2-qa-db");
            },
        ),
        one(
            "the approval of the private endpoint was withdrawn",
            "database/Microsoft.Sql/servers/rhc-qa-sqlsvr/privateEndpointConnections/rhc-qa-sql-pe",
            Update(&["status"]),
            |state| {
                let kind = "Microsoft.Sql/servers/privateEndpointConnections";
                let connection = resource_with(state, kind, "rhc-qa-sql-pe");
                connection["properties"]["privateLinkServiceConnectionState"]["status"] =
                    json!("Pending");
            },
        ),
    ]
}

fn network() -> Vec<Break> {
    vec![
        one(
            "a rule that lets everybody in was added",
            "network/Microsoft.Network/networkSecurityGroups/rhc-qa-hp2-apps-nsg",
            Update(&["properties.securityRules"]),
            |state| {
                let group = resource(state, "/networksecuritygroups/rhc-qa-hp2-apps-nsg");
                group["properties"]["securityRules"] = json!([{"name": "everybody", "properties": {
                    "priority": 100, "direction": "Inbound", "access": "Allow", "protocol": "*",
                    "sourceAddressPrefix": "*", "sourcePortRange": "*",
                    "destinationAddressPrefix": "*", "destinationPortRange": "*"}}]);
            },
        ),
        one(
            "the network's address range was widened",
            "network/Microsoft.Network/virtualNetworks/rhc-qa-vnet",
            Update(&["properties.addressSpace.addressPrefixes"]),
            |state| {
                resource(state, VNET)["properties"]["addressSpace"]["addressPrefixes"] =
                    json!(["10.40.0.0/16", "10.41.0.0/16"]);
            },
        ),
        one(
            "a subnet lost its service endpoint",
            "network/Microsoft.Network/virtualNetworks/rhc-qa-vnet/subnets/smx-apps",
            Update(&["properties.serviceEndpoints[Microsoft.KeyVault]"]),
            |state| {
                resource(state, "/subnets/smx-apps")["properties"]["serviceEndpoints"] = json!([])
            },
        ),
        one(
            "a tag of the private zone was edited",
            "network/Microsoft.Network/privateDnsZones/privatelink.database.windows.net",
            Update(&["tags.rhc-app"]),
            |state| {
                resource(state, "/privatednszones/privatelink.database.windows.net")["tags"]["rhc-app"] =
                    json!("mine");
            },
        ),
        one(
            "the zone registers the network's machines",
            "network/Microsoft.Network/privateDnsZones/privatelink.database.windows.net/virtualNetworkLinks/rhc-qa-vnet-link",
            Update(&["properties.registrationEnabled"]),
            |state| {
                resource(state, "/virtualnetworklinks/rhc-qa-vnet-link")["properties"]["registrationEnabled"] =
                    json!(true);
            },
        ),
        one(
            "a tag of the private endpoint was edited",
            "network/Microsoft.Network/privateEndpoints/rhc-qa-sql-pe",
            Update(&["tags.rhc-cost-center"]),
            |state| {
                resource(state, "/privateendpoints/rhc-qa-sql-pe")["tags"]["rhc-cost-center"] =
                    json!("x");
            },
        ),
        one(
            "the private endpoint lost its zone",
            "network/Microsoft.Network/privateEndpoints/rhc-qa-sql-pe/privateDnsZoneGroups/default",
            Create,
            |state| delete(state, "/privatednszonegroups/default"),
        ),
    ]
}

fn stack() -> Vec<Break> {
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
        one(
            "the vault lets everybody in",
            "hp2/Microsoft.KeyVault/vaults/hp225qa-kv",
            Update(&["properties.networkAcls.defaultAction"]),
            |state| {
                resource(state, VAULT)["properties"]["networkAcls"]["defaultAction"] =
                    json!("Allow")
            },
        ),
        one(
            "a network rule was taken out of the vault",
            "hp2/Microsoft.KeyVault/vaults/hp225qa-kv",
            Update(&["properties.networkAcls.virtualNetworkRules[smx-apps]"]),
            |state| {
                let acls = &mut resource(state, VAULT)["properties"]["networkAcls"];
                acls["virtualNetworkRules"].as_array_mut().unwrap().pop();
            },
        ),
        one(
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
        ),
        one(
            "the app's role at the vault was removed",
            "hp2/Microsoft.KeyVault/vaults/hp225qa-kv/roleAssignments/Key Vault Secrets User/hp225qa-id",
            Create,
            |state| delete_of(state, VAULT, "Microsoft.Authorization/roleAssignments"),
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
            |state| resource(state, "/domains/azuremanageddomain")["tags"]["rhc-app"] = json!("x"),
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

fn bridge() -> Vec<Break> {
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
        one(
            "the bridge was switched off in the databases' tenant",
            "hp2/servicePrincipals/database/rhc-hp2-qa-db",
            Update(&["accountEnabled"]),
            |state| {
                object(state, DATABASE, "servicePrincipal", "rhc-hp2-qa-db")["body"]["accountEnabled"] =
                    json!(false);
            },
        ),
        one(
            "the bridge trusts another identity",
            "hp2/applications/rhc-hp2-qa-db/federatedIdentityCredentials/hp225qa-id",
            Update(&["subject"]),
            |state| {
                let bridge = object(state, HOSTING, "application", "rhc-hp2-qa-db");
                bridge["body"]["federatedIdentityCredentials"][0]["subject"] =
                    json!("00000000-0000-4000-8000-00000000000b");
            },
        ),
    ]
}
