//! The cmdlets of the modules for Azure and Microsoft Graph.
//!
//! Each name and parameter stands in its cmdlet's page on learn.microsoft.com; the test that reads the documents' PowerShell
//! has the pages. What a cmdlet would leave out of a request that has to do with safety has no cmdlet here.

use super::{How, Is, Of, Row};

/// Azure.
pub(super) const AZ: &[Row] = &[
    Row {
        of: "PUT Microsoft.Resources/resourceGroups",
        module: "Az.Resources",
        make: "New-AzResourceGroup",
        look: None,
        which: &[("-Name", Of::Name(0))],
        carries: &[
            ("-Location", "/location", How::Text),
            ("-Tag", "/tags", How::Tags),
        ],
    },
    Row {
        of: "POST Microsoft.Resources/providers",
        module: "Az.Resources",
        make: "Register-AzResourceProvider",
        look: None,
        which: &[("-ProviderNamespace", Of::Name(0))],
        carries: &[],
    },
    Row {
        of: "PUT Microsoft.ManagedIdentity/userAssignedIdentities",
        module: "Az.ManagedServiceIdentity",
        make: "New-AzUserAssignedIdentity",
        look: None,
        which: &[
            ("-SubscriptionId", Of::Subscription),
            ("-ResourceGroupName", Of::Group),
            ("-Name", Of::Name(0)),
        ],
        carries: &[
            ("-Location", "/location", How::Text),
            ("-Tag", "/tags", How::Tags),
        ],
    },
    Row {
        of: "PUT Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials",
        module: "Az.ManagedServiceIdentity",
        make: "New-AzFederatedIdentityCredential",
        look: None,
        which: &[
            ("-SubscriptionId", Of::Subscription),
            ("-ResourceGroupName", Of::Group),
            ("-IdentityName", Of::Name(0)),
            ("-Name", Of::Name(1)),
        ],
        carries: &[
            ("-Issuer", "/properties/issuer", How::Text),
            ("-Subject", "/properties/subject", How::Text),
            ("-Audience", "/properties/audiences", How::List),
        ],
    },
    Row {
        of: "PUT Microsoft.Network/networkSecurityGroups",
        module: "Az.Network",
        make: "New-AzNetworkSecurityGroup",
        look: None,
        which: &[("-ResourceGroupName", Of::Group), ("-Name", Of::Name(0))],
        carries: &[
            ("-Location", "/location", How::Text),
            ("-Tag", "/tags", How::Tags),
            ("", "/properties/securityRules", How::ByItself(Is::Nothing)),
        ],
    },
    Row {
        of: "PUT Microsoft.Network/virtualNetworks",
        module: "Az.Network",
        make: "New-AzVirtualNetwork",
        look: None,
        which: &[("-ResourceGroupName", Of::Group), ("-Name", Of::Name(0))],
        carries: &[
            ("-Location", "/location", How::Text),
            (
                "-AddressPrefix",
                "/properties/addressSpace/addressPrefixes",
                How::List,
            ),
            ("-Tag", "/tags", How::Tags),
        ],
    },
    Row {
        of: "PUT Microsoft.Network/privateDnsZones",
        module: "Az.PrivateDns",
        make: "New-AzPrivateDnsZone",
        look: None,
        which: &[("-ResourceGroupName", Of::Group), ("-Name", Of::Name(0))],
        carries: &[
            ("-Tag", "/tags", How::Tags),
            ("", "/location", How::ByItself(Is::Word("global"))),
        ],
    },
    Row {
        of: "PUT Microsoft.Network/privateDnsZones/virtualNetworkLinks",
        module: "Az.PrivateDns",
        make: "New-AzPrivateDnsVirtualNetworkLink",
        look: None,
        which: &[
            ("-ResourceGroupName", Of::Group),
            ("-ZoneName", Of::Name(0)),
            ("-Name", Of::Name(1)),
        ],
        carries: &[
            (
                "-VirtualNetworkId",
                "/properties/virtualNetwork/id",
                How::Text,
            ),
            (
                "-EnableRegistration",
                "/properties/registrationEnabled",
                How::Flag(Is::Yes),
            ),
            ("", "/properties/registrationEnabled", How::ByItself(Is::No)),
            ("-Tag", "/tags", How::Tags),
            ("", "/location", How::ByItself(Is::Word("global"))),
        ],
    },
];

const fn graph(
    of: &'static str,
    module: &'static str,
    make: &'static str,
    which: &'static [(&'static str, Of)],
) -> Row {
    Row {
        of,
        module,
        make,
        look: None,
        which,
        carries: &[],
    }
}

const APPLICATIONS: &str = "Microsoft.Graph.Applications";
const GROUPS: &str = "Microsoft.Graph.Groups";
const SIGN_INS: &str = "Microsoft.Graph.Identity.SignIns";

/// Microsoft Graph, whose cmdlets take the body as it is.
pub(super) const GRAPH: &[Row] = &[
    graph(
        "PATCH /applications(uniqueName='{}')",
        APPLICATIONS,
        "Update-MgApplicationByUniqueName",
        &[("-UniqueName", Of::Name(0))],
    ),
    graph(
        "PATCH /servicePrincipals(appId='{}')",
        APPLICATIONS,
        "Update-MgServicePrincipalByAppId",
        &[("-AppId", Of::Name(0))],
    ),
    graph(
        "POST /servicePrincipals/{}/appRoleAssignments",
        APPLICATIONS,
        "New-MgServicePrincipalAppRoleAssignment",
        &[("-ServicePrincipalId", Of::Name(0))],
    ),
    graph(
        "POST /applications/{}/federatedIdentityCredentials",
        APPLICATIONS,
        "New-MgApplicationFederatedIdentityCredential",
        &[("-ApplicationId", Of::Name(0))],
    ),
    graph(
        "PATCH /groups(uniqueName='{}')",
        GROUPS,
        "Update-MgGroupByUniqueName",
        &[("-UniqueName", Of::Name(0))],
    ),
    graph(
        "POST /groups/{}/members/$ref",
        GROUPS,
        "New-MgGroupMemberByRef",
        &[("-GroupId", Of::Name(0))],
    ),
    graph(
        "POST /oauth2PermissionGrants",
        SIGN_INS,
        "New-MgOauth2PermissionGrant",
        &[],
    ),
    graph(
        "PATCH /policies/authorizationPolicy",
        SIGN_INS,
        "Update-MgPolicyAuthorizationPolicy",
        &[],
    ),
    graph(
        "PATCH /policies/crossTenantAccessPolicy/default",
        SIGN_INS,
        "Update-MgPolicyCrossTenantAccessPolicyDefault",
        &[],
    ),
    graph(
        "POST /identity/conditionalAccess/policies",
        SIGN_INS,
        "New-MgIdentityConditionalAccessPolicy",
        &[],
    ),
];
