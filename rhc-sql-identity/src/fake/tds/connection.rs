//! One client, from its first byte to its last.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, BufReader};
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

use crate::fake::sql::{IDLE, Session};
use crate::session::SqlError;

use super::login::{self, Verdict};
use super::open::Open;
use super::packets::{MessageKind, Messages};
use super::prelogin::{self, Prelogin};
use super::tls::{ALPN, Handshake};
use super::tokens::{Answer, Done, DoneKind};
use super::{Inner, Place, login7};

/// How long a client may take until it is in.
const LOGIN_TIME: Duration = Duration::from_secs(30);
/// The longest batch or call.
pub(super) const LONGEST: usize = 4 << 20;
/// The first byte of TLS.
const TLS: u8 = 0x16;

/// A stream of either kind.
pub(super) trait Io: AsyncRead + AsyncWrite + Send + Unpin {}
impl<S: AsyncRead + AsyncWrite + Send + Unpin> Io for S {}

pub(super) type Wire = Messages<Box<dyn Io>>;

pub(super) fn wrong(what: &str) -> io::Error {
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
    let mut open = Open::new(session, server);
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

/// Talks to a client past TLS, which has asked about tokens.
#[cfg(any(test, fuzzing))]
pub(super) async fn talk_plainly<S>(servers: &Inner, stream: S, place: Place) -> io::Result<()>
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let asked = [6, 0, 6, 0, 1, 0xFF, 1];
    let begun = Begun {
        prelogin: Prelogin::parse(&asked).map_err(|_| wrong("the prelogin makes no sense"))?,
        strict: false,
    };
    talk(servers, Wire::new(Box::new(stream)), begun, place).await
}
