//! Detectors of apps, jobs and environments: not stored. Nothing is the matter in this cloud, so that each finds as much as in the
//! examples of the descriptions: an empty list, or the bytes that came in.

use rhc_arm::fake::{Arm, ListContext, Listing, ResourcePath, TypeRules};
use rhc_core::fake::{State, respond};
use serde_json::{Value, json};

use super::{APP_DETECTORS, ENVIRONMENT_DETECTORS, JOB_DETECTORS, VERSIONS};

pub(super) const OF_APPS: TypeRules = TypeRules {
    reported_type: Some("Microsoft.App/containerapps/detectors"),
    ..rules(APP_DETECTORS)
};
pub(super) const OF_JOBS: TypeRules = rules(JOB_DETECTORS);
pub(super) const OF_ENVIRONMENTS: TypeRules = rules(ENVIRONMENT_DETECTORS);

const fn rules(resource_type: &'static str) -> TypeRules {
    TypeRules {
        put: false,
        delete: false,
        list: |state, context: &ListContext<'_>| Listing::Instead(of(state, context.scope)),
        find: |state, path: &ResourcePath| find(state, path),
        ..TypeRules::child(resource_type, VERSIONS)
    }
}

/// Id and name of what a kind of resource is looked at for, as in the examples. Unverified: that there are no more.
fn known(parent: &str) -> &'static [(&'static str, &'static str)] {
    let is = |kind: &str| parent.eq_ignore_ascii_case(kind);
    if is(super::APPS) {
        &[
            (
                "cappContainerAppAvailabilityMetrics",
                "Availability Metrics for Container Apps",
            ),
            (
                "cappcontainerappnetworkIO",
                "Container App Network Inbound and Outbound",
            ),
        ]
    } else if is(super::JOBS) {
        &[(
            "containerappjobnetworkIO",
            "Container App Job Network Inbound and Outbound",
        )]
    } else {
        &[(
            "ManagedEnvAvailabilityMetrics",
            "Availability Metrics for Managed Environments",
        )]
    }
}

fn of(state: &State, parent: &str) -> Vec<Value> {
    let stored = state.read::<Arm>().and_then(|arm| arm.get(parent));
    let Some((stored, path)) = stored.zip(ResourcePath::parse(parent)) else {
        return Vec::new();
    };
    known(&path.resource_type())
        .iter()
        .map(|(id, name)| body(stored.id(), &path, id, name, Value::Array(Vec::new())))
        .collect()
}

fn find(state: &State, path: &ResourcePath) -> Option<Value> {
    let parent = path.parent()?;
    let stored = state.read::<Arm>()?.get(&parent.id())?;
    let (id, name) = known(&parent.resource_type())
        .iter()
        .find(|(id, _)| id.eq_ignore_ascii_case(path.name()))?;
    let seen = json!([{
        "table": {
            "tableName": "",
            "columns": [
                { "columnName": "TimeStamp", "dataType": "DateTime" },
                { "columnName": "Metric", "dataType": "String" },
                { "columnName": "Average", "dataType": "Double" },
            ],
            "rows": [[respond::timestamp(state.now()), "RxBytes", 0]],
        },
        "renderingProperties": { "type": 8, "title": name, "description": "", "isVisible": true },
    }]);
    Some(body(stored.id(), &parent, id, name, seen))
}

fn body(parent: &str, path: &ResourcePath, id: &str, name: &str, seen: Value) -> Value {
    let looked = seen.as_array().is_some_and(|own| !own.is_empty());
    let (kind, status) = if looked {
        ("Detector", 3)
    } else {
        ("Analysis", 4)
    };
    let reported = match path.resource_type() {
        app if app.eq_ignore_ascii_case(super::APPS) => "Microsoft.App/containerapps/detectors",
        job if job.eq_ignore_ascii_case(super::JOBS) => JOB_DETECTORS,
        _ => ENVIRONMENT_DETECTORS,
    };
    json!({
        "id": format!("{parent}/detectors/{id}"),
        "name": id,
        "type": reported,
        "properties": {
            "metadata": {
                "id": id, "name": name, "author": "", "category": "Availability and Performance",
                "supportTopicList": [], "type": kind, "score": 0,
            },
            "dataset": seen,
            "status": { "statusId": status },
        },
    })
}
