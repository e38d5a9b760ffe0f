//! A SQL server of a World on a port of this machine, for any client that logs in with a token: the driver of an app under
//! test, or one that shall show what this server does.
//!
//! Run with `cargo run -p rhc-sql-identity --features fake --example sql_server`. It prints one JSON document: the port, the certificate to
//! trust, the database, and tokens that are let in or are not. They are of no use anywhere else.

use std::error::Error;
use std::time::Duration;

use rhc_core::AppId;
use rhc_core::fake::authority::{app_token, token_by_reference};
use rhc_core::fake::directory::NewTenant;
use rhc_core::fake::{ObjectKind, State, TenantKind, World, WorldOptions};
use rhc_sql_identity::Sid;
use rhc_sql_identity::fake::{CatalogueUser, SqlSection, TdsServers, Vantage};
use serde_json::{Map, Value, json};
use tokio::net::TcpListener;
use uuid::Uuid;

const HOST: &str = "peers.database.windows.net";
const SQL: &str = "https://database.windows.net";
const TENANT: Uuid = Uuid::from_u128(0xdb);
const OTHER: Uuid = Uuid::from_u128(0xb0);
const APP: Uuid = Uuid::from_u128(0xa9);
const STRANGER: Uuid = Uuid::from_u128(0x57);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let world = World::new(WorldOptions::default());
    rhc_arm::fake::mount(&world);
    rhc_sql_identity::fake::mount(&world);
    world.with(fill)?;
    // Worlds of one seed sign alike; in this one it is two hours earlier.
    let mut earlier = WorldOptions::default();
    earlier.start -= Duration::from_secs(2 * 60 * 60);
    let earlier = World::new(earlier);
    earlier.with(fill)?;
    let mint = |world: &World, tenant, app, audience| {
        let minted = world.with(|state| app_token(state, tenant, app, audience));
        minted.map(|minted| minted.token)
    };
    let token = mint(&world, TENANT, APP, SQL)?;
    let long = |length| world.with(|state| token_by_reference(state, &token, length));
    let tokens = json!({
        "good": token.secret(),
        "300": long(300).secret(),
        "3000": long(3000).secret(),
        "9000": long(9000).secret(),
        "audience": mint(&world, TENANT, APP, "https://graph.microsoft.com")?.secret(),
        "tenant": mint(&world, OTHER, APP, SQL)?.secret(),
        "expired": mint(&earlier, TENANT, APP, SQL)?.secret(),
        "stranger": mint(&world, TENANT, STRANGER, SQL)?.secret(),
    });
    let servers = TdsServers::new(&world)?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let said = json!({
        "host": "localhost",
        "port": listener.local_addr()?.port(),
        "root": servers.root_certificate(),
        "database": "hp2_db",
        "user": "app",
        "tokens": tokens,
    });
    println!("{said}");
    Ok(servers
        .serve(listener, Some(HOST.to_owned()), Vantage::OUTSIDE)
        .await?)
}

/// Two tenants with both applications, and in one of them the server, on whose database one application has rights.
fn fill(state: &mut State) -> Result<(), Box<dyn Error>> {
    for (id, label) in [(TENANT, "rhcdbcore"), (OTHER, "backoffice")] {
        let kind = TenantKind::Workforce;
        let (display_name, country) = (label.to_owned(), "US".to_owned());
        let initial_domain = format!("{label}.onmicrosoft.com");
        let new = NewTenant {
            id,
            kind,
            display_name,
            initial_domain,
            country,
            creator: None,
        };
        state.directory().create_tenant(new)?;
        for (app, name) in [(APP, "app"), (STRANGER, "stranger")] {
            let body = json!({"appId": app, "displayName": name, "servicePrincipalType": "Application", "accountEnabled": true});
            let body: Map<String, Value> = serde_json::from_value(body)?;
            let object = Uuid::new_v5(&id, app.as_bytes());
            state
                .directory()
                .insert_settled(id, ObjectKind::ServicePrincipal, object, body)?;
        }
    }
    let subscription = Uuid::from_u128(0x5b);
    rhc_arm::fake::create_subscription(
        state,
        subscription,
        "peers",
        TENANT,
        STRANGER,
        &["Microsoft.Sql"],
    );
    let server = format!(
        "/subscriptions/{subscription}/resourceGroups/peers/providers/Microsoft.Sql/servers/peers"
    );
    for (child, properties) in [
        ("", json!({"publicNetworkAccess": "Enabled"})),
        (
            "/firewallRules/all",
            json!({"startIpAddress": "0.0.0.0", "endIpAddress": "255.255.255.255"}),
        ),
        ("/databases/hp2_db", json!({"status": "Online"})),
    ] {
        let body = json!({"id": format!("{server}{child}"), "properties": properties});
        rhc_arm::fake::put_resource(state, body);
    }
    let user = CatalogueUser {
        sid: Sid::of_application(AppId::new(APP)),
        kind: "E".to_owned(),
        authentication_type: 4,
        roles: ["db_datareader".to_owned(), "db_ddladmin".to_owned()].into(),
        permissions: Default::default(),
    };
    let catalogue = state
        .section::<SqlSection>()
        .catalogue_mut("peers", "hp2_db");
    catalogue.users.insert("app".to_owned(), user);
    Ok(())
}
