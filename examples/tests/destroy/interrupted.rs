//! A takedown that is stopped, or cut off, is gone on with by the next one.

use std::sync::Arc;

use rollout::embedded::Inventory;
use rollout::engine::{
    ApplyOptions, Exit, Journal, MemoryJournal, PlanOptions, Progress, ProgressSink, Recovery,
    RemovalOptions, Stop, StopHandle, Summary,
};
use serde_json::Value;
use tokio::sync::mpsc;

use crate::finished::{Run, settle, state};

async fn take_down(
    run: &Run,
    journal: &Arc<MemoryJournal>,
    stop: impl Fn(&StopHandle, usize),
) -> Summary {
    let options = RemovalOptions {
        recovery: journal.recovery().await.unwrap(),
        fence: Some(run.fence().clone()),
        ..RemovalOptions::default()
    };
    let takedown = run.rollout.plan_removal(&options).await.unwrap();
    let (sender, mut events) = mpsc::unbounded_channel();
    let (handle, stopped) = Stop::channel();
    let options = ApplyOptions {
        journal: Arc::clone(journal) as Arc<dyn Journal>,
        fence: Some(run.fence().clone()),
        progress: ProgressSink::to(sender),
        stop: stopped,
        ..ApplyOptions::default()
    };
    let carried_out = async {
        let summary = takedown.rollout.apply(takedown.planned, &options).await;
        drop(options);
        summary.unwrap()
    };
    let watched = async {
        let mut begun = 0;
        while let Some(event) = events.recv().await {
            if matches!(event, Progress::Started { .. }) {
                begun += 1;
                stop(&handle, begun);
            }
        }
    };
    tokio::join!(carried_out, watched).0
}

async fn nothing_is_left(state: &Value) {
    let plan = Run::from_state(state).plan_removal().await.planned.plan;
    assert_eq!((plan.totals.delete, plan.totals.refused), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn what_is_stopped_goes_on_and_ends_like_what_was_not() {
    let undisturbed = Run::from_state(&state());
    let whole = take_down(&undisturbed, &Arc::default(), |_, _| {}).await;
    settle().await;

    for how in [StopHandle::finish, StopHandle::leave] {
        let journal = Arc::new(MemoryJournal::new());
        let run = Run::from_state(&state());
        let first = take_down(&run, &journal, |handle, begun| {
            if begun == 60 {
                how(handle);
            }
        })
        .await;
        assert_eq!(first.exit(), Exit::Stopped);
        assert!(!first.not_started.is_empty() && first.deleted > 0);
        let open = journal.recovery().await.unwrap().open.len();
        assert!(open <= first.left_running.len());

        let second = take_down(&run, &journal, |_, _| {}).await;
        assert_eq!((&second.failed, second.exit()), (&vec![], Exit::Done));
        // What a list still showed was gone when it was looked at.
        assert_eq!(first.deleted + second.deleted, whole.deleted);
        let recovery = journal.recovery().await.unwrap();
        assert_eq!((recovery.open.len(), recovery.created.len()), (0, 0));
        settle().await;
        let (one, other) = (
            run.cloud.to_state().unwrap(),
            undisturbed.cloud.to_state().unwrap(),
        );
        let differences = Inventory::of(&one).differences(&Inventory::of(&other));
        assert_eq!(differences, [""; 0]);
        nothing_is_left(&one).await;
    }
}

#[tokio::test(start_paused = true)]
async fn an_apply_after_a_takedown_that_was_cut_off_makes_what_is_gone() {
    let journal = Arc::new(MemoryJournal::new());
    let run = Run::from_state(&state());
    let cut_off = take_down(&run, &journal, |handle, begun| {
        if begun == 60 {
            handle.leave();
        }
    })
    .await;
    assert!(!cut_off.left_running.is_empty());
    settle().await;
    let again = Run::from_state(&run.cloud.to_state().unwrap());
    let recovery: Recovery = journal.recovery().await.unwrap();
    let planned = again
        .rollout
        .plan(&PlanOptions {
            recovery,
            ..PlanOptions::default()
        })
        .await;
    let options = ApplyOptions {
        journal: Arc::clone(&journal) as Arc<dyn Journal>,
        fence: Some(again.fence().clone()),
        ..ApplyOptions::default()
    };
    let summary = again.rollout.apply(planned, &options).await.unwrap();
    assert_eq!((&summary.failed, &summary.manual), (&vec![], &vec![]));
    settle().await;
    let made = again.cloud.to_state().unwrap();
    assert!(Run::from_state(&made).plan().await.plan.is_empty());
    assert!(journal.recovery().await.unwrap().open.is_empty());
}
