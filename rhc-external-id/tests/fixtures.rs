//! Each operation against its recorded fixture.

mod refusals;
mod tenant;

use rhc_arm::{ArmClient, Resource, ResourceId, Sku};
use rhc_core::Result;
use rhc_core::fake::directory::{NewTenant, Replication};
use rhc_core::fake::{ObjectKind, TenantKind, World, WorldOptions};
use rhc_core::testing::{Connection, Fixtures, Live};
use rhc_external_id::{
    CertificatePolicy, CiamDirectories, CiamDirectory, CiamDirectoryProperties,
    CreateTenantProperties, EMAIL_PASSWORD, EventListeners, FlowAttribute, KeyVaultClient,
    SignatureAlgorithm, UserFlow, UserFlows,
};
use rhc_graph::{GraphClient, GraphClientOptions};
use serde::Serialize;
use serde_json::{Value, json};
use std::{future::Future, pin::Pin};

const SUBSCRIPTION: &str = "11111111-1111-4111-8111-111111111111";

/// A World whose operator owns the subscription that pays; `tenants` are there already.
async fn live(tenants: &[&str]) -> Live {
    // The recorder goes on with the clock that stands still from here.
    tokio::time::pause();
    let world = World::new(WorldOptions {
        replication: Replication::NONE,
        ..WorldOptions::default()
    });
    rhc_arm::fake::mount(&world);
    rhc_external_id::fake::mount(&world);
    world.with(|state| {
        let tenant = state.directory().add_workforce_tenant("contoso").unwrap();
        let owner = state.directory().operator(tenant).unwrap();
        let id = SUBSCRIPTION.parse().unwrap();
        let providers = &["Microsoft.AzureActiveDirectory"];
        rhc_arm::fake::create_subscription(state, id, "fixtures", tenant, owner, providers);
        let body = json!({ "id": group().to_string(), "location": "eastus2" });
        rhc_arm::fake::put_resource(state, body);
        for name in tenants {
            let id = format!(
                "{}/providers/Microsoft.AzureActiveDirectory/ciamDirectories/{name}",
                group()
            );
            let mut body = json!(wanted());
            body["id"] = json!(id);
            body["type"] = json!("Microsoft.AzureActiveDirectory/ciamDirectories");
            body["properties"]["provisioningState"] = json!("Succeeded");
            body["properties"]["domainName"] = json!(format!("{name}.onmicrosoft.com"));
            body["properties"]["tenantId"] = json!("22222222-2222-4222-8222-222222222222");
            rhc_arm::fake::put_resource(state, body);
        }
    });
    Live {
        transport: world.transport(),
        credential: world.sign_in("contoso.onmicrosoft.com", &[]),
        clock: world.clock(),
        source: "embedded",
    }
}

fn group() -> ResourceId {
    format!("/subscriptions/{SUBSCRIPTION}/resourceGroups/fixtures-rg")
        .parse()
        .unwrap()
}

fn wanted() -> Resource<CiamDirectory> {
    Resource {
        sku: Some(Sku {
            name: Some("Standard".to_owned()),
            tier: Some("A0".to_owned()),
            ..Sku::default()
        }),
        ..Resource::new(CiamDirectoryProperties {
            create_tenant_properties: Some(CreateTenantProperties {
                display_name: Some("Fixtures".to_owned()),
                country_code: Some("US".to_owned()),
                ..CreateTenantProperties::default()
            }),
            ..CiamDirectoryProperties::default()
        })
    }
    .at("United States")
}

async fn replay<T: Serialize + 'static, R: Future<Output = Result<T>> + 'static>(
    name: &str,
    tenants: &[&str],
    call: impl Fn(CiamDirectories) -> R,
) -> Value {
    let call = over_directories(call);
    fixtures().run(name, live(tenants), call).await
}

fn fixtures() -> Fixtures {
    Fixtures::of(env!("CARGO_MANIFEST_DIR"))
}

