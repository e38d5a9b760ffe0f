//! A session: what holds from one batch to the next, and its transaction.

use std::time::Duration;

use rhc_core::fake::{State, World};

use crate::session::SqlError;

use super::batches;
use super::catalogue::{Catalogue, SqlSection};
use super::door::Entered;
use super::execute::{self, Place};
use super::parse::{self, Parsed};
use super::values::{ResultSet, Value};

/// What one statement comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::fake) enum Answer {
    /// Rows.
    Rows(ResultSet),
    /// It was done.
    Done,
    /// It was refused.
    Failed(SqlError),
    /// A transaction began.
    Began,
    /// The transaction was committed.
    Committed,
    /// The transaction was rolled back.
    RolledBack,
}

/// What a transaction has changed, and what it began with.
#[derive(Debug)]
struct Transaction {
    base: Catalogue,
    working: Catalogue,
    depth: u32,
}

/// An open database, for one client.
///
/// A transaction works on a copy, so that nobody sees what is not committed. Where the server would lock, this one
/// looks at the end: if another session has changed the same database meanwhile, the commit is refused as a deadlock's
/// victim is (1205).
#[derive(Debug)]
pub(in crate::fake) struct Session {
    entered: Entered,
    spid: u16,
    xact_abort: bool,
    implicit: bool,
    transaction: Option<Transaction>,
}

impl Session {
    /// For a client that was let in.
    pub(in crate::fake) fn new(entered: Entered, spid: u16) -> Self {
        Self {
            entered,
            spid,
            xact_abort: false,
            implicit: false,
            transaction: None,
        }
    }

    /// The database.
    pub(in crate::fake) fn database(&self) -> &str {
        &self.entered.database
    }

    /// Whether a transaction is open.
    pub(in crate::fake) fn in_transaction(&self) -> bool {
        self.transaction.is_some()
    }

    /// Forgets what was set, as for a connection that goes back to its pool.
    pub(in crate::fake) fn reset(&mut self) {
        self.xact_abort = false;
        self.implicit = false;
        self.transaction = None;
    }

    /// Runs a batch. A statement that fails ends the batch and its transaction only with `XACT_ABORT ON`; without, the
    /// next one is run.
    pub(in crate::fake) async fn run(
        &mut self,
        world: &World,
        batch: &str,
        parameters: &[(String, Value)],
        answers: &mut Vec<Answer>,
    ) {
        batches::keep(world, &self.entered.server, &self.entered.database, batch);
        let statements = match parse::batch_with(batch, parameters) {
            Ok(statements) => statements,
            Err(error) => {
                answers.push(Answer::Failed(error));
                return;
            }
        };
        for statement in &statements {
            let wait = match statement {
                Parsed::Wait(delay) => Some(*delay),
                _ => None,
            };
            if let Some(delay) = wait {
                tokio::time::sleep(world.scaled(delay)).await;
            }
            if !world.with(|state| self.step(state, statement, answers)) {
                return;
            }
        }
    }

    /// Runs one statement; false ends the batch.
    fn step(&mut self, state: &mut State, statement: &Parsed, answers: &mut Vec<Answer>) -> bool {
        let result = match statement {
            Parsed::XactAbort(on) => {
                self.xact_abort = *on;
                Ok(Answer::Done)
            }
            Parsed::Implicit(on) => {
                self.implicit = *on;
                Ok(Answer::Done)
            }
            Parsed::Set | Parsed::Wait(_) => Ok(Answer::Done),
            Parsed::Use(name) => self.stay(name),
            Parsed::IfOpen(inner) => {
                return !self.in_transaction() || self.step(state, inner, answers);
            }
            Parsed::Begin => Ok(self.begin(state)),
            Parsed::Commit => self.commit(state),
            Parsed::Rollback => self.roll_back(),
            plain => {
                if self.implicit && execute::begins_implicitly(plain) && !self.in_transaction() {
                    answers.push(self.begin(state));
                }
                self.plain(state, plain)
            }
        };
        match result {
            Ok(answer) => {
                answers.push(answer);
                true
            }
            Err(error) => {
                answers.push(Answer::Failed(error));
                if self.xact_abort && self.transaction.take().is_some() {
                    answers.push(Answer::RolledBack);
                }
                !self.xact_abort
            }
        }
    }

