//! Each operation against its recorded exchange. `cargo xtask record` records them anew from the fake.

use rhc_core::fake::{
    ObjectKind, Replication, TenantKind, World, WorldOptions, directory::NewTenant,
};
use rhc_core::testing::{Fixtures, Live};
use rhc_graph::{
    AppId, Application, AuthorizationPolicy, B2bSetting, Branding, ConditionalAccessPolicy,
    ConditionalAccessState, CrossTenantDefault, EmailMethod, FederatedCredential, Filter,
    GLOBAL_ADMINISTRATOR, GraphClient, GraphClientOptions, Group, InvitesFrom, KeyCredential,
    ListQuery, Method, MethodConfiguration, MethodState, ObjectId, Path, PermissionGrant, Result,
    SecurityDefaults, ServicePrincipal, SignInAudience, SignInMethod, TenantId, User,
};
use serde::Serialize;
use serde_json::{Value, json};
use std::future::Future;
use uuid::Uuid;

/// The public part of a certificate whose key nobody has.
const CERTIFICATE: &str = "MIIDEzCCAfugAwIBAgIULdHSIdRHBpG3ffk0LBtGopNzuzcwDQYJKoZIhvcNAQELBQAwGTEXMBUGA1UEAwwOcmhjLWhwMi1xYS13ZWIwHhcNMjYxMTIyMTgwNjE5WhcNNDYxMTE3MTgwNjE5WjAZMRcwFQYDVQQDDA5yaGMtaHAyLXFhLXdlYjCCASIwDQYJKoZIhvcNAQEBBQADggEPADCCAQoCggEBAL7pcxSV5RR4Rj65im+smJuwLeCdV9dYi/sSd4tlqJP/b9NGZDalz73z19MJiCI977QYbh9MNoxp0BzcSu7yBcXg2YST09tCgKCZ5qh1Ofo24CgaOQojcjuuCBm5RZvFbd4kXt6ZZ8d1hDkOddJjofGwxkhNxfkq/xW/AzUKbl5O3t+NVt8C5JUX3F5+RB7UBpjxRjuH7UheeWLQ5AIoJ6LQKXkKEJwrROBipyQ3/X2ni65iC/sfUiNpWvgoN00F8T8XkaUjU+0vHSmOfuH6/JKJOU8HjLw4hVX0HH6SmBMsghdVHGWl24FQGAC4GOrQvIgT8duhsqcQX1QphdYdV5sCAwEAAaNTMFEwHQYDVR0OBBYEFLyVee9uTsdquQV2id2L/Te6cvXvMB8GA1UdIwQYMBaAFLyVee9uTsdquQV2id2L/Te6cvXvMA8GA1UdEwEB/wQFMAMBAf8wDQYJKoZIhvcNAQELBQADggEBADt2hqt9rA6os8qNhpczTWemWlw3X2oTy4qlWh+SDr74lDpXGsdRexv1/+6HuPX3jdcPIi8pKnjAVGBhTcxj6HLvcWhWuGX0UIOc+yQ/wp263kwQqA5ADEHm7o7IKpMUxIDAb9eQXisUQUA3nI9mdKssQOmdumHe7rLoGNfCvH8nI/+LaD91lBiio629xmzriUTMkH8h5lCn8r6D7pv+C1j2jl3dCKXQASpdx1efS1Q8sfW0WQto8pn/q+8oHcLm5Dme2te1j8EPYBDZQ2E1Sz1v9UvPLYaYJ8+VVXcR4ygkp81rXK+ASIV+qXTz8NZIizXhQUefv9vCN6gvEozBU10=";
const TENANT: &str = "ed01df5d-6b39-45f8-82ae-36b88e5daae0";
const APPLICATION: &str = "0a000000-0000-4000-8000-000000000001";
const APP: &str = "0a000000-0000-4000-8000-000000000002";
const NEW_APP: &str = "0a000000-0000-4000-8000-000000000003";
const PRINCIPAL: &str = "0b000000-0000-4000-8000-000000000001";
const GROUP: &str = "0c000000-0000-4000-8000-000000000001";
const MEMBER: &str = "0d000000-0000-4000-8000-000000000001";
const STRANGER: &str = "0d000000-0000-4000-8000-000000000002";
const DELETED: &str = "0e000000-0000-4000-8000-000000000001";
const ACCESS: &str = "0f000000-0000-4000-8000-000000000001";
const GRANT: &str = "0b0000000000400080000000000000010b000000000040008000000000000002";
const API: &str = "0b000000-0000-4000-8000-000000000002";
const PASSWORD: &str = "0a000000-0000-4000-8000-00000000000b";
const ROLE: &str = "0a000000-0000-4000-8000-00000000000a";
const ASSIGNMENT: &str = "41W1zT6z1U-kJxf62svfp1HFE8pMZhxDun-ThPczmJE";

