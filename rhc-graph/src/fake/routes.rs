//! The operations that the fake has, and the permissions that each needs.

use super::route::{Needs, Route, Run};
use super::{
    app_roles, applications, branding, conditional_access, deleted, federated, groups,
    permission_grants, policies, service_principals, tenant, users,
};

const READ_APPLICATIONS: Needs = &[&[
    "Application.Read.All",
    "Application.ReadWrite.All",
    "Application.ReadWrite.OwnedBy",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
    "Directory.AccessAsUser.All",
]];
const WRITE_APPLICATIONS: Needs = &[&[
    "Application.ReadWrite.All",
    "Application.ReadWrite.OwnedBy",
    "Directory.AccessAsUser.All",
]];
const ASSIGN_ROLES: Needs = &[
    &[
        "AppRoleAssignment.ReadWrite.All",
        "Directory.AccessAsUser.All",
    ],
    &[
        "Application.Read.All",
        "Application.ReadWrite.All",
        "Directory.Read.All",
        "Directory.AccessAsUser.All",
    ],
];
const UNASSIGN_ROLES: Needs = &[&[
    "AppRoleAssignment.ReadWrite.All",
    "Directory.AccessAsUser.All",
]];
const READ_GROUPS: Needs = &[&[
    "GroupMember.Read.All",
    "GroupMember.ReadWrite.All",
    "Group.Read.All",
    "Group.ReadWrite.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
    "Directory.AccessAsUser.All",
]];
const CREATE_GROUPS: Needs = &[&[
    "Group.Create",
    "Group.ReadWrite.All",
    "Directory.ReadWrite.All",
    "Directory.AccessAsUser.All",
]];
const WRITE_GROUPS: Needs = &[&[
    "Group.ReadWrite.All",
    "Directory.ReadWrite.All",
    "Directory.AccessAsUser.All",
]];
const WRITE_MEMBERS: Needs = &[&[
    "GroupMember.ReadWrite.All",
    "Group.ReadWrite.All",
    "Directory.ReadWrite.All",
    "Directory.AccessAsUser.All",
]];
const READ_USERS: Needs = &[&[
    "User.Read.All",
    "User.ReadWrite.All",
    "User.ReadBasic.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
    "Directory.AccessAsUser.All",
]];
const CREATE_USERS: Needs = &[&[
    "User.Create",
    "User.ReadWrite.All",
    "Directory.ReadWrite.All",
    "Directory.AccessAsUser.All",
]];
const WRITE_USERS: Needs = &[&[
    "User.ReadWrite.All",
    "User-PasswordProfile.ReadWrite.All",
    "User.ManageIdentities.All",
    "User.EnableDisableAccount.All",
    "Directory.ReadWrite.All",
    "Directory.AccessAsUser.All",
]];
const DELETE_USERS: Needs = &[&[
    "User.DeleteRestore.All",
    "User.ReadWrite.All",
    "Directory.AccessAsUser.All",
]];
const ME: Needs = &[&[
    "User.Read",
    "User.ReadWrite",
    "User.Read.All",
    "User.ReadWrite.All",
    "User.ReadBasic.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
    "Directory.AccessAsUser.All",
]];
const ORGANIZATION: Needs = &[&[
    "Organization.Read.All",
    "Organization.ReadWrite.All",
    "User.Read",
    "User.Read.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
    "Directory.AccessAsUser.All",
]];
const DOMAINS: Needs = &[&[
    "Domain.Read.All",
    "Domain.ReadWrite.All",
    "Directory.Read.All",
    "Directory.AccessAsUser.All",
]];
const ROLES: Needs = &[&[
    "RoleManagement.Read.Directory",
    "RoleManagement.ReadWrite.Directory",
    "RoleManagement.Read.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
    "Directory.AccessAsUser.All",
]];
const READ_POLICY: Needs = &[&[
    "Policy.Read.All",
    "Policy.ReadWrite.Authorization",
    "Policy.ReadWrite.SecurityDefaults",
    "Policy.ReadWrite.CrossTenantAccess",
]];
const READ_METHOD: Needs = &[&[
    "Policy.Read.All",
    "Policy.Read.AuthenticationMethod",
    "Policy.ReadWrite.AuthenticationMethod",
]];
const WRITE_METHOD: Needs = &[&["Policy.ReadWrite.AuthenticationMethod"]];
const READ_GRANTS: Needs = &[&[
    "Directory.Read.All",
    "Directory.ReadWrite.All",
    "DelegatedPermissionGrant.Read.All",
    "DelegatedPermissionGrant.ReadWrite.All",
    "Directory.AccessAsUser.All",
]];
const WRITE_GRANTS: Needs = &[&[
    "DelegatedPermissionGrant.ReadWrite.All",
    "Directory.ReadWrite.All",
    "Directory.AccessAsUser.All",
]];
const READ_BRANDING: Needs = &[&[
    "OrganizationalBranding.Read.All",
    "OrganizationalBranding.ReadWrite.All",
    "Organization.Read.All",
    "Organization.ReadWrite.All",
    "User.Read",
    "User.Read.All",
]];
const WRITE_BRANDING: Needs = &[&[
    "OrganizationalBranding.ReadWrite.All",
    "Organization.ReadWrite.All",
]];
const READ_ACCESS: Needs = &[&["Policy.Read.All"]];
const WRITE_ACCESS: Needs = &[
    &["Policy.Read.All"],
    &["Policy.ReadWrite.ConditionalAccess"],
    &[
        "Application.Read.All",
        "Application.ReadWrite.All",
        "Directory.Read.All",
    ],
];
const DELETE_ACCESS: Needs = &[
    &["Policy.Read.All"],
    &["Policy.ReadWrite.ConditionalAccess"],
];

