//! Writes down what leaves this process, and for which step: from what is really sent the runbook is made.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use azure_core::http::headers::{AUTHORIZATION, Headers};
use azure_core::http::{AsyncRawResponse, Body, HttpClient, Request};
use serde::Deserialize;
use serde_json::Value;
use url::Url;

use crate::engine::{Acting, Doing, Key};
use crate::preflight;

/// Something that was sent and answered.
#[derive(Clone, Debug, PartialEq)]
pub struct Sent {
    /// The step that sent it.
    pub step: Key,
    /// Whether it looked or wrote.
    pub doing: Doing,
    /// The id of the tenant that the token is of.
    pub tenant: Option<String>,
    /// The object id of whoever the token is of.
    pub caller: Option<String>,
    /// What was sent.
    pub what: What,
}

/// What was sent.
#[derive(Clone, PartialEq)]
#[allow(
    clippy::large_enum_variant,
    reason = "nearly all are requests, and a rehearsal has a thousand of them"
)]
pub enum What {
    /// A request.
    Http {
        /// `PUT`.
        method: String,
        /// The whole address.
        url: Url,
        /// Headers that say something: `If-Match`, `Prefer`, `ConsistencyLevel`.
        headers: Vec<(String, String)>,
        /// The body, as JSON.
        body: Option<Value>,
        /// The answer's status.
        status: u16,
        /// The answer's body, as JSON.
        answer: Option<Value>,
    },
    /// A batch in a session with a database.
    Sql {
        /// The server.
        host: String,
        /// The database.
        database: String,
        /// The batch.
        batch: String,
    },
}

impl fmt::Debug for What {
    /// Without bodies.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Http {
                method,
                url,
                status,
                ..
            } => write!(f, "{method} {} -> {status}", url.path()),
            Self::Sql { host, database, .. } => write!(f, "SQL {host}/{database}"),
        }
    }
}

/// Headers that change what a request does. Everything else is the transport's.
const TELLING: [&str; 4] = ["prefer", "if-match", "if-none-match", "consistencylevel"];

/// Keeps what is sent. Cheap to clone; clones share it.
#[derive(Clone, Default)]
pub struct Tap(Arc<Mutex<Vec<Sent>>>);

impl Tap {
    /// What was sent since the last time.
    pub fn take(&self) -> Vec<Sent> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn keep(&self, sent: Sent) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.push(sent);
    }

    /// A batch that a step runs.
    pub(super) fn batch(&self, host: &str, database: &str, batch: &str) {
        if let Some(acting) = Acting::now() {
            self.keep(Sent {
                step: acting.step,
                doing: acting.doing,
                tenant: None,
                caller: None,
                what: What::Sql {
                    host: host.to_owned(),
                    database: database.to_owned(),
                    batch: batch.to_owned(),
                },
            });
        }
    }

    /// The same transport, written down.
    pub(super) fn on(&self, inner: Arc<dyn HttpClient>) -> Arc<dyn HttpClient> {
        Arc::new(Tapped {
            inner,
            tap: self.clone(),
        })
    }
}

impl fmt::Debug for Tap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tap").finish_non_exhaustive()
    }
}

#[derive(Debug)]
struct Tapped {
    inner: Arc<dyn HttpClient>,
    tap: Tap,
}

#[async_trait]
impl HttpClient for Tapped {
    async fn execute_request(&self, request: &Request) -> azure_core::Result<AsyncRawResponse> {
        let answer = self.inner.execute_request(request).await?;
        // Tokens, and what no step asks, are nobody's business.
        let (Some(acting), Some(token)) = (
            Acting::now(),
            request.headers().get_optional_str(&AUTHORIZATION),
        ) else {
            return Ok(answer);
        };
        let (status, headers, body) = answer.deconstruct();
        let bytes = body.collect().await?;
        let (tenant, caller) = whose(token);
        self.tap.keep(Sent {
            step: acting.step,
            doing: acting.doing,
            tenant,
            caller,
            what: What::Http {
                method: request.method().to_string(),
                url: request.url().clone(),
                headers: telling(request.headers()),
                body: match request.body() {
                    Body::Bytes(bytes) => serde_json::from_slice(bytes).ok(),
                    Body::SeekableStream(_) => None,
                },
                status: u16::from(status),
                answer: serde_json::from_slice(&bytes).ok(),
            },
        });
        Ok(AsyncRawResponse::from_bytes(status, headers, bytes))
    }
}

fn telling(headers: &Headers) -> Vec<(String, String)> {
    let all = headers.iter();
    let mut told: Vec<_> = all
        .map(|(name, value)| (name.as_str().to_lowercase(), value.as_str().to_owned()))
        .filter(|(name, _)| TELLING.contains(&name.as_str()))
        .collect();
    told.sort();
    told
}

/// Tenant and object id that a bearer token names.
fn whose(header: &str) -> (Option<String>, Option<String>) {
    #[derive(Default, Deserialize)]
    struct Claims {
        tid: Option<String>,
        oid: Option<String>,
    }
    let payload = header.split('.').nth(1).and_then(preflight::decode);
    let claims: Claims = payload
        .and_then(|payload| serde_json::from_slice(&payload).ok())
        .unwrap_or_default();
    (claims.tid, claims.oid)
}