/// Where every snapshot of this file and its modules is pinned, under its fixture's name.
fn pin(name: &str, value: Value) {
    insta::assert_json_snapshot!(name, value);
}

fn over_directories<T: 'static, R: Future<Output = Result<T>> + 'static>(
    call: impl Fn(CiamDirectories) -> R,
) -> impl Fn(Connection) -> Pin<Box<dyn Future<Output = Result<T>>>> {
    move |connection| {
        let arm = ArmClient::new(connection.credential, Some(connection.options.into()));
        let made = arm.map(|arm| call(CiamDirectories::new(arm)));
        Box::pin(async move { made?.await })
    }
}

macro_rules! fixture {
    ($test:ident, $name:literal, $tenants:expr, $call:expr) => {
        #[tokio::test]
        async fn $test() {
            let value = replay($name, &$tenants, $call).await;
            insta::assert_json_snapshot!($name, value);
        }
    };
}

fixture!(
    a_free_name,
    "ciamDirectories.checkNameAvailability.free",
    [],
    |directories| async move {
        directories
            .check_name(&SUBSCRIPTION.parse().unwrap(), "rhcqa", "US")
            .await
    }
);

fixture!(
    a_taken_name,
    "ciamDirectories.checkNameAvailability.taken",
    ["rhcqa"],
    |directories| async move {
        directories
            .check_name(&SUBSCRIPTION.parse().unwrap(), "rhcqa", "US")
            .await
    }
);

fixture!(put, "ciamDirectories.put", [], |directories| async move {
    directories.in_scope(group()).put("rhcqa", &wanted()).await
});

fixture!(
    get,
    "ciamDirectories.get",
    ["rhcqa"],
    |directories| async move { directories.in_scope(group()).get("rhcqa").await }
);

fixture!(
    none_there,
    "ciamDirectories.get.not_found",
    [],
    |directories| async move { directories.in_scope(group()).get_opt("rhcqa").await }
);

fixture!(
    list,
    "ciamDirectories.list",
    ["rhcprod", "rhcqa"],
    |directories| async move {
        let subscription = ResourceId::of_subscription(&SUBSCRIPTION.parse().unwrap());
        directories
            .in_scope(subscription)
            .list()
            .collect_all()
            .await
    }
);

fixture!(
    update,
    "ciamDirectories.update",
    ["rhcqa"],
    |directories| async move {
        let change = json!({ "sku": { "name": "PremiumP1" }, "tags": { "rhc-app": "shared" } });
        directories.in_scope(group()).update("rhcqa", &change).await
    }
);

fixture!(
    delete,
    "ciamDirectories.delete",
    ["rhcqa"],
    |directories| async move { directories.in_scope(group()).delete("rhcqa").await }
);

const CUSTOMERS: &str = "33333333-3333-4333-8333-333333333333";
const FLOW: &str = "44444444-4444-4444-8444-444444444444";
const HOBBY: &str = "extension_d09380e2b4c642b9a203fb816a04a7ad_Hobby";
const HP2: &str = "55555555-5555-4555-8555-555555555551";
const SMX: &str = "55555555-5555-4555-8555-555555555552";

/// A World with an External ID tenant that has two applications and a user flow for one of them.
async fn customers() -> Live {
    with_scopes(&[
        "EventListener.ReadWrite.All",
        "IdentityProvider.ReadWrite.All",
        "IdentityUserFlow.ReadWrite.All",
    ])
    .await
}

