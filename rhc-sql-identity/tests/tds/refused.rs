//! Who does not get in, and what he is told.

use std::time::Duration;

use rhc_core::fake::authority;
use rhc_core::{Error, ErrorKind};
use rhc_sql_identity::fake::{SqlSection, Vantage};
use rhc_sql_identity::{DatabaseRole, Databases, Observation};

use crate::support::{HP2, OTHER_TENANT, STRANGER, TENANT, address, with_server};
use crate::wire::{HOST, Setting, open};

const SQL: &str = "https://database.windows.net";
const ROLES: [DatabaseRole; 1] = [DatabaseRole::DataReader];

async fn refused(setting: &Setting, token: String) -> Error {
    open(&setting.with_token(token)).await.unwrap_err()
}

#[tokio::test(start_paused = true)]
async fn a_token_for_somebody_else_is_refused_and_says_why() {
    for strict in [false, true] {
        let mut setting = Setting::new(&ROLES).await;
        setting.options.strict = strict;
        let mint = |tenant, audience: &str| {
            let token = setting
                .world
                .with(|state| authority::app_token(state, tenant, HP2, audience));
            token.unwrap().token.secret().to_owned()
        };
        let good = mint(TENANT, SQL);
        open(&setting.with_token(good.clone())).await.unwrap();
        let forged = format!("{}AAAA", &good[..good.len() - 4]);
        for token in [
            mint(TENANT, "https://graph.microsoft.com"),
            mint(OTHER_TENANT, SQL),
            forged,
            "no token\u{1}at all".to_owned(),
        ] {
            let error = refused(&setting, token).await;
            assert_eq!(error.code(), Some("SQL18456"), "{error}");
            let text = error.to_string();
            assert!(
                text.contains("State 1") && text.contains("application (client) id"),
                "{text}"
            );
        }
        // And one whose time is over.
        tokio::time::sleep(Duration::from_secs(3600)).await;
        let error = refused(&setting, good).await;
        assert_eq!(error.code(), Some("SQL18456"));
        assert_eq!(
            setting
                .servers
                .logins()
                .iter()
                .filter(|own| own.refused == Some(18456))
                .count(),
            5
        );
    }
}

#[tokio::test(start_paused = true)]
async fn an_identity_without_a_user_is_refused() {
    let setting = Setting::new(&ROLES).await;
    let stranger = setting.world.user_credential(&TENANT.to_string(), STRANGER);
    let error = open(&setting.with(stranger)).await.unwrap_err();
    assert_eq!(
        (error.code(), error.kind()),
        (Some("SQL18456"), ErrorKind::Status)
    );
    // The same application, when its user has another SID.
    setting.world.with(|state| {
        let section = state.section::<SqlSection>();
        let catalogue = section.catalogue_mut("rhc-qa-sqlsvr", "hp2_db");
        let user = catalogue.users.get_mut("rhc-hp2-qa-db").unwrap();
        user.sid = "0x00112233445566778899AABBCCDDEEFF".parse().unwrap();
    });
    let error = open(&setting.as_app()).await.unwrap_err();
    assert_eq!(error.code(), Some("SQL18456"));
}

#[tokio::test(start_paused = true)]
async fn doors_that_are_closed_say_so() {
    let setting = Setting::of(with_server().await, Vantage::OUTSIDE);
    let error = open(&setting.as_admin()).await.unwrap_err();
    assert_eq!((error.code(), error.was_sent()), (Some("SQL47073"), false));
    let seen = setting
        .as_admin()
        .observe(&address("hp2_db"))
        .await
        .unwrap();
    assert!(
        matches!(seen, Observation::NotObservable { .. }),
        "{seen:?}"
    );

    let setting = Setting::new(&ROLES).await;
    for (database, code) in [("nothing", "SQL4060"), ("master", "SQL18456")] {
        let error = setting.as_app().open(&address(database)).await.unwrap_err();
        assert_eq!(error.code(), Some(code), "{error}");
    }
    let elsewhere = rhc_sql_identity::SqlAddress::new(
        &rhc_core::Cloud::public(),
        "other.database.windows.net",
        "hp2_db",
    );
    let error = setting
        .as_app()
        .open(&elsewhere.unwrap())
        .await
        .unwrap_err();
    assert_eq!(error.code(), Some("SQL40532"));
}

#[tokio::test(start_paused = true)]
async fn a_host_that_nobody_answers_at_and_one_of_another_cloud_get_nothing() {
    let setting = Setting::new(&ROLES).await;
    let at = |cloud: &rhc_core::Cloud, host: &str| {
        rhc_sql_identity::SqlAddress::new(cloud, host, "hp2_db").unwrap()
    };
    let nowhere = at(&rhc_core::Cloud::public(), "nowhere.database.windows.net");
    let error = setting.as_app().open(&nowhere).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotSent);
    assert!(
        error.to_string().contains("cannot be reached at port 1433"),
        "{error}"
    );
    let china = at(&rhc_core::Cloud::china(), "s.database.chinacloudapi.cn");
    let error = setting.as_app().open(&china).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::RefusedOrigin);
    assert!(
        !setting
            .dialed()
            .iter()
            .any(|(host, _)| host.ends_with(".cn"))
    );
}

