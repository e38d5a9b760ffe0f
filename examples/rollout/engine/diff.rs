//! The difference between what is wanted and what is there.

use std::collections::HashMap;

use serde::Serialize;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::key::Key;
use super::normal;
use super::rules::{DiffRules, Rule};
use super::values::Placeholder;

/// One field that differs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FieldChange {
    /// Where, for a person: `properties.subnets[hp2-apps].properties.addressPrefix`.
    pub path: String,
    /// What is there; null when it is absent.
    pub old: Value,
    /// What is wanted; null when it must go.
    pub new: Value,
    /// The service cannot change it on an existing resource.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub immutable: bool,
    /// The wanted value is known only when these steps are done.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub after: Vec<Key>,
}

/// What stands in the plan for a value that must not be shown.
const HIDDEN: &str = "(sensitive)";

/// The fields of `desired` that `observed` does not have as wanted; empty when there is nothing to do.
pub fn diff(desired: &Value, observed: &Value, rules: &DiffRules) -> Vec<FieldChange> {
    let mut walk = Walk {
        rules,
        path: Vec::new(),
        shown: String::new(),
        immutable: 0,
        sensitive: 0,
        changes: Vec::new(),
    };
    walk.compare(desired, Some(observed));
    walk.changes
}

/// A document as the plan may show it: sensitive values hidden, placeholders readable.
pub(super) fn showable(desired: &Value, rules: &DiffRules) -> Value {
    Placeholder::readable_value(&hide(desired, rules, &mut Vec::new()))
}

/// A fingerprint of a document that does not depend on the order of its properties and holds nothing sensitive.
pub(super) fn digest(desired: &Value, rules: &DiffRules) -> String {
    let mut text = String::new();
    canonical(&hide(desired, rules, &mut Vec::new()), &mut text);
    let hash = Sha256::digest(text.as_bytes());
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn hide(value: &Value, rules: &DiffRules, path: &mut Vec<String>) -> Value {
    if rules.at(path).any(|rule| matches!(rule, Rule::Sensitive)) {
        return Value::String(HIDDEN.to_owned());
    }
    let mut below = |segment: String, value: &Value| {
        path.push(segment);
        let hidden = hide(value, rules, path);
        path.pop();
        hidden
    };
    match value {
        Value::Object(map) => Value::Object(
            map.iter()
                .map(|(key, item)| (key.clone(), below(key.clone(), item)))
                .collect(),
        ),
        Value::Array(items) => Value::Array(
            items
                .iter()
                .enumerate()
                .map(|(index, item)| below(index.to_string(), item))
                .collect(),
        ),
        scalar => scalar.clone(),
    }
}

fn canonical(value: &Value, out: &mut String) {
    match value {
        Value::Object(map) => {
            let mut keys: Vec<&String> = map.keys().collect();
            keys.sort();
            out.push('{');
            for key in keys {
                out.push_str(&Value::String(key.clone()).to_string());
                out.push(':');
                canonical(map.get(key).unwrap_or(&Value::Null), out);
                out.push(',');
            }
            out.push('}');
        }
        Value::Array(items) => {
            out.push('[');
            for item in items {
                canonical(item, out);
                out.push(',');
            }
            out.push(']');
        }
        scalar => out.push_str(&scalar.to_string()),
    }
}

struct Walk<'r> {
    rules: &'r DiffRules,
    path: Vec<String>,
    /// The path as a person reads it; `path` as the rules match it.
    shown: String,
    /// How many enclosing values are immutable.
    immutable: u32,
    sensitive: u32,
    changes: Vec<FieldChange>,
}

/// The rules that hold at one path.
#[derive(Default)]
struct Here {
    ignore_case: bool,
    not_owned: bool,
    immutable: bool,
    unordered: bool,
    keyed_by: Option<String>,
    open: bool,
    closed: bool,
    empty_is_absent: bool,
    numeric: bool,
    sensitive: bool,
    equal_by: Option<fn(&Value, &Value) -> bool>,
}

