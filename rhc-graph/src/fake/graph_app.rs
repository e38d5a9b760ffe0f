//! Microsoft Graph's own service principal: the permissions that an application can be given.

use rhc_core::fake::directory::{AppRoleAssignment, MICROSOFT_GRAPH};
use rhc_core::fake::{Read, State};
use serde_json::{Value, json};
use uuid::Uuid;

/// Permissions of applications: value and id, as Microsoft publishes them.
const ROLES: &[(&str, &str)] = &[
    (
        "Application.Read.All",
        "9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30",
    ),
    (
        "Application.ReadWrite.All",
        "1bfefb4e-e0b5-418b-a88f-73c46d2cc8e9",
    ),
    (
        "Application.ReadWrite.OwnedBy",
        "18a4783c-866b-4cc7-a460-3d5e5662c884",
    ),
    (
        "AppRoleAssignment.ReadWrite.All",
        "06b708a9-e830-4db3-a914-8e69da51d44f",
    ),
    ("AuditLog.Read.All", "b0afded3-3588-46d8-8b3d-9842eff778da"),
    ("Directory.Read.All", "7ab1d382-f21e-4acd-a863-ba3e13f7da61"),
    (
        "Directory.ReadWrite.All",
        "19dbc75e-c2e2-444c-a770-ec69d8559fc7",
    ),
    ("Domain.Read.All", "dbb9058a-0e50-45d7-ae91-66909b5d4664"),
    (
        "Domain.ReadWrite.All",
        "7e05723c-0bb0-42da-be95-ae9f08a6e53c",
    ),
    (
        "EventListener.Read.All",
        "b7f6385c-6ce6-4639-a480-e23c42ed9784",
    ),
    (
        "EventListener.ReadWrite.All",
        "0edf5e9e-4ce8-468a-8432-d08631d18c43",
    ),
    ("Group.Create", "bf7b1a76-6e77-406b-b258-bf5c7720e98f"),
    ("Group.Read.All", "5b567255-7703-4780-807c-7be8301ae99b"),
    (
        "Group.ReadWrite.All",
        "62a82d76-70ea-41e2-9197-370581804d09",
    ),
    (
        "GroupMember.Read.All",
        "98830695-27a2-44f7-8c18-0c3ebc9698f6",
    ),
    (
        "GroupMember.ReadWrite.All",
        "dbaae8cf-10b5-4b86-a4a1-f871c94c6695",
    ),
    (
        "IdentityProvider.Read.All",
        "e321f0bb-e7f7-481e-bb28-e3b0b32d4bd0",
    ),
    (
        "IdentityProvider.ReadWrite.All",
        "90db2b9a-d928-4d33-a4dd-8442ae3d41e4",
    ),
    (
        "IdentityUserFlow.Read.All",
        "1b0c317f-dd31-4305-9932-259a8b6e8099",
    ),
    (
        "IdentityUserFlow.ReadWrite.All",
        "65319a09-a2be-469d-8782-f6b07debf789",
    ),
    (
        "Organization.Read.All",
        "498476ce-e0fe-48b0-b801-37ba7e2685c6",
    ),
    (
        "Organization.ReadWrite.All",
        "292d869f-3427-49a8-9dab-8c70152b74e9",
    ),
    (
        "OrganizationalBranding.Read.All",
        "eb76ac34-0d62-4454-b97c-185e4250dc20",
    ),
    (
        "OrganizationalBranding.ReadWrite.All",
        "d2ebfbc1-a5f8-424b-83a6-56ab5927a73c",
    ),
    ("Policy.Read.All", "246dd0d5-5bd0-4def-940b-0421030a5b68"),
    (
        "Policy.ReadWrite.AuthenticationMethod",
        "29c18626-4985-4dcd-85c0-193eef327366",
    ),
    (
        "Policy.ReadWrite.Authorization",
        "fb221be6-99f2-473f-bd32-01c6a0e9ca3b",
    ),
    (
        "Policy.ReadWrite.ConditionalAccess",
        "01c0a623-fc9b-48e9-b794-0756f8e8f067",
    ),
    (
        "Policy.ReadWrite.CrossTenantAccess",
        "338163d7-f101-4c92-94ba-ca46fe52447c",
    ),
    (
        "Policy.ReadWrite.SecurityDefaults",
        "1c6e93a6-28e2-4cbb-9f64-1a46a821124d",
    ),
    (
        "RoleManagement.Read.Directory",
        "483bed4a-2ad3-4361-a73b-c83ccdbdc53c",
    ),
    (
        "RoleManagement.ReadWrite.Directory",
        "9e3f62cf-ca93-4989-b6ce-bf83c28f9fe8",
    ),
    (
        "UserAuthenticationMethod.Read.All",
        "38d9df27-64da-44fd-b7c5-a6fbac20248f",
    ),
    (
        "UserAuthenticationMethod.ReadWrite.All",
        "50483e42-d915-4231-9639-7fdb7fd190e5",
    ),
    (
        "UserAuthMethod-Passkey.Read.All",
        "72e00c1d-3e3d-43bb-a0b9-c435611bb1d2",
    ),
    (
        "User-PasswordProfile.ReadWrite.All",
        "cc117bb9-00cf-4eb8-b580-ea2a878fe8f7",
    ),
    // Unverified: this one's id. Callers find it by its name.
    ("User.Create", "c5a6d5b2-6f4e-4e8b-9a0f-3d6f1f1f7a51"),
    (
        "User.DeleteRestore.All",
        "eccc023d-eccf-4e7b-9683-8813ab36cecc",
    ),
    ("User.Invite.All", "09850681-111b-4a89-9bed-3f2cae46d706"),
    ("User.Read.All", "df021288-bdef-4463-88db-98f22de89214"),
    ("User.ReadWrite.All", "741f803b-c850-494e-b5df-cde7c675a1ca"),
];

