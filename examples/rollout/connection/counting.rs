//! Counts what leaves this process, and tells it to whoever wants to know.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use async_trait::async_trait;
use azure_core::http::{AsyncRawResponse, HttpClient, Request};
use serde::Serialize;
use tokio::time::Instant;

/// Something that was sent and how it ended, without anything that could be secret: no query, no header, no body.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Exchange {
    /// `PUT`; `SQL` for a batch in a session with a database.
    pub method: String,
    /// The service or server.
    pub host: String,
    /// The path of the address; of a batch the database.
    pub path: String,
    /// The answer's status; none where no answer came, and for a batch.
    pub status: Option<u16>,
    /// Whether an answer came.
    pub answered: bool,
    /// How long it took, in the cloud's time.
    #[serde(serialize_with = "seconds")]
    pub took: Duration,
}

fn seconds<S: serde::Serializer>(took: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64((took.as_secs_f64() * 1000.0).round() / 1000.0)
}

/// Who is told of each exchange as soon as it is over.
pub type Listener = Arc<dyn Fn(&Exchange) + Send + Sync>;

/// Tells one listener. Cheap to clone; clones share it.
#[derive(Clone, Default)]
pub(super) struct Told(Arc<OnceLock<Listener>>);

impl Told {
    /// From now on. The first listener stays.
    pub(super) fn listen(&self, listener: Listener) {
        let _ = self.0.set(listener);
    }

    /// Tells what became of it.
    pub(super) fn tell(&self, exchange: impl FnOnce() -> Exchange) {
        if let Some(listener) = self.0.get() {
            listener(&exchange());
        }
    }
}

impl fmt::Debug for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Told").finish_non_exhaustive()
    }
}

/// A transport that counts its requests, retries and token requests included.
#[derive(Debug)]
pub(super) struct Counting {
    inner: Arc<dyn HttpClient>,
    sent: AtomicU64,
    told: Told,
}

impl Counting {
    pub(super) fn new(inner: Arc<dyn HttpClient>) -> Arc<Self> {
        Arc::new(Self {
            inner,
            sent: AtomicU64::new(0),
            told: Told::default(),
        })
    }

    pub(super) fn sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }

    pub(super) fn told(&self) -> &Told {
        &self.told
    }
}

#[async_trait]
impl HttpClient for Counting {
    async fn execute_request(&self, request: &Request) -> azure_core::Result<AsyncRawResponse> {
        self.sent.fetch_add(1, Ordering::Relaxed);
        let began = Instant::now();
        let answer = self.inner.execute_request(request).await;
        self.told.tell(|| Exchange {
            method: request.method().to_string(),
            host: request.url().host_str().unwrap_or_default().to_owned(),
            path: request.url().path().to_owned(),
            status: answer
                .as_ref()
                .ok()
                .map(|answer| u16::from(answer.status())),
            answered: answer.is_ok(),
            took: began.elapsed(),
        });
        answer
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Mutex, PoisonError};

    use azure_core::http::headers::{AUTHORIZATION, Headers};
    use azure_core::http::{Method, StatusCode, Url};

    use super::*;

    #[derive(Debug)]
    struct Answers;

    #[async_trait]
    impl HttpClient for Answers {
        async fn execute_request(&self, _: &Request) -> azure_core::Result<AsyncRawResponse> {
            tokio::time::sleep(Duration::from_millis(1500)).await;
            Ok(AsyncRawResponse::from_bytes(
                StatusCode::Accepted,
                Headers::new(),
                "hidden in the body",
            ))
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_listener_learns_what_was_asked_and_nothing_secret() {
        let heard = Arc::new(Mutex::new(Vec::new()));
        let counting = Counting::new(Arc::new(Answers));
        let url: Url = "https://u:hidden@management.azure.com/subscriptions/1/operations/2?api-version=1&t=hidden"
            .parse()
            .unwrap();
        let mut request = Request::new(url, Method::Get);
        request.insert_header(AUTHORIZATION, "Bearer hidden");
        counting.execute_request(&request).await.unwrap();
        let to = Arc::clone(&heard);
        counting.told().listen(Arc::new(move |exchange: &Exchange| {
            let mut heard = to.lock().unwrap_or_else(PoisonError::into_inner);
            heard.push(exchange.clone());
        }));
        counting.execute_request(&request).await.unwrap();
        let heard = heard.lock().unwrap().clone();
        let text = serde_json::to_string(&heard).unwrap();
        assert_eq!(
            text,
            r#"[{"method":"GET","host":"management.azure.com","path":"/subscriptions/1/operations/2","status":202,"answered":true,"took":1.5}]"#
        );
        assert_eq!(counting.sent(), 2, "the first had no listener");
        assert!(!format!("{heard:?}").contains("hidden"));
    }
}
