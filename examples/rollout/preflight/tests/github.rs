//! What GitHub says about the repositories.

use super::stage::Stage;
use super::*;
use crate::embedded::github::{GitHub, Plan, READER, Repository};
use crate::github::GitHubToken;

const NAME: &str = "vokworks-ronk/hp225";

fn edit(stage: &Stage, change: impl FnOnce(&mut Repository)) {
    stage.with(|state| {
        let all = &mut state.section::<GitHub>().repositories;
        change(all.get_mut(NAME).unwrap());
    });
}

fn of_github(codes: &[&'static str]) -> Vec<&'static str> {
    let own = codes.iter().filter(|code| code.starts_with("github-"));
    own.copied().collect()
}

#[tokio::test(start_paused = true)]
async fn a_plan_without_environments_stops_the_run_unless_there_is_one() {
    let stage = Stage::new();
    let code = "github-plan-has-no-environments";
    assert!(!stage.codes().await.contains(&code));
    stage.with(|state| {
        for own in state.section::<GitHub>().repositories.values_mut() {
            own.plan = Plan::Free;
        }
    });
    let finding = stage.one(code).await;
    assert_eq!(finding.severity, Severity::Stop);
    assert!(finding.what.contains(NAME) && finding.source.contains("docs.github.com"));
    // A public one has everything.
    stage.with(|state| {
        for own in state.section::<GitHub>().repositories.values_mut() {
            own.private = false;
        }
    });
    assert_eq!(of_github(&stage.codes().await), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn a_plan_without_approvals_is_noted() {
    let stage = Stage::new();
    let code = "github-plan-has-no-approvals";
    assert!(stage.one(code).await.what.contains(NAME));
    stage.with(|state| {
        for own in state.section::<GitHub>().repositories.values_mut() {
            own.plan = Plan::Enterprise;
        }
    });
    assert_eq!(of_github(&stage.codes().await), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn a_plan_that_the_token_does_not_show_is_not_seen() {
    let stage = Stage::new();
    let token = Some(GitHubToken::new(READER));
    let connection = Connection::embedded_with(&stage.manifest, stage.cloud.world(), token);
    let findings = of_cloud(&stage.manifest, &connection).await;
    let unseen = findings.iter().filter(|one| one.code == "not-seen");
    let unseen: Vec<_> = unseen.map(|one| one.what.as_str()).collect();
    assert_eq!(unseen.len(), 1, "{unseen:?}");
    assert!(unseen[0].contains("does not show what") && unseen[0].contains("2 things"));
}

#[tokio::test(start_paused = true)]
async fn a_repository_that_is_not_there_or_takes_no_push_stops_the_run() {
    let stage = Stage::new();
    edit(&stage, |own| own.archived = true);
    let finding = stage.one("github-repository-archived").await;
    assert_eq!(finding.severity, Severity::Stop);
    stage.with(|state| state.section::<GitHub>().repositories.remove(NAME));
    let finding = stage.one("github-repository-not-there").await;
    assert!(finding.what.contains(NAME) && finding.severity == Severity::Stop);
}

#[tokio::test(start_paused = true)]
async fn a_subject_that_nobody_can_know_stops_the_run() {
    let stage = Stage::new();
    let code = "github-subject-not-to-be-known";
    assert!(!stage.codes().await.contains(&code));
    edit(&stage, |own| {
        own.include_claim_keys = vec!["repo".to_owned(), "job_workflow_ref".to_owned()];
    });
    let finding = stage.one(code).await;
    assert!(finding.what.contains("job_workflow_ref"), "{finding:?}");
    assert!(finding.way_out.contains("use_default=true"), "{finding:?}");
}

#[tokio::test(start_paused = true)]
async fn a_subject_with_ids_is_no_subject_with_names() {
    let mut stage = Stage::new();
    edit(&stage, |own| own.immutable_subject = true);
    let app = stage.manifest.apps.values_mut();
    let mut app = app.filter(|app| app.github.repository == NAME);
    app.next().unwrap().github.subject_prefix = Some(format!("repo:{NAME}"));
    let finding = stage.one("github-subject-differs").await;
    assert_eq!(finding.severity, Severity::Stop);
    assert!(finding.what.contains("vokworks-ronk@"), "{finding:?}");
}
