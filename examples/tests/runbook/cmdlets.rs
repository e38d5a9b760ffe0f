//! The cmdlets that may stand in documents and scripts, each with its page and those of its parameters that may stand there.
//!
//! All were compared with these pages in November 2026, as Microsoft's repositories of documentation keep them
//! (`microsoftgraph/msgraph-sdk-powershell`, `MicrosoftDocs/microsoftgraph-docs-powershell`, `Azure/azure-powershell`,
//! `MicrosoftDocs/PowerShell-Docs` for version 7.4) and, for `Invoke-Sqlcmd`, as it stands there itself. `ErrorAction` is a common parameter,
//! which every cmdlet has. No PowerShell has run them here.

/// A cmdlet.
#[derive(Debug)]
pub(crate) struct Cmdlet {
    pub(crate) name: &'static str,
    /// The module, as the address of its page names it.
    pub(crate) module: &'static str,
    pub(crate) parameters: &'static [&'static str],
}

impl Cmdlet {
    /// Its page.
    pub(crate) fn page(&self) -> String {
        format!(
            "https://learn.microsoft.com/powershell/module/{}/{}",
            self.module,
            self.name.to_ascii_lowercase()
        )
    }
}

const fn cmdlet(
    module: &'static str,
    name: &'static str,
    parameters: &'static [&'static str],
) -> Cmdlet {
    Cmdlet {
        name,
        module,
        parameters,
    }
}

const ACCOUNTS: &str = "az.accounts";
const APPLICATIONS: &str = "microsoft.graph.applications";
const AUTHENTICATION: &str = "microsoft.graph.authentication";
const CORE: &str = "microsoft.powershell.core";
const GROUPS: &str = "microsoft.graph.groups";
const IDENTITIES: &str = "az.managedserviceidentity";
const NETWORK: &str = "az.network";
const PRIVATE_DNS: &str = "az.privatedns";
const RESOURCES: &str = "az.resources";
const SIGN_INS: &str = "microsoft.graph.identity.signins";
const UTILITY: &str = "microsoft.powershell.utility";

pub(crate) const CMDLETS: &[Cmdlet] = &[
    cmdlet(
        ACCOUNTS,
        "Connect-AzAccount",
        &["Tenant", "ContextName", "Scope", "Force"],
    ),
    cmdlet(
        ACCOUNTS,
        "Get-AzAccessToken",
        &["ResourceUrl", "AsSecureString"],
    ),
    cmdlet(ACCOUNTS, "Get-AzContext", &[]),
    cmdlet(
        ACCOUNTS,
        "Invoke-AzRestMethod",
        &["Method", "Uri", "Payload"],
    ),
    cmdlet(ACCOUNTS, "Select-AzContext", &["Name", "Scope"]),
    cmdlet(ACCOUNTS, "Set-AzContext", &["Subscription"]),
    cmdlet(
        APPLICATIONS,
        "New-MgApplicationFederatedIdentityCredential",
        &["ApplicationId", "BodyParameter"],
    ),
    cmdlet(
        APPLICATIONS,
        "New-MgServicePrincipalAppRoleAssignment",
        &["ServicePrincipalId", "BodyParameter"],
    ),
    cmdlet(
        APPLICATIONS,
        "Update-MgApplicationByUniqueName",
        &["UniqueName", "Headers", "BodyParameter"],
    ),
    cmdlet(
        APPLICATIONS,
        "Update-MgServicePrincipalByAppId",
        &["AppId", "Headers", "BodyParameter"],
    ),
    cmdlet(
        AUTHENTICATION,
        "Connect-MgGraph",
        &["TenantId", "Scopes", "ContextScope", "NoWelcome"],
    ),
    cmdlet(AUTHENTICATION, "Get-MgContext", &[]),
    cmdlet(
        AUTHENTICATION,
        "Invoke-MgGraphRequest",
        &[
            "Method",
            "Uri",
            "Body",
            "Headers",
            "ContentType",
            "OutputType",
        ],
    ),
    cmdlet(CORE, "ForEach-Object", &[]),
    cmdlet(CORE, "Out-Host", &[]),
    cmdlet(CORE, "Out-Null", &[]),
    cmdlet(CORE, "Where-Object", &[]),
    cmdlet(
        GROUPS,
        "New-MgGroupMemberByRef",
        &["GroupId", "BodyParameter"],
    ),
    cmdlet(
        GROUPS,
        "Update-MgGroupByUniqueName",
        &["UniqueName", "Headers", "BodyParameter"],
    ),
    cmdlet(
        IDENTITIES,
        "New-AzFederatedIdentityCredential",
        &[
            "SubscriptionId",
            "ResourceGroupName",
            "IdentityName",
            "Name",
            "Issuer",
            "Subject",
            "Audience",
        ],
    ),
    cmdlet(
        IDENTITIES,
        "New-AzUserAssignedIdentity",
        &[
            "SubscriptionId",
            "ResourceGroupName",
            "Name",
            "Location",
            "Tag",
        ],
    ),
    cmdlet(
        NETWORK,
        "New-AzNetworkSecurityGroup",
        &["ResourceGroupName", "Name", "Location", "Tag"],
    ),
    cmdlet(
        NETWORK,
        "New-AzVirtualNetwork",
        &[
            "ResourceGroupName",
            "Name",
            "Location",
            "AddressPrefix",
            "Tag",
        ],
    ),
    cmdlet(
        PRIVATE_DNS,
        "New-AzPrivateDnsVirtualNetworkLink",
        &[
            "ResourceGroupName",
            "ZoneName",
            "Name",
            "VirtualNetworkId",
            "Tag",
        ],
    ),
    cmdlet(
        PRIVATE_DNS,
        "New-AzPrivateDnsZone",
        &["ResourceGroupName", "Name", "Tag"],
    ),
    cmdlet(
        RESOURCES,
        "New-AzResourceGroup",
        &["Name", "Location", "Tag"],
    ),
    cmdlet(
        RESOURCES,
        "Register-AzResourceProvider",
        &["ProviderNamespace"],
    ),
    cmdlet(
        "microsoft.powershell.security",
        "ConvertFrom-SecureString",
        &["AsPlainText"],
    ),
    cmdlet(
        SIGN_INS,
        "New-MgIdentityConditionalAccessPolicy",
        &["BodyParameter"],
    ),
    cmdlet(SIGN_INS, "New-MgOauth2PermissionGrant", &["BodyParameter"]),
    cmdlet(
        SIGN_INS,
        "Update-MgPolicyAuthorizationPolicy",
        &["BodyParameter"],
    ),
    cmdlet(
        SIGN_INS,
        "Update-MgPolicyCrossTenantAccessPolicyDefault",
        &["BodyParameter"],
    ),
    cmdlet(
        "sqlserver",
        "Invoke-Sqlcmd",
        &["ServerInstance", "Database", "Query", "AccessToken"],
    ),
    cmdlet(UTILITY, "ConvertFrom-Json", &[]),
    cmdlet(
        UTILITY,
        "Get-Variable",
        &["Scope", "ValueOnly", "ErrorAction"],
    ),
    cmdlet(
        UTILITY,
        "Invoke-RestMethod",
        &[
            "Method",
            "Uri",
            "Body",
            "ContentType",
            "Authentication",
            "Token",
        ],
    ),
    cmdlet(UTILITY, "Select-Object", &["First"]),
    cmdlet(UTILITY, "Start-Sleep", &["Seconds"]),
    cmdlet(UTILITY, "Write-Host", &[]),
];
