//! What stands in the tenant before each operation, and who asks.

use rhc_core::fake::{
    Dns, ObjectKind, RecordType, Replication, TenantKind, World, WorldOptions, directory::NewTenant,
};
use rhc_core::testing::Live;
use rhc_graph::{AppId, ListQuery, ObjectId, TenantId};
use serde_json::{Value, json};
use uuid::Uuid;

/// The public part of a certificate whose key nobody has.
pub(crate) const CERTIFICATE: &str = "MIIDEzCCAfugAwIBAgIULdHSIdRHBpG3ffk0LBtGopNzuzcwDQYJKoZIhvcNAQELBQAwGTEXMBUGA1UEAwwOcmhjLWhwMi1xYS13ZWIwHhcNMjYxMTIyMTgwNjE5WhcNNDYxMTE3MTgwNjE5WjAZMRcwFQYDVQQDDA5yaGMtaHAyLXFhLXdlYjCCASIwDQYJKoZIhvcNAQEBBQADggEPADCCAQoCggEBAL7pcxSV5RR4Rj65im+smJuwLeCdV9dYi/sSd4tlqJP/b9NGZDalz73z19MJiCI977QYbh9MNoxp0BzcSu7yBcXg2YST09tCgKCZ5qh1Ofo24CgaOQojcjuuCBm5RZvFbd4kXt6ZZ8d1hDkOddJjofGwxkhNxfkq/xW/AzUKbl5O3t+NVt8C5JUX3F5+RB7UBpjxRjuH7UheeWLQ5AIoJ6LQKXkKEJwrROBipyQ3/X2ni65iC/sfUiNpWvgoN00F8T8XkaUjU+0vHSmOfuH6/JKJOU8HjLw4hVX0HH6SmBMsghdVHGWl24FQGAC4GOrQvIgT8duhsqcQX1QphdYdV5sCAwEAAaNTMFEwHQYDVR0OBBYEFLyVee9uTsdquQV2id2L/Te6cvXvMB8GA1UdIwQYMBaAFLyVee9uTsdquQV2id2L/Te6cvXvMA8GA1UdEwEB/wQFMAMBAf8wDQYJKoZIhvcNAQELBQADggEBADt2hqt9rA6os8qNhpczTWemWlw3X2oTy4qlWh+SDr74lDpXGsdRexv1/+6HuPX3jdcPIi8pKnjAVGBhTcxj6HLvcWhWuGX0UIOc+yQ/wp263kwQqA5ADEHm7o7IKpMUxIDAb9eQXisUQUA3nI9mdKssQOmdumHe7rLoGNfCvH8nI/+LaD91lBiio629xmzriUTMkH8h5lCn8r6D7pv+C1j2jl3dCKXQASpdx1efS1Q8sfW0WQto8pn/q+8oHcLm5Dme2te1j8EPYBDZQ2E1Sz1v9UvPLYaYJ8+VVXcR4ygkp81rXK+ASIV+qXTz8NZIizXhQUefv9vCN6gvEozBU10=";
pub(crate) const TENANT: &str = "ed01df5d-6b39-45f8-82ae-36b88e5daae0";
pub(crate) const APPLICATION: &str = "0a000000-0000-4000-8000-000000000001";
pub(crate) const APP: &str = "0a000000-0000-4000-8000-000000000002";
pub(crate) const NEW_APP: &str = "0a000000-0000-4000-8000-000000000003";
pub(crate) const PRINCIPAL: &str = "0b000000-0000-4000-8000-000000000001";
pub(crate) const GROUP: &str = "0c000000-0000-4000-8000-000000000001";
/// A group that the other one, the service principal and nobody else is in.
pub(crate) const PARENT: &str = "0c000000-0000-4000-8000-000000000002";
pub(crate) const MEMBER: &str = "0d000000-0000-4000-8000-000000000001";
pub(crate) const STRANGER: &str = "0d000000-0000-4000-8000-000000000002";
pub(crate) const DELETED: &str = "0e000000-0000-4000-8000-000000000001";
pub(crate) const ACCESS: &str = "0f000000-0000-4000-8000-000000000001";
pub(crate) const LOCATION: &str = "0f000000-0000-4000-8000-000000000002";
pub(crate) const SIGN_IN: &str = "0f000000-0000-4000-8000-000000000003";
/// A domain that is not verified yet, and the record that will prove it.
pub(crate) const PENDING: &str = "pending.example.com";
const PROOF: &str = "MS=ms76177830";
pub(crate) const GRANT: &str = "0b0000000000400080000000000000010b000000000040008000000000000002";
pub(crate) const API: &str = "0b000000-0000-4000-8000-000000000002";
pub(crate) const PASSWORD: &str = "0a000000-0000-4000-8000-00000000000b";
pub(crate) const ROLE: &str = "0a000000-0000-4000-8000-00000000000a";
pub(crate) const ASSIGNMENT: &str = "41W1zT6z1U-kJxf62svfp1HFE8pMZhxDun-ThPczmJE";

