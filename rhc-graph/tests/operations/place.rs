//! What stands in the tenant before each operation, and who asks.

use rhc_core::fake::{
    Dns, ObjectKind, RecordType, Replication, TenantKind, World, WorldOptions, directory::NewTenant,
};
pub(crate) use rhc_core::testing::CERTIFICATE;
use rhc_core::testing::Live;
use rhc_graph::{AppId, ENTRA_ID_P1, ListQuery, ObjectId, TenantId};
use serde_json::{Value, json};
use uuid::Uuid;

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
/// The product Entra ID P1.
const PREMIUM: &str = "078d2b04-f1bd-4111-bbd6-b4b1b354cef4";
/// A domain that is not verified yet, and the record that will prove it.
pub(crate) const PENDING: &str = "pending.example.com";
const PROOF: &str = "MS=ms76177830";
pub(crate) const GRANT: &str = "0b0000000000400080000000000000010b000000000040008000000000000002";
pub(crate) const API: &str = "0b000000-0000-4000-8000-000000000002";
pub(crate) const PASSWORD: &str = "0a000000-0000-4000-8000-00000000000b";
pub(crate) const ROLE: &str = "0a000000-0000-4000-8000-00000000000a";
pub(crate) const ASSIGNMENT: &str = "41W1zT6z1U-kJxf62svfp1HFE8pMZhxDun-ThPczmJE";

/// The role Directory Readers, which the member holds.
pub(crate) const HELD: &str = "lAPpYvVpN0KRkAEhdxReEMmO4KwRqtpKkUWt3wOYIz4-1";
/// What the member proves with that he is himself.
pub(crate) const EMAIL: &str = "3ddfcfc8-9383-446f-83cc-3ab9be4be18f";
pub(crate) const MOBILE: &str = "3179e48a-750b-4051-897c-87b9720928f7";
pub(crate) const PASS: &str = "0d000000-0000-4000-8000-000000000011";
pub(crate) const PASSKEY: &str = "-2_GRUg2-HYz6_1YG4YRAQ2";
pub(crate) const AUTHENTICATOR: &str = "0d000000-0000-4000-8000-000000000012";
pub(crate) const SOFTWARE_OATH: &str = "0d000000-0000-4000-8000-000000000013";
pub(crate) const WINDOWS_HELLO: &str = "b5e01f81-1d0d-4a57-8d3b-0b0b6d4e4b7a";
pub(crate) const PLATFORM_CREDENTIAL: &str = "0d000000-0000-4000-8000-000000000014";

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
        let held = rhc_core::fake::directory::RoleAssignment {
            principal_id: MEMBER.parse().unwrap(),
            role_definition_id: "88d8e3e3-8f55-4a1e-953a-9b9898b8876b".parse().unwrap(),
            directory_scope_id: "/".into(),
        };
        owner.role_assignments.insert(HELD.into(), held);
        owner
            .app_role_assignments
            .insert(ASSIGNMENT.into(), assignment);
    });
}

/// The methods that the member has registered.
fn methods() -> Value {
    let mut methods = json!({});
    let mut add = |id: &str, kind: &str, own: Value| {
        let mut method = json!({"@odata.type": format!("#microsoft.graph.{kind}AuthenticationMethod"), "id": id});
        for (name, value) in own.as_object().unwrap() {
            method[name] = value.clone();
        }
        methods[id] = method;
    };
    let made = "2026-11-23T08:10:00Z";
    add(
        EMAIL,
        "email",
        json!({"emailAddress": "member@example.com"}),
    );
    add(
        MOBILE,
        "phone",
        json!({"phoneNumber": "+1 2065555555", "phoneType": "mobile"}),
    );
    add(
        PASS,
        "temporaryAccessPass",
        json!({"createdDateTime": made, "startDateTime": "2026-11-23T10:00:00Z",
        "lifetimeInMinutes": 60, "isUsableOnce": true}),
    );
    add(
        PASSKEY,
        "fido2",
        json!({"displayName": "Red key", "createdDateTime": made, "aaGuid": "2fc0579f-8113-47ea-b116-bb5a8db9202a",
        "model": "NFC key", "attestationCertificates": ["a certificate"], "attestationLevel": "attested", "passkeyType": "deviceBound"}),
    );
    add(
        AUTHENTICATOR,
        "microsoftAuthenticator",
        json!({"displayName": "Phone", "deviceTag": "SoftwareTokenActivated",
        "phoneAppVersion": "6.2001.0140", "createdDateTime": made}),
    );
    add(SOFTWARE_OATH, "softwareOath", json!({}));
    add(
        WINDOWS_HELLO,
        "windowsHelloForBusiness",
        json!({"displayName": "Laptop", "createdDateTime": made, "keyStrength": "normal"}),
    );
    add(
        PLATFORM_CREDENTIAL,
        "platformCredential",
        json!({"displayName": "Mac", "createdDateTime": made, "keyStrength": "normal", "platform": "macOS"}),
    );
    methods
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
        "subscribedSkus": {"AAD_PREMIUM": {"id": format!("{TENANT}_{PREMIUM}"), "skuId": PREMIUM, "skuPartNumber": "AAD_PREMIUM",
            "appliesTo": "User", "capabilityStatus": "Enabled", "consumedUnits": 2, "subscriptionIds": [],
            "prepaidUnits": {"enabled": 5, "lockedOut": 0, "suspended": 0, "warning": 0},
            "servicePlans": [{"servicePlanId": ENTRA_ID_P1, "servicePlanName": "AAD_PREMIUM", "provisioningStatus": "Success", "appliesTo": "User"}]}},
        "authentication": {MEMBER: methods()},
        "policies": {
            "temporaryAccessPassAuthenticationMethod": {"id": "TemporaryAccessPass", "state": "enabled", "defaultLength": 8, "defaultLifetimeInMinutes": 60,
                "minimumLifetimeInMinutes": 60, "maximumLifetimeInMinutes": 480, "isUsableOnce": false},
            "smsAuthenticationMethod": {"id": "Sms", "state": "enabled", "includeTargets": [
                {"targetType": "group", "id": "all_users", "isRegistrationRequired": false, "isUsableForSignIn": true}]}},
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
        "Organization.ReadWrite.All",
        "OrganizationalBranding.ReadWrite.All",
        "Policy.Read.All",
        "Policy.ReadWrite.Authorization",
        "Policy.ReadWrite.SecurityDefaults",
        "Policy.ReadWrite.CrossTenantAccess",
        "Policy.ReadWrite.AuthenticationMethod",
        "Policy.ReadWrite.ConditionalAccess",
        "RoleManagement.ReadWrite.Directory",
        "UserAuthenticationMethod.ReadWrite.All",
        "UserAuthMethod-Passkey.Read.All",
        "User.Invite.All",
        "User.ReadWrite.All",
        "User.RevokeSessions.All",
    ];
    Live {
        transport: world.transport(),
        credential: match who {
            Who::Administrator => world.sign_in(TENANT, &scopes),
            Who::Nobody => world.sign_in(TENANT, &["EventListener.Read.All"]),
        },
        clock: world.clock(),
        source: "embedded",
    }
}