/// The same for somebody with these permissions.
async fn with_scopes(scopes: &[&str]) -> Live {
    tokio::time::pause();
    let options = WorldOptions {
        replication: Replication::NONE,
        ..WorldOptions::default()
    };
    let world = World::new(options.clone());
    world.with(|state| {
        let directory = state.directory();
        let tenant = CUSTOMERS.parse().unwrap();
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
        for (name, app_id) in [("hp2", HP2), ("smx", SMX)] {
            let body =
                json!({"appId": app_id, "displayName": name, "signInAudience": "AzureADMyOrg"});
            let body = body.as_object().cloned().unwrap();
            let id = app_id.replace("5555-8555", "5555-9555").parse().unwrap();
            directory
                .insert_settled(tenant, ObjectKind::Application, id, body)
                .unwrap();
        }
    });
    let mut saved = world.to_json().unwrap();
    saved["sections"]["externalId"] = json!({"tenants": {CUSTOMERS: {
        "identityProviders": {"Facebook-OAUTH": {"@odata.type": "#microsoft.graph.socialIdentityProvider", "displayName": "Facebook",
            "identityProviderType": "Facebook", "clientId": "facebook"}},
        "attributes": {HOBBY: {"displayName": "Hobby", "description": "Your hobby", "dataType": "string"}},
        "userFlows": {FLOW: {
        "displayName": "rhc-qa-signin", "isSignUpAllowed": false, "includeApplications": [HP2],
        "identityProviders": [EMAIL_PASSWORD, "EmailOtpSignup-OAUTH"], "userTypeToCreate": "member",
        "attributeCollection": {"attributes": ["email", "city"], "views": [{"inputs": [
            {"attribute": "email", "label": "Email Address", "inputType": "text", "hidden": true},
            {"attribute": "city", "label": "City", "inputType": "text"}]}]}}}}}});
    let world = World::from_json(&saved.to_string(), options).unwrap();
    rhc_graph::fake::mount(&world);
    rhc_external_id::fake::mount(&world);
    world.check().unwrap();
    Live {
        transport: world.transport(),
        credential: world.sign_in(CUSTOMERS, scopes),
        clock: world.clock(),
        source: "embedded",
    }
}

async fn replay_flows<T: Serialize + 'static, R: Future<Output = Result<T>> + 'static>(
    name: &str,
    call: impl Fn(UserFlows) -> R,
) -> Value {
    fixtures().run(name, customers(), over_flows(call)).await
}

fn over_flows<T: 'static, R: Future<Output = Result<T>> + 'static>(
    call: impl Fn(UserFlows) -> R,
) -> impl Fn(Connection) -> Pin<Box<dyn Future<Output = Result<T>>>> {
    move |connection| {
        let options = GraphClientOptions {
            client: connection.options,
            ..GraphClientOptions::default()
        };
        let graph = GraphClient::new(connection.credential, Some(options));
        let made = graph.map(|graph| call(UserFlows::new(graph)));
        Box::pin(async move { made?.await })
    }
}

fn over_listeners<T: 'static, R: Future<Output = Result<T>> + 'static>(
    call: impl Fn(EventListeners) -> R,
) -> impl Fn(Connection) -> Pin<Box<dyn Future<Output = Result<T>>>> {
    move |connection| {
        let options = GraphClientOptions {
            client: connection.options,
            ..GraphClientOptions::default()
        };
        let graph = GraphClient::new(connection.credential, Some(options));
        let made = graph.map(|graph| call(EventListeners::new(graph)));
        Box::pin(async move { made?.await })
    }
}

#[tokio::test]
async fn event_listeners_list() {
    let name = "eventListeners.list";
    let call = over_listeners(|all| async move { all.list().collect_all().await });
    let value = fixtures().run(name, customers(), call).await;
    insta::assert_json_snapshot!(name, value);
}

macro_rules! user_flow_fixtures {
    ($($test:ident: $name:literal => |$flows:ident| $call:expr;)*) => {
        $(#[tokio::test]
        async fn $test() {
            let value = replay_flows($name, |$flows| async move { $call }).await;
            insta::assert_json_snapshot!($name, value);
        })*
    };
}

