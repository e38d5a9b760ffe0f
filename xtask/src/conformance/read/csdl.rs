//! `graph/csdl`: the types of Graph's metadata, in their JSON form.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::{
    Outcome,
    conformance::{
        shapes::{At, List, Node, Number, Object, Others, Pattern, Property, Shapes, Text, Varied},
        text,
    },
};

/// The types by their whole name, and what the service's root has.
#[derive(Debug, Default)]
pub struct Metadata {
    /// All nodes; readers of operations add to them.
    pub shapes: Shapes,
    /// The node of each type and enumeration.
    pub named: BTreeMap<String, At>,
    /// Entity sets and singletons, with the name of their type.
    pub roots: BTreeMap<String, String>,
    /// The types that each type extends, nearest first.
    pub bases: BTreeMap<String, Vec<String>>,
}

impl Metadata {
    /// Marks properties that only the service writes, in their type and in all that extend it. Gives how many it marked.
    ///
    /// The metadata itself does not say it; the modules of the OpenAPI description and their words do.
    pub fn mark_read_only(&mut self, found: &BTreeSet<(String, String)>) -> usize {
        let mut marked = 0;
        for object in self.shapes.objects_mut() {
            let bases = self.bases.get(&object.name).map_or(&[][..], Vec::as_slice);
            for (name, property) in &mut object.properties {
                let is = |of: &String| found.contains(&(of.clone(), name.clone()));
                if !property.read_only && (is(&object.name) || bases.iter().any(is)) {
                    property.read_only = true;
                    marked += 1;
                }
            }
        }
        marked
    }
}

/// Reads the file.
///
/// # Errors
/// It has no types, or refers to one that it does not have.
pub fn read(file: &Value) -> Outcome<Metadata> {
    let mut found = Metadata::default();
    let types: BTreeMap<&str, &Value> = text::members(file, "types")
        .map(|(name, definition)| (name.as_str(), definition))
        .collect();
    if types.is_empty() {
        return Err("no types".to_owned());
    }
    for name in types.keys() {
        let at = found.shapes.add(Node::Any);
        found.named.insert((*name).to_owned(), at);
    }
    for (name, definition) in text::members(file, "enums") {
        let values: Vec<String> = text::members(definition, "members")
            .map(|(value, _)| value.clone())
            .collect();
        let node = if text::flag(definition, "flags") {
            let one = values.join("|");
            Node::Text(Text {
                pattern: Some(Pattern::new(&format!("(?i)^({one})(, ?({one}))*$"))),
                ..Text::default()
            })
        } else {
            Node::OneOf(values)
        };
        let at = found.shapes.add(node);
        found.named.insert(name.clone(), at);
    }
    let mut below: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for name in types.keys() {
        let all = bases(&types, name)?;
        found.bases.insert((*name).to_owned(), all.clone());
        for above in all {
            below.entry(above).or_default().push(name);
        }
    }
    let mut simple = BTreeMap::new();
    for name in types.keys() {
        let object = object(name, &types, &mut found, &mut simple)?;
        let node = match below.get(*name) {
            None => Node::Object(object),
            Some(below) => {
                let own = found.shapes.add(Node::Object(object.clone()));
                let mut variants: BTreeMap<String, At> = below
                    .iter()
                    .filter_map(|name| Some((format!("#{name}"), *found.named.get(*name)?)))
                    .collect();
                variants.insert(format!("#{name}"), own);
                Node::Varied(Varied {
                    base: object,
                    discriminator: "@odata.type".to_owned(),
                    variants,
                    optional: true,
                })
            }
        };
        if let Some(at) = found.named.get(*name) {
            found.shapes.set(*at, node);
        }
    }
    for roots in ["entitySets", "singletons"] {
        for (name, of) in text::members(file, roots) {
            let of = whole(of.as_str().unwrap_or_default(), "");
            found.roots.insert(name.clone(), of);
        }
    }
    Ok(found)
}

