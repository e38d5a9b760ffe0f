//! Recorded requests, built by our clients.

use serde_json::{Map, Value};

use super::{
    caught::{Caught, Sent},
    graph_requests,
    models::{self, GRAPH},
    scope_requests,
};
use crate::conformance::{
    arm::Target,
    exchange::{Exchange, says},
    graph::Graph,
    operations::segments,
    read::recordings::Recording,
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
    let long;
    let exchange = match scope_requests::whole(&exchange.path) {
        Some(path) => {
            long = Exchange {
                path,
                ..exchange.clone()
            };
            &long
        }
        None => exchange,
    };
    if let Some((subject, caught)) = scope_requests::sent(exchange) {
        return enter(exchange, subject, name, caught, report);
    }
    let Some(target) = Target::of(&exchange.path) else {
        let other = format!("{} {}", exchange.method, words(&exchange.path));
        return report.note(NOT_OURS, other);
    };
    let (of, action) = match exchange.method.as_str() {
        "POST" => match exchange.path.rsplit_once('/') {
            Some((of, action)) => (of, Some(action)),
            None => (exchange.path.as_str(), None),
        },
        _ => (exchange.path.as_str(), None),
    };
    let model = Target::of(of).and_then(|target| models::of(&target.resource_type));
    let Some(model) = model else {
        let other = format!("{} {}", exchange.method, target.resource_type);
        return report.note(NOT_OURS, other);
    };
    let here = || scope(of);
    let body = exchange.request.as_ref();
    let parameters: Vec<_> = exchange
        .query
        .iter()
        .map(|(name, _)| name.to_lowercase())
        .filter(|name| name != "api-version")
        .collect();
    let caught = match (exchange.method.as_str(), target.one, action) {
        ("PUT", true, _) => body.and_then(|body| {
            let (scope, last) = here()?;
            (model.put)(&scope, &last, body).map(built)
        }),
        ("GET", true, _) => here().and_then(|(scope, last)| (model.get)(&scope, &last).map(built)),
        ("GET", false, _) => collection(of).and_then(|scope| match exchange.parameter("$filter") {
            Some(filter) => (model.filtered)(&scope, filter),
            None => (model.list)(&scope).map(built),
        }),
        ("PATCH", true, _) => body.and_then(|body| {
            let (scope, last) = here()?;
            (model.update)(&scope, &last, body)
        }),
        ("DELETE", true, _) => here().and_then(|(scope, last)| (model.delete)(&scope, &last)),
        ("POST", _, Some(action)) => {
            here().and_then(|(scope, last)| (model.action)(&scope, &last, action, body))
        }
        _ => None,
    };
    // Resource Manager's links and the CLI's own parameters are not ours to send; what is read is compared without them.
    let unknown = parameters.iter().any(|name| name != "$filter") && exchange.method != "GET";
    match caught.filter(|_| !unknown) {
        Some(caught) => {
            let exchange = Exchange {
                request: body.map(|body| match exchange.method.as_str() {
                    "PUT" => without_read_only(body, model.read_only),
                    _ => body.clone(),
                }),
                query: match exchange.method.as_str() {
                    "GET" => exchange
                        .query
                        .iter()
                        .filter(|(name, _)| name.eq_ignore_ascii_case("$filter"))
                        .cloned()
                        .collect(),
                    _ => exchange.query.clone(),
                },
                ..exchange.clone()
            };
            enter(&exchange, model.resource_type, name, caught, report);
        }
        None => {
            let other = format!("{} {}", exchange.method, target.resource_type);
            report.note(NOT_OURS, other);
        }
    }
}

fn built(request: rhc_core::Result<rhc_core::Request>) -> Caught {
    request
        .map(|request| Sent::built(&request))
        .map_err(|error| error.to_string())
}

fn enter(exchange: &Exchange, subject: &str, name: String, caught: Caught, report: &mut Report) {
    let found = match caught {
        Ok(sent) => sent.differs(exchange, &graph_requests::OURS),
        Err(error) => vec![says("", format!("our client refuses: {error}"))],
    };
    report.case(CHECK, subject, name, found);
}

/// Removes what stands at a path, in which `name[]` is each item of a list.
fn remove(members: &mut Map<String, Value>, path: &str) {
    match path.split_once('.') {
        None => {
            members.shift_remove(path);
        }
        Some((name, rest)) => match members.get_mut(name.trim_end_matches("[]")) {
            Some(Value::Object(inner)) => remove(inner, rest),
            Some(Value::Array(items)) => {
                for item in items.iter_mut().filter_map(Value::as_object_mut) {
                    remove(item, rest);
                }
            }
            _ => {}
        },
    }
}

/// The CLI sends back what it read; we leave out what the service would ignore.
fn without_read_only(document: &Value, read_only: &[&str]) -> Value {
    let mut document = document.clone();
    if let Some(members) = document.as_object_mut() {
        for name in ENVELOPE {
            members.shift_remove(name);
        }
        if let Some(properties) = members.get_mut("properties").and_then(Value::as_object_mut) {
            for path in read_only.iter().chain(&["provisioningState"]) {
                remove(properties, path);
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
pub(super) fn scope(path: &str) -> Option<(String, String)> {
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
    let caught = graph_requests::sent(exchange);
    let of = exchange
        .request
        .as_ref()
        .and_then(|_| model_of(graph, exchange, path));
    let subject = of.as_deref().unwrap_or(first);
    match (caught, &exchange.request) {
        (Some(caught), _) => {
            let request = exchange
                .request
                .as_ref()
                .map(graph_requests::by_common_kind);
            let exchange = Exchange {
                request,
                ..exchange.clone()
            };
            enter(&exchange, subject, name, caught, report);
        }
        // Our client has no such request, and has the model of its body.
        (None, Some(body)) => match GRAPH
            .iter()
            .find(|(known, _)| Some(*known) == of.as_deref())
        {
            Some((known, through)) => {
                let found = match through(body) {
                    Ok(written) => roundtrip::compare(body, &written),
                    Err(error) => vec![says("", format!("does not fit the model: {error}"))],
                };
                report.case(CHECK, *known, name, found);
            }
            None => report.note(NOT_OURS, other),
        },
        (None, None) => report.note(NOT_OURS, other),
    }
}

/// The type of the body that a method and path take.
fn model_of(graph: &Graph, exchange: &Exchange, path: &str) -> Option<String> {
    let shape = graph.find(&exchange.method, path)?.request?;
    let name = match shape.node() {
        Node::Object(object) => object.name.clone(),
        Node::Varied(varied) => varied.base.name.clone(),
        _ => return None,
    };
    let name = name.trim_start_matches("microsoft.graph.");
    GRAPH
        .iter()
        .any(|(known, _)| *known == name)
        .then(|| name.to_owned())
}
