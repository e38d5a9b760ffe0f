//! What an open session does: grants, probes, transactions, and what is refused.

use rhc_core::AppId;
use rhc_sql_identity::{
    DatabaseRole, Databases, EffectiveRights, Grant, Observation, Observed, TdsDatabases, plan,
};
use tokio_util::compat::TokioAsyncWriteCompatExt;
use uuid::Uuid;

use crate::support::{TENANT, address, with_endpoint};
use crate::wire::{HOST, Setting, one, open};
use rhc_sql_identity::fake::Vantage;

async fn observed(databases: &TdsDatabases) -> Observed {
    match databases.observe(&address("hp2_db")).await.unwrap() {
        Observation::Known(observed) => observed,
        Observation::NotObservable { reason } => panic!("{reason}"),
    }
}

#[tokio::test(start_paused = true)]
async fn grants_are_applied_and_seen_over_the_wire() {
    let setting = Setting::of(with_endpoint().await, Vantage::Inside);
    let databases = setting.as_admin();
    assert_eq!(observed(&databases).await, Observed::default());
    // Enough of them that both the batch and its answer take many packets.
    let wanted: Vec<_> = (0..50_u128)
        .map(|n| Grant {
            user: format!("rhc-übung-{n}-]x"),
            client_id: AppId::new(Uuid::from_u128(0x1000 + n)),
            roles: [DatabaseRole::DataReader, DatabaseRole::DataWriter].into(),
        })
        .collect();
    let first = plan(&wanted, &observed(&databases).await, &Default::default()).unwrap();
    let before = setting.servers.logins().len();
    databases.apply(&address("hp2_db"), &first).await.unwrap();
    let now = observed(&databases).await;
    assert_eq!(setting.servers.logins().len(), before + 2);
    assert_eq!(now.users.len(), 50);
    assert!(plan(&wanted, &now, &Default::default()).unwrap().is_empty());
    // The other way in sees the same.
    let other = crate::support::as_admin(&setting.world);
    let seen = other.observe(&address("hp2_db")).await.unwrap();
    assert_eq!(seen, Observation::Known(now));
}

