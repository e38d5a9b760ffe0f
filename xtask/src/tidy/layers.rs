//! Dependencies point one way, and the transport has one owner.

use std::collections::BTreeMap;

use toml::{Table, Value};

use super::{Violation, forbid, in_library, package_of};
use crate::{
    source::{Source, lines_with},
    tree::Tree,
};

/// What each crate may use of ours. A crate that is not in the table may use nothing of ours.
const MAY_USE: &[(&str, &[&str])] = &[
    ("rhc-core", &[]),
    ("rhc-graph", &["rhc-core"]),
    ("rhc-arm", &["rhc-core"]),
    ("rhc-external-id", &["rhc-core", "rhc-graph", "rhc-arm"]),
    ("rhc-sql-identity", &["rhc-core", "rhc-graph", "rhc-arm"]),
    ("rhc-containerapps", &["rhc-core", "rhc-arm"]),
    (
        "rhc-examples",
        &[
            "rhc-core",
            "rhc-graph",
            "rhc-arm",
            "rhc-external-id",
            "rhc-sql-identity",
            "rhc-containerapps",
        ],
    ),
    (
        "xtask",
        &[
            "rhc-core",
            "rhc-graph",
            "rhc-arm",
            "rhc-external-id",
            "rhc-sql-identity",
            "rhc-containerapps",
            "rhc-examples",
        ],
    ),
];

/// The two libraries whose purpose needs a credential of their own, behind a feature.
const MAY_USE_IDENTITY: [&str; 2] = ["rhc-sql-identity", "rhc-external-id"];