user_flow_fixtures! {
    user_flows_list: "userFlows.list" => |flows| flows.list().collect_all().await;
    user_flows_get: "userFlows.get" => |flows| flows.get_opt(FLOW).await;
    user_flows_create: "userFlows.create" => |flows| flows.create(&UserFlow::invitation_only("rhc-qa-staff", [SMX],
        ["email", "displayName"].map(FlowAttribute::built_in).to_vec())).await;
    user_flows_update: "userFlows.update" => |flows| flows.update(FLOW, &UserFlow {
        description: Some("for practices".into()), ..UserFlow::default() }).await;
    user_flows_allow_sign_up: "userFlows.update.signUp" => |flows| flows.allow_sign_up(FLOW, false).await;
    user_flows_delete: "userFlows.delete" => |flows| flows.delete(FLOW).await;
    applications_list: "userFlows.applications.list" => |flows| flows.applications(FLOW).list().collect_all().await;
    applications_attach: "userFlows.applications.attach" => |flows| flows.applications(FLOW).attach(SMX.parse().unwrap()).await;
    applications_detach: "userFlows.applications.detach" => |flows| flows.applications(FLOW).detach(HP2.parse().unwrap()).await;
    identity_providers_list: "userFlows.identityProviders.list" => |flows| flows.identity_providers(FLOW).list().collect_all().await;
    identity_providers_add: "userFlows.identityProviders.add" => |flows| {
        flows.identity_providers(FLOW).remove(EMAIL_PASSWORD).await?;
        flows.identity_providers(FLOW).add(EMAIL_PASSWORD).await
    };
    identity_providers_remove: "userFlows.identityProviders.remove" => |flows| flows.identity_providers(FLOW).remove("EmailOtpSignup-OAUTH").await;
    attributes_list: "userFlows.attributes.list" => |flows| flows.attributes(FLOW).list().collect_all().await;
    attributes_add: "userFlows.attributes.add" => |flows| flows.attributes(FLOW).add("displayName").await;
    attributes_remove: "userFlows.attributes.remove" => |flows| flows.attributes(FLOW).remove("city").await;
}

const NAME: &str = "rhc-hp2-qa-web";

/// A World with a vault in which the operator may do everything; `made`: with a certificate; `open`: that lets him in.
async fn live_vault(made: bool, open: bool) -> Live {
    tokio::time::pause();
    let world = World::new(WorldOptions {
        replication: Replication::NONE,
        ..WorldOptions::default()
    });
    rhc_arm::fake::mount(&world);
    rhc_external_id::fake::mount(&world);
    let vault = format!("{}/providers/Microsoft.KeyVault/vaults/hp225qa-kv", group());
    let put = |action: &str| {
        world.with(|state| {
            let tenant = state.directory_ref().tenant("contoso.onmicrosoft.com");
            let body = json!({
                "id": vault,
                "location": "eastus2",
                "properties": {
                    "tenantId": tenant.unwrap().id,
                    "enableRbacAuthorization": true,
                    "networkAcls": { "defaultAction": action },
                },
            });
            rhc_arm::fake::put_resource(state, body);
        });
    };
    world.with(|state| {
        let tenant = state.directory().add_workforce_tenant("contoso").unwrap();
        let owner = state.directory().operator(tenant).unwrap();
        let id = SUBSCRIPTION.parse().unwrap();
        let providers = &["Microsoft.KeyVault"];
        rhc_arm::fake::create_subscription(state, id, "fixtures", tenant, owner, providers);
        for role in [
            0xa441_7e6f_fecd_4de8_b567_7b04_2055_6985,
            0x1233_8af0_0e69_4776_bea7_57ae_8d29_7424,
        ] {
            let role = uuid::Uuid::from_u128(role);
            rhc_arm::fake::assign_role(state, &vault, owner, role);
        }
    });
    put("Allow");
    tokio::time::sleep(std::time::Duration::from_secs(60)).await;
    let credential = world.sign_in("contoso.onmicrosoft.com", &[]);
    if made {
        let options = world.client_options().into();
        let vault = KeyVaultClient::new(VAULT, credential.clone(), Some(options)).unwrap();
        vault.create_certificate(NAME, &policy()).await.unwrap();
        vault.made(NAME).await.unwrap();
    }
    if !open {
        put("Deny");
    }
    Live {
        transport: world.transport(),
        credential,
        clock: world.clock(),
        source: "embedded",
    }
}

