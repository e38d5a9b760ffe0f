//! Lost answers, killed runs, stopped runs: nothing is made twice, nothing is forgotten.

use std::sync::Arc;
use std::time::Duration;

use rollout::engine::{
    ApplyOptions, ChangeKind, DiffRules, Exit, Journal, Key, MemoryJournal, PlanOptions, Record,
    Rollout, Stop, Summary,
};
use tokio::time::{Instant, timeout};

use crate::support::{Cloud, Fault, Thing, rollout, thing};

fn with_journal(journal: &Arc<MemoryJournal>) -> ApplyOptions {
    ApplyOptions {
        journal: journal.clone(),
        ..ApplyOptions::default()
    }
}

async fn run(rollout: &Rollout, options: &ApplyOptions) -> Summary {
    let planned = rollout.plan(&PlanOptions::default()).await;
    rollout.apply(planned, options).await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_settled_by_looking_although_reads_lag() {
    let cloud = Cloud::default();
    cloud.state().lag = Duration::from_secs(40);
    cloud.fault("post", Fault::AnswerLost);
    let rollout = rollout([
        thing(&cloud, "post").look_first(),
        thing(&cloud, "next").reads("id", "post"),
    ]);
    let summary = run(&rollout, &ApplyOptions::default()).await;
    assert_eq!(summary.created, 2);
    assert_eq!(cloud.count("post"), 1);
    assert_eq!(cloud.document("next")["id"], "id-of-post");
    assert!(cloud.state().points["post"] > 2);
}

#[tokio::test(start_paused = true)]
async fn a_lost_request_is_repeated_only_after_absence_was_seen_over_the_window() {
    let cloud = Cloud::default();
    cloud.fault("post", Fault::RequestLost);
    let rollout = rollout([thing(&cloud, "post").look_first()]);
    let planned = rollout.plan(&PlanOptions::default()).await;
    let started = Instant::now();
    let summary = rollout
        .apply(planned, &ApplyOptions::default())
        .await
        .unwrap();
    assert_eq!(summary.created, 1);
    assert_eq!(cloud.count("post"), 1);
    // One look before the first attempt, five over a minute before the second.
    assert_eq!(cloud.state().points["post"], 1 + 5);
    assert!(started.elapsed() >= Duration::from_secs(60));
}

#[tokio::test(start_paused = true)]
async fn a_write_that_is_safe_to_repeat_is_repeated_after_one_look() {
    let cloud = Cloud::default();
    cloud.fault("put", Fault::RequestLost);
    let rollout = rollout([thing(&cloud, "put")]);
    let planned = rollout.plan(&PlanOptions::default()).await;
    let started = Instant::now();
    rollout
        .apply(planned, &ApplyOptions::default())
        .await
        .unwrap();
    assert_eq!(cloud.state().points["put"], 1);
    assert!(started.elapsed() < Duration::from_secs(10));
}

#[tokio::test(start_paused = true)]
async fn a_fate_that_stays_unknown_leaves_its_intent_for_the_next_run() {
    let cloud = Cloud::default();
    for _ in 0..3 {
        cloud.fault("post", Fault::RequestLost);
    }
    let journal = Arc::new(MemoryJournal::new());
    let options = ApplyOptions {
        attempts: 3,
        ..with_journal(&journal)
    };
    let rollout = rollout([thing(&cloud, "post").look_first()]);
    let summary = run(&rollout, &options).await;
    assert_eq!(summary.failed.len(), 1);
    assert_eq!(journal.recovery().await.unwrap().open.len(), 1);
    let plan = rollout
        .plan(&PlanOptions {
            recovery: journal.recovery().await.unwrap(),
            ..PlanOptions::default()
        })
        .await;
    assert!(plan.plan.entries[0].unfinished);
    assert_eq!(run(&rollout, &options).await.created, 1);
    assert!(journal.recovery().await.unwrap().open.is_empty());
    assert_eq!(cloud.count("post"), 1);
}

/// The run is cut off at every point in time of its course, by dropping it as a kill would, and run again.
#[tokio::test(start_paused = true)]
async fn killed_at_any_moment_the_next_run_finishes_and_nothing_is_there_twice() {
    let mut cut = Duration::ZERO;
    let mut cut_in_a_write = 0;
    loop {
        let cloud = Cloud::default();
        // Reads show what was made only long after the kill and the next plan.
        cloud.state().lag = Duration::from_secs(30);
        let rollout = rollout([
            thing(&cloud, "tenant")
                .long_running()
                .look_first()
                .takes(Duration::from_secs(3)),
            thing(&cloud, "app").inside("tenant").look_first(),
            thing(&cloud, "server")
                .look_first()
                .takes(Duration::from_secs(2)),
            thing(&cloud, "user").reads("app", "app").look_first(),
        ]);
        let journal = Arc::new(MemoryJournal::new());
        let options = with_journal(&journal);
        let planned = rollout.plan(&PlanOptions::default()).await;
        let finished = timeout(cut, rollout.apply(planned, &options)).await.is_ok();
        if !journal.recovery().await.unwrap().open.is_empty() {
            cut_in_a_write += 1;
        }

        let second = run(&rollout, &options).await;
        assert!(second.failed.is_empty(), "cut at {cut:?}: {second:#?}");
        for name in ["tenant", "app", "server", "user"] {
            assert_eq!(cloud.count(name), 1, "{name}, cut at {cut:?}");
        }
        tokio::time::sleep(Duration::from_secs(31)).await;
        assert!(rollout.plan(&PlanOptions::default()).await.plan.is_empty());
        if finished {
            break;
        }
        cut += Duration::from_millis(130);
    }
    assert!(cut_in_a_write > 20, "{cut_in_a_write}");
}

#[tokio::test(start_paused = true)]
async fn a_write_that_was_carried_out_and_not_recorded_is_found() {
    let cloud = Cloud::default();
    let intent = Record::Intent {
        key: "post".into(),
        change: ChangeKind::Create,
        digest: String::new(),
    };
    cloud.put("post", serde_json::json!({"size": 1, "mark": "ours"}));
    let journal = Arc::new(MemoryJournal::with_records(vec![intent]));
    let rollout = rollout([thing(&cloud, "post").look_first()]);
    let summary = run(&rollout, &with_journal(&journal)).await;
    assert_eq!(summary.recovered, 1);
    assert!(cloud.writes().is_empty());
    assert!(journal.recovery().await.unwrap().open.is_empty());
}

/// Killed in the wait for replication, with names and lists that lag far longer than anybody looks: how many there are after
/// the next run, and how the journal stands.
async fn killed_in_the_wait(step: impl Fn(&Cloud) -> Thing) -> (usize, Arc<MemoryJournal>) {
    let cloud = Cloud::default();
    cloud.state().lag = Duration::from_secs(6 * 60 * 60);
    let rollout = rollout([step(&cloud)]);
    let journal = Arc::new(MemoryJournal::new());
    let options = with_journal(&journal);
    let planned = rollout.plan(&PlanOptions::default()).await;
    let cut = timeout(Duration::from_secs(30), rollout.apply(planned, &options)).await;
    assert!(cut.is_err(), "it is still waiting");
    let summary = run(&rollout, &options).await;
    assert!(summary.failed.is_empty(), "{summary:#?}");
    (cloud.count("policy"), journal)
}

#[tokio::test(start_paused = true)]
async fn what_was_made_is_found_by_its_id_however_long_names_lag() {
    let policy = |cloud: &Cloud| {
        let takes = Duration::from_secs(60);
        thing(cloud, "policy").look_first().takes(takes)
    };
    let (count, journal) = killed_in_the_wait(|cloud| policy(cloud).says_id()).await;
    assert_eq!(count, 1);
    let recovery = journal.recovery().await.unwrap();
    assert!(recovery.open.is_empty());
    assert_eq!(recovery.made[&Key::new("policy")], "id-of-policy");
    // The next run looks for it by its id too, although nothing is open.
    assert!(recovery.doubts(&Key::new("policy")));
    // A name alone finds nothing in that time, and is no proof that there is none.
    let by_name = |cloud: &Cloud| policy(cloud).long_running();
    let (count, _) = killed_in_the_wait(by_name).await;
    assert_eq!(count, 2, "without the id there would be a second one");
}

#[tokio::test(start_paused = true)]
async fn what_was_made_and_is_gone_again_is_believed_late() {
    let cloud = Cloud::default();
    let made = [
        Record::Intent {
            key: "policy".into(),
            change: ChangeKind::Create,
            digest: String::new(),
        },
        Record::Made {
            key: "policy".into(),
            id: "id-of-policy".to_owned(),
        },
    ];
    let journal = Arc::new(MemoryJournal::with_records(made.to_vec()));
    let rollout = rollout([thing(&cloud, "policy").look_first().says_id()]);
    let planned = rollout.plan(&PlanOptions::default()).await;
    let started = Instant::now();
    let summary = rollout.apply(planned, &with_journal(&journal)).await;
    assert_eq!(summary.unwrap().created, 1);
    assert_eq!(cloud.count("policy"), 1);
    assert!(
        started.elapsed() >= Duration::from_secs(300),
        "{:?}",
        started.elapsed()
    );
}

#[tokio::test(start_paused = true)]
async fn a_long_operation_is_picked_up_by_its_id() {
    let cloud = Cloud::default();
    let rollout = rollout([thing(&cloud, "tenant")
        .long_running()
        .look_first()
        .takes(Duration::from_secs(1800))]);
    let journal = Arc::new(MemoryJournal::new());
    let options = with_journal(&journal);
    let planned = rollout.plan(&PlanOptions::default()).await;
    let cut = timeout(Duration::from_secs(600), rollout.apply(planned, &options)).await;
    assert!(cut.is_err());
    let open = journal.recovery().await.unwrap().open;
    let operation = open.values().next().unwrap().operation.as_deref();
    assert_eq!(operation, Some("operation-of-tenant"));
    let planned = rollout.plan(&PlanOptions::default()).await;
    let started = Instant::now();
    let summary = rollout.apply(planned, &options).await.unwrap();
    assert_eq!(summary.recovered, 1);
    assert!(started.elapsed() >= Duration::from_secs(1800));
    assert_eq!(cloud.count("tenant"), 1);
}

#[tokio::test(start_paused = true)]
async fn the_first_stop_lets_writes_end_and_begins_none() {
    let cloud = Cloud::default();
    let rollout = rollout([
        thing(&cloud, "a").takes(Duration::from_secs(10)),
        thing(&cloud, "b").after("a"),
    ]);
    let (handle, stop) = Stop::channel();
    let options = ApplyOptions {
        stop,
        ..ApplyOptions::default()
    };
    let planned = rollout.plan(&PlanOptions::default()).await;
    let stopping = async {
        tokio::time::sleep(Duration::from_secs(5)).await;
        handle.finish();
    };
    let (summary, ()) = tokio::join!(rollout.apply(planned, &options), stopping);
    let summary = summary.unwrap();
    assert_eq!(summary.created, 1);
    assert_eq!(summary.not_started, ["b".into()]);
    assert_eq!(summary.exit(), Exit::Stopped);
    assert!(summary.next("apply").unwrap().contains("run apply again"));
}

#[tokio::test(start_paused = true)]
async fn what_does_not_end_within_seconds_of_the_first_stop_is_left_and_found_by_the_next_run() {
    let cloud = Cloud::default();
    let rollout = rollout([
        thing(&cloud, "slow")
            .long_running()
            .look_first()
            .takes(Duration::from_secs(900)),
        thing(&cloud, "quick").takes(Duration::from_secs(8)),
    ]);
    let (handle, stop) = Stop::channel();
    let journal = Arc::new(MemoryJournal::new());
    let options = ApplyOptions {
        stop,
        ..with_journal(&journal)
    };
    let planned = rollout.plan(&PlanOptions::default()).await;
    let started = Instant::now();
    let stopping = async {
        tokio::time::sleep(Duration::from_secs(5)).await;
        handle.finish();
    };
    let (summary, ()) = tokio::join!(rollout.apply(planned, &options), stopping);
    let summary = summary.unwrap();
    assert!(started.elapsed() <= Duration::from_secs(15));
    assert_eq!((summary.created, summary.exit()), (1, Exit::Stopped));
    assert_eq!(summary.left_running, ["slow".into()]);
    assert!(summary.next("apply").unwrap().contains("left under way"));
    let open = journal.recovery().await.unwrap().open;
    let operation = open["slow"].operation.as_deref();
    assert_eq!(operation, Some("operation-of-slow"));
    let next = run(&rollout, &with_journal(&journal)).await;
    assert_eq!((next.recovered, cloud.count("slow")), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn the_second_stop_leaves_writes_to_the_service_and_the_next_run_finds_them() {
    let cloud = Cloud::default();
    let rollout = rollout([thing(&cloud, "a")
        .long_running()
        .look_first()
        .takes(Duration::from_secs(900))]);
    let (handle, stop) = Stop::channel();
    let journal = Arc::new(MemoryJournal::new());
    let options = ApplyOptions {
        stop,
        ..with_journal(&journal)
    };
    let planned = rollout.plan(&PlanOptions::default()).await;
    let started = Instant::now();
    let stopping = async {
        tokio::time::sleep(Duration::from_secs(5)).await;
        handle.finish();
        tokio::time::sleep(Duration::from_secs(5)).await;
        handle.leave();
    };
    let (summary, ()) = tokio::join!(rollout.apply(planned, &options), stopping);
    let summary = summary.unwrap();
    assert_eq!(summary.left_running, ["a".into()]);
    assert_eq!(started.elapsed().as_secs(), 10);
    let next = run(&rollout, &with_journal(&journal)).await;
    assert_eq!(next.recovered, 1);
    assert_eq!(cloud.count("a"), 1);
}

#[tokio::test(start_paused = true)]
async fn a_stop_ends_the_wait_for_a_busy_service() {
    let cloud = Cloud::default();
    cloud.fault("a", Fault::Busy(Some(Duration::from_secs(3600))));
    let rollout = rollout([thing(&cloud, "a")]);
    let (handle, stop) = Stop::channel();
    let options = ApplyOptions {
        stop,
        ..ApplyOptions::default()
    };
    let planned = rollout.plan(&PlanOptions::default()).await;
    let started = Instant::now();
    let stopping = async {
        tokio::time::sleep(Duration::from_secs(60)).await;
        handle.finish();
    };
    let (summary, ()) = tokio::join!(rollout.apply(planned, &options), stopping);
    assert_eq!(summary.unwrap().exit(), Exit::Stopped);
    assert_eq!(started.elapsed().as_secs(), 60);
}

/// A journal on a full disk.
struct FullDisk;

#[async_trait::async_trait]
impl Journal for FullDisk {
    async fn append(&self, record: Record) -> Result<(), rollout::engine::JournalError> {
        match record {
            Record::Intent { .. } | Record::RunEnded { .. } => {
                Err(rollout::engine::JournalError::Io {
                    doing: "write",
                    path: "journal".into(),
                    source: std::io::Error::other("no space left on device"),
                })
            }
            _ => Ok(()),
        }
    }

    async fn recovery(&self) -> Result<rollout::engine::Recovery, rollout::engine::JournalError> {
        Ok(Default::default())
    }
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_recorded_is_not_done() {
    let cloud = Cloud::default();
    let rollout = rollout([thing(&cloud, "a"), thing(&cloud, "b").after("a")]);
    let options = ApplyOptions {
        journal: Arc::new(FullDisk),
        ..ApplyOptions::default()
    };
    let summary = run(&rollout, &options).await;
    assert!(cloud.state().started.is_empty());
    assert!(
        summary.failed[0]
            .message
            .contains("no space left on device"),
        "{summary:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn what_became_anothers_is_not_written_over_because_a_list_lagged() {
    let cloud = Cloud::default();
    let theirs = serde_json::json!({"size": 1, "image": "theirs:42", "mark": "ours"});
    cloud.put("app", theirs.clone());
    cloud.state().hidden_in_lists.push("app".to_owned());
    let rules = DiffRules::new().not_owned("image");
    let wants = serde_json::json!({"size": 1, "image": "bootstrap"});
    let rollout = rollout([thing(&cloud, "app").wants(wants).rules(rules)]);
    let planned = rollout.plan(&PlanOptions::default()).await;
    assert_eq!(planned.plan.totals.create, 1);
    let summary = rollout
        .apply(planned, &ApplyOptions::default())
        .await
        .unwrap();
    assert_eq!((summary.created, summary.unchanged), (0, 1));
    assert_eq!(cloud.document("app"), theirs);
}

#[tokio::test(start_paused = true)]
async fn what_was_begun_and_has_left_the_file_is_said() {
    let cloud = Cloud::default();
    let intent = Record::Intent {
        key: "gone".into(),
        change: ChangeKind::Create,
        digest: String::new(),
    };
    let journal = MemoryJournal::with_records(vec![intent]);
    let options = PlanOptions {
        recovery: journal.recovery().await.unwrap(),
        ..PlanOptions::default()
    };
    let plan = rollout([thing(&cloud, "a")]).plan(&options).await.plan;
    assert_eq!(plan.notes.len(), 1);
    assert!(plan.notes[0].contains("gone"), "{:?}", plan.notes);
}
