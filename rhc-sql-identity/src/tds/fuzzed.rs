//! What a fuzzer answers to our own client.

use std::time::Duration;

use rhc_core::testing::block_on;
use tiberius::{AuthMethod, Client, Config, EncryptionLevel};
use tokio::io::AsyncWriteExt;
use tokio_util::compat::TokioAsyncWriteCompatExt;

use super::databases::TdsOptions;
use super::dial::{TcpDial, Wire};
use super::error;
use super::login::Way;
use super::session::{Limits, Session};
use crate::fake::fuzzed::{answered, welcome};
use crate::session::SqlSession;

const SUFFIX: &str = ".database.windows.net";

/// A server that says anything, in place of its answer to the login or to a batch. The session ends in time, and says
/// whether it can be used again.
pub(crate) fn session(data: &[u8]) {
    let Some((first, rest)) = data.split_first() else {
        return;
    };
    let [prelogin, login] = welcome();
    let said = match first % 4 {
        0 => [prelogin, answered(rest)].concat(),
        1 => [prelogin, login, answered(rest)].concat(),
        // Its packets may be wrong too.
        2 => [prelogin, login, rest.to_vec()].concat(),
        _ => rest.to_vec(),
    };
    block_on(async {
        let (near, mut far) = tokio::io::duplex(1 << 20);
        far.write_all(&said).await.unwrap();
        far.shutdown().await.unwrap();
        let mut config = Config::new();
        config.encryption(EncryptionLevel::NotSupported);
        config.authentication(AuthMethod::aad_token("a.b.c"));
        config.handshake_timeout(None);
        config.command_timeout(None);
        let near: Box<dyn Wire> = Box::new(near);
        let client = match Box::pin(Client::connect(config, near.compat_write())).await {
            Ok(client) => client,
            Err(refused) => {
                let error = error::of_login("h", refused);
                assert!(!format!("{error:?} {error}").contains("trust_cert"));
                return;
            }
        };
        let second = Duration::from_secs(1);
        let limits = Limits {
            command: second,
            age: second * 60,
            idle: second * 60,
        };
        let mut session = Session::new(client, "h/d".to_owned(), limits);
        let first = session.run("SELECT 1").await;
        let again = session.run("SELECT 2").await;
        if let Err(error) = first
            && error.is_outcome_unknown()
        {
            assert!(again.is_err_and(|again| !again.was_sent()), "{error}");
        }
    });
}

/// Where a gateway may lead: to nothing that a client could take for another host than one under the suffix.
pub(crate) fn hosts(text: &str) {
    let options = TdsOptions::default();
    let way = Way {
        dial: &TcpDial,
        options: &options,
        suffix: SUFFIX,
    };
    if way.check("s", text).is_ok() {
        let read = rhc_core::Url::parse(&format!("https://{text}/")).unwrap();
        assert_eq!(read.host_str(), Some(text.to_ascii_lowercase().as_str()));
        assert!(text.ends_with(SUFFIX));
    }
}