const VAULT: &str = "https://hp225qa-kv.vault.azure.net/";

fn policy() -> CertificatePolicy {
    CertificatePolicy::signing(format!("CN={NAME}"), 2048, 12)
}

/// Shows what came of it without what is chance: keys, and all that follows from them.
fn steady(mut value: Value) -> Value {
    if let Some(own) = value.as_object_mut() {
        for name in ["cer", "x5t"] {
            if let Some(text) = own.get_mut(name) {
                *text = json!(format!(
                    "{name} of {} characters",
                    text.as_str().unwrap().len()
                ));
            }
        }
    }
    if let Some(all) = value.as_array_mut() {
        all.iter_mut().for_each(|one| *one = steady(one.take()));
    }
    value
}

async fn replay_vault<T: Serialize + 'static, R: Future<Output = Result<T>> + 'static>(
    name: &str,
    live: impl Future<Output = Live>,
    call: impl Fn(KeyVaultClient) -> R,
) -> Value {
    steady(fixtures().run(name, live, over_vault(call)).await)
}

fn over_vault<T: 'static, R: Future<Output = Result<T>> + 'static>(
    call: impl Fn(KeyVaultClient) -> R,
) -> impl Fn(Connection) -> Pin<Box<dyn Future<Output = Result<T>>>> {
    move |connection| {
        let options = Some(connection.options.into());
        let vault = KeyVaultClient::new(VAULT, connection.credential, options);
        let made = vault.map(&call);
        Box::pin(async move { made?.await })
    }
}

macro_rules! vault_fixture {
    ($test:ident, $name:literal, $made:expr, $open:expr, $call:expr) => {
        #[tokio::test]
        async fn $test() {
            let value = replay_vault($name, live_vault($made, $open), $call).await;
            insta::assert_json_snapshot!($name, value);
        }
    };
}

vault_fixture!(
    certificate_create,
    "certificates.create",
    false,
    true,
    |vault| async move { vault.create_certificate(NAME, &policy()).await }
);

vault_fixture!(
    certificate_operation,
    "certificates.operation",
    true,
    true,
    |vault| async move { vault.operation(NAME).await }
);

vault_fixture!(
    certificate_get,
    "certificates.get",
    true,
    true,
    |vault| async move { vault.certificate(NAME, None).await }
);

vault_fixture!(
    certificate_get_version,
    "certificates.get.version",
    true,
    true,
    |vault| async move {
        let latest = vault.certificate(NAME, None).await?;
        vault.certificate(NAME, latest.version()).await
    }
);

vault_fixture!(
    certificate_get_none,
    "certificates.get.not_found",
    false,
    true,
    |vault| async move { vault.certificate_opt(NAME).await }
);

vault_fixture!(
    certificate_versions,
    "certificates.versions",
    true,
    true,
    |vault| async move { vault.certificate_versions(NAME).collect_all().await }
);

vault_fixture!(
    certificates_not_refused,
    "certificates.list",
    true,
    true,
    |vault| async move { Ok(format!("{:?}", vault.refusal().await?)) }
);

vault_fixture!(
    certificates_refused_by_the_firewall,
    "certificates.list.firewall",
    false,
    false,
    |vault| async move { Ok(format!("{:?}", vault.refusal().await?)) }
);

vault_fixture!(key_sign, "keys.sign", true, true, |vault| async move {
    let made = vault.certificate(NAME, None).await?;
    let version = made.version().unwrap_or_default();
    let signature = vault
        .sign(NAME, version, &SignatureAlgorithm::Ps256, &[7; 32])
        .await?;
    Ok(signature.len())
});
