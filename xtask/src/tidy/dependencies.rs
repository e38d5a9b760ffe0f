//! No dependency without a reason.

use toml::{Table, Value};

use super::Violation;
use crate::{source::lines_with, tree::Tree};

const MANIFEST: &str = "Cargo.toml";

/// Each library in `[workspace.dependencies]` has a row in `ARCHITECTURE.md`: `` | `name` | why | ``. No row is left over.
#[must_use]
pub fn dependencies_are_explained(tree: &Tree) -> Vec<Violation> {
    let map = tree.text("ARCHITECTURE.md").unwrap_or_default();
    let explained: Vec<_> = section(map)
        .filter_map(|line| line.strip_prefix("| `")?.split_once("` |"))
        .filter(|(_, why)| why.chars().any(char::is_alphabetic))
        .map(|(name, _)| name)
        .collect();
    let text = tree.text(MANIFEST).unwrap_or_default();
    let used = text
        .parse::<Table>()
        .ok()
        .and_then(|mut manifest| manifest.remove("workspace"))
        .and_then(|workspace| workspace.get("dependencies").cloned());
    let used: Vec<_> = used
        .as_ref()
        .and_then(Value::as_table)
        .into_iter()
        .flat_map(Table::keys)
        .filter(|name| !name.starts_with("rhc-"))
        .map(String::as_str)
        .collect();
    let unexplained = used.iter().filter(|name| !explained.contains(name));
    let left_over = explained.iter().filter(|name| !used.contains(name));
    unexplained
        .map(|name| {
            let line = lines_with(text, name).first().copied().unwrap_or(0);
            let message = format!("`{name}` has no row under Dependencies in ARCHITECTURE.md");
            Violation::new(MANIFEST, line, message)
        })
        .chain(left_over.map(|name| {
            let message = format!("`{name}` is explained, but no dependency");
            Violation::new("ARCHITECTURE.md", 0, message)
        }))
        .collect()
}

/// The lines under the heading Dependencies.
fn section(map: &str) -> impl Iterator<Item = &str> {
    map.lines()
        .skip_while(|line| *line != "## Dependencies")
        .skip(1)
        .take_while(|line| !line.starts_with("## "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(map: &str) -> Vec<String> {
        let manifest =
            "[workspace.dependencies]\nrhc-core = { path = \"rhc-core\" }\nurl = \"2\"\n";
        dependencies_are_explained(&Tree::from_files([
            ("Cargo.toml", manifest),
            ("ARCHITECTURE.md", map),
        ]))
        .into_iter()
        .map(|violation| violation.to_string())
        .collect()
    }

    #[test]
    fn an_explained_dependency_passes() {
        assert_eq!(
            found("## Dependencies\n| `url` | parses addresses |\n## Next\n"),
            [""; 0]
        );
    }

    #[test]
    fn a_dependency_without_a_reason_is_seen() {
        let message = "Cargo.toml:3: `url` has no row under Dependencies in ARCHITECTURE.md";
        for map in [
            "",
            "| `url` | elsewhere |\n## Dependencies\n",
            "## Dependencies\n| `url` | |\n",
        ] {
            assert_eq!(found(map), [message], "{map}");
        }
    }

    #[test]
    fn a_row_without_its_dependency_is_seen() {
        assert_eq!(
            found("## Dependencies\n| `url` | a |\n| `gone` | b |\n"),
            ["ARCHITECTURE.md: `gone` is explained, but no dependency"]
        );
    }
}
