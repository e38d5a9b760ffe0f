//! Values that pass from step to step, some of which do not exist yet.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::marker::PhantomData;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;

use super::error::StepError;
use super::key::Key;

/// A handle on one output of a step: made by [`Key::output`], read through [`Inputs::get`].
pub struct Output<T> {
    key: Key,
    name: &'static str,
    of: PhantomData<fn() -> T>,
}

impl<T> Output<T> {
    pub(super) fn new(key: Key, name: &'static str) -> Self {
        Self {
            key,
            name,
            of: PhantomData,
        }
    }

    /// The step that makes it.
    pub fn key(&self) -> &Key {
        &self.key
    }

    /// Its name among that step's outputs.
    pub fn name(&self) -> &'static str {
        self.name
    }
}

impl<T> Clone for Output<T> {
    fn clone(&self) -> Self {
        Self::new(self.key.clone(), self.name)
    }
}

impl<T> fmt::Debug for Output<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Output({}#{})", self.key, self.name)
    }
}

/// What a step hands to those that depend on it, by name. No secrets: outputs are kept and printed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Outputs(BTreeMap<String, Value>);

impl Outputs {
    /// No outputs.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a value under its name; null is left out, because an absent output is what "not known yet" looks like.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        let value = value.into();
        if !value.is_null() {
            self.0.insert(name.into(), value);
        }
        self
    }

    /// Adds the value of a typed handle.
    ///
    /// # Errors
    /// When the value cannot be written as JSON.
    pub fn set<T: Serialize>(&mut self, output: &Output<T>, value: &T) -> Result<(), StepError> {
        let value = serde_json::to_value(value).map_err(|e| {
            StepError::bug(format!(
                "output {}#{} is not JSON: {e}",
                output.key, output.name
            ))
        })?;
        if !value.is_null() {
            self.0.insert(output.name.to_owned(), value);
        }
        Ok(())
    }

    /// The value under a name.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// The outputs that are text, by name.
    pub fn texts(&self) -> impl Iterator<Item = (&str, &str)> {
        let all = self.0.iter();
        all.filter_map(|(name, value)| Some((name.as_str(), value.as_str()?)))
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes over the other's values; its values win.
    pub fn extend(&mut self, other: Outputs) {
        self.0.extend(other.0);
    }
}

const OPEN: char = '\u{27e6}'; // ⟦
const CLOSE: char = '\u{27e7}'; // ⟧

/// Stands in a desired document for an output that does not exist yet.
///
/// Its text is put between `⟦` and `⟧`, so that it can also stand inside a longer string (`/subscriptions/⟦…⟧/…`). The
/// comparison recognises it, the plan prints it as "known after …", and nothing that contains it is ever sent.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Placeholder {
    /// The step that will make the value.
    pub key: Key,
    /// The name of its output.
    pub name: String,
}

impl Placeholder {
    /// The placeholders in a text, in order.
    pub fn find_in(text: &str) -> Vec<Self> {
        let mut found = Vec::new();
        let mut rest = text;
        while let Some((_, after)) = rest.split_once(OPEN) {
            let Some((inner, tail)) = after.split_once(CLOSE) else {
                break;
            };
            let (key, name) = inner.rsplit_once('#').unwrap_or((inner, ""));
            found.push(Self {
                key: Key::new(key),
                name: name.to_owned(),
            });
            rest = tail;
        }
        found
    }

    /// The placeholders anywhere in a document, without repetition.
    pub fn find_in_value(value: &Value) -> BTreeSet<Self> {
        let mut found = BTreeSet::new();
        collect(value, &mut found);
        found
    }

    /// Whether a text holds one.
    pub fn is_in(text: &str) -> bool {
        text.contains(OPEN) && text.contains(CLOSE)
    }

    /// A text as a person should see it: each placeholder as `(known after <key>)`.
    pub fn readable(text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once(OPEN) {
            let Some((inner, tail)) = after.split_once(CLOSE) else {
                break;
            };
            let key = inner.rsplit_once('#').map_or(inner, |(key, _)| key);
            out.push_str(before);
            out.push_str("(known after ");
            out.push_str(key);
            out.push(')');
            rest = tail;
        }
        out.push_str(rest);
        out
    }

    /// A document as a person should see it.
    pub fn readable_value(value: &Value) -> Value {
        match value {
            Value::String(text) if Self::is_in(text) => Value::String(Self::readable(text)),
            Value::Array(items) => Value::Array(items.iter().map(Self::readable_value).collect()),
            Value::Object(map) => Value::Object(
                map.iter()
                    .map(|(k, v)| (Self::readable(k), Self::readable_value(v)))
                    .collect(),
            ),
            other => other.clone(),
        }
    }
}

impl fmt::Display for Placeholder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{OPEN}{}#{}{CLOSE}", self.key, self.name)
    }
}

