//! Grants over the wire: how often a database is asked, and what is never changed.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use rhc_core::{AppId, Error, ErrorKind};
use rhc_sql_identity::{
    DatabaseRole, Databases, Grant, Row, SqlAddress, SqlDatabase, SqlRetry, SqlSession,
    TdsDatabases,
};
use uuid::Uuid;

use crate::login::Counting;
use crate::support::{ADMIN, HP2, TENANT, address, server};
use crate::wire::Setting;

/// Counts the batches of all sessions.
#[derive(Debug)]
struct Counted(TdsDatabases, Arc<AtomicUsize>);

#[derive(Debug)]
struct CountedSession(Box<dyn SqlSession>, Arc<AtomicUsize>);

#[async_trait]
impl Databases for Counted {
    async fn open(&self, at: &SqlAddress) -> Result<Box<dyn SqlSession>, Error> {
        let session = self.0.open(at).await?;
        Ok(Box::new(CountedSession(session, Arc::clone(&self.1))))
    }

    fn retry(&self) -> SqlRetry {
        self.0.retry()
    }
}

#[async_trait]
impl SqlSession for CountedSession {
    async fn run(&mut self, batch: &str) -> Result<Vec<Row>, Error> {
        self.1.fetch_add(1, Ordering::SeqCst);
        self.0.run(batch).await
    }
}

fn principals(count: u128) -> Vec<Grant> {
    let of = |number| Grant {
        user: format!("rhc-app-{number:03}"),
        client_id: AppId::new(Uuid::from_u128(0xa_0000 + number)),
        roles: [DatabaseRole::DataReader, DatabaseRole::DataWriter].into(),
    };
    (0..count).map(of).collect()
}

struct Bench {
    setting: Setting,
    databases: Counted,
    tokens: Arc<Counting>,
}

impl Bench {
    async fn new() -> Self {
        let setting = Setting::new(&[]).await;
        let corp = SqlDatabase::standard_s0("eastus2");
        let server = server(&setting.world);
        let made = server.databases().put("corp_db", &corp).await;
        made.unwrap();
        let admin = setting.world.user_credential(&TENANT.to_string(), ADMIN);
        let tokens = Arc::new(Counting(admin, AtomicUsize::new(0)));
        let databases = Counted(setting.with(tokens.clone()), Arc::default());
        Self {
            setting,
            databases,
            tokens,
        }
    }

    /// How many batches it took.
    async fn converge(&self, database: &str, wanted: &[Grant]) -> usize {
        let before = self.databases.1.load(Ordering::SeqCst);
        let (at, nobody) = (address(database), BTreeSet::new());
        let done = self.databases.converge(&at, wanted, &nobody).await.unwrap();
        assert!(!done.plan.is_blocked());
        for grant in wanted {
            let there = done.after.user(&grant.user).unwrap();
            assert_eq!(there.sid, Some(grant.sid()));
            assert_eq!(there.roles.len(), grant.roles.len());
        }
        self.databases.1.load(Ordering::SeqCst) - before
    }
}

#[tokio::test(start_paused = true)]
async fn two_databases_and_fifty_principals_take_three_batches_each_and_one_when_there_is_nothing_to_do()
 {
    let bench = Bench::new().await;
    let wanted = principals(50);
    for (database, batches) in [("hp2_db", 3), ("corp_db", 3), ("hp2_db", 1), ("corp_db", 1)] {
        assert_eq!(
            bench.converge(database, &wanted).await,
            batches,
            "{database}"
        );
    }
    let mut fewer = wanted.clone();
    fewer[7].roles = [DatabaseRole::Owner].into();
    assert_eq!(bench.converge("hp2_db", &fewer).await, 3);
    // One token, however many sessions there were, and however many there are at once.
    let at = address("hp2_db");
    let many = (0..20).map(|_| bench.databases.open(&at));
    futures::future::try_join_all(many).await.unwrap();
    assert!(bench.setting.servers.logins().len() >= 25);
    assert_eq!(bench.tokens.1.load(Ordering::SeqCst), 1);
}

#[tokio::test(start_paused = true)]
async fn what_a_person_has_to_decide_on_changes_nothing_until_he_has() {
    let bench = Bench::new().await;
    let other = Grant {
        user: "rhc-hp2-qa-db".to_owned(),
        client_id: AppId::new(Uuid::from_u128(0xb)),
        roles: [DatabaseRole::Owner].into(),
    };
    let mut wanted = principals(2);
    wanted.push(other.clone());
    let at = address("hp2_db");
    let nobody = BTreeSet::new();
    let blocked = bench
        .databases
        .converge(&at, &wanted, &nobody)
        .await
        .unwrap();
    assert!(blocked.plan.is_blocked());
    assert_eq!(
        blocked.after.users.len(),
        1,
        "the others were not made either"
    );
    let [change] = &blocked.plan.sid_changed[..] else {
        panic!("{:?}", blocked.plan)
    };
    assert_eq!(change.user, "rhc-hp2-qa-db");

    let told = BTreeSet::from(["rhc-hp2-qa-db".to_owned()]);
    let done = bench.databases.converge(&at, &wanted, &told).await.unwrap();
    assert_eq!(done.after.users.len(), 3);
    assert_eq!(
        done.after.user("rhc-hp2-qa-db").unwrap().sid,
        Some(other.sid())
    );
    // Who is there and was not asked for is told, and stays.
    let done = bench
        .databases
        .converge(&at, &wanted[..1], &told)
        .await
        .unwrap();
    assert_eq!(done.plan.unexpected.len(), 2);
    assert_eq!(done.after.users.len(), 3);
}

#[tokio::test(start_paused = true)]
async fn names_of_any_kind_come_back_as_they_were_and_too_long_ones_are_never_sent() {
    let bench = Bench::new().await;
    let names = [
        "a]b",
        "[x]; DROP USER [rhc-hp2-qa-db]; --",
        "o'hare \"q\"",
        "Zoë 株式会社 😀",
        &"ä".repeat(128),
    ];
    let wanted: Vec<_> = names
        .iter()
        .zip(principals(5))
        .map(|(name, grant)| Grant {
            user: (*name).to_owned(),
            ..grant
        })
        .collect();
    assert_eq!(bench.converge("corp_db", &wanted).await, 3);
    assert_eq!(bench.converge("corp_db", &wanted).await, 1);
    let sent = bench.databases.1.load(Ordering::SeqCst);
    let long = Grant {
        user: "a".repeat(129),
        client_id: AppId::new(HP2),
        roles: [].into(),
    };
    let (at, nobody) = (address("corp_db"), BTreeSet::new());
    let refused = bench.databases.converge(&at, &[long], &nobody).await;
    let error = refused.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert!(error.to_string().contains("129 UTF-16 units"), "{error}");
    assert_eq!(
        bench.databases.1.load(Ordering::SeqCst),
        sent + 1,
        "a look and no change"
    );
}
