//! Writes down what leaves this process, and for which step: from what is really sent the runbook is made.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use azure_core::http::headers::{AUTHORIZATION, Headers};
use azure_core::http::{AsyncRawResponse, Body, HttpClient, Request};
use rhc_arm::fake::LinkedAction;
use rhc_core::fake::World;
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
    /// The right that it takes in Azure, where that is not called as its path says.
    pub action: Option<String>,
    /// The rights that it takes in Azure at what its body names.
    pub linked: Vec<LinkedAction>,
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

/// Keeps what is sent to a cloud of this process. Cheap to clone; clones share it.
#[derive(Clone)]
pub struct Tap {
    world: World,
    kept: Arc<Mutex<Vec<Sent>>>,
}

impl Tap {
    /// For what is sent to this World.
    pub fn new(world: &World) -> Self {
        Self {
            world: world.clone(),
            kept: Arc::default(),
        }
    }

    /// What was sent since the last time.
    pub fn take(&self) -> Vec<Sent> {
        std::mem::take(&mut self.kept.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn keep(&self, sent: Sent) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.push(sent);
    }

    /// What Azure's roles must allow for a request, as the fakes know it that will ask. What a PATCH takes depends on what is there.
    fn takes(&self, request: &Request) -> (Option<String>, Vec<LinkedAction>) {
        let url = request.url();
        let host = url.host_str().unwrap_or_default();
        if host != "management.azure.com" {
            let pulls = rhc_containerapps::fake::pulling_takes(&self.world, host);
            return (None, pulls.into_iter().collect());
        }
        let (method, path) = (request.method().to_string(), url.path());
        let action = rhc_arm::fake::named_action(&self.world, &method, path);
        let body = body_of(request);
        let linked =
            body.map(|body| rhc_arm::fake::linked_actions(&self.world, &method, path, &body));
        (action, linked.unwrap_or_default())
    }

    /// A batch that a step runs.
    pub(super) fn batch(&self, host: &str, database: &str, batch: &str) {
        if let Some(acting) = Acting::now() {
            self.keep(Sent {
                step: acting.step,
                doing: acting.doing,
                tenant: None,
                caller: None,
                action: None,
                linked: Vec::new(),
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
        let (action, linked) = self.tap.takes(request);
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
            action,
            linked,
            what: What::Http {
                method: request.method().to_string(),
                url: request.url().clone(),
                headers: telling(request.headers()),
                body: body_of(request),
                status: u16::from(status),
                answer: serde_json::from_slice(&bytes).ok(),
            },
        });
        Ok(AsyncRawResponse::from_bytes(status, headers, bytes))
    }
}

fn body_of(request: &Request) -> Option<Value> {
    match request.body() {
        Body::Bytes(bytes) => serde_json::from_slice(bytes).ok(),
        Body::SeekableStream(_) => None,
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
