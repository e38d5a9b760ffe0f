//! The databases of a cloud, for one identity.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use azure_core::credentials::TokenCredential;
use rhc_core::{Clock, Cloud, Result};

use crate::session::{Databases, SqlAddress, SqlRetry, SqlSession};

use super::dial::{Dial, TcpDial};
use super::login::Way;
use super::session::{Limits, Session};
use super::tokens::Tokens;

/// How sessions are opened, and how long they last. All limits go by tokio's clock.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TdsOptions {
    /// Speaks TLS before anything else (TDS 8.0). Documented for Azure SQL; unverified in use.
    ///
    /// Source: [TDS 8.0](https://learn.microsoft.com/sql/relational-databases/security/networking/tds-8).
    pub strict: bool,
    /// A root to trust, as PEM: for servers of one's own making, as in tests. Beside it stand Mozilla's roots and not the
    /// system's, which would be read from disk for each session. There is no way to trust every certificate.
    pub root: Option<String>,
    /// How long a server may take to take a connection; at each host that the gateway leads to.
    pub connect_timeout: Duration,
    /// How long TLS and the login may take, likewise.
    pub login_timeout: Duration,
    /// How long a batch may take before it is given up.
    pub command_timeout: Duration,
    /// How old a session may be; none outlives its token. Azure looks at the token again after some hours.
    pub max_age: Duration,
    /// How long a session may be silent. Azure's gateway forgets one after half an hour.
    pub max_idle: Duration,
    /// The time of day, by which a token's lifetime is measured.
    pub clock: Clock,
}

impl Default for TdsOptions {
    fn default() -> Self {
        Self {
            strict: false,
            root: None,
            connect_timeout: Duration::from_secs(30),
            login_timeout: Duration::from_secs(30),
            command_timeout: Duration::from_secs(30),
            max_age: Duration::from_secs(60 * 60),
            max_idle: Duration::from_secs(25 * 60),
            clock: Clock::default(),
        }
    }
}

/// Azure's databases by TDS, with the tokens of one credential: the credential decides who one is, and in which tenant.
///
/// A token is asked for when a session is opened, and shared by sessions for as long as it lasts. It is sent over TLS
/// with a verified certificate only, and only to hosts under the cloud's suffix: where the gateway leads to is checked
/// first, and followed three times at most.
///
/// ```no_run
/// # use std::sync::Arc;
/// # use azure_core::credentials::TokenCredential;
/// # use rhc_core::Cloud;
/// # use rhc_sql_identity::{Databases, SqlAddress, TdsDatabases, TdsOptions};
/// # async fn example(credential: Arc<dyn TokenCredential>) -> rhc_core::Result<()> {
/// let cloud = Cloud::public();
/// let databases = TdsDatabases::new(&cloud, credential, TdsOptions::default());
/// let at = SqlAddress::new(&cloud, "rhc-qa-sqlsvr.database.windows.net", "hp2_db")?;
/// let mut session = databases.open(&at).await?;
/// assert_eq!(session.run("SELECT DB_NAME()").await?, [[Some("hp2_db".to_owned())]]);
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct TdsDatabases(Arc<Inner>);

struct Inner {
    suffix: String,
    options: TdsOptions,
    dial: Arc<dyn Dial>,
    tokens: Tokens,
}

impl TdsDatabases {
    /// Over the network.
    #[must_use]
    pub fn new(cloud: &Cloud, credential: Arc<dyn TokenCredential>, options: TdsOptions) -> Self {
        Self::through(cloud, credential, options, Arc::new(TcpDial))
    }

    /// Over something else: a tunnel, a proxy, a server in the same process.
    #[must_use]
    pub fn through(
        cloud: &Cloud,
        credential: Arc<dyn TokenCredential>,
        options: TdsOptions,
        dial: Arc<dyn Dial>,
    ) -> Self {
        Self(Arc::new(Inner {
            suffix: cloud.sql_suffix.clone(),
            tokens: Tokens::new(credential, cloud.sql_scope.clone(), options.clock),
            options,
            dial,
        }))
    }
}

#[async_trait]
impl Databases for TdsDatabases {
    async fn open(&self, at: &SqlAddress) -> Result<Box<dyn SqlSession>> {
        let Inner {
            suffix,
            options,
            dial,
            tokens,
        } = &*self.0;
        let token = tokens.token().await?;
        let way = Way {
            dial: &**dial,
            options,
            suffix,
        };
        let client = match Box::pin(way.login(at, &token)).await {
            Ok(client) => client,
            Err(error) => {
                if error.has_code("SQL18456") {
                    tokens.refused(&token);
                }
                return Err(error);
            }
        };
        let limits = Limits {
            command: options.command_timeout,
            age: options
                .clock
                .scaled(options.max_age)
                .min(tokens.lasts(&token)),
            idle: options.clock.scaled(options.max_idle),
        };
        Ok(Box::new(Session::new(client, at.to_string(), limits)))
    }

    fn retry(&self) -> SqlRetry {
        SqlRetry {
            clock: self.0.options.clock,
            ..SqlRetry::default()
        }
    }
}

impl fmt::Debug for TdsDatabases {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TdsDatabases")
            .field("suffix", &self.0.suffix)
            .finish_non_exhaustive()
    }
}
