//! What a directory has made is found again by its id, however long its lists lag.

#[allow(
    dead_code,
    reason = "shared by several test binaries, of which each uses a part"
)]
#[path = "common/finished.rs"]
mod finished;

use std::sync::Arc;
use std::time::Duration;

use finished::{Run, manifest};
use rhc_core::fake::{Alteration, FaultKind, WorldOptions};
use rollout::embedded::EmbeddedCloud;
use rollout::engine::{
    ApplyOptions, Journal, Key, MemoryJournal, PlanOptions, Record, Rollout, Summary,
};
use serde_json::{Value, json};

/// There is no point read by name of these, and a POST of the same makes a second one.
const KINDS: [&str; 2] = [
    "identity/conditionalAccess/policies",
    "identity/authenticationEventsFlows",
];

/// Lists of these kinds show nothing, as replicas do that have not heard of it yet.
fn empty_the_lists(cloud: &EmbeddedCloud) {
    cloud.world().faults().judge(|request| {
        let path = request.path.split('?').next().unwrap_or_default();
        let is_list = request.method == "GET" && KINDS.iter().any(|kind| path.ends_with(kind));
        is_list.then(|| {
            FaultKind::Altered(Alteration::new(|answer| {
                *answer.body_mut() = json!({ "value": [] }).to_string().into();
            }))
        })
    });
}

/// How many objects below this have that name.
fn named(value: &Value, name: &str) -> usize {
    match value {
        Value::Object(map) => {
            usize::from(map.get("displayName").and_then(Value::as_str) == Some(name))
                + map.values().map(|value| named(value, name)).sum::<usize>()
        }
        Value::Array(all) => all.iter().map(|value| named(value, name)).sum(),
        _ => 0,
    }
}

async fn apply(rollout: &Rollout, run: &Run, journal: &Arc<MemoryJournal>) -> Summary {
    let options = ApplyOptions {
        journal: Arc::clone(journal) as Arc<dyn Journal>,
        fence: Some(run.fence().clone()),
        patience: Duration::from_secs(4 * 3600),
        ..ApplyOptions::default()
    };
    let recovery = journal.recovery().await.unwrap();
    let plan = PlanOptions {
        recovery,
        ..PlanOptions::default()
    };
    let planned = rollout.plan(&plan).await;
    rollout.apply(planned, &options).await.unwrap()
}

fn part(run: &Run, kind: &str) -> (Key, Rollout) {
    let manifest = manifest();
    let all = rollout::steps::environment(&manifest, &run.clients).unwrap();
    let mut keys = all.steps().map(|step| step.meta().key.clone());
    let key = keys.find(|key| key.as_str().contains(kind)).unwrap();
    drop(keys);
    let part = all.only(&[key.to_string()]).unwrap();
    (key, part)
}

#[tokio::test(start_paused = true)]
async fn killed_in_the_wait_for_replication_nothing_is_made_twice() {
    for kind in KINDS {
        let cloud = EmbeddedCloud::new(&manifest(), WorldOptions::default(), true).unwrap();
        empty_the_lists(&cloud);
        let journal = Arc::new(MemoryJournal::new());
        let first = Run::over(manifest(), cloud.clone());
        let (key, rollout) = part(&first, kind);
        let is_made =
            |record: &Record| matches!(record, Record::Made { key: own, .. } if *own == key);
        let made = async {
            while !journal.records().iter().any(is_made) {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        tokio::select! {
            summary = apply(&rollout, &first, &journal) => panic!("{kind}: not killed: {summary:#?}"),
            () = made => {}
        }
        let open = journal.recovery().await.unwrap().open;
        assert!(open.contains_key(&key), "{kind}: in the wait");

        let second = Run::over(manifest(), cloud.clone());
        let (_, rollout) = part(&second, kind);
        let summary = apply(&rollout, &second, &journal).await;
        assert!(summary.failed.is_empty(), "{kind}: {summary:#?}");
        assert!(journal.recovery().await.unwrap().open.is_empty(), "{kind}");
        // A third one has nothing to settle, and asks by the id all the same.
        let third = Run::over(manifest(), cloud.clone());
        let (_, rollout) = part(&third, kind);
        let summary = apply(&rollout, &third, &journal).await;
        assert!(summary.failed.is_empty(), "{kind}: {summary:#?}");

        let state = cloud.to_state().unwrap();
        let name = key.as_str().rsplit('/').next().unwrap();
        let sections = ["graph", "externalId"].map(|section| &state["sections"][section]);
        let count: usize = sections.iter().map(|section| named(section, name)).sum();
        assert_eq!(count, 1, "{kind}: {name}");
    }
}
