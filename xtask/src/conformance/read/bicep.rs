//! `arm-types`: the types of Bicep, with their flags.

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
        shapes::{
            At, List, Node, Number, Object, Others, Pattern, Property, Shape, Shapes, Text, Varied,
        },
        text,
    },
};

const REQUIRED: u64 = 1;
const READ_ONLY: u64 = 2;
const WRITE_ONLY: u64 = 4;

/// The resource types of a namespace and version, by name.
type ByName = Arc<BTreeMap<String, Shape>>;

/// The types by name and version, both in lower case. Files are read when a type of theirs is asked for.
#[derive(Debug)]
pub struct Types {
    files: BTreeMap<(String, String), Vec<PathBuf>>,
    read: RefCell<BTreeMap<(String, String), ByName>>,
}

impl Types {
    /// What a folder has.
    ///
    /// # Errors
    /// It cannot be read, or has nothing.
    pub fn open(folder: &Path) -> Outcome<Self> {
        let mut files: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for path in text::below(folder, "types.json")? {
            let mut above = path.iter().rev().skip(1).map(|part| part.to_string_lossy());
            if let (Some(version), Some(namespace)) = (above.next(), above.next()) {
                let key = (namespace.to_lowercase(), version.to_lowercase());
                files.entry(key).or_default().push(path);
            }
        }
        if files.is_empty() {
            return Err(format!("{}: no types.json below it", folder.display()));
        }
        Ok(Self {
            files,
            read: RefCell::default(),
        })
    }

    /// The body of a resource type in a version.
    ///
    /// # Errors
    /// A file does not parse.
    pub fn body(&self, resource_type: &str, version: &str) -> Outcome<Option<Shape>> {
        let resource_type = resource_type.to_lowercase();
        let namespace = resource_type.split('/').next().unwrap_or_default();
        let key = (namespace.to_owned(), version.to_lowercase());
        Ok(self.types(&key)?.get(&resource_type).cloned())
    }

    /// The versions that describe a type, oldest first.
    ///
    /// # Errors
    /// A file does not parse.
    pub fn versions(&self, resource_type: &str) -> Outcome<Vec<String>> {
        let resource_type = resource_type.to_lowercase();
        let namespace = resource_type.split('/').next().unwrap_or_default();
        let keys: Vec<_> = self
            .files
            .keys()
            .filter(|(found, _)| found == namespace)
            .cloned()
            .collect();
        let mut found = Vec::new();
        for key in keys {
            if self.types(&key)?.contains_key(&resource_type) {
                found.push(key.1);
            }
        }
        Ok(found)
    }

    fn types(&self, key: &(String, String)) -> Outcome<ByName> {
        if let Some(read) = self.read.borrow().get(key) {
            return Ok(Arc::clone(read));
        }
        let mut all = BTreeMap::new();
        for path in self.files.get(key).into_iter().flatten() {
            let types = read(&text::json(path)?)
                .map_err(|message| format!("{}: {message}", path.display()))?;
            all.extend(types);
        }
        let all = Arc::new(all);
        self.read.borrow_mut().insert(key.clone(), Arc::clone(&all));
        Ok(all)
    }
}

/// The resource types of one file, by name in lower case.
///
/// # Errors
/// The file is no list of types.
pub fn read(file: &Value) -> Outcome<BTreeMap<String, Shape>> {
    let list = file.as_array().ok_or("not a list of types")?;
    let mut nodes = Vec::with_capacity(list.len());
    let mut bodies = Vec::new();
    for (place, one) in list.iter().enumerate() {
        let kind = text::text(one, "$type");
        nodes.push(
            node(one, kind, list)
                .ok_or_else(|| format!("type {place} ({kind}) is not understood"))?,
        );
        if kind == "ResourceType" {
            let name = text::text(one, "name")
                .split('@')
                .next()
                .unwrap_or_default();
            let body = one
                .get("body")
                .and_then(reference)
                .ok_or_else(|| format!("`{name}` has no body"))?;
            bodies.push((name.to_lowercase(), body));
        }
    }
    for (_, body) in &bodies {
        envelope(&mut nodes, *body);
    }
    let shapes = Arc::new(Shapes::of(nodes));
    Ok(bodies
        .into_iter()
        .map(|(name, at)| {
            let shapes = Arc::clone(&shapes);
            (name, Shape { shapes, at })
        })
        .collect())
}

