//! `Microsoft.App/containerApps/revisions/replicas`: not stored, but as many as the revision says it has.

use rhc_arm::fake::{Arm, ListContext, Listing, ResourcePath, Stored, TypeRules};
use rhc_core::fake::State;
use serde_json::{Value, json};

use super::{REPLICAS, VERSIONS, json, revision};

pub(super) const RULES: TypeRules = TypeRules {
    put: false,
    delete: false,
    list: |state, context: &ListContext<'_>| Listing::Instead(of(state, context.scope)),
    find: |state, path: &ResourcePath| {
        let named = |own: &Value| json::text(own, "name") == Some(path.name());
        of(state, &path.parent()?.id()).into_iter().find(named)
    },
    ..TypeRules::child(REPLICAS, VERSIONS)
};

fn of(state: &State, revision: &str) -> Vec<Value> {
    let Some(revision) = state.read::<Arm>().and_then(|arm| arm.get(revision)) else {
        return Vec::new();
    };
    let shown = revision::view(state, revision);
    let count = json::at(&shown, "properties.replicas").and_then(Value::as_u64);
    (0..count.unwrap_or_default())
        .map(|number| body(state, revision, number))
        .collect()
}

/// As recorded.
fn body(state: &State, revision: &Stored, number: u64) -> Value {
    let drawn = |part: &str| {
        let id = revision.id().to_ascii_lowercase();
        state.derived_uuid(&["replica", part, &id, &number.to_string()])
    };
    let pod = drawn("pod").simple().to_string();
    let (set, own) = pod.split_at(10);
    let name = format!(
        "{}-{set}-{}",
        revision.name(),
        own.get(..5).unwrap_or_default()
    );
    let containers = |list: &str| -> Vec<Value> {
        let path = format!("properties.template.{list}[]");
        let names = revision.all(&path);
        let names = names.into_iter().filter_map(|own| json::text(own, "name"));
        let shown = names.map(|container| {
            json!({
                "name": container,
                "containerId": format!("containerd://{}", drawn(container).simple()),
                "ready": true,
                "started": true,
                "restartCount": 0,
                "runningState": "Running",
                "runningStateDetails": "",
            })
        });
        shown.collect()
    };
    json!({
        "id": format!("{}/replicas/{name}", revision.id()),
        "name": name,
        "type": "Microsoft.App/containerapps/revisions/replicas",
        "properties": {
            "createdTime": revision.get("properties.createdTime"),
            "runningState": "Running",
            "runningStateDetails": "",
            "containers": containers("containers"),
            "initContainers": containers("initContainers"),
        },
    })
}
