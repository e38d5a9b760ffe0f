//! The whole environment: finished, and with exactly one thing broken.

use std::collections::BTreeSet;

use rollout::engine::Exit;
use rollout::verify::{Report, Vantage, Verdict, VerifyOptions, id_of_step, verify};
use serde_json::Value;

use crate::breaks;
use crate::edit::{DATABASE, HOSTING, delete_all, remove_object};
use crate::finished::{Run, judge_each, state};

pub(crate) async fn look(run: &Run) -> Report {
    let options = VerifyOptions {
        fence: Some(run.fence().clone()),
        ..VerifyOptions::default()
    };
    verify(&run.rollout, &run.manifest, &run.clients, &options).await
}

/// The ids of the checks that fail on a state; empty when it is well.
pub(crate) async fn failures(state: &Value) -> BTreeSet<String> {
    let report = look(&Run::from_state(state)).await;
    report.failures().map(|check| check.id.clone()).collect()
}

#[tokio::test(start_paused = true)]
async fn a_finished_environment_has_no_failed_check() {
    let run = Run::from_state(&state());
    let before = run.cloud.to_state().unwrap();
    let report = look(&run).await;
    let failed: Vec<_> = report.failures().collect();
    assert_eq!(failed, Vec::<&rollout::verify::Entry>::new());
    assert_eq!(report.passed + report.not_proven, report.checks.len());
    assert_eq!(
        (report.exit(false), report.exit(true)),
        (Exit::Done, Exit::Failure)
    );
    // Exactly this much cannot be proven in this version.
    let open: Vec<&str> = report
        .checks
        .iter()
        .filter(|check| matches!(check.verdict, Verdict::NotProven { .. }))
        .map(|check| check.id.as_str())
        .collect();
    assert_eq!(
        open,
        [
            "inside/key-stays/rhc-hp2-qa-web",
            "inside/key-stays/rhc-smx-qa-web",
            "control-plane/deploys/hp2",
            "control-plane/deploys/smx",
            "inside/table/hp2/corp_db",
            "inside/table/hp2/hp2_db",
            "inside/table/smx/corp_db",
            "outside/refused/smx"
        ]
    );
    for vantage in [Vantage::Outside, Vantage::ControlPlane, Vantage::Inside] {
        assert!(report.checks.iter().any(|check| check.vantage == vantage));
    }
    // Looking changes nothing; that the probes ran remains.
    let sections = |state: &Value| {
        let mut sections = state["sections"].clone();
        sections.as_object_mut().unwrap().remove("authority");
        let resources = sections["arm"]["resources"].as_object_mut().unwrap();
        resources.retain(|id, _| !id.contains("/executions/"));
        sections
    };
    assert_eq!(sections(&run.cloud.to_state().unwrap()), sections(&before));
}

#[tokio::test(start_paused = true)]
async fn ids_are_unique_and_every_check_says_why() {
    let report = look(&Run::from_state(&state())).await;
    let ids: BTreeSet<&str> = report.checks.iter().map(|c| c.id.as_str()).collect();
    assert_eq!(ids.len(), report.checks.len());
    for check in &report.checks {
        assert!(check.title.len() > 10 && check.why.len() > 10, "{check:?}");
    }
}

/// Each break of one thing is seen by the check of its step, and by no other.
#[test]
fn each_break_of_a_thing_fails_its_own_check_only() {
    let wrong = judge_each(&breaks::all(), async |case| {
        let mut state = state();
        (case.edit)(&mut state);
        let own = id_of_step(&case.step.into());
        let others = case.seen_too.iter().map(|id| (*id).to_owned());
        let wanted: BTreeSet<String> = std::iter::once(own).chain(others).collect();
        let found = failures(&state).await;
        (found != wanted).then(|| format!("{}: {found:?} and not {wanted:?}", case.what))
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

type Edit = fn(&mut Value);

/// What goes with something is not a second finding.
#[tokio::test(start_paused = true)]
async fn a_thing_that_is_gone_with_all_that_stands_on_it_is_one_failed_check() {
    let gone: [(&str, Edit); 7] = [
        (
            "file/network/Microsoft.Resources/resourceGroups/rhc-net-qa-rg",
            |state| {
                delete_all(state, "/resourcegroups/rhc-net-qa-rg");
            },
        ),
        (
            "file/hp2/Microsoft.Resources/resourceGroups/rhc-hp2-qa-rg",
            |state| {
                delete_all(state, "/resourcegroups/rhc-hp2-qa-rg");
            },
        ),
        (
            "file/database/Microsoft.Resources/resourceGroups/rhc-db-qa-rg",
            |state| {
                delete_all(state, "/resourcegroups/rhc-db-qa-rg");
            },
        ),
        (
            "file/hp2/Microsoft.ManagedIdentity/userAssignedIdentities/hp225qa-id",
            |state| {
                delete_all(state, "/userassignedidentities/hp225qa-id");
            },
        ),
        (
            "file/hp2/Microsoft.App/containerApps/hp225qa-app",
            |state| {
                delete_all(state, "/containerapps/hp225qa-app");
            },
        ),
        ("file/hp2/applications/rhc-hp2-qa-db", |state| {
            remove_object(state, HOSTING, "application", "rhc-hp2-qa-db");
        }),
        ("file/database/groups/rhc-qa-sql-admins", |state| {
            remove_object(state, DATABASE, "group", "rhc-qa-sql-admins");
        }),
    ];
    let mut wrong = Vec::new();
    for (check, edit) in gone {
        let mut state = state();
        edit(&mut state);
        let found = failures(&state).await;
        if found != [check.to_owned()].into() {
            wrong.push(format!("{check}: {found:#?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn there_is_a_break_for_every_kind_of_step() {
    let run = tokio_run();
    let broken: BTreeSet<&str> = breaks::all().iter().map(|case| case.step).collect();
    let kinds = |only_broken: bool| -> BTreeSet<String> {
        let steps = run.rollout.steps().map(|step| step.meta());
        steps
            .filter(|meta| !only_broken || broken.contains(meta.key.as_str()))
            .map(|meta| meta.kind.clone())
            .collect()
    };
    assert_eq!(kinds(true), kinds(false));
    for step in broken {
        assert!(run.rollout.wants(&step.into()), "{step}");
    }
}

fn tokio_run() -> Run {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .unwrap();
    runtime.block_on(async { Run::from_state(&state()) })
}
