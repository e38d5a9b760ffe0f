//! `cargo xtask deny`: the bans, features and licences of `deny.toml` against what cargo resolves.
//!
//! The file is cargo-deny's own and that tool reads it too; here only what needs no network and no minutes of
//! building is checked: `bans.deny`, `bans.features` and `licenses.allow`. Advisories are not.

use std::{collections::BTreeMap, fs, process::Command};

use serde::Deserialize;

use crate::{Outcome, output, root};

/// The part of `deny.toml` that is checked.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Rules {
    /// Crates and features.
    pub bans: Bans,
    /// Licences.
    pub licenses: Licenses,
}

/// Crates and features that are not wanted.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Bans {
    /// Crates that may not be there at all.
    #[serde(default)]
    pub deny: Vec<BannedCrate>,
    /// Features that may not be on.
    #[serde(default)]
    pub features: Vec<BannedFeatures>,
}

/// A crate that may not be there.
#[derive(Clone, Debug, Deserialize)]
pub struct BannedCrate {
    /// The crate's name.
    #[serde(rename = "crate")]
    pub name: String,
    /// Why.
    #[serde(default)]
    pub reason: String,
}

/// Features of a crate that may not be on.
#[derive(Clone, Debug, Deserialize)]
pub struct BannedFeatures {
    /// The crate's name.
    #[serde(rename = "crate")]
    pub name: String,
    /// The features.
    #[serde(default)]
    pub deny: Vec<String>,
    /// Why.
    #[serde(default)]
    pub reason: String,
}

/// Licences that are accepted.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Licenses {
    /// SPDX identifiers.
    #[serde(default)]
    pub allow: Vec<String>,
}

/// The part of `cargo metadata` that is checked.
#[derive(Clone, Debug, Deserialize)]
pub struct Metadata {
    packages: Vec<Package>,
    resolve: Resolve,
}

#[derive(Clone, Debug, Deserialize)]
struct Package {
    id: String,
    name: String,
    version: String,
    license: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
struct Resolve {
    nodes: Vec<Node>,
}

#[derive(Clone, Debug, Deserialize)]
struct Node {
    id: String,
    features: Vec<String>,
}

/// Checks the workspace with all features, for every platform.
///
/// # Errors
/// A dependency breaks a rule, or the dependencies could not be resolved from the lock file.
pub fn run() -> Outcome {
    let rules = fs::read_to_string(root().join("deny.toml")).map_err(|error| error.to_string())?;
    let rules: Rules = toml::from_str(&rules).map_err(|error| format!("deny.toml: {error}"))?;
    let metadata = output(Command::new("cargo").args([
        "metadata",
        "--format-version=1",
        "--all-features",
        "--locked",
    ]))?;
    let metadata: Metadata = serde_json::from_str(&metadata).map_err(|error| error.to_string())?;
    let found = check(&rules, &metadata);
    for line in &found {
        println!("{line}");
    }
    match found.len() {
        0 => {
            println!(
                "deny: {} packages: bans, features and licences are in order (advisories not checked)",
                metadata.packages.len()
            );
            Ok(())
        }
        count => Err(format!("deny: {count} to mend")),
    }
}

/// Everything that breaks a rule.
#[must_use]
pub fn check(rules: &Rules, metadata: &Metadata) -> Vec<String> {
    let features: BTreeMap<_, _> = metadata
        .resolve
        .nodes
        .iter()
        .map(|node| (&node.id, &node.features))
        .collect();
    metadata
        .packages
        .iter()
        .flat_map(|package| {
            let shown = format!("{} {}", package.name, package.version);
            let mut found = Vec::new();
            for ban in rules
                .bans
                .deny
                .iter()
                .filter(|ban| ban.name == package.name)
            {
                found.push(format!("{shown}: banned: {}", ban.reason));
            }
            let on = features
                .get(&package.id)
                .map_or(&[][..], |on| on.as_slice());
            for ban in rules
                .bans
                .features
                .iter()
                .filter(|ban| ban.name == package.name)
            {
                for feature in ban.deny.iter().filter(|feature| on.contains(feature)) {
                    found.push(format!(
                        "{shown}: feature `{feature}` is on: {}",
                        ban.reason
                    ));
                }
            }
            let license = package.license.as_deref().unwrap_or_default();
            if !Expression::new(license).accepted(&rules.licenses.allow) {
                found.push(format!("{shown}: licence `{license}` is not accepted"));
            }
            found
        })
        .collect()
}

/// An SPDX expression, and the older `A/B` for `A OR B`.
struct Expression<'a> {
    tokens: Vec<&'a str>,
    at: usize,
}