fn object(id: &str) -> ObjectId {
    id.parse().unwrap()
}

fn app(id: &str) -> AppId {
    id.parse().unwrap()
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
        directory
            .link(
                tenant,
                GROUP.parse().unwrap(),
                "members",
                MEMBER.parse().unwrap(),
            )
            .unwrap();
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
async fn live() -> Live {
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
        "conditionalAccess": {ACCESS: {"id": ACCESS, "displayName": "MFA", "state": "enabled",
        "conditions": {"clientAppTypes": ["all"], "applications": {"includeApplications": ["All"]}, "users": {"includeUsers": ["All"]}},
        "grantControls": {"operator": "OR", "builtInControls": ["mfa"]}}}}}});
    let world = World::from_json(&saved.to_string(), options).unwrap();
    rhc_graph::fake::mount(&world);
    world.check().unwrap();
    let scopes = [
        "Application.ReadWrite.All",
        "AppRoleAssignment.ReadWrite.All",
        "DelegatedPermissionGrant.ReadWrite.All",
        "Domain.Read.All",
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
    ];
    tokio::time::resume();
    Live {
        transport: world.transport(),
        credential: world.sign_in(TENANT, &scopes),
        clock: world.clock(),
        source: "embedded",
    }
}

async fn run<T: Serialize, R: Future<Output = Result<T>>>(
    operation: &str,
    call: impl Fn(GraphClient) -> R,
) {
    let value = Fixtures::of(env!("CARGO_MANIFEST_DIR"))
        .run(operation, live(), |connection| {
            let options = GraphClientOptions {
                client: connection.options,
                ..GraphClientOptions::default()
            };
            let graph = GraphClient::new(connection.credential, Some(options)).unwrap();
            call(graph)
        })
        .await;
    insta::assert_json_snapshot!(operation, value);
}

macro_rules! operations {
    ($($test:ident: $operation:literal => |$graph:ident| $call:expr;)*) => {
        $(#[tokio::test]
        async fn $test() {
            run($operation, |$graph| async move { $call }).await;
        })*
    };
}

fn named(name: &str) -> Application {
    Application {
        display_name: Some(name.into()),
        ..Application::default()
    }
}

fn credential() -> FederatedCredential {
    FederatedCredential::github(
        &rhc_graph::Cloud::public(),
        "repo:vokworks-ronk/hp225:environment:qa",
    )
}

fn tenant() -> TenantId {
    TENANT.parse().unwrap()
}

fn all() -> ListQuery {
    ListQuery::default()
}

