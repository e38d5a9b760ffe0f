//! Logging in, and following the gateway.

use std::time::Duration;

use azure_core::credentials::AccessToken;
use rhc_core::{Error, ErrorKind, Result};
use tiberius::{AuthMethod, Client, Config, EncryptionLevel};
use tokio_util::compat::{Compat, TokioAsyncWriteCompatExt};

use crate::session::SqlAddress;

use super::databases::TdsOptions;
use super::dial::{Dial, Wire};
use super::error;

/// A client that was let in.
pub(super) type Tds = Client<Compat<Box<dyn Wire>>>;

/// The port of every server; the gateway may lead to others.
const PORT: u16 = 1433;
/// How often the gateway is followed.
const HOPS: usize = 3;

/// Where a login is tried, and how.
#[derive(Debug)]
pub(super) struct Way<'a> {
    pub(super) dial: &'a dyn Dial,
    pub(super) options: &'a TdsOptions,
    /// The suffix of the cloud's servers, with its leading dot.
    pub(super) suffix: &'a str,
}

impl Way<'_> {
    /// Logs in at a server, and where its gateway leads to.
    pub(super) async fn login(&self, at: &SqlAddress, token: &AccessToken) -> Result<Tds> {
        self.check(at.host(), at.host())?;
        let (mut host, mut port) = (at.host().to_owned(), PORT);
        for _ in 0..=HOPS {
            let reached = self.dial(&host, port).await?;
            let config = self.config(&host, port, at.database(), token);
            let limit = self.options.login_timeout;
            let login = Box::pin(Tds::connect(config, reached.compat_write()));
            match tokio::time::timeout(limit, login).await {
                Err(_) => return Err(slow(&host, "answer the login", limit)),
                Ok(Ok(client)) => return Ok(client),
                Ok(Err(tiberius::error::Error::Routing {
                    host: next,
                    port: its,
                })) => {
                    // A worker is named as `host\instance`; the instance is the gateway's affair.
                    let next = next.split('\\').next().unwrap_or_default();
                    let next = next.trim_end_matches('.').to_ascii_lowercase();
                    // Before anything is sent there, and above all the token.
                    self.check(&host, &next)?;
                    tracing::debug!(from = %host, to = %next, port = its, "following the SQL gateway");
                    (host, port) = (next, its);
                }
                Ok(Err(refused)) => return Err(error::of_login(&host, refused)),
            }
        }
        let message = format!(
            "the gateway of {} leads on and on: given up at {host} after {HOPS} times (try again in some minutes; the server may be moving)",
            at.host()
        );
        Err(Error::new(ErrorKind::NotSent, "sql.open", message))
    }

    async fn dial(&self, host: &str, port: u16) -> Result<Box<dyn Wire>> {
        let limit = self.options.connect_timeout;
        let reached = tokio::time::timeout(limit, self.dial.dial(host, port)).await;
        let Ok(reached) = reached else {
            return Err(slow(host, "take the connection", limit));
        };
        reached.map_err(|cause| {
            let message = format!(
                "{host} cannot be reached at port {port}: {cause} (look at the name, at DNS, and whether this network lets \
                 1433 out, and 11000 to 11999 inside of Azure)"
            );
            Error::new(ErrorKind::NotSent, "sql.open", message).with_source(cause)
        })
    }

    /// A host gets the token only under the suffix of the cloud that the token is for.
    pub(super) fn check(&self, from: &str, to: &str) -> Result<()> {
        let plain = |label: &str| {
            let part = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
            !label.is_empty() && label.bytes().all(part)
        };
        let ours = to
            .strip_suffix(self.suffix)
            .is_some_and(|labels| labels.split('.').all(plain));
        if ours {
            return Ok(());
        }
        let message = format!(
            "{from} leads to `{to}`, which is no server under {}: the token was not sent there",
            self.suffix
        );
        Err(Error::new(ErrorKind::RefusedOrigin, "sql.open", message))
    }

    fn config(&self, host: &str, port: u16, database: &str, token: &AccessToken) -> Config {
        let mut config = Config::new();
        config.host(host);
        config.port(port);
        // Without it the login goes to `master`, where an application has no user.
        config.database(database);
        config.application_name(env!("CARGO_PKG_NAME"));
        config.authentication(AuthMethod::aad_token(token.token.secret()));
        config.encryption(if self.options.strict {
            EncryptionLevel::Strict
        } else {
            EncryptionLevel::Required
        });
        if let Some(root) = &self.options.root {
            // The system's roots are read and parsed for each session, which takes longer than all the rest of it.
            config.trust_webpki_roots();
            config.trust_cert_ca_bundle(root.as_bytes());
        }
        // Time is tokio's, so the library's own limits, which go by another clock, are off.
        config.handshake_timeout(None);
        config.command_timeout(None);
        config
    }
}

fn slow(host: &str, what: &str, limit: Duration) -> Error {
    let message = format!(
        "{host} did not {what} within {} s (look at the network's way to it, then raise the limit)",
        limit.as_secs()
    );
    Error::new(ErrorKind::NotSent, "sql.open", message)
}

#[cfg(test)]
mod tests {
    use super::super::dial::TcpDial;
    use super::*;

    #[test]
    fn only_hosts_of_the_cloud_get_the_token() {
        let options = TdsOptions::default();
        let way = Way {
            dial: &TcpDial,
            options: &options,
            suffix: ".database.windows.net",
        };
        for good in [
            "s.database.windows.net",
            "fc7eab5b1234.tr5678.eastus2-a.worker.database.windows.net",
        ] {
            way.check("s", good).unwrap();
        }
        for bad in [
            "",
            "database.windows.net",
            ".database.windows.net",
            "a..database.windows.net",
            "s.database.windows.net.example.com",
            "sdatabase.windows.net",
            "example.com/x.database.windows.net",
            "example.com:1433@s.database.windows.net",
            "s.database.chinacloudapi.cn",
            "10.0.0.4",
        ] {
            let error = way.check("s", bad).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::RefusedOrigin, "{bad}");
            assert!(error.to_string().contains("was not sent"), "{error}");
        }
    }
}
