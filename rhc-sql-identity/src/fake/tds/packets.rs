//! Packets, and the messages that they come to.
//!
//! Source: [MS-TDS 2.2.3](https://learn.microsoft.com/openspecs/windows_protocols/ms-tds/e5ea8520-1ea3-4a75-a2a9-c17e63e9ee19).

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// The size of a packet's header.
pub(super) const HEADER: usize = 8;
/// The size of packets until another one was agreed on, and here for ever.
pub(super) const PACKET: usize = 4096;
/// The longest packet that a client may send.
const LONGEST_PACKET: usize = 32767;
/// The last packet of a message.
const END: u8 = 0x01;
/// The client has given the message up before its end.
const IGNORE: u8 = 0x02;
/// The client asks to forget what the session has set.
const RESET: u8 = 0x08 | 0x10;

/// What a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MessageKind {
    Batch,
    Rpc,
    Attention,
    Transaction,
    Login,
    Prelogin,
    /// One that this server does not take.
    Other(u8),
}

impl MessageKind {
    fn of(byte: u8) -> Self {
        match byte {
            0x01 => Self::Batch,
            0x03 => Self::Rpc,
            0x06 => Self::Attention,
            0x0E => Self::Transaction,
            0x10 => Self::Login,
            0x12 => Self::Prelogin,
            other => Self::Other(other),
        }
    }
}

/// A message from a client, put together.
#[derive(Debug)]
pub(super) struct Message {
    pub(super) kind: MessageKind,
    /// Whether the session shall forget what it has set first.
    pub(super) reset: bool,
    /// Whether it is to be ignored: the client has changed its mind while it sent it.
    pub(super) ignored: bool,
    pub(super) body: Vec<u8>,
}

/// Messages over a stream. What was read of one that is not whole yet stays, so that reading can be given up and taken
/// up again.
#[derive(Debug)]
pub(super) struct Messages<S> {
    pub(super) stream: S,
    read: Vec<u8>,
    /// Of the message that is being put together.
    kind: Option<(u8, bool)>,
    body: Vec<u8>,
}