/// The World seeds the service principal without its roles, which are this fake's to know.
pub(super) fn complete(state: &mut State, tenant: Uuid) {
    let directory = state.directory();
    let found = directory.service_principal(tenant, MICROSOFT_GRAPH, Read::Authoritative);
    let Some(id) = found
        .filter(|view| {
            view.body
                .get("appRoles")
                .is_none_or(|roles| roles == &json!([]))
        })
        .map(|view| view.id)
    else {
        return;
    };
    let principal = directory
        .tenant_mut(tenant)
        .and_then(|tenant| tenant.objects.get_mut(&id));
    if let Some(principal) = principal {
        principal.body.insert("appRoles".to_owned(), roles());
    }
}

/// Gives a principal every permission that an application can be given.
pub fn give_every_permission(state: &mut State, tenant: Uuid, principal: Uuid) {
    complete(state, tenant);
    let (now, directory) = (state.now(), state.directory());
    let graph = directory.service_principal(tenant, MICROSOFT_GRAPH, Read::Authoritative);
    let Some(resource_id) = graph.map(|view| view.id) else {
        return;
    };
    let Some(owner) = directory.tenant_mut(tenant) else {
        return;
    };
    for role in ROLES.iter().filter_map(|(_, id)| id.parse::<Uuid>().ok()) {
        let held = AppRoleAssignment {
            principal_id: principal,
            resource_id,
            app_role_id: role,
            created: now,
        };
        let id = Uuid::new_v5(&principal, role.as_bytes()).to_string();
        owner.app_role_assignments.entry(id).or_insert(held);
    }
}

fn roles() -> Value {
    ROLES
        .iter()
        .map(|(value, id)| {
            json!({"allowedMemberTypes": ["Application"], "description": value, "displayName": value, "id": id,
                "isEnabled": true, "origin": "Application", "value": value})
        })
        .collect()
}
