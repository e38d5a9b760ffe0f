//! An import that was cut off between its write and the line that says so is gone on with: by the next import, and by an apply.

use std::sync::Arc;

use rollout::engine::{
    Action, ApplyOptions, ChangeKind, Journal, Key, MemoryJournal, PlanOptions, Record, Summary,
};
use serde_json::{Value, json};

use crate::edit::{HOSTING, object, resource};
use crate::finished::{Run, settle, state};
use crate::seen::{foreign, things, writes};

/// What a run leaves behind that was killed while it adopted this.
async fn cut_off(key: &Key) -> Arc<MemoryJournal> {
    let journal = MemoryJournal::new();
    for record in [
        Record::RunStarted { pid: 1 },
        Record::Intent {
            key: key.clone(),
            change: ChangeKind::Adopt,
            digest: "x".to_owned(),
        },
    ] {
        journal.append(record).await.unwrap();
    }
    Arc::new(journal)
}

/// A state in which two things are foreign, one in Azure and one in a directory; the keys; and the state after their adoption.
async fn two() -> (Value, Vec<Key>, Value) {
    let mut before = state();
    resource(&mut before, "/vaults/hp225qa-kv")["tags"] = json!({"owner": "ron"});
    let app = &mut object(&mut before, HOSTING, "application", "rhc-hp2-qa-db")["body"];
    app.as_object_mut().unwrap().shift_remove("uniqueName");
    let keys = foreign(&Run::from_state(&before).plan().await.plan);
    assert_eq!(keys.len(), 2, "{keys:?}");
    let run = Run::from_state(&before);
    let adoption = run.plan_adoption(&keys).await;
    assert_eq!(run.adopt(adoption).await.adopted, 2);
    settle().await;
    let after = run.cloud.to_state().unwrap();
    (before, keys, after)
}

async fn import(state: &Value, key: &Key, journal: &Arc<MemoryJournal>) -> (Summary, Run) {
    let run = Run::from_state(state);
    let keys = std::slice::from_ref(key);
    let adoption = run.plan_adoption_after(keys, journal).await;
    let entry = adoption.planned.plan.entry(key).unwrap();
    assert!(entry.unfinished, "{entry:?}");
    (run.adopt_after(adoption, Arc::clone(journal)).await, run)
}

#[tokio::test(start_paused = true)]
async fn the_next_import_looks_and_writes_only_what_is_not_there() {
    let (before, keys, after) = two().await;
    for key in &keys {
        // The write had arrived.
        let journal = cut_off(key).await;
        let (summary, run) = import(&after, key, &journal).await;
        assert_eq!(
            (summary.recovered, summary.adopted, &summary.failed),
            (1, 0, &vec![])
        );
        assert_eq!(writes(&run), [""; 0], "{key}");
        assert!(journal.recovery().await.unwrap().open.is_empty());

        // It had not.
        let journal = cut_off(key).await;
        let (summary, run) = import(&before, key, &journal).await;
        assert_eq!(
            (summary.recovered, summary.adopted, &summary.failed),
            (0, 1, &vec![])
        );
        assert_eq!(writes(&run).len(), 1, "{key}");
        assert!(journal.recovery().await.unwrap().open.is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn an_apply_after_it_makes_nothing_twice() {
    let (before, keys, after) = two().await;
    for key in &keys {
        for (state, arrived) in [(&after, true), (&before, false)] {
            let journal = cut_off(key).await;
            let run = Run::from_state(state);
            let options = PlanOptions {
                recovery: journal.recovery().await.unwrap(),
                ..PlanOptions::default()
            };
            let planned = run.rollout.plan(&options).await;
            let is_foreign = matches!(
                planned.plan.entry(key).unwrap().action,
                Action::Foreign { .. }
            );
            assert_eq!(is_foreign, !arrived, "{key}");
            let options = ApplyOptions {
                journal: Arc::clone(&journal) as Arc<dyn Journal>,
                fence: Some(run.fence().clone()),
                ..ApplyOptions::default()
            };
            let summary = run.rollout.apply(planned, &options).await.unwrap();
            assert_eq!(summary.created, 0, "{key}");
            let failed: Vec<_> = summary.failed.iter().map(|one| &one.key).collect();
            let open = journal.recovery().await.unwrap().open;
            if arrived {
                assert_eq!(failed, Vec::<&Key>::new());
                assert!(open.is_empty(), "{open:?}");
            } else {
                // The other one is foreign as well here.
                assert!(failed.contains(&key), "{failed:?}");
                assert!(open.contains_key(key));
                assert_eq!(
                    things(&run.cloud.to_state().unwrap())["directory"],
                    things(state)["directory"]
                );
            }
        }
    }
}
