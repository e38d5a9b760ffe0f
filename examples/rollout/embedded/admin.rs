//! What a served cloud says about itself, how its person is told to do a step, and what is to go wrong in it.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use axum::Router;
use axum::body::Bytes;
use axum::extract::Path;
use axum::response::Response;
use axum::routing::{get, post};
use http::Method;
use rhc_core::fake::{Dns, Fault, FaultKind, Match, Occurrence, RecordType, World, respond};
use serde::Deserialize;
use serde_json::{Value, json};

use super::sql::Listening;
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
        .route(
            &format!("{ADMIN_PATH}/faults"),
            post(add_fault).delete(clear_faults),
        )
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
        sql: world.extension::<Listening>().get(),
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
        let found = state.read::<Dns>().map(|dns| match kind {
            RecordType::Ns => dns.name_servers(&name),
            _ => dns.lookup(&name, kind).to_vec(),
        });
        let found = found.unwrap_or_default();
        let plain = found.iter().map(|own| own.trim_end_matches('.'));
        plain.map(str::to_owned).collect()
    });
    respond::json(200, &found)
}

async fn perform(world: World, Path(step): Path<String>) -> Response {
    match world.person().perform(&step) {
        Ok(()) => respond::json(200, &json!({ "done": step })),
        Err(error) => respond::json(409, &json!({ "error": error.to_string() })),
    }
}

/// An answer in place of the service's own, to requests that are like this.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Wrong {
    /// Any method unless one is named.
    method: Option<String>,
    /// A part of path and query; all unless one is named.
    path_contains: Option<String>,
    host: Option<String>,
    /// How many of them, the first first.
    times: u32,
    status: u16,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default)]
    body: Value,
}

async fn add_fault(world: World, body: Bytes) -> Response {
    let refused = |why: String| respond::json(400, &json!({ "error": why }));
    let wrong: Wrong = match serde_json::from_slice(&body) {
        Ok(wrong) => wrong,
        Err(error) => return refused(error.to_string()),
    };
    if !(400..=599).contains(&wrong.status) {
        return refused(format!("{} is no status of a refusal", wrong.status));
    }
    let method = match wrong.method.map(|name| Method::from_bytes(name.as_bytes())) {
        Some(Err(error)) => return refused(error.to_string()),
        Some(Ok(method)) => Some(method),
        None => None,
    };
    let mut headers: Vec<_> = wrong.headers.into_iter().collect();
    headers.push(("content-type".to_owned(), "application/json".to_owned()));
    world.faults().add(Fault {
        matches: Match {
            method,
            host: wrong.host,
            path_contains: wrong.path_contains,
            occurrence: Occurrence::First(wrong.times),
        },
        kind: FaultKind::Status {
            code: wrong.status,
            headers,
            body: wrong.body.to_string().into(),
        },
    });
    respond::empty(204)
}

async fn clear_faults(world: World) -> Response {
    world.faults().clear();
    respond::empty(204)
}
