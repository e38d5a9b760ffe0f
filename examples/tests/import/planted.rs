//! A bug planted in every mark: with another body, aimed at something else, or sent by another verb, it is stopped by the fence.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use azure_core::http::policies::{Policy, PolicyResult};
use azure_core::http::{Body, Context, Request};
use rhc_core::fake::WorldOptions;
use rollout::embedded::EmbeddedCloud;
use rollout::engine::{
    Action, Address, AdoptionOptions, Apply, ApplyOptions, Fence, MarkWrite, Marking, Meta,
    Observe, Observed, Outputs, Rollout, Stage, Step, StepError, TenantKey,
};
use rollout::steps::{self, Clients};
use serde_json::{Value, json};
use url::Url;

use crate::altered::Altered;
use crate::edit::{DATABASE, HOSTING, object, resource};
use crate::finished::{Run, manifest, state};
use crate::seen::{foreign, unmark_resources};

const NOBODYS: &str = "99999999-9999-4999-8999-999999999999";

/// Stands before the fence in every client.
struct Spy {
    fence: Fence,
    tenant: TenantKey,
    seen: Arc<Mutex<Seen>>,
}

#[derive(Default)]
struct Seen {
    /// Tenant, method, address and body of every write.
    writes: Vec<(TenantKey, String, Url, Vec<u8>)>,
    /// What was let through and should not have been.
    through: Vec<String>,
    /// How many were tried.
    tried: usize,
}

impl std::fmt::Debug for Spy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Spy")
    }
}

/// Other bodies than this one: each value of it another, and something more beside each.
fn others(body: &Value) -> Vec<Value> {
    let mut all = vec![json!({}), json!({"tags": {}}), json!({"location": "x"})];
    if let Value::Object(map) = body {
        let mut more = body.clone();
        more["more"] = json!("x");
        all.push(more);
        for (name, value) in map {
            let inner = match value {
                Value::Object(_) => others(value),
                _ => vec![json!("x"), Value::Null],
            };
            all.extend(inner.into_iter().map(|inner| {
                let mut other = body.clone();
                other[name] = inner;
                other
            }));
        }
    }
    all
}

impl Spy {
    fn try_all(&self, method: &str, url: &Url, body: &[u8], seen: &mut Seen) {
        let mut check = |tenant: &TenantKey, method: &str, url: &Url, body: &[u8]| {
            seen.tried += 1;
            if self.fence.check(tenant, method, url, Some(body)).is_ok() {
                let body = String::from_utf8_lossy(body);
                seen.through
                    .push(format!("{method} {url} in '{tenant}': {body}"));
            }
        };
        for other in ["PUT", "PATCH", "POST", "DELETE"] {
            if other != method {
                check(&self.tenant, other, url, body);
            }
        }
        for tenant in ["backoffice", "database", "qa", "smx25dev", "GitHub"] {
            if tenant != self.tenant.as_str() {
                check(&tenant.into(), method, url, body);
            }
        }
        let sent: Value = serde_json::from_slice(body).unwrap();
        for other in others(&sent) {
            check(&self.tenant, method, url, other.to_string().as_bytes());
        }
        let parts: Vec<&str> = url.path().split('/').skip(1).collect();
        // The version of the directory's service is none of the fence's business.
        let first = usize::from(url.host_str() == Some("graph.microsoft.com"));
        for place in first..parts.len() {
            for other in [NOBODYS, "somebody-elses"] {
                let mut parts = parts.clone();
                parts[place] = other;
                let mut url = url.clone();
                url.set_path(&parts.join("/"));
                check(&self.tenant, method, &url, body);
            }
        }
        // The thing itself, what it stands in, and what stands in it.
        let thing = url
            .path()
            .replace("/providers/Microsoft.Resources/tags/default", "");
        let parent = parts[..parts.len() - 1].join("/");
        let places = [thing, parent, format!("{}/x", url.path())];
        for place in places.iter().filter(|place| *place != url.path()) {
            let mut url = url.clone();
            url.set_path(place);
            check(&self.tenant, method, &url, body);
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
            let body = match request.body() {
                Body::Bytes(bytes) => bytes.to_vec(),
                Body::SeekableStream(_) => panic!("a stream"),
            };
            let mut seen = self.seen.lock().unwrap();
            let mut own = Seen::default();
            self.try_all(&method, request.url(), &body, &mut own);
            seen.tried += own.tried;
            seen.through.extend(own.through);
            let write = (self.tenant.clone(), method, request.url().clone(), body);
            seen.writes.push(write);
        }
        next[0].send(ctx, request, &next[1..]).await
    }
}

