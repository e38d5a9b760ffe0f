//! What the form of the file cannot say: references, names, networks, and what Microsoft's platform refuses anyway.
//!
//! Every check runs, so that all problems are said at once.

mod apps;
mod database;
mod environment;
mod github;
mod names;
mod network;
mod protected;
mod sign_in;
mod syntax;
mod tenants;
mod uniqueness;

use super::model::Manifest;
use super::problem::{Finding, Rule};
use super::read::{Locations, nearest};

/// Everything that is wrong with a file whose form is right.
pub(super) fn check(manifest: &Manifest, locations: &Locations) -> Vec<Finding> {
    let mut check = Check {
        manifest,
        locations,
        findings: Vec::new(),
    };
    environment::check(&mut check);
    tenants::check(&mut check);
    network::check(&mut check);
    database::check(&mut check);
    apps::check(&mut check);
    let resources = names::resources(manifest);
    names::check(&mut check, &resources);
    uniqueness::check(&mut check, &resources);
    protected::check(&mut check, &resources);
    check.findings
}

/// A run of the checks over one file.
struct Check<'a> {
    manifest: &'a Manifest,
    locations: &'a Locations,
    findings: Vec<Finding>,
}

impl Check<'_> {
    fn report(
        &mut self,
        rule: Rule,
        path: impl Into<String>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        let path = path.into();
        let exact = self.locations.get(&path);
        let shows_value = exact.is_some_and(|location| location.scalar);
        let span = match exact {
            Some(location) if shows_value => location.value.clone(),
            _ => self
                .locations
                .nearest(&path)
                .map_or(0..0, |location| location.key.clone()),
        };
        self.findings.push(Finding {
            rule,
            span,
            path,
            shows_value,
            message: message.into(),
            help: help.into(),
        });
    }

    /// Says that a key is not one of a table's keys, if it is not.
    fn reference<'k>(
        &mut self,
        path: &str,
        key: &str,
        table: &str,
        keys: impl Iterator<Item = &'k String> + Clone,
    ) -> bool {
        if keys.clone().any(|known| known == key) {
            return true;
        }
        let known = keys
            .clone()
            .map(String::as_str)
            .collect::<Vec<_>>()
            .join(", ");
        let help = match nearest(key, keys.map(String::as_str)) {
            Some(near) => format!("did you mean {near:?}? The file has {known}"),
            None => format!("use one of {known}, or add [{table}.{key}]"),
        };
        self.report(
            Rule::Reference,
            path,
            format!("there is no {table}.{key} in this file"),
            help,
        );
        false
    }

    fn tenant_reference(&mut self, path: &str, key: &str) -> bool {
        let manifest = self.manifest;
        self.reference(path, key, "tenants", manifest.tenants.keys())
    }

    fn subscription_reference(&mut self, path: &str, key: &str) -> bool {
        let manifest = self.manifest;
        self.reference(path, key, "subscriptions", manifest.subscriptions.keys())
    }

    fn guid(&mut self, path: &str, value: Option<&String>) {
        if let Some(value) = value.filter(|value| !syntax::is_guid(value)) {
            let hint = if value.contains('{') {
                " without braces"
            } else {
                ""
            };
            self.report(
                Rule::Guid,
                path,
                "this is not a GUID",
                format!("expected are 32 hexadecimal digits in the groups 8-4-4-4-12{hint}; copy it from the portal's overview page"),
            );
        }
    }

    /// Checks that a text is a name of our own making that can stand inside other names, tags and ids.
    fn short_name(&mut self, path: &str, name: &str, most: usize) {
        let fits = (1..=most).contains(&name.len())
            && name.starts_with(|c: char| c.is_ascii_lowercase())
            && !name.ends_with('-')
            && name
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
        if !fits {
            self.report(
                Rule::ShortName,
                path,
                "this name becomes part of other names, and cannot",
                format!(
                    "use 1 to {most} small letters, digits and hyphens, beginning with a letter"
                ),
            );
        }
    }

    fn not_empty(&mut self, path: &str, value: &str) {
        if value.trim().is_empty() {
            self.report(
                Rule::Text,
                path,
                "this text is empty",
                "write something that a person understands",
            );
        }
    }
}
