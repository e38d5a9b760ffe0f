//! Bytes that are no protocol, and those that nearly are: whatever comes, the client is answered or sent away.

use rhc_core::fake::{World, WorldOptions};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::connection::{self, talk_plainly};
use super::packets::packets;
use super::written::{self, TOKEN, Wanted, login as write};
use super::{Place, TdsServers};
use crate::fake::Vantage;

fn servers() -> (World, TdsServers) {
    let world = World::new(WorldOptions::default());
    rhc_arm::fake::mount(&world);
    crate::fake::mount(&world);
    let servers = TdsServers::new(&world).unwrap();
    (world, servers)
}

fn place() -> Place {
    Place {
        host: None,
        from: Vantage::OUTSIDE,
    }
}

/// Numbers without a pattern, the same in every run.
struct Numbers(u64);

impl Numbers {
    fn byte(&mut self) -> u8 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        self.0.to_be_bytes()[0]
    }

    fn below(&mut self, most: usize) -> usize {
        usize::from(u16::from_be_bytes([self.byte(), self.byte()])) % most
    }
}

/// What a client hears that sends these bytes and hangs up; past TLS or before it.
async fn heard(servers: &TdsServers, bytes: &[u8], past_tls: bool) -> Vec<u8> {
    let (mut client, server) = tokio::io::duplex(1 << 20);
    client.write_all(bytes).await.unwrap();
    client.shutdown().await.unwrap();
    // A panic would come through here.
    let _ = if past_tls {
        talk_plainly(&servers.0, server, place()).await
    } else {
        connection::converse(&servers.0, server, place()).await
    };
    let mut answer = Vec::new();
    client.read_to_end(&mut answer).await.unwrap();
    answer
}

#[tokio::test(start_paused = true)]
async fn noise_is_sent_away() {
    let (_world, servers) = servers();
    let mut numbers = Numbers(7);
    for round in 0..400 {
        let length = numbers.below(600);
        let mut bytes: Vec<u8> = (0..length).map(|_| numbers.byte()).collect();
        // Most noise ends at the first byte; some of it begins as it should.
        if let (Some(first), 1..) = (bytes.first_mut(), round % 4) {
            *first = [0x12, 0x16, 0x10][round % 3];
        }
        if let (Some(length), true) = (bytes.get_mut(2..4), round % 2 == 0) {
            length.copy_from_slice(&[0, 200]);
        }
        heard(&servers, &bytes, false).await;
        assert!(heard(&servers, &bytes, true).await.len() < 1000);
    }
    assert!(servers.logins().iter().all(|login| login.refused.is_some()));
}

#[tokio::test(start_paused = true)]
async fn a_login_that_is_cut_short_or_bent_never_gets_in() {
    let (_world, servers) = servers();
    let whole = write(&TOKEN);
    for length in 0..whole.len() {
        let mut cut = whole[..length].to_vec();
        if let Some(told) = cut.get_mut(..4) {
            told.copy_from_slice(&u32::try_from(length).unwrap().to_le_bytes());
        }
        let answer = heard(&servers, &packets(0x10, &cut), true).await;
        // ERROR, by its token, in the one packet of the answer.
        assert_eq!(answer.get(8), Some(&0xAA), "{length}");
    }
    let mut numbers = Numbers(9);
    for _ in 0..2000 {
        let mut bent = whole.clone();
        for _ in 0..=numbers.below(4) {
            let at = numbers.below(bent.len());
            bent[at] = numbers.byte();
        }
        let answer = heard(&servers, &packets(0x10, &bent), true).await;
        assert_eq!(answer.get(8), Some(&0xAA));
    }
}

/// A World in which whoever has this token is let in.
async fn let_in() -> (World, TdsServers, String) {
    let (world, servers) = servers();
    let token = written::admit(&world);
    (world, servers, token)
}

#[tokio::test(start_paused = true)]
async fn requests_that_are_bent_are_answered_or_end_the_session() {
    let (_world, servers, token) = let_in().await;
    let login = Wanted {
        token: &token,
        ..TOKEN
    };
    let login = packets(0x10, &write(&login));
    let requests = [
        (
            0x01,
            written::batch("BEGIN TRAN; SELECT 1 AS a, N'x'; COMMIT"),
        ),
        (0x03, written::call("SELECT @P1 AS p, @@SPID")),
        (0x0E, written::transaction(5, &[2, 0])),
        (0x06, Vec::new()),
    ];
    let mut numbers = Numbers(11);
    for (kind, body) in &requests {
        let mut straight = login.clone();
        straight.extend(packets(*kind, body));
        let answer = heard(&servers, &straight, true).await;
        let welcome = heard(&servers, &login, true).await;
        assert!(answer.len() > welcome.len(), "{kind}");
        for round in 0..200 {
            let mut bent = body.clone();
            if !bent.is_empty() {
                bent.truncate(bent.len() - numbers.below(bent.len()) * (round % 2));
                let at = numbers.below(bent.len());
                bent[at] = numbers.byte();
            }
            let mut sent = login.clone();
            sent.extend(packets(*kind, &bent));
            heard(&servers, &sent, true).await;
        }
    }
}