/// `graph.user` as `microsoft.graph.user`; `self` is the namespace of the type that says so.
fn whole(name: &str, said_by: &str) -> String {
    let own = said_by
        .rsplit_once('.')
        .map_or("", |(namespace, _)| namespace);
    match name.split_once('.') {
        Some(("microsoft", _)) | None => name.to_owned(),
        Some(("graph", rest)) => format!("microsoft.graph.{rest}"),
        Some(("self", rest)) => format!("{own}.{rest}"),
        Some(_) => format!("microsoft.graph.{name}"),
    }
}

/// The types that one extends, nearest first.
fn bases(types: &BTreeMap<&str, &Value>, name: &str) -> Outcome<Vec<String>> {
    let mut found = Vec::new();
    let mut last = name.to_owned();
    loop {
        let definition = types
            .get(last.as_str())
            .ok_or_else(|| format!("no type `{last}`"))?;
        let next = whole(text::text(definition, "base"), &last);
        if next.is_empty() {
            return Ok(found);
        }
        if found.contains(&next) {
            return Err(format!("`{next}` extends itself"));
        }
        found.push(next.clone());
        last = next;
    }
}

fn object(
    name: &str,
    types: &BTreeMap<&str, &Value>,
    found: &mut Metadata,
    simple: &mut BTreeMap<String, At>,
) -> Outcome<Object> {
    let mut object = Object {
        name: name.to_owned(),
        // Open types take directory extensions, whose names the checks know; nothing else of ours is open.
        others: Others::None,
        ..Object::default()
    };
    let mut all = bases(types, name)?;
    all.insert(0, name.to_owned());
    for of in all {
        let Some(definition) = types.get(of.as_str()) else {
            continue;
        };
        for (name, property) in text::members(definition, "props") {
            let at = kind(text::text(property, "type"), &of, found, simple)?;
            let nullable = property.get("nullable").and_then(Value::as_bool);
            object.properties.entry(name.clone()).or_insert(Property {
                at,
                nullable,
                ..Property::default()
            });
        }
        for (name, property) in text::members(definition, "nav") {
            let at = kind(text::text(property, "type"), &of, found, simple)?;
            object.properties.entry(name.clone()).or_insert(Property {
                at,
                nullable: Some(true),
                ..Property::default()
            });
        }
    }
    Ok(object)
}

/// The node of a type as properties name it: `Edm.String`, `graph.user`, `Collection(graph.user)`.
fn kind(
    written: &str,
    said_by: &str,
    found: &mut Metadata,
    simple: &mut BTreeMap<String, At>,
) -> Outcome<At> {
    // The same words mean the same, but for `self`.
    let is_shared = !written.contains("self.");
    if is_shared && let Some(at) = simple.get(written) {
        return Ok(*at);
    }
    let node = if let Some(inner) = written
        .strip_prefix("Collection(")
        .and_then(|rest| rest.strip_suffix(')'))
    {
        let item = kind(inner, said_by, found, simple)?;
        Node::List(List {
            item,
            min: None,
            max: None,
        })
    } else if let Some(edm) = written.strip_prefix("Edm.") {
        match edm {
            "Boolean" => Node::Flag,
            "Int16" | "Int32" | "Int64" | "Byte" => Node::Number(Number {
                whole: true,
                ..Number::default()
            }),
            "Double" | "Single" | "Decimal" => Node::Number(Number::default()),
            "Guid" => pattern(r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"),
            "DateTimeOffset" => {
                pattern(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,12})?(Z|[+-]\d\d:\d\d)$")
            }
            "Date" => pattern(r"^\d{4}-\d\d-\d\d$"),
            _ => Node::Text(Text::default()),
        }
    } else {
        let name = whole(written, said_by);
        // Two types of another namespace than their own say `self`: then the last name decides.
        let last = format!(".{}", name.rsplit('.').next().unwrap_or_default());
        let elsewhere = || found.named.iter().find(|(known, _)| known.ends_with(&last));
        return found
            .named
            .get(&name)
            .or_else(|| elsewhere().map(|(_, at)| at))
            .copied()
            .ok_or_else(|| format!("no type `{name}`"));
    };
    let at = found.shapes.add(node);
    if is_shared {
        simple.insert(written.to_owned(), at);
    }
    Ok(at)
}

fn pattern(written: &str) -> Node {
    Node::Text(Text {
        pattern: Some(Pattern::new(written)),
        ..Text::default()
    })
}
