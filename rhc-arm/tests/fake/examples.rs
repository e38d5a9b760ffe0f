//! A valid body for every type, in the order in which they can be made.

use serde_json::{Value, json};

use super::cloud::{Cloud, GROUP, HOME, OPERATOR};

/// A resource that is made as it stands, and how each rule of its table is broken.
#[derive(Debug)]
pub(crate) struct Example {
    pub(crate) resource_type: &'static str,
    pub(crate) path: String,
    pub(crate) version: &'static str,
    pub(crate) body: Value,
    /// A bad value for each pattern.
    pub(crate) bad: Vec<(&'static str, Value)>,
    /// Another value for each immutable property.
    pub(crate) other: Vec<(&'static str, Value)>,
    /// A name that will not do.
    pub(crate) bad_name: String,
}

pub(crate) const NETWORK: &str = "2025-05-01";
pub(crate) const VAULT: &str = "2024-11-01";
pub(crate) const IDENTITY: &str = "2024-11-30";
pub(crate) const LOGS: &str = "2025-07-01";
pub(crate) const ROLES: &str = "2022-04-01";
pub(crate) const MAIL: &str = "2025-05-01";

pub(crate) fn in_group(rest: &str) -> String {
    format!("{GROUP}/providers/{rest}")
}

pub(crate) fn example(
    resource_type: &'static str,
    path: String,
    version: &'static str,
    body: Value,
    bad_name: &str,
) -> Example {
    Example {
        resource_type,
        path,
        version,
        body,
        bad: Vec::new(),
        other: Vec::new(),
        bad_name: bad_name.to_owned(),
    }
}

pub(crate) fn with(
    mut example: Example,
    bad: &[(&'static str, Value)],
    other: &[(&'static str, Value)],
) -> Example {
    example.bad = bad.to_vec();
    example.other = other.to_vec();
    example
}

pub(crate) fn vault(name: &str) -> (String, Value) {
    (
        in_group(&format!("Microsoft.KeyVault/vaults/{name}")),
        json!({
            "location": "eastus2",
            "properties": {
                "tenantId": HOME,
                "sku": { "family": "A", "name": "standard" },
                "enableRbacAuthorization": true,
                "enablePurgeProtection": true,
                "softDeleteRetentionInDays": 90,
                "createMode": "default",
                "publicNetworkAccess": "Enabled",
                "networkAcls": { "bypass": "AzureServices", "defaultAction": "Deny", "ipRules": [], "virtualNetworkRules": [] },
            },
        }),
    )
}

pub(crate) fn workspace(name: &str) -> (String, Value) {
    (
        in_group(&format!("Microsoft.OperationalInsights/workspaces/{name}")),
        json!({
            "location": "eastus2",
            "properties": {
                "sku": { "name": "PerGB2018" },
                "retentionInDays": 90,
                "publicNetworkAccessForIngestion": "Enabled",
                "publicNetworkAccessForQuery": "Enabled",
            },
        }),
    )
}

pub(crate) fn network(name: &str) -> (String, Value) {
    (
        in_group(&format!("Microsoft.Network/virtualNetworks/{name}")),
        json!({
            "location": "eastus2",
            "properties": {
                "addressSpace": { "addressPrefixes": ["10.40.0.0/16"] },
                "subnets": [{ "name": "endpoints", "properties": { "addressPrefix": "10.40.4.0/24" } }],
            },
        }),
    )
}

#[expect(clippy::too_many_lines, reason = "one list of all types")]
pub(crate) fn all() -> Vec<Example> {
    let (vault_path, vault_body) = vault("kv-1");
    let (workspace_path, workspace_body) = workspace("logs-1");
    let (network_path, network_body) = network("vnet");
    let security_group = in_group("Microsoft.Network/networkSecurityGroups/nsg");
    let public_zone = in_group("Microsoft.Network/dnsZones/example.org");
    let zone = in_group("Microsoft.Network/privateDnsZones/privatelink.vaultcore.azure.net");
    let email = in_group("Microsoft.Communication/emailServices/mail-1");
    let identity = in_group("Microsoft.ManagedIdentity/userAssignedIdentities/app-id");
    vec![
        example(
            "Microsoft.Resources/resourceGroups",
            GROUP.to_owned(),
            "2025-04-01",
            json!({ "location": "eastus2", "tags": { "rhc-app": "hp2" } }),
            "rg.",
        ),
        with(
            example(
                "Microsoft.KeyVault/vaults",
                vault_path.clone(),
                VAULT,
                vault_body,
                "a--b",
            ),
            &[
                ("properties.tenantId", json!("no-guid")),
                ("properties.enablePurgeProtection", json!(false)),
                ("properties.enableSoftDelete", json!(false)),
                ("properties.softDeleteRetentionInDays", json!(6)),
            ],
            &[("properties.softDeleteRetentionInDays", json!(30))],
        ),
        with(
            example(
                "Microsoft.OperationalInsights/workspaces",
                workspace_path.clone(),
                LOGS,
                workspace_body,
                "-logs",
            ),
            &[("properties.retentionInDays", json!(29))],
            &[],
        ),
        with(
            example(
                "Microsoft.OperationalInsights/workspaces/tables",
                format!("{workspace_path}/tables/SQLSecurityAuditEvents"),
                LOGS,
                json!({ "properties": { "plan": "Analytics", "retentionInDays": 90, "totalRetentionInDays": 2191 } }),
                "a/b",
            ),
            &[
                ("properties.retentionInDays", json!(731)),
                ("properties.totalRetentionInDays", json!(2000)),
            ],
            &[],
        ),
        with(
            example(
                "Microsoft.Insights/components",
                in_group("Microsoft.Insights/components/insights-1"),
                "2020-02-02",
                json!({
                    "location": "eastus2",
                    "kind": "web",
                    "properties": {
                        "Application_Type": "web",
                        "WorkspaceResourceId": workspace_path,
                        "IngestionMode": "LogAnalytics",
                        "publicNetworkAccessForIngestion": "Enabled",
                        "publicNetworkAccessForQuery": "Enabled",
                    },
                }),
                "a<b",
            ),
            &[],
            &[("properties.Application_Type", json!("other"))],
        ),
        example(
            "Microsoft.Insights/diagnosticSettings",
            format!("{vault_path}/providers/Microsoft.Insights/diagnosticSettings/audit"),
            "2021-05-01-preview",
            json!({
                "properties": {
                    "workspaceId": workspace_path,
                    "logs": [{ "categoryGroup": "audit", "enabled": true }],
                    "metrics": [{ "category": "AllMetrics", "enabled": false }],
                },
            }),
            "a%b",
        ),
        example(
            "Microsoft.ManagedIdentity/userAssignedIdentities",
            identity.clone(),
            IDENTITY,
            json!({ "location": "eastus2", "properties": { "isolationScope": "None" } }),
            "-id",
        ),
        with(
            example(
                "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials",
                format!("{identity}/federatedIdentityCredentials/github"),
                IDENTITY,
                json!({
                    "properties": {
                        "issuer": "https://token.actions.githubusercontent.com",
                        "subject": "repo:vokworks-ronk/hp225:environment:qa",
                        "audiences": ["api://AzureADTokenExchange"],
                    },
                }),
                "_a",
            ),
            &[
                ("properties.issuer", json!("http://not.safe")),
                ("properties.subject", json!(" ")),
                ("properties.audiences", json!([])),
            ],
            &[],
        ),
        example(
            "Microsoft.Authorization/roleDefinitions",
            format!(
                "/subscriptions/{}/providers/Microsoft.Authorization/roleDefinitions/00000000-0000-0000-0000-0000000000d1",
                super::cloud::SUBSCRIPTION
            ),
            ROLES,
            json!({
                "properties": {
                    "roleName": "Container deployer",
                    "permissions": [{ "actions": ["Microsoft.App/managedEnvironments/join/action"], "notActions": [] }],
                    "assignableScopes": [format!("/subscriptions/{}", super::cloud::SUBSCRIPTION)],
                },
            }),
            "deployer",
        ),
        example(
            "Microsoft.Authorization/roleAssignments",
            format!(
                "{vault_path}/providers/Microsoft.Authorization/roleAssignments/00000000-0000-0000-0000-0000000000f1"
            ),
            ROLES,
            json!({
                "properties": {
                    "roleDefinitionId": format!(
                        "/subscriptions/{}/providers/Microsoft.Authorization/roleDefinitions/4633458b-17de-408a-b874-0445c86b69e6",
                        super::cloud::SUBSCRIPTION
                    ),
                    "principalId": OPERATOR,
                    "principalType": "User",
                },
            }),
            "no-guid",
        ),
        with(
            example(
                "Microsoft.Network/networkSecurityGroups",
                security_group.clone(),
                NETWORK,
                json!({
                    "location": "eastus2",
                    "properties": {
                        "securityRules": [{
                            "name": "in",
                            "properties": {
                                "protocol": "Tcp",
                                "access": "Allow",
                                "priority": 100,
                                "direction": "Inbound",
                                "sourcePortRange": "*",
                                "destinationPortRange": "443",
                                "sourceAddressPrefix": "*",
                                "destinationAddressPrefix": "*",
                            },
                        }],
                    },
                }),
                "a&b",
            ),
            &[("properties.securityRules[].properties.priority", json!(99))],
            &[],
        ),
        with(
            example(
                "Microsoft.Network/virtualNetworks",
                network_path.clone(),
                NETWORK,
                network_body,
                "a?b",
            ),
            &[(
                "properties.addressSpace.addressPrefixes[]",
                json!("10.40.0.1/16"),
            )],
            &[],
        ),
        with(
            example(
                "Microsoft.Network/virtualNetworks/subnets",
                format!("{network_path}/subnets/hp2-apps"),
                NETWORK,
                json!({
                    "properties": {
                        "addressPrefix": "10.40.0.0/23",
                        "networkSecurityGroup": { "id": security_group },
                        "serviceEndpoints": [{ "service": "Microsoft.KeyVault" }],
                        "delegations": [{ "name": "apps", "properties": { "serviceName": "Microsoft.App/environments" } }],
                        "privateEndpointNetworkPolicies": "Disabled",
                        "privateLinkServiceNetworkPolicies": "Enabled",
                    },
                }),
                "a:b",
            ),
            &[
                ("properties.addressPrefix", json!("10.40.0.0")),
                ("properties.addressPrefixes[]", json!("10.40.0.0/99")),
            ],
            &[],
        ),
        example(
            "Microsoft.Network/privateEndpoints",
            in_group("Microsoft.Network/privateEndpoints/pe"),
            NETWORK,
            json!({
                "location": "eastus2",
                "properties": {
                    "subnet": { "id": format!("{network_path}/subnets/endpoints") },
                    "privateLinkServiceConnections": [{
                        "name": "vault",
                        "properties": { "privateLinkServiceId": vault_path, "groupIds": ["vault"] },
                    }],
                },
            }),
            "a\\b",
        ),
        example(
            "Microsoft.Network/privateDnsZones",
            zone.clone(),
            "2024-06-01",
            json!({ "location": "global" }),
            "zone",
        ),
        example(
            "Microsoft.Network/privateDnsZones/virtualNetworkLinks",
            format!("{zone}/virtualNetworkLinks/link"),
            "2024-06-01",
            json!({
                "location": "global",
                "properties": {
                    "virtualNetwork": { "id": network_path },
                    "registrationEnabled": false,
                    "resolutionPolicy": "Default",
                },
            }),
            "-link",
        ),
        example(
            "Microsoft.Network/dnsZones",
            public_zone.clone(),
            "2018-05-01",
            json!({ "location": "global" }),
            "zone",
        ),
        with(
            example(
                "Microsoft.Network/dnsZones/CNAME",
                format!("{public_zone}/CNAME/www"),
                "2018-05-01",
                json!({ "properties": { "TTL": 3600, "CNAMERecord": { "cname": "app.example.org" } } }),
                "a..b",
            ),
            &[("properties.TTL", json!(0))],
            &[],
        ),
        with(
            example(
                "Microsoft.Network/dnsZones/TXT",
                format!("{public_zone}/TXT/asuid.www"),
                "2018-05-01",
                json!({ "properties": { "TTL": 3600, "TXTRecords": [{ "value": ["text"] }] } }),
                "a..b",
            ),
            &[
                ("properties.TTL", json!(0)),
                ("properties.TXTRecords[].value[]", json!("x".repeat(256))),
            ],
            &[],
        ),
        example(
            "Microsoft.Network/privateEndpoints/privateDnsZoneGroups",
            in_group("Microsoft.Network/privateEndpoints/pe/privateDnsZoneGroups/default"),
            NETWORK,
            json!({
                "properties": {
                    "privateDnsZoneConfigs": [{ "name": "vault", "properties": { "privateDnsZoneId": zone } }],
                },
            }),
            "a>b",
        ),
        with(
            example(
                "Microsoft.Communication/emailServices",
                email.clone(),
                MAIL,
                json!({ "location": "global", "properties": { "dataLocation": "United States" } }),
                "mail_1",
            ),
            &[],
            &[("properties.dataLocation", json!("Europe"))],
        ),
        with(
            example(
                "Microsoft.Communication/emailServices/domains",
                format!("{email}/domains/AzureManagedDomain"),
                MAIL,
                json!({
                    "location": "global",
                    "properties": { "domainManagement": "AzureManaged", "userEngagementTracking": "Disabled" },
                }),
                "a_b",
            ),
            &[],
            &[("properties.domainManagement", json!("CustomerManaged"))],
        ),
        example(
            "Microsoft.Communication/emailServices/domains/senderUsernames",
            format!("{email}/domains/AzureManagedDomain/senderUsernames/Invitations"),
            MAIL,
            json!({ "properties": { "username": "Invitations", "displayName": "Recalibrate" } }),
            "a%b",
        ),
        with(
            example(
                "Microsoft.Communication/communicationServices",
                in_group("Microsoft.Communication/communicationServices/comms-1"),
                MAIL,
                json!({
                    "location": "global",
                    "properties": {
                        "dataLocation": "United States",
                        "linkedDomains": [format!("{email}/domains/AzureManagedDomain")],
                        "publicNetworkAccess": "Enabled",
                    },
                }),
                "a.b",
            ),
            &[],
            &[("properties.dataLocation", json!("Europe"))],
        ),
    ]
}

/// Makes them all, one after the other.
pub(crate) async fn make_all(cloud: &Cloud) -> Vec<Example> {
    let mut all = all();
    all.extend(super::images_and_files::examples());
    all.extend(super::audit::examples());
    all.extend(super::questions::examples());
    all.extend(super::rules::examples());
    for own in &all {
        cloud.make(&own.path, own.version, own.body.clone()).await;
    }
    all
}
