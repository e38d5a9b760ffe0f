//! A serde deserializer that does not stop at the first fault.
//!
//! It knows from the derived code which keys a table may have and which type each value must have, so it can record an
//! unknown key, a missing key or a wrong type with its place, hand over a stand-in, and go on. A model with stand-ins in it
//! is thrown away; the point of going on is the list of all faults.

use std::cell::RefCell;
use std::fmt::Display;
use std::ops::Range;

use serde::de::value::StrDeserializer;
use serde::de::{
    self, DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, SeqAccess, Visitor,
};
use serde_spanned::Spanned;
use toml::de::{DeTable, DeValue};

use super::super::problem::{Finding, Rule};
use super::locations::{Locations, join};
use super::suggest::nearest;

/// A fault from which reading could not go on. The model has no such place; it is an error and not a panic all the same.
#[derive(Debug)]
pub(super) struct Broken(pub(super) String);

impl Display for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Broken {}

impl de::Error for Broken {
    fn custom<T: Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

/// Where the faults are gathered.
#[derive(Debug)]
pub(super) struct Sink<'l> {
    locations: &'l Locations,
    found: RefCell<(Vec<Finding>, bool)>,
}

impl<'l> Sink<'l> {
    pub(super) fn new(locations: &'l Locations) -> Self {
        Self {
            locations,
            found: RefCell::new((Vec::new(), true)),
        }
    }

    /// The faults, and whether the model has no stand-ins.
    pub(super) fn into_parts(self) -> (Vec<Finding>, bool) {
        self.found.into_inner()
    }

    fn report(&self, rule: Rule, path: &str, message: String, help: String) {
        let location = self.locations.nearest(path);
        let exact = self.locations.get(path);
        let shows_value = rule != Rule::UnknownKey && exact.is_some_and(|location| location.scalar);
        let span = match exact {
            Some(location) if shows_value => location.value.clone(),
            _ => location.map_or(0..0, |location| location.key.clone()),
        };
        let mut found = self.found.borrow_mut();
        found.0.push(Finding {
            rule,
            span,
            path: path.to_owned(),
            shows_value,
            message,
            help,
        });
        // What the model does not know does not make it less whole.
        found.1 &= rule == Rule::UnknownKey;
    }
}

/// A place in the file that is to be read, or that should be there and is not.
#[derive(Clone, Debug)]
pub(super) struct Node<'a, 'i> {
    value: Value<'a, 'i>,
    path: String,
    sink: &'a Sink<'a>,
}

#[derive(Clone, Copy, Debug)]
enum Value<'a, 'i> {
    Root(&'a DeTable<'i>),
    There(&'a Spanned<DeValue<'i>>),
    Missing,
    /// Below a table that is missing: that one has been reported.
    Silent,
}

impl<'a, 'i> Node<'a, 'i> {
    pub(super) fn root(tree: &'a DeTable<'i>, sink: &'a Sink<'a>) -> Self {
        Self {
            value: Value::Root(tree),
            path: String::new(),
            sink,
        }
    }

    fn child(&self, key: &str, value: Value<'a, 'i>) -> Self {
        Self {
            value,
            path: join(&self.path, key),
            sink: self.sink,
        }
    }

    fn scalar(&self) -> Option<&'a DeValue<'i>> {
        match self.value {
            Value::There(value) => Some(value.get_ref()),
            Value::Root(_) | Value::Missing | Value::Silent => None,
        }
    }

    /// Records that something of another type stands here, or nothing.
    fn wanted(&self, expected: &str) {
        match self.value {
            Value::Silent => {}
            Value::Missing => self.sink.report(
                Rule::MissingKey,
                &self.path,
                "this key must be there and is not".to_owned(),
                format!("add it to its table: {expected}"),
            ),
            Value::Root(_) => self.mismatch("a table", expected),
            Value::There(value) => self.mismatch(describe(value.get_ref()), expected),
        }
    }

    fn mismatch(&self, found: &str, expected: &str) {
        self.sink.report(
            Rule::WrongType,
            &self.path,
            format!("this is {found}"),
            format!("expected is {expected}"),
        );
    }

    fn integer(&self, range: Range<i128>) -> u64 {
        let Some(DeValue::Integer(number)) = self.scalar() else {
            self.wanted("a whole number, without quotes");
            return 0;
        };
        let parsed = i128::from_str_radix(number.as_str(), number.radix()).ok();
        parsed
            .filter(|number| range.contains(number))
            .and_then(|number| u64::try_from(number).ok())
            .unwrap_or_else(|| {
                self.sink.report(
                    Rule::OutOfRange,
                    &self.path,
                    "this number does not fit".to_owned(),
                    format!(
                        "expected is a whole number from {} to {}",
                        range.start,
                        range.end - 1
                    ),
                );
                0
            })
    }

    fn text(&self) -> &'a str {
        match self.scalar() {
            Some(DeValue::String(text)) => text.as_ref(),
            _ => {
                self.wanted("a text in quotes");
                ""
            }
        }
    }
}

fn describe(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number with a fraction",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

macro_rules! integers {
    ($($method:ident $number:ty),*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Broken> {
            visitor.visit_u64(self.integer(0..i128::from(<$number>::MAX) + 1))
        }
    )*};
}

impl<'de> Deserializer<'de> for Node<'_, '_> {
    type Error = Broken;

