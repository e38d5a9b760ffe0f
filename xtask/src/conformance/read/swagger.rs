//! `arm/specification` and its index: Swagger 2.0 with Azure's extensions.

use std::{
    cell::RefCell,
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
};

use serde_json::Value;

use crate::{
    Outcome,
    conformance::{
        operations::{Bodies, Catalogue, Operation, Template},
        shapes::{
            At, List, Node, Number, Object, Others, Pattern, Property, Shape, Shapes, Text, Varied,
        },
        text,
    },
};

/// An example of an operation, by the index.
#[derive(Clone, Debug)]
pub struct Example {
    /// The operation.
    pub operation: String,
    /// Its method, in capitals.
    pub method: String,
    /// Its path, with names.
    pub path: String,
    /// The file, below the folder.
    pub file: String,
}

/// The index: adds its operations, and gives its examples.
///
/// # Errors
/// A line does not parse, or there is none.
pub fn read_index(folder: &Path, into: &mut Catalogue) -> Outcome<Vec<Example>> {
    let path = folder.join("INDEX.jsonl");
    let index = text::file(&path)?;
    let mut examples = Vec::new();
    for (line, written) in index.lines().enumerate() {
        let entry: Value = serde_json::from_str(written)
            .map_err(|error| format!("{}:{}: {error}", path.display(), line + 1))?;
        let operation = operation(folder, &entry);
        for example in text::items(&entry, "examples") {
            examples.push(Example {
                operation: operation.id.clone(),
                method: operation.method.clone(),
                path: operation.template.written.clone(),
                file: text::text(example, "file").to_owned(),
            });
        }
        into.add(operation);
    }
    if into.is_empty() {
        return Err(format!("{}: no operation", path.display()));
    }
    Ok(examples)
}

fn operation(folder: &Path, entry: &Value) -> Operation {
    let statuses = text::items(entry, "status")
        .filter_map(Value::as_str)
        .filter_map(|status| status.parse().ok())
        .collect();
    let query = text::items(entry, "params")
        .filter(|parameter| parameter.get(1).and_then(Value::as_str) == Some("query"))
        .filter_map(|parameter| {
            let name = parameter.get(0)?.as_str()?;
            let required = parameter
                .get(2)
                .and_then(Value::as_bool)
                .unwrap_or_default();
            Some((name.to_owned(), required))
        })
        .collect();
    let path = text::text(entry, "path");
    Operation {
        id: text::text(entry, "operationId").to_owned(),
        method: text::text(entry, "method").to_uppercase(),
        template: Template::new(path),
        version: text::text(entry, "api_version").to_lowercase(),
        statuses,
        long_running: text::flag(entry, "lro"),
        query,
        bodies: Bodies::Swagger {
            file: folder.join(text::text(entry, "spec")),
            path: path.to_owned(),
        },
    }
}

/// The files, each read when it is first needed.
#[derive(Debug, Default)]
pub struct Files {
    read: RefCell<BTreeMap<PathBuf, Arc<Value>>>,
}

impl Files {
    /// What an operation takes, and what it answers with a status.
    ///
    /// # Errors
    /// A file cannot be read, or refers to what is not there.
    pub fn bodies(
        &self,
        file: &Path,
        path: &str,
        method: &str,
        status: u16,
    ) -> Outcome<(Option<Shape>, Option<Shape>)> {
        let document = self.document(file)?;
        let found = ["paths", "x-ms-paths"]
            .iter()
            .find_map(|kind| document.get(*kind)?.get(path));
        let item = found.ok_or_else(|| format!("{}: no path `{path}`", file.display()))?;
        let operation = item
            .get(method.to_lowercase())
            .ok_or_else(|| format!("{}: no {method} of `{path}`", file.display()))?;
        let mut reader = Reader::new(self);
        let mut request = None;
        for parameter in text::items(item, "parameters").chain(text::items(operation, "parameters"))
        {
            let (file, parameter) = self.follow(file, parameter)?;
            if text::text(&parameter, "in") == "body"
                && let Some(schema) = parameter.get("schema")
            {
                request = Some(reader.schema(&file, schema)?);
            }
        }
        let answer = operation
            .get("responses")
            .and_then(|responses| responses.get(status.to_string()));
        let answer = match answer {
            Some(answer) => {
                let (file, answer) = self.follow(file, answer)?;
                let schema = answer.get("schema");
                schema
                    .map(|schema| reader.schema(&file, schema))
                    .transpose()?
            }
            None => None,
        };
        let shapes = Arc::new(reader.shapes);
        let shape = |at: Option<At>| {
            at.map(|at| Shape {
                shapes: Arc::clone(&shapes),
                at,
            })
        };
        Ok((shape(request), shape(answer)))
    }

    fn document(&self, path: &Path) -> Outcome<Arc<Value>> {
        if let Some(document) = self.read.borrow().get(path) {
            return Ok(Arc::clone(document));
        }
        let document = Arc::new(text::json(path)?);
        self.read
            .borrow_mut()
            .insert(path.to_owned(), Arc::clone(&document));
        Ok(document)
    }

    /// What a reference leads to, and the file in which that stands.
    fn follow(&self, file: &Path, value: &Value) -> Outcome<(PathBuf, Value)> {
        let mut file = file.to_owned();
        let mut value = value.clone();
        for _ in 0..16 {
            let Some(reference) = value.get("$ref").and_then(Value::as_str) else {
                break;
            };
            let (path, pointer) = place(&file, reference);
            let document = self.document(&path)?;
            value = document
                .pointer(&pointer)
                .cloned()
                .ok_or_else(|| format!("{}: nothing at {pointer}", path.display()))?;
            file = path;
        }
        Ok((file, value))
    }
}

