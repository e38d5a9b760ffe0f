//! `graph/openapi`: Graph's operations by module, as OpenAPI 3 in YAML.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use saphyr::{LoadableYamlNode, Scalar, Yaml};
use serde_json::{Map, Value};

use super::csdl::Metadata;
use crate::{
    Outcome,
    conformance::{
        operations::Template,
        shapes::{At, List, Node, Number, Object, Others, Property, Text},
        text,
    },
};

/// An operation of Graph, its bodies as nodes of the metadata.
#[derive(Clone, Debug)]
pub struct Described {
    /// Its name.
    pub id: String,
    /// In capitals.
    pub method: String,
    /// The path, without the namespace of actions.
    pub template: Template,
    /// Its query parameters.
    pub query: BTreeSet<String>,
    /// What is sent.
    pub request: Option<At>,
    /// What is answered.
    pub answer: Option<At>,
}

/// Reads every module of a folder.
///
/// # Errors
/// A file does not parse, or there is none.
pub fn read_all(folder: &Path, metadata: &mut Metadata) -> Outcome<Vec<Described>> {
    let mut found = Vec::new();
    for path in text::below(folder, ".yml")? {
        let read = read(&text::file(&path)?, metadata)
            .map_err(|message| format!("{}: {message}", path.display()))?;
        found.extend(read);
    }
    if found.is_empty() {
        return Err(format!("{}: no operation", folder.display()));
    }
    Ok(found)
}

/// Reads one module.
///
/// # Errors
/// It is no YAML, or refers to what is not there.
pub fn read(module: &str, metadata: &mut Metadata) -> Outcome<Vec<Described>> {
    let documents = Yaml::load_from_str(module).map_err(|error| error.to_string())?;
    let document = documents.first().map(json).unwrap_or_default();
    metadata.mark_read_only(&read_only(&document));
    let mut reader = Reader {
        document: &document,
        metadata,
        known: BTreeMap::new(),
    };
    let mut found = Vec::new();
    for (path, item) in text::members(&document, "paths") {
        for (method, operation) in item.as_object().into_iter().flatten() {
            if matches!(method.as_str(), "get" | "post" | "put" | "patch" | "delete") {
                found.push(reader.operation(path, method, operation)?);
            }
        }
    }
    Ok(found)
}

/// The properties of the types that only the service writes: by their flag, or by the words of their description.
fn read_only(document: &Value) -> BTreeSet<(String, String)> {
    let schemas = document.get("components").unwrap_or(&Value::Null);
    let mut found = BTreeSet::new();
    for (name, schema) in text::members(schemas, "schemas") {
        for part in std::iter::once(schema).chain(text::items(schema, "allOf")) {
            found.extend(
                text::members(part, "properties")
                    .filter(|(_, property)| is_read_only(property))
                    .map(|(property, _)| (name.clone(), property.clone())),
            );
        }
    }
    found
}

/// A sentence of the description that says no more than that.
fn is_read_only(property: &Value) -> bool {
    text::flag(property, "readOnly")
        || text::text(property, "description")
            .split(". ")
            .any(|sentence| {
                let sentence = sentence.trim().trim_end_matches('.').to_lowercase();
                sentence == "read-only" || sentence == "this property is read-only"
            })
}

fn json(yaml: &Yaml<'_>) -> Value {
    match yaml {
        Yaml::Value(Scalar::Boolean(flag)) => Value::Bool(*flag),
        Yaml::Value(Scalar::Integer(number)) => Value::from(*number),
        Yaml::Value(Scalar::FloatingPoint(number)) => Value::from(number.0),
        Yaml::Value(Scalar::String(text)) => Value::String(text.to_string()),
        Yaml::Sequence(items) => items.iter().map(json).collect(),
        Yaml::Mapping(members) => Value::Object(
            members
                .iter()
                .filter_map(|(name, value)| {
                    let name = match name {
                        Yaml::Value(Scalar::String(text)) => text.to_string(),
                        Yaml::Value(Scalar::Integer(number)) => number.to_string(),
                        _ => return None,
                    };
                    Some((name, json(value)))
                })
                .collect::<Map<_, _>>(),
        ),
        Yaml::Tagged(_, inner) => json(inner),
        Yaml::Value(Scalar::Null) | Yaml::Representation(..) | Yaml::Alias(_) | Yaml::BadValue => {
            Value::Null
        }
    }
}

