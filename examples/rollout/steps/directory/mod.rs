//! Steps that write a directory through Microsoft Graph.

mod application;
mod federated_credential;
mod group;
mod member;
mod service_principal;

pub use application::ApplicationStep;
pub use federated_credential::FederatedCredentialStep;
pub use group::GroupStep;
pub use member::MemberStep;
pub use service_principal::ServicePrincipalStep;

use crate::engine::{Key, Output, StepError};
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

fn to_value<T: Serialize>(model: &T) -> Result<Value, StepError> {
    serde_json::to_value(model)
        .map_err(|error| StepError::bug(format!("a model is not JSON: {error}")))
}

fn parse_object_id(text: &str) -> Result<ObjectId, StepError> {
    text.parse().map_err(|error| {
        StepError::new(format!("a service gave an object id that is none: {error}"))
    })
}
