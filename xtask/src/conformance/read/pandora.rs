//! `arm-operations`: the operations and models of Pandora.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    sync::Arc,
};

use serde_json::Value;

use crate::{
    Outcome,
    conformance::{
        operations::{Bodies, Catalogue, Operation, Template},
        shapes::{At, List, Node, Number, Object, Others, Property, Shape, Shapes, Text, Varied},
        text,
    },
};

/// Adds what every file of a folder describes. Returns how many operations there were.
///
/// # Errors
/// A file does not parse.
pub fn read_all(folder: &Path, into: &mut Catalogue) -> Outcome<usize> {
    let before = into.len();
    for path in text::below(folder, ".merged.json")? {
        let file = text::json(&path)?;
        read(&file, into).map_err(|message| format!("{}: {message}", path.display()))?;
    }
    Ok(into.len() - before)
}

/// Adds what one file describes: definitions by their path, `…/<service>/<version>/<group>/<kind>-<name>.json`.
///
/// # Errors
/// Something refers to what is not there.
pub fn read(file: &Value, into: &mut Catalogue) -> Outcome {
    let all = file.as_object().ok_or("not an object of definitions")?;
    let mut groups: BTreeMap<(&str, &str), Group<'_>> = BTreeMap::new();
    for (path, definition) in all {
        let mut parts = path.rsplit('/');
        let (Some(name), Some(group), Some(version)) = (parts.next(), parts.next(), parts.next())
        else {
            continue;
        };
        let Some((kind, name)) = name.trim_end_matches(".json").split_once('-') else {
            continue;
        };
        let group = groups.entry((version, group)).or_default();
        match kind {
            "Model" => group.models.insert(name, definition),
            "Constant" => group.constants.insert(name, definition),
            "ResourceId" => group.ids.insert(name, definition),
            "Operation" => group.operations.insert(name, definition),
            _ => None,
        };
    }
    for ((version, name), group) in groups {
        group.read(version, name, into)?;
    }
    Ok(())
}

#[derive(Default)]
struct Group<'a> {
    models: BTreeMap<&'a str, &'a Value>,
    constants: BTreeMap<&'a str, &'a Value>,
    ids: BTreeMap<&'a str, &'a Value>,
    operations: BTreeMap<&'a str, &'a Value>,
}

impl Group<'_> {
    fn read(&self, version: &str, group: &str, into: &mut Catalogue) -> Outcome {
        let mut models = Models::new(self);
        // Bodies first: all of them share one set of nodes.
        let mut bodies = Vec::new();
        for operation in self.operations.values() {
            let request = body(operation.get("requestObject"), &mut models)?;
            let mut answer = body(operation.get("responseObject"), &mut models)?;
            if operation.get("fieldContainingPaginationDetails").is_some() {
                answer = answer.map(|item| models.shapes.page_of(item));
            }
            bodies.push((request, answer));
        }
        let shapes = Arc::new(models.shapes);
        let shape = |at: Option<At>| {
            at.map(|at| Shape {
                shapes: Arc::clone(&shapes),
                at,
            })
        };
        for ((name, operation), (request, answer)) in self.operations.iter().zip(bodies) {
            let id = text::text(operation, "resourceIdName");
            let scope = match self.ids.get(id) {
                Some(definition) => text::text(definition, "id"),
                None if id.is_empty() => "",
                None => return Err(format!("{group}: no id `{id}`")),
            };
            let written = format!("{scope}{}", text::text(operation, "uriSuffix"));
            let statuses: BTreeSet<u16> = text::items(operation, "expectedStatusCodes")
                .filter_map(Value::as_u64)
                .filter_map(|status| u16::try_from(status).ok())
                .collect();
            let query = text::items(operation, "options")
                .filter(|option| option.get("queryString").is_some())
                .map(|option| {
                    (
                        text::text(option, "queryString").to_owned(),
                        text::flag(option, "required"),
                    )
                })
                .collect();
            into.add(Operation {
                id: format!("{group}_{name}"),
                method: text::text(operation, "httpMethod").to_uppercase(),
                template: Template::new(&written),
                version: version.to_lowercase(),
                statuses,
                long_running: text::flag(operation, "longRunning"),
                query,
                bodies: Bodies::Known {
                    request: shape(request),
                    answer: shape(answer),
                },
            });
        }
        Ok(())
    }
}

fn body(definition: Option<&Value>, models: &mut Models<'_>) -> Outcome<Option<At>> {
    definition
        .filter(|definition| !definition.is_null())
        .map(|definition| models.kind(definition))
        .transpose()
}

struct Models<'a> {
    group: &'a Group<'a>,
    shapes: Shapes,
    known: BTreeMap<String, At>,
}

impl<'a> Models<'a> {
    fn new(group: &'a Group<'a>) -> Self {
        Self {
            group,
            shapes: Shapes::default(),
            known: BTreeMap::new(),
        }
    }