impl Walk<'_> {
    fn here(&self) -> Here {
        let mut here = Here::default();
        for rule in self.rules.at(&self.path) {
            match rule {
                Rule::IgnoreCase => here.ignore_case = true,
                Rule::NotOwned => here.not_owned = true,
                Rule::Immutable => here.immutable = true,
                Rule::Unordered => here.unordered = true,
                Rule::KeyedBy(field) => here.keyed_by = Some(field.clone()),
                Rule::Open => here.open = true,
                Rule::Closed => here.closed = true,
                Rule::EmptyIsAbsent => here.empty_is_absent = true,
                Rule::Numeric => here.numeric = true,
                Rule::Sensitive => here.sensitive = true,
                Rule::EqualBy(equal) => here.equal_by = Some(*equal),
            }
        }
        here
    }

    fn compare(&mut self, desired: &Value, observed: Option<&Value>) {
        let here = self.here();
        if here.not_owned {
            return;
        }
        self.immutable += u32::from(here.immutable);
        self.sensitive += u32::from(here.sensitive);
        self.compare_owned(&here, desired, observed.filter(|value| !value.is_null()));
        self.immutable -= u32::from(here.immutable);
        self.sensitive -= u32::from(here.sensitive);
    }

    fn compare_owned(&mut self, here: &Here, desired: &Value, observed: Option<&Value>) {
        if here.empty_is_absent && is_empty(desired) && observed.is_none_or(is_empty) {
            return;
        }
        let Some(observed) = observed else {
            if !desired.is_null() {
                self.changed(desired, &Value::Null);
            }
            return;
        };
        if let Some(equal) = here.equal_by {
            if !equal(desired, observed) {
                self.changed(desired, observed);
            }
            return;
        }
        match (desired, observed) {
            (Value::Object(desired), Value::Object(observed)) => {
                self.objects(here, desired, observed);
            }
            (Value::Array(desired_items), Value::Array(observed_items)) => {
                if let Some(field) = &here.keyed_by {
                    self.keyed(here, field, desired_items, observed_items);
                } else {
                    self.arrays(here, desired, desired_items, observed_items);
                }
            }
            _ => {
                let last = self.path.last().map_or("", String::as_str);
                let equal = normal::scalars_equal(desired, observed, last)
                    || (here.ignore_case && normal::texts_equal_ignoring_case(desired, observed))
                    || (here.numeric && normal::numbers_equal(desired, observed));
                if !equal {
                    self.changed(desired, observed);
                }
            }
        }
    }

    fn objects(
        &mut self,
        here: &Here,
        desired: &Map<String, Value>,
        observed: &Map<String, Value>,
    ) {
        for (key, value) in desired {
            let found = observed
                .get(key)
                .or_else(|| normal::get_by_resource_id(observed, key));
            self.below(key.clone(), &property(&self.shown, key), |walk| {
                walk.compare(value, found);
            });
        }
        if here.closed {
            for (key, value) in observed {
                let wanted =
                    desired.contains_key(key) || normal::get_by_resource_id(desired, key).is_some();
                if !wanted && !value.is_null() {
                    self.extra(key.clone(), &property(&self.shown, key), value);
                }
            }
        }
    }

    fn keyed(&mut self, here: &Here, field: &str, desired: &[Value], observed: &[Value]) {
        let mut there: HashMap<String, &Value> = observed
            .iter()
            .map(|item| (element_key(item, field), item))
            .collect();
        for item in desired {
            let key = element_key(item, field);
            let found = there.remove(&key);
            let shown = format!("{}[{}]", self.shown, element_name(item, field));
            self.below(key, &shown, |walk| walk.compare(item, found));
        }
        if !here.open {
            // In the service's order, so that the plan is stable.
            for item in observed {
                let key = element_key(item, field);
                if there.remove(&key).is_some() {
                    let shown = format!("{}[{}]", self.shown, element_name(item, field));
                    self.extra(key, &shown, item);
                }
            }
        }
    }

    fn arrays(&mut self, here: &Here, whole: &Value, desired: &[Value], observed: &[Value]) {
        let same_length = desired.len() == observed.len();
        if here.unordered || here.open {
            let mut left: Vec<&Value> = observed.iter().collect();
            let all_found = desired.iter().all(|wanted| {
                let position = left
                    .iter()
                    .position(|item| self.equal_element(wanted, item));
                position.map(|index| left.swap_remove(index)).is_some()
            });
            if !all_found || !(same_length || here.open) {
                self.changed(whole, &Value::Array(observed.to_vec()));
            }
        } else if same_length {
            for (index, (wanted, item)) in desired.iter().zip(observed).enumerate() {
                let shown = format!("{}[{index}]", self.shown);
                self.below(index.to_string(), &shown, |walk| {
                    walk.compare(wanted, Some(item));
                });
            }
        } else {
            self.changed(whole, &Value::Array(observed.to_vec()));
        }
    }

    fn equal_element(&self, desired: &Value, observed: &Value) -> bool {
        let mut path = self.path.clone();
        path.push("*".to_owned());
        let mut walk = Walk {
            rules: self.rules,
            path,
            shown: String::new(),
            immutable: 0,
            sensitive: 0,
            changes: Vec::new(),
        };
        walk.compare(desired, Some(observed));
        walk.changes.is_empty()
    }

    fn extra(&mut self, segment: String, shown: &str, observed: &Value) {
        self.below(segment, shown, |walk| {
            let here = walk.here();
            let nothing = here.empty_is_absent && is_empty(observed);
            if !(here.not_owned || nothing) {
                walk.changed(&Value::Null, observed);
            }
        });
    }

    fn below(&mut self, segment: String, shown: &str, inner: impl FnOnce(&mut Self)) {
        self.path.push(segment);
        let above = std::mem::replace(&mut self.shown, shown.to_owned());
        inner(self);
        self.shown = above;
        self.path.pop();
    }

    fn changed(&mut self, desired: &Value, observed: &Value) {
        let mut after: Vec<Key> = Placeholder::find_in_value(desired)
            .into_iter()
            .map(|placeholder| placeholder.key)
            .collect();
        after.dedup();
        // An unknown property name is part of the wanted value too: `userAssignedIdentities` is keyed by id.
        for placeholder in Placeholder::find_in(&self.shown) {
            if !after.contains(&placeholder.key) {
                after.push(placeholder.key);
            }
        }
        let show = |value: &Value| {
            if self.sensitive > 0 && !value.is_null() {
                Value::String(HIDDEN.to_owned())
            } else {
                Placeholder::readable_value(&hide(value, self.rules, &mut self.path.clone()))
            }
        };
        self.changes.push(FieldChange {
            path: Placeholder::readable(&self.shown),
            old: show(observed),
            new: show(desired),
            // What is not known may turn out to be what is there.
            immutable: self.immutable > 0 && after.is_empty(),
            after,
        });
    }
}

fn property(above: &str, key: &str) -> String {
    let plain = !key.is_empty()
        && key
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "_-@$".contains(c));
    match (above.is_empty(), plain) {
        (true, true) => key.to_owned(),
        (false, true) => format!("{above}.{key}"),
        (_, false) => format!("{above}[{key}]"),
    }
}

fn element_name(item: &Value, field: &str) -> String {
    match item.get(field) {
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => String::new(),
    }
}

fn element_key(item: &Value, field: &str) -> String {
    element_name(item, field).to_lowercase()
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(map) => map.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}
