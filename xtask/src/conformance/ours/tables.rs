//! The tables by which the fakes refuse requests, against the descriptions.

use std::collections::BTreeSet;

use rhc_arm::fake::{Location, TypeRules};
use rhc_graph::fake::schema::{Access, Kind, Property as Row};

use crate::{
    Outcome,
    conformance::{
        arm::Arm,
        check::Disagreement,
        exchange::says,
        graph::Graph,
        report::Report,
        shapes::{Node, Shape},
    },
};

const ARM: &str = "arm-table";
const GRAPH: &str = "graph-table";

/// Every type that Resource Manager's fake knows.
///
/// # Errors
/// A description does not parse.
pub fn arm(arm: &Arm, types: &[TypeRules], report: &mut Report) -> Outcome {
    for rules in types {
        let name = rules.resource_type;
        // The newest version that it answers to: the table is one for all of them.
        let Some(version) = rules.api_versions.iter().max() else {
            report.wrong(ARM, name, "versions", "none");
            continue;
        };
        match arm.resource(name, version)? {
            Some(shape) => one(rules, &shape, report),
            None => report.skip(ARM, name, "no description has this resource type"),
        }
    }
    Ok(())
}

/// One table against its description.
pub(super) fn one(rules: &TypeRules, shape: &Shape, report: &mut Report) {
    let name = rules.resource_type;
    report.case(ARM, name, "required", required(rules, shape));
    report.case(ARM, name, "read-only", read_only(rules, shape));
    report.case(ARM, name, "enumerations", enumerations(rules, shape));
    report.case(ARM, name, "properties", properties(rules, shape));
}

/// What is demanded is required, and the other way round.
fn required(rules: &TypeRules, shape: &Shape) -> Vec<Disagreement> {
    let mut found = Vec::new();
    for path in rules.required {
        match shape.property(path) {
            Some((property, _)) if property.required => {}
            Some(_) => found.push(says(
                path,
                "demanded by the fake, and not required by the description",
            )),
            None => found.push(says(path, "demanded by the fake, and not described")),
        }
    }
    let mut described = Vec::new();
    all_required(shape, "", &mut described, 0);
    for path in described {
        let by_location = path == "location" && rules.location != Location::None;
        let demanded = rules.required.iter().any(|own| {
            *own == path
                || own
                    .strip_prefix(path.as_str())
                    .is_some_and(|rest| rest.starts_with('.'))
        });
        if rules.put && !demanded && !by_location {
            found.push(says(
                &path,
                "required by the description, and not demanded by the fake",
            ));
        }
    }
    found
}

/// The paths that every document has to have.
fn all_required(shape: &Shape, path: &str, found: &mut Vec<String>, depth: usize) {
    let Node::Object(object) = shape.node() else {
        return;
    };
    for (name, property) in &object.properties {
        if !property.required || property.read_only || depth > 8 {
            continue;
        }
        let path = if path.is_empty() {
            name.clone()
        } else {
            format!("{path}.{name}")
        };
        let inner = Shape {
            shapes: shape.shapes.clone(),
            at: property.at,
        };
        let before = found.len();
        all_required(&inner, &path, found, depth + 1);
        if found.len() == before {
            found.push(path);
        }
    }
}

fn read_only(rules: &TypeRules, shape: &Shape) -> Vec<Disagreement> {
    let mut found = Vec::new();
    for path in rules.read_only {
        if shape.property(path).is_none() {
            found.push(says(path, "read-only in the fake, and not described"));
        } else if !is_read_only(shape, path) {
            found.push(says(
                path,
                "read-only in the fake, and not in the description",
            ));
        }
    }
    for path in rules.properties {
        let known = rules.read_only.iter().any(|own| {
            own == path
                || path
                    .strip_prefix(own)
                    .is_some_and(|rest| rest.starts_with(['.', '[']))
        });
        if is_read_only(shape, path) && !known {
            found.push(says(
                path,
                "read-only in the description, and not in the fake",
            ));
        }
    }
    found
}

/// Whether a path, something above it, or everything below it is read-only.
fn is_read_only(shape: &Shape, path: &str) -> bool {
    let below = shape.property(path).is_some_and(|(_, of)| match of.node() {
        Node::Object(object) => {
            !object.properties.is_empty()
                && object
                    .properties
                    .values()
                    .all(|property| property.read_only)
        }
        _ => false,
    });
    if below {
        return true;
    }
    let ends = path
        .match_indices('.')
        .map(|(end, _)| end)
        .chain(std::iter::once(path.len()));
    ends.filter_map(|end| path.get(..end))
        .filter_map(|path| shape.property(path))
        .any(|(property, _)| property.read_only)
}

