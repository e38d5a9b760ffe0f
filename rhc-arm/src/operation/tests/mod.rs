//! Every row of the protocol, on a paused clock.

mod begin;
mod poll;
mod result;

use super::*;
use crate::{ArmClient, ArmClientOptions, Resource, ResourceId, ResourceType, model};
use futures::{StreamExt, TryStreamExt};
use rhc_core::{
    ErrorKind, Path, Request,
    testing::{FixedCredential, Reply, Script},
};
use serde_json::{Value, json};
use std::sync::Arc;

model! {
    /// For the tests.
    ThingProperties {
        /// The state.
        provisioning_state: String,
    }
}

#[derive(Debug, Clone)]
pub(super) enum Thing {}

impl ResourceType for Thing {
    const TYPE: &'static str = "A.B/things";
    const API_VERSION: &'static str = "2026-01-01";
    type Properties = ThingProperties;
}

/// A type whose creation is synchronous.
#[derive(Debug, Clone)]
pub(super) enum Note {}

impl ResourceType for Note {
    const TYPE: &'static str = "A.B/notes";
    const API_VERSION: &'static str = "2026-01-01";
    const LONG_RUNNING: bool = false;
    type Properties = ThingProperties;
}

pub(super) const THING: &str =
    "https://management.azure.com/providers/A.B/things/t?api-version=2026-01-01";
pub(super) const STATUS: &str = "https://management.azure.com/operations/1?api-version=2026-01-01";
pub(super) const RESULT: &str = "https://management.azure.com/results/1?api-version=2026-01-01";

pub(super) fn client(script: &Arc<Script>) -> ArmClient {
    ArmClient::new(FixedCredential::new(), Some(script.options().into())).unwrap()
}

pub(super) async fn begin_put(script: &Arc<Script>) -> Result<Operation<Resource<Thing>>> {
    let things = client(script).resources::<Thing>(ResourceId::root());
    things.begin_put("t", &Resource::default()).await
}

pub(super) async fn put(script: &Arc<Script>) -> Result<Resource<Thing>> {
    begin_put(script).await?.await
}

pub(super) async fn begin_delete(script: &Arc<Script>) -> Result<Operation<()>> {
    let things = client(script).resources::<Thing>(ResourceId::root());
    things.begin_delete("t").await
}

pub(super) async fn begin_post<T>(script: &Arc<Script>) -> Result<Operation<T>> {
    let things = client(script).resources::<Thing>(ResourceId::root());
    things.begin_action("t", "rotate", None::<&()>).await
}

pub(super) fn thing(state: Option<&str>) -> Value {
    match state {
        Some(state) => {
            json!({"id": "/providers/A.B/things/t", "properties": {"provisioningState": state}})
        }
        None => json!({"id": "/providers/A.B/things/t", "properties": {}}),
    }
}

pub(super) fn status(state: &str) -> Reply {
    Reply::json(200, json!({"status": state}))
}

pub(super) fn verbs_and_paths(script: &Script) -> Vec<String> {
    script
        .seen()
        .iter()
        .map(|seen| format!("{} {}", seen.method, seen.url.path()))
        .collect()
}

/// Every script here is used up: a request too few is a mistake as much as one too many.
pub(super) fn used_up(script: &Script) {
    assert_eq!(script.left(), 0, "{:?}", script.lines());
}