/// What our client cannot send: another one, with a user name and a password, over the same TLS.
#[tokio::test(start_paused = true)]
async fn a_user_name_and_a_password_are_refused_whoever_sends_them() {
    use tokio_util::compat::TokioAsyncWriteCompatExt;
    let setting = Setting::new(&ROLES).await;
    for strict in [false, true] {
        let mut config = tiberius::Config::new();
        config.host(HOST);
        config.database("hp2_db");
        config.authentication(tiberius::AuthMethod::sql_server("sa", "anything"));
        config.trust_cert_ca_bundle(setting.servers.root_certificate().as_bytes());
        config.encryption(if strict {
            tiberius::EncryptionLevel::Strict
        } else {
            tiberius::EncryptionLevel::Required
        });
        let stream = setting.servers.connect(HOST, Vantage::Inside);
        let login = Box::pin(tiberius::Client::connect(config, stream.compat_write()));
        match login.await {
            Err(tiberius::error::Error::Server(error)) => {
                assert_eq!((error.code(), error.state(), error.class()), (18456, 1, 14));
                assert!(error.message().contains("only authentication is enabled"));
            }
            other => panic!("{:?}", other.err()),
        }
    }
    // Without encryption nothing is answered at all.
    let mut config = tiberius::Config::new();
    config.host(HOST);
    config.authentication(tiberius::AuthMethod::sql_server("sa", "anything"));
    config.encryption(tiberius::EncryptionLevel::NotSupported);
    let stream = setting.servers.connect(HOST, Vantage::Inside);
    let login = Box::pin(tiberius::Client::connect(config, stream.compat_write()));
    assert!(login.await.is_err());
    assert!(
        setting
            .servers
            .logins()
            .iter()
            .all(|own| own.refused == Some(18456))
    );
    assert_eq!(setting.servers.logins().len(), 2);
}

/// Every number that Microsoft's pages name for a login, as a server sends it.
#[tokio::test(start_paused = true)]
async fn every_number_of_a_refused_login_comes_with_cause_and_remedy() {
    use rhc_sql_identity::{SqlAddress, SqlError};
    let setting = Setting::new(&ROLES).await;
    let databases = setting.as_app();
    let at: SqlAddress = address("hp2_db");
    for (number, way_out) in [
        (18456, "application (client) id"),
        (4060, "database's name"),
        (40532, "suffix"),
        (40615, "let in"),
        (47073, "private endpoint"),
        (47072, "TLS"),
        (42101, "change that first"),
    ] {
        let said = SqlError::new(number, 1, "as the server says it");
        setting.servers.refuse(HOST, said, 1);
        let error = databases.open(&at).await.unwrap_err();
        assert!(error.has_code(&format!("SQL{number}")), "{error}");
        let text = error.to_string();
        assert!(
            text.contains("as the server says it") && text.contains(way_out),
            "{text}"
        );
        // A closed door is told apart, because nobody has asked the database anything.
        let closed = matches!(number, 40615 | 47073);
        assert_eq!(error.was_sent(), !closed, "{number}");
        // What stays wrong is not tried again.
        setting
            .servers
            .refuse(HOST, SqlError::new(number, 1, "m"), 2);
        let before = setting.servers.logins().len();
        match databases.observe(&at).await {
            Ok(Observation::NotObservable { reason }) => assert!(closed && !reason.is_empty()),
            Ok(other) => panic!("{number}: {other:?}"),
            Err(error) => assert!(!closed, "{error}"),
        }
        assert_eq!(setting.servers.logins().len(), before + 1, "{number}");
    }
    for number in [40197, 40501, 40613, 49918, 49919, 49920, 4221, 615, 926] {
        let busy = SqlError {
            class: 17,
            ..SqlError::new(number, 1, "busy")
        };
        setting.servers.refuse(HOST, busy.clone(), 1);
        let error = databases.open(&at).await.unwrap_err();
        assert!(
            error.to_string().contains("try again in some seconds"),
            "{error}"
        );
        // And it is tried again, not before five seconds are over.
        setting.servers.refuse(HOST, busy, 2);
        let began = tokio::time::Instant::now();
        let seen = databases.observe(&at).await.unwrap();
        assert!(matches!(seen, Observation::Known(_)), "{number}");
        assert_eq!(began.elapsed().as_secs(), 5 + 10, "{number}");
    }
}
