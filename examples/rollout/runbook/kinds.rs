//! What each kind of thing is called, and where the portal has it.
//!
//! Unverified: Microsoft moves pages of its portals without notice; the names are those of its documentation.

/// A kind of thing.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kind {
    /// As plans name it.
    pub(super) kind: &'static str,
    /// What people call it.
    pub(super) noun: &'static str,
    /// Where it is made or changed by hand.
    pub(super) place: &'static str,
}

const fn kind(kind: &'static str, noun: &'static str, place: &'static str) -> Kind {
    Kind { kind, noun, place }
}

/// In the order of the alphabet.
const KINDS: &[Kind] = &[
    kind(
        "DNS records",
        "DNS records",
        "at whoever hosts the zone: add the records that stand above",
    ),
    kind(
        "Microsoft.App/containerApps",
        "Container app",
        "Azure portal > Container Apps > Create",
    ),
    kind(
        "Microsoft.App/jobs",
        "Container Apps job",
        "Azure portal > Container App Jobs > Create",
    ),
    kind(
        "Microsoft.App/managedEnvironments",
        "Container Apps environment",
        "Azure portal > Container Apps Environments > Create",
    ),
    kind(
        "Microsoft.App/managedEnvironments/managedCertificates",
        "Managed certificate",
        "Azure portal > the Container Apps environment > Certificates > Managed certificates > Add certificate",
    ),
    kind(
        "Microsoft.Authorization/roleAssignments",
        "Role assignment",
        "Azure portal > the resource > Access control (IAM) > Add role assignment",
    ),
    kind(
        "Microsoft.Authorization/roleDefinitions",
        "Custom role",
        "Azure portal > the resource group > Access control (IAM) > Add custom role",
    ),
    kind(
        "Microsoft.AzureActiveDirectory/ciamDirectories",
        "External ID tenant",
        "Microsoft Entra admin center > Entra ID > Overview > Manage tenants > Create > External",
    ),
    kind(
        "Microsoft.Billing/billingAccounts",
        "Billing scope",
        "Azure portal > Cost Management + Billing > Billing scopes",
    ),
    kind(
        "Microsoft.Communication/communicationServices",
        "Communication Services resource",
        "Azure portal > Communication Services > Create",
    ),
    kind(
        "Microsoft.Communication/emailServices",
        "E-mail Communication Services resource",
        "Azure portal > Email Communication Services > Create",
    ),
    kind(
        "Microsoft.Communication/emailServices/domains",
        "E-mail domain",
        "Azure portal > the Email Communication Services resource > Provision domains > Add Azure subdomain",
    ),
    kind(
        "Microsoft.ContainerRegistry/registries",
        "Container registry",
        "Azure portal > Container registries > Create",
    ),
    kind(
        "Microsoft.Insights/components",
        "Application Insights resource",
        "Azure portal > Application Insights > Create",
    ),
    kind(
        "Microsoft.Insights/diagnosticSettings",
        "Diagnostic setting",
        "Azure portal > the resource > Monitoring > Diagnostic settings > Add diagnostic setting; for a subscription Activity log > Export Activity Logs",
    ),
    kind(
        "Microsoft.KeyVault/vaults",
        "Key vault",
        "Azure portal > Key vaults > Create",
    ),
    kind(
        "Microsoft.ManagedIdentity/userAssignedIdentities",
        "User-assigned managed identity",
        "Azure portal > Managed Identities > Create",
    ),
    kind(
        "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials",
        "Federated credential of a managed identity",
        "Azure portal > the managed identity > Settings > Federated credentials > Add credential",
    ),
    kind(
        "Microsoft.Network/networkSecurityGroups",
        "Network security group",
        "Azure portal > Network security groups > Create",
    ),
    kind(
        "Microsoft.Network/privateDnsZones",
        "Private DNS zone",
        "Azure portal > Private DNS zones > Create",
    ),
    kind(
        "Microsoft.Network/privateDnsZones/virtualNetworkLinks",
        "Virtual network link",
        "Azure portal > the private DNS zone > Virtual network links > Add",
    ),
    kind(
        "Microsoft.Network/privateEndpoints",
        "Private endpoint",
        "Azure portal > Private endpoints > Create, by resource id and with manual approval",
    ),
    kind(
        "Microsoft.Network/privateEndpoints/privateDnsZoneGroups",
        "DNS configuration of a private endpoint",
        "Azure portal > the private endpoint > DNS configuration > Add configuration",
    ),
    kind(
        "Microsoft.Network/virtualNetworks",
        "Virtual network",
        "Azure portal > Virtual networks > Create",
    ),
    kind(
        "Microsoft.Network/virtualNetworks/subnets",
        "Subnet",
        "Azure portal > the virtual network > Subnets > Add",
    ),
    kind(
        "Microsoft.OperationalInsights/workspaces",
        "Log Analytics workspace",
        "Azure portal > Log Analytics workspaces > Create",
    ),
    kind(
        "Microsoft.OperationalInsights/workspaces/tables",
        "Retention of a log table",
        "Azure portal > the Log Analytics workspace > Tables > the table > Manage table",
    ),
    kind(
        "Microsoft.Resources/providers",
        "Resource provider",
        "Azure portal > the subscription > Resource providers > Register",
    ),
    kind(
        "Microsoft.Resources/resourceGroups",
        "Resource group",
        "Azure portal > Resource groups > Create",
    ),
    kind(
        "Microsoft.Resources/tags",
        "Tags of a subscription",
        "Azure portal > the subscription > Tags",
    ),
    kind(
        "Microsoft.Sql/servers",
        "SQL server",
        "Azure portal > SQL servers > Create, with Microsoft Entra-only authentication",
    ),
    kind(
        "Microsoft.Sql/servers/administrators",
        "Microsoft Entra administrator of a SQL server",
        "Azure portal > the SQL server > Microsoft Entra ID > Set admin",
    ),
    kind(
        "Microsoft.Sql/servers/auditingSettings",
        "Auditing of a SQL server",
        "Azure portal > the SQL server > Security > Auditing",
    ),
    kind(
        "Microsoft.Sql/servers/azureADOnlyAuthentications",
        "Microsoft Entra-only authentication",
        "Azure portal > the SQL server > Microsoft Entra ID > Support only Microsoft Entra authentication for this server",
    ),
    kind(
        "Microsoft.Sql/servers/databases",
        "SQL database",
        "Azure portal > the SQL server > Create database",
    ),
    kind(
        "Microsoft.Sql/servers/databases/transparentDataEncryption",
        "Encryption of a database",
        "Azure portal > the database > Transparent data encryption",
    ),
    kind(
        "Microsoft.Sql/servers/privateEndpointConnections",
        "Approval of a private endpoint",
        "Azure portal > the SQL server > Networking > Private access > Approve",
    ),
    kind(
        "Microsoft.Storage/storageAccounts",
        "Storage account",
        "Azure portal > Storage accounts > Create",
    ),
    kind(
        "Microsoft.Storage/storageAccounts/blobServices",
        "Blob service of a storage account",
        "Azure portal > the storage account > Data protection",
    ),
    kind(
        "Microsoft.Subscription/acceptOwnership",
        "Ownership of a subscription",
        "Azure portal, signed in to the new owner's tenant > the link in the e-mail about the subscription > Accept ownership",
    ),
    kind(
        "Microsoft.Subscription/aliases",
        "Subscription",
        "Azure portal > Subscriptions > Add",
    ),
    kind(
        "appRoleAssignments",
        "Application permission",
        "Microsoft Entra admin center > Entra ID > App registrations > the application > API permissions > Add a permission > Application permissions > Grant admin consent",
    ),
    kind(
        "applications",
        "Application",
        "Microsoft Entra admin center > Entra ID > App registrations > New registration",
    ),
    kind(
        "applications/federatedIdentityCredentials",
        "Federated credential of an application",
        "Microsoft Entra admin center > Entra ID > App registrations > the application > Certificates & secrets > Federated credentials > Add credential",
    ),
    kind(
        "certificate",
        "Certificate of an application",
        "Azure portal > the key vault > Certificates > Generate/Import; then Microsoft Entra admin center > App registrations > the application > Certificates & secrets > Upload certificate",
    ),
    kind(
        "custom domain",
        "Custom domain",
        "Azure portal > the container app > Networking > Custom domains > Add custom domain",
    ),
    kind(
        "custom domain binding",
        "Binding of a custom domain",
        "Azure portal > the container app > Networking > Custom domains > Add binding",
    ),
    kind(
        "github-branch",
        "Branch",
        "GitHub > the repository > Branches > New branch",
    ),
    kind(
        "github-environment",
        "GitHub environment",
        "GitHub > the repository > Settings > Environments > New environment",
    ),
    kind("github-repository", "Repository", "GitHub > the repository"),
    kind(
        "github-variable",
        "Variable of a GitHub environment",
        "GitHub > the repository > Settings > Environments > the environment > Environment variables > Add",
    ),
    kind(
        "github-workflow",
        "Workflow",
        "GitHub > the repository > Add file > Create new file",
    ),
    kind(
        "groups",
        "Group",
        "Microsoft Entra admin center > Entra ID > Groups > New group",
    ),
    kind(
        "groups/members",
        "Member of a group",
        "Microsoft Entra admin center > Entra ID > Groups > the group > Members > Add members",
    ),
    kind(
        "identity/authenticationEventsFlows",
        "User flow",
        "Microsoft Entra admin center > Entra ID > External Identities > User flows > New user flow",
    ),
    kind(
        "identity/conditionalAccess/policies",
        "Conditional Access policy",
        "Microsoft Entra admin center > Entra ID > Conditional Access > New policy",
    ),
    kind("image", "Image", "only by `docker` or `az acr`"),
    kind(
        "microsoft.aadiam/diagnosticSettings",
        "Export of a tenant's logs",
        "Microsoft Entra admin center > Entra ID > Monitoring & health > Diagnostic settings > Add diagnostic setting",
    ),
    kind(
        "native administrators",
        "Administrators of a tenant",
        "Microsoft Entra admin center > Entra ID > Users > New user",
    ),
    kind(
        "oauth2PermissionGrants",
        "Consent for all users",
        "Microsoft Entra admin center > Entra ID > App registrations > the application > API permissions > Grant admin consent",
    ),
    kind(
        "organization/branding",
        "Sign-in page",
        "Microsoft Entra admin center > Entra ID > Custom Branding > Default sign-in",
    ),
    kind(
        "servicePrincipals",
        "Service principal",
        "Microsoft Entra admin center > Entra ID > Enterprise apps; one of another tenant's application has no page to make it with",
    ),
    kind(
        "sql-user",
        "User of a database",
        "Azure portal > the database > Query editor, signed in with Microsoft Entra ID",
    ),
    kind(
        "tenant",
        "Tenant",
        "Microsoft Entra admin center > Entra ID > Overview > Manage tenants > Create",
    ),
];