fn enumerations(rules: &TypeRules, shape: &Shape) -> Vec<Disagreement> {
    let mut found = Vec::new();
    for (path, values) in rules.enums {
        let Some((_, of)) = shape.property(path) else {
            found.push(says(path, "an enumeration that is not described"));
            continue;
        };
        match of.node() {
            Node::OneOf(described) => found.extend(same_values(path, values, described)),
            _ => found.push(says(path, "described as no enumeration")),
        }
    }
    found
}

fn same_values(path: &str, own: &[&str], described: &[String]) -> Vec<Disagreement> {
    let lower = |text: &str| text.to_lowercase();
    let own: BTreeSet<String> = own.iter().map(|value| lower(value)).collect();
    let described: BTreeSet<String> = described
        .iter()
        .map(|value| lower(value))
        .filter(|value| value != "unknownfuturevalue")
        .collect();
    let list = |values: Vec<&String>| values.into_iter().cloned().collect::<Vec<_>>().join(", ");
    let mut found = Vec::new();
    let more: Vec<_> = own.difference(&described).collect();
    if !more.is_empty() {
        found.push(says(
            path,
            format!("the fake takes {}, which is not described", list(more)),
        ));
    }
    let less: Vec<_> = described.difference(&own).collect();
    if !less.is_empty() {
        found.push(says(
            path,
            format!("the fake refuses {}, which is described", list(less)),
        ));
    }
    found
}

fn properties(rules: &TypeRules, shape: &Shape) -> Vec<Disagreement> {
    let patterns = rules.patterns.iter().map(|pattern| pattern.path);
    let links = rules.links.iter().map(|link| link.path);
    let immutable = rules.immutable.iter().map(|immutable| immutable.path);
    let all: BTreeSet<&str> = rules
        .properties
        .iter()
        .copied()
        .chain(patterns)
        .chain(links)
        .chain(immutable)
        .chain(rules.secrets.iter().copied())
        .collect();
    all.into_iter()
        .filter(|path| shape.property(path).is_none())
        .map(|path| says(path, "known to the fake, and not described"))
        .collect()
}

/// Every type that Graph's fake has a table of.
pub fn graph(graph: &Graph, tables: &[(&'static str, &'static [Row])], report: &mut Report) {
    for (name, rows) in tables {
        match graph.named(name) {
            Some(shape) => report.case(GRAPH, *name, "properties", rows_of(&shape, rows, "")),
            None => report.wrong(GRAPH, *name, "properties", "no such type is described"),
        }
    }
}

fn rows_of(shape: &Shape, rows: &[Row], path: &str) -> Vec<Disagreement> {
    let mut found = Vec::new();
    for row in rows {
        if row.name.contains('@') {
            continue;
        }
        let path = if path.is_empty() {
            row.name.to_owned()
        } else {
            format!("{path}.{}", row.name)
        };
        let Some((property, of)) = shape.property(row.name) else {
            found.push(says(&path, "known to the fake, and not described"));
            continue;
        };
        let is_list = matches!(of.node(), Node::List(_));
        let written = row.access != Access::ReadOnly;
        if written && row.nullable && property.nullable == Some(false) && !is_list {
            found.push(says(
                &path,
                "may be null in the fake, and not in the description",
            ));
        }
        let item = match of.node() {
            Node::List(list) => Shape {
                shapes: of.shapes.clone(),
                at: list.item,
            },
            _ => of.clone(),
        };
        match (row.kind, of.node(), item.node()) {
            (Kind::Any, ..) => {}
            (Kind::Text(_) | Kind::Guid | Kind::Time, Node::Text(_) | Node::OneOf(_), _)
            | (Kind::Flag, Node::Flag, _)
            | (Kind::Number, Node::Number(_), _)
            | (Kind::Texts, Node::List(_), Node::Text(_) | Node::OneOf(_)) => {}
            (Kind::OneOf(values), Node::OneOf(described), _) => {
                found.extend(same_values(&path, values, described))
            }
            // The metadata has a string where the documentation lists its values.
            (Kind::OneOf(_), Node::Text(_), _) => {}
            (Kind::Object(rows) | Kind::Filled(rows), Node::Object(_) | Node::Varied(_), _)
            | (Kind::Objects(rows), Node::List(_), Node::Object(_) | Node::Varied(_)) => {
                found.extend(rows_of(&item, rows, &path));
            }
            (kind, ..) => found.push(says(
                &path,
                format!("{kind:.20?} in the fake is something else in the description"),
            )),
        }
    }
    found
}
