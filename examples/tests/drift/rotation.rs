//! An app's certificate through its years: the plan says when it is due, the one before stays beside the new one, and goes.

use std::time::Duration;

use rollout::engine::Action;
use serde_json::Value;

use crate::edit::{CUSTOMERS, object};
use crate::finished::{Run, settle, state};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const STEP: &str = "identity/applications/rhc-hp2-qa-web/certificate";

fn credentials(run: &Run) -> Vec<Value> {
    let mut state = run.cloud.to_state().unwrap();
    let application = object(&mut state, CUSTOMERS, "application", "rhc-hp2-qa-web");
    application["body"]["keyCredentials"]
        .as_array()
        .unwrap()
        .clone()
}

/// What the plan shows of the certificate, if it is to be changed.
async fn shown(run: Run) -> (Run, Option<String>) {
    let run = Run::over(run.manifest, run.cloud);
    let planned = run.plan().await;
    let entry = planned
        .plan
        .entries
        .iter()
        .find(|one| one.key.as_str() == STEP);
    let text = match &entry.unwrap().action {
        Action::Unchanged => None,
        Action::Update { changes } => {
            let text = changes
                .iter()
                .map(|one| format!("{}: {} -> {}", one.path, one.old, one.new));
            Some(text.collect::<Vec<_>>().join("; "))
        }
        other => panic!("{other:?}"),
    };
    (run, text)
}

async fn apply(run: Run) -> Run {
    let planned = run.plan().await;
    let summary = run.apply(planned).await;
    assert!(summary.failed.is_empty(), "{summary:#?}");
    settle().await;
    run
}

#[tokio::test(start_paused = true)]
async fn a_certificate_is_replaced_before_its_end_and_the_old_one_goes_after_the_new_one_has_settled()
 {
    let run = Run::from_state(&state());
    let first = credentials(&run);
    assert_eq!(first.len(), 1);

    tokio::time::sleep(DAY * 330).await;
    let (run, nothing) = shown(run).await;
    assert_eq!(nothing, None);

    tokio::time::sleep(DAY * 10).await;
    let (run, due) = shown(run).await;
    let due = due.unwrap();
    assert!(
        due.contains("rotation: \"due: it ends on 2027-11-23") && due.contains("not due"),
        "{due}"
    );

    let run = apply(run).await;
    let both = credentials(&run);
    assert_eq!(both.len(), 2, "{both:#?}");
    assert!(both.iter().any(|one| one["keyId"] == first[0]["keyId"]));
    let ends: Vec<_> = both.iter().map(|one| one["endDateTime"].clone()).collect();
    assert_ne!(ends[0], ends[1]);
    let (run, nothing) = shown(run).await;
    assert_eq!(nothing, None, "running programs have the old one in mind");

    tokio::time::sleep(DAY * 8).await;
    let (run, superseded) = shown(run).await;
    let superseded = superseded.unwrap();
    assert!(superseded.starts_with("superseded: "), "{superseded}");
    let run = apply(run).await;
    let left = credentials(&run);
    assert_eq!(left.len(), 1);
    assert_ne!(left[0]["keyId"], first[0]["keyId"]);
    let (_, nothing) = shown(run).await;
    assert_eq!(nothing, None);
}
