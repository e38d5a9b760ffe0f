//! Drift: what somebody changed is what the next plan shows; apply mends it and nothing else; the plan after it is empty.

#[allow(
    dead_code,
    reason = "shared by two test binaries, of which each uses a part"
)]
#[path = "../common/breaks/mod.rs"]
mod breaks;
#[allow(
    dead_code,
    reason = "shared by two test binaries, of which each uses a part"
)]
#[path = "../common/edit.rs"]
mod edit;
#[allow(
    dead_code,
    reason = "shared by two test binaries, of which each uses a part"
)]
#[path = "../common/finished.rs"]
mod finished;
mod order;

mod customers;

mod rotation;

use std::collections::BTreeSet;

use breaks::{Break, Shown};
use finished::{Run, judge_each, settle, state};
use rollout::engine::{Action, Plan, PlanEntry};

/// What a plan would do, one line each; what it cannot see counts as nothing to do.
fn to_do(plan: &Plan) -> Vec<String> {
    let line = |entry: &PlanEntry| {
        let what = match &entry.action {
            Action::Unchanged | Action::NotObserved { .. } => return None,
            Action::Create { .. } => "create".to_owned(),
            Action::Update { changes } => {
                let paths: Vec<String> = changes.iter().map(|change| short(&change.path)).collect();
                format!("update {}", paths.join(", "))
            }
            Action::Manual { .. } => "a person".to_owned(),
            other => format!("{other:?}"),
        };
        Some(format!("{}: {what}", entry.key))
    };
    plan.entries.iter().filter_map(line).collect()
}

/// Elements that are told apart by an ARM id by the end of it: `rules[smx-apps]`; those by a UUID, which means nothing to a
/// reader, by a star.
fn short(path: &str) -> String {
    let is_uuid = |part: &str| part.len() == 36 && part.matches('-').count() == 4;
    let mut text = String::new();
    for (index, part) in path.split('[').enumerate() {
        match part.split_once(']').filter(|(id, _)| is_uuid(id)) {
            Some((_, rest)) => text.push_str(&format!("[*]{rest}")),
            None if index > 0 => text.push_str(&format!("[{part}")),
            None => text.push_str(part),
        }
    }
    let path = text.as_str();
    let Some((before, id)) = path.split_once("[/") else {
        return path.to_owned();
    };
    format!("{before}[{}", id.rsplit('/').next().unwrap_or(id))
}

fn wanted(case: &Break) -> Option<String> {
    Some(match case.shown {
        Shown::Create => format!("{}: create", case.step),
        Shown::Update(paths) => format!("{}: update {}", case.step, paths.join(", ")),
        Shown::Person => format!("{}: a person", case.step),
        Shown::Upheaval => return None,
    })
}

/// The first thing that is wrong with how a break is mended.
async fn mend(case: &Break, wanted: &str) -> Result<(), String> {
    let mut state = state();
    (case.edit)(&mut state);
    let run = Run::from_state(&state);
    let planned = run.plan().await;
    let mut shown = to_do(&planned.plan);
    if case.shown == Shown::Person {
        // What needs a value of his stays open until he has acted, and says so.
        let waits = |line: &String| {
            let mut entries = planned.plan.entries.iter();
            entries.any(|entry| {
                line.starts_with(entry.key.as_str()) && entry.after == [case.step.into()]
            })
        };
        shown.retain(|line| !waits(line));
    }
    if shown != [wanted] {
        return Err(format!("the plan shows {shown:?} and not {wanted}"));
    }
    if case.shown == Shown::Person {
        return Ok(());
    }
    let looked = run.cloud.world().log().len();
    let summary = run.apply(planned).await;
    let writes = writes(&run, looked);
    if writes.len() > case.writes {
        return Err(format!("apply wrote {writes:?}"));
    }
    let mended = match case.shown {
        Shown::Create => (1, 0),
        _ => (0, 1),
    };
    if (summary.created, summary.updated) != mended || !summary.failed.is_empty() {
        return Err(format!("apply came to {summary:?}"));
    }
    settle().await;
    // Another process, and no memory of the first.
    let left = Run::over(run.manifest, run.cloud).plan().await;
    match to_do(&left.plan).as_slice() {
        [] => Ok(()),
        left => Err(format!("the plan after it shows {left:?}")),
    }
}

/// What was written since then, each place once. Signing in writes nothing.
fn writes(run: &Run, since: usize) -> BTreeSet<String> {
    let log = run.cloud.world().log();
    let writes = log.iter().skip(since).filter(|request| {
        let reads = ["GET", "HEAD"].contains(&request.method.as_str());
        !reads && !request.path_and_query.contains("/oauth2/")
    });
    writes
        .map(|request| {
            format!(
                "{} {}{}",
                request.method, request.host, request.path_and_query
            )
        })
        .collect()
}

#[test]
fn each_kind_of_drift_is_shown_alone_and_mended_alone() {
    let wrong = judge_each(&breaks::all(), async |case| {
        let wanted = wanted(case)?;
        let why = mend(case, &wanted).await.err()?;
        Some(format!("{}: {why}", case.what))
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test(start_paused = true)]
async fn without_drift_there_is_nothing_to_do() {
    let planned = Run::from_state(&state()).plan().await;
    assert_eq!(to_do(&planned.plan), Vec::<String>::new());
    assert_eq!(planned.plan.totals.not_observed, 0);
}
