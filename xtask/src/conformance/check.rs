//! A document against a description.

use serde_json::{Map, Value};

use super::shapes::{At, List, Node, Number, Object, Others, Shape, Shapes, Text, Varied};

/// What is said of a property that is sent and only read.
pub const READ_ONLY: &str = "only the service writes it, and it was sent";

/// Which way a document goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// To the service, whole.
    Request,
    /// To the service, as a change to what is there: nothing is required, and null removes.
    Change,
    /// From the service.
    Answer,
}

/// What a document has that its description does not say, or the other way round.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Disagreement {
    /// Where, with the places of lists.
    pub path: String,
    /// What.
    pub says: String,
}

/// Compares a document with what its description says.
#[must_use]
pub fn check(shape: &Shape, document: &Value, way: Way) -> Vec<Disagreement> {
    let mut checker = Checker {
        shapes: &shape.shapes,
        way,
        found: Vec::new(),
    };
    checker.value(shape.at, document, &mut String::new());
    checker.found
}

struct Checker<'a> {
    shapes: &'a Shapes,
    way: Way,
    found: Vec<Disagreement>,
}

impl Checker<'_> {
    fn says(&mut self, path: &str, says: impl Into<String>) {
        self.found.push(Disagreement {
            path: path.to_owned(),
            says: says.into(),
        });
    }

    fn value(&mut self, at: At, value: &Value, path: &mut String) {
        match (self.shapes.node(at).clone(), value) {
            (Node::Any, _) | (Node::Flag, Value::Bool(_)) => {}
            (Node::Number(number), Value::Number(found)) => {
                self.number(number, found.as_f64().unwrap_or_default(), path);
            }
            (Node::Text(text), Value::String(found)) => self.text(&text, found, path),
            (Node::OneOf(values), Value::String(found)) => self.one_of(&values, found, path),
            (Node::List(list), Value::Array(items)) => self.list(list, items, path),
            (Node::Object(object), Value::Object(members)) => self.object(&object, members, path),
            (Node::Varied(varied), Value::Object(members)) => self.varied(&varied, members, path),
            (Node::Either(all), _) => self.either(&all, value, path),
            (node, _) => {
                let says = format!("{} where {} is described", kind(value), described(&node));
                self.says(path, says);
            }
        }
    }

    fn number(&mut self, number: Number, found: f64, path: &str) {
        if number.whole && found.fract() != 0.0 {
            self.says(path, format!("{found} is no whole number"));
        }
        if number.min.is_some_and(|min| found < min) || number.max.is_some_and(|max| found > max) {
            let (min, max) = (number.min, number.max);
            self.says(path, format!("{found} is not between {min:?} and {max:?}"));
        }
    }

    fn text(&mut self, text: &Text, found: &str, path: &str) {
        let length = found.chars().count();
        if text.min.is_some_and(|min| length < min) || text.max.is_some_and(|max| length > max) {
            let (min, max) = (text.min, text.max);
            let says = format!("{length} characters are not between {min:?} and {max:?}");
            self.says(path, says);
        }
        if let Some(pattern) = &text.pattern
            && !pattern.fits(found)
        {
            let says = format!("`{found}` has not the form {}", pattern.written);
            self.says(path, says);
        }
    }

    fn one_of(&mut self, values: &[String], found: &str, path: &str) {
        if !values.iter().any(|value| value.eq_ignore_ascii_case(found)) {
            self.says(path, format!("`{found}` is none of {}", values.join(", ")));
        }
    }

    fn list(&mut self, list: List, items: &[Value], path: &mut String) {
        let length = items.len();
        if list.min.is_some_and(|min| length < min) || list.max.is_some_and(|max| length > max) {
            let (min, max) = (list.min, list.max);
            self.says(
                path,
                format!("{length} items are not between {min:?} and {max:?}"),
            );
        }
        let end = path.len();
        for (place, item) in items.iter().enumerate() {
            path.push_str(&format!("[{place}]"));
            self.value(list.item, item, path);
            path.truncate(end);
        }
    }

    fn varied(&mut self, varied: &Varied, members: &Map<String, Value>, path: &str) {
        let Some(Value::String(told)) = members.get(&varied.discriminator) else {
            if varied.optional {
                self.object(&varied.base, members, path);
            } else {
                let says = format!(
                    "`{}`, which tells variants apart, is missing",
                    varied.discriminator
                );
                self.says(path, says);
            }
            return;
        };
        let variant = varied
            .variants
            .iter()
            .find(|(value, _)| value.eq_ignore_ascii_case(told));
        let Some((_, variant)) = variant else {
            let known: Vec<_> = varied.variants.keys().map(String::as_str).collect();
            let says = format!("`{told}` is none of {}", known.join(", "));
            self.says(&join(path, &varied.discriminator), says);
            return;
        };
        match self.shapes.node(*variant).clone() {
            Node::Object(mut object) => {
                for (name, property) in &varied.base.properties {
                    object.properties.entry(name.clone()).or_insert(*property);
                }
                self.object(&object, members, path);
            }
            _ => self.value(
                *variant,
                &Value::Object(members.clone()),
                &mut path.to_owned(),
            ),
        }
    }

    fn either(&mut self, all: &[At], value: &Value, path: &mut String) {
        let before = self.found.len();
        let mut least: Option<Vec<Disagreement>> = None;
        for one in all {
            self.value(*one, value, path);
            let found = self.found.split_off(before);
            if found.is_empty() {
                return;
            }
            if least.as_ref().is_none_or(|least| found.len() < least.len()) {
                least = Some(found);
            }
        }
        self.found.extend(least.unwrap_or_default());
    }

    fn object(&mut self, object: &Object, members: &Map<String, Value>, path: &str) {
        for (name, property) in &object.properties {
            let there = members.get(name).is_some_and(|value| !value.is_null());
            let expected = match self.way {
                Way::Request => property.required && !property.read_only,
                Way::Change => false,
                Way::Answer => property.required && !property.write_only,
            };
            if expected && !there {
                self.says(&join(path, name), "required, and missing");
            }
        }
        for (name, value) in members {
            // Control information of OData, links instead of values, and directory extensions.
            if name.contains("@odata.") || name.starts_with("extension_") {
                continue;
            }
            let inner = join(path, name);
            let Some(property) = object.properties.get(name) else {
                self.other(object, value, inner);
                continue;
            };
            if value.is_null() {
                self.null(property.nullable, &inner);
                continue;
            }
            if self.way != Way::Answer && property.read_only {
                self.says(&inner, READ_ONLY);
            } else if self.way == Way::Answer && property.write_only {
                self.says(
                    &inner,
                    "never answered by the description, and it was answered",
                );
            } else {
                let mut inner = inner;
                self.value(property.at, value, &mut inner);
            }
        }
    }

    fn other(&mut self, object: &Object, value: &Value, mut path: String) {
        match object.others {
            Others::Any => {}
            Others::Of(_) if value.is_null() => {}
            Others::Of(at) => self.value(at, value, &mut path),
            Others::None => {
                let says = format!("not described for `{}`", object.name);
                self.says(&path, says);
            }
        }
    }

    fn null(&mut self, nullable: Option<bool>, path: &str) {
        let taken = match (nullable, self.way) {
            (Some(nullable), _) => nullable,
            // Services answer null for what is absent, and take it in a change for what is to go.
            (None, Way::Answer | Way::Change) => true,
            (None, Way::Request) => false,
        };
        if !taken {
            self.says(path, "null");
        }
    }
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}.{name}")
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a flag",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

fn described(node: &Node) -> &'static str {
    match node {
        Node::Flag => "a flag",
        Node::Number(_) => "a number",
        Node::Text(_) | Node::OneOf(_) => "a string",
        Node::List(_) => "a list",
        Node::Object(_) | Node::Varied(_) => "an object",
        Node::Any | Node::Either(_) | Node::Same(_) => "something else",
    }
}
