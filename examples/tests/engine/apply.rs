//! A run: order, parallelism, lanes, failures, outputs, effects.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use rollout::engine::{
    Action, ApplyOptions, Change, ChangeKind, Effect, Exit, Key, Lane, MemoryJournal, Meta,
    Observe, Observed, Outcome, Outputs, PlanOptions, Progress, ProgressSink, Record, Rollout,
    Stage, Step, StepError, Summary,
};
use serde_json::json;

use crate::support::{Cloud, Fault, rollout, thing};

async fn run(rollout: &Rollout, options: &ApplyOptions) -> Summary {
    let planned = rollout.plan(&PlanOptions::default()).await;
    rollout.apply(planned, options).await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn outputs_of_what_is_born_reach_what_needs_them_and_a_second_plan_is_empty() {
    let cloud = Cloud::default();
    let rollout = rollout([
        thing(&cloud, "tenant"),
        thing(&cloud, "subscription").inside("tenant"),
        thing(&cloud, "app")
            .inside("subscription")
            .reads("tenantId", "tenant"),
    ]);
    let summary = run(&rollout, &ApplyOptions::default()).await;
    assert_eq!((summary.created, summary.updated), (3, 0));
    assert_eq!(summary.exit(), Exit::Done);
    assert_eq!(cloud.document("app")["tenantId"], "id-of-tenant");
    let second = rollout.plan(&PlanOptions::default()).await;
    assert!(second.plan.is_empty(), "{:#?}", second.plan);
    assert_eq!(second.plan.totals.unchanged, 3);
    let again = rollout
        .apply(second, &ApplyOptions::default())
        .await
        .unwrap();
    assert_eq!(
        again,
        Summary {
            unchanged: 3,
            // What is known of the things is the same as when they were made.
            outputs: summary.outputs,
            ..Summary::default()
        }
    );
    assert_eq!(cloud.writes().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn independent_steps_run_at_once_up_to_the_limit() {
    let cloud = Cloud::default();
    let rollout =
        rollout((0..40).map(|n| thing(&cloud, &format!("t{n}")).takes(Duration::from_secs(10))));
    let planned = rollout.plan(&PlanOptions::default()).await;
    let started = tokio::time::Instant::now();
    let options = ApplyOptions {
        concurrency: 10,
        ..ApplyOptions::default()
    };
    rollout.apply(planned, &options).await.unwrap();
    assert_eq!(cloud.state().most_running, 10);
    assert_eq!(started.elapsed().as_secs(), 40);
}

#[tokio::test(start_paused = true)]
async fn steps_of_one_lane_write_one_after_the_other_and_hold_up_nobody_else() {
    let cloud = Cloud::default();
    let lane = || Lane::serial("credentials of hp225qa-id");
    let mut steps: Vec<_> = (0..5)
        .map(|n| thing(&cloud, &format!("fic{n}")).lane(lane()))
        .collect();
    steps.extend((0..5).map(|n| thing(&cloud, &format!("free{n}"))));
    let options = ApplyOptions {
        concurrency: 2,
        ..ApplyOptions::default()
    };
    let summary = run(&rollout(steps), &options).await;
    assert_eq!(summary.created, 10);
    let mut laned: Vec<_> = cloud
        .state()
        .writes
        .iter()
        .filter(|w| w.name.starts_with("fic"))
        .cloned()
        .collect();
    laned.sort_by_key(|w| w.from);
    assert!(laned.windows(2).all(|w| w[0].to <= w[1].from), "{laned:?}");
    assert_eq!(cloud.state().most_running, 2);
}

#[tokio::test(start_paused = true)]
async fn a_paced_lane_keeps_its_interval_and_other_lanes_theirs() {
    let cloud = Cloud::default();
    let quick = Duration::from_millis(100);
    let step = |name: &str, lane: &str| {
        thing(&cloud, name)
            .takes(quick)
            .lane(Lane::paced(lane, Duration::from_secs(1)))
    };
    let rollout = rollout([
        step("a1", "conditional access of qa"),
        step("a2", "conditional access of qa"),
        step("a3", "conditional access of qa"),
        step("b1", "conditional access of prod"),
    ]);
    run(&rollout, &ApplyOptions::default()).await;
    let start = |name: &str| cloud.times(name).0;
    assert_eq!((start("a2") - start("a1")).as_millis(), 1000);
    assert_eq!((start("a3") - start("a2")).as_millis(), 1000);
    assert_eq!(start("b1"), start("a1"));
}

#[tokio::test(start_paused = true)]
async fn a_failure_stops_only_what_needs_it() {
    let cloud = Cloud::default();
    cloud.fault("bad", Fault::Refuse);
    let rollout = rollout([
        thing(&cloud, "bad"),
        thing(&cloud, "child").after("bad"),
        thing(&cloud, "grandchild").after("child"),
        thing(&cloud, "other"),
        thing(&cloud, "after-other").after("other"),
    ]);
    let summary = run(&rollout, &ApplyOptions::default()).await;
    assert_eq!(summary.created, 2);
    assert_eq!(summary.failed.len(), 1);
    assert_eq!(summary.failed[0].message, "refused by the cloud");
    assert_eq!(summary.failed[0].remedy.as_deref(), Some("ask nicely"));
    let blocked: Vec<_> = summary
        .blocked
        .iter()
        .map(|b| (b.key.as_str(), b.by.as_str()))
        .collect();
    assert_eq!(blocked, [("child", "bad"), ("grandchild", "bad")]);
    assert_eq!(summary.exit(), Exit::Failure);
    assert!(summary.next("apply").is_some());
    let next = run(&rollout, &ApplyOptions::default()).await;
    assert_eq!((next.created, next.unchanged), (3, 2));
}

#[tokio::test(start_paused = true)]
async fn a_busy_service_is_asked_again_when_it_says() {
    let cloud = Cloud::default();
    cloud.fault("a", Fault::Busy(Some(Duration::from_secs(300))));
    cloud.fault("a", Fault::Busy(None));
    let rollout = rollout([thing(&cloud, "a")]);
    let planned = rollout.plan(&PlanOptions::default()).await;
    let started = tokio::time::Instant::now();
    let summary = rollout
        .apply(planned, &ApplyOptions::default())
        .await
        .unwrap();
    assert_eq!(summary.created, 1);
    assert!(started.elapsed() >= Duration::from_secs(300 + 4));
    assert_eq!(cloud.state().started.len(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_service_that_stays_busy_is_given_up() {
    let cloud = Cloud::default();
    for _ in 0..20 {
        cloud.fault("a", Fault::Busy(None));
    }
    let options = ApplyOptions {
        attempts: 4,
        ..ApplyOptions::default()
    };
    let summary = run(&rollout([thing(&cloud, "a")]), &options).await;
    assert_eq!(summary.failed.len(), 1);
    assert_eq!(cloud.state().started.len(), 4);
}

#[tokio::test(start_paused = true)]
async fn an_update_sends_the_whole_document_and_is_counted_as_one() {
    let cloud = Cloud::default();
    cloud.put("a", json!({"size": 9, "mark": "ours"}));
    let rollout = rollout([thing(&cloud, "a"), thing(&cloud, "b").reads("ref", "a")]);
    let summary = run(&rollout, &ApplyOptions::default()).await;
    assert_eq!((summary.created, summary.updated), (1, 1));
    assert_eq!(cloud.document("a")["size"], 1);
    let started = cloud.state().started.clone();
    assert_eq!(started[0], ("a".to_owned(), ChangeKind::Update));
}

#[tokio::test(start_paused = true)]
async fn what_is_foreign_is_not_touched_and_what_stands_on_it_is_not_made() {
    let cloud = Cloud::default();
    cloud.put("a", json!({"size": 9}));
    let rollout = rollout([thing(&cloud, "a"), thing(&cloud, "b").inside("a")]);
    let summary = run(&rollout, &ApplyOptions::default()).await;
    assert_eq!(summary.failed.len(), 1);
    assert_eq!(summary.blocked.len(), 1);
    assert!(cloud.writes().is_empty());
    assert_eq!(cloud.document("a"), json!({"size": 9}));
}

#[tokio::test(start_paused = true)]
async fn what_appeared_after_the_plan_is_seen_before_the_write() {
    let cloud = Cloud::default();
    let rollout = rollout([
        thing(&cloud, "slow").takes(Duration::from_secs(600)),
        thing(&cloud, "late").after("slow"),
    ]);
    let planned = rollout.plan(&PlanOptions::default()).await;
    // Someone else makes it while the slow step runs; the plan is then older than it is trusted.
    cloud.put("late", json!({"size": 3}));
    let summary = rollout
        .apply(planned, &ApplyOptions::default())
        .await
        .unwrap();
    assert_eq!(summary.created, 1);
    assert_eq!(summary.failed[0].key, Key::new("late"));
    assert_eq!(cloud.document("late"), json!({"size": 3}));
}

#[tokio::test(start_paused = true)]
async fn children_of_something_new_share_one_list_in_the_run() {
    let cloud = Cloud::default();
    let mut steps = vec![thing(&cloud, "group")];
    steps.extend((0..30).map(|n| thing(&cloud, &format!("child{n}")).inside("group")));
    let summary = run(&rollout(steps), &ApplyOptions::default()).await;
    assert_eq!(summary.created, 31);
    assert_eq!(cloud.state().lists["id-of-group"], 1);
}

#[tokio::test(start_paused = true)]
async fn a_document_with_a_placeholder_is_never_sent() {
    let cloud = Cloud::default();
    let rollout = rollout([
        thing(&cloud, "mute").without_output(),
        thing(&cloud, "reader").reads("ref", "mute"),
        thing(&cloud, "inside").inside("mute"),
    ]);
    let summary = run(&rollout, &ApplyOptions::default()).await;
    assert_eq!(summary.failed.len(), 2);
    for failure in &summary.failed {
        assert!(
            failure.message.contains("has not made its output 'id'"),
            "{failure:?}"
        );
        assert!(failure.remedy.as_deref().unwrap().contains("report"));
    }
    assert_eq!(cloud.writes(), ["mute"]);
}

#[tokio::test(start_paused = true)]
async fn what_could_not_be_seen_is_reconciled_by_the_run() {
    let cloud = Cloud::default();
    let rollout = rollout([thing(&cloud, "grants").unobservable()]);
    let summary = run(&rollout, &ApplyOptions::default()).await;
    assert_eq!(summary.updated, 1);
    let started = cloud.state().started.clone();
    assert_eq!(started, [("grants".to_owned(), ChangeKind::Reconcile)]);
}

#[tokio::test(start_paused = true)]
async fn the_journal_has_the_intent_before_the_outcome_of_every_write() {
    let cloud = Cloud::default();
    cloud.fault("b", Fault::Refuse);
    let journal = Arc::new(MemoryJournal::new());
    let options = ApplyOptions {
        journal: journal.clone(),
        ..ApplyOptions::default()
    };
    let rollout = rollout([
        thing(&cloud, "a").long_running(),
        thing(&cloud, "b").after("a"),
    ]);
    run(&rollout, &options).await;
    let records = journal.records();
    let shape: Vec<String> = records
        .iter()
        .map(|record| match record {
            Record::RunStarted { .. } => "start".to_owned(),
            Record::RunEnded { summary } => format!("end: {summary}"),
            Record::Intent { key, .. } => format!("intent {key}"),
            Record::Operation { key, operation } => format!("{operation} of {key}"),
            Record::Made { key, id } => format!("{key} is {id}"),
            Record::Outcome { key, outcome, .. } => format!("{key} {outcome:?}"),
            Record::WindowOpening { door, .. } => format!("open {door}"),
            Record::WindowClosed { door } => format!("close {door}"),
        })
        .collect();
    assert_eq!(
        shape,
        [
            "start",
            "intent a",
            "operation-of-a of a",
            "a Created",
            "intent b",
            "b Failed",
            "end: 1 created, 0 updated, 1 failed, 0 blocked, 0 waiting",
        ]
    );
    assert!(records.iter().any(|r| matches!(r, Record::Outcome { outcome: Outcome::Failed, message: Some(m), .. } if m == "refused by the cloud")));
}

#[tokio::test(start_paused = true)]
async fn whoever_draws_the_run_hears_of_it() {
    let cloud = Cloud::default();
    cloud.fault("a", Fault::Busy(None));
    cloud.fault("bad", Fault::Refuse);
    let (sender, mut events) = tokio::sync::mpsc::unbounded_channel();
    let options = ApplyOptions {
        progress: ProgressSink::to(sender),
        ..ApplyOptions::default()
    };
    let rollout = rollout([
        thing(&cloud, "a"),
        thing(&cloud, "bad"),
        thing(&cloud, "c").after("bad"),
    ]);
    run(&rollout, &options).await;
    let mut seen = Vec::new();
    while let Ok(event) = events.try_recv() {
        seen.push(event);
    }
    assert_eq!(seen[0], Progress::RunStarted { to_do: 3, steps: 3 });
    let a = Key::new("a");
    assert!(
        seen.iter()
            .any(|e| matches!(e, Progress::Retrying { key, .. } if *key == a))
    );
    assert!(seen.contains(&Progress::Done {
        key: a,
        effect: Effect::Created
    }));
    assert!(seen.contains(&Progress::Blocked {
        key: Key::new("c"),
        by: Key::new("bad")
    }));
}

/// A step that reads what it did not say that it needs.
struct Sneaky(Meta);

#[async_trait::async_trait]
impl Step for Sneaky {
    fn meta(&self) -> &Meta {
        &self.0
    }

    async fn observe(&self, cx: &Observe<'_>) -> Result<Observed, StepError> {
        let id: String = cx.inputs().require(&Key::new("a").output("id"))?;
        Ok(Observed::ours(json!({ "id": id }), Outputs::new()))
    }

    async fn apply(
        &self,
        _: &rollout::engine::Apply<'_>,
        _: &Change<'_>,
    ) -> Result<Outputs, StepError> {
        Ok(Outputs::new())
    }
}

#[tokio::test(start_paused = true)]
async fn a_step_cannot_read_what_it_does_not_need() {
    let cloud = Cloud::default();
    let sneaky = Sneaky(Meta::new("sneaky", Stage::SHARED, "qa", "thing", "sneaky"));
    let rollout = Rollout::new("qa", vec![thing(&cloud, "a").boxed(), Arc::new(sneaky)]).unwrap();
    let plan = rollout.plan(&PlanOptions::default()).await.plan;
    let entry = plan.entry(&Key::new("sneaky")).unwrap();
    assert!(
        matches!(&entry.action, Action::Failed { message, .. } if message.contains("without needing")),
        "{entry:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn waits_of_the_engine_follow_the_speed_of_the_cloud_and_make_sense_at_any_scale() {
    for (scale, longest) in [
        (100.0, 1),
        (1.0, 120),
        (0.0, 120),
        (f64::NAN, 120),
        (f64::INFINITY, 1),
    ] {
        let cloud = Cloud::default();
        cloud.fault("a", Fault::RequestLost);
        let rollout = rollout([thing(&cloud, "a").look_first().takes(Duration::ZERO)]);
        let planned = rollout.plan(&PlanOptions::default()).await;
        let options = ApplyOptions {
            time_scale: scale,
            patience: Duration::MAX,
            ..ApplyOptions::default()
        };
        let started = tokio::time::Instant::now();
        assert_eq!(rollout.apply(planned, &options).await.unwrap().created, 1);
        assert!(started.elapsed() <= Duration::from_secs(longest), "{scale}");
        assert!(scale != 1.0 || started.elapsed() >= Duration::from_secs(60));
    }
}

/// A step that cannot be looked at, for a reason that passes within minutes or never.
struct Unseen(Meta, AtomicU32);

#[async_trait::async_trait]
impl Step for Unseen {
    fn meta(&self) -> &Meta {
        &self.0
    }

    async fn observe(&self, _: &Observe<'_>) -> Result<Observed, StepError> {
        self.1.fetch_add(1, Ordering::SeqCst);
        Err(StepError::new("not allowed").briefly())
    }
}

#[tokio::test(start_paused = true)]
async fn what_may_pass_within_minutes_is_not_waited_for_longer() {
    let meta = Meta::new("unseen", Stage::SHARED, "qa", "thing", "unseen");
    let unseen = Arc::new(Unseen(meta, AtomicU32::new(0)));
    let rollout = Rollout::new("qa", vec![unseen.clone()]).unwrap();
    let started = tokio::time::Instant::now();
    let summary = run(&rollout, &ApplyOptions::default()).await;
    assert_eq!(summary.failed.len(), 1);
    let looks = unseen.1.load(Ordering::SeqCst);
    assert!(looks > 3, "{looks}");
    let took = started.elapsed();
    assert!(
        took > Duration::from_secs(60) && took < Duration::from_secs(600),
        "{took:?}"
    );
}
