//! `Microsoft.App/jobs/executions`: what becomes of a job that was started.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use rhc_arm::fake::{Action, ActionContext, Arm, ServiceError, Stored, Timing, TypeRules};
use rhc_core::fake::authority::IDENTITY_ENDPOINT;
use rhc_core::fake::{State, WeakWorld, World, respond};
use serde_json::{Map, Value, json};

use super::program::{Exit, Program, Programs, RunningContainer};
use super::{EXECUTIONS, UNNAMED, VERSIONS, bad, identity, images, json, subnet, workload};

/// When the containers of an execution are there: images are pulled first.
const BEGIN: &str = "containerapps.execution";
/// When an execution has had its time.
const TIMEOUT: &str = "containerapps.execution.timeout";
/// How long it takes until the containers run. Unverified; recordings look some seconds after the start and see `Running`.
const PULLING: Duration = Duration::from_secs(15);
const STATUS: &str = "properties.status";
const TEMPLATE: &str = "properties.template";
/// What the containers wrote: hidden, as it is in a workspace and not in Resource Manager.
const LOG: &str = "log";

pub(super) const RULES: TypeRules = TypeRules {
    put: false,
    delete: false,
    system_data: false,
    provisioning_state: false,
    // Unverified: the permission; the description names the path alone.
    actions: &[Action {
        name: "stop",
        permission: None,
        timing: Timing::at_once(200),
        run: stop,
        finish: None,
    }],
    ..TypeRules::child(EXECUTIONS, VERSIONS)
};

/// What the containers of an execution wrote, by the execution's id: what Azure sends to the environment's workspace.
#[must_use]
pub fn log_of(state: &State, execution: &str) -> Vec<String> {
    let stored = state.read::<Arm>().and_then(|arm| arm.get(execution));
    let lines = stored.and_then(|own| own.hidden.get(LOG)?.as_array());
    let lines = lines.into_iter().flatten();
    lines.filter_map(Value::as_str).map(str::to_owned).collect()
}

pub(super) fn on_events(world: &World) {
    let weak = world.downgrade();
    let begin = move |state: &mut State, data: &Value| begin(&weak, state, data);
    world.on_event(BEGIN, Arc::new(begin));
    world.on_event(
        TIMEOUT,
        Arc::new(|state, data: &Value| time_out(state, data)),
    );
}

/// `start`: makes the execution, by the job's template or by the one that was sent in its place.
pub(super) fn start(
    state: &mut State,
    context: &ActionContext<'_>,
) -> Result<Option<Value>, ServiceError> {
    let job = context.existing;
    if job.operation.is_some() {
        return Err(ServiceError::new(
            workload::BUSY.0,
            workload::BUSY.1,
            format!("The job '{}' is being made or changed.", job.name()),
        ));
    }
    if job.text("properties.provisioningState") != Some("Succeeded") {
        // Unverified.
        return Err(bad(
            UNNAMED,
            format!(
                "The job '{}' has not been provisioned successfully.",
                job.name()
            ),
        ));
    }
    let template = match context.sent {
        Value::Null => job.get(TEMPLATE).cloned().unwrap_or_default(),
        sent => sent_template(sent)?,
    };
    let drawn = state.uuid().simple().to_string();
    let name = format!("{}-{}", job.name(), drawn.get(..7).unwrap_or_default());
    let id = format!("{}/executions/{name}", job.id());
    let body = json!({
        "id": id, "name": name, "type": EXECUTIONS,
        "properties": {
            "status": "Running",
            "startTime": respond::timestamp(state.now()),
            "template": { "containers": template["containers"], "initContainers": template["initContainers"] },
        },
    });
    let mut execution = Stored::new(body, state.now());
    let header = state.uuid().to_string();
    execution
        .hidden
        .insert(identity::HEADER.to_owned(), json!(header));
    state.section::<Arm>().insert(execution);
    let timeout = job
        .get("properties.configuration.replicaTimeout")
        .and_then(Value::as_u64)
        .unwrap_or_default();
    let data = json!({ "execution": id });
    state.schedule(PULLING, BEGIN, data.clone());
    let ends = PULLING.saturating_add(Duration::from_secs(timeout));
    state.schedule(ends, TIMEOUT, data);
    Ok(Some(json!({ "id": id, "name": name })))
}

/// Nothing of the job's own template is taken over, so each container must be whole. Unverified: the code.
fn sent_template(sent: &Value) -> Result<Value, ServiceError> {
    let containers = json::items(sent, "containers");
    let whole =
        |own: &Value| json::text(own, "name").is_some() && json::text(own, "image").is_some();
    if containers.is_empty() || !containers.iter().all(whole) {
        return Err(bad(
            "ContainerAppImageRequired",
            "A template for an execution needs containers, each with a name and an image.",
        ));
    }
    Ok(sent.clone())
}

fn stop(state: &mut State, context: &ActionContext<'_>) -> Result<Option<Value>, ServiceError> {
    end(state, context.existing.id(), "Stopped", Vec::new());
    Ok(None)
}

/// Stops what runs of a job.
pub(super) fn stop_all(
    state: &mut State,
    context: &ActionContext<'_>,
) -> Result<Option<Value>, ServiceError> {
    let running: Vec<String> = state
        .section::<Arm>()
        .of_type(context.existing.id(), EXECUTIONS)
        .filter(|own| own.text(STATUS) == Some("Running"))
        .map(|own| own.id().to_owned())
        .collect();
    let mut stopped = Vec::new();
    for id in running {
        end(state, &id, "Stopped", Vec::new());
        stopped.extend(state.section::<Arm>().get(&id).map(|own| own.body.clone()));
    }
    Ok(Some(json!({ "value": stopped })))
}

