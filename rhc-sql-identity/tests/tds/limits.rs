//! Time: of batches, of sessions, of servers that say nothing.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use rhc_core::ErrorKind;

use rhc_sql_identity::{DatabaseRole, Databases, Dial, SqlSession, TdsDatabases, Wire};
use tokio::time::Instant;

use crate::support::{HP2, TENANT, address};
use crate::wire::{Setting, one, open};

const ROLES: [DatabaseRole; 1] = [DatabaseRole::DataReader];

#[tokio::test(start_paused = true)]
async fn a_batch_that_takes_too_long_is_cancelled_and_the_next_session_goes_on() {
    for strict in [false, true] {
        let mut setting = Setting::new(&ROLES).await;
        setting.options.strict = strict;
        let mut session = open(&setting.as_app()).await.unwrap();
        let started = Instant::now();
        let error = session.run("WAITFOR DELAY '00:10:00'").await.unwrap_err();
        assert_eq!(started.elapsed().as_secs(), 30);
        assert_eq!(error.kind(), ErrorKind::DeadlineExceeded);
        assert!(
            error.to_string().contains("the server has given it up"),
            "{error}"
        );
        // This server says so in a message of its own, as Azure's do, and the library does not read that one.
        too_old(&mut *session, "ended with a batch that was given up").await;
        let mut session = open(&setting.as_app()).await.unwrap();
        assert_eq!(one(&mut *session, "SELECT 1").await.as_deref(), Some("1"));
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_cancelled_batch_began_is_undone_at_the_latest_with_its_session() {
    let setting = Setting::new(&[DatabaseRole::Owner]).await;
    for abort in ["OFF", "ON"] {
        let mut session = open(&setting.as_app()).await.unwrap();
        let batch = format!(
            "SET XACT_ABORT {abort}; BEGIN TRAN; ALTER ROLE db_datareader ADD MEMBER [rhc-hp2-qa-db]; WAITFOR DELAY '01:00'"
        );
        session.run(&batch).await.unwrap_err();
        drop(session);
        let mut session = open(&setting.as_app()).await.unwrap();
        let rights = session.effective_rights().await.unwrap();
        assert!(!rights.roles.contains(&DatabaseRole::DataReader), "{abort}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_caller_who_goes_away_leaves_a_session_that_says_so() {
    let setting = Setting::new(&ROLES).await;
    let mut session = open(&setting.as_app()).await.unwrap();
    let second = Duration::from_secs(1);
    let gone = tokio::time::timeout(second, session.run("WAITFOR DELAY '00:10:00'")).await;
    assert!(gone.is_err());
    let started = Instant::now();
    too_old(&mut *session, "ended with a batch that was given up").await;
    assert!(started.elapsed() < second);
}

async fn too_old(session: &mut dyn SqlSession, why: &str) {
    let error = session.run("SELECT 1").await.unwrap_err();
    assert!(!error.was_sent());
    assert!(error.to_string().contains(why), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_session_ends_with_its_age_its_token_and_its_silence() {
    let mut setting = Setting::new(&ROLES).await;
    setting.options.max_idle = Duration::from_secs(600);
    let mut session = open(&setting.as_app()).await.unwrap();
    // The token lasts for an hour less a second, and so does the session, however busy it is.
    for _ in 0..7 {
        tokio::time::sleep(Duration::from_secs(500)).await;
        assert_eq!(one(&mut *session, "SELECT 1").await.as_deref(), Some("1"));
    }
    tokio::time::sleep(Duration::from_secs(100)).await;
    too_old(&mut *session, "as old as its token").await;

    let mut session = open(&setting.as_app()).await.unwrap();
    tokio::time::sleep(Duration::from_secs(601)).await;
    too_old(&mut *session, "silent for too long").await;

    setting.options.max_age = Duration::from_secs(60);
    let mut session = open(&setting.as_app()).await.unwrap();
    tokio::time::sleep(Duration::from_secs(61)).await;
    too_old(&mut *session, "as old as").await;
    assert_eq!(setting.servers.logins().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn the_server_ends_a_session_that_is_silent_for_half_an_hour() {
    let mut setting = Setting::new(&ROLES).await;
    setting.options.max_idle = Duration::from_secs(7200);
    let mut session = open(&setting.as_app()).await.unwrap();
    tokio::time::sleep(Duration::from_secs(1801)).await;
    let error = session.run("SELECT 1").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NoAnswer, "{error}");
    too_old(&mut *session, "lost its connection").await;
}

/// Takes connections and says nothing, or does not even take them.
#[derive(Debug)]
struct Silent(bool);

#[async_trait::async_trait]
impl Dial for Silent {
    async fn dial(&self, _: &str, _: u16) -> io::Result<Box<dyn Wire>> {
        if !self.0 {
            std::future::pending::<()>().await;
        }
        let (near, far) = tokio::io::duplex(1 << 16);
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_secs(3600)).await;
            drop(far);
        });
        Ok(Box::new(near))
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_says_nothing_is_not_waited_for() {
    let setting = Setting::new(&ROLES).await;
    for (takes, strict, what) in [
        (false, false, "take the connection"),
        (true, false, "answer the login"),
        (true, true, "answer the login"),
    ] {
        let mut options = setting.options.clone();
        options.strict = strict;
        let credential = setting.world.app_credential(&TENANT.to_string(), HP2);
        let cloud = rhc_core::Cloud::public();
        let databases = TdsDatabases::through(&cloud, credential, options, Arc::new(Silent(takes)));
        let started = Instant::now();
        let error = open(&databases).await.unwrap_err();
        assert_eq!(started.elapsed().as_secs(), 30);
        assert!(
            !error.was_sent() && error.to_string().contains(what),
            "{error}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_database_that_is_being_made_is_waited_for() {
    let setting = Setting::new(&ROLES).await;
    let corp = rhc_sql_identity::SqlDatabase::standard_s0("eastus2");
    let making = crate::support::server(&setting.world).databases();
    let making = making.begin_put("corp_db", &corp).await.unwrap();
    let error = setting
        .as_admin()
        .open(&address("corp_db"))
        .await
        .unwrap_err();
    assert_eq!(error.code(), Some("SQL40613"), "{error}");
    setting
        .as_admin()
        .observe(&address("corp_db"))
        .await
        .unwrap();
    let refused = |login: &rhc_sql_identity::fake::TdsLogin| login.refused == Some(40613);
    assert!(
        setting
            .servers
            .logins()
            .iter()
            .filter(|own| refused(own))
            .count()
            > 1
    );
    drop(making);
}
