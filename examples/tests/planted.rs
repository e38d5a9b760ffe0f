//! A bug planted in every step that writes to Azure or a directory: each write of a whole rollout, aimed at something else, is stopped
//! by the fence. What is sent to GitHub and to databases has tests of its own beside the fence.

#[path = "common/altered.rs"]
mod altered;
#[allow(
    dead_code,
    reason = "shared by several test binaries, of which each uses a part"
)]
#[path = "common/finished.rs"]
mod finished;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use altered::Altered;
use async_trait::async_trait;
use azure_core::http::policies::{Policy, PolicyResult};
use azure_core::http::{Body, Context, Request};
use finished::manifest;
use rhc_core::fake::WorldOptions;
use rollout::embedded::EmbeddedCloud;
use rollout::engine::{ApplyOptions, Fence, PlanOptions, Progress, ProgressSink, TenantKey};
use rollout::steps::{self, Clients};
use tokio::sync::mpsc::UnboundedReceiver;
use url::Url;

const NOBODYS: &str = "99999999-9999-4999-8999-999999999999";
const PROTECTED: &str = "cd21a3bf-622c-4725-8da7-2f8b9d265d14";
/// What is a POST and changes nothing, by its last word.
const READS: [&str; 3] = ["checkNameAvailability", "getMemberGroups", "$batch"];

/// A write of the rollout.
#[derive(Clone)]
struct Write {
    step: String,
    tenant: TenantKey,
    method: String,
    url: Url,
    body: Option<Vec<u8>>,
}

/// What was seen: the writes, and the misdirected ones that the fence would have let through.
#[derive(Default)]
struct Seen {
    writes: Vec<Write>,
    through: Vec<String>,
}

/// Stands before the fence in every client: aims each write at other places and asks the fence what it says.
struct Spy {
    fence: Fence,
    tenant: TenantKey,
    shared: Arc<Shared>,
}

struct Shared {
    /// What the one step that is under way is called.
    progress: Mutex<(UnboundedReceiver<Progress>, String)>,
    tenants: Vec<TenantKey>,
    seen: Mutex<Seen>,
}

impl std::fmt::Debug for Spy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Spy")
    }
}

impl Shared {
    fn step(&self) -> String {
        let mut progress = self.progress.lock().unwrap();
        while let Ok(event) = progress.0.try_recv() {
            if let Progress::Started { key, .. } = event {
                progress.1 = key.as_str().to_owned();
            }
        }
        progress.1.clone()
    }
}

#[async_trait]
impl Policy for Spy {
    async fn send(
        &self,
        ctx: &Context,
        request: &mut Request,
        next: &[Arc<dyn Policy>],
    ) -> PolicyResult {
        let body = match request.body() {
            Body::Bytes(bytes) if !bytes.is_empty() => Some(bytes.to_vec()),
            _ => None,
        };
        let write = Write {
            step: self.shared.step(),
            tenant: self.tenant.clone(),
            method: request.method().to_string(),
            url: request.url().clone(),
            body,
        };
        if write.is_one() {
            let mut seen = self.shared.seen.lock().unwrap();
            for (tenant, url) in write.misdirected(&self.shared.tenants) {
                let body = write.body.as_deref();
                if self.fence.check(&tenant, &write.method, &url, body).is_ok() {
                    let (step, method) = (&write.step, &write.method);
                    seen.through
                        .push(format!("{step}: {method} {url} in '{tenant}'"));
                }
            }
            seen.writes.push(write);
        }
        next[0].send(ctx, request, &next[1..]).await
    }
}

impl Write {
    fn is_one(&self) -> bool {
        let last = self.url.path().rsplit('/').next().unwrap_or_default();
        !["GET", "HEAD"].contains(&self.method.as_str()) && !READS.contains(&last)
    }

