//! A connection that is lost after a transaction was sent: nobody knows what became of it until somebody looks.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use rhc_core::{AppId, Cloud};
use rhc_sql_identity::fake::{TdsServers, Vantage};
use rhc_sql_identity::{
    DatabaseRole, Databases, Dial, Grant, Observation, TdsDatabases, Wire, plan,
};
use tokio::io::{AsyncRead, AsyncWrite, DuplexStream, ReadBuf};

use crate::support::{ADMIN, HP2, TENANT, address, with_endpoint};
use crate::wire::Setting;

/// Streams that carry what the client says after its login, and nothing of what the server says to that.
#[derive(Debug)]
struct Losing(TdsServers);

#[async_trait::async_trait]
impl Dial for Losing {
    async fn dial(&self, host: &str, _: u16) -> io::Result<Box<dyn Wire>> {
        Ok(Box::new(Lossy {
            stream: self.0.connect(host, Vantage::Inside),
            logins: self.0.logins().len(),
            servers: self.0.clone(),
            state: State::Whole,
        }))
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum State {
    Whole,
    /// The server's answer to the login has come.
    In,
    Lost,
}

struct Lossy {
    stream: DuplexStream,
    servers: TdsServers,
    logins: usize,
    state: State,
}

impl AsyncRead for Lossy {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.state == State::Lost {
            return Poll::Ready(Ok(()));
        }
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(cx, buffer);
        if buffer.filled().len() > before && self.servers.logins().len() > self.logins {
            self.state = State::In;
        }
        read
    }
}

impl AsyncWrite for Lossy {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        if self.state == State::In {
            self.state = State::Lost;
        }
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_to_a_transaction_is_not_repeated() {
    for strict in [false, true] {
        let mut setting = Setting::of(with_endpoint().await, Vantage::Inside);
        setting.options.strict = strict;
        let grant = [Grant {
            user: "rhc-hp2-qa-db".to_owned(),
            client_id: AppId::new(HP2),
            roles: [DatabaseRole::DataReader].into(),
        }];
        let (admin, at) = (setting.as_admin(), address("hp2_db"));
        let missing = async || match admin.observe(&at).await.unwrap() {
            Observation::Known(seen) => plan(&grant, &seen, &Default::default()).unwrap(),
            Observation::NotObservable { reason } => panic!("{reason}"),
        };
        let planned = missing().await;
        assert_eq!(planned.statements.len(), 2);
        let credential = setting.world.user_credential(&TENANT.to_string(), ADMIN);
        let lossy = TdsDatabases::through(
            &Cloud::public(),
            credential,
            setting.options.clone(),
            Arc::new(Losing(setting.servers.clone())),
        );
        let before = setting.servers.logins().len();
        let error = lossy.apply(&at, &planned).await.unwrap_err();
        assert!(error.is_outcome_unknown(), "{error}");
        assert_eq!(setting.servers.logins().len(), before + 1);
        // It had taken effect: looking again says so, and there is nothing left to do.
        assert!(missing().await.is_empty());
    }
}