fn collect(value: &Value, found: &mut BTreeSet<Placeholder>) {
    match value {
        Value::String(text) => found.extend(Placeholder::find_in(text)),
        Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
        Value::Object(map) => map.iter().for_each(|(key, item)| {
            // Keys too: `userAssignedIdentities` is a map whose keys are resource ids.
            found.extend(Placeholder::find_in(key));
            collect(item, found);
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// An input as a step sees it: known, or to be known after another step.
#[derive(Clone, Debug, PartialEq)]
pub enum Input<T> {
    /// The value.
    Known(T),
    /// It does not exist yet.
    After(Placeholder),
}

impl<T> Input<T> {
    /// The value, if it exists.
    pub fn known(self) -> Option<T> {
        match self {
            Self::Known(value) => Some(value),
            Self::After(_) => None,
        }
    }
}

impl<T: fmt::Display> fmt::Display for Input<T> {
    /// The value or the placeholder, to be put into a string field of a desired document.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Known(value) => value.fmt(f),
            Self::After(placeholder) => placeholder.fmt(f),
        }
    }
}

impl<T: Serialize> Serialize for Input<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Known(value) => value.serialize(serializer),
            Self::After(placeholder) => serializer.collect_str(placeholder),
        }
    }
}

/// What is known of a step that another one needs.
#[derive(Clone, Debug)]
pub(super) struct Dependency {
    pub(super) key: Key,
    /// `None`: it is still being looked at, so nobody can say yet whether it has outputs.
    pub(super) outputs: Option<Arc<Outputs>>,
    /// How many requests, one after the other, it took to know them.
    pub(super) depth: u32,
}

/// What a step may read: the outputs of the steps that it needs.
pub struct Inputs<'a> {
    reader: &'a Key,
    /// `None` while the graph is being built: everything may be read, and what is read becomes a dependency.
    needed: Option<Vec<Dependency>>,
    seen: Mutex<Seen>,
}

/// What was read so far.
#[derive(Debug, Default)]
struct Seen {
    keys: BTreeSet<Key>,
    /// A step that has not been looked at yet: whatever the reader concluded without it is void.
    pending: Option<Key>,
    depth: u32,
}

impl<'a> Inputs<'a> {
    pub(super) fn new(reader: &'a Key, needed: Vec<Dependency>) -> Self {
        Self {
            reader,
            needed: Some(needed),
            seen: Mutex::default(),
        }
    }

    /// Inputs that know nothing, to learn what a step reads.
    pub(super) fn discovering(reader: &'a Key) -> Self {
        Self {
            reader,
            needed: None,
            seen: Mutex::default(),
        }
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn into_reads(self) -> BTreeSet<Key> {
        self.seen
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner)
            .keys
    }

    pub(super) fn pending(&self) -> Option<Key> {
        self.seen().pending.clone()
    }

    pub(super) fn depth(&self) -> u32 {
        self.seen().depth
    }

    /// An output, or the placeholder that stands for it.
    ///
    /// # Errors
    /// When the step does not need the output's step (a bug in the step), or the output has another type. While steps
    /// are looked at, also when the output's step has not been looked at yet: hand the error on, the engine asks again.
    pub fn get<T: DeserializeOwned>(&self, output: &Output<T>) -> Result<Input<T>, StepError> {
        let placeholder = || Placeholder {
            key: output.key.clone(),
            name: output.name.to_owned(),
        };
        let Some(needed) = &self.needed else {
            self.seen().keys.insert(output.key.clone());
            return Ok(Input::After(placeholder()));
        };
        let Some(dependency) = needed.iter().find(|d| d.key == output.key) else {
            return Err(StepError::bug(format!(
                "{} reads an output of {} without needing that step",
                self.reader, output.key
            )));
        };
        let Some(outputs) = &dependency.outputs else {
            self.seen().pending = Some(output.key.clone());
            return Err(StepError::not_known_yet(placeholder()));
        };
        let mut seen = self.seen();
        seen.depth = seen.depth.max(dependency.depth);
        drop(seen);
        let Some(value) = outputs.get(output.name) else {
            return Ok(Input::After(placeholder()));
        };
        T::deserialize(value).map(Input::Known).map_err(|e| {
            StepError::bug(format!(
                "output {}#{} has another type than {} reads: {e}",
                output.key, output.name, self.reader
            ))
        })
    }

    /// An output as text for a string field: its value, or its placeholder.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    pub fn text<T: DeserializeOwned + fmt::Display>(
        &self,
        output: &Output<T>,
    ) -> Result<String, StepError> {
        Ok(self.get(output)?.to_string())
    }

    /// An output that must exist for the caller to go on.
    ///
    /// # Errors
    /// As [`get`](Self::get), and "not known yet", which the engine understands: while it observes, it takes the step
    /// for absent, because what it would stand in is absent.
    pub fn require<T: DeserializeOwned>(&self, output: &Output<T>) -> Result<T, StepError> {
        match self.get(output)? {
            Input::Known(value) => Ok(value),
            Input::After(placeholder) => Err(StepError::not_known_yet(placeholder)),
        }
    }
}

impl fmt::Debug for Inputs<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inputs")
            .field("reader", self.reader)
            .field("needed", &self.needed)
            .finish_non_exhaustive()
    }
}
