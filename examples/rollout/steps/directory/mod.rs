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
    Address, Change, DiffRules, Key, Meta, Observe, Observed, Output, Outputs, Remains, Removal,
    Step, StepError, diff, merge,
};
use rhc_core::ObjectId;
use serde::Serialize;
use serde_json::Value;

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
