//! A way to databases: opening one, reading its users, changing them.

mod address;
mod error;
mod probing;
mod proof;
mod retry;

use std::collections::BTreeSet;
use std::fmt::Debug;

use async_trait::async_trait;
use rhc_core::{Error, ErrorKind, Result};

pub use address::SqlAddress;
pub use error::SqlError;
pub use proof::prove_no_passwords;
pub use retry::SqlRetry;

use crate::grants::{CATALOGUE_QUERY, Grant, GrantPlan, Observed, Row, plan};

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
            Ok(rows) => observed(&rows).map(Observation::Known),
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

    /// Brings a database's users to what is wanted, in one session of at most three batches: a look, one transaction of what
    /// is missing, and a look at what came of it. Where nothing is missing it is the first look only.
    ///
    /// Where something stands in the way that a person has to decide on, nothing at all is changed, and the plan says what; so
    /// it is with users whose identity is another one than is wanted, unless `replace` has their names.
    ///
    /// # Errors
    /// As [`open`](Self::open), [`apply`](Self::apply) and [`plan()`](crate::plan()); `OperationFailed` where the database is not as
    /// wanted although the transaction was committed, because somebody else is changing it.
    async fn converge(
        &self,
        at: &SqlAddress,
        wanted: &[Grant],
        replace: &BTreeSet<String>,
    ) -> Result<Converged> {
        let (mut session, rows) = self
            .retry()
            .run(|| async {
                let mut session = self.open(at).await?;
                let rows = session.run(CATALOGUE_QUERY).await?;
                Ok((session, rows))
            })
            .await?;
        let before = observed(&rows)?;
        let plan = plan(wanted, &before, replace)?;
        if plan.is_empty() || plan.is_blocked() {
            let after = before.clone();
            return Ok(Converged {
                plan,
                before,
                after,
            });
        }
        session.run(&plan.batch()).await?;
        let after = observed(&session.run(CATALOGUE_QUERY).await?)?;
        let left = crate::grants::plan(wanted, &after, &BTreeSet::new())?;
        if left.is_empty() && !left.is_blocked() {
            return Ok(Converged {
                plan,
                before,
                after,
            });
        }
        let message = format!(
            "{at} took the transaction and is not as wanted; what is missing still: {} (look who else changes its users, then try again)",
            left.batch()
        );
        Err(Error::new(
            ErrorKind::OperationFailed,
            "sql.converge",
            message,
        ))
    }
}

/// What became of a database's users.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Converged {
    /// What was done, or stands in the way; who is there beside those that are wanted.
    pub plan: GrantPlan,
    /// The users that were there.
    pub before: Observed,
    /// The users that are there now.
    pub after: Observed,
}

fn observed(rows: &[Row]) -> Result<Observed> {
    Observed::from_rows(rows).map_err(|error| {
        Error::new(ErrorKind::Decode, "sql.observe", error.to_string()).with_source(error)
    })
}
