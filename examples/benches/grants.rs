//! Grants over the wire, measured alone: two databases and fifty principals, from nothing and when there is nothing to do.
//!
//! Prints one JSON document for `cargo xtask bench`.

use std::collections::BTreeSet;
use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use azure_core::credentials::{AccessToken, TokenCredential, TokenRequestOptions};
use rhc_core::fake::directory::NewTenant;
use rhc_core::fake::{ObjectKind, TenantKind, World, WorldOptions};
use rhc_core::{AppId, Cloud};
use rhc_sql_identity::fake::{TdsServers, Vantage};
use rhc_sql_identity::{
    DatabaseRole, Databases, Grant, Row, SqlAddress, SqlRetry, SqlSession, TdsDatabases,
};
use serde_json::json;
use uuid::Uuid;

const TENANT: Uuid = Uuid::from_u128(0xdb);
const ADMIN: Uuid = Uuid::from_u128(0xad);
const DATABASES: [&str; 2] = ["corp_db", "hp2_db"];
const PRINCIPALS: u128 = 50;
const RUNS: usize = 8;

/// Counts what is asked.
#[derive(Debug, Default)]
struct Counts {
    tokens: AtomicUsize,
    sessions: AtomicUsize,
    batches: AtomicUsize,
}

#[derive(Debug)]
struct Tokens(Arc<dyn TokenCredential>, Arc<Counts>);

#[async_trait]
impl TokenCredential for Tokens {
    async fn get_token(
        &self,
        scopes: &[&str],
        options: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        self.1.tokens.fetch_add(1, Ordering::Relaxed);
        self.0.get_token(scopes, options).await
    }
}

#[derive(Debug)]
struct Counted(TdsDatabases, Arc<Counts>);

#[async_trait]
impl Databases for Counted {
    async fn open(&self, at: &SqlAddress) -> rhc_core::Result<Box<dyn SqlSession>> {
        self.1.sessions.fetch_add(1, Ordering::Relaxed);
        let session = self.0.open(at).await?;
        Ok(Box::new(CountedSession(session, Arc::clone(&self.1))))
    }

    fn retry(&self) -> SqlRetry {
        self.0.retry()
    }
}

#[derive(Debug)]
struct CountedSession(Box<dyn SqlSession>, Arc<Counts>);

#[async_trait]
impl SqlSession for CountedSession {
    async fn run(&mut self, batch: &str) -> rhc_core::Result<Vec<Row>> {
        self.1.batches.fetch_add(1, Ordering::Relaxed);
        self.0.run(batch).await
    }
}

/// A World with a server, its databases and its administrator.
fn world() -> World {
    let world = World::new(WorldOptions::default());
    rhc_arm::fake::mount(&world);
    rhc_sql_identity::fake::mount(&world);
    world.with(|state| {
        let tenant = NewTenant {
            id: TENANT,
            kind: TenantKind::Workforce,
            display_name: "rhcdbcore".to_owned(),
            initial_domain: "rhcdbcore.onmicrosoft.com".to_owned(),
            country: "US".to_owned(),
            creator: None,
        };
        let _ = state.directory().create_tenant(tenant);
        let body = json!({"displayName": "admin", "userPrincipalName": "admin@rhcdbcore.onmicrosoft.com", "accountEnabled": true});
        let body = serde_json::from_value(body).unwrap_or_default();
        let _ = state.directory().insert_settled(TENANT, ObjectKind::User, ADMIN, body);
        let subscription = Uuid::from_u128(0x5b);
        rhc_arm::fake::create_subscription(state, subscription, "s", TENANT, ADMIN, &["Microsoft.Sql"]);
        let server = format!("/subscriptions/{subscription}/resourceGroups/g/providers/Microsoft.Sql/servers/rhc-qa-sqlsvr");
        rhc_arm::fake::put_resource(state, json!({"id": server, "properties": {"publicNetworkAccess": "Enabled"}}));
        let all = json!({"startIpAddress": "0.0.0.0", "endIpAddress": "255.255.255.255"});
        rhc_arm::fake::put_resource(state, json!({"id": format!("{server}/firewallRules/all"), "properties": all}));
        let admin = json!({"id": format!("{server}/administrators/ActiveDirectory"), "properties": {"sid": ADMIN}});
        rhc_arm::fake::put_resource(state, admin);
        for database in DATABASES {
            let id = format!("{server}/databases/{database}");
            rhc_arm::fake::put_resource(state, json!({"id": id, "properties": {"status": "Online"}}));
        }
    });
    world
}

/// Brings all databases to what is wanted; how long it took, and the most batches that one of them took.
async fn converge(
    databases: &Counted,
    wanted: &[Grant],
) -> Result<(Duration, usize), Box<dyn Error>> {
    let began = now();
    let mut most = 0;
    for database in DATABASES {
        let host = "rhc-qa-sqlsvr.database.windows.net";
        let at = SqlAddress::new(&Cloud::public(), host, database)?;
        let before = databases.1.batches.load(Ordering::Relaxed);
        let done = databases.converge(&at, wanted, &BTreeSet::new()).await?;
        if done.after.users.len() != wanted.len() {
            return Err(format!("{at} has {} users", done.after.users.len()).into());
        }
        most = most.max(databases.1.batches.load(Ordering::Relaxed) - before);
    }
    Ok((began.elapsed(), most))
}

#[expect(
    clippy::disallowed_methods,
    reason = "real time is what is measured here"
)]
fn now() -> Instant {
    Instant::now()
}

async fn run() -> Result<serde_json::Value, Box<dyn Error>> {
    let of = |number| Grant {
        user: format!("rhc-app-{number:03}"),
        client_id: AppId::new(Uuid::from_u128(0xa_0000 + number)),
        roles: [DatabaseRole::DataReader, DatabaseRole::DataWriter].into(),
    };
    let wanted: Vec<_> = (0..PRINCIPALS).map(of).collect();
    let mut times = (Vec::new(), Vec::new());
    let mut figures = json!(null);
    for _ in 0..RUNS {
        let world = world();
        let counts = Arc::new(Counts::default());
        let admin = world.user_credential(&TENANT.to_string(), ADMIN);
        let tokens = Arc::new(Tokens(admin, Arc::clone(&counts)));
        let servers = TdsServers::of(&world)?;
        let clock = world.clock();
        let databases = servers.databases(&Cloud::public(), tokens, clock, Vantage::OUTSIDE);
        let databases = Counted(databases, Arc::clone(&counts));
        let (time, batches) = converge(&databases, &wanted).await?;
        times.0.push(time);
        let (time, no_op) = converge(&databases, &wanted).await?;
        times.1.push(time);
        figures = json!({
            "databases": DATABASES.len(),
            "principals": wanted.len(),
            "batches": batches,
            "noOpBatches": no_op,
            "sessions": counts.sessions.load(Ordering::Relaxed),
            "tokens": counts.tokens.load(Ordering::Relaxed),
        });
    }
    for (name, times) in [("seconds", &mut times.0), ("noOpSeconds", &mut times.1)] {
        times.sort();
        let middle = times.get(times.len() / 2).copied().unwrap_or_default();
        figures[name] = middle.as_secs_f64().into();
    }
    Ok(figures)
}

fn main() -> Result<(), Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()?;
    println!("{}", runtime.block_on(run())?);
    Ok(())
}
