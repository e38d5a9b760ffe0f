//! What only a person can do.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use rollout::engine::{
    Action, ApplyOptions, Exit, Key, Meta, Observe, Observed, Outputs, PlanOptions, Rollout, Stage,
    Step, StepError,
};
use serde_json::json;
use tokio::time::Instant;

use crate::support::{Cloud, Fault, id_of, thing};

/// A thing that a person puts into the cloud.
struct ByHand {
    meta: Meta,
    cloud: Cloud,
    scope: Option<String>,
    looks: Arc<AtomicU32>,
}

fn by_hand(cloud: &Cloud, name: &str) -> ByHand {
    ByHand {
        meta: Meta::new(name, Stage::TENANTS, "qa", "tenant", name).manual(),
        cloud: cloud.clone(),
        scope: None,
        looks: Arc::default(),
    }
}

#[async_trait]
impl Step for ByHand {
    fn meta(&self) -> &Meta {
        &self.meta
    }

    async fn observe(&self, cx: &Observe<'_>) -> Result<Observed, StepError> {
        if let Some(scope) = &self.scope {
            let _: String = cx.inputs().require(&id_of(scope))?;
        }
        self.looks.fetch_add(1, Ordering::Relaxed);
        let name = &self.meta.name;
        if self.cloud.count(name) > 0 {
            let outputs = Outputs::new().with("id", format!("id-of-{name}"));
            return Ok(Observed::ManualDone { outputs });
        }
        Ok(Observed::ManualPending {
            instructions: vec![format!("make {name} in the portal")],
        })
    }
}

async fn after(cloud: &Cloud, wait: Duration, name: &str) {
    tokio::time::sleep(wait).await;
    cloud.put(name, json!({"size": 1, "mark": "ours"}));
}

#[tokio::test(start_paused = true)]
async fn the_plan_has_the_instructions_and_what_comes_after() {
    let cloud = Cloud::default();
    let mut waits = by_hand(&cloud, "administrators");
    waits.meta = waits.meta.needs(&Key::new("database-tenant"));
    waits.scope = Some("database-tenant".to_owned());
    let steps: Vec<Arc<dyn Step>> = vec![
        Arc::new(by_hand(&cloud, "database-tenant")),
        Arc::new(waits),
        thing(&cloud, "server").inside("database-tenant").boxed(),
    ];
    let rollout = Rollout::new("qa", steps).unwrap();
    let plan = rollout.plan(&PlanOptions::default()).await.plan;
    assert_eq!((plan.totals.manual, plan.totals.create), (2, 1));
    assert_eq!(
        plan.entry(&Key::new("database-tenant")).unwrap().action,
        Action::Manual {
            instructions: vec!["make database-tenant in the portal".to_owned()],
            waits_for: vec![]
        }
    );
    let Action::Manual { waits_for, .. } = &plan.entry(&Key::new("administrators")).unwrap().action
    else {
        panic!("{plan:#?}");
    };
    assert_eq!(waits_for, &[Key::new("database-tenant")]);
    assert_eq!(plan.exit(), Exit::Changes);
}

#[tokio::test(start_paused = true)]
async fn without_patience_the_run_ends_with_the_list_of_what_waits() {
    let cloud = Cloud::default();
    let steps: Vec<Arc<dyn Step>> = vec![
        Arc::new(by_hand(&cloud, "tenant")),
        thing(&cloud, "server").inside("tenant").boxed(),
        thing(&cloud, "database").inside("server").boxed(),
        thing(&cloud, "independent").boxed(),
    ];
    let rollout = Rollout::new("qa", steps).unwrap();
    let planned = rollout.plan(&PlanOptions::default()).await;
    let summary = rollout
        .apply(planned, &ApplyOptions::default())
        .await
        .unwrap();
    assert_eq!(summary.created, 1);
    assert_eq!(summary.manual.len(), 1);
    assert_eq!(
        summary.manual[0].instructions,
        ["make tenant in the portal"]
    );
    assert_eq!(
        summary.manual[0].holds_up,
        ["server".into(), "database".into()]
    );
    assert!(summary.not_started.is_empty() && summary.blocked.is_empty());
    assert_eq!(summary.exit(), Exit::Changes);
}