    fn kind(&mut self, definition: &Value) -> Outcome<At> {
        let kind = text::text(definition, "type");
        let nested = |models: &mut Self| {
            let nested = definition
                .get("nestedItem")
                .ok_or_else(|| format!("a {kind} of nothing"))?;
            models.kind(nested)
        };
        let node = match kind {
            "Reference" => return self.named(text::text(definition, "referenceName")),
            "List" => {
                let item = nested(self)?;
                Node::List(List {
                    item,
                    min: None,
                    max: None,
                })
            }
            "Dictionary" => {
                let item = nested(self)?;
                dictionary(item)
            }
            "Boolean" => Node::Flag,
            "Integer" => Node::Number(Number {
                whole: true,
                ..Number::default()
            }),
            "Float" => Node::Number(Number::default()),
            "String" | "Location" | "DateTime" | "EdgeZone" | "Zone" | "Csv" => {
                Node::Text(Text::default())
            }
            "Tags" => {
                let item = self.shapes.add(Node::Text(Text::default()));
                dictionary(item)
            }
            "Zones" => {
                let item = self.shapes.add(Node::Text(Text::default()));
                Node::List(List {
                    item,
                    min: None,
                    max: None,
                })
            }
            "RawObject" | "RawFile" | "SystemData" => Node::Any,
            _ if kind.ends_with("IdentityMap")
                || kind.ends_with("IdentityList")
                || kind == "SystemAssignedIdentity" =>
            {
                Node::Any
            }
            _ => return Err(format!("the kind `{kind}` is not understood")),
        };
        Ok(self.shapes.add(node))
    }

    fn named(&mut self, name: &str) -> Outcome<At> {
        if let Some(at) = self.known.get(name) {
            return Ok(*at);
        }
        let at = self.shapes.add(Node::Any);
        self.known.insert(name.to_owned(), at);
        let node = if let Some(constant) = self.group.constants.get(name) {
            constant_node(constant)
        } else if let Some(model) = self.group.models.get(name) {
            self.model(model)?
        } else {
            return Err(format!("no model or constant `{name}`"));
        };
        self.shapes.set(at, node);
        Ok(at)
    }

    fn model(&mut self, model: &Value) -> Outcome<Node> {
        let mut object = self.object(model)?;
        let parent = text::text(model, "discriminatedParentModelName");
        if !parent.is_empty() {
            if let Some(parent) = self.group.models.get(parent) {
                for (name, property) in self.object(parent)?.properties {
                    object.properties.entry(name).or_insert(property);
                }
            }
            return Ok(Node::Object(object));
        }
        let hint = text::text(model, "typeHintIn");
        if hint.is_empty() {
            return Ok(Node::Object(object));
        }
        let name = text::text(model, "name");
        let children: Vec<(String, String)> = self
            .group
            .models
            .values()
            .filter(|child| text::text(child, "discriminatedParentModelName") == name)
            .map(|child| {
                let value = text::text(child, "discriminatedTypeValue");
                (value.to_owned(), text::text(child, "name").to_owned())
            })
            .collect();
        let mut variants = BTreeMap::new();
        for (value, child) in children {
            variants.insert(value, self.named(&child)?);
        }
        let discriminator = text::items(model, "fields")
            .find(|field| text::text(field, "name") == hint)
            .map_or(hint, |field| text::text(field, "jsonName"));
        Ok(Node::Varied(Varied {
            base: object,
            discriminator: discriminator.to_owned(),
            variants,
            optional: false,
        }))
    }

    fn object(&mut self, model: &Value) -> Outcome<Object> {
        let mut object = Object {
            name: text::text(model, "name").to_owned(),
            ..Object::default()
        };
        for field in text::items(model, "fields") {
            let definition = field.get("objectDefinition").unwrap_or(&Value::Null);
            let property = Property {
                at: self.kind(definition)?,
                required: text::flag(field, "required"),
                read_only: text::flag(field, "readOnly"),
                write_only: false,
                nullable: text::flag(definition, "nullable").then_some(true),
            };
            object
                .properties
                .insert(text::text(field, "jsonName").to_owned(), property);
        }
        if object.properties.is_empty() {
            object.others = Others::Any;
        }
        // Pandora leaves out what its own readers never need.
        if object.properties.contains_key("id") {
            for name in ["type", "name", "etag", "systemData"] {
                let at = self.shapes.add(Node::Any);
                object
                    .properties
                    .entry(name.to_owned())
                    .or_insert(Property {
                        at,
                        read_only: true,
                        ..Property::default()
                    });
            }
        }
        Ok(object)
    }
}

fn dictionary(item: At) -> Node {
    Node::Object(Object {
        others: Others::Of(item),
        ..Object::default()
    })
}

fn constant_node(constant: &Value) -> Node {
    if text::text(constant, "type") != "String" {
        return Node::Number(Number::default());
    }
    Node::OneOf(
        text::items(constant, "values")
            .map(|value| text::text(value, "value").to_owned())
            .collect(),
    )
}