operations! {
    applications_get: "applications.get" => |graph| graph.applications().get("rhc-hp2-qa-db").await;
    applications_get_opt: "applications.get_opt" => |graph| graph.applications().get_opt("rhc-nobody").await;
    applications_list: "applications.list" => |graph| graph.applications().list(ListQuery {
        filter: Some(Filter::any("tags", "rhc-environment:qa")), ..all() }.select(["id", "appId", "uniqueName", "tags"])).collect_all().await;
    applications_create: "applications.create" => |graph| graph.applications().create(&Application {
        sign_in_audience: Some(SignInAudience::MultipleTenants), ..named("qa-db-client") }).await;
    applications_upsert: "applications.upsert" => |graph| {
        let made = graph.applications().upsert("rhc-rollout", &named("Rollout")).await?.created();
        let again = graph.applications().upsert("rhc-rollout", &named("Rollout")).await?;
        Ok((made, again.is_created()))
    };
    applications_update: "applications.update" => |graph| graph.applications().update(app(APP), &Application { notes: Some("QA".into()), ..Application::default() }).await;
    applications_delete: "applications.delete" => |graph| graph.applications().delete(object(APPLICATION)).await;
    key_credentials: "applications.keyCredentials" => |graph| {
        let keys = graph.applications().key_credentials(object(APPLICATION));
        let none = keys.get_opt().await?;
        keys.replace(&[KeyCredential::certificate("hp225qa-kv/rhc-hp2-qa-web", CERTIFICATE)]).await?;
        Ok((none, keys.get().await?))
    };
    federated_credentials_list: "federatedCredentials.list" => |graph| graph.applications().federated_credentials(object(APPLICATION)).list().collect_all().await;
    federated_credentials_get: "federatedCredentials.get" => |graph| graph.applications().federated_credentials("rhc-hp2-qa-db").get("app").await;
    federated_credentials_create: "federatedCredentials.create" => |graph| graph.applications().federated_credentials(app(APP)).create(&credential().named("pipeline")).await;
    federated_credentials_upsert: "federatedCredentials.upsert" => |graph| {
        let credentials = graph.applications().federated_credentials("rhc-hp2-qa-db");
        let made = credentials.upsert("pipeline", &credential()).await?.created();
        let again = credentials.upsert("pipeline", &credential()).await?;
        Ok((made, again.is_created()))
    };
    federated_credentials_update: "federatedCredentials.update" => |graph| graph.applications().federated_credentials(object(APPLICATION))
        .update("app", &FederatedCredential { description: Some("changed".into()), ..FederatedCredential::default() }).await;
    federated_credentials_delete: "federatedCredentials.delete" => |graph| graph.applications().federated_credentials(object(APPLICATION)).delete("app").await;
    service_principals_get: "servicePrincipals.get" => |graph| graph.service_principals().get(app(APP)).await;
    service_principals_get_opt: "servicePrincipals.get_opt" => |graph| graph.service_principals().get_opt(app(NEW_APP)).await;
    service_principals_list: "servicePrincipals.list" => |graph| graph.service_principals().list(ListQuery::filter(
        Filter::eq_guid("appOwnerOrganizationId", TENANT))).collect_all().await;
    service_principals_create: "servicePrincipals.create" => |graph| graph.service_principals().create(&ServicePrincipal {
        app_id: Some(app(NEW_APP)), app_role_assignment_required: Some(true), ..ServicePrincipal::default() }).await;
    service_principals_upsert: "servicePrincipals.upsert" => |graph| Ok(graph.service_principals().upsert(app(NEW_APP), &ServicePrincipal::default()).await?.created());
    service_principals_update: "servicePrincipals.update" => |graph| graph.service_principals().update(object(PRINCIPAL), &ServicePrincipal {
        app_role_assignment_required: Some(true), ..ServicePrincipal::default() }).await;
    service_principals_delete: "servicePrincipals.delete" => |graph| graph.service_principals().delete(object(PRINCIPAL)).await;
    app_role_assigned_to_list: "appRoleAssignedTo.list" => |graph| graph.service_principals().app_role_assigned_to(object(PRINCIPAL)).list(all()).collect_all().await;
    app_role_assigned_to_create: "appRoleAssignedTo.create" => |graph| graph.service_principals().app_role_assigned_to(object(PRINCIPAL))
        .create(object(STRANGER), ROLE.parse().unwrap()).await;
    app_role_assigned_to_delete: "appRoleAssignedTo.delete" => |graph| graph.service_principals().app_role_assigned_to(object(PRINCIPAL)).delete(ASSIGNMENT).await;
    app_roles_held: "appRoleAssignments" => |graph| {
        let held = graph.service_principals().app_roles_held(object(PRINCIPAL));
        let made = held.create(object(PRINCIPAL), Uuid::nil()).await?;
        let all = held.list(all()).collect_all().await?;
        held.delete(made.id.as_deref().unwrap_or_default()).await?;
        Ok((made, all))
    };
    groups_get: "groups.get" => |graph| graph.groups().get("rhc-qa-sql-admins").await;
    groups_get_opt: "groups.get_opt" => |graph| graph.groups().get_opt("rhc-nobody").await;
    groups_list: "groups.list" => |graph| graph.groups().list(ListQuery::filter(Filter::starts_with("uniqueName", "rhc-qa-"))).collect_all().await;
    groups_create: "groups.create" => |graph| graph.groups().create(&Group::security("Practices", "practices")).await;
    groups_upsert: "groups.upsert" => |graph| {
        let group = Group::security("Practices", "practices");
        let made = graph.groups().upsert("rhc-qa-practices", &group).await?.created();
        let again = graph.groups().upsert("rhc-qa-practices", &group).await?;
        Ok((made, again.is_created()))
    };
    groups_update: "groups.update" => |graph| graph.groups().update(object(GROUP), &Group { description: Some("who administers SQL".into()), ..Group::default() }).await;
    groups_delete: "groups.delete" => |graph| graph.groups().delete(object(GROUP)).await;
    groups_members_list: "groups.members.list" => |graph| graph.groups().members(object(GROUP)).list(all()).collect_all().await;
    groups_members_add: "groups.members.add" => |graph| graph.groups().members(object(GROUP)).add(object(STRANGER)).await;
    groups_members_remove: "groups.members.remove" => |graph| graph.groups().members(object(GROUP)).remove(object(MEMBER)).await;
    users_get: "users.get" => |graph| graph.users().get("member@rhcqa.onmicrosoft.com").await;
    users_get_opt: "users.get_opt" => |graph| graph.users().get_opt("nobody@rhcqa.onmicrosoft.com").await;
    users_list: "users.list" => |graph| graph.users().list(ListQuery::filter(Filter::eq("userType", "Member"))).collect_all().await;
    users_create: "users.create" => |graph| graph.users().create(&User::customer("Test User", "adele@example.com", "rhcqa.onmicrosoft.com", "correct-Horse-7".to_owned().into())).await;
    users_update: "users.update" => |graph| graph.users().update(object(MEMBER), &User { account_enabled: Some(false), ..User::default() }).await;
    users_delete: "users.delete" => |graph| graph.users().delete(object(MEMBER)).await;
    me: "me" => |graph| graph.me().await;
    organization_get: "organization.get" => |graph| graph.organization().get().await;
    domains_list: "domains.list" => |graph| graph.organization().domains().collect_all().await;
    roles_assignments_list: "roles.assignments.list" => |graph| graph.roles().holders(GLOBAL_ADMINISTRATOR).collect_all().await;
    roles_definitions_list: "roles.definitions.list" => |graph| graph.roles().definitions(ListQuery::filter(Filter::eq("displayName", "Global Administrator"))).collect_all().await;
    deleted_items_list: "deletedItems.list" => |graph| {
        let deleted = graph.deleted_items();
        Ok((deleted.applications(all()).collect_all().await?, deleted.service_principals(all()).collect_all().await?,
            deleted.groups(all()).collect_all().await?, deleted.users(all()).collect_all().await?))
    };
    deleted_items_restore: "deletedItems.restore" => |graph| graph.deleted_items().restore(object(DELETED)).await;
    deleted_items_delete: "deletedItems.delete" => |graph| graph.deleted_items().delete(object(DELETED)).await;
    policies_authorization_get: "policies.authorization.get" => |graph| graph.policies().authorization().await;
    policies_authorization_update: "policies.authorization.update" => |graph| graph.policies().update_authorization(&AuthorizationPolicy {
        allow_invites_from: Some(InvitesFrom::None), ..AuthorizationPolicy::default() }).await;
    policies_security_defaults_get: "policies.securityDefaults.get" => |graph| graph.policies().security_defaults().await;
    policies_security_defaults_update: "policies.securityDefaults.update" => |graph| graph.policies().update_security_defaults(&SecurityDefaults {
        is_enabled: Some(false), ..SecurityDefaults::default() }).await;
    policies_cross_tenant_default_get: "policies.crossTenantDefault.get" => |graph| graph.policies().cross_tenant_default().await;
    policies_cross_tenant_default_update: "policies.crossTenantDefault.update" => |graph| graph.policies().update_cross_tenant_default(&CrossTenantDefault {
        b2b_collaboration_inbound: Some(B2bSetting::blocked()), ..CrossTenantDefault::default() }).await;
    policies_email_method_get: "policies.emailMethod.get" => |graph| graph.policies().email_method().await;
    policies_email_method_update: "policies.emailMethod.update" => |graph| graph.policies().update_email_method(&EmailMethod {
        state: Some(MethodState::Enabled), ..EmailMethod::default() }).await;
    applications_remove_password: "applications.removePassword" => |graph| graph.applications().remove_password(app(APP), PASSWORD.parse().unwrap()).await;
    policies_method_get: "policies.method.get" => |graph| graph.policies().method(SignInMethod::Sms).await;
    policies_method_update: "policies.method.update" => |graph| graph.policies().update_method(SignInMethod::Fido2, &MethodConfiguration {
        state: Some(MethodState::Disabled), ..MethodConfiguration::default() }).await;
    permission_grants_list: "oauth2PermissionGrants.list" => |graph| graph.permission_grants().list(all()).collect_all().await;
    permission_grants_create: "oauth2PermissionGrants.create" => |graph| graph.permission_grants().create(&PermissionGrant::for_all(
        object(API), object(PRINCIPAL), "openid offline_access")).await;
    permission_grants_update: "oauth2PermissionGrants.update" => |graph| graph.permission_grants().update(GRANT, "openid offline_access").await;
    permission_grants_delete: "oauth2PermissionGrants.delete" => |graph| graph.permission_grants().delete(GRANT).await;
    branding_get: "branding.get" => |graph| graph.organization().branding(tenant()).get_opt().await;
    branding_list: "branding.list" => |graph| graph.organization().branding(tenant()).list().collect_all().await;
    branding_create: "branding.create" => |graph| graph.organization().branding(tenant()).create(&Branding {
        id: Some("en-US".into()), background_color: Some("#00000F".into()), ..Branding::default() }).await;
    branding_update: "branding.update" => |graph| graph.organization().branding(tenant()).update(&Branding {
        username_hint_text: Some("Your e-mail address".into()), ..Branding::default() }).await;
    branding_delete: "branding.delete" => |graph| graph.organization().branding(tenant()).delete("fr").await;
    conditional_access_get: "conditionalAccess.get" => |graph| graph.conditional_access().get(ACCESS).await;
    conditional_access_list: "conditionalAccess.list" => |graph| graph.conditional_access().list(all()).collect_all().await;
    conditional_access_create: "conditionalAccess.create" => |graph| graph.conditional_access().create(&ConditionalAccessPolicy::require_mfa("MFA for all", vec![MEMBER.into()])).await;
    conditional_access_update: "conditionalAccess.update" => |graph| graph.conditional_access().update(ACCESS, &ConditionalAccessPolicy {
        state: Some(ConditionalAccessState::Disabled), ..ConditionalAccessPolicy::default() }).await;
    conditional_access_delete: "conditionalAccess.delete" => |graph| graph.conditional_access().delete(ACCESS).await;
    open_floor: "request" => |graph| graph.request::<Value>("request", Method::Get, Path::new("/v1.0/organization"), None::<&()>).await;
}