fn id_of(data: &Value) -> &str {
    data["execution"].as_str().unwrap_or_default()
}

fn running<'a>(state: &'a State, id: &str) -> Option<&'a Stored> {
    let stored = state.read::<Arm>()?.get(id)?;
    (stored.text(STATUS) == Some("Running")).then_some(stored)
}

/// The end of an execution that still runs; another one stays as it is.
fn end(state: &mut State, id: &str, status: &str, log: Vec<String>) {
    if running(state, id).is_none() {
        return;
    }
    let now = respond::timestamp(state.now());
    if let Some(own) = state.section::<Arm>().get_mut(id) {
        own.set(STATUS, status);
        own.set("properties.endTime", now);
        own.hidden.shift_remove(identity::HEADER);
        own.hidden.insert(LOG.to_owned(), json!(log));
    }
}

fn time_out(state: &mut State, data: &Value) {
    let why = "the replica did not end within replicaTimeout".to_owned();
    end(state, id_of(data), "Failed", vec![why]);
}

/// Pulls the images and runs what stands in for them.
fn begin(weak: &WeakWorld, state: &mut State, data: &Value) {
    let id = id_of(data).to_owned();
    let Some(world) = weak.upgrade() else {
        return;
    };
    let prepared = match prepare(&world, state, &id) {
        Ok(Some(prepared)) => prepared,
        Ok(None) => return,
        Err(why) => return end(state, &id, "Failed", vec![why]),
    };
    let Ok(runtime) = tokio::runtime::Handle::try_current() else {
        let why = "this World is used outside of a runtime, and can run nothing".to_owned();
        return end(state, &id, "Failed", vec![why]);
    };
    runtime.spawn(async move {
        let exit = prepared.run().await;
        let status = if exit.code == 0 {
            "Succeeded"
        } else {
            "Failed"
        };
        world.with(|state| end(state, &id, status, exit.log));
    });
}

/// The containers of an execution, with what stands in for their images.
struct Prepared {
    containers: Vec<(Program, RunningContainer)>,
    tries: u64,
}

impl Prepared {
    /// One container after the other, each as often as the job allows.
    async fn run(self) -> Exit {
        let mut all = Exit::default();
        for (program, container) in self.containers {
            for _ in 0..self.tries {
                let exit = program(container.clone()).await;
                all.code = exit.code;
                all.log.extend(exit.log);
                if exit.code == 0 {
                    break;
                }
            }
            if all.code != 0 {
                break;
            }
        }
        all
    }
}

fn prepare(world: &World, state: &State, id: &str) -> Result<Option<Prepared>, String> {
    let Some(execution) = running(state, id) else {
        return Ok(None);
    };
    let gone = || "the job is gone".to_owned();
    let job = id.rsplit_once("/executions/").map(|(job, _)| job);
    let arm = state.read::<Arm>().ok_or_else(gone)?;
    let mut job = job.and_then(|job| arm.get(job)).cloned().ok_or_else(gone)?;
    job.set(
        TEMPLATE,
        execution.get(TEMPLATE).cloned().unwrap_or_default(),
    );
    if let Some(why) = images::refusal(state, &job) {
        return Err(why);
    }
    let environment = job.text(workload::ENVIRONMENT).and_then(|own| arm.get(own));
    let subnet = environment.and_then(|own| own.text(subnet::SUBNET));
    let programs: Arc<Programs> = world.extension();
    let mut containers = Vec::new();
    for list in ["initContainers", "containers"] {
        for container in job.all(&format!("{TEMPLATE}.{list}[]")) {
            let image = json::text(container, "image").unwrap_or_default();
            let program = programs
                .find(image)
                .ok_or_else(|| format!("nothing in this World stands in for the image {image}"))?;
            let running = RunningContainer {
                world: world.clone(),
                image: image.to_owned(),
                command: texts(container, "command"),
                args: texts(container, "args"),
                env: variables(&job, execution, container),
                subnet: subnet.map(str::to_owned),
            };
            containers.push((program, running));
        }
    }
    let limit = job.get("properties.configuration.replicaRetryLimit");
    let tries = limit.and_then(Value::as_u64).unwrap_or_default() + 1;
    Ok(Some(Prepared { containers, tries }))
}

fn texts(container: &Value, list: &str) -> Vec<String> {
    let items = json::items(container, list).iter();
    items.filter_map(Value::as_str).map(str::to_owned).collect()
}

/// A container's own variables, and those that the platform adds.
fn variables(job: &Stored, execution: &Stored, container: &Value) -> BTreeMap<String, String> {
    let own = json::items(container, "env").iter().filter_map(|own| {
        let value = json::text(own, "value").unwrap_or_default();
        Some((json::text(own, "name")?.to_owned(), value.to_owned()))
    });
    let mut all: BTreeMap<String, String> = own.collect();
    let mut add = |name: &str, value: &str| all.insert(name.to_owned(), value.to_owned());
    add("CONTAINER_APP_JOB_NAME", job.name());
    add("CONTAINER_APP_JOB_EXECUTION_NAME", execution.name());
    let none = Map::new();
    let assigned = job.get("identity.userAssignedIdentities");
    let assigned = assigned.and_then(Value::as_object).unwrap_or(&none);
    if let (false, Some(header)) = (assigned.is_empty(), execution.hidden.get(identity::HEADER)) {
        add("IDENTITY_ENDPOINT", IDENTITY_ENDPOINT);
        add("IDENTITY_HEADER", header.as_str().unwrap_or_default());
    }
    all
}