    fn plain(&mut self, state: &mut State, statement: &Parsed) -> Result<Answer, SqlError> {
        let depth = self.transaction.as_ref().map_or(0, |open| open.depth);
        let place = Place {
            database: &self.entered.database,
            server: &self.entered.server,
            rights: &self.entered.rights,
            spid: self.spid,
            depth,
            entra_only: self.entered.entra_only,
            logins: &self.entered.logins,
        };
        let rows = match &mut self.transaction {
            Some(open) => execute::statement(&mut open.working, &place, statement)?,
            None => {
                let section = state.section::<SqlSection>();
                let (server, database) = (&self.entered.server, &self.entered.database);
                if section.catalogue(server, database).is_some() {
                    let catalogue = section.catalogue_mut(server, database);
                    execute::statement(catalogue, &place, statement)?
                } else {
                    // Who only looks leaves nothing behind.
                    let mut catalogue = Catalogue::default();
                    let rows = execute::statement(&mut catalogue, &place, statement)?;
                    if catalogue != Catalogue::default() {
                        *section.catalogue_mut(server, database) = catalogue;
                    }
                    rows
                }
            }
        };
        Ok(rows.map_or(Answer::Done, Answer::Rows))
    }

    /// Begins a transaction, or counts one more.
    pub(in crate::fake) fn begin(&mut self, state: &mut State) -> Answer {
        if let Some(open) = &mut self.transaction {
            open.depth += 1;
            return Answer::Done;
        }
        let section = state.section::<SqlSection>();
        let now = section.catalogue(&self.entered.server, &self.entered.database);
        let base = now.cloned().unwrap_or_default();
        self.transaction = Some(Transaction {
            working: base.clone(),
            base,
            depth: 1,
        });
        Answer::Began
    }

    /// Commits, or counts one less.
    pub(in crate::fake) fn commit(&mut self, state: &mut State) -> Result<Answer, SqlError> {
        match &mut self.transaction {
            None => Err(no_transaction(3902, "COMMIT")),
            Some(open) if open.depth > 1 => {
                open.depth -= 1;
                Ok(Answer::Done)
            }
            Some(_) => {
                let Some(open) = self.transaction.take() else {
                    return Ok(Answer::Done);
                };
                if open.working != open.base {
                    let now = state
                        .section::<SqlSection>()
                        .catalogue_mut(&self.entered.server, &self.entered.database);
                    if *now != open.base {
                        return Err(self.deadlock());
                    }
                    *now = open.working;
                }
                Ok(Answer::Committed)
            }
        }
    }

    /// Rolls back, however deep.
    pub(in crate::fake) fn roll_back(&mut self) -> Result<Answer, SqlError> {
        match self.transaction.take() {
            Some(_) => Ok(Answer::RolledBack),
            None => Err(no_transaction(3903, "ROLLBACK")),
        }
    }

    /// A cancelled batch takes its transaction with it only with `XACT_ABORT ON`.
    pub(in crate::fake) fn cancelled(&mut self) -> bool {
        self.xact_abort && self.transaction.take().is_some()
    }

    fn stay(&self, name: &str) -> Result<Answer, SqlError> {
        if crate::grants::same_name(name, &self.entered.database) {
            return Ok(Answer::Done);
        }
        Err(SqlError::new(
            40508,
            1,
            "USE statement is not supported to switch between databases. Use a new connection to connect to a different database.",
        ))
    }

    fn deadlock(&self) -> SqlError {
        SqlError {
            class: 13,
            ..SqlError::new(
                1205,
                51,
                format!(
                    "Transaction (Process ID {}) was deadlocked on lock resources with another process and has been chosen as the \
                     deadlock victim. Rerun the transaction.",
                    self.spid
                ),
            )
        }
    }
}

/// How long a client may be silent. Azure's gateway ends a session after that.
pub(in crate::fake) const IDLE: Duration = Duration::from_secs(30 * 60);