#[tokio::test(start_paused = true)]
async fn a_mark_that_is_more_than_a_mark_does_not_leave() {
    let mut state = state();
    unmark_resources(&mut state);
    for (domain, kind, name) in [
        (HOSTING, "application", "rhc-hp2-qa-db"),
        (DATABASE, "group", "rhc-qa-sql-admins"),
    ] {
        let body = &mut object(&mut state, domain, kind, name)["body"];
        body.as_object_mut().unwrap().shift_remove("uniqueName");
    }
    let keys = foreign(&Run::from_state(&state).plan().await.plan);

    let options = WorldOptions::default();
    let cloud = EmbeddedCloud::from_state(&manifest(), &state.to_string(), options, false).unwrap();
    let connection = cloud.connect();
    let fence = connection.fence().clone();
    let seen = Arc::new(Mutex::new(Seen::default()));
    let (spied, within) = (Arc::clone(&seen), fence.clone());
    let clients = Clients::new(Arc::new(Altered {
        connection,
        change: Box::new(move |tenant, options| {
            let spy = Spy {
                fence: within.clone(),
                tenant: tenant.clone(),
                seen: Arc::clone(&spied),
            };
            let policies = &mut options.client_options.per_call_policies;
            policies.insert(0, Arc::new(spy));
        }),
    }));
    let rollout = steps::environment(&manifest(), &clients).unwrap();
    let options = AdoptionOptions {
        fence: Some(fence.clone()),
        ..AdoptionOptions::default()
    };
    let adoption = rollout.plan_adoption(&keys, &options).await.unwrap();
    assert_eq!(
        seen.lock().unwrap().writes.len(),
        0,
        "a plan writes nothing"
    );
    let options = ApplyOptions {
        fence: Some(fence.clone()),
        leaves_doors: true,
        ..ApplyOptions::default()
    };
    let run = adoption.rollout.apply(adoption.planned, &options).await;
    let summary = run.unwrap();
    assert_eq!((&summary.failed, summary.adopted), (&vec![], keys.len()));

    let seen = seen.lock().unwrap();
    assert_eq!(seen.writes.len(), keys.len(), "one request for each mark");
    assert!(seen.tried > 20 * keys.len(), "{}", seen.tried);
    assert_eq!(seen.through, [""; 0]);
    // A run that has not looked at it does not send it either.
    let fresh = Run::from_state(&state);
    fresh.fence().only_mark("qa");
    for (tenant, method, url, body) in &seen.writes {
        let unseen = fresh.fence().check(tenant, method, url, Some(body));
        assert!(unseen.is_err(), "what was not looked at: {url}");
    }
}

/// A step that would write something else when it is to write the mark.
struct Liar {
    meta: Meta,
    id: String,
    mark: MarkWrite,
}

#[async_trait]
impl Step for Liar {
    fn meta(&self) -> &Meta {
        &self.meta
    }

    async fn observe(&self, _: &Observe<'_>) -> Result<Observed, StepError> {
        let outputs = Outputs::new().with("id", self.id.clone());
        Ok(Observed::foreign(json!({}), outputs))
    }

    fn marking(&self, _: &Value, _: &Outputs) -> Marking {
        Marking::By(self.mark.clone())
    }

    async fn put_mark(&self, _: &Apply<'_>, _: &MarkWrite) -> Result<(), StepError> {
        panic!("this was let through");
    }
}

#[tokio::test(start_paused = true)]
async fn a_step_that_calls_something_else_a_mark_is_refused() {
    let mut state = state();
    let id = resource(&mut state, "/vaults/hp225qa-kv")["id"].clone();
    let id = id.as_str().unwrap().to_owned();
    let tags = format!("{id}/providers/Microsoft.Resources/tags/default");
    let run = Run::from_state(&state);
    // It knows the subscription as an apply does.
    let planned = run.plan().await;
    run.apply(planned).await;
    for (method, to, body) in [
        ("PATCH", &id, json!({"tags": {"rhc-environment": "qa"}})),
        (
            "PATCH",
            &tags,
            json!({"operation": "Replace", "properties": {"tags": {"rhc-environment": "qa"}}}),
        ),
        (
            "PATCH",
            &tags,
            json!({"operation": "Merge", "properties": {"tags": {"rhc-environment": "prod"}}}),
        ),
        ("DELETE", &tags, Value::Null),
    ] {
        let liar = Liar {
            meta: Meta::new("liar", Stage::NETWORK, "backoffice", "vault", "hp225qa-kv"),
            id: id.clone(),
            mark: MarkWrite {
                thing: Address::Azure(id.clone()),
                method,
                to: Address::Azure(to.clone()),
                body,
                if_match: None,
                says: "a mark".to_owned(),
            },
        };
        let rollout = Rollout::new("qa", vec![Arc::new(liar) as Arc<dyn Step>]).unwrap();
        let options = AdoptionOptions {
            fence: Some(run.fence().clone()),
            ..AdoptionOptions::default()
        };
        let adoption = rollout.plan_adoption(&["liar".into()], &options).await;
        let adoption = adoption.unwrap();
        let action = &adoption.planned.plan.entries[0].action;
        assert!(
            matches!(action, Action::Refused { why, .. } if why.contains("more than put the mark")),
            "{action:?}"
        );
        assert!(adoption.rollout.is_empty());
    }
}
