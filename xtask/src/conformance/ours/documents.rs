//! Examples of the descriptions and recorded answers, through our models and out again.

use std::{collections::BTreeSet, path::Path};

use serde_json::Value;

use super::models::{self, GRAPH, OTHERS, Through};
use crate::{
    Outcome,
    conformance::{
        arm::{Arm, Target},
        check::Disagreement,
        exchange::{says, without_origin},
        graph::Graph,
        operations::segments,
        read::recordings::{Recording, decode},
        report::Report,
        roundtrip::compare,
        shapes::{Node, Shape},
        text,
    },
    source::lines_with,
    tree::Tree,
};

const EXAMPLES: &str = "arm-example";
const RECORDED: &str = "recorded-answer";
const GRAPH_EXAMPLES: &str = "graph-example";

/// Every resource type in the sources has its place in the table.
pub fn complete(tree: &Tree, report: &mut Report) {
    const IMPL: &str = "impl ResourceType for ";
    for (path, text) in tree.files() {
        let shipped =
            path.starts_with("rhc-") && path.contains("/src/") && !path.contains("/tests");
        if !shipped
            || path == "rhc-arm/src/resource.rs"
            || lines_with(text, "ResourceType").is_empty()
        {
            continue;
        }
        for line in text
            .lines()
            .filter_map(|line| line.trim().strip_prefix(IMPL))
        {
            let marker = line.trim_end_matches('{').trim();
            let known = marker.starts_with('$')
                || models::resources()
                    .any(|model| model.marker.rsplit("::").next().map(str::trim) == Some(marker));
            let found =
                (!known).then(|| says("", "not in the list `resource_types!` of its crate"));
            report.case("models", "resource types", marker, found);
        }
    }
}

/// The examples of the Swagger files.
///
/// # Errors
/// One cannot be read.
pub fn arm_examples(arm: &Arm, specs: &Path, report: &mut Report) -> Outcome {
    let folder = specs.join("arm");
    let left_out = nonconforming(&text::json(&folder.join("NONCONFORMING.json"))?);
    for example in &arm.examples {
        let Some(target) = Target::of(&example.path) else {
            continue;
        };
        let Some(through) = model(&target.resource_type) else {
            continue;
        };
        let file = text::json(&folder.join(&example.file))?;
        for (status, answer) in text::members(&file, "responses") {
            let key = (
                example.operation.clone(),
                example.file.clone(),
                status.clone(),
            );
            let Some(body) = answer.get("body") else {
                continue;
            };
            let short = example
                .file
                .split("/resource-manager/")
                .last()
                .unwrap_or(&example.file);
            let name = format!("{} {status} {short}", example.operation);
            if left_out.contains(&key) {
                report.note(
                    "examples that Microsoft's own schema refuses",
                    &target.resource_type,
                );
                continue;
            }
            if let Some(found) = resources(body, &example.method, &target, through) {
                report.case(EXAMPLES, &target.resource_type, name, found);
            }
        }
    }
    Ok(())
}

fn model(resource_type: &str) -> Option<Through> {
    let other = || {
        OTHERS
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(resource_type))
            .map(|(_, through)| *through)
    };
    models::of(resource_type)
        .map(|model| model.through)
        .or_else(other)
}

/// What becomes of the resources in an answer; `None` where it has none.
fn resources(
    body: &Value,
    method: &str,
    target: &Target,
    through: Through,
) -> Option<Vec<Disagreement>> {
    let whole = matches!(method, "GET" | "PUT" | "PATCH");
    if !whole || body.as_object().is_none_or(serde_json::Map::is_empty) {
        return None;
    }
    if target.one {
        return Some(one(body, through));
    }
    let items = body.get("value")?.as_array()?;
    Some(
        items
            .iter()
            .enumerate()
            .flat_map(|(place, item)| {
                one(item, through)
                    .into_iter()
                    .map(move |found| Disagreement {
                        path: format!("value[{place}].{}", found.path),
                        ..found
                    })
            })
            .collect(),
    )
}

pub(super) fn one(document: &Value, through: Through) -> Vec<Disagreement> {
    match through(document) {
        Ok(written) => compare(document, &written),
        Err(error) => vec![says("", format!("does not fit the model: {error}"))],
    }
}

fn nonconforming(file: &Value) -> BTreeSet<(String, String, String)> {
    let mut found = BTreeSet::new();
    for entry in file.as_array().into_iter().flatten() {
        let text = |place: usize| {
            entry
                .get(place)
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned()
        };
        for part in entry.get(2).and_then(Value::as_array).into_iter().flatten() {
            let status = part.get(0).and_then(Value::as_str).unwrap_or_default();
            found.insert((text(0), text(1), status.to_owned()));
        }
    }
    found
}

