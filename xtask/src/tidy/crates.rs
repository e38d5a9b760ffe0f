//! Every crate can be published: it says what it is, and its README is its documentation.

use toml::{Table, Value};

use super::{Violation, in_library};
use crate::tree::Tree;

const DOCS_ARE_THE_README: &str = "#![doc = include_str!(\"../README.md\")]";

/// Description and licence for every member; for a library also a README with an example, which is its documentation.
#[must_use]
pub fn crates_are_presentable(tree: &Tree) -> Vec<Violation> {
    tree.files()
        .filter_map(|(path, text)| Some((path.strip_suffix("/Cargo.toml")?, path, text)))
        .filter(|(folder, _, _)| !folder.contains('/'))
        .flat_map(|(folder, path, text)| {
            let mut found = manifest(path, text);
            if in_library(path) {
                found.extend(documentation(tree, folder));
            }
            found
        })
        .collect()
}

fn manifest(path: &str, text: &str) -> Vec<Violation> {
    let package = text
        .parse::<Table>()
        .ok()
        .and_then(|mut manifest| manifest.remove("package"))
        .unwrap_or(Value::Boolean(false));
    ["description", "license"]
        .into_iter()
        .filter(|key| match package.get(key) {
            Some(Value::String(said)) => said.trim().is_empty(),
            Some(inherited) => inherited.get("workspace") != Some(&Value::Boolean(true)),
            None => true,
        })
        .map(|key| Violation::new(path, 0, format!("[package] says no `{key}`")))
        .collect()
}

fn documentation(tree: &Tree, folder: &str) -> Vec<Violation> {
    let mut found = Vec::new();
    let readme = format!("{folder}/README.md");
    match tree.text(&readme) {
        None => found.push(Violation::new(&readme, 0, "a crate has a README")),
        Some(text) if !(text.contains("```rust") || text.contains("```no_run")) => {
            found.push(Violation::new(
                &readme,
                0,
                "shows no example (a ```rust block)",
            ));
        }
        Some(_) => {}
    }
    let library = format!("{folder}/src/lib.rs");
    if !tree
        .text(&library)
        .is_some_and(|text| text.starts_with(DOCS_ARE_THE_README))
    {
        let message = format!("starts with {DOCS_ARE_THE_README}");
        found.push(Violation::new(&library, 1, message));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANIFEST: &str = "[package]\ndescription = \"x\"\nlicense.workspace = true";
    const LIBRARY: &str = "#![doc = include_str!(\"../README.md\")]\n";

    fn found(files: &[(&str, &str)]) -> Vec<String> {
        crates_are_presentable(&Tree::from_files(files.iter().copied()))
            .into_iter()
            .map(|violation| violation.path)
            .collect()
    }

    #[test]
    fn a_presentable_crate_passes() {
        let files = [
            ("rhc-a/Cargo.toml", MANIFEST),
            ("rhc-a/README.md", "# a\n```rust\n```"),
            ("rhc-a/src/lib.rs", LIBRARY),
            ("xtask/Cargo.toml", MANIFEST),
        ];
        assert_eq!(found(&files), [""; 0]);
    }

    #[test]
    fn a_missing_description_or_licence_is_seen() {
        for text in [
            "[package]\nlicense = \"MIT\"",
            "[package]\ndescription = \" \"\nlicense = \"MIT\"",
            "[package]\ndescription = \"x\"",
            "[package]\ndescription = \"x\"\nlicense.workspace = false",
        ] {
            assert_eq!(found(&[("xtask/Cargo.toml", text)]), ["xtask/Cargo.toml"]);
        }
    }

    #[test]
    fn a_missing_readme_example_or_doc_attribute_is_seen() {
        let manifest = ("rhc-a/Cargo.toml", MANIFEST);
        let library = ("rhc-a/src/lib.rs", LIBRARY);
        let readme = ("rhc-a/README.md", "```rust\n```");
        assert_eq!(found(&[manifest, library]), ["rhc-a/README.md"]);
        assert_eq!(
            found(&[manifest, library, ("rhc-a/README.md", "# a")]),
            ["rhc-a/README.md"]
        );
        assert_eq!(
            found(&[manifest, readme, ("rhc-a/src/lib.rs", "//! a")]),
            ["rhc-a/src/lib.rs"]
        );
    }
}