fn no_transaction(number: u32, word: &str) -> SqlError {
    SqlError::new(
        number,
        1,
        format!("The {word} TRANSACTION request has no corresponding BEGIN TRANSACTION."),
    )
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::execute::Rights;
    use super::*;
    use crate::grants::Row;
    use rhc_core::fake::WorldOptions;

    /// A session as `dbo` in a World of its own.
    pub(crate) fn session(world: &World, rights: &Rights) -> Session {
        let _ = world.load_section::<SqlSection>();
        let entered = Entered {
            server: "s".to_owned(),
            database: "hp2_db".to_owned(),
            rights: rights.clone(),
            entra_only: true,
            logins: ["CloudSA".to_owned()].into(),
        };
        Session::new(entered, 52)
    }

    /// Runs a batch of statements without delays over a catalogue, with its last rows or its first error.
    pub(crate) fn run(
        catalogue: &mut Catalogue,
        rights: &Rights,
        batch: &str,
    ) -> Result<Vec<Row>, SqlError> {
        let runtime = tokio::runtime::Builder::new_current_thread();
        let runtime = { runtime }.enable_time().build().unwrap();
        let mut answers = Vec::new();
        runtime.block_on(async {
            let world = World::new(WorldOptions::default());
            let mut session = session(&world, rights);
            world.with(|state| {
                *state.section::<SqlSection>().catalogue_mut("s", "hp2_db") = catalogue.clone();
            });
            session.run(&world, batch, &[], &mut answers).await;
            *catalogue = world.with(|state| {
                let section = state.section::<SqlSection>();
                section.catalogue_mut("s", "hp2_db").clone()
            });
        });
        last(answers)
    }

    fn last(answers: Vec<Answer>) -> Result<Vec<Row>, SqlError> {
        let mut rows = Vec::new();
        for answer in answers {
            match answer {
                Answer::Failed(error) => return Err(error),
                Answer::Rows(set) => rows = set.rows,
                Answer::Done | Answer::Began | Answer::Committed | Answer::RolledBack => {}
            }
        }
        Ok(rows)
    }

    #[tokio::test(start_paused = true)]
    async fn of_two_sessions_that_change_the_same_one_is_the_victim() {
        let world = World::new(WorldOptions::default());
        let mut first = session(&world, &Rights::Dbo);
        let mut second = session(&world, &Rights::Dbo);
        let mut said = Vec::new();
        let create = |name: &str, sid: u8| {
            format!(
                "CREATE USER [{name}] WITH SID = 0x{}, TYPE = E",
                format!("{sid:02X}").repeat(16)
            )
        };
        first
            .run(
                &world,
                &format!("BEGIN TRAN; {}", create("a", 1)),
                &[],
                &mut said,
            )
            .await;
        second
            .run(
                &world,
                &format!("BEGIN TRAN; {}; COMMIT", create("b", 2)),
                &[],
                &mut said,
            )
            .await;
        assert!(
            !said
                .iter()
                .any(|answer| matches!(answer, Answer::Failed(_))),
            "{said:?}"
        );
        let mut end = Vec::new();
        first.run(&world, "COMMIT", &[], &mut end).await;
        let [Answer::Failed(error)] = &end[..] else {
            panic!("{end:?}")
        };
        assert_eq!((error.number, error.state, error.class), (1205, 51, 13));
        assert!(!first.in_transaction());
        let users = world.with(|state| {
            let catalogue = state.section::<SqlSection>().catalogue_mut("s", "hp2_db");
            catalogue.users.keys().cloned().collect::<Vec<_>>()
        });
        assert_eq!(users, ["b"]);
    }

    #[tokio::test(start_paused = true)]
    async fn transactions_nest_and_a_rollback_ends_all() {
        let world = World::new(WorldOptions::default());
        let mut session = session(&world, &Rights::Dbo);
        let mut said = Vec::new();
        let batch = "BEGIN TRAN; BEGIN TRAN; SELECT @@TRANCOUNT AS n; COMMIT; SELECT @@TRANCOUNT; ROLLBACK; SELECT @@TRANCOUNT; \
                     IF @@TRANCOUNT > 0 COMMIT";
        session.run(&world, batch, &[], &mut said).await;
        let counts: Vec<_> = said
            .iter()
            .filter_map(|answer| match answer {
                Answer::Rows(set) => set.rows[0][0].clone(),
                _ => None,
            })
            .collect();
        assert_eq!(counts, ["2", "1", "0"]);
        assert_eq!(said.first(), Some(&Answer::Began));
        assert!(said.contains(&Answer::RolledBack));
        assert!(!said.contains(&Answer::Committed));
    }

    #[tokio::test(start_paused = true)]
    async fn an_implicit_transaction_begins_with_the_first_change() {
        let world = World::new(WorldOptions::default());
        let mut session = session(&world, &Rights::Dbo);
        let mut said = Vec::new();
        session
            .run(
                &world,
                "SET IMPLICIT_TRANSACTIONS ON; SELECT 1",
                &[],
                &mut said,
            )
            .await;
        assert!(!session.in_transaction());
        let create = "CREATE TABLE [dbo].[t] ([id] int NOT NULL)";
        session.run(&world, create, &[], &mut said).await;
        assert!(session.in_transaction() && said.contains(&Answer::Began));
        session.reset();
        assert!(!session.in_transaction());
        let mut error = Vec::new();
        session
            .run(&world, "USE master; USE [HP2_db]", &[], &mut error)
            .await;
        let [Answer::Failed(refused), Answer::Done] = &error[..] else {
            panic!("{error:?}")
        };
        assert_eq!(refused.number, 40508);
    }

    #[tokio::test(start_paused = true)]
    async fn a_delay_takes_its_time() {
        let world = World::new(WorldOptions::default());
        let mut session = session(&world, &Rights::Dbo);
        let started = tokio::time::Instant::now();
        let mut said = Vec::new();
        session
            .run(&world, "WAITFOR DELAY '00:01:00'; SELECT 1", &[], &mut said)
            .await;
        assert_eq!(started.elapsed(), Duration::from_secs(60));
        assert_eq!(said.len(), 2);
    }
}
