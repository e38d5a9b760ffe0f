//! Counts what leaves this process.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use azure_core::http::{AsyncRawResponse, HttpClient, Request};

/// A transport that counts its requests, retries and token requests included.
#[derive(Debug)]
pub(super) struct Counting {
    inner: Arc<dyn HttpClient>,
    sent: AtomicU64,
}

impl Counting {
    pub(super) fn new(inner: Arc<dyn HttpClient>) -> Arc<Self> {
        Arc::new(Self {
            inner,
            sent: AtomicU64::new(0),
        })
    }

    pub(super) fn sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }
}

#[async_trait]
impl HttpClient for Counting {
    async fn execute_request(&self, request: &Request) -> azure_core::Result<AsyncRawResponse> {
        self.sent.fetch_add(1, Ordering::Relaxed);
        self.inner.execute_request(request).await
    }
}