#[tokio::test(start_paused = true)]
async fn a_plan_that_no_longer_fits_changes_nothing() {
    let setting = Setting::of(with_endpoint().await, Vantage::Inside);
    let databases = setting.as_admin();
    let grant = |n| Grant {
        user: format!("user-{n}"),
        client_id: AppId::new(Uuid::from_u128(n)),
        roles: [DatabaseRole::DataReader].into(),
    };
    let plan_of =
        |grants: &[Grant]| plan(grants, &Observed::default(), &Default::default()).unwrap();
    databases
        .apply(&address("hp2_db"), &plan_of(&[grant(2)]))
        .await
        .unwrap();
    let error = databases
        .apply(&address("hp2_db"), &plan_of(&[grant(1), grant(2)]))
        .await;
    assert_eq!(error.unwrap_err().code(), Some("SQL15023"));
    assert_eq!(observed(&databases).await.users.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_session_finds_out_what_it_may() {
    let roles = [DatabaseRole::DataReader, DatabaseRole::DdlAdmin];
    let setting = Setting::new(&roles).await;
    let mut session = open(&setting.as_app()).await.unwrap();
    assert_eq!(
        session.effective_rights().await.unwrap(),
        EffectiveRights::of(roles)
    );
    assert!(session.can_create_tables().await.unwrap());
    let table = "dbo.practice".parse().unwrap();
    let error = session.can_read(&table).await.unwrap_err();
    assert_eq!(error.code(), Some("SQL208"));
    // What is refused does not end the session.
    for (batch, code) in [
        ("DROP DATABASE hp2_db", "SQL102"),
        (
            "SELECT 1; CREATE USER x WITH SID = 0x00, TYPE = E",
            "SQL15419",
        ),
        ("DROP USER [rhc-hp2-qa-db]", "SQL15151"),
        ("USE master", "SQL40508"),
    ] {
        let error = session.run(batch).await.unwrap_err();
        assert_eq!(
            (error.code(), error.is_outcome_unknown()),
            (Some(code), false),
            "{error}"
        );
    }
    assert_eq!(one(&mut *session, "SELECT 7").await.as_deref(), Some("7"));
    assert_eq!(
        one(&mut *session, "SELECT 1; SELECT N'last' AS x")
            .await
            .as_deref(),
        Some("last")
    );
    let edition = "SELECT SERVERPROPERTY('EngineEdition'), CONVERT(int, SERVERPROPERTY('IsExternalAuthenticationOnly'))";
    let rows = session.run(edition).await.unwrap();
    assert_eq!(rows, [[Some("5".to_owned()), Some("1".to_owned())]]);
}

#[tokio::test(start_paused = true)]
async fn a_transaction_lasts_over_batches_and_ends_with_its_session() {
    let setting = Setting::of(with_endpoint().await, Vantage::Inside);
    let databases = setting.as_admin();
    let mut session = open(&databases).await.unwrap();
    let create = "CREATE USER [a] WITH SID = 0x1798D583FD870F4AA6B909C04D126368, TYPE = E";
    session.run("BEGIN TRANSACTION").await.unwrap();
    session.run(create).await.unwrap();
    assert_eq!(
        one(&mut *session, "SELECT @@TRANCOUNT").await.as_deref(),
        Some("1")
    );
    assert!(observed(&databases).await.users.is_empty());
    drop(session);
    assert!(observed(&databases).await.users.is_empty());
    let mut session = open(&databases).await.unwrap();
    session.run("BEGIN TRANSACTION").await.unwrap();
    session.run(create).await.unwrap();
    session.run("COMMIT").await.unwrap();
    assert_eq!(observed(&databases).await.users.len(), 1);
}

/// What our client does not send: calls with parameters, and requests to the transaction manager.
#[tokio::test(start_paused = true)]
async fn other_clients_call_with_parameters_and_ask_for_transactions() {
    let setting = Setting::of(with_endpoint().await, Vantage::Inside);
    let token = setting
        .world
        .user_credential(&TENANT.to_string(), crate::support::ADMIN);
    let token = token
        .get_token(&["https://database.windows.net/.default"], None)
        .await
        .unwrap();
    let mut config = tiberius::Config::new();
    config.host(HOST);
    config.database("hp2_db");
    config.authentication(tiberius::AuthMethod::aad_token(token.token.secret()));
    config.trust_cert_ca_bundle(setting.servers.root_certificate().as_bytes());
    config.encryption(tiberius::EncryptionLevel::Required);
    let stream = setting.servers.connect(HOST, Vantage::Inside);
    let login = tiberius::Client::connect(config, stream.compat_write());
    let mut client = Box::pin(login).await.unwrap();
    let long = "ü".repeat(5000);
    let text = long.as_str();
    let parameters: [&dyn tiberius::ToSql; 2] = [&7_i32, &text];
    let rows = client.query("SELECT @P1 AS a, CAST(@P2 AS nvarchar(4000))", &parameters);
    let row = rows.await.unwrap().into_row().await.unwrap().unwrap();
    assert_eq!(row.get::<i32, _>("a"), Some(7));
    assert_eq!(
        row.get::<&str, _>(1).map(|text| text.chars().count()),
        Some(4000)
    );
    let missing = client.query("SELECT @P2", &[&1_i32]).await.err();
    assert_eq!(missing.and_then(|error| error.code()), Some(137));
    let create = "CREATE TABLE [dbo].[t] ([id] int NOT NULL)";
    client.begin_transaction().await.unwrap();
    client
        .simple_query(create)
        .await
        .unwrap()
        .into_results()
        .await
        .unwrap();
    client.rollback_transaction().await.unwrap();
    client.begin_transaction().await.unwrap();
    client
        .simple_query(create)
        .await
        .unwrap()
        .into_results()
        .await
        .unwrap();
    client.commit_transaction().await.unwrap();
    let refused = client.commit_transaction().await.unwrap_err();
    assert_eq!(refused.code(), Some(3902));
    let again = client.simple_query(create).await.err();
    assert_eq!(again.and_then(|error| error.code()), Some(2714));
}