fn wrong(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

impl<S: AsyncRead + AsyncWrite + Unpin> Messages<S> {
    pub(super) fn new(stream: S) -> Self {
        Self {
            stream,
            read: Vec::new(),
            kind: None,
            body: Vec::new(),
        }
    }

    /// The next message, of at most `longest` bytes. None where the client has closed between two of them.
    ///
    /// It can be dropped and called again.
    pub(super) async fn next(&mut self, longest: usize) -> io::Result<Option<Message>> {
        loop {
            while let Some((header, body)) = self.packet()? {
                let [kind, status, ..] = header;
                match self.kind {
                    None => self.kind = Some((kind, status & RESET != 0)),
                    Some((first, _)) if first == kind => {}
                    // A client that gives a message up may say so in the middle of it.
                    Some(_) if kind == 0x06 => {
                        self.body.clear();
                        self.kind = Some((kind, false));
                    }
                    Some(_) => return Err(wrong("packets of two messages are mixed")),
                }
                self.body.extend_from_slice(&body);
                if self.body.len() > longest {
                    return Err(wrong("the message is too long"));
                }
                if status & END != 0 {
                    let (kind, reset) = self.kind.take().unwrap_or((kind, false));
                    return Ok(Some(Message {
                        kind: MessageKind::of(kind),
                        reset,
                        ignored: status & IGNORE != 0,
                        body: std::mem::take(&mut self.body),
                    }));
                }
            }
            // `read_buf` loses nothing when it is dropped.
            if self.stream.read_buf(&mut self.read).await? == 0 {
                let between = self.read.is_empty() && self.kind.is_none();
                return if between {
                    Ok(None)
                } else {
                    Err(io::ErrorKind::UnexpectedEof.into())
                };
            }
        }
    }

    /// The stream itself, for what comes instead of messages. Nothing may have been read ahead of it.
    pub(super) fn into_stream(self) -> io::Result<S> {
        if self.read.is_empty() {
            Ok(self.stream)
        } else {
            Err(wrong("the client does not wait for the answer"))
        }
    }

    /// A whole packet off the front of what was read.
    fn packet(&mut self) -> io::Result<Option<([u8; HEADER], Vec<u8>)>> {
        let Some(header) = self.read.first_chunk::<HEADER>().copied() else {
            return Ok(None);
        };
        let [_, _, high, low, ..] = header;
        let length = usize::from(u16::from_be_bytes([high, low]));
        if !(HEADER..=LONGEST_PACKET).contains(&length) {
            return Err(wrong("a packet's length makes no sense"));
        }
        if self.read.len() < length {
            return Ok(None);
        }
        let rest = self.read.split_off(length);
        let body = self.read.split_off(HEADER);
        self.read = rest;
        Ok(Some((header, body)))
    }

    /// Sends an answer, in packets of the size that was agreed on.
    pub(super) async fn answer(&mut self, body: &[u8]) -> io::Result<()> {
        self.stream.write_all(&packets(0x04, body)).await?;
        self.stream.flush().await
    }
}

/// A message as packets.
pub(super) fn packets(kind: u8, body: &[u8]) -> Vec<u8> {
    let mut sent = Vec::with_capacity(body.len() + HEADER);
    let mut rest = body;
    let mut number = 1_u8;
    loop {
        let (part, after) = rest.split_at(rest.len().min(PACKET - HEADER));
        let length = u16::try_from(part.len() + HEADER).unwrap_or(u16::MAX);
        let [high, low] = length.to_be_bytes();
        let end = if after.is_empty() { END } else { 0 };
        sent.extend_from_slice(&[kind, end, high, low, 0, 0, number, 0]);
        sent.extend_from_slice(part);
        if after.is_empty() {
            return sent;
        }
        rest = after;
        number = number.wrapping_add(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn read(bytes: &[u8], longest: usize) -> io::Result<Option<Message>> {
        let (mut client, server) = tokio::io::duplex(100_000);
        client.write_all(bytes).await.unwrap();
        drop(client);
        Messages::new(server).next(longest).await
    }

    #[tokio::test]
    async fn a_message_of_many_packets_is_one() {
        let body: Vec<u8> = (0..20_000_u32).map(|n| n.to_le_bytes()[0]).collect();
        let sent = packets(0x10, &body);
        assert_eq!(sent.len(), 20_000 + 5 * HEADER);
        let message = read(&sent, 20_000).await.unwrap().unwrap();
        assert_eq!((message.kind, message.body), (MessageKind::Login, body));
        assert!(read(&sent, 19_999).await.is_err());
        assert!(read(&[], 10).await.unwrap().is_none());
    }

    #[tokio::test]
    async fn reading_can_be_given_up_and_taken_up_again() {
        let (mut client, server) = tokio::io::duplex(100_000);
        let sent = packets(0x01, &[7; 5000]);
        let (first, second) = sent.split_at(4100);
        client.write_all(first).await.unwrap();
        let mut messages = Messages::new(server);
        for _ in 0..3 {
            assert!(futures_poll(messages.next(9000)).await.is_none());
        }
        client.write_all(second).await.unwrap();
        assert_eq!(messages.next(9000).await.unwrap().unwrap().body, [7; 5000]);
    }

    /// One poll of a future, which is then dropped.
    async fn futures_poll<T>(future: impl Future<Output = T>) -> Option<T> {
        let mut future = std::pin::pin!(future);
        std::future::poll_fn(|context| match future.as_mut().poll(context) {
            std::task::Poll::Ready(value) => std::task::Poll::Ready(Some(value)),
            std::task::Poll::Pending => std::task::Poll::Ready(None),
        })
        .await
    }

    #[tokio::test]
    async fn what_is_no_packet_is_an_error() {
        for bytes in [
            &[1, 1, 0, 7, 0, 0, 1, 0][..],
            &[1, 1, 0x80, 0, 0, 0, 1, 0],
            &[1, 1, 0],
            &[1, 0, 0, 8, 0, 0, 1, 0, 3, 1, 0, 8, 0, 0, 1, 0],
            &[1, 0, 0, 8, 0, 0, 1, 0],
        ] {
            assert!(read(bytes, 10).await.is_err(), "{bytes:?}");
        }
        // A message that is given up says so in its last packet.
        let ignored = [1, 0, 0, 9, 0, 0, 1, 0, 5, 1, 3, 0, 8, 0, 0, 2, 0];
        assert!(read(&ignored, 10).await.unwrap().unwrap().ignored);
        // An attention in the middle of a message takes its place.
        let given_up = [1, 0, 0, 9, 0, 0, 1, 0, 5, 6, 1, 0, 8, 0, 0, 1, 0];
        let message = read(&given_up, 10).await.unwrap().unwrap();
        assert_eq!(message.kind, MessageKind::Attention);
        assert!(message.body.is_empty() && !message.ignored);
    }
}
