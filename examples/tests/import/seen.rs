//! What the tests look at.

use rollout::engine::{Action, Key, Plan};
use serde_json::{Value, json};

use crate::finished::Run;

/// The one step whose key ends so.
pub(crate) fn entry<'p>(plan: &'p Plan, end: &str) -> (&'p Key, &'p Action) {
    let mut found = plan
        .entries
        .iter()
        .filter(|entry| entry.key.as_str().ends_with(end));
    let one = found.next().unwrap_or_else(|| panic!("no step {end}"));
    assert!(found.next().is_none(), "several steps end with {end}");
    (&one.key, &one.action)
}

/// The keys of what the plan shows as foreign.
pub(crate) fn foreign(plan: &Plan) -> Vec<Key> {
    let entries = plan.entries.iter();
    let foreign = entries.filter(|entry| matches!(entry.action, Action::Foreign { .. }));
    foreign.map(|entry| entry.key.clone()).collect()
}

/// Where an environment is written; elsewhere tokens are had.
const SERVICES: [&str; 3] = [
    "management.azure.com",
    "graph.microsoft.com",
    "api.github.com",
];

/// What was written: method and path.
pub(crate) fn writes(run: &Run) -> Vec<String> {
    let log = run.cloud.world().log();
    let written = log.iter().filter(|one| {
        !["GET", "HEAD"].contains(&one.method.as_str()) && SERVICES.contains(&one.host.as_str())
    });
    written
        .map(|one| {
            let path = one.path_and_query.split('?').next().unwrap_or_default();
            format!("{} {path}", one.method)
        })
        .collect()
}

/// The resources of a state, each as it is kept.
pub(crate) fn resources(state: &Value) -> &serde_json::Map<String, Value> {
    state["sections"]["arm"]["resources"].as_object().unwrap()
}

/// Everything in a state but clocks, ids that are still to be given, and who asked what.
pub(crate) fn things(state: &Value) -> Value {
    let mut sections = state["sections"].clone();
    sections["arm"]["activity"] = Value::Null;
    sections["arm"]["operations"] = Value::Null;
    json!(sections)
}

/// Takes the mark off everything in Azure that can bear one, and says who else wrote a tag there.
pub(crate) fn unmark_resources(state: &mut Value) {
    let resources = state["sections"]["arm"]["resources"].as_object_mut();
    for stored in resources.unwrap().values_mut() {
        if let Some(tags) = stored["body"]["tags"].as_object_mut()
            && tags.shift_remove("rhc-environment").is_some()
        {
            tags.insert("made-by".to_owned(), json!("ron"));
        }
    }
}
