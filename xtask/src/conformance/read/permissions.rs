//! `graph/devx/permissions`: which permission each method and path needs.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::{
    Outcome,
    conformance::{operations::Template, operations::segments, text},
};

/// The permissions of Graph.
#[derive(Clone, Debug, Default)]
pub struct Permissions {
    /// Every permission's name.
    pub names: BTreeSet<String>,
    paths: BTreeMap<String, Place>,
}

#[derive(Clone, Debug)]
struct Place {
    template: Template,
    methods: BTreeMap<String, BTreeSet<String>>,
    /// By method and permission: what is needed beside it, in each of its forms.
    beside: BTreeMap<(String, String), Vec<BTreeSet<String>>>,
}

impl Permissions {
    /// Reads the file.
    ///
    /// # Errors
    /// It has no permissions.
    pub fn read(file: &Value) -> Outcome<Self> {
        let mut found = Self::default();
        for (name, permission) in text::members(file, "permissions") {
            found.names.insert(name.clone());
            for set in text::items(permission, "pathSets") {
                for (path, how) in text::members(set, "paths") {
                    let written = path.replace("microsoft.graph.", "").to_lowercase();
                    let place = found
                        .paths
                        .entry(written)
                        .or_insert_with_key(|written| Place {
                            template: Template::new(written),
                            methods: BTreeMap::new(),
                            beside: BTreeMap::new(),
                        });
                    for method in text::items(set, "methods").filter_map(Value::as_str) {
                        let names = place.methods.entry(method.to_uppercase()).or_default();
                        names.insert(name.clone());
                        let also = also(how.as_str().unwrap_or_default());
                        names.extend(also.iter().cloned());
                        let key = (method.to_uppercase(), name.clone());
                        place.beside.entry(key).or_default().push(also);
                    }
                }
            }
        }
        if found.paths.is_empty() {
            return Err("no permission has a path".to_owned());
        }
        Ok(found)
    }

    /// The permissions that are named for a method and a path; empty where none is.
    #[must_use]
    pub fn of(&self, method: &str, path: &str) -> BTreeSet<&str> {
        self.places(method, path)
            .into_iter()
            .filter_map(|place| place.methods.get(method))
            .flatten()
            .map(String::as_str)
            .collect()
    }

    /// Whether these permissions together are enough for a method and a path; `None` where nothing is described.
    #[must_use]
    pub fn suffice(&self, method: &str, path: &str, held: &BTreeSet<&str>) -> Option<bool> {
        let places = self.places(method, path);
        if places.is_empty() {
            return None;
        }
        Some(places.iter().any(|place| {
            held.iter().any(|name| {
                let key = (method.to_owned(), (*name).to_owned());
                place.beside.get(&key).is_some_and(|forms| {
                    forms
                        .iter()
                        .any(|also| also.iter().all(|also| held.contains(also.as_str())))
                })
            })
        }))
    }

    fn places(&self, method: &str, path: &str) -> Vec<&Place> {
        let path = &path.replace("microsoft.graph.", "");
        let found = self.exactly(method, path);
        if !found.is_empty() {
            return found;
        }
        // The file has one form of each key, and no references.
        let path = path.trim_end_matches("/$ref");
        let plain: Vec<_> = segments(path)
            .map(|part| {
                part.split_once('(')
                    .map_or_else(|| part.to_owned(), |(name, _)| format!("{name}/key"))
            })
            .collect();
        self.exactly(method, &plain.join("/"))
    }

    fn exactly(&self, method: &str, path: &str) -> Vec<&Place> {
        let path: Vec<_> = segments(path).collect();
        let mut best = Vec::new();
        let mut score = None;
        for place in self.paths.values() {
            if !place.methods.contains_key(method) {
                continue;
            }
            let Some(found) = place.template.fits(&path) else {
                continue;
            };
            if score.is_none_or(|score| found > score) {
                best.clear();
                score = Some(found);
            }
            if score == Some(found) {
                best.push(place);
            }
        }
        best
    }
}

/// `Policy.Read.All` of `least=Application;AlsoRequires=Policy.Read.All`.
fn also(how: &str) -> BTreeSet<String> {
    how.split(';')
        .filter_map(|part| part.strip_prefix("AlsoRequires="))
        .flat_map(|also| also.split(','))
        .map(|also| also.trim().to_owned())
        .collect()
}