impl<'a> Expression<'a> {
    fn new(text: &'a str) -> Self {
        let mut tokens = Vec::new();
        let mut rest = text.trim_start();
        while !rest.is_empty() {
            let length = match rest.find([' ', '(', ')', '/']) {
                Some(0) => 1,
                Some(length) => length,
                None => rest.len(),
            };
            let (token, after) = rest.split_at(length);
            tokens.push(if token == "/" { "OR" } else { token });
            rest = after.trim_start();
        }
        Self { tokens, at: 0 }
    }

    fn accepted(mut self, allow: &[String]) -> bool {
        !self.tokens.is_empty() && self.any(allow) && self.at == self.tokens.len()
    }

    fn any(&mut self, allow: &[String]) -> bool {
        let mut accepted = self.all(allow);
        while self.take("OR") {
            accepted |= self.all(allow);
        }
        accepted
    }

    fn all(&mut self, allow: &[String]) -> bool {
        let mut accepted = self.one(allow);
        while self.take("AND") {
            accepted &= self.one(allow);
        }
        accepted
    }

    fn one(&mut self, allow: &[String]) -> bool {
        if self.take("(") {
            return self.any(allow) & self.take(")");
        }
        let Some(&license) = self.tokens.get(self.at) else {
            return false;
        };
        self.at += 1;
        if self.take("WITH") {
            let exception = self.tokens.get(self.at).copied().unwrap_or_default();
            self.at += 1;
            return allow.contains(&format!("{license} WITH {exception}"));
        }
        allow.iter().any(|accepted| accepted == license)
    }

    fn take(&mut self, token: &str) -> bool {
        let there = self.tokens.get(self.at) == Some(&token);
        self.at += usize::from(there);
        there
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(name: &str, license: &str, features: &[&str]) -> Vec<String> {
        let rules: Rules = toml::from_str(
            r#"
            [bans]
            deny = [{ crate = "openssl", reason = "rustls everywhere" }]
            features = [{ crate = "azure_core", deny = ["debug"], reason = "prints secrets" }]
            [licenses]
            allow = ["MIT", "Apache-2.0", "Apache-2.0 WITH LLVM-exception"]
            "#,
        )
        .unwrap();
        let metadata = serde_json::json!({
            "packages": [{ "id": "1", "name": name, "version": "1.0.0", "license": license }],
            "resolve": { "nodes": [{ "id": "1", "features": features }] },
        });
        check(&rules, &serde_json::from_value(metadata).unwrap())
    }

    #[test]
    fn a_banned_crate_is_seen() {
        assert_eq!(
            found("openssl", "MIT", &[]),
            ["openssl 1.0.0: banned: rustls everywhere"]
        );
    }

    #[test]
    fn a_banned_feature_is_seen_only_when_it_is_on() {
        assert_eq!(
            found("azure_core", "MIT", &["default", "debug"]),
            ["azure_core 1.0.0: feature `debug` is on: prints secrets"]
        );
        assert_eq!(found("azure_core", "MIT", &["default"]), [""; 0]);
    }

    #[test]
    fn licences_are_read_as_expressions() {
        for (license, accepted) in [
            ("MIT", true),
            ("MIT OR GPL-3.0", true),
            ("GPL-3.0 OR MIT", true),
            ("MIT/GPL-3.0", true),
            ("MIT / GPL-3.0", true),
            ("(GPL-3.0 OR MIT) AND Apache-2.0", true),
            ("Apache-2.0 WITH LLVM-exception OR GPL-3.0", true),
            ("Apache-2.0 WITH Other-exception", false),
            ("MIT AND GPL-3.0", false),
            ("MIT AND (GPL-3.0 OR BSL-1.0)", false),
            ("GPL-3.0", false),
            ("(MIT", false),
            ("", false),
        ] {
            assert_eq!(found("x", license, &[]).is_empty(), accepted, "{license}");
        }
    }
}
