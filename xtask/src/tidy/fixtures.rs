//! A recorded fixture that nothing replays proves nothing.

use super::{Violation, package_of};
use crate::tree::Tree;

const FOLDER: &str = "/tests/fixtures/";

/// Each fixture of a package is named in a test of it, and its result is pinned by a snapshot.
#[must_use]
pub fn fixtures_are_used(tree: &Tree) -> Vec<Violation> {
    tree.with_extension("json")
        .filter_map(|(path, _)| {
            let (package, file) = path.split_once(FOLDER)?;
            Some((path, package, file.strip_suffix(".json")?))
        })
        .flat_map(|(path, package, name)| {
            let mut found = Vec::new();
            if !is_named(tree, package, name) {
                found.push(Violation::new(path, 0, format!("no test names `{name}`")));
            }
            if !has_snapshot(tree, package, name) {
                found.push(Violation::new(
                    path,
                    0,
                    format!("no snapshot pins what `{name}` becomes"),
                ));
            }
            found
        })
        .collect()
}

fn is_named(tree: &Tree, package: &str, name: &str) -> bool {
    let (quoted, file) = (format!("\"{name}\""), format!("{name}.json"));
    tree.with_extension("rs")
        .filter(|(path, _)| package_of(path) == package)
        .any(|(_, text)| text.contains(&quoted) || text.contains(&file))
}

fn has_snapshot(tree: &Tree, package: &str, name: &str) -> bool {
    let stem = name.replace('/', "__");
    tree.with_extension("snap")
        .filter(|(path, _)| package_of(path) == package)
        .filter_map(|(path, _)| path.rsplit('/').next()?.strip_suffix(".snap"))
        .any(|snapshot| snapshot == stem || snapshot.ends_with(&format!("__{stem}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIXTURE: (&str, &str) = ("rhc-arm/tests/fixtures/get_group.json", "{}");
    const TEST: (&str, &str) = ("rhc-arm/tests/fixtures.rs", "replay(\"get_group\")");
    const SNAPSHOT: (&str, &str) = ("rhc-arm/tests/snapshots/fixtures__get_group.snap", "");

    fn found(files: &[(&str, &str)]) -> Vec<String> {
        fixtures_are_used(&Tree::from_files(files.iter().copied()))
            .into_iter()
            .map(|violation| violation.message)
            .collect()
    }

    #[test]
    fn a_fixture_with_test_and_snapshot_passes() {
        assert_eq!(found(&[FIXTURE, TEST, SNAPSHOT]), [""; 0]);
    }

    #[test]
    fn a_fixture_that_nothing_replays_is_seen() {
        let other = ("rhc-graph/tests/fixtures.rs", "replay(\"get_group\")");
        assert_eq!(
            found(&[FIXTURE, other, SNAPSHOT]),
            ["no test names `get_group`"]
        );
    }

    #[test]
    fn a_fixture_without_snapshot_is_seen() {
        let longer = ("rhc-arm/tests/snapshots/fixtures__forget_group.snap", "");
        assert_eq!(
            found(&[FIXTURE, TEST, longer]),
            ["no snapshot pins what `get_group` becomes"]
        );
    }
}
