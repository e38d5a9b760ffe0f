//! What a fuzzer throws at this server, part by part. A panic is a find, and so is what the parts promise and do not keep.

use std::cell::RefCell;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use rhc_core::fake::World;
use rhc_core::testing::block_on;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt, ReadBuf};

use super::connection::{LONGEST, talk_plainly};
use super::login::{self, Verdict};
use super::login7::Login;
use super::packets::{HEADER, MessageKind, Messages, packets as in_packets};
use super::prelogin::Prelogin;
use super::tls::Handshake;
use super::tokens::{Answer, Done, DoneKind};
use super::written::{self, TOKEN, Wanted};
use super::{Place, TdsServers, calls};
use crate::fake::{SqlSection, Vantage};

/// How many clients a World sees before it is made anew: its clock only goes on.
const CLIENTS: u32 = 1000;

/// A stream that comes in parts.
#[derive(Debug)]
struct Parts<'a> {
    rest: &'a [u8],
    size: usize,
}

impl AsyncRead for Parts<'_> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let count = self.size.min(self.rest.len()).min(buffer.remaining());
        let (now, later) = self.rest.split_at(count);
        buffer.put_slice(now);
        self.rest = later;
        Poll::Ready(Ok(()))
    }
}

/// Packets, and the packets around the handshake of TLS: however they are cut, the same comes out.
pub(crate) fn packets(data: &[u8]) {
    let Some((first, rest)) = data.split_first() else {
        return;
    };
    let size = usize::from(*first) + 1;
    let (whole, cut) = block_on(async { (heard(rest, usize::MAX).await, heard(rest, size).await) });
    assert_eq!(whole, cut, "in parts of {size}");
    let length: usize = whole.iter().map(|(_, body)| body.len()).sum();
    assert!(length <= rest.len());
    let (whole, cut) =
        block_on(async { (inside(rest, usize::MAX).await, inside(rest, size).await) });
    assert_eq!(whole, cut, "in parts of {size}");
}

async fn heard(bytes: &[u8], size: usize) -> Vec<(MessageKind, Vec<u8>)> {
    let parts = Parts { rest: bytes, size };
    let mut messages = Messages::new(tokio::io::join(parts, tokio::io::sink()));
    let mut heard = Vec::new();
    while let Ok(Some(message)) = messages.next(LONGEST).await {
        heard.push((message.kind, message.body));
    }
    heard
}

async fn inside(bytes: &[u8], size: usize) -> Vec<u8> {
    let parts = Parts { rest: bytes, size };
    let mut stream = Handshake::new(tokio::io::join(parts, tokio::io::sink()));
    let mut inside = Vec::new();
    let _ = stream.read_to_end(&mut inside).await;
    inside
}

/// A World, its servers, and how many clients it will still see.
type Setting = (World, TdsServers, u32);

thread_local! {
    static SETTING: RefCell<Option<Setting>> = const { RefCell::new(None) };
}

/// A World in which the tests' administrator is let in, with his token; what another client has changed is undone.
fn setting() -> (World, TdsServers, String) {
    SETTING.with_borrow_mut(|kept| {
        let (world, servers, left) =
            kept.take()
                .filter(|(_, _, left)| *left > 0)
                .unwrap_or_else(|| {
                    let world = World::new(rhc_core::fake::WorldOptions::default());
                    rhc_arm::fake::mount(&world);
                    crate::fake::mount(&world);
                    written::admit(&world);
                    let servers = TdsServers::new(&world).unwrap();
                    (world, servers, CLIENTS)
                });
        world.with(|state| *state.section::<SqlSection>() = SqlSection::default());
        let token = written::token(&world);
        *kept = Some((world.clone(), servers.clone(), left - 1));
        (world, servers, token)
    })
}

fn place() -> Place {
    Place {
        host: None,
        from: Vantage::OUTSIDE,
    }
}