/// Who asks.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Who {
    /// The tenant's administrator, with all permissions that the operations need.
    Administrator,
    /// The same person with a permission that is for something else.
    Nobody,
}

pub(crate) fn object(id: &str) -> ObjectId {
    id.parse().unwrap()
}

pub(crate) fn app(id: &str) -> AppId {
    id.parse().unwrap()
}

pub(crate) fn tenant() -> TenantId {
    TENANT.parse().unwrap()
}

pub(crate) fn all() -> ListQuery {
    ListQuery::default()
}

/// What stands in the tenant before each operation.
fn seed(world: &World) {
    let tenant: Uuid = TENANT.parse().unwrap();
    let insert = |kind, id: &str, body: Value| {
        let body = body.as_object().cloned().unwrap();
        let id = id.parse().unwrap();
        world.with(|state| {
            state
                .directory()
                .insert_settled(tenant, kind, id, body)
                .unwrap()
        });
    };
    world.with(|state| {
        let directory = state.directory();
        directory
            .create_tenant(NewTenant {
                id: tenant,
                kind: TenantKind::ExternalId,
                display_name: "rhc-b2c-qa".into(),
                initial_domain: "rhcqa.onmicrosoft.com".into(),
                country: "US".into(),
                creator: None,
            })
            .unwrap();
        directory.add_administrator(tenant, "admin").unwrap();
    });
    let role = json!({"id": ROLE, "value": "practice", "displayName": "Practice", "description": "A practice's staff",
        "allowedMemberTypes": ["User"], "isEnabled": true});
    insert(
        ObjectKind::Application,
        APPLICATION,
        json!({"appId": APP, "displayName": "HP2", "uniqueName": "rhc-hp2-qa-db",
        "signInAudience": "AzureADMultipleOrgs", "tags": ["rhc-environment:qa"], "appRoles": [role], "createdDateTime": "2026-11-23T08:00:00Z",
        "federatedIdentityCredentials": [{"id": "0a000000-0000-4000-8000-000000000009", "name": "app", "issuer": format!("https://login.microsoftonline.com/{TENANT}/v2.0"),
            "subject": PRINCIPAL, "audiences": ["api://AzureADTokenExchange"], "description": "the app's identity"}],
        "passwordCredentials": [{"keyId": PASSWORD, "displayName": "by hand", "endDateTime": "2027-11-23T08:00:00Z"}]}),
    );
    insert(
        ObjectKind::Application,
        "0a000000-0000-4000-8000-000000000004",
        json!({"appId": NEW_APP, "displayName": "SMX", "uniqueName": "rhc-smx-qa-db", "signInAudience": "AzureADMyOrg"}),
    );
    insert(
        ObjectKind::ServicePrincipal,
        PRINCIPAL,
        json!({"appId": APP, "displayName": "HP2", "appOwnerOrganizationId": TENANT, "servicePrincipalType": "Application",
        "accountEnabled": true, "appRoleAssignmentRequired": false, "appRoles": [role]}),
    );
    insert(
        ObjectKind::ServicePrincipal,
        API,
        json!({"appId": "0b000000-0000-4000-8000-000000000003", "displayName": "API", "appOwnerOrganizationId": TENANT,
        "servicePrincipalType": "Application", "accountEnabled": true}),
    );
    insert(
        ObjectKind::Group,
        GROUP,
        json!({"displayName": "SQL administrators", "uniqueName": "rhc-qa-sql-admins", "mailNickname": "rhc-qa-sql-admins",
        "mailEnabled": false, "securityEnabled": true, "createdDateTime": "2026-11-23T08:00:00Z"}),
    );
    insert(
        ObjectKind::Group,
        PARENT,
        json!({"displayName": "All administrators", "uniqueName": "qa-all-admins", "mailNickname": "qa-all-admins",
        "mailEnabled": false, "securityEnabled": true, "createdDateTime": "2026-11-23T08:00:00Z"}),
    );
    world.with(|state| {
        let dns = state.section::<Dns>();
        dns.add_zone("example.com");
        dns.set(PENDING, RecordType::Txt, [PROOF]);
    });
    for (id, name) in [(MEMBER, "member"), (STRANGER, "stranger")] {
        insert(
            ObjectKind::User,
            id,
            json!({"displayName": name, "userPrincipalName": format!("{name}@rhcqa.onmicrosoft.com"), "mailNickname": name, "userType": "Member", "accountEnabled": true}),
        );
    }
    insert(
        ObjectKind::Application,
        DELETED,
        json!({"appId": "0e000000-0000-4000-8000-000000000002", "displayName": "Old", "uniqueName": "rhc-old", "signInAudience": "AzureADMyOrg"}),
    );
    world.with(|state| {
        let directory = state.directory();
        for (from, relation, to) in [
            (GROUP, "members", MEMBER),
            (PARENT, "members", GROUP),
            (PARENT, "members", PRINCIPAL),
            (PARENT, "owners", MEMBER),
            (APPLICATION, "owners", MEMBER),
            (PRINCIPAL, "owners", MEMBER),
        ] {
            let (from, to) = (from.parse().unwrap(), to.parse().unwrap());
            directory.link(tenant, from, relation, to).unwrap();
        }
        directory.delete(tenant, DELETED.parse().unwrap()).unwrap();
        let assignment = rhc_core::fake::directory::AppRoleAssignment {
            principal_id: MEMBER.parse().unwrap(),
            resource_id: PRINCIPAL.parse().unwrap(),
            app_role_id: ROLE.parse().unwrap(),
            created: time::macros::datetime!(2026-11-23 08:30 UTC),
        };
        let owner = directory.tenant_mut(tenant).unwrap();
        owner
            .app_role_assignments
            .insert(ASSIGNMENT.into(), assignment);
    });
}

