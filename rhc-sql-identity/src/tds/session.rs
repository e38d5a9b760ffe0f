//! An open session: batches, their time, and its own.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use futures::TryStreamExt;
use rhc_core::{Error, ErrorKind, Result};
use tiberius::QueryItem;
use tokio::time::{Instant, timeout};

use crate::grants::Row;
use crate::session::SqlSession;

use super::error;
use super::login::Tds;
use super::rows;

/// How long the server may take to say that it has given a batch up.
const GIVING_UP: Duration = Duration::from_secs(5);
/// The most rows that a batch may answer with.
const MOST: usize = 1_000_000;

/// How long a session may be used.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// How long a batch may take.
    pub(super) command: Duration,
    /// How old the session may be: it ends with its token, or earlier.
    pub(super) age: Duration,
    /// How long it may be silent.
    pub(super) idle: Duration,
}

/// What is on its way between both sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Line {
    /// Nothing.
    Free,
    /// A batch whose answer was not read to its end, because the caller has gone away.
    Busy,
    /// What can no longer be told apart from an answer: the server has given the batch up, and says so in a message of
    /// its own, for which the library does not wait.
    Over,
    /// Nobody knows.
    Lost,
}

pub(super) struct Session {
    client: Box<Tds>,
    at: String,
    limits: Limits,
    opened: Instant,
    used: Instant,
    line: Line,
}

impl Session {
    pub(super) fn new(client: Tds, at: String, limits: Limits) -> Self {
        let now = Instant::now();
        Self {
            client: Box::new(client),
            at,
            limits,
            opened: now,
            used: now,
            line: Line::Free,
        }
    }

    /// Whether it may still be used.
    async fn ready(&mut self) -> Result<()> {
        let at = self.at.clone();
        let over = |what: &str| {
            let message = format!("the session with {at} {what}: open another one");
            Error::new(ErrorKind::NotSent, "sql.run", message)
        };
        if self.opened.elapsed() >= self.limits.age {
            return Err(over("is as old as its token allows"));
        }
        if self.used.elapsed() >= self.limits.idle {
            return Err(over("was silent for too long"));
        }
        if self.line == Line::Busy {
            self.give_up().await;
        }
        match self.line {
            Line::Free => Ok(()),
            Line::Over => Err(over("has ended with a batch that was given up")),
            Line::Busy | Line::Lost => Err(over("has lost its connection")),
        }
    }

    /// Asks the server to give up what it is at, and reads what was still on its way.
    ///
    /// A server may say that it has given it up at the end of its answer, or in a message after that.
    async fn give_up(&mut self) {
        self.line = Line::Lost;
        self.line = match timeout(GIVING_UP, self.client.cancel_query()).await {
            Ok(Ok(())) => Line::Free,
            // The answer has ended without it, so that it comes next.
            Ok(Err(tiberius::error::Error::Protocol(_))) => Line::Over,
            _ => Line::Lost,
        };
    }

    async fn collect(&mut self, batch: &str) -> Result<Vec<Row>> {
        let failed = |cause: tiberius::error::Error| (error::ends(&cause), error::of_batch(&cause));
        let read = async {
            let mut stream = self.client.simple_query(batch).await.map_err(failed)?;
            let mut rows = Vec::new();
            while let Some(item) = stream.try_next().await.map_err(failed)? {
                match item {
                    // Of several results the last one counts.
                    QueryItem::Metadata(_) => rows.clear(),
                    QueryItem::Row(row) if rows.len() < MOST => {
                        rows.push(rows::texts(row).map_err(|error| (true, error))?);
                    }
                    QueryItem::Row(_) => {
                        let message = format!("the batch answers with more than {MOST} rows");
                        let error = Error::new(ErrorKind::Decode, "sql.run", message);
                        return Err((true, error));
                    }
                }
            }
            Ok(rows)
        };
        match timeout(self.limits.command, read).await {
            Ok(Ok(rows)) => {
                self.line = Line::Free;
                Ok(rows)
            }
            Ok(Err((ends, error))) => {
                self.line = if ends { Line::Lost } else { Line::Free };
                Err(error)
            }
            Err(_) => {
                self.give_up().await;
                let outcome = match self.line {
                    Line::Free => "the server has given it up",
                    Line::Over => "the server has given it up, and this session has ended with it",
                    Line::Busy | Line::Lost => {
                        "and the server does not say that it has given it up"
                    }
                };
                let message = format!(
                    "the batch took longer than {} s: {outcome} (what it did before that may stand; look before it is sent again)",
                    self.limits.command.as_secs()
                );
                Err(Error::new(ErrorKind::DeadlineExceeded, "sql.run", message))
            }
        }
    }
}

#[async_trait]
impl SqlSession for Session {
    async fn run(&mut self, batch: &str) -> Result<Vec<Row>> {
        if batch.trim().is_empty() {
            return Err(Error::invalid("sql.run", "there is nothing to run"));
        }
        self.ready().await?;
        // Stays so if the caller goes away before the end.
        self.line = Line::Busy;
        let result = Box::pin(self.collect(batch)).await;
        self.used = Instant::now();
        result
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("at", &self.at)
            .field("line", &self.line)
            .finish_non_exhaustive()
    }
}
