//! One client, from its first byte to its last.

use std::io;
use std::time::Duration;

use rhc_core::fake::World;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, BufReader};
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

use crate::fake::sql::{self, IDLE, Session};
use crate::session::SqlError;

use super::calls::{self, Call, TransactionRequest};
use super::login::{self, Verdict};
use super::packets::{Message, MessageKind, Messages};
use super::prelogin::{self, Prelogin};
use super::tls::{ALPN, Handshake};
use super::tokens::{Answer, Done, DoneKind, TransactionChange};
use super::{Inner, Place, login7, values};

/// How long a client may take until it is in.
const LOGIN_TIME: Duration = Duration::from_secs(30);
/// The longest batch or call.
const LONGEST: usize = 4 << 20;
/// The first byte of TLS.
const TLS: u8 = 0x16;

/// A stream of either kind.
trait Io: AsyncRead + AsyncWrite + Send + Unpin {}
impl<S: AsyncRead + AsyncWrite + Send + Unpin> Io for S {}

type Wire = Messages<Box<dyn Io>>;

fn wrong(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

/// Talks to a client until it goes, or is sent away.
pub(super) async fn converse<S>(servers: &Inner, stream: S, place: Place) -> io::Result<()>
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let encrypted = timeout(LOGIN_TIME, encrypt(servers, stream)).await;
    let (wire, begun) = encrypted.map_err(|_| io::ErrorKind::TimedOut)??;
    talk(servers, wire, begun, place).await
}

/// What was said before the login.
struct Begun {
    prelogin: Prelogin,
    strict: bool,
}

/// All that comes after TLS.
async fn talk(servers: &Inner, wire: Wire, begun: Begun, place: Place) -> io::Result<()> {
    let admitted = timeout(LOGIN_TIME, admit(servers, wire, &begun, &place)).await;
    let Some((mut wire, session, server)) = admitted.map_err(|_| io::ErrorKind::TimedOut)?? else {
        return Ok(());
    };
    let mut open = Open {
        session,
        server,
        transactions: 0,
    };
    loop {
        let next = timeout(IDLE, wire.next(LONGEST)).await;
        let Some(message) = next.map_err(|_| io::ErrorKind::TimedOut)?? else {
            return Ok(());
        };
        let Some(world) = servers.world.upgrade() else {
            return Ok(());
        };
        open.take(&world, &mut wire, message).await?;
    }
}

/// Up to the last byte that may be read by others.
async fn encrypt<S>(servers: &Inner, stream: S) -> io::Result<(Wire, Begun)>
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let mut stream = BufReader::new(stream);
    let strict = stream.fill_buf().await?.first() == Some(&TLS);
    let (wire, prelogin): (Wire, _) = if strict {
        let tls = TlsAcceptor::from(servers.tls.strict.clone())
            .accept(stream)
            .await?;
        if tls.get_ref().1.alpn_protocol() != Some(ALPN) {
            return Err(wrong(
                "the client speaks TLS first and does not ask for tds/8.0",
            ));
        }
        let mut wire = Wire::new(Box::new(tls));
        let prelogin = prelogin(&mut wire, true).await?;
        (wire, prelogin)
    } else {
        let mut plain = Messages::new(stream);
        let prelogin = prelogin(&mut plain, false).await?;
        if !prelogin.encrypts() {
            return Err(wrong("the client does not encrypt"));
        }
        let acceptor = TlsAcceptor::from(servers.tls.framed.clone());
        let mut tls = acceptor
            .accept(Handshake::new(plain.into_stream()?))
            .await?;
        tls.get_mut().0.finish();
        (Wire::new(Box::new(tls)), prelogin)
    };
    Ok((wire, Begun { prelogin, strict }))
}

/// Up to the answer to a login. None if the client was sent away.
async fn admit(
    servers: &Inner,
    mut wire: Wire,
    begun: &Begun,
    place: &Place,
) -> io::Result<Option<(Wire, Session, String)>> {
    let Some(message) = wire.next(login7::LONGEST).await? else {
        return Ok(None);
    };
    if message.kind != MessageKind::Login {
        return Err(wrong("a login was expected"));
    }
    let Some(world) = servers.world.upgrade() else {
        return Ok(None);
    };
    let Begun { prelogin, strict } = begun;
    let (server, verdict) = login::decide(servers, &world, place, prelogin, *strict, &message.body);
    let mut answer = Answer::of(&server);
    let session = match verdict {
        Verdict::Refused(error) => {
            refuse(&mut answer, &error);
            None
        }
        Verdict::Elsewhere {
            version,
            host,
            port,
        } => {
            answer.logged_in(version, "master");
            answer.routed(&host, port);
            answer.fed_auth_taken();
            answer.done(DoneKind::Batch, Done::default());
            None
        }
        Verdict::In { session, version } => {
            answer.logged_in(version, session.database());
            answer.fed_auth_taken();
            answer.done(DoneKind::Batch, Done::default());
            Some(*session)
        }
    };
    wire.answer(&answer.out.0).await?;
    Ok(session.map(|session| (wire, session, server)))
}

