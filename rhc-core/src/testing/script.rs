//! A transport that answers from a script, without a socket.

use crate::{ClientOptions, Clock};
use azure_core::{
    error::{Error, ErrorKind},
    http::{
        AsyncRawResponse, HttpClient, Method, Request, StatusCode, Transport, Url,
        headers::{HeaderName, Headers},
    },
};
use bytes::Bytes;
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::time::Instant;

/// What the script answers to one request.
#[derive(Debug, Clone)]
pub struct Reply {
    outcome: Result<(u16, Headers, Bytes), ErrorKind>,
    after: Duration,
}

impl Reply {
    /// An answer with this status.
    pub fn status(status: u16) -> Self {
        Self {
            outcome: Ok((status, Headers::new(), Bytes::new())),
            after: Duration::ZERO,
        }
    }

    /// An answer with this status and JSON body.
    pub fn json(status: u16, body: serde_json::Value) -> Self {
        let mut headers = Headers::new();
        headers.insert("content-type", "application/json");
        Self {
            outcome: Ok((status, headers, body.to_string().into())),
            after: Duration::ZERO,
        }
    }

    /// The service cannot be reached: nothing is sent.
    pub fn not_sent() -> Self {
        Self {
            outcome: Err(ErrorKind::Connection),
            after: Duration::ZERO,
        }
    }

    /// The request is sent and the answer is lost.
    pub fn lost() -> Self {
        Self {
            outcome: Err(ErrorKind::Io),
            after: Duration::ZERO,
        }
    }

    /// With a header.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        if let Ok((_, headers, _)) = &mut self.outcome {
            headers.insert(name, value.into());
        }
        self
    }

    /// With a body that is not JSON.
    #[must_use]
    pub fn text(mut self, body: &str) -> Self {
        if let Ok((_, _, bytes)) = &mut self.outcome {
            *bytes = Bytes::from(body.to_owned());
        }
        self
    }

    /// After this time.
    #[must_use]
    pub fn after(mut self, duration: Duration) -> Self {
        self.after = duration;
        self
    }
}

/// A request that the script saw.
#[derive(Debug, Clone)]
pub struct Seen {
    /// The method.
    pub method: Method,
    /// The whole URL.
    pub url: Url,
    /// The headers.
    pub headers: Headers,
    /// The body.
    pub body: Bytes,
    /// When, counted from the script's making.
    pub at: Duration,
}

impl Seen {
    /// A header's value.
    pub fn header(&self, name: &'static str) -> Option<&str> {
        self.headers
            .get_optional_str(&HeaderName::from_static(name))
    }

    /// The body as JSON; null when it is not.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

/// Answers one request after the other from a list.
#[derive(Debug)]
pub struct Script {
    replies: Mutex<VecDeque<Reply>>,
    seen: Mutex<Vec<Seen>>,
    started: Instant,
}

impl Script {
    /// These replies, in this order.
    pub fn new(replies: impl IntoIterator<Item = Reply>) -> Arc<Self> {
        Arc::new(Self {
            replies: Mutex::new(replies.into_iter().collect()),
            seen: Mutex::default(),
            started: Instant::now(),
        })
    }

    /// What was asked so far.
    pub fn seen(&self) -> Vec<Seen> {
        self.seen
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// `METHOD url` of what was asked so far.
    pub fn lines(&self) -> Vec<String> {
        self.seen()
            .iter()
            .map(|seen| format!("{} {}", seen.method, seen.url))
            .collect()
    }

    /// How many replies were not used.
    pub fn left(&self) -> usize {
        self.replies
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .len()
    }

    /// Options for a client on this script.
    pub fn options(self: &Arc<Self>) -> ClientOptions {
        let mut options = ClientOptions {
            clock: Clock::anchored(super::credential::START, 1.0),
            ..ClientOptions::default()
        };
        options.client_options.transport =
            Some(Transport::new(Arc::clone(self) as Arc<dyn HttpClient>));
        options
    }
}

#[async_trait::async_trait]
impl HttpClient for Script {
    async fn execute_request(&self, request: &Request) -> azure_core::Result<AsyncRawResponse> {
        let body = match request.body() {
            azure_core::http::Body::Bytes(bytes) => bytes.clone(),
            azure_core::http::Body::SeekableStream(_) => {
                return Err(Error::with_message(
                    ErrorKind::Other,
                    "a script reads no streams",
                ));
            }
        };
        let seen = Seen {
            method: request.method(),
            url: request.url().clone(),
            headers: request.headers().clone(),
            body,
            at: self.started.elapsed(),
        };
        let line = format!("{} {}", seen.method, seen.url);
        self.seen
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(seen);
        let reply = self
            .replies
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop_front();
        let Some(reply) = reply else {
            return Err(Error::with_message(
                ErrorKind::Other,
                format!("the script has no reply left for {line}"),
            ));
        };
        tokio::time::sleep(reply.after).await;
        match reply.outcome {
            Ok((status, headers, body)) => Ok(AsyncRawResponse::from_bytes(
                StatusCode::from(status),
                headers,
                body,
            )),
            Err(kind) => Err(Error::with_message(kind, "as the script says")),
        }
    }
}