/// The kind of this name. A policy or another singleton of a tenant is called by its last word.
pub(super) fn of(name: &str) -> Kind {
    let place = |kind: &&Kind| kind.kind == name;
    if let Some(kind) = KINDS.iter().find(place) {
        return *kind;
    }
    let (noun, place) = if name.contains("authenticationMethodConfigurations") {
        (
            "Authentication method",
            "Microsoft Entra admin center > Entra ID > Authentication methods > Policies",
        )
    } else if name.ends_with("authorizationPolicy") {
        (
            "Authorization policy",
            "Microsoft Entra admin center > Entra ID > External Identities > External collaboration settings",
        )
    } else if name.contains("crossTenantAccessPolicy") {
        (
            "Cross-tenant access policy",
            "Microsoft Entra admin center > Entra ID > External Identities > Cross-tenant access settings > Default settings",
        )
    } else if name.ends_with("identitySecurityDefaultsEnforcementPolicy") {
        (
            "Security defaults",
            "Microsoft Entra admin center > Entra ID > Overview > Properties > Manage security defaults",
        )
    } else if name.starts_with("no ") {
        (
            "What must not be there",
            "Microsoft Entra admin center > Entra ID > Users, App registrations and Enterprise apps: look",
        )
    } else {
        ("", "the portal of the service")
    };
    Kind {
        kind: "",
        noun,
        place,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_told_apart_and_the_others_are_called_by_what_they_are() {
        let names: std::collections::BTreeSet<_> = KINDS.iter().map(|kind| kind.kind).collect();
        assert_eq!(names.len(), KINDS.len());
        assert_eq!(of("Microsoft.KeyVault/vaults").noun, "Key vault");
        assert_eq!(
            of("policies/authorizationPolicy").noun,
            "Authorization policy"
        );
        assert_eq!(of("something new").noun, "");
    }
}
