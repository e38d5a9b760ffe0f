//! Operations, and how the one that a request asks for is found.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};

use super::shapes::Shape;

/// One operation of a description.
#[derive(Clone, Debug)]
pub struct Operation {
    /// Its name there.
    pub id: String,
    /// The method, in capitals.
    pub method: String,
    /// The path.
    pub template: Template,
    /// The version of the interface, in lower case; empty for Graph.
    pub version: String,
    /// The statuses described.
    pub statuses: BTreeSet<u16>,
    /// Whether it may go on after its first answer.
    pub long_running: bool,
    /// Its query parameters, and whether they are required.
    pub query: BTreeMap<String, bool>,
    /// Where its bodies are described.
    pub bodies: Bodies,
}

/// What an operation's bodies are like.
#[derive(Clone, Debug)]
pub enum Bodies {
    /// As described here.
    Known {
        /// What is sent.
        request: Option<Shape>,
        /// What is answered.
        answer: Option<Shape>,
    },
    /// In a Swagger file, which is read when it is needed.
    Swagger {
        /// The file.
        file: PathBuf,
        /// The path as the file writes it.
        path: String,
    },
}

/// A path with names in place of values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    /// As written.
    pub written: String,
    parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Fixed(String),
    Named,
    /// A scope: any number of segments.
    Scope,
}

impl Template {
    /// Reads a path such as `/subscriptions/{subscriptionId}/resourceGroups`.
    ///
    /// A name that begins the path stands for a scope of any depth, because every other path begins with a word.
    #[must_use]
    pub fn new(written: &str) -> Self {
        let mut parts: Vec<Part> = segments(written)
            .map(|part| {
                if part.starts_with('{') && part.ends_with('}') {
                    Part::Named
                } else {
                    Part::Fixed(part.to_lowercase())
                }
            })
            .collect();
        if let Some(first @ Part::Named) = parts.first_mut() {
            *first = Part::Scope;
        }
        Self {
            written: written.to_owned(),
            parts,
        }
    }

    /// How well a path fits: the more words, the better. `None` where it does not.
    #[must_use]
    pub fn fits(&self, path: &[&str]) -> Option<usize> {
        let (parts, path) = match self.parts.split_first() {
            Some((Part::Scope, rest)) => {
                let skipped = path.len().checked_sub(rest.len())?;
                (rest, path.get(skipped..)?)
            }
            _ => (&self.parts[..], path),
        };
        if parts.len() != path.len() {
            return None;
        }
        let mut words = 0;
        for (part, found) in parts.iter().zip(path) {
            match part {
                Part::Fixed(word) if word.eq_ignore_ascii_case(found) => words += 2,
                Part::Fixed(word) => words += usize::from(call_fits(word, found)?),
                Part::Named | Part::Scope => {}
            }
        }
        Some(words)
    }

    /// The namespace of the last provider in it, in lower case.
    #[must_use]
    pub fn namespace(&self) -> String {
        let written: Vec<_> = segments(&self.written).collect();
        namespace(&written)
    }
}

/// `users(appId='{appId}')` fits `users(appId='1')`: the same function with the same names of its keys.
fn call_fits(word: &str, found: &str) -> Option<bool> {
    let (word, keys) = word.strip_suffix(')')?.split_once('(')?;
    let (name, values) = found.strip_suffix(')')?.split_once('(')?;
    let key = |text: &str| text.split('=').next().unwrap_or_default().to_lowercase();
    let same = word.eq_ignore_ascii_case(name)
        && keys.matches('=').count() <= 1
        && key(keys) == key(values);
    same.then_some(true)
}

/// The segments of a path.
pub fn segments(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|part| !part.is_empty())
}

/// The namespace of the last provider in a path, in lower case; empty where there is none.
#[must_use]
pub fn namespace(path: &[&str]) -> String {
    path.iter()
        .rposition(|part| part.eq_ignore_ascii_case("providers"))
        .and_then(|place| path.get(place + 1))
        .filter(|name| !name.starts_with('{'))
        .map(|name| name.to_lowercase())
        .unwrap_or_default()
}

/// All operations, to be asked for by a request.
#[derive(Debug, Default)]
pub struct Catalogue {
    by_place: BTreeMap<(String, String), Vec<Operation>>,
    count: usize,
}

