//! Steps that write a directory through Microsoft Graph.

mod app_permission;
mod application;
mod consent;
mod federated_credential;
mod group;
mod member;
mod service_principal;
mod singleton;

pub use app_permission::AppPermissionStep;
pub use application::ApplicationStep;
pub(super) use application::every as every_application;
pub use consent::ConsentStep;
pub use federated_credential::FederatedCredentialStep;
pub use group::GroupStep;
pub use member::MemberStep;
pub use service_principal::ServicePrincipalStep;
pub use singleton::SingletonStep;

use crate::engine::{
    Address, Change, DiffRules, Key, MarkWrite, Marking, Meta, Observe, Observed, Output, Outputs,
    Remains, Removal, Step, StepError, diff, merge,
};
use rhc_core::ObjectId;
use serde::Serialize;
use serde_json::{Value, json};

/// The id of a directory object, made by the step with this key.
pub fn object_id(key: &Key) -> Output<String> {
    key.output("objectId")
}

/// The application (client) id, made by the step with this key.
pub fn app_id(key: &Key) -> Output<String> {
    key.output("appId")
}

pub(super) fn to_value<T: Serialize>(model: &T) -> Result<Value, StepError> {
    serde_json::to_value(model)
        .map_err(|error| StepError::bug(format!("a model is not JSON: {error}")))
}

/// What the list showed, or what a point read shows: lists lag behind writes for longer, so only what they show as wanted
/// is believed.
async fn listed_or_read(
    step: &impl Step,
    cx: &Observe<'_>,
    listed: Observed,
) -> Result<Observed, StepError> {
    let desired = step.desired(cx.inputs())?;
    match &listed {
        Observed::Present { document, .. }
            if diff(&desired, document, &step.rules()).is_empty() =>
        {
            Ok(listed)
        }
        _ => step.find(cx).await,
    }
}

/// What a reader answered, once it shows what was written: an older state is as good as no answer.
pub(super) fn written<T: Serialize>(
    found: Option<T>,
    desired: &Value,
    rules: &DiffRules,
) -> Option<T> {
    found.filter(|found| to_value(found).is_ok_and(|seen| diff(desired, &seen, rules).is_empty()))
}

/// What is sent for a change: the wanted properties, of which lists keep what others put into them.
fn patch(change: &Change<'_>, rules: &DiffRules) -> Value {
    let (Some(observed), Some(wanted)) = (change.observed, change.desired.as_object()) else {
        return change.desired.clone();
    };
    let mut merged = merge(observed, change.desired, rules);
    if let Some(properties) = merged.as_object_mut() {
        properties.retain(|name, _| wanted.contains_key(name));
    }
    merged
}

/// By a deletion of its own: an object of this collection, by the output that holds its id.
pub(super) fn object_alone(
    meta: &Meta,
    collection: &str,
    outputs: &Outputs,
    id: &'static str,
) -> Removal {
    let id = outputs.get(id).and_then(Value::as_str).unwrap_or_default();
    Removal::alone(meta, Address::Graph(format!("{collection}/{id}")))
}

/// What is called as wanted and has no unique name: nothing, or the one.
fn so_called<'o, T: 'o>(
    meta: &Meta,
    objects: impl Iterator<Item = &'o T>,
    foreign: impl Fn(&T) -> Result<Observed, StepError>,
) -> Result<Observed, StepError> {
    let objects: Vec<&T> = objects.collect();
    match objects.as_slice() {
        [] => Ok(Observed::Absent),
        [one] => foreign(one),
        several => Err(StepError::new(format!(
            "{} of the tenant's {} are called {}, and none of them has the unique name by which the rollout knows its own",
            several.len(),
            meta.kind,
            meta.name
        ))
        .remedy(
            "look in the portal which of them is needed, delete or rename the others, and adopt that one with import; or choose another \
             name in the environment file",
        )
        .contradicts_file()),
    }
}

/// The mark of an object of this collection is its unique name, which what has none is given once.
///
/// Pages: [application-update](https://learn.microsoft.com/graph/api/application-update),
/// [group-update](https://learn.microsoft.com/graph/api/group-update).
fn put_name(meta: &Meta, collection: &str, document: &Value, outputs: &Outputs) -> Marking {
    let id = outputs.get("objectId").and_then(Value::as_str);
    match (id, document["uniqueName"].as_str()) {
        (Some(id), None) => {
            let address = Address::Graph(format!("{collection}/{id}"));
            Marking::By(MarkWrite {
                thing: address.clone(),
                method: "PATCH",
                to: address,
                body: json!({ "uniqueName": meta.name }),
                if_match: None,
                says: format!(
                    "the unique name {}, which nobody can change any more",
                    meta.name
                ),
            })
        }
        _ => Marking::Not {
            why: "it has another unique name, which nobody can change".to_owned(),
            resolve: "choose another name in the environment file".to_owned(),
        },
    }
}

/// What the directory keeps of a deleted object.
pub(super) fn recoverable() -> Option<Remains> {
    Some(Remains {
        days: 30,
        what: "the directory keeps it among the deleted ones; apply restores an application from there".to_owned(),
    })
}

/// What is not there is deleted.
pub(super) fn gone(result: rhc_graph::Result<()>) -> Result<(), StepError> {
    match result {
        Err(error) if error.is_not_found() => Ok(()),
        other => Ok(other?),
    }
}

/// The id at the end of the address of an object.
pub(super) fn id_in(address: &Address) -> &str {
    address.as_str().rsplit('/').next().unwrap_or_default()
}

fn parse_object_id(text: &str) -> Result<ObjectId, StepError> {
    text.parse().map_err(|error| {
        StepError::new(format!("a service gave an object id that is none: {error}"))
    })
}