/// The file and the pointer of a reference.
fn place(file: &Path, reference: &str) -> (PathBuf, String) {
    let (other, pointer) = reference.split_once('#').unwrap_or((reference, ""));
    let mut path = file.to_owned();
    if !other.is_empty() {
        path.pop();
        for part in other.split('/') {
            match part {
                "." | "" => {}
                ".." => {
                    path.pop();
                }
                part => path.push(part),
            }
        }
    }
    (path, pointer.to_owned())
}

struct Reader<'a> {
    files: &'a Files,
    shapes: Shapes,
    known: BTreeMap<(PathBuf, String), At>,
}

impl<'a> Reader<'a> {
    fn new(files: &'a Files) -> Self {
        Self {
            files,
            shapes: Shapes::default(),
            known: BTreeMap::new(),
        }
    }

    fn schema(&mut self, file: &Path, schema: &Value) -> Outcome<At> {
        let Some(reference) = schema.get("$ref").and_then(Value::as_str) else {
            let node = self.node(file, schema)?;
            return Ok(self.shapes.add(node));
        };
        let key = place(file, reference);
        if let Some(at) = self.known.get(&key) {
            return Ok(*at);
        }
        let at = self.shapes.add(Node::Any);
        self.known.insert(key.clone(), at);
        let (found_in, found) = self.files.follow(file, schema)?;
        let mut node = self.node(&found_in, &found)?;
        if let Node::Object(object) = &mut node {
            object.name = key.1.rsplit('/').next().unwrap_or_default().to_owned();
            if let Some(discriminator) = found.get("discriminator").and_then(Value::as_str) {
                let base = std::mem::take(object);
                let variants = self.variants(&found_in, &key.1)?;
                node = Node::Varied(Varied {
                    base,
                    discriminator: discriminator.to_owned(),
                    variants,
                    optional: false,
                });
            }
        }
        self.shapes.set(at, node);
        Ok(at)
    }

    /// The definitions of the same file that extend one, by the value that tells them apart.
    fn variants(&mut self, file: &Path, pointer: &str) -> Outcome<BTreeMap<String, At>> {
        let document = self.files.document(file)?;
        let mut variants = BTreeMap::new();
        for (name, definition) in text::members(&document, "definitions") {
            let extends = text::items(definition, "allOf")
                .any(|base| text::text(base, "$ref").ends_with(pointer));
            if !extends {
                continue;
            }
            let value = match text::text(definition, "x-ms-discriminator-value") {
                "" => name.as_str(),
                value => value,
            };
            let node = self.node(file, definition)?;
            variants.insert(value.to_owned(), self.shapes.add(node));
        }
        Ok(variants)
    }

    fn node(&mut self, file: &Path, schema: &Value) -> Outcome<Node> {
        if let Some(values) = schema.get("enum").and_then(Value::as_array) {
            let values: Vec<String> = values
                .iter()
                .filter_map(Value::as_str)
                .map(str::to_owned)
                .collect();
            if !values.is_empty() {
                return Ok(Node::OneOf(values));
            }
        }
        let is_object = ["properties", "allOf", "additionalProperties"]
            .iter()
            .any(|name| schema.get(*name).is_some());
        if is_object {
            let mut object = Object::default();
            self.object(file, schema, &mut object)?;
            return Ok(Node::Object(object));
        }
        let number = Number {
            whole: text::text(schema, "type") == "integer",
            min: schema.get("minimum").and_then(Value::as_f64),
            max: schema.get("maximum").and_then(Value::as_f64),
        };
        Ok(match text::text(schema, "type") {
            "boolean" => Node::Flag,
            "integer" | "number" => Node::Number(number),
            "string" => Node::Text(Text {
                min: text::count(schema, "minLength"),
                max: text::count(schema, "maxLength"),
                pattern: schema
                    .get("pattern")
                    .and_then(Value::as_str)
                    .map(Pattern::new),
            }),
            "array" => {
                let item = match schema.get("items") {
                    Some(items) => self.schema(file, items)?,
                    None => self.shapes.add(Node::Any),
                };
                Node::List(List {
                    item,
                    min: text::count(schema, "minItems"),
                    max: text::count(schema, "maxItems"),
                })
            }
            _ => Node::Any,
        })
    }

    /// Puts what a schema and those that it extends say into one object.
    fn object(&mut self, file: &Path, schema: &Value, into: &mut Object) -> Outcome {
        for base in text::items(schema, "allOf") {
            let (file, base) = self.files.follow(file, base)?;
            self.object(&file, &base, into)?;
        }
        for (name, property) in text::members(schema, "properties") {
            let at = self.schema(file, property)?;
            let own: Vec<_> = text::items(property, "x-ms-mutability")
                .filter_map(Value::as_str)
                .collect();
            let (_, followed) = self.files.follow(file, property)?;
            let read_only = text::flag(property, "readOnly")
                || text::flag(&followed, "readOnly")
                || own == ["read"];
            let write_only = !own.is_empty() && !own.contains(&"read");
            let nullable = text::flag(property, "x-nullable").then_some(true);
            into.properties.insert(
                name.clone(),
                Property {
                    at,
                    required: false,
                    read_only,
                    write_only,
                    nullable,
                },
            );
        }
        for required in text::items(schema, "required").filter_map(Value::as_str) {
            if let Some(property) = into.properties.get_mut(required) {
                property.required = true;
            }
        }
        match schema.get("additionalProperties") {
            Some(Value::Bool(false)) | None => {}
            Some(Value::Object(others)) if !others.is_empty() => {
                let at = self.schema(file, &Value::Object(others.clone()))?;
                into.others = Others::Of(at);
            }
            Some(_) => into.others = Others::Any,
        }
        Ok(())
    }
}