impl Catalogue {
    /// Adds an operation.
    pub fn add(&mut self, operation: Operation) {
        let key = (operation.method.clone(), operation.template.namespace());
        self.by_place.entry(key).or_default().push(operation);
        self.count += 1;
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The operations of a method whose path names the provider of a type.
    pub fn of(&self, method: &str, resource_type: &str) -> impl Iterator<Item = &Operation> {
        let namespace = resource_type
            .split('/')
            .next()
            .unwrap_or_default()
            .to_lowercase();
        [namespace, String::new()]
            .into_iter()
            .filter_map(|namespace| self.by_place.get(&(method.to_owned(), namespace)))
            .flatten()
    }

    /// The operations of all methods whose path names the provider of a type.
    pub fn of_provider(&self, resource_type: &str) -> impl Iterator<Item = &Operation> {
        let wanted = resource_type
            .split('/')
            .next()
            .unwrap_or_default()
            .to_lowercase();
        self.by_place
            .iter()
            .filter(move |((_, namespace), _)| *namespace == wanted)
            .flat_map(|(_, operations)| operations)
    }

    /// The operations whose path fits best, in every version.
    #[must_use]
    pub fn find(&self, method: &str, path: &str) -> Vec<&Operation> {
        let path: Vec<_> = segments(path).collect();
        // A path may name any provider where the description has a name in its place.
        let keys = BTreeSet::from([namespace(&path), String::new()]);
        let places = keys
            .into_iter()
            .filter_map(|namespace| self.by_place.get(&(method.to_owned(), namespace)));
        let mut best = Vec::new();
        let mut score = 0;
        for operation in places.flatten() {
            match operation.template.fits(&path) {
                Some(found) if found > score || best.is_empty() => {
                    score = found;
                    best = vec![operation];
                }
                Some(found) if found == score => best.push(operation),
                _ => {}
            }
        }
        best
    }
}

/// The version closest to the one asked for: itself, else the newest before it, else the oldest after it.
#[must_use]
pub fn closest<'a>(versions: impl IntoIterator<Item = &'a str>, asked: &str) -> Option<&'a str> {
    let mut all: Vec<_> = versions.into_iter().collect();
    all.sort_unstable();
    all.iter()
        .rev()
        .find(|version| **version <= asked)
        .or_else(|| all.first())
        .copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(template: &str, path: &str) -> Option<usize> {
        let path: Vec<_> = segments(path).collect();
        Template::new(template).fits(&path)
    }

    #[test]
    fn words_fit_without_case_and_names_fit_anything() {
        assert_eq!(
            fits(
                "/subscriptions/{id}/resourceGroups",
                "/Subscriptions/1/resourcegroups"
            ),
            Some(4)
        );
        assert_eq!(
            fits("/subscriptions/{id}", "/subscriptions/1/resourceGroups"),
            None
        );
        assert_eq!(
            fits(
                "/subscriptions/{id}/tagNames",
                "/subscriptions/1/resourceGroups"
            ),
            None
        );
    }

    #[test]
    fn a_scope_is_as_deep_as_it_is() {
        let template = "/{scope}/providers/A.B/things/{name}";
        assert_eq!(fits(template, "/providers/A.B/things/x"), Some(6));
        assert_eq!(
            fits(
                template,
                "/subscriptions/1/resourceGroups/g/providers/A.B/things/x"
            ),
            Some(6)
        );
        assert_eq!(fits(template, "/things/x"), None);
    }

    #[test]
    fn keys_of_a_call_have_names() {
        assert!(fits("/applications(appId='{appId}')", "/applications(appId='1')").is_some());
        assert!(
            fits(
                "/applications(appId='{appId}')",
                "/applications(uniqueName='1')"
            )
            .is_none()
        );
        assert!(fits("/applications(appId='{appId}')", "/applications").is_none());
    }

    #[test]
    fn the_closest_version_is_not_newer_where_that_can_be() {
        let versions = ["2020-01-01", "2024-01-01", "2026-01-01"];
        assert_eq!(closest(versions, "2025-07-01"), Some("2024-01-01"));
        assert_eq!(closest(versions, "2026-01-01"), Some("2026-01-01"));
        assert_eq!(closest(versions, "2019-01-01"), Some("2020-01-01"));
        assert_eq!(closest([], "2019-01-01"), None);
    }
}