/// What Bicep says of every resource for its own purposes: the version is no property, and the path gives the name.
fn envelope(nodes: &mut [Node], body: At) {
    let object = match nodes.get_mut(body) {
        Some(Node::Object(object)) => object,
        Some(Node::Varied(varied)) => &mut varied.base,
        _ => return,
    };
    object.properties.remove("apiVersion");
    if let Some(name) = object.properties.get_mut("name") {
        name.required = false;
    }
}

fn reference(value: &Value) -> Option<At> {
    text::text(value, "$ref").strip_prefix("#/")?.parse().ok()
}

fn node(one: &Value, kind: &str, list: &[Value]) -> Option<Node> {
    Some(match kind {
        "AnyType" | "NullType" | "ResourceType" | "ResourceFunctionType" | "FunctionType" => {
            Node::Any
        }
        "BooleanType" => Node::Flag,
        // Bicep knows no other numbers, and writes fractions so too.
        "IntegerType" => Node::Number(Number {
            whole: false,
            min: one.get("minValue").and_then(Value::as_f64),
            max: one.get("maxValue").and_then(Value::as_f64),
        }),
        "StringType" => Node::Text(Text {
            min: text::count(one, "minLength"),
            max: text::count(one, "maxLength"),
            pattern: one.get("pattern").and_then(Value::as_str).map(Pattern::new),
        }),
        "StringLiteralType" => Node::OneOf(vec![text::text(one, "value").to_owned()]),
        "UnionType" => union(one, list)?,
        "ArrayType" => Node::List(List {
            item: reference(one.get("itemType")?)?,
            min: text::count(one, "minLength"),
            max: text::count(one, "maxLength"),
        }),
        "ObjectType" => Node::Object(object(one, "properties")?),
        "DiscriminatedObjectType" => Node::Varied(Varied {
            base: object(one, "baseProperties")?,
            discriminator: text::text(one, "discriminator").to_owned(),
            variants: text::members(one, "elements")
                .map(|(value, at)| Some((value.clone(), reference(at)?)))
                .collect::<Option<_>>()?,
            optional: false,
        }),
        _ => return None,
    })
}

/// Literals, and perhaps any string: the description lists what it knows, and so much is demanded.
fn union(one: &Value, list: &[Value]) -> Option<Node> {
    let all: Vec<At> = text::items(one, "elements")
        .map(reference)
        .collect::<Option<_>>()?;
    let kind = |at: &At| list.get(*at).map_or("", |one| text::text(one, "$type"));
    if all
        .iter()
        .all(|at| matches!(kind(at), "StringLiteralType" | "StringType"))
    {
        let values: Vec<_> = all
            .iter()
            .filter(|at| kind(at) == "StringLiteralType")
            .filter_map(|at| list.get(*at))
            .map(|one| text::text(one, "value").to_owned())
            .collect();
        if !values.is_empty() {
            return Some(Node::OneOf(values));
        }
    }
    Some(Node::Either(all))
}

fn object(one: &Value, properties: &str) -> Option<Object> {
    let properties = text::members(one, properties)
        .map(|(name, property)| {
            let flags = property.get("flags").and_then(Value::as_u64).unwrap_or(0);
            let property = Property {
                at: reference(property.get("type")?)?,
                required: flags & REQUIRED != 0,
                read_only: flags & READ_ONLY != 0,
                write_only: flags & WRITE_ONLY != 0,
                nullable: None,
            };
            Some((name.clone(), property))
        })
        .collect::<Option<_>>()?;
    let others = match one.get("additionalProperties") {
        Some(at) => Others::Of(reference(at)?),
        None => Others::None,
    };
    Some(Object {
        name: text::text(one, "name").to_owned(),
        properties,
        others,
    })
}