async fn prelogin<S>(messages: &mut Messages<S>, inside_tls: bool) -> io::Result<Prelogin>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let message = messages.next(prelogin::LONGEST).await?;
    let message = message.ok_or(io::ErrorKind::UnexpectedEof)?;
    if message.kind != MessageKind::Prelogin {
        return Err(wrong("a prelogin was expected"));
    }
    let said = Prelogin::parse(&message.body).map_err(|_| wrong("the prelogin makes no sense"))?;
    messages.answer(&said.answer(inside_tls)).await?;
    Ok(said)
}

fn refuse(answer: &mut Answer, error: &SqlError) {
    answer.error(error);
    let failed = Done {
        failed: true,
        ..Done::default()
    };
    answer.done(DoneKind::Batch, failed);
}

/// A client that was let in.
struct Open {
    session: Session,
    server: String,
    /// How many there have been: the last one's descriptor.
    transactions: u64,
}

impl Open {
    async fn take(&mut self, world: &World, wire: &mut Wire, message: Message) -> io::Result<()> {
        if message.reset {
            self.session.reset();
        }
        let malformed = |_| wrong("the request makes no sense");
        let answer = match message.kind {
            MessageKind::Batch => {
                let text = calls::batch(&message.body).map_err(malformed)?;
                self.run(world, wire, &text, &[], DoneKind::Batch).await?
            }
            MessageKind::Rpc => match calls::call(&message.body).map_err(malformed)? {
                Call::Execute { batch, parameters } => {
                    self.run(world, wire, &batch, &parameters, DoneKind::InProcedure)
                        .await?
                }
                Call::Unknown(name) => self.unknown(&name),
            },
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
            Some(Some(message)) if message.kind == MessageKind::Attention => Ok(self.given_up()),
            Some(Some(_)) => Err(wrong("the client asks before it was answered")),
            Some(None) => Err(io::ErrorKind::UnexpectedEof.into()),
        }
    }

    fn told(&mut self, said: Vec<sql::Answer>, mut open: bool, kind: DoneKind) -> Answer {
        let mut answer = Answer::of(&self.server);
        let count = said.len();
        for (index, one) in said.into_iter().enumerate() {
            let mut done = Done {
                more: index + 1 < count || kind == DoneKind::InProcedure,
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
                    self.changed(&mut answer, TransactionChange::Begin);
                }
                sql::Answer::Committed => {
                    open = false;
                    self.changed(&mut answer, TransactionChange::Commit);
                }
                sql::Answer::RolledBack => {
                    open = false;
                    self.changed(&mut answer, TransactionChange::Rollback);
                }
            }
            done.in_transaction = open;
            answer.done(kind, done);
        }
        let done = Done {
            in_transaction: open,
            ..Done::default()
        };
        if kind == DoneKind::InProcedure {
            answer.return_status(0);
            answer.done(DoneKind::Procedure, done);
        } else if count == 0 {
            answer.done(kind, done);
        }
        answer
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

    fn unknown(&mut self, name: &str) -> Answer {
        let error = SqlError::new(
            2812,
            62,
            format!("Could not find stored procedure '{name}'."),
        );
        let mut answer = Answer::of(&self.server);
        answer.error(&error);
        let done = Done {
            failed: true,
            in_transaction: self.session.in_transaction(),
            ..Done::default()
        };
        answer.done(DoneKind::Procedure, done);
        answer
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Talks to a client past TLS, which has asked about tokens or not.
    pub(crate) async fn talk_plainly<S>(servers: &Inner, stream: S, place: Place) -> io::Result<()>
    where
        S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        let begun = Begun {
            prelogin: Prelogin::parse(&[6, 0, 6, 0, 1, 0xFF, 1]).unwrap(),
            strict: false,
        };
        talk(servers, Wire::new(Box::new(stream)), begun, place).await
    }
}
