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
const ACCESS: Bucket = Bucket(1.0, 1.0);
const FLOWS: Bucket = Bucket(200.0, 200.0 / 60.0);
const UNITS: Bucket = Bucket(3500.0, 350.0);

#[derive(Clone, Copy)]
struct Bucket(f64, f64);

/// Stands before the services and answers 429 where a bucket is empty.
#[derive(Debug)]
struct Meter {
    inner: Arc<dyn HttpClient>,
    tenant: TenantKey,
    /// How much is left, and since when.
    left: Arc<Mutex<HashMap<String, (f64, Instant)>>>,
    refused: Arc<Mutex<Vec<String>>>,
}

impl Meter {
    /// Takes from a bucket, if there is that much.
    fn take(&self, name: String, Bucket(most, each_second): Bucket, units: f64) -> bool {
        let mut left = self.left.lock().unwrap();
        let now = Instant::now();
        let (there, since) = left.get(&name).copied().unwrap_or((most, now));
        let there = (there + each_second * (now - since).as_secs_f64()).min(most);
        // Halves of a thousandth are what clocks are made of.
        let enough = there + 0.001 >= units;
        left.insert(name, (if enough { there - units } else { there }, now));
        enough
    }

    fn fits(&self, method: Method, url: &Url) -> bool {
        let path = url.path().to_lowercase();
        let tenant = &self.tenant;
        match url.host_str().unwrap_or_default() {
            "management.azure.com" => {
                let scope = path.split('/').nth(2).unwrap_or_default().to_owned();
                let is_identity = path.contains("/microsoft.managedidentity/");
                match method {
                    Method::Get | Method::Head => {
                        self.take(format!("reads of {scope}"), READS, 1.0)
                    }
                    Method::Delete => self.take(format!("deletions in {scope}"), WRITES, 1.0),
                    _ => {
                        self.take(format!("writes in {scope}"), WRITES, 1.0)
                            && (!is_identity
                                || self.take(format!("identities in {scope}"), IDENTITIES, 1.0))
                    }
                }
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
        }
    }
}

#[async_trait]
impl HttpClient for Meter {
    async fn execute_request(&self, request: &Request) -> azure_core::Result<AsyncRawResponse> {
        if self.fits(request.method(), request.url()) {
            return self.inner.execute_request(request).await;
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
async fn refusals(paced: bool) -> Vec<String> {
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
                left: Arc::clone(&left),
                refused: Arc::clone(&kept),
            })));
            options.pacer = options.pacer.take().filter(|_| paced);
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
    assert_eq!(refusals(true).await, [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn without_pacing_many_are() {
    let refused = refusals(false).await;
    for service in ["management.azure.com", "graph.microsoft.com"] {
        assert!(
            refused.iter().any(|own| own.contains(service)),
            "the meter of {service} refuses nothing"
        );
    }
}
