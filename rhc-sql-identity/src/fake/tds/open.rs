//! A client that was let in: what it asks, and what it is told.

use std::io;

use rhc_core::fake::World;

use crate::fake::sql::{self, Session};
use crate::session::SqlError;

use super::calls::{self, Call, TransactionRequest};
use super::connection::{LONGEST, Wire, wrong};
use super::packets::{Message, MessageKind};
use super::prepared::Prepared;
use super::tokens::{Answer, Done, DoneKind, TransactionChange};
use super::values;

/// A client that was let in.
pub(super) struct Open {
    session: Session,
    server: String,
    /// How many there have been: the last one's descriptor.
    transactions: u64,
    prepared: Prepared,
    /// The handle that the present call gives, under the name that the client has for it.
    handle: Option<(String, i32)>,
}

impl Open {
    pub(super) fn new(session: Session, server: String) -> Self {
        Self {
            session,
            server,
            transactions: 0,
            prepared: Prepared::default(),
            handle: None,
        }
    }

    pub(super) async fn take(
        &mut self,
        world: &World,
        wire: &mut Wire,
        message: Message,
    ) -> io::Result<()> {
        if message.ignored {
            let mut answer = Answer::of(&self.server);
            self.cut_short(&mut answer, DoneKind::Batch);
            return wire.answer(&answer.out.0).await;
        }
        if message.reset {
            self.session.reset();
            self.prepared = Prepared::default();
        }
        let malformed = |_| wrong("the request makes no sense");
        let answer = match message.kind {
            MessageKind::Batch => {
                let text = calls::batch(&message.body).map_err(malformed)?;
                self.run(world, wire, &text, &[], DoneKind::Batch).await?
            }
            MessageKind::Rpc => {
                let call = calls::call(&message.body).map_err(malformed)?;
                self.call(world, wire, call).await?
            }
            MessageKind::Transaction => {
                let request = calls::transaction(&message.body).map_err(malformed)?;
                self.transaction(world, request)
            }
            // Nothing runs any more: it is answered all the same, because the client waits for that.
            MessageKind::Attention => self.given_up(),
            MessageKind::Login | MessageKind::Prelogin | MessageKind::Other(_) => {
                return Err(wrong("the client asks for what this server does not take"));
            }
        };
        wire.answer(&answer.out.0).await
    }

    async fn call(&mut self, world: &World, wire: &mut Wire, call: Call) -> io::Result<Answer> {
        let asked = match self.prepared.resolve(call) {
            Ok(asked) => asked,
            Err(error) => return Ok(self.refused(&error)),
        };
        self.handle = asked.handle;
        let Some((batch, parameters)) = asked.run else {
            let mut answer = Answer::of(&self.server);
            self.returned(&mut answer, self.session.in_transaction());
            return Ok(answer);
        };
        self.run(world, wire, &batch, &parameters, DoneKind::InProcedure)
            .await
    }

    /// Runs a batch, and gives it up when the client says so.
    async fn run(
        &mut self,
        world: &World,
        wire: &mut Wire,
        text: &str,
        parameters: &[(String, sql::Value)],
        kind: DoneKind,
    ) -> io::Result<Answer> {
        let in_transaction = self.session.in_transaction();
        let mut said = Vec::new();
        let interrupted = {
            let run = self.session.run(world, text, parameters, &mut said);
            tokio::select! {
                biased;
                () = run => None,
                next = wire.next(LONGEST) => Some(next?),
            }
        };
        match interrupted {
            None => Ok(self.told(said, in_transaction, kind)),
            // Two messages: the answer as far as it came, and then that it was given up.
            // Source: the authors of tedious, in their pull request 1738.
            Some(Some(message)) if message.kind == MessageKind::Attention => {
                let mut answer = Answer::of(&self.server);
                self.tell(&mut answer, said, in_transaction, kind, true);
                self.cut_short(&mut answer, kind);
                wire.answer(&answer.out.0).await?;
                Ok(self.given_up())
            }
            Some(Some(_)) => Err(wrong("the client asks before it was answered")),
            Some(None) => Err(io::ErrorKind::UnexpectedEof.into()),
        }
    }

