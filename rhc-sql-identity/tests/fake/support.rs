//! A World with a database tenant, a subscription, a resource group and the people around a SQL server.

#![allow(dead_code, reason = "each test file uses its part")]

use std::sync::Arc;

use azure_core::credentials::TokenCredential;
use rhc_arm::{ArmClient, ResourceId};
use rhc_core::fake::directory::NewTenant;
use rhc_core::fake::{ObjectKind, State, TenantKind, World, WorldOptions};
use rhc_core::{Cloud, Error, Method, Request, Result};
use rhc_sql_identity::fake::{TdsServers, Vantage};
use rhc_sql_identity::{
    EntraAdministrator, SqlAddress, SqlServer, SqlServerScope, SqlServers, TdsDatabases,
};
use serde_json::{Map, Value, json};
use uuid::Uuid;

pub(crate) const TENANT: Uuid = Uuid::from_u128(0xdb);
pub(crate) const OTHER_TENANT: Uuid = Uuid::from_u128(0xb0);
pub(crate) const ADMIN: Uuid = Uuid::from_u128(0xad);
pub(crate) const STRANGER: Uuid = Uuid::from_u128(0x57);
pub(crate) const ADMINS: Uuid = Uuid::from_u128(0x6a);
pub(crate) const READERS: Uuid = Uuid::from_u128(0x6b);
pub(crate) const HP2: Uuid = Uuid::from_u128(0x83d5_9817_87fd_4a0f_a6b9_09c0_4d12_6368);
pub(crate) const HP2_OBJECT: Uuid = Uuid::from_u128(0x0b_1ec7);
pub(crate) const SUBSCRIPTION: Uuid = Uuid::from_u128(0x5b);
pub(crate) const SERVER: &str = "rhc-qa-sqlsvr";

fn tenant(state: &mut State, id: Uuid, label: &str) {
    state
        .directory()
        .create_tenant(NewTenant {
            id,
            kind: TenantKind::Workforce,
            display_name: label.to_owned(),
            initial_domain: format!("{label}.onmicrosoft.com"),
            country: "US".to_owned(),
            creator: None,
        })
        .unwrap();
}

fn object(state: &mut State, tenant: Uuid, kind: ObjectKind, id: Uuid, body: Value) {
    let body: Map<_, _> = serde_json::from_value(body).unwrap();
    state
        .directory()
        .insert_settled(tenant, kind, id, body)
        .unwrap();
}

fn user(state: &mut State, tenant: Uuid, id: Uuid, name: &str) {
    let body = json!({"displayName": name, "userPrincipalName": format!("{name}@x.onmicrosoft.com"), "accountEnabled": true});
    object(state, tenant, ObjectKind::User, id, body);
}

fn group(state: &mut State, id: Uuid, name: &str) {
    let body = json!({"displayName": name, "securityEnabled": true, "mailEnabled": false});
    object(state, TENANT, ObjectKind::Group, id, body);
}

/// A World in which nothing of SQL is yet.
pub(crate) fn world() -> World {
    let world = World::new(WorldOptions::default());
    rhc_arm::fake::mount(&world);
    rhc_sql_identity::fake::mount(&world);
    world.with(|state| {
        tenant(state, TENANT, "rhcdbcore");
        tenant(state, OTHER_TENANT, "backoffice");
        user(state, TENANT, ADMIN, "admin");
        user(state, TENANT, STRANGER, "stranger");
        user(state, OTHER_TENANT, Uuid::from_u128(0xad0), "admin");
        group(state, ADMINS, "rhc-qa-sql-admins");
        group(state, READERS, "readers");
        state
            .directory()
            .link(TENANT, ADMINS, "members", ADMIN)
            .unwrap();
        for (tenant, id) in [(TENANT, HP2_OBJECT), (OTHER_TENANT, Uuid::from_u128(0x0b_1ec8))] {
            let body = json!({"displayName": "rhc-hp2-qa-db", "appId": HP2, "servicePrincipalType": "Application", "accountEnabled": true});
            object(state, tenant, ObjectKind::ServicePrincipal, id, body);
        }
        rhc_arm::fake::create_subscription(
            state,
            SUBSCRIPTION,
            "rhc-db-core-sub",
            TENANT,
            ADMIN,
            &["Microsoft.Sql"],
        );
        let body = json!({"id": group_id().as_str(), "location": "eastus2", "properties": {"provisioningState": "Succeeded"}});
        rhc_arm::fake::put_resource(state, body);
    });
    world
}

