//! The commands of the Azure CLI.
//!
//! Source: what each says about itself (`az … --help`, version 2.91.0). What a command would leave out of a request that has to
//! do with safety has no command here.

use super::{How, Is, Of, Row};

const LOCATION: super::Carries = ("--location", "/location", How::Text);
const TAGS: super::Carries = ("--tags", "/tags", How::Tags);
/// What can only be everywhere.
const EVERYWHERE: super::Carries = ("", "/location", How::ByItself(Is::Word("global")));
const SUBSCRIPTION: (&str, Of) = ("--subscription", Of::Subscription);
const GROUP: (&str, Of) = ("--resource-group", Of::Group);
const NAME: (&str, Of) = ("--name", Of::Name(0));

const fn row(
    of: &'static str,
    make: &'static str,
    look: Option<&'static str>,
    which: &'static [(&'static str, Of)],
    carries: &'static [super::Carries],
) -> Row {
    Row {
        of,
        module: "az",
        make,
        look,
        which,
        carries,
    }
}

pub(super) const ROWS: &[Row] = &[
    row(
        "PUT Microsoft.Resources/resourceGroups",
        "az group create",
        Some("az group show"),
        &[SUBSCRIPTION, NAME],
        &[LOCATION, TAGS],
    ),
    row(
        "POST Microsoft.Resources/providers",
        "az provider register",
        Some("az provider show"),
        &[SUBSCRIPTION, ("--namespace", Of::Name(0))],
        &[],
    ),
    row(
        "PUT Microsoft.Authorization/roleAssignments",
        "az role assignment create",
        None,
        &[SUBSCRIPTION, NAME, ("--scope", Of::Scope)],
        &[
            ("--role", "/properties/roleDefinitionId", How::Text),
            ("--assignee-object-id", "/properties/principalId", How::Text),
            (
                "--assignee-principal-type",
                "/properties/principalType",
                How::Text,
            ),
        ],
    ),
    row(
        "PUT Microsoft.ManagedIdentity/userAssignedIdentities",
        "az identity create",
        Some("az identity show"),
        &[SUBSCRIPTION, GROUP, NAME],
        &[LOCATION, TAGS],
    ),
    row(
        "PUT Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials",
        "az identity federated-credential create",
        Some("az identity federated-credential show"),
        &[
            SUBSCRIPTION,
            GROUP,
            ("--identity-name", Of::Name(0)),
            ("--name", Of::Name(1)),
        ],
        &[
            ("--issuer", "/properties/issuer", How::Text),
            ("--subject", "/properties/subject", How::Text),
            ("--audiences", "/properties/audiences", How::List),
        ],
    ),
    row(
        "PUT Microsoft.Network/networkSecurityGroups",
        "az network nsg create",
        Some("az network nsg show"),
        &[SUBSCRIPTION, GROUP, NAME],
        &[
            LOCATION,
            TAGS,
            ("", "/properties/securityRules", How::ByItself(Is::Nothing)),
        ],
    ),
    row(
        "PUT Microsoft.Network/virtualNetworks",
        "az network vnet create",
        Some("az network vnet show"),
        &[SUBSCRIPTION, GROUP, NAME],
        &[
            LOCATION,
            (
                "--address-prefixes",
                "/properties/addressSpace/addressPrefixes",
                How::List,
            ),
            TAGS,
        ],
    ),
    row(
        "PUT Microsoft.Network/virtualNetworks/subnets",
        "az network vnet subnet create",
        Some("az network vnet subnet show"),
        &[
            SUBSCRIPTION,
            GROUP,
            ("--vnet-name", Of::Name(0)),
            ("--name", Of::Name(1)),
        ],
        &[
            ("--address-prefixes", "/properties/addressPrefix", How::Text),
            (
                "--network-security-group",
                "/properties/networkSecurityGroup/id",
                How::Text,
            ),
            (
                "--delegations",
                "/properties/delegations",
                How::Each("properties/serviceName"),
            ),
            (
                "--service-endpoints",
                "/properties/serviceEndpoints",
                How::Each("service"),
            ),
            (
                "",
                "/properties/serviceEndpoints",
                How::ByItself(Is::Nothing),
            ),
        ],
    ),
    row(
        "PUT Microsoft.Network/privateDnsZones",
        "az network private-dns zone create",
        Some("az network private-dns zone show"),
        &[SUBSCRIPTION, GROUP, NAME],
        &[TAGS, EVERYWHERE],
    ),
    row(
        "PUT Microsoft.Network/privateDnsZones/virtualNetworkLinks",
        "az network private-dns link vnet create",
        Some("az network private-dns link vnet show"),
        &[
            SUBSCRIPTION,
            GROUP,
            ("--zone-name", Of::Name(0)),
            ("--name", Of::Name(1)),
        ],
        &[
            (
                "--virtual-network",
                "/properties/virtualNetwork/id",
                How::Text,
            ),
            (
                "--registration-enabled",
                "/properties/registrationEnabled",
                How::Text,
            ),
            TAGS,
            EVERYWHERE,
        ],
    ),
    row(
        "PUT Microsoft.Network/privateEndpoints",
        "az network private-endpoint create",
        Some("az network private-endpoint show"),
        &[SUBSCRIPTION, GROUP, NAME],
        &[
            LOCATION,
            TAGS,
            ("--subnet", "/properties/subnet/id", How::Text),
            (
                "--manual-request",
                "/properties/manualPrivateLinkServiceConnections/0",
                How::Because("true"),
            ),
            (
                "--connection-name",
                "/properties/manualPrivateLinkServiceConnections/0/name",
                How::Text,
            ),
            (
                "--private-connection-resource-id",
                "/properties/manualPrivateLinkServiceConnections/0/properties/privateLinkServiceId",
                How::Text,
            ),
            (
                "--group-id",
                "/properties/manualPrivateLinkServiceConnections/0/properties/groupIds",
                How::List,
            ),
            (
                "--request-message",
                "/properties/manualPrivateLinkServiceConnections/0/properties/requestMessage",
                How::Text,
            ),
            (
                "--connection-name",
                "/properties/privateLinkServiceConnections/0/name",
                How::Text,
            ),
            (
                "--private-connection-resource-id",
                "/properties/privateLinkServiceConnections/0/properties/privateLinkServiceId",
                How::Text,
            ),
            (
                "--group-id",
                "/properties/privateLinkServiceConnections/0/properties/groupIds",
                How::List,
            ),
        ],
    ),
    row(
        "PUT Microsoft.Network/privateEndpoints/privateDnsZoneGroups",
        "az network private-endpoint dns-zone-group create",
        Some("az network private-endpoint dns-zone-group show"),
        &[
            SUBSCRIPTION,
            GROUP,
            ("--endpoint-name", Of::Name(0)),
            ("--name", Of::Name(1)),
        ],
        &[
            (
                "--zone-name",
                "/properties/privateDnsZoneConfigs/0/name",
                How::Text,
            ),
            (
                "--private-dns-zone",
                "/properties/privateDnsZoneConfigs/0/properties/privateDnsZoneId",
                How::Text,
            ),
        ],
    ),
    row(
        "PUT Microsoft.KeyVault/vaults",
        "az keyvault create",
        Some("az keyvault show"),
        &[SUBSCRIPTION, GROUP, NAME],
        &[
            LOCATION,
            TAGS,
            ("", "/properties/tenantId", How::ByItself(Is::Known)),
            ("--sku", "/properties/sku/name", How::Text),
            ("", "/properties/sku/family", How::ByItself(Is::Word("A"))),
            (
                "--enable-rbac-authorization",
                "/properties/enableRbacAuthorization",
                How::Text,
            ),
            ("", "/properties/enableSoftDelete", How::ByItself(Is::Yes)),
            (
                "--retention-days",
                "/properties/softDeleteRetentionInDays",
                How::Text,
            ),
            (
                "--enable-purge-protection",
                "/properties/enablePurgeProtection",
                How::Text,
            ),
            (
                "--public-network-access",
                "/properties/publicNetworkAccess",
                How::Text,
            ),
            (
                "--default-action",
                "/properties/networkAcls/defaultAction",
                How::Text,
            ),
            ("--bypass", "/properties/networkAcls/bypass", How::Text),
            (
                "--network-acls-vnets",
                "/properties/networkAcls/virtualNetworkRules",
                How::Each("id"),
            ),
            (
                "",
                "/properties/networkAcls/ipRules",
                How::ByItself(Is::Nothing),
            ),
        ],
    ),
    row(
        "PUT Microsoft.Insights/diagnosticSettings",
        "az monitor diagnostic-settings create",
        Some("az monitor diagnostic-settings show"),
        &[SUBSCRIPTION, ("--resource", Of::Scope), NAME],
        &[
            ("--workspace", "/properties/workspaceId", How::Text),
            ("--logs", "/properties/logs", How::Document),
        ],
    ),
    row(
        "PUT Microsoft.OperationalInsights/workspaces/tables",
        "az monitor log-analytics workspace table update",
        Some("az monitor log-analytics workspace table show"),
        &[
            SUBSCRIPTION,
            GROUP,
            ("--workspace-name", Of::Name(0)),
            ("--name", Of::Name(1)),
        ],
        &[
            ("--plan", "/properties/plan", How::Text),
            ("--retention-time", "/properties/retentionInDays", How::Text),
            (
                "--total-retention-time",
                "/properties/totalRetentionInDays",
                How::Text,
            ),
        ],
    ),
    row(
        "PUT Microsoft.Storage/storageAccounts/blobServices",
        "az storage account blob-service-properties update",
        Some("az storage account blob-service-properties show"),
        &[SUBSCRIPTION, GROUP, ("--account-name", Of::Name(0))],
        &[
            (
                "--enable-delete-retention",
                "/properties/deleteRetentionPolicy/enabled",
                How::Text,
            ),
            (
                "--delete-retention-days",
                "/properties/deleteRetentionPolicy/days",
                How::Text,
            ),
            (
                "--enable-container-delete-retention",
                "/properties/containerDeleteRetentionPolicy/enabled",
                How::Text,
            ),
            (
                "--container-delete-retention-days",
                "/properties/containerDeleteRetentionPolicy/days",
                How::Text,
            ),
            (
                "--enable-versioning",
                "/properties/isVersioningEnabled",
                How::Text,
            ),
        ],
    ),
];