    fn told(&mut self, said: Vec<sql::Answer>, open: bool, kind: DoneKind) -> Answer {
        let mut answer = Answer::of(&self.server);
        let nothing = said.is_empty();
        let in_procedure = kind == DoneKind::InProcedure;
        let open = self.tell(&mut answer, said, open, kind, in_procedure);
        if in_procedure {
            self.returned(&mut answer, open);
        } else if nothing {
            let in_transaction = open;
            let done = Done {
                in_transaction,
                ..Done::default()
            };
            answer.done(kind, done);
        }
        answer
    }

    /// The statements of a batch, and whether a transaction is open after them; `more` follows the last one or not.
    fn tell(
        &mut self,
        answer: &mut Answer,
        said: Vec<sql::Answer>,
        mut open: bool,
        kind: DoneKind,
        more: bool,
    ) -> bool {
        let count = said.len();
        for (index, one) in said.into_iter().enumerate() {
            let mut done = Done {
                more: index + 1 < count || more,
                ..Done::default()
            };
            match one {
                sql::Answer::Rows(set) => {
                    values::write(&mut answer.out, &set);
                    done.count = u64::try_from(set.rows.len()).ok();
                }
                sql::Answer::Done => {}
                sql::Answer::Failed(error) => {
                    answer.error(&error);
                    done.failed = true;
                }
                sql::Answer::Began => {
                    open = true;
                    self.changed(answer, TransactionChange::Begin);
                }
                sql::Answer::Committed => {
                    open = false;
                    self.changed(answer, TransactionChange::Commit);
                }
                sql::Answer::RolledBack => {
                    open = false;
                    self.changed(answer, TransactionChange::Rollback);
                }
            }
            done.in_transaction = open;
            answer.done(kind, done);
        }
        open
    }

    /// The end of a procedure, with the handle that it gives.
    fn returned(&mut self, answer: &mut Answer, in_transaction: bool) {
        answer.return_status(0);
        if let Some((name, handle)) = self.handle.take() {
            values::write_returned(&mut answer.out, &name, handle);
        }
        let done = Done {
            in_transaction,
            ..Done::default()
        };
        answer.done(DoneKind::Procedure, done);
    }

    /// The end of an answer whose rest nobody wants.
    fn cut_short(&self, answer: &mut Answer, kind: DoneKind) {
        let done = Done {
            failed: true,
            in_transaction: self.session.in_transaction(),
            ..Done::default()
        };
        let kind = match kind {
            DoneKind::InProcedure => DoneKind::Procedure,
            other => other,
        };
        answer.done(kind, done);
    }

    fn changed(&mut self, answer: &mut Answer, change: TransactionChange) {
        if change == TransactionChange::Begin {
            self.transactions += 1;
        }
        answer.transaction(change, self.transactions);
    }

    fn given_up(&mut self) -> Answer {
        let mut answer = Answer::of(&self.server);
        if self.session.cancelled() {
            self.changed(&mut answer, TransactionChange::Rollback);
        }
        let done = Done {
            attention: true,
            in_transaction: self.session.in_transaction(),
            ..Done::default()
        };
        answer.done(DoneKind::Batch, done);
        answer
    }

    fn transaction(&mut self, world: &World, request: TransactionRequest) -> Answer {
        let open = self.session.in_transaction();
        let ended = world.with(|state| match request {
            TransactionRequest::Begin => Ok((self.session.begin(state), false)),
            TransactionRequest::Commit(again) => {
                self.session.commit(state).map(|answer| (answer, again))
            }
            TransactionRequest::Rollback(again) => {
                self.session.roll_back().map(|answer| (answer, again))
            }
            TransactionRequest::Other(number) => Err(SqlError::new(
                40510,
                1,
                format!(
                    "Statement 'transaction manager request {number}' is not supported in this version of SQL Server."
                ),
            )),
        });
        let mut said = Vec::new();
        match ended {
            Ok((answer, again)) => {
                said.push(answer);
                if again {
                    said.push(world.with(|state| self.session.begin(state)));
                }
            }
            Err(error) => said.push(sql::Answer::Failed(error)),
        }
        self.told(said, open, DoneKind::Batch)
    }

