//! A whole rollout between services that enforce their ceilings: none of its requests is one too many.

#[path = "common/altered.rs"]
mod altered;
#[allow(
    dead_code,
    reason = "shared by several test binaries, of which each uses a part"
)]
#[path = "common/finished.rs"]
mod finished;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use altered::Altered;
use async_trait::async_trait;
use azure_core::http::headers::Headers;
use azure_core::http::{AsyncRawResponse, HttpClient, Method, Request, StatusCode, Transport};
use finished::manifest;
use rhc_core::fake::WorldOptions;
use rollout::embedded::EmbeddedCloud;
use rollout::engine::{ApplyOptions, PlanOptions, TenantKey};
use rollout::steps::{self, Clients};
use tokio::time::Instant;
use url::Url;

/// The services' own buckets: how many fit in, and how many come back in a second (facts of the platform, not our pacer's figures).
const READS: Bucket = Bucket(250.0, 25.0);
const WRITES: Bucket = Bucket(200.0, 10.0);
const IDENTITIES: Bucket = Bucket(2.0, 2.0);
const READ_IDENTITIES: Bucket = Bucket(10.0, 10.0);
const LISTED_IDENTITIES: Bucket = Bucket(5.0, 5.0);
const IDENTITY: Bucket = Bucket(1.0, 0.25);
const READ_IDENTITY: Bucket = Bucket(1.0, 0.5);
const ACCESS: Bucket = Bucket(1.0, 1.0);
const FLOWS: Bucket = Bucket(200.0, 200.0 / 60.0);
const UNITS: Bucket = Bucket(3500.0, 350.0);

/// A subscription whose buckets are smaller and fill more slowly, as a trial's do, or as they seem to whom others take from them.
const FEW_READS: Bucket = Bucket(60.0, 8.0);
const FEW_WRITES: Bucket = Bucket(40.0, 3.0);

#[derive(Clone, Copy)]
struct Bucket(f64, f64);

/// What is different from a rollout as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum With {
    Nothing,
    NoPacing,
    /// The buckets are smaller than published.
    SmallBuckets,
    /// They are, and answers do not say what is left.
    SilentSmallBuckets,
}

/// Stands before the services and answers 429 where a bucket is empty.
#[derive(Debug)]
struct Meter {
    inner: Arc<dyn HttpClient>,
    tenant: TenantKey,
    with: With,
    /// How much is left, and since when.
    left: Arc<Mutex<HashMap<String, (f64, Instant)>>>,
    refused: Arc<Mutex<Vec<String>>>,
}

impl Meter {
    /// Takes from a bucket, if there is that much.
    fn take(&self, name: String, bucket: Bucket, units: f64) -> bool {
        self.taken(name, bucket, units).is_some()
    }

    /// Takes from a bucket, if there is that much; what is left then.
    fn taken(&self, name: String, Bucket(most, each_second): Bucket, units: f64) -> Option<f64> {
        let mut left = self.left.lock().unwrap();
        let now = Instant::now();
        let (there, since) = left.get(&name).copied().unwrap_or((most, now));
        let there = (there + each_second * (now - since).as_secs_f64()).min(most);
        // Halves of a thousandth are what clocks are made of.
        let enough = there + 0.001 >= units;
        let rest = if enough { there - units } else { there };
        left.insert(name, (rest, now));
        enough.then_some(rest)
    }

    /// The buckets of managed identities.
    fn identities_fit(&self, method: Method, scope: &str, path: &str) -> bool {
        let Some((_, below)) = path.split_once("/microsoft.managedidentity/userassignedidentities")
        else {
            return true;
        };
        let depth = below.split('/').filter(|part| !part.is_empty()).count();
        let reads = matches!(method, Method::Get | Method::Head);
        match (depth, reads) {
            (0, true) => self.take(format!("lists of {scope}"), LISTED_IDENTITIES, 1.0),
            (1, true) => {
                self.take(format!("read identities of {scope}"), READ_IDENTITIES, 1.0)
                    && self.take(format!("reads of {path}"), READ_IDENTITY, 1.0)
            }
            (1, false) => {
                self.take(format!("identities of {scope}"), IDENTITIES, 1.0)
                    && self.take(format!("writes of {path}"), IDENTITY, 1.0)
            }
            _ => true,
        }
    }

