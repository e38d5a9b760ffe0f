//! Where the gateway leads, and where the token does not go.

use rhc_core::ErrorKind;
use rhc_sql_identity::DatabaseRole;

use crate::wire::{HOST, Setting, one, open};

const WORKER: &str = "fc7eab5b1234.tr5678.eastus2-a.worker.database.windows.net";

#[tokio::test(start_paused = true)]
async fn the_gateway_is_followed_to_a_worker() {
    for strict in [false, true] {
        let mut setting = Setting::new(&[DatabaseRole::DataReader]).await;
        setting.options.strict = strict;
        setting.servers.route(HOST, WORKER, 11_014);
        let mut session = open(&setting.as_app()).await.unwrap();
        let database = one(&mut *session, "SELECT DB_NAME()").await;
        assert_eq!(database.as_deref(), Some("hp2_db"));
        assert_eq!(
            setting.dialed(),
            [(HOST.to_owned(), 1433), (WORKER.to_owned(), 11_014)]
        );
        let logins = setting.servers.logins();
        assert_eq!(logins[0].routed.as_deref(), Some(WORKER));
        assert_eq!((logins[1].host.as_str(), logins[1].refused), (WORKER, None));
    }
}

#[tokio::test(start_paused = true)]
async fn a_host_that_is_not_of_the_cloud_never_gets_the_token() {
    for bad in [
        "worker.database.windows.net.example.com",
        "10.0.0.4",
        "worker.database.chinacloudapi.cn",
        "example.com",
    ] {
        let setting = Setting::new(&[DatabaseRole::DataReader]).await;
        setting.servers.route(HOST, bad, 11_014);
        let error = open(&setting.as_app()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::RefusedOrigin, "{error}");
        assert!(error.to_string().contains("was not sent there"), "{error}");
        // It was not even called.
        assert_eq!(setting.dialed(), [(HOST.to_owned(), 1433)]);
        assert_eq!(setting.servers.logins().len(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_gateway_that_leads_in_circles_is_left() {
    let setting = Setting::new(&[DatabaseRole::DataReader]).await;
    setting.servers.route(HOST, WORKER, 11_000);
    setting.servers.route(WORKER, HOST, 1433);
    let error = open(&setting.as_app()).await.unwrap_err();
    assert!(error.to_string().contains("leads on and on"), "{error}");
    assert_eq!(setting.dialed().len(), 4);
}