/// `PRELOGIN`, `LOGIN7` and the token in it. Nobody gets in without one, or with a user name or a password.
pub(crate) fn login(data: &[u8]) {
    let prelogin = Prelogin::parse(data);
    if let Ok(said) = &prelogin {
        for inside_tls in [false, true] {
            Prelogin::parse(&said.answer(inside_tls)).unwrap();
        }
    }
    let Ok(login) = Login::parse(data) else {
        return;
    };
    // The first byte belongs to the length, which was right; so half of what is read has asked about tokens.
    let asked = Prelogin::parse(&[6, 0, 6, 0, 1, 0xFF, 1]).unwrap();
    block_on(async {
        let (world, servers, _) = setting();
        for prelogin in [asked, Prelogin::default()] {
            let (_, verdict) = login::decide(&servers.0, &world, &place(), &prelogin, false, data);
            if matches!(verdict, Verdict::In { .. }) {
                assert!(login.user.is_empty() && !login.has_password && !login.integrated);
                assert!(login.fed_auth.is_some());
            }
        }
    });
}

/// Batches, calls with parameters, requests about transactions.
pub(crate) fn requests(data: &[u8]) {
    let mut headed = written::headers().0;
    headed.extend_from_slice(data);
    for body in [data, &headed] {
        let _ = calls::batch(body);
        let _ = calls::transaction(body);
        if let Ok(calls::Call::Run { parameters, .. } | calls::Call::Execute { parameters, .. }) =
            calls::call(body)
        {
            // Each takes at least a name's length, a status and a type.
            assert!(parameters.len() * 3 <= body.len());
        }
    }
}

/// A client that is let in, and then says anything. Whatever it says, it hears whole packets.
///
/// The data are requests: what it is, two bytes of length, the body. The text of a batch is UTF-8.
pub(crate) fn conversation(data: &[u8]) {
    block_on(async {
        let (_world, servers, token) = setting();
        let login = written::login(&Wanted {
            token: &token,
            ..TOKEN
        });
        let mut sent = in_packets(0x10, &login);
        let mut rest = data;
        while let Some((&[kind, low, high], after)) = rest.split_first_chunk() {
            let length = usize::from(u16::from_le_bytes([low, high])).min(after.len());
            let (body, after) = after.split_at(length);
            rest = after;
            let mut headed = written::headers().0;
            headed.extend_from_slice(body);
            let packets = match kind {
                0x01 => in_packets(kind, &written::batch(&String::from_utf8_lossy(body))),
                0x03 | 0x0E => in_packets(kind, &headed),
                0x06 => in_packets(kind, &[]),
                // As they are: a packet's header may be wrong too.
                0xFF => body.to_vec(),
                other => in_packets(other, body),
            };
            sent.extend(packets);
        }
        let (mut client, server) = tokio::io::duplex(16 << 20);
        client.write_all(&sent).await.unwrap();
        client.shutdown().await.unwrap();
        let _ = talk_plainly(&servers.0, server, place()).await;
        let mut heard = Vec::new();
        client.read_to_end(&mut heard).await.unwrap();
        let mut rest = &heard[..];
        assert!(!rest.is_empty(), "the login was not answered");
        while !rest.is_empty() {
            let length = usize::from(u16::from_be_bytes([rest[2], rest[3]]));
            assert_eq!(rest[0], 0x04);
            assert!(length >= HEADER);
            rest = &rest[length..];
        }
        let login = servers.logins().pop().unwrap();
        assert_eq!(login.refused, None);
    });
}

/// What a server says until a client is in: its answer to `PRELOGIN` where nothing is encrypted, and to the login.
pub(crate) fn welcome() -> [Vec<u8>; 2] {
    let asked = Prelogin::parse(&[6, 0, 6, 0, 1, 0xFF, 1]).unwrap();
    let mut answer = Answer::of("s");
    answer.logged_in(0x7400_0004, "d");
    answer.fed_auth_taken();
    answer.done(DoneKind::Batch, Done::default());
    [
        in_packets(0x04, &asked.answer(true)),
        in_packets(0x04, &answer.out.0),
    ]
}

/// A message in packets, as a server sends it.
pub(crate) fn answered(body: &[u8]) -> Vec<u8> {
    in_packets(0x04, body)
}
