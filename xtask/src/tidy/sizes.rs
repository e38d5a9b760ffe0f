//! One thing a file, and small programs.

use super::Violation;
use crate::source::Source;

const FILE: usize = 600;
const EXAMPLE: usize = 100;

/// A source file has at most 600 lines, an example's binary at most 100.
#[must_use]
pub fn sizes(sources: &[Source<'_>]) -> Vec<Violation> {
    sources
        .iter()
        .filter_map(|source| {
            let is_example = source
                .path
                .strip_prefix("examples/")
                .is_some_and(|name| !name.contains('/'));
            let limit = if is_example { EXAMPLE } else { FILE };
            let lines = source.text.lines().count();
            (lines > limit).then(|| {
                let message = format!("{lines} lines, at most {limit}: split it by what it does");
                Violation::new(source.path, 0, message)
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{source::sources, tree::Tree};

    #[test]
    fn long_files_and_longer_examples_are_seen() {
        let (at, over) = ("\n".repeat(600), "\n".repeat(601));
        let (small, large) = ("\n".repeat(100), "\n".repeat(101));
        let tree = Tree::from_files([
            ("rhc-arm/src/a.rs", at.as_str()),
            ("rhc-arm/src/b.rs", over.as_str()),
            ("examples/a.rs", small.as_str()),
            ("examples/b.rs", large.as_str()),
            ("examples/rollout/c.rs", large.as_str()),
        ]);
        let found = sizes(&sources(&tree));
        let paths: Vec<_> = found
            .iter()
            .map(|violation| violation.path.as_str())
            .collect();
        assert_eq!(paths, ["examples/b.rs", "rhc-arm/src/b.rs"]);
    }
}