/// No crate but `rhc-core` names `reqwest`, in code or in its manifest.
#[must_use]
pub fn reqwest_stays_in_core(tree: &Tree, sources: &[Source<'_>]) -> Vec<Violation> {
    const WHY: &str = "only `rhc-core` knows the transport";
    let in_code = sources
        .iter()
        .filter(|source| package_of(source.path) != "rhc-core")
        .flat_map(|source| forbid(source, &source.code, &["reqwest"], WHY));
    let in_manifests = manifests(tree)
        .filter(|(path, _)| package_of(path) != "rhc-core")
        .flat_map(|(path, text)| {
            let without_comments: String = text
                .lines()
                .map(|line| line.split('#').next().unwrap_or_default().to_owned() + "\n")
                .collect();
            lines_with(&without_comments, "reqwest")
                .into_iter()
                .map(|line| Violation::new(path, line, format!("`reqwest`: {WHY}")))
                .collect::<Vec<_>>()
        });
    in_code.chain(in_manifests).collect()
}

/// The direction of our own dependencies, and who may depend on `azure_identity`.
#[must_use]
pub fn layers(tree: &Tree) -> Vec<Violation> {
    manifests(tree)
        .flat_map(|(path, text)| {
            text.parse::<Table>().map_or_else(
                |error| vec![Violation::new(path, 0, error.message().to_owned())],
                |manifest| check_manifest(path, text, &manifest),
            )
        })
        .collect()
}

fn check_manifest(path: &str, text: &str, manifest: &Table) -> Vec<Violation> {
    let name = manifest
        .get("package")
        .and_then(|package| package.get("name"))
        .and_then(Value::as_str)
        .unwrap_or_default();
    let allowed = MAY_USE
        .iter()
        .find(|(user, _)| *user == name)
        .map_or(&[][..], |(_, used)| *used);
    dependencies(manifest)
        .filter_map(|(dependency, how)| {
            let ours = MAY_USE.iter().any(|(known, _)| *known == dependency);
            let message = if ours && dependency != name && !allowed.contains(&dependency) {
                format!("`{name}` does not know `{dependency}`: dependencies point one way")
            } else if dependency == "azure_identity" && in_library(path) && !identity(name, how) {
                format!("`{name}` takes any credential and chooses none: no `azure_identity`")
            } else {
                return None;
            };
            let line = lines_with(text, dependency).first().copied().unwrap_or(0);
            Some(Violation::new(path, line, message))
        })
        .collect()
}

fn identity(name: &str, dependency: &Value) -> bool {
    MAY_USE_IDENTITY.contains(&name)
        && dependency.get("optional").and_then(Value::as_bool) == Some(true)
}

/// Every manifest of a member: `folder/Cargo.toml`.
fn manifests(tree: &Tree) -> impl Iterator<Item = (&str, &str)> {
    tree.files().filter(|(path, _)| {
        path.strip_suffix("/Cargo.toml")
            .is_some_and(|folder| !folder.contains('/'))
    })
}

/// Dependencies of every kind, for every target, by the name of the package.
fn dependencies(manifest: &Table) -> impl Iterator<Item = (&str, &Value)> {
    const KINDS: [&str; 3] = ["dependencies", "dev-dependencies", "build-dependencies"];
    let targets = manifest
        .get("target")
        .and_then(Value::as_table)
        .into_iter()
        .flat_map(|targets| targets.values().filter_map(Value::as_table));
    std::iter::once(manifest)
        .chain(targets)
        .flat_map(|table| KINDS.iter().filter_map(|kind| table.get(*kind)?.as_table()))
        .flat_map(|dependencies| {
            dependencies.iter().map(|(key, how)| {
                let renamed = how.get("package").and_then(Value::as_str);
                (renamed.unwrap_or(key), how)
            })
        })
        .collect::<BTreeMap<_, _>>()
        .into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::sources;

    fn manifest(name: &str, rest: &str) -> Vec<(usize, String)> {
        let path = format!("{name}/Cargo.toml");
        let text = format!("[package]\nname = \"{name}\"\n{rest}");
        layers(&Tree::from_files([(path.as_str(), text.as_str())]))
            .into_iter()
            .map(|violation| (violation.line, violation.message))
            .collect()
    }

    #[test]
    fn the_transport_is_seen_in_code_and_in_a_manifest() {
        let tree = Tree::from_files([
            ("rhc-core/src/a.rs", "fn f(_: reqwest::Client) {}"),
            ("rhc-core/Cargo.toml", "reqwest = \"0.13\""),
            ("rhc-arm/src/a.rs", "// reqwest\nuse reqwest::Client;"),
            (
                "rhc-arm/Cargo.toml",
                "# reqwest\n[features]\nx = [\"azure_core/reqwest\"]",
            ),
        ]);
        let found: Vec<_> = reqwest_stays_in_core(&tree, &sources(&tree))
            .into_iter()
            .map(|violation| (violation.path, violation.line))
            .collect();
        assert_eq!(
            found,
            [
                ("rhc-arm/src/a.rs".to_owned(), 2),
                ("rhc-arm/Cargo.toml".to_owned(), 3)
            ]
        );
    }

    #[test]
    fn graph_and_arm_do_not_know_each_other_whatever_the_kind() {
        for (from, to) in [("rhc-graph", "rhc-arm"), ("rhc-arm", "rhc-graph")] {
            for kind in [
                "dependencies",
                "dev-dependencies",
                "build-dependencies",
                "target.'cfg(unix)'.dependencies",
            ] {
                let found = manifest(from, &format!("[{kind}]\n{to}.workspace = true\n"));
                assert_eq!(found.len(), 1, "{kind}");
                assert!(found[0].1.contains(to), "{found:?}");
            }
        }
    }

    #[test]
    fn a_new_name_for_a_crate_hides_nothing() {
        let found = manifest(
            "rhc-core",
            "[dependencies]\ncloud = { package = \"rhc-arm\", path = \"../rhc-arm\" }",
        );
        assert_eq!(found.len(), 1);
    }

    #[test]
    fn the_allowed_directions_and_a_crate_itself_pass() {
        let rest = "[dependencies]\nrhc-arm.workspace = true\nrhc-graph.workspace = true\n[dev-dependencies]\nrhc-external-id = { path = \".\" }";
        assert_eq!(manifest("rhc-external-id", rest), []);
    }

    #[test]
    fn azure_identity_is_optional_in_two_libraries_and_nowhere_else() {
        let optional = "[dependencies]\nazure_identity = { workspace = true, optional = true }";
        let always = "[dependencies]\nazure_identity.workspace = true";
        assert_eq!(manifest("rhc-sql-identity", optional), []);
        assert_eq!(manifest("xtask", always), []);
        for (name, rest) in [("rhc-sql-identity", always), ("rhc-arm", optional)] {
            let found = manifest(name, rest);
            assert_eq!(found.len(), 1, "{name}");
            assert_eq!(found[0].0, 4);
        }
    }
}
