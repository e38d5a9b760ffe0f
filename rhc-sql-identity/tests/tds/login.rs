//! Who gets in, and how.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use azure_core::credentials::{AccessToken, TokenCredential, TokenRequestOptions};
use rhc_core::fake::authority;
use rhc_sql_identity::fake::{TdsServers, Vantage};
use rhc_sql_identity::{DatabaseRole, Databases, TdsDatabases, TdsOptions};

use crate::support::{HP2, TENANT, address};
use crate::wire::{HOST, Setting, one, open};

const SQL: &str = "https://database.windows.net";
const ROLES: [DatabaseRole; 1] = [DatabaseRole::DataReader];

#[tokio::test(start_paused = true)]
async fn an_application_gets_in_with_tls_in_prelogin_and_with_tls_first() {
    for strict in [false, true] {
        let mut setting = Setting::new(&ROLES).await;
        setting.options.strict = strict;
        let mut session = open(&setting.as_app()).await.unwrap();
        let who = "SELECT DB_NAME() AS d, USER_NAME(), @@SPID, NULL";
        let rows = session.run(who).await.unwrap();
        assert_eq!(rows[0][0].as_deref(), Some("hp2_db"));
        assert_eq!(rows[0][1].as_deref(), Some("rhc-hp2-qa-db"));
        assert_eq!(rows[0][3], None);
        let logins = setting.servers.logins();
        let [login] = &logins[..] else {
            panic!("{logins:?}")
        };
        assert_eq!((login.strict, login.refused), (strict, None));
        assert_eq!(
            (login.host.as_str(), login.database.as_str()),
            (HOST, "hp2_db")
        );
        assert_eq!(setting.dialed(), [(HOST.to_owned(), 1433)]);
    }
}

#[tokio::test(start_paused = true)]
async fn short_tokens_come_in_one_packet_and_long_ones_in_many() {
    for strict in [false, true] {
        let mut setting = Setting::new(&ROLES).await;
        setting.options.strict = strict;
        for length in [300, 3000, 9000] {
            let token = setting.world.with(|state| {
                let minted = authority::app_token(state, TENANT, HP2, SQL).unwrap();
                authority::token_by_reference(state, &minted.token, length)
            });
            let databases = setting.with_token(token.secret().to_owned());
            let mut session = open(&databases).await.unwrap();
            assert_eq!(
                one(&mut *session, "SELECT USER_NAME()").await.as_deref(),
                Some("rhc-hp2-qa-db")
            );
            let login = setting.servers.logins().pop().unwrap();
            assert_eq!((login.token_length, login.refused), (length, None));
        }
        // One that nobody gave out is read to its end all the same.
        let error = open(&setting.with_token("t".repeat(300)))
            .await
            .unwrap_err();
        assert_eq!(error.code(), Some("SQL18456"));
        assert_eq!(setting.servers.logins().pop().unwrap().token_length, 300);
    }
}

/// Counts how often a token is asked for.
#[derive(Debug)]
pub(crate) struct Counting(pub(crate) Arc<dyn TokenCredential>, pub(crate) AtomicUsize);

#[async_trait::async_trait]
impl TokenCredential for Counting {
    async fn get_token(
        &self,
        scopes: &[&str],
        options: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        self.1.fetch_add(1, Ordering::SeqCst);
        self.0.get_token(scopes, options).await
    }
}

#[tokio::test(start_paused = true)]
async fn one_token_serves_many_sessions() {
    let setting = Setting::new(&ROLES).await;
    let credential = setting.world.app_credential(&TENANT.to_string(), HP2);
    let counting = Arc::new(Counting(credential, AtomicUsize::new(0)));
    let databases = setting.with(counting.clone());
    let at = address("hp2_db");
    let sessions = futures::future::join_all((0..8).map(|_| databases.open(&at))).await;
    assert!(sessions.iter().all(Result::is_ok));
    assert_eq!(setting.servers.logins().len(), 8);
    assert_eq!(counting.1.load(Ordering::SeqCst), 1);
    // When it nears its end, another one is asked for.
    tokio::time::sleep(std::time::Duration::from_secs(3400)).await;
    open(&databases).await.unwrap();
    assert_eq!(counting.1.load(Ordering::SeqCst), 2);
}

#[tokio::test(start_paused = true)]
async fn a_server_of_another_root_never_sees_the_token() {
    let setting = Setting::new(&ROLES).await;
    let stranger = TdsServers::new(&setting.world).unwrap();
    let mut options = setting.options.clone();
    options.root = Some(stranger.root_certificate().to_owned());
    for strict in [false, true] {
        options.strict = strict;
        let credential = setting.world.app_credential(&TENANT.to_string(), HP2);
        let cloud = rhc_core::Cloud::public();
        let databases =
            TdsDatabases::through(&cloud, credential, options.clone(), setting.dial.clone());
        let error = open(&databases).await.unwrap_err();
        assert!(!error.was_sent(), "{error}");
        assert!(error.to_string().contains("no token was sent"), "{error}");
        assert!(!format!("{error:?}").contains("trust_cert"), "{error:?}");
    }
    assert_eq!(setting.servers.logins(), []);
}

#[tokio::test(start_paused = true)]
async fn a_session_goes_over_a_socket_too() {
    let setting = Setting::new(&ROLES).await;
    // A paused clock runs ahead while tokio waits for a socket.
    tokio::time::resume();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let servers = setting.servers.clone();
    let serving = tokio::spawn(async move { servers.serve(listener, None, Vantage::Inside).await });

    /// Every name leads to this machine.
    #[derive(Debug)]
    struct Here(u16);
    #[async_trait::async_trait]
    impl rhc_sql_identity::Dial for Here {
        async fn dial(&self, _: &str, _: u16) -> std::io::Result<Box<dyn rhc_sql_identity::Wire>> {
            rhc_sql_identity::TcpDial.dial("127.0.0.1", self.0).await
        }
    }
    let credential = setting.world.app_credential(&TENANT.to_string(), HP2);
    let cloud = rhc_core::Cloud::public();
    let options: TdsOptions = setting.options.clone();
    let databases = TdsDatabases::through(&cloud, credential, options, Arc::new(Here(port)));
    let mut session = open(&databases).await.unwrap();
    let rights = session.effective_rights().await.unwrap();
    assert_eq!(rights, rhc_sql_identity::EffectiveRights::of(ROLES));
    drop(session);
    serving.abort();
}

#[tokio::test(start_paused = true)]
async fn a_world_has_its_servers_once() {
    let setting = Setting::new(&ROLES).await;
    let servers = TdsServers::of(&setting.world).unwrap();
    let again = TdsServers::of(&setting.world).unwrap();
    assert_eq!(servers.root_certificate(), again.root_certificate());
    let credential = setting.world.app_credential(&TENANT.to_string(), HP2);
    let cloud = rhc_core::Cloud::public();
    let clock = setting.world.clock();
    // Whoever made the user has been here before.
    let before = again.logins().len();
    let databases = servers.databases(&cloud, credential, clock, Vantage::Inside);
    let mut session = open(&databases).await.unwrap();
    assert_eq!(one(&mut *session, "SELECT 1").await.as_deref(), Some("1"));
    assert_eq!(again.logins().len(), before + 1);
}