    fn refused(&self, error: &SqlError) -> Answer {
        let mut answer = Answer::of(&self.server);
        answer.error(error);
        self.cut_short(&mut answer, DoneKind::Procedure);
        answer
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::super::connection::talk_plainly;
    use super::super::packets::packets;
    use super::super::written::{self, TOKEN, Wanted, long_text, number};
    use super::super::{Place, TdsServers};
    use crate::fake::Vantage;
    use rhc_core::fake::{World, WorldOptions};

    /// The bodies of the answers to these messages, each with its status.
    async fn answers(messages: &[(u8, u8, Vec<u8>)]) -> Vec<Vec<u8>> {
        let world = World::new(WorldOptions::default());
        rhc_arm::fake::mount(&world);
        crate::fake::mount(&world);
        let token = written::admit(&world);
        let servers = TdsServers::new(&world).unwrap();
        let (mut client, server) = tokio::io::duplex(1 << 20);
        let login = Wanted {
            token: &token,
            ..TOKEN
        };
        let mut sent = packets(0x10, &written::login(&login));
        for (kind, status, body) in messages {
            let mut message = packets(*kind, body);
            message[1] = *status;
            sent.extend(message);
        }
        client.write_all(&sent).await.unwrap();
        client.shutdown().await.unwrap();
        let place = Place {
            host: None,
            from: Vantage::OUTSIDE,
        };
        talk_plainly(&servers.0, server, place).await.unwrap();
        let mut heard = Vec::new();
        client.read_to_end(&mut heard).await.unwrap();
        let mut answers = Vec::new();
        while heard.len() > 8 {
            let length = usize::from(u16::from_be_bytes([heard[2], heard[3]]));
            let rest = heard.split_off(length);
            answers.push(heard.split_off(8));
            heard = rest;
        }
        // The first one is the welcome.
        answers.split_off(1)
    }

    const END: u8 = 0x01;
    const IGNORE: u8 = 0x02;

    #[tokio::test(start_paused = true)]
    async fn a_batch_is_kept_run_again_and_forgotten() {
        let (text, declared) = (long_text("SELECT @a"), long_text("@a int"));
        let (none, one, seven) = (number(None), number(Some(1)), number(Some(7)));
        let prepare = [("@h", &*none), ("", &declared), ("", &text), ("", &seven)];
        let said = answers(&[
            (0x03, END, written::procedure(13, &prepare)),
            (
                0x03,
                END,
                written::procedure(12, &[("", &one), ("", &seven)]),
            ),
            (0x03, END, written::procedure(15, &[("", &one)])),
            (
                0x03,
                END,
                written::procedure(12, &[("", &one), ("", &seven)]),
            ),
        ])
        .await;
        // The status 0, then the handle under the client's name for it, then the end of the procedure.
        let handle = [
            &[0x79, 0, 0, 0, 0][..],
            &[
                0xAC, 0, 0, 2, b'@', 0, b'h', 0, 1, 0, 0, 0, 0, 0, 0, 0x26, 4, 4, 1, 0, 0, 0,
            ],
            &[0xFE, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
        ]
        .concat();
        let row = [0xD1, 4, 7, 0, 0, 0];
        let has = |answer: &[u8], part: &[u8]| answer.windows(part.len()).any(|own| own == part);
        assert!(has(&said[0], &row) && said[0].ends_with(&handle));
        assert!(has(&said[1], &row) && !has(&said[1], &[0xAC, 0, 0]));
        assert_eq!(said[2].len(), 5 + 13);
        // ERROR 8179.
        assert_eq!(
            (said[3][0], &said[3][3..7]),
            (0xAA, &8179_u32.to_le_bytes()[..])
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_batch_that_is_interrupted_ends_and_then_it_is_said_that_it_was_given_up() {
        let wait = "BEGIN TRAN; WAITFOR DELAY '01:00'; COMMIT";
        let said = answers(&[
            (0x01, END, written::batch(wait)),
            (0x06, END, Vec::new()),
            (0x01, END | IGNORE, written::batch("SELECT 1")),
        ])
        .await;
        // That a transaction has begun is told, and that it is open.
        assert_eq!(said[0][..4], [0xE3, 11, 0, 8]);
        let done = |status: u8| [0xFD, status, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        assert!(said[0].ends_with(&done(0x02 | 0x04)));
        assert_eq!(said[1], done(0x20 | 0x04));
        // What the client did not send to its end is not run.
        assert_eq!(said[2], done(0x02 | 0x04));
        assert_eq!(said.len(), 3);
    }
}
