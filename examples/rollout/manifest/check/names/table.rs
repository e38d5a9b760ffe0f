//! What each service accepts as a name.
//!
//! Unless a row says otherwise, its source is "Naming rules and restrictions for Azure resources"
//! (<https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules>).

use super::rule::{Edge, Letters, NameRule, Scope};

use Letters::*;
use Scope::{Global, Parent, ResourceGroup as Group, Shared};

pub(in super::super) const RESOURCE_GROUP: NameRule = NameRule::new(
    "a resource group",
    "Microsoft.Resources/resourceGroups",
    Shared,
    (1, 90),
    AlphanumericHyphenUnderscorePeriodParenthesis,
)
.edges(Edge::Any, Edge::NoPeriodOrSpace);
/// Unverified: Microsoft publishes no rule for the display name of a subscription; 64 characters are known to work.
pub(super) const SUBSCRIPTION: NameRule = NameRule::new(
    "a subscription",
    "Microsoft.Subscription/aliases",
    Parent,
    (1, 64),
    AlphanumericHyphenUnderscorePeriod,
);
pub(super) const VIRTUAL_NETWORK: NameRule = network_rule(
    "a virtual network",
    "Microsoft.Network/virtualNetworks",
    Group,
    (2, 64),
);
pub(super) const SUBNET: NameRule = network_rule(
    "a subnet",
    "Microsoft.Network/virtualNetworks/subnets",
    Parent,
    (1, 80),
);
pub(super) const SECURITY_GROUP: NameRule = network_rule(
    "a network security group",
    "Microsoft.Network/networkSecurityGroups",
    Group,
    (1, 80),
);
pub(super) const PRIVATE_ENDPOINT: NameRule = network_rule(
    "a private endpoint",
    "Microsoft.Network/privateEndpoints",
    Group,
    (2, 64),
);
pub(super) const ZONE_LINK: NameRule = network_rule(
    "a private zone's link",
    "Microsoft.Network/privateDnsZones/virtualNetworkLinks",
    Parent,
    (1, 80),
);
/// That two hyphens in a row are refused is not on the page; the service says it in its error message.
pub(super) const CONTAINER_APP: NameRule = NameRule::new(
    "a container app",
    "Microsoft.App/containerApps",
    Group,
    (2, 32),
    LowerAlphanumericHyphen,
)
.edges(Edge::Letter, Edge::Alphanumeric)
.no_double_hyphen();
/// Unverified: Microsoft's page has no row for it; this is what other tools of the field accept.
pub(super) const MANAGED_ENVIRONMENT: NameRule = NameRule::new(
    "a Container Apps environment",
    "Microsoft.App/managedEnvironments",
    Group,
    (2, 60),
    LowerAlphanumericHyphen,
)
.edges(Edge::Letter, Edge::Alphanumeric)
.no_double_hyphen();
pub(super) const KEY_VAULT: NameRule = NameRule::new(
    "a key vault",
    "Microsoft.KeyVault/vaults",
    Global,
    (3, 24),
    AlphanumericHyphen,
)
.edges(Edge::Letter, Edge::Alphanumeric)
.no_double_hyphen();
pub(super) const STORAGE: NameRule = NameRule::new(
    "a storage account",
    "Microsoft.Storage/storageAccounts",
    Global,
    (3, 24),
    LowerAlphanumeric,
);
pub(super) const CONTAINER: NameRule = NameRule::new(
    "a blob container",
    "Microsoft.Storage/storageAccounts/blobServices/containers",
    Parent,
    (3, 63),
    LowerAlphanumericHyphen,
)
.edges(Edge::Alphanumeric, Edge::Alphanumeric)
.no_double_hyphen();
pub(super) const REGISTRY: NameRule = NameRule::new(
    "a container registry",
    "Microsoft.ContainerRegistry/registries",
    Global,
    (5, 50),
    Alphanumeric,
);
pub(super) const WORKSPACE: NameRule = NameRule::new(
    "a Log Analytics workspace",
    "Microsoft.OperationalInsights/workspaces",
    Group,
    (4, 63),
    AlphanumericHyphen,
)
.edges(Edge::Alphanumeric, Edge::Alphanumeric);
pub(super) const INSIGHTS: NameRule = NameRule::new(
    "an Application Insights component",
    "Microsoft.Insights/components",
    Group,
    (1, 260),
    AllBut(r"%&\?/"),
)
.edges(Edge::Any, Edge::NoPeriodOrSpace);
pub(super) const IDENTITY: NameRule = NameRule::new(
    "a user-assigned identity",
    "Microsoft.ManagedIdentity/userAssignedIdentities",
    Group,
    (3, 128),
    AlphanumericHyphenUnderscore,
)
.edges(Edge::Alphanumeric, Edge::Any);
pub(super) const SQL_SERVER: NameRule = NameRule::new(
    "a SQL server",
    "Microsoft.Sql/servers",
    Global,
    (1, 63),
    LowerAlphanumericHyphen,
)
.edges(Edge::Alphanumeric, Edge::Alphanumeric);
pub(super) const SQL_DATABASE: NameRule = NameRule::new(
    "a SQL database",
    "Microsoft.Sql/servers/databases",
    Parent,
    (1, 128),
    AllBut(r"<>*%&:\/?"),
)
.edges(Edge::Any, Edge::NoPeriodOrSpace);
/// From Microsoft's API description of 2026-03-18. Unverified: that the name is unique in all of Azure; it becomes part of
/// a host name.
pub(super) const COMMUNICATION: NameRule = NameRule::new(
    "a Communication Services resource",
    "Microsoft.Communication/communicationServices",
    Global,
    (1, 63),
    AlphanumericHyphenUnderscore,
);
/// From Microsoft's API description of 2026-03-18. Unverified: that the name is unique in all of Azure.
pub(super) const EMAIL_SERVICE: NameRule = NameRule::new(
    "an Email Communication Services resource",
    "Microsoft.Communication/emailServices",
    Global,
    (1, 63),
    AlphanumericHyphen,
);
/// From Microsoft's API description of 2023-05-17-preview, anchored at the end.
pub(super) const DIRECTORY: NameRule = NameRule::new(
    "an External ID tenant's resource",
    "Microsoft.AzureActiveDirectory/ciamDirectories",
    Global,
    (1, 26),
    Alphanumeric,
);

const fn network_rule(
    what: &'static str,
    kind: &'static str,
    scope: Scope,
    lengths: (usize, usize),
) -> NameRule {
    NameRule::new(
        what,
        kind,
        scope,
        lengths,
        AlphanumericHyphenUnderscorePeriod,
    )
    .edges(Edge::Alphanumeric, Edge::AlphanumericUnderscore)
}
