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
                        });
                    for method in text::items(set, "methods").filter_map(Value::as_str) {
                        let names = place.methods.entry(method.to_uppercase()).or_default();
                        names.insert(name.clone());
                        let also = how.as_str().and_then(|how| how.split_once("AlsoRequires="));
                        names.extend(
                            also.iter()
                                .flat_map(|(_, also)| also.split(','))
                                .map(|also| also.trim().to_owned()),
                        );
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

    fn exactly(&self, method: &str, path: &str) -> BTreeSet<&str> {
        let path: Vec<_> = segments(path).collect();
        let mut best = BTreeSet::new();
        let mut score = None;
        for place in self.paths.values() {
            let Some(names) = place.methods.get(method) else {
                continue;
            };
            let Some(found) = place.template.fits(&path) else {
                continue;
            };
            if score.is_none_or(|score| found > score) {
                best.clear();
                score = Some(found);
            }
            if score == Some(found) {
                best.extend(names.iter().map(String::as_str));
            }
        }
        best
    }
}
