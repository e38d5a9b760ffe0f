//! Jobs: what one must be, and what becomes of one that is started.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use rhc_arm::{Resource, ResourceId};
use rhc_containerapps::fake::{Exit, RunningContainer, log_of, register_program, remove_image};
use rhc_containerapps::{Container, ExecutionStatus, Job, JobExecution, JobTemplate};
use rhc_core::{Method, Result};
use serde_json::{Value, json};

use super::support::{
    ENVIRONMENT, PROBE_IMAGE, Stage, group, id, identity, job, said, subnet, with,
};

const JOB: &str = "hp225qa-probe";
const CONFIGURATION: &str = "properties.configuration";

fn job_id() -> ResourceId {
    id("jobs", JOB).parse().unwrap()
}

async fn put(stage: &Stage, body: &Value) -> Result<Resource<Job>> {
    let body = serde_json::from_value(body.clone()).unwrap();
    stage.client().jobs(group()).put(JOB, &body).await
}

async fn refused(body: Value) -> (u16, String, String) {
    let stage = Stage::ready().await;
    stage.let_pull();
    let error = stage
        .send(Method::Put, "jobs", JOB, Some(&body))
        .await
        .unwrap_err();
    let (status, code) = said(&error);
    (status, code.to_owned(), error.message().to_owned())
}

/// What an image's program saw of its containers.
type Seen = Arc<Mutex<Vec<RunningContainer>>>;

fn runs_for(stage: &Stage, image: &str, seconds: u64, codes: &[i32]) -> Seen {
    let seen = Seen::default();
    let (noted, codes) = (Arc::clone(&seen), codes.to_vec());
    let program = move |container: RunningContainer| {
        let number = {
            let mut noted = noted.lock().unwrap();
            noted.push(container);
            noted.len() - 1
        };
        let code = codes[number.min(codes.len() - 1)];
        let end: std::pin::Pin<Box<dyn Future<Output = Exit> + Send>> = Box::pin(async move {
            tokio::time::sleep(Duration::from_secs(seconds)).await;
            let log = vec![format!("ends with {code}")];
            Exit { code, log }
        });
        end
    };
    register_program(&stage.world, image, Arc::new(program));
    seen
}

/// A job that is there, in a World where its image may be pulled.
async fn ready() -> Stage {
    let stage = Stage::ready().await;
    stage.let_pull();
    put(&stage, &job()).await.unwrap();
    stage
}

async fn start(stage: &Stage, template: Option<&JobTemplate>) -> String {
    let started = stage.client().start_job(&job_id(), template).await.unwrap();
    started.name.unwrap()
}

async fn execution(stage: &Stage, name: &str) -> Resource<JobExecution> {
    stage
        .client()
        .executions(&job_id())
        .get(name)
        .await
        .unwrap()
}

async fn end_of(stage: &Stage, name: &str) -> (ExecutionStatus, String) {
    for _ in 0..100 {
        let found = execution(stage, name).await;
        let status = found.properties.status.unwrap();
        if status.is_over() {
            assert!(found.properties.end_time.is_some());
            let id = found.id.unwrap().to_string();
            let log = stage.world.with(|state| log_of(state, &id));
            return (status, log.join("\n"));
        }
        tokio::time::sleep(Duration::from_secs(5)).await;
    }
    panic!("{name} never ended");
}

#[tokio::test(start_paused = true)]
async fn a_job_runs_with_its_arguments_its_identity_and_in_its_subnet() {
    let stage = ready().await;
    let seen = runs_for(&stage, PROBE_IMAGE, 10, &[0]);
    let name = start(&stage, None).await;
    assert!(name.starts_with("hp225qa-probe-"), "{name}");
    let running = execution(&stage, &name).await.properties.status;
    assert_eq!(running, Some(ExecutionStatus::Running));
    let (status, log) = end_of(&stage, &name).await;
    assert_eq!((status, &*log), (ExecutionStatus::Succeeded, "ends with 0"));
    let listed = stage.client().executions(&job_id()).list();
    assert_eq!(listed.collect_all().await.unwrap().len(), 1);
    let seen = seen.lock().unwrap();
    let [container] = seen.as_slice() else {
        panic!("run {} times", seen.len());
    };
    assert_eq!(container.args, ["--hello"]);
    assert_eq!(container.subnet, Some(subnet("hp2-apps")));
    assert_eq!(container.env["GREETING"], "hello");
    assert_eq!(container.env["CONTAINER_APP_JOB_NAME"], JOB);
    let secret = &container.env["IDENTITY_HEADER"];
    assert!(!format!("{container:?}").contains(secret));
}

