//! The permissions that operations need: one of each list will do.

use super::route::Needs;

pub(super) const READ_APPLICATIONS: Needs = &[&[
    "Application.Read.All",
    "Application.ReadWrite.All",
    "Application.ReadWrite.OwnedBy",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
    "Directory.AccessAsUser.All",
]];
pub(super) const WRITE_APPLICATIONS: Needs = &[&[
    "Application.ReadWrite.All",
    "Application.ReadWrite.OwnedBy",
    "Directory.AccessAsUser.All",
]];
pub(super) const ASSIGN_ROLES: Needs = &[
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
pub(super) const UNASSIGN_ROLES: Needs = &[&[
    "AppRoleAssignment.ReadWrite.All",
    "Directory.AccessAsUser.All",
]];
pub(super) const READ_CREDENTIALS: Needs = &[&[
    "Application.Read.All",
    "Application.ReadWrite.All",
    "Application.ReadWrite.OwnedBy",
    "Directory.AccessAsUser.All",
]];
pub(super) const READ_GROUPS: Needs = &[&[
    "GroupMember.Read.All",
    "Group.Read.All",
    "Group.ReadWrite.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
    "Directory.AccessAsUser.All",
]];
pub(super) const READ_MEMBERS: Needs = &[&[
    "GroupMember.Read.All",
    "GroupMember.ReadWrite.All",
    "Group.Read.All",
    "Group.ReadWrite.All",
    "Directory.Read.All",
    "Directory.AccessAsUser.All",
]];
pub(super) const DELETE_GROUPS: Needs = &[&["Group.ReadWrite.All", "Directory.AccessAsUser.All"]];
pub(super) const CREATE_GROUPS: Needs = &[&[
    "Group.Create",
    "Group.ReadWrite.All",
    "Directory.ReadWrite.All",
    "Directory.AccessAsUser.All",
]];
pub(super) const WRITE_GROUPS: Needs = &[&[
    "Group.ReadWrite.All",
    "Directory.ReadWrite.All",
    "Directory.AccessAsUser.All",
]];
pub(super) const WRITE_MEMBERS: Needs = &[&[
    "GroupMember.ReadWrite.All",
    "Group.ReadWrite.All",
    "Directory.ReadWrite.All",
    "Directory.AccessAsUser.All",
]];
pub(super) const READ_USERS: Needs = &[&[
    "User.Read.All",
    "User.ReadWrite.All",
    "User.ReadBasic.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
    "Directory.AccessAsUser.All",
]];
pub(super) const CREATE_USERS: Needs = &[&[
    "User.Create",
    "User.ReadWrite.All",
    "Directory.ReadWrite.All",
    "Directory.AccessAsUser.All",
]];
pub(super) const WRITE_USERS: Needs = &[&[
    "User.ReadWrite.All",
    "User-PasswordProfile.ReadWrite.All",
    "User.ManageIdentities.All",
    "User.EnableDisableAccount.All",
    "Directory.ReadWrite.All",
    "Directory.AccessAsUser.All",
]];
pub(super) const DELETE_USERS: Needs = &[&[
    "User.DeleteRestore.All",
    "User.ReadWrite.All",
    "Directory.AccessAsUser.All",
]];
pub(super) const ME: Needs = &[&[
    "User.Read",
    "User.ReadWrite",
    "User.Read.All",
    "User.ReadWrite.All",
    "User.ReadBasic.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
    "Directory.AccessAsUser.All",
]];
pub(super) const ORGANIZATION: Needs = &[&[
    "Organization.Read.All",
    "Organization.ReadWrite.All",
    "User.Read",
    "User.Read.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
    "Directory.AccessAsUser.All",
]];
pub(super) const READ_LICENSES: Needs = &[&[
    "LicenseAssignment.Read.All",
    "Organization.Read.All",
    "Directory.Read.All",
    "Organization.ReadWrite.All",
    "Directory.ReadWrite.All",
]];
pub(super) const DOMAINS: Needs = &[&[
    "Domain.Read.All",
    "Domain.ReadWrite.All",
    "Directory.Read.All",
    "Directory.AccessAsUser.All",
]];
pub(super) const ROLES: Needs = &[&[
    "RoleManagement.Read.Directory",
    "RoleManagement.ReadWrite.Directory",
    "RoleManagement.Read.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
    "Directory.AccessAsUser.All",
]];
// Who may write a policy may read it, and no other.
pub(super) const READ_AUTHORIZATION: Needs =
    &[&["Policy.Read.All", "Policy.ReadWrite.Authorization"]];
pub(super) const READ_SECURITY_DEFAULTS: Needs = &[&["Policy.Read.All"]];
pub(super) const READ_CROSS_TENANT: Needs =
    &[&["Policy.Read.All", "Policy.ReadWrite.CrossTenantAccess"]];
pub(super) const READ_METHOD: Needs = &[&[
    "Policy.Read.All",
    "Policy.Read.AuthenticationMethod",
    "Policy.ReadWrite.AuthenticationMethod",
]];
pub(super) const WRITE_METHOD: Needs = &[&["Policy.ReadWrite.AuthenticationMethod"]];
pub(super) const READ_GRANTS: Needs = &[&[
    "Directory.Read.All",
    "Directory.ReadWrite.All",
    "DelegatedPermissionGrant.Read.All",
    "DelegatedPermissionGrant.ReadWrite.All",
    "Directory.AccessAsUser.All",
]];
pub(super) const WRITE_GRANTS: Needs = &[&[
    "DelegatedPermissionGrant.ReadWrite.All",
    "Directory.ReadWrite.All",
    "Directory.AccessAsUser.All",
]];
pub(super) const READ_BRANDING: Needs = &[&[
    "OrganizationalBranding.Read.All",
    "OrganizationalBranding.ReadWrite.All",
    "Organization.Read.All",
    "Organization.ReadWrite.All",
    "User.Read",
    "User.Read.All",
]];
pub(super) const WRITE_BRANDING: Needs = &[&[
    "OrganizationalBranding.ReadWrite.All",
    "Organization.ReadWrite.All",
]];
pub(super) const READ_ACCESS: Needs = &[&["Policy.Read.All"]];
pub(super) const WRITE_ACCESS: Needs = &[
    &["Policy.Read.All"],
    &["Policy.ReadWrite.ConditionalAccess"],
    &["Application.Read.All"],
];
pub(super) const DELETE_ACCESS: Needs = &[
    &["Policy.Read.All"],
    &["Policy.ReadWrite.ConditionalAccess"],
];

pub(super) const READ_OWNED: Needs = READ_APPLICATIONS;
pub(super) const READ_GROUP_OWNERS: Needs = &[&[
    "GroupMember.Read.All",
    "GroupMember.ReadWrite.All",
    "Group.Read.All",
    "Group.ReadWrite.All",
    "Directory.Read.All",
    "Directory.AccessAsUser.All",
]];
pub(super) const READ_GROUPS_BELOW: Needs = READ_GROUP_OWNERS;
pub(super) const ADD_OWNERS: Needs = &[
    &[
        "Application.ReadWrite.All",
        "Application.ReadWrite.OwnedBy",
        "Directory.AccessAsUser.All",
    ],
    &[
        "Directory.Read.All",
        "Directory.ReadWrite.All",
        "Directory.AccessAsUser.All",
    ],
];
pub(super) const READ_MEMBER_OF: Needs = &[&[
    "User.Read",
    "GroupMember.Read.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
    "Directory.AccessAsUser.All",
]];
pub(super) const READ_TRANSITIVE_MEMBER_OF: Needs = &[&[
    "User.Read",
    "User.Read.All",
    "GroupMember.Read.All",
    "Group.Read.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
    "Directory.AccessAsUser.All",
]];
pub(super) const READ_NESTED_GROUPS: Needs = &[&[
    "GroupMember.Read.All",
    "Group.Read.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
    "Directory.AccessAsUser.All",
]];
pub(super) const READ_MEMBER_OF_PRINCIPAL: Needs = &[&[
    "Application.Read.All",
    "Application.ReadWrite.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
    "Directory.AccessAsUser.All",
]];
pub(super) const READ_GROUP_IDS: Needs = &[&[
    "GroupMember.Read.All",
    "Group.Read.All",
    "Group.ReadWrite.All",
    "User.Read.All",
    "Application.Read.All",
    "Application.ReadWrite.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
    "Directory.AccessAsUser.All",
]];
/// As the permission list has it: only one will do.
pub(super) const READ_DIRECTORY: Needs = &[&["Directory.Read.All"]];
pub(super) const CHECK_GROUPS: Needs = &[&[
    "Application.Read.All",
    "Application.ReadWrite.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
    "Group.Read.All",
    "Group.ReadBasic.All",
    "Group.ReadWrite.All",
    "GroupMember.Read.All",
    "GroupMember.ReadBasic.All",
    "User.Read.All",
    "User.ReadWrite.All",
]];
pub(super) const READ_HELD: Needs = &[&[
    "AppRoleAssignment.ReadWrite.All",
    "Directory.Read.All",
    "Directory.AccessAsUser.All",
]];
pub(super) const REVOKE_SESSIONS: Needs = &[&[
    "User.RevokeSessions.All",
    "User.ReadWrite.All",
    "Directory.ReadWrite.All",
    "Directory.AccessAsUser.All",
]];
pub(super) const WRITE_DOMAINS: Needs = &[&["Domain.ReadWrite.All", "Directory.AccessAsUser.All"]];
pub(super) const READ_AUDITS: Needs = &[&["AuditLog.Read.All", "Directory.Read.All"]];
pub(super) const READ_SIGN_INS: Needs = &[&["AuditLog.Read.All"]];
pub(super) const WRITE_LOCATIONS: Needs = DELETE_ACCESS;
pub(super) const GROUPS_DELTA: Needs = &[&[
    "GroupMember.Read.All",
    "Group.Read.All",
    "Group.ReadWrite.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
    "Directory.AccessAsUser.All",
]];
pub(super) const USERS_DELTA: Needs = &[&[
    "User.Read.All",
    "User.ReadWrite.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
    "Directory.AccessAsUser.All",
]];
pub(super) const READ_DOMAIN_RECORDS: Needs = &[&[
    "Domain.Read.All",
    "Domain.ReadWrite.All",
    "Directory.AccessAsUser.All",
]];
pub(super) const READ_METHODS: Needs = &[&[
    "UserAuthenticationMethod.Read.All",
    "UserAuthenticationMethod.ReadWrite.All",
]];
pub(super) const READ_PASSWORDS: Needs = &[&[
    "UserAuthenticationMethod.Read.All",
    "UserAuthenticationMethod.ReadWrite.All",
    "UserAuthMethod-Password.Read.All",
    "UserAuthMethod-Password.ReadWrite.All",
]];
pub(super) const RESET_PASSWORD: Needs = &[&["UserAuthenticationMethod.ReadWrite.All"]];
pub(super) const READ_EMAILS: Needs = &[&[
    "UserAuthenticationMethod.Read.All",
    "UserAuthenticationMethod.ReadWrite.All",
    "UserAuthMethod-Email.Read.All",
    "UserAuthMethod-Email.ReadWrite.All",
]];
pub(super) const WRITE_EMAILS: Needs = &[&[
    "UserAuthenticationMethod.ReadWrite.All",
    "UserAuthMethod-Email.ReadWrite.All",
]];
pub(super) const READ_PHONES: Needs = &[&[
    "UserAuthenticationMethod.Read.All",
    "UserAuthenticationMethod.ReadWrite.All",
    "UserAuthMethod-Phone.Read.All",
    "UserAuthMethod-Phone.ReadWrite.All",
]];
pub(super) const WRITE_PHONES: Needs = &[&[
    "UserAuthenticationMethod.ReadWrite.All",
    "UserAuthMethod-Phone.ReadWrite.All",
]];
pub(super) const READ_PASSES: Needs = &[&[
    "UserAuthenticationMethod.Read.All",
    "UserAuthenticationMethod.ReadWrite.All",
    "UserAuthMethod-TAP.Read.All",
    "UserAuthMethod-TAP.ReadWrite.All",
]];
pub(super) const WRITE_PASSES: Needs = &[&[
    "UserAuthenticationMethod.ReadWrite.All",
    "UserAuthMethod-TAP.ReadWrite.All",
]];
pub(super) const READ_AUTHENTICATORS: Needs = &[&[
    "UserAuthenticationMethod.Read.All",
    "UserAuthenticationMethod.ReadWrite.All",
    "UserAuthMethod-MicrosoftAuthApp.Read.All",
    "UserAuthMethod-MicrosoftAuthApp.ReadWrite.All",
]];
pub(super) const WRITE_AUTHENTICATORS: Needs = &[&[
    "UserAuthenticationMethod.ReadWrite.All",
    "UserAuthMethod-MicrosoftAuthApp.ReadWrite.All",
]];
pub(super) const READ_SOFTWARE_OATH: Needs = &[&[
    "UserAuthenticationMethod.Read.All",
    "UserAuthenticationMethod.ReadWrite.All",
    "UserAuthMethod-SoftwareOATH.Read.All",
    "UserAuthMethod-SoftwareOATH.ReadWrite.All",
]];
pub(super) const WRITE_SOFTWARE_OATH: Needs = &[&[
    "UserAuthenticationMethod.ReadWrite.All",
    "UserAuthMethod-SoftwareOATH.ReadWrite.All",
]];
pub(super) const READ_WINDOWS_HELLO: Needs = &[&[
    "UserAuthenticationMethod.Read.All",
    "UserAuthenticationMethod.ReadWrite.All",
    "UserAuthMethod-WindowsHello.Read.All",
    "UserAuthMethod-WindowsHello.ReadWrite.All",
]];
pub(super) const WRITE_WINDOWS_HELLO: Needs = &[&[
    "UserAuthenticationMethod.ReadWrite.All",
    "UserAuthMethod-WindowsHello.ReadWrite.All",
]];
pub(super) const READ_PLATFORM_CREDENTIALS: Needs = &[&[
    "UserAuthenticationMethod.Read.All",
    "UserAuthenticationMethod.ReadWrite.All",
    "UserAuthMethod-PlatformCred.Read.All",
    "UserAuthMethod-PlatformCred.ReadWrite.All",
]];
pub(super) const WRITE_PLATFORM_CREDENTIALS: Needs = &[&[
    "UserAuthenticationMethod.ReadWrite.All",
    "UserAuthMethod-PlatformCred.ReadWrite.All",
]];
// To list passkeys takes the permission of passkeys: Microsoft's list has no other of those for all users.
pub(super) const LIST_PASSKEYS: Needs = &[&["UserAuthMethod-Passkey.Read.All"]];
pub(super) const READ_PASSKEYS: Needs = &[&[
    "UserAuthenticationMethod.Read.All",
    "UserAuthenticationMethod.ReadWrite.All",
    "UserAuthMethod-Passkey.Read.All",
    "UserAuthMethod-Passkey.ReadWrite.All",
]];
pub(super) const WRITE_PASSKEYS: Needs = &[&[
    "UserAuthenticationMethod.ReadWrite.All",
    "UserAuthMethod-Passkey.ReadWrite.All",
]];
pub(super) const INVITE: Needs = &[&[
    "User.Invite.All",
    "User.ReadWrite.All",
    "Directory.ReadWrite.All",
]];
pub(super) const WRITE_ORGANIZATION: Needs = &[&["Organization.ReadWrite.All"]];
pub(super) const READ_IMAGES: Needs = &[&[
    "OrganizationalBranding.Read.All",
    "OrganizationalBranding.ReadWrite.All",
    "Organization.Read.All",
    "Organization.ReadWrite.All",
]];
pub(super) const WRITE_ROLES: Needs = &[&["RoleManagement.ReadWrite.Directory"]];
pub(super) const READ_METHODS_POLICY: Needs = &[&[
    "Policy.Read.All",
    "Policy.Read.AuthenticationMethod",
    "Policy.ReadWrite.AuthenticationMethod",
]];