pub(crate) fn group_id() -> ResourceId {
    let text = format!("/subscriptions/{SUBSCRIPTION}/resourceGroups/rhc-db-qa-rg");
    text.parse().unwrap()
}

pub(crate) fn server_id() -> ResourceId {
    group_id()
        .resource("Microsoft.Sql/servers", SERVER)
        .unwrap()
}

pub(crate) fn administrators() -> EntraAdministrator {
    EntraAdministrator::group("rhc-qa-sql-admins", ADMINS.into(), TENANT.into())
}

pub(crate) fn arm(world: &World) -> ArmClient {
    let credential = world.user_credential(&TENANT.to_string(), ADMIN);
    ArmClient::new(credential, Some(world.client_options().into())).unwrap()
}

pub(crate) fn servers(world: &World) -> SqlServers {
    SqlServers::new(arm(world))
}

pub(crate) fn server(world: &World) -> SqlServerScope {
    servers(world).server(server_id())
}

/// A World with the QA server, closed to the public, and the database `hp2_db`.
pub(crate) async fn with_server() -> World {
    let world = world();
    let wanted = SqlServer::entra_only("eastus2", &administrators());
    servers(&world)
        .in_group(group_id())
        .put(SERVER, &wanted)
        .await
        .unwrap();
    let database = rhc_sql_identity::SqlDatabase::standard_s0("eastus2");
    server(&world)
        .databases()
        .put("hp2_db", &database)
        .await
        .unwrap();
    world
}

/// The same, with an approved private endpoint.
pub(crate) async fn with_endpoint() -> World {
    let world = with_server().await;
    ask_to_connect(&world);
    let server = server(&world);
    server
        .begin_approve("pe", "by the test")
        .await
        .unwrap()
        .await
        .unwrap();
    world
}

/// The address of a key in a vault of the World.
pub(crate) const KEY: &str =
    "https://rhc-db-kv.vault.azure.net/keys/tde/0123456789abcdef0123456789abcdef";
const VAULT: &str = "rhc-db-kv";
/// `Key Vault Crypto Service Encryption User`.
const ENCRYPTION_USER: Uuid = Uuid::from_u128(0xe147_488a_f6f5_4113_8e2d_b224_65e6_5bf6);

/// The same as [`with_server`], with a vault, and the server's own identity.
pub(crate) async fn with_vault() -> World {
    let world = with_server().await;
    let vault = group_id()
        .resource("Microsoft.KeyVault/vaults", VAULT)
        .unwrap();
    let body = json!({"id": vault.as_str(), "location": "eastus2", "properties": {"tenantId": TENANT, "sku": {"family": "A", "name": "standard"}}});
    world.with(|state| rhc_arm::fake::put_resource(state, body));
    let identity = json!({"identity": {"type": "SystemAssigned"}});
    let servers = servers(&world).in_group(group_id());
    servers.update(SERVER, &identity).await.unwrap();
    world
}

/// The same, and the identity may use the vault's keys.
pub(crate) async fn with_keys() -> World {
    let world = with_vault().await;
    let server = servers(&world)
        .in_group(group_id())
        .get(SERVER)
        .await
        .unwrap();
    let principal = server
        .identity
        .unwrap()
        .principal_id
        .unwrap()
        .parse()
        .unwrap();
    let vault = group_id()
        .resource("Microsoft.KeyVault/vaults", VAULT)
        .unwrap();
    world.with(|state| {
        rhc_arm::fake::assign_role(state, vault.as_str(), principal, ENCRYPTION_USER);
    });
    world
}