    /// Whether there is room for a request, and what Resource Manager says is left.
    fn fits(&self, method: Method, url: &Url) -> (bool, Option<(&'static str, f64)>) {
        let path = url.path().to_lowercase();
        let tenant = &self.tenant;
        let small = matches!(self.with, With::SmallBuckets | With::SilentSmallBuckets);
        let fits = match url.host_str().unwrap_or_default() {
            "management.azure.com" => {
                let mut parts = path.split('/').skip(1);
                let is_own = parts.next() == Some("subscriptions");
                let scope = parts.next().filter(|_| is_own).unwrap_or("the tenant");
                let (kind, bucket) = match method {
                    Method::Get | Method::Head if small => ("reads", FEW_READS),
                    Method::Get | Method::Head => ("reads", READS),
                    Method::Delete => ("deletes", WRITES),
                    _ if small => ("writes", FEW_WRITES),
                    _ => ("writes", WRITES),
                };
                let left = self.taken(format!("{kind} in {scope}"), bucket, 1.0);
                let fits = left.is_some() && self.identities_fit(method, scope, &path);
                return (fits, Some((kind, left.unwrap_or(0.0))));
            }
            "graph.microsoft.com" => {
                let units = match path.split('/').nth(2).unwrap_or_default() {
                    "users" | "applications" => 3.0,
                    _ if path.ends_with("/members") => 4.0,
                    _ => 2.0,
                };
                let whole = self.take(format!("units of {tenant}"), UNITS, units);
                whole
                    && match path.trim_start_matches("/v1.0/identity/") {
                        own if own == path => true,
                        own if own.starts_with("conditionalaccess") => {
                            self.take(format!("access of {tenant}"), ACCESS, 1.0)
                        }
                        _ => self.take(format!("flows of {tenant}"), FLOWS, 1.0),
                    }
            }
            _ => true,
        };
        (fits, None)
    }
}

#[async_trait]
impl HttpClient for Meter {
    async fn execute_request(&self, request: &Request) -> azure_core::Result<AsyncRawResponse> {
        let (fits, left) = self.fits(request.method(), request.url());
        if fits {
            let answer = self.inner.execute_request(request).await?;
            let (status, mut headers, body) = answer.deconstruct();
            if let Some((kind, left)) = left.filter(|_| self.with != With::SilentSmallBuckets) {
                let name = format!("x-ms-ratelimit-remaining-subscription-{kind}");
                headers.insert(name, left.floor().to_string());
            }
            let body = body.collect().await?;
            return Ok(AsyncRawResponse::from_bytes(status, headers, body));
        }
        let mut refused = self.refused.lock().unwrap();
        refused.push(format!("{} {}", request.method(), request.url()));
        let mut headers = Headers::new();
        headers.insert("content-type", "application/json");
        headers.insert("retry-after", "5");
        let body = r#"{"error":{"code":"TooManyRequests","message":"one too many"}}"#;
        Ok(AsyncRawResponse::from_bytes(
            StatusCode::TooManyRequests,
            headers,
            body,
        ))
    }
}

/// Applies the environment once and plans it six times; what was one too many.
async fn refusals(with: With) -> Vec<String> {
    let manifest = manifest();
    let cloud = EmbeddedCloud::new(&manifest, WorldOptions::default(), true).unwrap();
    let refused: Arc<Mutex<Vec<String>>> = Arc::default();
    let connection = cloud.connect();
    let fence = Some(connection.fence().clone());
    let (inner, kept) = (cloud.world().transport(), Arc::clone(&refused));
    let left: Arc<Mutex<HashMap<String, (f64, Instant)>>> = Arc::default();
    let clients = Clients::new(Arc::new(Altered {
        connection,
        change: Box::new(move |tenant, options| {
            options.client_options.transport = Some(Transport::new(Arc::new(Meter {
                inner: Arc::clone(&inner),
                tenant: tenant.clone(),
                with,
                left: Arc::clone(&left),
                refused: Arc::clone(&kept),
            })));
            options.pacer = options.pacer.take().filter(|_| with != With::NoPacing);
        }),
    }));
    let rollout = steps::environment(&manifest, &clients).unwrap();
    let planned = rollout.plan(&PlanOptions::default()).await;
    let options = ApplyOptions {
        fence,
        patience: std::time::Duration::from_secs(4 * 3600),
        ..ApplyOptions::default()
    };
    let summary = rollout.apply(planned, &options).await.unwrap();
    assert_eq!((&summary.failed, &summary.manual), (&vec![], &vec![]));
    for _ in 0..6 {
        rollout.plan(&PlanOptions::default()).await;
    }
    let refused = refused.lock().unwrap();
    refused.clone()
}

#[tokio::test(start_paused = true)]
async fn no_request_of_a_rollout_is_one_too_many() {
    assert_eq!(refusals(With::Nothing).await, [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn without_pacing_many_are() {
    let refused = refusals(With::NoPacing).await;
    for service in ["management.azure.com", "graph.microsoft.com"] {
        assert!(
            refused.iter().any(|own| own.contains(service)),
            "the meter of {service} refuses nothing"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn answers_teach_that_there_is_less_than_published() {
    assert_eq!(refusals(With::SmallBuckets).await, [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn without_what_answers_say_many_are_too() {
    let refused = refusals(With::SilentSmallBuckets).await;
    assert!(refused.len() > 10, "{}", refused.len());
}