#[tokio::test(start_paused = true)]
async fn what_a_person_does_during_the_run_is_seen_and_the_run_goes_on() {
    let cloud = Cloud::default();
    let steps: Vec<Arc<dyn Step>> = vec![
        Arc::new(by_hand(&cloud, "tenant")),
        thing(&cloud, "server")
            .inside("tenant")
            .reads("tenantId", "tenant")
            .boxed(),
        // Other work goes on meanwhile, so that no patience is needed.
        thing(&cloud, "slow")
            .takes(Duration::from_secs(600))
            .boxed(),
    ];
    let rollout = Rollout::new("qa", steps).unwrap();
    let planned = rollout.plan(&PlanOptions::default()).await;
    let options = ApplyOptions::default();
    let person = after(&cloud, Duration::from_secs(120), "tenant");
    let (summary, ()) = tokio::join!(rollout.apply(planned, &options), person);
    let summary = summary.unwrap();
    assert_eq!((summary.created, summary.done_by_person), (2, 1));
    assert_eq!(cloud.document("server")["tenantId"], "id-of-tenant");
    assert!(rollout.plan(&PlanOptions::default()).await.plan.is_empty());
}

#[tokio::test(start_paused = true)]
async fn patience_goes_on_looking_and_has_an_end() {
    let cloud = Cloud::default();
    let looks = Arc::new(AtomicU32::new(0));
    let hand = |name: &str| ByHand {
        looks: looks.clone(),
        ..by_hand(&cloud, name)
    };
    let steps: Vec<Arc<dyn Step>> = vec![
        Arc::new(hand("tenant")),
        Arc::new(hand("never")),
        thing(&cloud, "server").inside("tenant").boxed(),
    ];
    let rollout = Rollout::new("qa", steps).unwrap();
    let planned = rollout.plan(&PlanOptions::default()).await;
    let options = ApplyOptions {
        patience: Duration::from_secs(3600),
        ..ApplyOptions::default()
    };
    let started = Instant::now();
    let person = after(&cloud, Duration::from_secs(1800), "tenant");
    let (summary, ()) = tokio::join!(rollout.apply(planned, &options), person);
    let summary = summary.unwrap();
    assert_eq!((summary.created, summary.done_by_person), (1, 1));
    assert_eq!(summary.manual.len(), 1);
    // Patience begins anew after something was done.
    let seconds = started.elapsed().as_secs();
    assert!(
        (1800 + 3600..1800 + 3600 + 60).contains(&seconds),
        "{seconds}"
    );
    assert!(looks.load(Ordering::Relaxed) > 300);
}

#[tokio::test(start_paused = true)]
async fn a_write_that_turns_out_to_need_a_person_becomes_a_manual_step() {
    let cloud = Cloud::default();
    cloud.fault("subscription", Fault::NeedsPerson);
    let steps: Vec<Arc<dyn Step>> = vec![
        thing(&cloud, "subscription").boxed(),
        thing(&cloud, "group").inside("subscription").boxed(),
    ];
    let rollout = Rollout::new("qa", steps).unwrap();
    let planned = rollout.plan(&PlanOptions::default()).await;
    let options = ApplyOptions {
        patience: Duration::from_secs(3600),
        ..ApplyOptions::default()
    };
    let person = after(&cloud, Duration::from_secs(100), "subscription");
    let (summary, ()) = tokio::join!(rollout.apply(planned, &options), person);
    let summary = summary.unwrap();
    assert_eq!((summary.created, summary.done_by_person), (1, 1));
    assert_eq!(cloud.writes(), ["group"]);
}
