//! Pacing: the known ceilings of the services, kept on the client's side.

use azure_core::http::{
    Context, Method, Request, Url,
    policies::{Policy, PolicyResult},
};
use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::time::Instant;

/// A class of requests that share a ceiling, for example "Conditional Access: one a second".
#[derive(Clone)]
pub struct Ceiling {
    /// The name of the class.
    pub name: &'static str,
    /// Which requests belong to it.
    pub covers: fn(Method, &Url) -> bool,
    /// How many may be sent at once after a pause.
    pub burst: u32,
    /// How long one unit takes to come back.
    pub refill: Duration,
}

impl fmt::Debug for Ceiling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ceiling")
            .field("name", &self.name)
            .field("burst", &self.burst)
            .field("refill", &self.refill)
            .finish_non_exhaustive()
    }
}

/// Token buckets per class. Share one among the clients of a tenant: the ceilings are per tenant.
///
/// A request that belongs to no class passes at once; one that belongs to several takes from each.
#[derive(Debug)]
pub struct Pacer {
    ceilings: Vec<Ceiling>,
    /// When each bucket will be full again.
    full_at: Mutex<HashMap<&'static str, Instant>>,
}

impl Pacer {
    /// A pacer for these classes.
    pub fn new(ceilings: Vec<Ceiling>) -> Self {
        Self {
            ceilings,
            full_at: Mutex::default(),
        }
    }

    /// Waits until the request may be sent. The place in the queue is taken when this is called.
    pub async fn wait(&self, method: Method, url: &Url) {
        let until = self
            .ceilings
            .iter()
            .filter(|ceiling| (ceiling.covers)(method, url))
            .filter_map(|ceiling| self.reserve(ceiling))
            .max();
        if let Some(until) = until {
            tokio::time::sleep_until(until).await;
        }
    }

    fn reserve(&self, ceiling: &Ceiling) -> Option<Instant> {
        let now = Instant::now();
        let mut full_at = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        let full = full_at.entry(ceiling.name).or_insert(now);
        let after = (*full).max(now) + ceiling.refill;
        *full = after;
        // A bucket that fills at `after` holds a unit for us from the moment when no more than `burst` are missing.
        let capacity = ceiling.refill.saturating_mul(ceiling.burst.max(1));
        after.checked_sub(capacity).filter(|until| *until > now)
    }
}

/// Waits before each try.
#[derive(Debug)]
pub(crate) struct PacingPolicy(pub(crate) Arc<Pacer>);

#[async_trait::async_trait]
impl Policy for PacingPolicy {
    async fn send(
        &self,
        ctx: &Context,
        request: &mut Request,
        next: &[Arc<dyn Policy>],
    ) -> PolicyResult {
        self.0.wait(request.method(), request.url()).await;
        let Some((first, rest)) = next.split_first() else {
            return Err(azure_core::Error::with_message(
                azure_core::error::ErrorKind::Other,
                "the pipeline has no transport",
            ));
        };
        first.send(ctx, request, rest).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pacer(burst: u32, refill: Duration) -> Pacer {
        Pacer::new(vec![Ceiling {
            name: "writes",
            covers: |method, _| method != Method::Get,
            burst,
            refill,
        }])
    }

    async fn time(pacer: &Pacer, method: Method, times: u32) -> Duration {
        let url = Url::parse("https://graph.microsoft.com/v1.0/x").unwrap();
        let started = Instant::now();
        for _ in 0..times {
            pacer.wait(method, &url).await;
        }
        started.elapsed()
    }

    #[tokio::test(start_paused = true)]
    async fn one_a_second_is_one_a_second() {
        let pacer = pacer(1, Duration::from_secs(1));
        let took = time(&pacer, Method::Post, 5).await;
        assert!(
            took >= Duration::from_secs(4) && took < Duration::from_millis(4100),
            "{took:?}"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_burst_passes_and_comes_back() {
        let pacer = pacer(3, Duration::from_secs(1));
        assert!(time(&pacer, Method::Post, 3).await < Duration::from_millis(100));
        assert!(time(&pacer, Method::Post, 1).await >= Duration::from_millis(900));
        tokio::time::sleep(Duration::from_secs(60)).await;
        assert!(time(&pacer, Method::Post, 3).await < Duration::from_millis(100));
    }

    #[tokio::test(start_paused = true)]
    async fn other_classes_do_not_wait() {
        let pacer = pacer(1, Duration::from_secs(1));
        assert_eq!(time(&pacer, Method::Get, 100).await, Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn waiters_share_the_ceiling() {
        let pacer = Arc::new(pacer(1, Duration::from_secs(1)));
        let started = Instant::now();
        let tasks: Vec<_> = (0..4)
            .map(|_| {
                tokio::spawn({
                    let pacer = Arc::clone(&pacer);
                    async move { time(&pacer, Method::Post, 1).await }
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
        assert!(started.elapsed() >= Duration::from_secs(3));
    }
}