/// The same as [`with_server`], with a data warehouse, `dw_db`.
pub(crate) async fn with_warehouse() -> World {
    let world = with_server().await;
    let mut warehouse = rhc_sql_identity::SqlDatabase::standard_s0("eastus2");
    warehouse.sku = Some(rhc_arm::Sku {
        name: Some("DW100c".to_owned()),
        ..rhc_arm::Sku::default()
    });
    server(&world)
        .databases()
        .put("dw_db", &warehouse)
        .await
        .unwrap();
    world
}

/// The same as [`with_server`], after `hp2_db` was dropped.
pub(crate) async fn with_dropped() -> World {
    let world = with_server().await;
    server(&world).databases().delete("hp2_db").await.unwrap();
    world
}

/// The id of what is kept of the only database that was dropped.
pub(crate) async fn dropped_id(sql: &SqlServers) -> Result<ResourceId> {
    let server = sql.server(server_id());
    let kept = server
        .restorable_dropped_databases()
        .list()
        .collect_all()
        .await?;
    kept[0].require_id().cloned()
}

/// What the network's side does when somebody makes an endpoint without the right to approve it.
pub(crate) fn ask_to_connect(world: &World) {
    let id = server_id().child("privateEndpointConnections", "pe");
    let body = json!({"id": id.as_str(), "properties": {
        "privateEndpoint": {"id": "/subscriptions/x/resourceGroups/y/providers/Microsoft.Network/privateEndpoints/rhc-qa-sql-pe"},
        "groupIds": ["sqlServer"], "provisioningState": "Ready",
        "privateLinkServiceConnectionState": {"status": "Pending", "description": "please", "actionsRequired": "None"}}});
    world.with(|state| rhc_arm::fake::put_resource(state, body));
}

/// PUT of a document as it is, past the models.
pub(crate) async fn put(world: &World, id: &ResourceId, body: Value) -> Result<Value> {
    let request = Request::new("test.put", Method::Put, id.path())
        .query("api-version", "2025-01-01")
        .json(&body);
    arm(world).begin::<Value>(request).await?.await
}

/// DELETE, past the models.
pub(crate) async fn delete(world: &World, id: &ResourceId) -> Result<()> {
    let request =
        Request::new("test.delete", Method::Delete, id.path()).query("api-version", "2025-01-01");
    arm(world).begin::<()>(request).await?.await
}

pub(crate) async fn refused(world: &World, id: &ResourceId, body: Value) -> Error {
    match put(world, id, body.clone()).await {
        Err(error) => error,
        Ok(made) => panic!("{body} was accepted as {made}"),
    }
}

pub(crate) fn databases(
    world: &World,
    credential: Arc<dyn TokenCredential>,
    from: Vantage,
) -> TdsDatabases {
    let servers = TdsServers::of(world).unwrap();
    servers.databases(&Cloud::public(), credential, world.clock(), from)
}

/// The administrators' way in, by the private endpoint.
pub(crate) fn as_admin(world: &World) -> TdsDatabases {
    let credential = world.user_credential(&TENANT.to_string(), ADMIN);
    databases(world, credential, Vantage::Inside)
}

pub(crate) fn address(database: &str) -> SqlAddress {
    let host = format!("{SERVER}.database.windows.net");
    SqlAddress::new(&Cloud::public(), &host, database).unwrap()
}

/// The id of a part of the server.
pub(crate) fn child(kind: &str, name: &str) -> ResourceId {
    server_id().child(kind, name)
}

/// The code of a refusal with 400.
pub(crate) async fn code(world: &World, id: &ResourceId, body: Value) -> String {
    let error = refused(world, id, body).await;
    assert_eq!(error.status(), Some(400), "{error}");
    error.code().unwrap().to_owned()
}
