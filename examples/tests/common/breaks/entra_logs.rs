//! The tenants' own logs.

use serde_json::{Value, json};

use super::{
    Break,
    Shown::{Create, Person, Update},
    one,
};
use crate::edit::{CUSTOMERS, DATABASE, tenant};

/// The key of the setting of a tenant.
fn key(state: &mut Value, domain: &str) -> String {
    let id = tenant(state, domain)["id"].as_str().unwrap().to_owned();
    format!("{id}/rhc-qa-entra")
}

fn settings(state: &mut Value) -> &mut serde_json::Map<String, Value> {
    state["sections"]["arm"]["entraLogSettings"]
        .as_object_mut()
        .unwrap()
}

fn turn_off(state: &mut Value, domain: &str) {
    let key = key(state, domain);
    let logs = settings(state)[&key]["properties"]["logs"]
        .as_array_mut()
        .unwrap();
    let log = logs.iter_mut().find(|log| log["category"] == "SignInLogs");
    log.unwrap()["enabled"] = json!(false);
}

pub(super) fn entra_logs() -> Vec<Break> {
    vec![
        one(
            "sign-ins to the databases' tenant are not kept any more",
            "compliance/microsoft.aadiam/diagnosticSettings/database/rhc-qa-entra",
            Update(&["properties.logs[SignInLogs].enabled"]),
            |state| turn_off(state, DATABASE),
        ),
        one(
            "the export of the databases' tenant was deleted",
            "compliance/microsoft.aadiam/diagnosticSettings/database/rhc-qa-entra",
            Create,
            |state| {
                let key = key(state, DATABASE);
                settings(state).remove(&key).unwrap();
            },
        ),
        one(
            "sign-ins of the customers are not kept any more",
            "compliance/microsoft.aadiam/diagnosticSettings/qa/rhc-qa-entra",
            Person,
            |state| turn_off(state, CUSTOMERS),
        ),
    ]
}