struct Reader<'a> {
    document: &'a Value,
    metadata: &'a mut Metadata,
    known: BTreeMap<String, At>,
}

impl Reader<'_> {
    fn operation(&mut self, path: &str, method: &str, operation: &Value) -> Outcome<Described> {
        let mut query = BTreeSet::new();
        for parameter in text::items(operation, "parameters") {
            let parameter = self.follow(parameter)?;
            if text::text(&parameter, "in") == "query" {
                query.insert(text::text(&parameter, "name").to_owned());
            }
        }
        let request = match operation.get("requestBody") {
            Some(body) => {
                let body = self.follow(body)?;
                self.content(&body)?
            }
            None => None,
        };
        let mut answer = None;
        for (status, body) in text::members(operation, "responses") {
            if status.starts_with('2') && answer.is_none() {
                let body = self.follow(body)?;
                answer = self.content(&body)?;
            }
        }
        Ok(Described {
            id: text::text(operation, "operationId").to_owned(),
            method: method.to_uppercase(),
            template: Template::new(&path.replace("microsoft.graph.", "")),
            query,
            request,
            answer,
        })
    }

    fn follow(&self, value: &Value) -> Outcome<Value> {
        match value.get("$ref").and_then(Value::as_str) {
            Some(reference) => {
                let pointer = reference.trim_start_matches('#');
                self.document
                    .pointer(pointer)
                    .cloned()
                    .ok_or_else(|| format!("nothing at {pointer}"))
            }
            None => Ok(value.clone()),
        }
    }

    fn content(&mut self, body: &Value) -> Outcome<Option<At>> {
        let schema = body
            .get("content")
            .and_then(|content| content.get("application/json"))
            .and_then(|json| json.get("schema"))
            .cloned();
        schema.map(|schema| self.schema(&schema)).transpose()
    }

    fn schema(&mut self, schema: &Value) -> Outcome<At> {
        if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
            let name = reference.rsplit('/').next().unwrap_or_default().to_owned();
            // The metadata is newer than the modules: what it has comes from there.
            if let Some(at) = self
                .metadata
                .named
                .get(&name)
                .or_else(|| self.known.get(&name))
            {
                return Ok(*at);
            }
            let at = self.metadata.shapes.add(Node::Any);
            self.known.insert(name, at);
            let followed = self.follow(schema)?;
            let inner = self.schema(&followed)?;
            self.metadata.shapes.set(at, Node::Same(inner));
            return Ok(at);
        }
        let either: Vec<_> = ["anyOf", "oneOf"]
            .iter()
            .flat_map(|name| text::items(schema, name))
            .filter(|one| {
                one.get("$ref").is_some()
                    || one.get("type").and_then(Value::as_str) != Some("object")
            })
            .cloned()
            .collect();
        let node = match either.as_slice() {
            [] => self.node(schema)?,
            [only] => return self.schema(only),
            several => {
                let all = several
                    .iter()
                    .map(|one| self.schema(one))
                    .collect::<Outcome<_>>()?;
                Node::Either(all)
            }
        };
        Ok(self.metadata.shapes.add(node))
    }

    fn node(&mut self, schema: &Value) -> Outcome<Node> {
        Ok(match text::text(schema, "type") {
            "boolean" => Node::Flag,
            "integer" => Node::Number(Number {
                whole: true,
                ..Number::default()
            }),
            "number" => Node::Number(Number::default()),
            "string" => Node::Text(Text::default()),
            "array" => {
                let item = match schema.get("items") {
                    Some(items) => self.schema(items)?,
                    None => self.metadata.shapes.add(Node::Any),
                };
                Node::List(List {
                    item,
                    min: None,
                    max: None,
                })
            }
            _ if schema.get("properties").is_some() => {
                let mut object = Object {
                    name: text::text(schema, "title").to_owned(),
                    others: Others::None,
                    ..Object::default()
                };
                for (name, property) in text::members(schema, "properties") {
                    let at = self.schema(property)?;
                    let nullable = Some(
                        text::flag(property, "nullable")
                            || property.get("$ref").is_some()
                            || property.get("anyOf").is_some(),
                    );
                    object.properties.insert(
                        name.clone(),
                        Property {
                            at,
                            nullable,
                            read_only: is_read_only(property),
                            ..Property::default()
                        },
                    );
                }
                Node::Object(object)
            }
            _ => Node::Any,
        })
    }
}
