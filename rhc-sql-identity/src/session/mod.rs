//! A way to databases: opening one, reading its users, changing them.

mod address;
mod error;
mod probing;
mod retry;

use std::fmt::Debug;

use async_trait::async_trait;
use rhc_core::{Error, ErrorKind, Result};

pub use address::SqlAddress;
pub use error::SqlError;
pub use retry::SqlRetry;

use crate::grants::{CATALOGUE_QUERY, GrantPlan, Observed, Row};

/// An open database.
#[async_trait]
pub trait SqlSession: Debug + Send {
    /// Runs one batch and gives the rows of its result, each column as text.
    ///
    /// # Errors
    /// `SQL` and the server's number. `NoAnswer` if the connection was lost, in which case a batch with a `COMMIT` may
    /// have taken effect.
    async fn run(&mut self, batch: &str) -> Result<Vec<Row>>;
}

/// What is known of a database's users.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Observation {
    /// They were read.
    Known(Observed),
    /// Nobody can look from here: the server is closed to this network.
    NotObservable {
        /// Why, and the way out.
        reason: String,
    },
}

/// A way to databases: an identity, and a place in a network.
///
/// Implementations differ in how a batch gets to a server. What is asked and what is sent is the same for all.
/// The identity needs to be in the server's administrators group (or `db_owner`) to change users, and any user of the
/// database, with `VIEW DEFINITION`, to read them.
#[async_trait]
pub trait Databases: Debug + Send + Sync {
    /// Opens a database with a token of its own.
    ///
    /// # Errors
    /// `SQL18456` if the identity has no user there, `SQL4060` without such a database, `SQL47073` and `SQL40615` if
    /// the server is closed to this network.
    async fn open(&self, at: &SqlAddress) -> Result<Box<dyn SqlSession>>;

    /// How long to wait for a server that is busy or moving.
    fn retry(&self) -> SqlRetry {
        SqlRetry::default()
    }

    /// Reads the users of a database. Repeated while the server is busy or moving.
    ///
    /// # Errors
    /// As [`open`](Self::open); but a server that is closed to this network is an [`Observation`].
    async fn observe(&self, at: &SqlAddress) -> Result<Observation> {
        let read = self
            .retry()
            .run(|| async {
                let mut session = self.open(at).await?;
                session.run(CATALOGUE_QUERY).await
            })
            .await;
        match read {
            Ok(rows) => Observed::from_rows(&rows)
                .map(Observation::Known)
                .map_err(|error| {
                    Error::new(ErrorKind::Decode, "sql.observe", error.to_string())
                        .with_source(error)
                }),
            Err(error) if error::says_closed(&error) => Ok(Observation::NotObservable {
                reason: error.message().to_owned(),
            }),
            Err(error) => Err(error),
        }
    }

    /// Runs a plan's statements in one transaction: all of them or none. Opening is repeated, the transaction is not.
    ///
    /// # Errors
    /// As [`open`](Self::open), and `SQL15023`, `SQL15063`, `SQL15151`, `SQL15247` if the database or the identity's
    /// rights are not what the plan was made for. After `NoAnswer` look with [`observe`](Self::observe) and plan again.
    async fn apply(&self, at: &SqlAddress, plan: &GrantPlan) -> Result<()> {
        if plan.is_empty() {
            return Ok(());
        }
        let mut session = self.retry().run(|| self.open(at)).await?;
        session.run(&plan.batch()).await.map(drop)
    }
}
