//! Every operation against what was recorded of it.

#[path = "fake/support.rs"]
mod support;

use rhc_arm::ArmClient;
use rhc_core::fake::World;
use rhc_core::testing::{Connection, Fixtures, Live};
use rhc_sql_identity::{
    AUDITING_NAME, ConnectionPolicy, ConnectionType, DatabaseAuditing, EncryptionProtector,
    EntraOnlyAuthentication, FirewallRule, ServerAdministrator, ServerAuditing,
    ServerExtendedAuditing, SqlDatabase, SqlServer, SqlServers, TransparentDataEncryption,
};
use serde_json::json;
use support::{ADMIN, SERVER, TENANT, administrators, group_id, server_id};

fn client(connection: Connection) -> SqlServers {
    let options = Some(connection.options.into());
    SqlServers::new(ArmClient::new(connection.credential, options).unwrap())
}

/// What answers while recording. A World takes its time, which is not waited for.
async fn live(world: impl Future<Output = World>) -> Live {
    tokio::time::pause();
    let world = world.await;
    tokio::time::resume();
    Live {
        transport: world.transport(),
        credential: world.user_credential(&TENANT.to_string(), ADMIN),
        clock: world.clock(),
        source: "embedded",
    }
}

async fn empty() -> World {
    support::world()
}

async fn open() -> World {
    let world = support::with_server().await;
    let open = json!({"properties": {"publicNetworkAccess": "Enabled"}});
    let servers = support::servers(&world).in_group(group_id());
    servers.update(SERVER, &open).await.unwrap();
    let rule = FirewallRule::address([203, 0, 113, 8].into());
    let rules = support::server(&world).firewall_rules();
    rules.put("office", &rule).await.unwrap();
    world
}

async fn asked() -> World {
    let world = support::with_server().await;
    support::ask_to_connect(&world);
    world
}

macro_rules! operations {
    ($($name:ident($operation:literal, $world:expr) |$client:ident| $call:expr;)*) => {$(
        #[tokio::test]
        async fn $name() {
            let value = Fixtures::of(env!("CARGO_MANIFEST_DIR"))
                .run($operation, live($world), |connection| async move {
                    let $client = client(connection);
                    $call.await
                })
                .await;
            insta::assert_json_snapshot!($operation, value);
        }
    )*};
}

operations! {
    servers_put("servers.put", empty()) |c| c.in_group(group_id()).put(SERVER, &SqlServer::entra_only("eastus2", &administrators()));
    servers_get("servers.get", support::with_server()) |c| c.in_group(group_id()).get(SERVER);
    servers_get_absent("servers.get_opt", empty()) |c| c.in_group(group_id()).get_opt(SERVER);
    servers_list("servers.list", support::with_server()) |c| c.in_group(group_id()).list().collect_all();
    servers_update("servers.update", support::with_server()) |c| c.in_group(group_id()).update(SERVER, &json!({"properties": {"minimalTlsVersion": "1.3"}}));
    servers_delete("servers.delete", support::with_server()) |c| c.in_group(group_id()).delete(SERVER);

    administrators_get("administrators.get", support::with_server()) |c| c.server(server_id()).administrators().get(ServerAdministrator::NAME);
    administrators_put("administrators.put", support::with_server())
        |c| c.server(server_id()).administrators().put(ServerAdministrator::NAME, &ServerAdministrator::of(&administrators()));
    entra_only_get("entra_only.get", support::with_server()) |c| c.server(server_id()).entra_only().get(EntraOnlyAuthentication::NAME);
    entra_only_put("entra_only.put", support::with_server())
        |c| c.server(server_id()).entra_only().put(EntraOnlyAuthentication::NAME, &EntraOnlyAuthentication::on());

    databases_put("databases.put", support::with_server()) |c| c.server(server_id()).databases().put("corp_db", &SqlDatabase::standard_s0("eastus2"));
    databases_get("databases.get", support::with_server()) |c| c.server(server_id()).databases().get("hp2_db");
    databases_list("databases.list", support::with_server()) |c| c.server(server_id()).databases().list().collect_all();
    databases_delete("databases.delete", support::with_server()) |c| c.server(server_id()).databases().delete("hp2_db");
    encryption_get("encryption.get", support::with_server()) |c| c.server(server_id()).database("hp2_db").encryption().get(TransparentDataEncryption::NAME);
    encryption_put("encryption.put", support::with_server())
        |c| c.server(server_id()).database("hp2_db").encryption().put(TransparentDataEncryption::NAME, &TransparentDataEncryption::on());
    protector_get("encryption_protector.get", support::with_server()) |c| c.server(server_id()).encryption_protector().get(EncryptionProtector::NAME);

    auditing_get("auditing.get", support::with_server()) |c| c.server(server_id()).auditing().get(AUDITING_NAME);
    auditing_put("auditing.put", support::with_server()) |c| c.server(server_id()).auditing().put(AUDITING_NAME, &ServerAuditing::to_azure_monitor());
    extended_auditing_put("extended_auditing.put", support::with_server())
        |c| c.server(server_id()).extended_auditing().put(AUDITING_NAME, &ServerExtendedAuditing::to_azure_monitor());
    database_auditing_put("database_auditing.put", support::with_server())
        |c| c.server(server_id()).database("hp2_db").auditing().put(AUDITING_NAME, &DatabaseAuditing::to_azure_monitor());
    database_extended_auditing_get("database_extended_auditing.get", support::with_server())
        |c| c.server(server_id()).database("hp2_db").extended_auditing().get(AUDITING_NAME);

    firewall_list("firewall_rules.list", open()) |c| c.server(server_id()).firewall_rules().list().collect_all();
    firewall_put("firewall_rules.put", open()) |c| c.server(server_id()).firewall_rules().put("operator", &FirewallRule::address([203, 0, 113, 7].into()));
    firewall_delete("firewall_rules.delete", open()) |c| c.server(server_id()).firewall_rules().delete("office");

    connection_policy_get("connection_policies.get", support::with_server()) |c| c.server(server_id()).connection_policies().get(ConnectionPolicy::NAME);
    connection_policy_put("connection_policies.put", support::with_server())
        |c| c.server(server_id()).connection_policies().put(ConnectionPolicy::NAME, &ConnectionPolicy::of(ConnectionType::Proxy));
    private_endpoints_list("private_endpoint_connections.list", asked()) |c| c.server(server_id()).private_endpoint_connections().list().collect_all();
    private_endpoint_approve("private_endpoint_connections.approve", asked())
        |c| async move { c.server(server_id()).begin_approve("pe", "by the rollout").await?.await };
}
