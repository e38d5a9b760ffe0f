//! Delivery where GitHub is otherwise than in the environment file as it stands: no token, no environments, subjects of
//! another form, a workflow that is somebody else's.

#[allow(
    dead_code,
    reason = "shared by several test binaries, of which each uses a part"
)]
#[path = "common/edit.rs"]
mod edit;
#[allow(
    dead_code,
    reason = "shared by several test binaries, of which each uses a part"
)]
#[path = "common/finished.rs"]
mod finished;

use std::sync::Arc;

use edit::{repository, resource};
use finished::{manifest, state};
use rhc_core::ErrorKind;
use rhc_core::fake::WorldOptions;
use rollout::connection::Connection;
use rollout::embedded::EmbeddedCloud;
use rollout::engine::{Action, Plan, PlanEntry, PlanOptions};
use rollout::github::{GitHubToken, RepositoryName};
use rollout::manifest::Manifest;
use rollout::steps::{self, Clients, Connect};
use rollout::verify::{Verdict, VerifyOptions, verify};
use serde_json::{Value, json};

const REPOSITORY: &str = "vokworks-ronk/hp225";

/// A plan over this state, with a token for GitHub or without, and what a verification says of the app's pushes.
async fn look(manifest: &Manifest, state: &Value, token: bool) -> (Plan, Verdict) {
    let options = WorldOptions::default();
    let cloud = EmbeddedCloud::from_state(manifest, &state.to_string(), options, false).unwrap();
    let connection = if token {
        cloud.connect()
    } else {
        Connection::embedded_with(manifest, cloud.world(), None)
    };
    let clients = Clients::new(Arc::clone(&connection) as Arc<dyn Connect>);
    let rollout = steps::environment(manifest, &clients).unwrap();
    let plan = rollout.plan(&PlanOptions::default()).await.plan;
    let report = verify(&rollout, manifest, &clients, &VerifyOptions::default()).await;
    let push = report.check("control-plane/deploys/hp2").unwrap();
    (plan, push.verdict.clone())
}

fn hp2(edit: impl FnOnce(&mut rollout::manifest::GitHub)) -> Manifest {
    let mut manifest = manifest();
    edit(&mut manifest.apps.get_mut("hp2").unwrap().github);
    manifest
}

fn entry<'p>(plan: &'p Plan, end: &str) -> &'p PlanEntry {
    let mut found = plan
        .entries
        .iter()
        .filter(|one| one.key.as_str().ends_with(end));
    let one = found.next().unwrap_or_else(|| panic!("no step {end}"));
    assert!(found.next().is_none(), "several steps end with {end}");
    one
}

/// What a person is told to do.
fn instructions(plan: &Plan) -> String {
    let key = format!("delivery/by-hand/{REPOSITORY}");
    match &entry(plan, &key).action {
        Action::Manual { instructions, .. } => instructions.join("\n"),
        other => panic!("{other:?}"),
    }
}