const fn route(
    method: &'static str,
    pattern: &'static str,
    operation: &'static str,
    needs: Needs,
    run: Run,
) -> Route {
    Route {
        method,
        pattern,
        operation,
        needs,
        run,
    }
}

/// Every operation of the fake. The first that fits is taken.
#[rustfmt::skip]
pub(super) const ROUTES: &[Route] = &[
    route("GET", "/applications", "applications.list", READ_APPLICATIONS, applications::list),
    route("POST", "/applications", "applications.create", WRITE_APPLICATIONS, applications::create),
    route("GET", "/applications/{}", "applications.get", READ_APPLICATIONS, applications::get),
    route("PATCH", "/applications/{}", "applications.update", WRITE_APPLICATIONS, applications::update),
    route("DELETE", "/applications/{}", "applications.delete", WRITE_APPLICATIONS, applications::delete),
    route("POST", "/applications/{}/removePassword", "applications.removePassword", WRITE_APPLICATIONS, applications::remove_password),
    route("GET", "/applications/{}/federatedIdentityCredentials", "federatedCredentials.list", READ_APPLICATIONS, federated::list),
    route("POST", "/applications/{}/federatedIdentityCredentials", "federatedCredentials.create", WRITE_APPLICATIONS, federated::create),
    route("GET", "/applications/{}/federatedIdentityCredentials/{}", "federatedCredentials.get", READ_APPLICATIONS, federated::get),
    route("PATCH", "/applications/{}/federatedIdentityCredentials/{}", "federatedCredentials.update", WRITE_APPLICATIONS, federated::update),
    route("DELETE", "/applications/{}/federatedIdentityCredentials/{}", "federatedCredentials.delete", WRITE_APPLICATIONS, federated::delete),
    route("GET", "/servicePrincipals", "servicePrincipals.list", READ_APPLICATIONS, service_principals::list),
    route("POST", "/servicePrincipals", "servicePrincipals.create", WRITE_APPLICATIONS, service_principals::create),
    route("GET", "/servicePrincipals/{}", "servicePrincipals.get", READ_APPLICATIONS, service_principals::get),
    route("PATCH", "/servicePrincipals/{}", "servicePrincipals.update", WRITE_APPLICATIONS, service_principals::update),
    route("DELETE", "/servicePrincipals/{}", "servicePrincipals.delete", WRITE_APPLICATIONS, service_principals::delete),
    route("GET", "/servicePrincipals/{}/appRoleAssignedTo", "appRoleAssignedTo.list", READ_APPLICATIONS, app_roles::list),
    route("POST", "/servicePrincipals/{}/appRoleAssignedTo", "appRoleAssignedTo.create", ASSIGN_ROLES, app_roles::create),
    route("DELETE", "/servicePrincipals/{}/appRoleAssignedTo/{}", "appRoleAssignedTo.delete", UNASSIGN_ROLES, app_roles::delete),
    route("GET", "/servicePrincipals/{}/appRoleAssignments", "appRoleAssignments.list", READ_APPLICATIONS, app_roles::list_held),
    route("POST", "/servicePrincipals/{}/appRoleAssignments", "appRoleAssignments.create", ASSIGN_ROLES, app_roles::create_held),
    route("DELETE", "/servicePrincipals/{}/appRoleAssignments/{}", "appRoleAssignments.delete", UNASSIGN_ROLES, app_roles::delete_held),
    route("GET", "/groups", "groups.list", READ_GROUPS, groups::list),
    route("POST", "/groups", "groups.create", CREATE_GROUPS, groups::create),
    route("GET", "/groups/{}", "groups.get", READ_GROUPS, groups::get),
    route("PATCH", "/groups/{}", "groups.update", WRITE_GROUPS, groups::update),
    route("DELETE", "/groups/{}", "groups.delete", WRITE_GROUPS, groups::delete),
    route("GET", "/groups/{}/members", "groups.members.list", READ_GROUPS, groups::members),
    route("POST", "/groups/{}/members/$ref", "groups.members.add", WRITE_MEMBERS, groups::add_member),
    route("DELETE", "/groups/{}/members/{}/$ref", "groups.members.remove", WRITE_MEMBERS, groups::remove_member),
    route("GET", "/users", "users.list", READ_USERS, users::list),
    route("POST", "/users", "users.create", CREATE_USERS, users::create),
    route("GET", "/users/{}", "users.get", READ_USERS, users::get),
    route("PATCH", "/users/{}", "users.update", WRITE_USERS, users::update),
    route("DELETE", "/users/{}", "users.delete", DELETE_USERS, users::delete),
    route("GET", "/me", "me", ME, users::me),
    route("GET", "/organization", "organization.get", ORGANIZATION, tenant::organization),
    route("GET", "/domains", "domains.list", DOMAINS, tenant::domains),
    route("GET", "/roleManagement/directory/roleAssignments", "roles.assignments.list", ROLES, tenant::role_assignments),
    route("GET", "/roleManagement/directory/roleDefinitions", "roles.definitions.list", ROLES, tenant::role_definitions),
    route("GET", "/directory/deletedItems/microsoft.graph.application", "deletedItems.list", READ_APPLICATIONS, deleted::applications),
    route("GET", "/directory/deletedItems/microsoft.graph.servicePrincipal", "deletedItems.list", READ_APPLICATIONS, deleted::service_principals),
    route("GET", "/directory/deletedItems/microsoft.graph.group", "deletedItems.list", READ_GROUPS, deleted::groups),
    route("GET", "/directory/deletedItems/microsoft.graph.user", "deletedItems.list", READ_USERS, deleted::users),
    // What these need depends on the kind of the object: they ask themselves.
    route("POST", "/directory/deletedItems/{}/restore", "deletedItems.restore", &[], deleted::restore),
    route("DELETE", "/directory/deletedItems/{}", "deletedItems.delete", &[], deleted::delete),
    route("GET", "/policies/authorizationPolicy", "policies.authorization.get", READ_POLICY, policies::authorization),
    route("PATCH", "/policies/authorizationPolicy", "policies.authorization.update", &[&["Policy.ReadWrite.Authorization"]], policies::update_authorization),
    route("GET", "/policies/identitySecurityDefaultsEnforcementPolicy", "policies.securityDefaults.get", READ_POLICY, policies::security_defaults),
    route("PATCH", "/policies/identitySecurityDefaultsEnforcementPolicy", "policies.securityDefaults.update", &[&["Policy.Read.All"], &["Policy.ReadWrite.SecurityDefaults", "Policy.ReadWrite.ConditionalAccess"]], policies::update_security_defaults),
    route("GET", "/policies/crossTenantAccessPolicy/default", "policies.crossTenantDefault.get", READ_POLICY, policies::cross_tenant),
    route("PATCH", "/policies/crossTenantAccessPolicy/default", "policies.crossTenantDefault.update", &[&["Policy.ReadWrite.CrossTenantAccess"]], policies::update_cross_tenant),
    route("GET", "/policies/authenticationMethodsPolicy/authenticationMethodConfigurations/email", "policies.emailMethod.get", READ_METHOD, policies::email),
    route("PATCH", "/policies/authenticationMethodsPolicy/authenticationMethodConfigurations/email", "policies.emailMethod.update", WRITE_METHOD, policies::update_email),
    route("GET", "/policies/authenticationMethodsPolicy/authenticationMethodConfigurations/{}", "policies.method.get", READ_METHOD, policies::other_method),
    route("PATCH", "/policies/authenticationMethodsPolicy/authenticationMethodConfigurations/{}", "policies.method.update", WRITE_METHOD, policies::update_other_method),
    route("GET", "/oauth2PermissionGrants", "oauth2PermissionGrants.list", READ_GRANTS, permission_grants::list),
    route("POST", "/oauth2PermissionGrants", "oauth2PermissionGrants.create", WRITE_GRANTS, permission_grants::create),
    route("PATCH", "/oauth2PermissionGrants/{}", "oauth2PermissionGrants.update", WRITE_GRANTS, permission_grants::update),
    route("DELETE", "/oauth2PermissionGrants/{}", "oauth2PermissionGrants.delete", WRITE_GRANTS, permission_grants::delete),
    route("GET", "/organization/{}/branding", "branding.get", READ_BRANDING, branding::get),
    route("PATCH", "/organization/{}/branding", "branding.update", WRITE_BRANDING, branding::update),
    route("GET", "/organization/{}/branding/localizations", "branding.list", READ_BRANDING, branding::list),
    route("POST", "/organization/{}/branding/localizations", "branding.create", WRITE_BRANDING, branding::create),
    route("DELETE", "/organization/{}/branding/localizations/{}", "branding.delete", WRITE_BRANDING, branding::delete),
    route("GET", "/identity/conditionalAccess/policies", "conditionalAccess.list", READ_ACCESS, conditional_access::list),
    route("POST", "/identity/conditionalAccess/policies", "conditionalAccess.create", WRITE_ACCESS, conditional_access::create),
    route("GET", "/identity/conditionalAccess/policies/{}", "conditionalAccess.get", READ_ACCESS, conditional_access::get),
    route("PATCH", "/identity/conditionalAccess/policies/{}", "conditionalAccess.update", WRITE_ACCESS, conditional_access::update),
    route("DELETE", "/identity/conditionalAccess/policies/{}", "conditionalAccess.delete", DELETE_ACCESS, conditional_access::delete),
];
