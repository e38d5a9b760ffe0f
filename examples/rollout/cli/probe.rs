//! The probe's command line: where an app runs, or without arguments as a story on an embedded cloud.

use std::ffi::OsString;
use std::sync::Arc;
use std::time::Duration;

use azure_core::http::new_http_client;
use rhc_arm::fake::Arm;
use rhc_arm::{ArmClient, ResourceId};
use rhc_containerapps::{ContainerAppsClient, ExecutionStatus};
use rhc_core::fake::WorldOptions;
use rhc_core::{Clock, Cloud};
use serde_json::json;

use super::{CliError, Console, load, logging, parse, runtime};
use crate::connection::on_azure;
use crate::embedded::EmbeddedCloud;
use crate::engine::{ApplyOptions, Exit, PlanOptions};
use crate::probe::{self, Answer, Settings, Story, Surroundings, Verdict};
use crate::steps::{self, Clients};

/// How long the simulated person is waited for.
const PERSONS_PATIENCE: Duration = Duration::from_secs(4 * 60 * 60);
const PAUSE: Duration = Duration::from_secs(5);

/// Runs the probe with these arguments, the program's name first; without any it tells the story.
pub fn probe(words: impl IntoIterator<Item = OsString>, console: &mut Console) -> Exit {
    let words: Vec<OsString> = words.into_iter().collect();
    let json = words.iter().any(|word| word == "--json");
    if json {
        console.for_script();
    }
    let tells = words.len() <= 1 + usize::from(json);
    let settings = if tells {
        None
    } else {
        match parse::<Settings>(words, console) {
            Ok(settings) => Some(settings),
            Err(exit) => return exit,
        }
    };
    let started = logging::start().and_then(|()| runtime(tells));
    let done = started.and_then(|runtime| {
        runtime.block_on(async {
            match settings {
                Some(settings) => Ok(here(&settings, console).await),
                None => Box::pin(story(console)).await,
            }
        })
    });
    done.unwrap_or_else(|error| {
        console.error(&error);
        error.exit
    })
}

/// Where the app runs: in a container with its identity.
async fn here(settings: &Settings, console: &mut Console) -> Exit {
    let of = |name: &str| Some((name.to_owned(), std::env::var(name).ok()?));
    let (cloud, clock) = (Cloud::public(), Clock::system());
    let its_cloud = cloud.clone();
    let surroundings = Surroundings {
        cloud,
        transport: new_http_client(None),
        clock,
        environment: ["IDENTITY_ENDPOINT", "IDENTITY_HEADER"]
            .into_iter()
            .filter_map(of)
            .collect(),
        databases: Box::new(move |credential| Arc::new(on_azure(&its_cloud, credential, clock))),
    };
    let answers = probe::run(settings, &surroundings).await;
    let code = probe::code(settings, &answers);
    say(console, &answers);
    console.document(&Story {
        answers: &answers,
        exit: code,
    });
    if code == 0 { Exit::Done } else { Exit::Failure }
}

fn say(console: &mut Console, answers: &[Answer]) {
    for line in probe::lines(answers) {
        console.say(&format!("{line}\n"));
    }
    let open = answers
        .iter()
        .filter(|own| own.verdict == Verdict::NotProven)
        .count();
    if open > 0 {
        console.line(&format!(
            "{open} of {} could not be found out.",
            answers.len()
        ));
    }
}

/// The whole environment on an embedded cloud, and in it each app's own job.
async fn story(console: &mut Console) -> Result<Exit, CliError> {
    let manifest = load(None)?;
    let failed = |error: &dyn std::fmt::Display| {
        CliError::failed(
            error.to_string(),
            "run cargo run --example qa_rollout, which says more",
        )
    };
    let cloud = EmbeddedCloud::new(&manifest, WorldOptions::default(), true)
        .map_err(|error| failed(&error))?;
    let connection = cloud.connect();
    let clients = Clients::new(Arc::clone(&connection) as Arc<dyn steps::Connect>);
    let rollout = steps::environment(&manifest, &clients).map_err(|error| failed(&error))?;
    let planned = rollout.plan(&PlanOptions::default()).await;
    let options = ApplyOptions {
        fence: Some(connection.fence().clone()),
        patience: PERSONS_PATIENCE,
        ..ApplyOptions::default()
    };
    let summary = rollout
        .apply(planned, &options)
        .await
        .map_err(|error| failed(&error))?;
    if !summary.failed.is_empty() || !summary.manual.is_empty() {
        return Err(failed(
            &"the environment could not be made on the embedded cloud",
        ));
    }
    console.line(&format!(
        "On an embedded cloud: the environment '{}', and in it each app's own job. A job asks as its app: the managed identity \
         gives a token, the application that trusts it exchanges that for one of the databases' tenant, and with this one \
         the database is opened from the app's subnet.",
        manifest.environment.display_name
    ));
    let world = cloud.world();
    let hosting = manifest
        .hosting_tenant()
        .map_or("", |tenant| tenant.domain.as_str());
    let credential = world.sign_in(hosting, &[]);
    let arm = ArmClient::new(credential, Some(world.client_options().into()))
        .map_err(|error| failed(&error))?;
    let containers = ContainerAppsClient::new(arm);
    let mut told = Vec::new();
    let mut exit = Exit::Done;
    for (key, app) in manifest.apps() {
        let name = app.probe_job();
        let Some(job) = job_named(&cloud, &name) else {
            continue;
        };
        console.say(&format!(
            "\n{}: {name} as {} in {}\n",
            app.display_name, app.identities.app, app.container_app.subnet
        ));
        let (succeeded, lines) = run_job(&cloud, &containers, &job)
            .await
            .map_err(|error| failed(&error))?;
        for line in &lines {
            console.say(&format!("  {line}\n"));
        }
        if !succeeded {
            exit = Exit::Failure;
        }
        told.push(json!({ "app": key, "job": name, "succeeded": succeeded, "lines": lines }));
    }
    console.document(&json!({ "apps": told, "exit": exit.code() }));
    Ok(exit)
}

fn job_named(cloud: &EmbeddedCloud, name: &str) -> Option<ResourceId> {
    cloud.world().with(|state| {
        let mut jobs = state.read::<Arm>()?.everywhere("Microsoft.App/jobs");
        jobs.find(|job| job.name() == name)?.id().parse().ok()
    })
}

/// Starts a job; whether it succeeded, and what it wrote.
async fn run_job(
    cloud: &EmbeddedCloud,
    containers: &ContainerAppsClient,
    job: &ResourceId,
) -> rhc_core::Result<(bool, Vec<String>)> {
    let name = containers
        .start_job(job, None)
        .await?
        .name
        .unwrap_or_default();
    loop {
        tokio::time::sleep(PAUSE).await;
        let execution = containers.executions(job).get(&name).await?;
        let status = execution.properties.status;
        if status.as_ref().is_some_and(ExecutionStatus::is_over) {
            let id = execution.id.map(|id| id.to_string()).unwrap_or_default();
            let world = cloud.world();
            let lines = world.with(|state| rhc_containerapps::fake::log_of(state, &id));
            return Ok((status == Some(ExecutionStatus::Succeeded), lines));
        }
    }
}
