//! Recorded requests, built by our clients.

use serde_json::{Map, Value};

use super::models::{self, ArmModel, GRAPH};
use crate::conformance::{
    arm::Target,
    check::Disagreement,
    exchange::{Exchange, says},
    graph::Graph,
    operations::segments,
    read::recordings::{Recording, decode},
    report::Report,
    roundtrip,
    shapes::Node,
};

const CHECK: &str = "recorded-request";
const NOT_OURS: &str = "recorded requests that our clients cannot express";

/// What only the service writes, and what the path says already.
const ENVELOPE: [&str; 5] = ["id", "name", "type", "etag", "systemData"];

/// Every recorded request of a type that we have.
pub fn compare(graph: &Graph, recordings: &[Recording], report: &mut Report) {
    for recording in recordings {
        for (place, exchange) in recording.exchanges.iter().enumerate() {
            let name = format!("{} #{place} {}", recording.name, exchange.method);
            match exchange.host.as_str() {
                "management.azure.com" => arm(exchange, name, report),
                "graph.microsoft.com" => of_graph(graph, exchange, name, report),
                host => report.note(
                    NOT_OURS,
                    format!(
                        "host {}",
                        host.split_once('.').map_or(host, |(_, rest)| rest)
                    ),
                ),
            }
        }
    }
}

fn arm(exchange: &Exchange, name: String, report: &mut Report) {
    let Some(target) = Target::of(&exchange.path) else {
        report.note(
            NOT_OURS,
            format!("{} {}", exchange.method, words(&exchange.path)),
        );
        return;
    };
    let Some(model) = models::of(&target.resource_type) else {
        report.note(
            NOT_OURS,
            format!("{} {}", exchange.method, target.resource_type),
        );
        return;
    };
    let built = match (exchange.method.as_str(), target.one) {
        ("PUT", true) => exchange.request.as_ref().and_then(|body| {
            let (scope, last) = scope(&exchange.path)?;
            (model.put)(&scope, &last, body)
        }),
        ("GET", true) => scope(&exchange.path).and_then(|(scope, last)| (model.get)(&scope, &last)),
        ("GET", false) => collection(&exchange.path).and_then(|scope| (model.list)(&scope)),
        // Updates and deletions are sent and never only built.
        _ => None,
    };
    let Some(built) = built else {
        report.note(
            NOT_OURS,
            format!("{} {}", exchange.method, model.resource_type),
        );
        return;
    };
    let found = match built {
        Ok(request) => same(exchange, &request, model),
        Err(error) => vec![says("", format!("our client refuses: {error}"))],
    };
    report.case(CHECK, model.resource_type, name, found);
}

pub(super) fn same(
    exchange: &Exchange,
    request: &rhc_core::Request,
    model: &ArmModel,
) -> Vec<Disagreement> {
    let mut found = Vec::new();
    let whole = request.path_and_query();
    let path = decode(whole.split('?').next().unwrap_or_default());
    if !path.eq_ignore_ascii_case(&exchange.path) {
        found.push(says("", format!("`{}` became `{path}`", exchange.path)));
    }
    if request.method().to_string() != exchange.method {
        found.push(says(
            "",
            format!("{} became {}", exchange.method, request.method()),
        ));
    }
    let sent = request
        .body_bytes()
        .and_then(|body| serde_json::from_slice::<Value>(body).ok());
    match (&exchange.request, sent) {
        (Some(recorded), Some(sent)) => {
            let recorded = without_read_only(recorded, model.read_only);
            found.extend(roundtrip::compare(&recorded, &sent));
        }
        (Some(_), None) => found.push(says("", "our client sends no body")),
        (None, Some(_)) => found.push(says("", "our client sends a body")),
        (None, None) => {}
    }
    found
}

/// The CLI sends back what it read; we leave out what the service would ignore.
fn without_read_only(document: &Value, read_only: &[&str]) -> Value {
    let mut document = document.clone();
    if let Some(members) = document.as_object_mut() {
        for name in ENVELOPE {
            members.shift_remove(name);
        }
        if let Some(properties) = members.get_mut("properties").and_then(Value::as_object_mut) {
            for name in read_only.iter().chain(&["provisioningState"]) {
                properties.shift_remove(*name);
            }
        }
        if let Some(identity) = members.get_mut("identity").and_then(Value::as_object_mut) {
            identity.shift_remove("principalId");
            identity.shift_remove("tenantId");
            let assigned = identity
                .get_mut("userAssignedIdentities")
                .and_then(Value::as_object_mut);
            for value in assigned.into_iter().flat_map(Map::values_mut) {
                *value = Value::Object(Map::new());
            }
        }
    }
    document
}

/// The scope of a resource and its name.
fn scope(path: &str) -> Option<(String, String)> {
    let parts: Vec<_> = segments(path).collect();
    let (last, _) = parts.split_last()?;
    let from_provider = parts.len().checked_sub(4);
    let is_first = from_provider
        .and_then(|place| parts.get(place))
        .is_some_and(|part| part.eq_ignore_ascii_case("providers"));
    let cut = if is_first { 4 } else { 2 };
    Some((
        joined(parts.get(..parts.len().checked_sub(cut)?)?),
        (*last).to_owned(),
    ))
}

/// The scope of a collection.
fn collection(path: &str) -> Option<String> {
    let parts: Vec<_> = segments(path).collect();
    let from_provider = parts.len().checked_sub(3);
    let is_first = from_provider
        .and_then(|place| parts.get(place))
        .is_some_and(|part| part.eq_ignore_ascii_case("providers"));
    let cut = if is_first { 3 } else { 1 };
    Some(joined(parts.get(..parts.len().checked_sub(cut)?)?))
}

fn joined(parts: &[&str]) -> String {
    parts.iter().map(|part| format!("/{part}")).collect()
}

/// A path without its values, for the list of what is not ours.
fn words(path: &str) -> String {
    let words: Vec<_> = segments(path).step_by(2).collect();
    format!("/{}", words.join("/…/"))
}

fn of_graph(graph: &Graph, exchange: &Exchange, name: String, report: &mut Report) {
    let path = exchange.path.trim_start_matches("/v1.0");
    let first = segments(path)
        .next()
        .unwrap_or_default()
        .split('(')
        .next()
        .unwrap_or_default();
    let other = format!("{} Graph /{first}", exchange.method);
    let Some(body) = &exchange.request else {
        report.note(
            "recorded requests to Graph without a body, whose paths are not compared",
            other,
        );
        return;
    };
    let shape = graph
        .find(&exchange.method, path)
        .and_then(|found| found.request);
    let of = shape.and_then(|shape| match shape.node() {
        Node::Object(object) => Some(object.name.clone()),
        Node::Varied(varied) => Some(varied.base.name.clone()),
        _ => None,
    });
    let of = of.unwrap_or_default();
    let of = of.trim_start_matches("microsoft.graph.");
    match GRAPH.iter().find(|(known, _)| *known == of) {
        Some((known, through)) => {
            let found = match through(body) {
                Ok(written) => roundtrip::compare(body, &written),
                Err(error) => vec![says("", format!("does not fit the model: {error}"))],
            };
            report.case(CHECK, *known, name, found);
        }
        None => report.note(NOT_OURS, other),
    }
}