/// What answers while recording. The clock stands still, so that every recording has the same times.
pub(crate) async fn live(who: Who) -> Live {
    tokio::time::pause();
    let options = WorldOptions {
        replication: Replication::NONE,
        ..WorldOptions::default()
    };
    let world = World::new(options.clone());
    seed(&world);
    // The fake's own section is written by hand here, as a person may do in the file.
    let mut saved = world.to_json().unwrap();
    saved["sections"]["graph"] = json!({"tenants": {TENANT: {
        "permissionGrants": {GRANT: {"id": GRANT, "clientId": PRINCIPAL, "consentType": "AllPrincipals", "resourceId": API, "scope": "openid"}},
        "branding": {"0": {"id": "0", "signInPageText": "Welcome"}, "fr": {"id": "fr", "signInPageText": "Bienvenue"}},
        "waitingDomains": [PENDING],
        "namedLocations": {LOCATION: {"@odata.type": "#microsoft.graph.countryNamedLocation", "id": LOCATION, "displayName": "Home", "countriesAndRegions": ["US"],
            "countryLookupMethod": "clientIpAddress", "includeUnknownCountriesAndRegions": false}},
        "conditionalAccess": {ACCESS: {"id": ACCESS, "displayName": "MFA", "state": "enabled",
        "conditions": {"clientAppTypes": ["all"], "applications": {"includeApplications": ["All"]}, "users": {"includeUsers": ["All"]}},
        "grantControls": {"operator": "OR", "builtInControls": ["mfa"]}}}}}});
    saved["sections"]["auditLogs"] = json!({"tenants": {TENANT: {"signIns": [{"id": SIGN_IN, "createdDateTime": "2026-11-23T08:45:00Z", "userId": MEMBER,
        "userPrincipalName": "member@rhcqa.onmicrosoft.com", "userDisplayName": "member", "appId": APP, "appDisplayName": "HP2", "ipAddress": "203.0.113.7",
        "isInteractive": true, "conditionalAccessStatus": "success", "status": {"errorCode": 0}}]}}});
    let world = World::from_json(&saved.to_string(), options).unwrap();
    rhc_graph::fake::mount(&world);
    world.check().unwrap();
    let scopes = [
        "Application.Read.All",
        "Application.ReadWrite.All",
        "AppRoleAssignment.ReadWrite.All",
        "DelegatedPermissionGrant.ReadWrite.All",
        "Directory.Read.All",
        "AuditLog.Read.All",
        "Domain.ReadWrite.All",
        "Group.ReadWrite.All",
        "IdentityProvider.Read.All",
        "Organization.Read.All",
        "OrganizationalBranding.ReadWrite.All",
        "Policy.Read.All",
        "Policy.ReadWrite.Authorization",
        "Policy.ReadWrite.SecurityDefaults",
        "Policy.ReadWrite.CrossTenantAccess",
        "Policy.ReadWrite.AuthenticationMethod",
        "Policy.ReadWrite.ConditionalAccess",
        "RoleManagement.Read.Directory",
        "User.ReadWrite.All",
        "User.RevokeSessions.All",
    ];
    let live = Live {
        transport: world.transport(),
        credential: match who {
            Who::Administrator => world.sign_in(TENANT, &scopes),
            Who::Nobody => world.sign_in(TENANT, &["EventListener.Read.All"]),
        },
        clock: world.clock(),
        source: "embedded",
    };
    // Last: what takes time before this would show in the recording.
    tokio::time::resume();
    live
}
