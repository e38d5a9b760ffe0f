//! What an application may do in its database, as it finds out itself; and from which subnet it gets there.

use crate::support::{HP2, TENANT, address, as_admin, child, databases, server_id, with_endpoint};
use rhc_core::fake::World;
use rhc_core::{AppId, Error};
use rhc_sql_identity::fake::{SqlSection, Vantage};
use rhc_sql_identity::{
    DatabaseRole, Databases, EffectiveRights, Grant, Observed, SqlSession, plan,
};
use serde_json::json;

const NETWORK: &str =
    "/subscriptions/x/resourceGroups/y/providers/Microsoft.Network/virtualNetworks/rhc-qa-vnet";
const ENDPOINT: &str =
    "/subscriptions/x/resourceGroups/y/providers/Microsoft.Network/privateEndpoints/rhc-qa-sql-pe";
const ZONE: &str = "/subscriptions/x/resourceGroups/y/providers/Microsoft.Network/privateDnsZones/privatelink.database.windows.net";

async fn with_roles(roles: &[DatabaseRole]) -> World {
    let world = with_endpoint().await;
    let grant = Grant {
        user: "rhc-hp2-qa-db".to_owned(),
        client_id: AppId::new(HP2),
        roles: roles.iter().copied().collect(),
    };
    let plan = plan(&[grant], &Observed::default(), &Default::default()).unwrap();
    let admin = as_admin(&world);
    admin.apply(&address("hp2_db"), &plan).await.unwrap();
    world
}

async fn open(world: &World, from: Vantage) -> Result<Box<dyn SqlSession>, Error> {
    let app = world.app_credential(&TENANT.to_string(), HP2);
    databases(world, app, from).open(&address("hp2_db")).await
}

#[tokio::test(start_paused = true)]
async fn an_application_finds_out_what_it_may() {
    let roles = [DatabaseRole::DataReader, DatabaseRole::DataWriter];
    let world = with_roles(&roles).await;
    let mut session = open(&world, Vantage::Inside).await.unwrap();
    let rights = session.effective_rights().await.unwrap();
    assert_eq!(rights, EffectiveRights::of(roles));
    assert!(!session.can_create_tables().await.unwrap());
}

#[tokio::test(start_paused = true)]
async fn who_can_make_a_table_leaves_none() {
    let world = with_roles(&[DatabaseRole::DdlAdmin]).await;
    let mut session = open(&world, Vantage::Inside).await.unwrap();
    assert!(session.can_create_tables().await.unwrap());
    world.with(|state| {
        let catalogue = state
            .section::<SqlSection>()
            .catalogue_mut("rhc-qa-sqlsvr", "hp2_db");
        assert!(catalogue.tables.is_empty());
    });
}

#[tokio::test(start_paused = true)]
async fn a_reader_of_a_table_does_not_write_it() {
    let world = with_roles(&[DatabaseRole::DataReader]).await;
    let table = "dbo.practice".parse().unwrap();
    let mut session = open(&world, Vantage::Inside).await.unwrap();
    let error = session.can_read(&table).await.unwrap_err();
    assert_eq!(error.code(), Some("SQL208"));
    world.with(|state| {
        let catalogue = state
            .section::<SqlSection>()
            .catalogue_mut("rhc-qa-sqlsvr", "hp2_db");
        catalogue.tables.insert("dbo.practice".to_owned());
    });
    assert!(session.can_read(&table).await.unwrap());
    assert!(!session.can_write(&table).await.unwrap());
}

/// The network of the endpoint, and a zone that is linked to it.
fn put_network(world: &World, endpoint_in: &str, linked_to: &str, zone: &str) {
    world.with(|state| {
        let connection = child("privateEndpointConnections", "pe");
        assert!(state.section::<rhc_arm::fake::Arm>().get(connection.as_str()).is_some());
        for body in [
            json!({"id": ENDPOINT, "properties": {"subnet": {"id": format!("{endpoint_in}/subnets/endpoints")},
                "manualPrivateLinkServiceConnections": [{"name": "pe", "properties": {"privateLinkServiceId": server_id().as_str()}}]}}),
            json!({"id": format!("{ENDPOINT}/privateDnsZoneGroups/default"), "properties": {
                "privateDnsZoneConfigs": [{"name": "sql", "properties": {"privateDnsZoneId": zone}}]}}),
            json!({"id": zone, "location": "global"}),
            json!({"id": format!("{zone}/virtualNetworkLinks/link"), "properties": {"virtualNetwork": {"id": linked_to}}}),
        ] {
            rhc_arm::fake::put_resource(state, body);
        }
    });
}

#[tokio::test(start_paused = true)]
async fn a_subnet_reaches_the_server_by_endpoint_zone_and_approval() {
    let from = |network: &str| Vantage::Subnet(format!("{network}/subnets/hp2-apps"));
    let (other, wrong_zone) = (
        NETWORK.replace("rhc-qa-vnet", "other"),
        ZONE.replace("privatelink.", "plain."),
    );
    for (endpoint_in, linked_to, zone, wanted) in [
        (NETWORK, NETWORK, ZONE, Ok(())),
        (&*other, NETWORK, ZONE, Err("SQL47073")),
        (NETWORK, &*other, ZONE, Err("SQL47073")),
        (NETWORK, NETWORK, &*wrong_zone, Err("SQL47073")),
    ] {
        let world = with_roles(&[DatabaseRole::DataReader]).await;
        put_network(&world, endpoint_in, linked_to, zone);
        let found = open(&world, from(NETWORK)).await;
        let found = found
            .map(drop)
            .map_err(|error| error.code().unwrap().to_owned());
        assert_eq!(
            found,
            wanted.map_err(str::to_owned),
            "{endpoint_in} {linked_to} {zone}"
        );
        // Withdrawn, it leads nowhere.
        world.with(|state| {
            let id = child("privateEndpointConnections", "pe");
            let arm = state.section::<rhc_arm::fake::Arm>();
            let path = "properties.privateLinkServiceConnectionState.status";
            arm.get_mut(id.as_str()).unwrap().set(path, "Disconnected");
        });
        let error = open(&world, from(NETWORK)).await.unwrap_err();
        assert_eq!(error.code(), Some("SQL47073"));
    }
}