#[tokio::test(start_paused = true)]
async fn another_code_than_0_is_a_failure_and_tried_again_as_often_as_allowed() {
    let stage = ready().await;
    let seen = runs_for(&stage, PROBE_IMAGE, 1, &[1]);
    let name = start(&stage, None).await;
    assert_eq!(end_of(&stage, &name).await.0, ExecutionStatus::Failed);
    assert_eq!(seen.lock().unwrap().len(), 1);
    let again = with(
        job(),
        &format!("{CONFIGURATION}.replicaRetryLimit"),
        json!(2),
    );
    put(&stage, &again).await.unwrap();
    let seen = runs_for(&stage, PROBE_IMAGE, 1, &[1, 0]);
    let name = start(&stage, None).await;
    assert_eq!(end_of(&stage, &name).await.0, ExecutionStatus::Succeeded);
    assert_eq!(seen.lock().unwrap().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn what_takes_longer_than_it_may_fails() {
    let stage = ready().await;
    runs_for(&stage, PROBE_IMAGE, 1000, &[0]);
    let name = start(&stage, None).await;
    let (status, log) = end_of(&stage, &name).await;
    assert_eq!(status, ExecutionStatus::Failed);
    assert!(log.contains("replicaTimeout"), "{log}");
    // What ends late changes nothing.
    tokio::time::sleep(Duration::from_secs(1000)).await;
    assert_eq!(end_of(&stage, &name).await.0, ExecutionStatus::Failed);
}

#[tokio::test(start_paused = true)]
async fn an_execution_can_be_stopped() {
    let stage = ready().await;
    runs_for(&stage, PROBE_IMAGE, 100, &[0]);
    let name = start(&stage, None).await;
    stage
        .client()
        .stop_execution(&job_id(), &name)
        .await
        .unwrap();
    assert_eq!(end_of(&stage, &name).await.0, ExecutionStatus::Stopped);
    let error = stage.client().stop_execution(&job_id(), "nobody").await;
    assert_eq!(said(&error.unwrap_err()).0, 404);
}

#[tokio::test(start_paused = true)]
async fn all_that_runs_of_a_job_can_be_stopped_at_once() {
    let stage = ready().await;
    runs_for(&stage, PROBE_IMAGE, 100, &[0]);
    let names = [start(&stage, None).await, start(&stage, None).await];
    let stopped = stage.client().stop_executions(&job_id()).await.unwrap();
    let stopped: Vec<_> = stopped.into_iter().filter_map(|own| own.name).collect();
    for name in names {
        assert!(stopped.contains(&name));
        assert_eq!(end_of(&stage, &name).await.0, ExecutionStatus::Stopped);
    }
    let again = stage.client().stop_executions(&job_id()).await.unwrap();
    assert!(again.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_template_that_is_sent_replaces_the_jobs() {
    let stage = ready().await;
    let seen = runs_for(&stage, PROBE_IMAGE, 1, &[0]);
    let container = Container {
        name: Some("probe".into()),
        image: Some(PROBE_IMAGE.into()),
        args: Some(vec!["--other".into()]),
        ..Container::default()
    };
    let template = JobTemplate {
        containers: Some(vec![container.clone()]),
        ..JobTemplate::default()
    };
    let name = start(&stage, Some(&template)).await;
    end_of(&stage, &name).await;
    {
        let seen = seen.lock().unwrap();
        assert_eq!(seen[0].args, ["--other"]);
        assert_eq!(seen[0].env.get("GREETING"), None, "nothing is taken over");
    }
    let half = JobTemplate {
        containers: Some(vec![Container {
            image: None,
            ..container
        }]),
        ..JobTemplate::default()
    };
    let error = stage.client().start_job(&job_id(), Some(&half)).await;
    let error = error.unwrap_err();
    assert_eq!(said(&error), (400, "ContainerAppImageRequired"));
}

#[tokio::test(start_paused = true)]
async fn an_image_that_is_gone_or_may_not_be_pulled_any_more_fails() {
    let stage = ready().await;
    runs_for(&stage, PROBE_IMAGE, 1, &[0]);
    stage
        .world
        .with(|state| assert!(remove_image(state, PROBE_IMAGE)));
    let name = start(&stage, None).await;
    let (status, log) = end_of(&stage, &name).await;
    assert_eq!(status, ExecutionStatus::Failed);
    assert!(log.contains("MANIFEST_UNKNOWN"), "{log}");
}

#[tokio::test(start_paused = true)]
async fn an_image_that_no_program_stands_in_for_fails() {
    let stage = ready().await;
    let name = start(&stage, None).await;
    let (status, log) = end_of(&stage, &name).await;
    assert_eq!(status, ExecutionStatus::Failed);
    assert!(log.contains(PROBE_IMAGE), "{log}");
}

#[tokio::test(start_paused = true)]
async fn a_job_that_is_gone_takes_its_executions_along() {
    let stage = ready().await;
    runs_for(&stage, PROBE_IMAGE, 10, &[0]);
    let name = start(&stage, None).await;
    stage.client().jobs(group()).delete(JOB).await.unwrap();
    let found = stage.client().executions(&job_id()).get_opt(&name).await;
    assert!(found.unwrap().is_none());
    let error = stage.client().start_job(&job_id(), None).await.unwrap_err();
    assert_eq!(said(&error).0, 404);
}

#[tokio::test(start_paused = true)]
async fn a_job_that_is_being_made_is_not_started() {
    let stage = Stage::ready().await;
    stage.let_pull();
    let body = serde_json::from_value(job()).unwrap();
    let made = stage.client().jobs(group()).begin_put(JOB, &body).await;
    let error = stage.client().start_job(&job_id(), None).await.unwrap_err();
    assert_eq!(said(&error), (409, "ContainerAppOperationInProgress"));
    made.unwrap().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn an_image_that_cannot_be_pulled_is_refused_at_once() {
    let stage = Stage::ready().await;
    let error = put(&stage, &job()).await.unwrap_err();
    assert_eq!(
        said(&error),
        (400, "InvalidParameterValueInContainerTemplate")
    );
    assert!(error.message().contains("UNAUTHORIZED"), "{error}");
    let unpushed = json!("smx25qaacr.azurecr.io/rhc-probe:2");
    let path = "properties.template.containers.0.image";
    let (status, code, why) = refused(with(job(), path, unpushed)).await;
    assert_eq!(
        (status, &*code),
        (400, "InvalidParameterValueInContainerTemplate")
    );
    assert!(why.contains("MANIFEST_UNKNOWN"), "{why}");
}

#[tokio::test(start_paused = true)]
async fn each_rule_of_a_job() {
    let elsewhere = id("managedEnvironments", "nowhere");
    let stranger = identity().replace("hp225qa-id", "stranger");
    let unnamed = "InvalidRequestParameterWithDetails";
    for (path, value, code) in [
        (
            "properties.environmentId",
            json!(null),
            "ContainerAppManagedEnvironmentRequired",
        ),
        (
            "properties.environmentId",
            json!(elsewhere),
            "ManagedEnvironmentNotFound",
        ),
        ("properties.configuration.triggerType", json!(null), unnamed),
        (
            "properties.configuration.triggerType",
            json!("Sometimes"),
            unnamed,
        ),
        (
            "properties.configuration.triggerType",
            json!("Event"),
            unnamed,
        ),
        (
            "properties.configuration.replicaTimeout",
            json!(null),
            unnamed,
        ),
        ("properties.configuration.replicaTimeout", json!(0), unnamed),
        (
            "properties.configuration.replicaRetryLimit",
            json!(-1),
            unnamed,
        ),
        (
            "properties.configuration.manualTriggerConfig.parallelism",
            json!(0),
            unnamed,
        ),
        (
            "properties.configuration.registries.0.identity",
            json!(stranger),
            unnamed,
        ),
        (
            "properties.template.containers",
            json!([]),
            "ContainerAppContainerRequired",
        ),
        (
            "properties.template.containers.0.image",
            json!(null),
            "ContainerAppImageRequired",
        ),
        (
            "properties.template.containers.0.resources.cpu",
            json!(7),
            "ContainerAppInvalidResourceTotal",
        ),
    ] {
        let found = refused(with(job(), path, value.clone())).await;
        assert_eq!(
            (found.0, &*found.1),
            (400, code),
            "{path} {value}: {}",
            found.2
        );
    }
    let stage = Stage::ready().await;
    let error = stage
        .send(Method::Put, "jobs", "Probe", Some(&job()))
        .await
        .unwrap_err();
    assert_eq!(said(&error), (400, "ContainerAppInvalidName"));
}

#[tokio::test(start_paused = true)]
async fn a_job_stays_in_its_environment() {
    let stage = ready().await;
    let other = id("managedEnvironments", "other-env");
    stage.world.with(|state| {
        let arm = state.section::<rhc_arm::fake::Arm>();
        let mut body = arm
            .get(&id("managedEnvironments", ENVIRONMENT))
            .unwrap()
            .body
            .clone();
        body["id"] = json!(other);
        rhc_arm::fake::put_resource(state, body);
    });
    let moved = with(job(), "properties.environmentId", json!(other));
    let error = stage.send(Method::Put, "jobs", JOB, Some(&moved)).await;
    let code = "ContainerAppManagedEnvironmentIdCannotBeUpdated";
    assert_eq!(said(&error.unwrap_err()), (400, code));
}

#[tokio::test(start_paused = true)]
async fn starting_needs_the_right_to_start() {
    let stage = ready().await;
    runs_for(&stage, PROBE_IMAGE, 1, &[0]);
    let reader = uuid::Uuid::from_u128(0x4ead);
    stage.world.with(|state| {
        let body = json!({ "displayName": "reader", "userPrincipalName": "reader@x.onmicrosoft.com", "accountEnabled": true });
        let body: serde_json::Map<_, _> = serde_json::from_value(body).unwrap();
        let kind = rhc_core::fake::ObjectKind::User;
        state.directory().insert_settled(stage.tenant, kind, reader, body).unwrap();
        rhc_arm::fake::assign_role(state, super::support::GROUP, reader, rhc_arm::fake::READER);
    });
    let credential = stage
        .world
        .user_credential(&stage.tenant.to_string(), reader);
    let arm = rhc_arm::ArmClient::new(credential, Some(stage.world.client_options().into()));
    let client = rhc_containerapps::ContainerAppsClient::new(arm.unwrap());
    assert!(client.jobs(group()).get(JOB).await.is_ok());
    let error = client.start_job(&job_id(), None).await.unwrap_err();
    assert_eq!(said(&error), (403, "AuthorizationFailed"));
    assert!(
        error.message().contains("Microsoft.App/jobs/start/action"),
        "{error}"
    );
}