/// What a step failed with, and what to do about it.
fn failure(plan: &Plan, end: &str) -> String {
    match &entry(plan, end).action {
        Action::Failed { message, remedy } => {
            format!("{message} ({})", remedy.as_deref().unwrap_or_default())
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn without_a_token_a_person_gets_every_value_and_nothing_is_claimed() {
    let mut state = state();
    let client =
        resource(&mut state, "/userassignedidentities/hp225qa-deploy-id")["properties"]["clientId"]
            .as_str()
            .unwrap()
            .to_owned();
    let (plan, push) = look(&manifest(), &state, false).await;
    let said = instructions(&plan);
    for words in [
        "sub_claim_prefix must print repo:vokworks-ronk/hp225.",
        "https://github.com/vokworks-ronk/hp225/settings/environments",
        &format!("AZURE_CLIENT_ID = {client};"),
        "CONTAINER_REGISTRY = smx25qaacr.azurecr.io;",
        "qa_rollout -- workflow --app hp2",
        ".github/workflows/deploy-qa.yml",
        "set_up_by_hand",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
    assert!(!said.contains('\u{27e6}'), "a value is missing: {said}");
    let Verdict::NotProven { reason } = push else {
        panic!("{push:?}");
    };
    assert!(reason.contains("GITHUB_TOKEN"), "{reason}");
}

#[tokio::test(start_paused = true)]
async fn what_the_file_says_is_set_up_is_not_asked_for_again_and_not_proven_either() {
    let ids = "repo:vokworks-ronk@1/hp225@2";
    let manifest = hp2(|file| {
        file.set_up_by_hand = Some("2026-11-22".to_owned());
        file.subject_prefix = Some(ids.to_owned());
    });
    let mut state = state();
    let trust = "hp225qa-deploy-id/federatedidentitycredentials/github-qa";
    resource(&mut state, trust)["properties"]["subject"] = json!(format!("{ids}:environment:qa"));
    let (plan, push) = look(&manifest, &state, false).await;
    let of_hp2 =
        |one: &&PlanEntry| one.key.as_str().contains("hp225") && one.action != Action::Unchanged;
    let open: Vec<_> = plan.entries.iter().filter(of_hp2).collect();
    assert_eq!(open, Vec::<&PlanEntry>::new());
    assert!(
        matches!(&push, Verdict::NotProven { reason } if reason.contains("by hand on 2026-11-22")),
        "{push:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn githubs_own_answer_decides_about_the_subject() {
    let subject = |manifest: Manifest, edit: fn(&mut serde_json::Map<String, Value>)| async move {
        let mut state = state();
        edit(repository(&mut state, REPOSITORY));
        look(&manifest, &state, true).await.0
    };
    // The form changed: nothing else does.
    let plan = subject(manifest(), |own| {
        let immutable = own["immutableSubject"].as_bool().unwrap();
        own["immutableSubject"] = json!(!immutable);
    })
    .await;
    let end = "hp225qa-deploy-id/federatedIdentityCredentials/github-qa";
    let Action::Update { changes } = &entry(&plan, end).action else {
        panic!("{:?}", entry(&plan, end));
    };
    assert_eq!(changes.len(), 1);
    let forms = [&changes[0].old, &changes[0].new].map(|value| value.as_str().unwrap().to_owned());
    assert_ne!(forms[0].contains('@'), forms[1].contains('@'), "{forms:?}");
    // What only a run knows cannot be trusted beforehand.
    let plan = subject(manifest(), |own| {
        own["includeClaimKeys"] = json!(["repo", "actor"]);
    })
    .await;
    let said = failure(&plan, "repositories/vokworks-ronk/hp225");
    assert!(
        said.contains("'actor'") && said.contains("template"),
        "{said}"
    );
    // The file says otherwise.
    let other = hp2(|file| file.subject_prefix = Some("repo:vokworks-ronk@1/hp225@2".to_owned()));
    let plan = subject(other, |_| ()).await;
    let said = failure(&plan, "repositories/vokworks-ronk/hp225");
    assert!(said.contains("GitHub's answer counts"), "{said}");
}

#[tokio::test(start_paused = true)]
async fn without_environments_the_branch_is_trusted_and_the_repositorys_variables_are_told_apart() {
    let manifest = hp2(|file| file.environment = None);
    let mut state = state();
    let own = repository(&mut state, REPOSITORY);
    own["plan"] = json!("free");
    // Another pipeline's.
    own["variables"] = json!({"AZURE_CLIENT_ID": "dev"});
    let (plan, _) = look(&manifest, &state, true).await;
    let keys: Vec<&str> = plan.entries.iter().map(|one| one.key.as_str()).collect();
    let of_hp2 = |key: &&&str| key.contains("hp225/") && key.contains("/variables/");
    assert!(
        keys.iter()
            .filter(of_hp2)
            .all(|key| key.contains("/variables/QA_"))
    );
    assert_eq!(keys.iter().filter(of_hp2).count(), 7);
    let trust = entry(
        &plan,
        "hp225qa-deploy-id/federatedIdentityCredentials/github-qa",
    );
    let Action::Update { changes } = &trust.action else {
        panic!("{trust:?}");
    };
    let subject = changes[0].new.as_str().unwrap();
    assert!(subject.ends_with(":ref:refs/heads/qa"), "{subject}");
}

#[tokio::test(start_paused = true)]
async fn a_plan_without_environments_is_said_in_words_by_apply() {
    let mut state = state();
    let own = repository(&mut state, REPOSITORY);
    own["plan"] = json!("free");
    own["environments"] = json!({});
    let run = finished::Run::from_state(&state);
    let summary = run.apply(run.plan().await).await;
    let failed: Vec<String> = summary
        .failed
        .iter()
        .map(|one| format!("{one:?}"))
        .collect();
    assert_eq!(failed.len(), 1, "{failed:?}");
    assert!(failed[0].contains("GitHub Free"), "{failed:?}");
}

#[tokio::test(start_paused = true)]
async fn a_workflow_that_is_somebody_elses_is_not_touched() {
    let mut state = state();
    let path = ".github/workflows/deploy-qa.yml";
    let theirs = "name: ours\non: push\n";
    repository(&mut state, REPOSITORY)["branches"]["qa"]["files"][path] = json!(theirs);
    let run = finished::Run::from_state(&state);
    let planned = run.plan().await;
    let end = "hp225/workflows/deploy-qa.yml";
    assert!(
        matches!(entry(&planned.plan, end).action, Action::Foreign { .. }),
        "{:?}",
        entry(&planned.plan, end)
    );
    run.apply(planned).await;
    let mut after = run.cloud.to_state().unwrap();
    let file = &repository(&mut after, REPOSITORY)["branches"]["qa"]["files"][path];
    assert_eq!(file, theirs);
}

#[tokio::test(start_paused = true)]
async fn githubs_client_writes_nothing_but_what_the_file_names() {
    let cloud = EmbeddedCloud::new(&manifest(), WorldOptions::default(), false).unwrap();
    let connection = cloud.connect();
    let github = connection.github().unwrap();
    let before = connection.requests();
    for (name, file, branch) in [
        (
            "vokworks-ronk/another",
            ".github/workflows/deploy-qa.yml",
            "qa",
        ),
        (REPOSITORY, ".github/workflows/dev.yml", "qa"),
        (REPOSITORY, ".github/workflows/deploy-qa.yml", "main"),
    ] {
        let name: RepositoryName = name.parse().unwrap();
        let repository = github.repository(&name);
        let put = repository.put_file(file, branch, "a", "b", None);
        let error = put.await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Refused, "{error}");
    }
    assert_eq!(connection.requests(), before, "nothing was sent");
}

#[tokio::test(start_paused = true)]
async fn a_token_that_is_refused_says_so_and_is_not_shown() {
    let manifest = manifest();
    let state = state().to_string();
    let options = WorldOptions::default();
    let cloud = EmbeddedCloud::from_state(&manifest, &state, options, false).unwrap();
    let token = GitHubToken::new("ghp_hunter2");
    let connection = Connection::embedded_with(&manifest, cloud.world(), Some(token));
    assert!(!format!("{connection:?}").contains("hunter2"));
    let clients = Clients::new(connection as Arc<dyn Connect>);
    let rollout = steps::environment(&manifest, &clients).unwrap();
    let plan = rollout.plan(&PlanOptions::default()).await.plan;
    let said = failure(&plan, "repositories/vokworks-ronk/hp225");
    assert!(
        said.contains("expired") && said.contains("GITHUB_TOKEN"),
        "{said}"
    );
    assert!(!serde_json::to_string(&plan).unwrap().contains("hunter2"));
}
