//! A bug planted in every deletion: aimed at something else, sent as something else, or sent by another verb, it is stopped by
//! the fence.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use azure_core::http::policies::{Policy, PolicyResult};
use azure_core::http::{Context, Request};
use rhc_core::fake::WorldOptions;
use rollout::embedded::EmbeddedCloud;
use rollout::engine::{ApplyOptions, Fence, RemovalOptions, TenantKey};
use rollout::steps::{self, Clients};
use url::Url;

use crate::altered::Altered;
use crate::finished::{Run, manifest, state};

const NOBODYS: &str = "99999999-9999-4999-8999-999999999999";

/// Stands before the fence in every client.
struct Spy {
    fence: Fence,
    /// The fence of an apply, which has seen the same things.
    ordinary: Fence,
    tenant: TenantKey,
    seen: Arc<Mutex<Seen>>,
}

#[derive(Default)]
struct Seen {
    /// Method and address of every write.
    writes: Vec<(TenantKey, String, Url)>,
    /// What was let through and should not have been.
    through: Vec<String>,
}

impl std::fmt::Debug for Spy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Spy")
    }
}

impl Spy {
    fn try_all(&self, url: &Url, through: &mut Vec<String>) {
        let mut check = |fence: &Fence, tenant: &TenantKey, method: &str, url: &Url| {
            if fence.check(tenant, method, url, Some(b"{}")).is_ok() {
                through.push(format!("{method} {url} in '{tenant}'"));
            }
        };
        for method in ["PUT", "PATCH", "POST"] {
            check(&self.fence, &self.tenant, method, url);
        }
        for tenant in ["backoffice", "database", "qa", "smx25dev"] {
            if tenant != self.tenant.as_str() {
                check(&self.fence, &tenant.into(), "DELETE", url);
            }
        }
        let parts: Vec<&str> = url.path().split('/').skip(1).collect();
        // The version of the directory's service is none of the fence's business.
        let first = usize::from(url.host_str() == Some("graph.microsoft.com"));
        for place in first..parts.len() {
            for other in [NOBODYS, "somebody-elses", "marketing"] {
                let mut parts = parts.clone();
                parts[place] = other;
                let mut url = url.clone();
                url.set_path(&parts.join("/"));
                check(&self.fence, &self.tenant, "DELETE", &url);
            }
        }
        // What it stands in, and what stands in it.
        let mut parent = url.clone();
        parent.set_path(&parts[..parts.len() - 1].join("/"));
        let mut child = url.clone();
        child.set_path(&format!("{}/x", url.path()));
        for url in [parent, child] {
            check(&self.fence, &self.tenant, "DELETE", &url);
        }
        let is_group = url.host_str() == Some("management.azure.com") && parts.len() == 4;
        if is_group {
            check(&self.ordinary, &self.tenant, "DELETE", url);
        }
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
        let method = request.method().to_string();
        if !["GET", "HEAD"].contains(&method.as_str()) {
            let mut seen = self.seen.lock().unwrap();
            let mut through = Vec::new();
            self.try_all(request.url(), &mut through);
            seen.through.extend(through);
            let write = (self.tenant.clone(), method, request.url().clone());
            seen.writes.push(write);
        }
        next[0].send(ctx, request, &next[1..]).await
    }
}

#[tokio::test(start_paused = true)]
async fn a_deletion_that_is_aimed_elsewhere_does_not_leave() {
    let text = state().to_string();
    let options = WorldOptions::default();
    let cloud = EmbeddedCloud::from_state(&manifest(), &text, options, false).unwrap();
    let connection = cloud.connect();
    let fence = connection.fence().clone();
    let seen = Arc::new(Mutex::new(Seen::default()));

    // An apply over the same cloud finds nothing to do, and its fence learns what is ours.
    let applied = Run::from_state(&state());
    let summary = applied.apply(applied.plan().await).await;
    assert_eq!((summary.created, summary.updated), (0, 0));

    let (spied, within, ordinary) = (Arc::clone(&seen), fence.clone(), applied.fence().clone());
    let clients = Clients::new(Arc::new(Altered {
        connection,
        change: Box::new(move |tenant, options| {
            let spy = Spy {
                fence: within.clone(),
                ordinary: ordinary.clone(),
                tenant: tenant.clone(),
                seen: Arc::clone(&spied),
            };
            let policies = &mut options.client_options.per_call_policies;
            policies.insert(0, Arc::new(spy));
        }),
    }));
    let rollout = steps::environment(&manifest(), &clients).unwrap();
    let options = RemovalOptions {
        fence: Some(fence.clone()),
        ..RemovalOptions::default()
    };
    let takedown = rollout.plan_removal(&options).await.unwrap();
    let deletions = takedown.planned.plan.totals.delete;
    assert_eq!(seen.lock().unwrap().writes, [], "a plan writes nothing");
    let options = ApplyOptions {
        fence: Some(fence.clone()),
        // One at a time: what was deleted before may be deleted again, and is not what this is about.
        concurrency: 1,
        ..ApplyOptions::default()
    };
    let summary = takedown
        .rollout
        .apply(takedown.planned, &options)
        .await
        .unwrap();
    assert_eq!((&summary.failed, summary.deleted), (&vec![], deletions));

    let seen = seen.lock().unwrap();
    assert_eq!(
        seen.writes.len(),
        deletions,
        "one request for each deletion"
    );
    assert!(seen.writes.iter().all(|(_, method, _)| method == "DELETE"));
    assert_eq!(seen.through, [""; 0]);
    let fresh = Run::from_state(&state());
    fresh.fence().only_delete();
    for (tenant, method, url) in &seen.writes {
        let unseen = fresh.fence().check(tenant, method, url, None);
        assert!(unseen.is_err(), "what was not looked at: {url}");
    }
}