    /// The same write with a mistake in it, one at a time.
    fn misdirected(&self, tenants: &[TenantKey]) -> Vec<(TenantKey, Url)> {
        let parts: Vec<String> = self
            .url
            .path()
            .split('/')
            .skip(1)
            .map(str::to_owned)
            .collect();
        let with = |place: usize, other: &str| {
            let mut parts = parts.clone();
            parts[place] = other.to_owned();
            let mut url = self.url.clone();
            url.set_path(&parts.join("/"));
            (self.tenant.clone(), url)
        };
        let mut found = vec![(TenantKey::new("smx25dev"), self.url.clone())];
        let is = |place: usize, name: &str| {
            parts
                .get(place)
                .is_some_and(|own| own.eq_ignore_ascii_case(name))
        };
        match self.url.host_str().unwrap_or_default() {
            "management.azure.com" if is(0, "subscriptions") => {
                found.push(with(1, NOBODYS));
                if is(2, "resourceGroups") {
                    found.extend([with(3, "marketing"), with(3, "somebody-elses-rg")]);
                }
                // A resource in somebody else's zone is named by its whole path, and by nobody else's.
                let others = tenants.iter().filter(|own| **own != self.tenant);
                found.extend(others.map(|own| (own.clone(), self.url.clone())));
            }
            "management.azure.com" => {
                found.push(with(parts.len() - 1, "somebody-elses"));
            }
            "graph.microsoft.com" => {
                for (place, part) in parts.iter().enumerate().skip(1) {
                    if uuid::Uuid::try_parse(part).is_ok() {
                        found.push(with(place, NOBODYS));
                        break;
                    }
                    if let Some((set, _)) = part.split_once('(') {
                        found.push(with(place, &format!("{set}(uniqueName='somebody-elses')")));
                        break;
                    }
                }
                found.push(with(1, "users"));
            }
            host => {
                let mut url = self.url.clone();
                let (_, domain) = host.split_once('.').unwrap_or_default();
                url.set_host(Some(&format!("somebody-elses.{domain}")))
                    .unwrap();
                found.push((self.tenant.clone(), url));
                found.push(with(1, "somebody-elses"));
            }
        }
        found
    }

    /// What kind of step it is of: the step's key without what only names one.
    fn kind(&self) -> String {
        let words = self.step.split('/').skip(1).filter(|word| {
            word.starts_with("Microsoft.") || word.chars().all(|own| own.is_ascii_alphabetic())
        });
        words.collect::<Vec<_>>().join("/")
    }
}

#[tokio::test(start_paused = true)]
async fn a_write_of_any_step_that_is_aimed_elsewhere_does_not_leave() {
    let manifest = manifest();
    let cloud = EmbeddedCloud::new(&manifest, WorldOptions::default(), true).unwrap();
    let connection = cloud.connect();
    let fence = connection.fence().clone();
    let (sender, receiver) = tokio::sync::mpsc::unbounded_channel();
    let tenants: Vec<_> = manifest.tenants.keys().map(TenantKey::new).collect();
    let shared = Arc::new(Shared {
        progress: Mutex::new((receiver, String::new())),
        tenants: tenants.clone(),
        seen: Mutex::default(),
    });
    let (spied, within) = (Arc::clone(&shared), fence.clone());
    let clients = Clients::new(Arc::new(Altered {
        connection,
        change: Box::new(move |tenant, options| {
            let spy = Spy {
                fence: within.clone(),
                tenant: tenant.clone(),
                shared: Arc::clone(&spied),
            };
            let policies = &mut options.client_options.per_call_policies;
            policies.insert(0, Arc::new(spy));
        }),
    }));
    let rollout = steps::environment(&manifest, &clients).unwrap();
    let planned = rollout.plan(&PlanOptions::default()).await;
    let options = ApplyOptions {
        fence: Some(fence.clone()),
        progress: ProgressSink::to(sender),
        // One step at a time: what is written is of the step that began last.
        concurrency: 1,
        patience: std::time::Duration::from_secs(4 * 3600),
        ..ApplyOptions::default()
    };
    let summary = rollout.apply(planned, &options).await.unwrap();
    assert_eq!((&summary.failed, &summary.manual), (&vec![], &vec![]));

    let seen = shared.seen.lock().unwrap();
    assert_eq!(seen.through, [""; 0]);
    let kinds: BTreeSet<_> = seen.writes.iter().map(Write::kind).collect();
    insta::assert_json_snapshot!("kinds_of_steps_whose_writes_were_aimed_elsewhere", kinds);

    // And if a step were given a tenant that is protected, nothing of it leaves at all.
    for tenant in &tenants {
        fence.name_tenant(tenant, PROTECTED);
    }
    for write in &seen.writes {
        let verdict = fence.check(
            &write.tenant,
            &write.method,
            &write.url,
            write.body.as_deref(),
        );
        assert!(verdict.is_err(), "{} {}", write.method, write.url);
    }
}