    integers!(deserialize_u8 u8, deserialize_u16 u16, deserialize_u32 u32, deserialize_u64 u64);

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Broken> {
        Err(Broken(format!(
            "{}: the model does not say what stands here",
            self.path
        )))
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Broken> {
        let value = match self.scalar() {
            Some(DeValue::Boolean(value)) => *value,
            _ => {
                self.wanted("true or false, without quotes");
                false
            }
        };
        visitor.visit_bool(value)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Broken> {
        let parsed = match self.scalar() {
            Some(DeValue::Float(number)) => number.as_str().parse().ok(),
            Some(DeValue::Integer(number)) if number.radix() == 10 => number.as_str().parse().ok(),
            _ => None,
        };
        visitor.visit_f64(parsed.unwrap_or_else(|| {
            self.wanted("a number, without quotes");
            0.0
        }))
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Broken> {
        visitor.visit_str(self.text())
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Broken> {
        visitor.visit_str(self.text())
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Broken> {
        visitor.visit_str(self.text())
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Broken> {
        match self.value {
            Value::Missing | Value::Silent => visitor.visit_none(),
            Value::Root(_) | Value::There(_) => visitor.visit_some(self),
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Broken> {
        let items = match (self.value, self.scalar()) {
            (_, Some(DeValue::Array(array))) => array.iter().collect(),
            (Value::Missing | Value::Silent, _) => Vec::new(),
            _ => {
                self.wanted("a list, in [ ]");
                Vec::new()
            }
        };
        visitor.visit_seq(Items {
            parent: self,
            items: items.into_iter(),
            next: 0,
        })
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Broken> {
        let entries: Vec<_> = match (self.value, self.scalar()) {
            (Value::Root(table), _) | (_, Some(DeValue::Table(table))) => table
                .iter()
                .map(|(key, value)| {
                    (
                        key.get_ref().as_ref(),
                        self.child(key.get_ref(), Value::There(value)),
                    )
                })
                .collect(),
            (Value::Missing | Value::Silent, _) => Vec::new(),
            _ => {
                self.wanted("a table");
                Vec::new()
            }
        };
        visitor.visit_map(Entries {
            entries: entries.into_iter(),
            value: None,
        })
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Broken> {
        let table = match (self.value, self.scalar()) {
            (Value::Root(table), _) | (_, Some(DeValue::Table(table))) => Some(table),
            _ => {
                self.wanted(&format!("a table with the keys {}", fields.join(", ")));
                None
            }
        };
        for key in table
            .into_iter()
            .flat_map(|table| table.keys())
            .map(Spanned::get_ref)
        {
            if !fields.contains(&key.as_ref()) {
                let help = match nearest(key, fields.iter().copied()) {
                    Some(field) => format!("did you mean {field:?}?"),
                    None => format!("remove it; the keys here are {}", fields.join(", ")),
                };
                self.sink.report(
                    Rule::UnknownKey,
                    &join(&self.path, key),
                    "this key is not known here".to_owned(),
                    help,
                );
            }
        }
        let entries: Vec<_> = fields
            .iter()
            .map(|field| {
                let value = match table {
                    None => Value::Silent,
                    Some(table) => table.get(*field).map_or(Value::Missing, Value::There),
                };
                (*field, self.child(field, value))
            })
            .collect();
        visitor.visit_map(Entries {
            entries: entries.into_iter(),
            value: None,
        })
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Broken> {
        let first = variants.first().copied().unwrap_or_default();
        let list = variants
            .iter()
            .map(|variant| format!("{variant:?}"))
            .collect::<Vec<_>>()
            .join(" or ");
        let variant = match self.scalar() {
            Some(DeValue::String(text)) => variants
                .iter()
                .copied()
                .find(|variant| variant == text)
                .unwrap_or_else(|| {
                    let help = match nearest(text, variants.iter().copied()) {
                        Some(variant) => format!("expected is {list}; did you mean {variant:?}?"),
                        None => format!("expected is {list}"),
                    };
                    self.sink.report(
                        Rule::UnknownValue,
                        &self.path,
                        "this value is not one of the list".to_owned(),
                        help,
                    );
                    first
                }),
            _ => {
                self.wanted(&list);
                first
            }
        };
        visitor.visit_enum(IntoDeserializer::<Broken>::into_deserializer(variant))
    }

    serde::forward_to_deserialize_any! {
        i8 i16 i32 i64 i128 u128 f32 char bytes byte_buf unit unit_struct newtype_struct tuple tuple_struct ignored_any
    }
}

struct Items<'a, 'i, I> {
    parent: Node<'a, 'i>,
    items: I,
    next: usize,
}

impl<'de, 'a, 'i: 'a, I: Iterator<Item = &'a Spanned<DeValue<'i>>>> SeqAccess<'de>
    for Items<'a, 'i, I>
{
    type Error = Broken;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Broken> {
        let Some(value) = self.items.next() else {
            return Ok(None);
        };
        let path = format!("{}[{}]", self.parent.path, self.next);
        self.next += 1;
        seed.deserialize(Node {
            value: Value::There(value),
            path,
            sink: self.parent.sink,
        })
        .map(Some)
    }
}

struct Entries<'a, 'i, K, I: Iterator<Item = (K, Node<'a, 'i>)>> {
    entries: I,
    value: Option<Node<'a, 'i>>,
}

impl<'de, 'a, 'i, K: AsRef<str>, I: Iterator<Item = (K, Node<'a, 'i>)>> MapAccess<'de>
    for Entries<'a, 'i, K, I>
{
    type Error = Broken;

    fn next_key_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Broken> {
        let Some((key, value)) = self.entries.next() else {
            return Ok(None);
        };
        self.value = Some(value);
        seed.deserialize(StrDeserializer::new(key.as_ref()))
            .map(Some)
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Broken> {
        let value = self
            .value
            .take()
            .ok_or_else(|| Broken("a value was read before its key".to_owned()))?;
        seed.deserialize(value)
    }
}
