//! What a served cloud says about itself, and how its person is told to do a step.

use std::sync::{Arc, PoisonError, RwLock};

use axum::Router;
use axum::extract::Path;
use axum::response::Response;
use axum::routing::{get, post};
use rhc_core::fake::{Dns, RecordType, World, respond};
use serde_json::json;

use crate::connection::{ADMIN_PATH, About, FORMAT, Task};

/// Under which names a served cloud is asked about itself.
const HOSTS: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

/// What the World itself does not know.
#[derive(Debug, Default)]
struct Named(RwLock<String>);

/// Lets the cloud speak about itself.
pub(super) fn mount(world: &World, environment: &str) {
    let named: Arc<Named> = world.extension();
    environment.clone_into(&mut named.0.write().unwrap_or_else(PoisonError::into_inner));
    let router = Router::new()
        .route(ADMIN_PATH, get(about))
        .route(&format!("{ADMIN_PATH}/state"), get(state))
        .route(&format!("{ADMIN_PATH}/dns/{{name}}/{{kind}}"), get(records))
        .route(&format!("{ADMIN_PATH}/person/{{*step}}"), post(perform));
    for host in HOSTS {
        world.mount(host, router.clone());
    }
}

async fn about(world: World) -> Response {
    let named: Arc<Named> = world.extension();
    let environment = named
        .0
        .read()
        .unwrap_or_else(PoisonError::into_inner)
        .clone();
    let tasks = world.person().tasks().into_iter();
    let about = About {
        format: FORMAT.to_owned(),
        environment,
        now: world.now(),
        speed: world.clock().speed(),
        person: world.person().is_enabled(),
        requests: world.request_count(),
        tasks: tasks
            .map(|(task, ready)| Task {
                step: task.key,
                title: task.title,
                ready,
            })
            .collect(),
    };
    respond::json(200, &json!(about))
}

async fn state(world: World) -> Response {
    match world.to_json() {
        Ok(state) => respond::json(200, &state),
        Err(error) => respond::json(500, &json!({ "error": error.to_string() })),
    }
}

/// What public DNS answers, for clients in and out of process.
async fn records(world: World, Path((name, kind)): Path<(String, String)>) -> Response {
    let Some(kind) = RecordType::parse(&kind) else {
        let message = format!("DNS has no {kind} records here");
        return respond::json(404, &json!({ "error": message }));
    };
    let found: Vec<String> = world.with(|state| {
        let found = state.read::<Dns>().map(|dns| dns.lookup(&name, kind));
        let found = found.unwrap_or_default().iter();
        found
            .map(|own| own.trim_end_matches('.').to_owned())
            .collect()
    });
    respond::json(200, &found)
}

async fn perform(world: World, Path(step): Path<String>) -> Response {
    match world.person().perform(&step) {
        Ok(()) => respond::json(200, &json!({ "done": step })),
        Err(error) => respond::json(409, &json!({ "error": error.to_string() })),
    }
}