/// Recorded answers of Resource Manager and Graph.
pub fn recorded(graph: &Graph, recordings: &[Recording], report: &mut Report) {
    for recording in recordings {
        for (place, exchange) in recording.exchanges.iter().enumerate() {
            let Some(body) = exchange.answer.as_ref().filter(|_| exchange.status < 300) else {
                continue;
            };
            let name = format!("{} #{place}", recording.name);
            match exchange.host.as_str() {
                "management.azure.com" => {
                    let Some(target) = target(&exchange.path) else {
                        continue;
                    };
                    // Some answers to a PUT tell of the operation and not of the resource.
                    let told = body.get("id").is_some() || body.get("value").is_some();
                    let Some(through) = model(&target.resource_type).filter(|_| told) else {
                        continue;
                    };
                    if let Some(found) = resources(body, &exchange.method, &target, through) {
                        let subject = models::of(&target.resource_type)
                            .map_or(target.resource_type.as_str(), |model| model.resource_type);
                        report.case(RECORDED, subject, name, found);
                    }
                }
                "graph.microsoft.com" => {
                    let path = exchange.path.trim_start_matches("/v1.0");
                    graph_document(graph, RECORDED, &exchange.method, path, body, &name, report);
                }
                _ => {}
            }
        }
    }
}

fn target(path: &str) -> Option<Target> {
    let parts: Vec<_> = segments(path).collect();
    match parts.as_slice() {
        [_, _, providers, _] if providers.eq_ignore_ascii_case("providers") => Some(Target {
            resource_type: "Microsoft.Resources/providers".to_owned(),
            one: true,
        }),
        _ => Target::of(path),
    }
}

/// The examples of Graph's documentation.
///
/// # Errors
/// One cannot be read.
pub fn graph_examples(graph: &Graph, specs: &Path, report: &mut Report) -> Outcome {
    for folder in ["graph/examples", "graph/examples-user-flows"] {
        for path in text::below(&specs.join(folder), ".json")? {
            let file = text::json(&path)?;
            let stem = path
                .file_stem()
                .map(|stem| stem.to_string_lossy().into_owned())
                .unwrap_or_default();
            for (number, example) in text::items(&file, "examples").enumerate() {
                let request = example.get("request").unwrap_or(&Value::Null);
                let method = text::text(request, "method").to_uppercase();
                let url = without_origin(text::text(request, "url"));
                let path = decode(url.split('?').next().unwrap_or_default());
                let Some(path) = path.strip_prefix("/v1.0") else {
                    continue;
                };
                let name = format!("{stem} #{number}");
                for answer in text::items(example, "responses") {
                    if let Some(body) = answer.get("json") {
                        graph_document(graph, GRAPH_EXAMPLES, &method, path, body, &name, report);
                    }
                }
                if let Some(body) = request
                    .get("json")
                    .filter(|_| matches!(method.as_str(), "POST" | "PATCH"))
                {
                    let name = format!("{name} request");
                    if let Some(shape) = graph.find(&method, path).and_then(|found| found.request) {
                        graph_value(&shape, GRAPH_EXAMPLES, body, &name, report);
                    }
                }
            }
        }
    }
    Ok(())
}

fn graph_document(
    graph: &Graph,
    check: &'static str,
    method: &str,
    path: &str,
    body: &Value,
    name: &str,
    report: &mut Report,
) {
    if let Some(shape) = graph.find(method, path).and_then(|found| found.answer) {
        graph_value(&shape, check, body, name, report);
    }
}

fn graph_value(shape: &Shape, check: &'static str, body: &Value, name: &str, report: &mut Report) {
    let (shape, items) = match (shape.property("value[]"), body.get("value")) {
        (Some((_, item)), Some(Value::Array(items))) => (item, items.iter().collect()),
        _ => (shape.clone(), vec![body]),
    };
    let described = match shape.node() {
        Node::Object(object) => object.name.clone(),
        Node::Varied(varied) => varied.base.name.clone(),
        _ => return,
    };
    for (place, item) in items.into_iter().enumerate() {
        let stated = item.get("@odata.type").and_then(Value::as_str);
        let of = stated.map_or(described.as_str(), |stated| stated.trim_start_matches('#'));
        let of = of.trim_start_matches("microsoft.graph.");
        let through = GRAPH.iter().find(|(known, _)| *known == of);
        if let Some((known, through)) = through
            && item.is_object()
        {
            report.case(
                check,
                *known,
                format!("{name}[{place}]"),
                one(item, *through),
            );
        }
    }
}
