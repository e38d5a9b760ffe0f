//! TLS: in the packets of `PRELOGIN` until both sides are done (TDS 7.4), or first of all (strict, TDS 8.0).

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::server::ResolvesServerCert;
use tokio_rustls::rustls::{ServerConfig, SupportedProtocolVersion, version};

use super::packets::{HEADER, packets};

/// What strict clients ask for by name.
pub(super) const ALPN: &[u8] = b"tds/8.0";
const PRELOGIN: u8 = 0x12;

/// How TLS is spoken: TDS 7.4, strict.
pub(super) struct Configs {
    pub(super) framed: Arc<ServerConfig>,
    pub(super) strict: Arc<ServerConfig>,
}

impl Configs {
    pub(super) fn new(certificates: Arc<dyn ResolvesServerCert>) -> io::Result<Self> {
        let config = |versions: &[&'static SupportedProtocolVersion]| {
            let provider = Arc::new(aws_lc_rs::default_provider());
            ServerConfig::builder_with_provider(provider)
                .with_protocol_versions(versions)
                .map(|builder| {
                    builder
                        .with_no_client_auth()
                        .with_cert_resolver(Arc::clone(&certificates))
                })
                .map_err(io::Error::other)
        };
        // With TLS 1.3 a server still speaks when the client has already taken the packets off.
        let framed = config(&[&version::TLS12])?;
        let mut strict = config(&[&version::TLS13, &version::TLS12])?;
        strict.alpn_protocols = vec![ALPN.to_vec()];
        Ok(Self {
            framed: Arc::new(framed),
            strict: Arc::new(strict),
        })
    }
}

/// A stream whose bytes stand in packets as long as the handshake lasts.
#[derive(Debug)]
pub(super) struct Handshake<S> {
    stream: S,
    framed: bool,
    header: [u8; HEADER],
    /// How much of the header was read.
    have: usize,
    /// How much of the packet is left.
    left: usize,
    out: Vec<u8>,
    sending: Vec<u8>,
    sent: usize,
}

impl<S> Handshake<S> {
    pub(super) fn new(stream: S) -> Self {
        Self {
            stream,
            framed: true,
            header: [0; HEADER],
            have: 0,
            left: 0,
            out: Vec::new(),
            sending: Vec::new(),
            sent: 0,
        }
    }

    /// The handshake is over: from here on TLS has no packets around it.
    pub(super) fn finish(&mut self) {
        self.framed = false;
    }
}

fn wrong(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for Handshake<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let own = self.get_mut();
        if !own.framed {
            return Pin::new(&mut own.stream).poll_read(context, buffer);
        }
        while own.left == 0 {
            let Some(rest) = own
                .header
                .get_mut(own.have..)
                .filter(|rest| !rest.is_empty())
            else {
                let [kind, _, high, low, ..] = own.header;
                let length = usize::from(u16::from_be_bytes([high, low]));
                if kind != PRELOGIN || length < HEADER {
                    return Poll::Ready(Err(wrong("TLS does not stand in packets of PRELOGIN")));
                }
                own.have = 0;
                own.left = length - HEADER;
                continue;
            };
            let mut part = ReadBuf::new(rest);
            ready!(Pin::new(&mut own.stream).poll_read(context, &mut part))?;
            let count = part.filled().len();
            if count == 0 {
                return Poll::Ready(Ok(()));
            }
            own.have += count;
        }
        let mut part = buffer.take(own.left);
        ready!(Pin::new(&mut own.stream).poll_read(context, &mut part))?;
        let count = part.filled().len();
        own.left -= count;
        // What was read stands in the buffer already, and only its end has to be told.
        let whole = buffer.filled().len() + count;
        buffer.initialize_unfilled_to(count);
        buffer.set_filled(whole);
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Handshake<S> {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let own = self.get_mut();
        if !own.framed {
            return Pin::new(&mut own.stream).poll_write(context, bytes);
        }
        own.out.extend_from_slice(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let own = self.get_mut();
        loop {
            if let Some(rest) = own.sending.get(own.sent..).filter(|rest| !rest.is_empty()) {
                let count = ready!(Pin::new(&mut own.stream).poll_write(context, rest))?;
                if count == 0 {
                    return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
                }
                own.sent += count;
            } else if own.out.is_empty() {
                return Pin::new(&mut own.stream).poll_flush(context);
            } else {
                own.sending = packets(PRELOGIN, &std::mem::take(&mut own.out));
                own.sent = 0;
            }
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    #[tokio::test]
    async fn the_handshake_stands_in_packets_and_the_rest_does_not() {
        let (near, far) = tokio::io::duplex(100_000);
        let (mut near, mut far) = (Handshake::new(near), Handshake::new(far));
        let hello: Vec<u8> = (0..9000_u32).map(|n| n.to_le_bytes()[0]).collect();
        near.write_all(&hello).await.unwrap();
        near.flush().await.unwrap();
        let mut read = vec![0; 9000];
        far.read_exact(&mut read).await.unwrap();
        assert_eq!(read, hello);
        near.finish();
        near.write_all(b"plain").await.unwrap();
        far.finish();
        let mut read = [0; 5];
        far.read_exact(&mut read).await.unwrap();
        assert_eq!(&read, b"plain");
    }

    #[tokio::test]
    async fn other_packets_are_refused() {
        for bytes in [
            [0x04, 1, 0, 9, 0, 0, 1, 0, 0x16],
            [0x12, 1, 0, 7, 0, 0, 1, 0, 0x16],
        ] {
            let (mut client, server) = tokio::io::duplex(100);
            client.write_all(&bytes).await.unwrap();
            let error = Handshake::new(server).read_u8().await.unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::InvalidData);
        }
    }
}
