//! Links in the documents lead somewhere.

use std::collections::BTreeSet;

use super::{Violation, in_library};
use crate::{
    source::{Source, items},
    tree::Tree,
};

const MAP: &str = "ARCHITECTURE.md";

/// A link of a document: the line and the target as written.
struct Link<'a> {
    line: usize,
    target: &'a str,
}

/// `ARCHITECTURE.md` has a map of `file#item` links, and each item is defined in its file.
#[must_use]
pub fn map_resolves(tree: &Tree, sources: &[Source<'_>]) -> Vec<Violation> {
    let Some(text) = tree.text(MAP) else {
        return vec![Violation::new(MAP, 0, "there is no map of the code")];
    };
    let mut rows = 0;
    let mut found = Vec::new();
    for Link { line, target } in links(text) {
        let Some((path, item)) = target.split_once('#') else {
            continue;
        };
        let Some(source) = sources.iter().find(|source| source.path == path) else {
            if has_extension(path, "rs") {
                found.push(Violation::new(
                    MAP,
                    line,
                    format!("`{path}` does not exist"),
                ));
            }
            continue;
        };
        rows += 1;
        if !items(&source.code).contains(item) {
            let message = format!("`{path}` defines no `{item}`");
            found.push(Violation::new(MAP, line, message));
        }
    }
    if rows == 0 && found.is_empty() {
        found.push(Violation::new(MAP, 0, "no link of the form `file.rs#item`"));
    }
    found
}

/// Every relative link in a Markdown file leads to a file, and its anchor, in Markdown, to a heading.
#[must_use]
pub fn relative_links_resolve(tree: &Tree) -> Vec<Violation> {
    tree.with_extension("md")
        .flat_map(|(path, text)| {
            links(text)
                .filter(move |link| is_relative(path, link.target))
                .filter_map(move |link| {
                    broken(tree, path, link.target)
                        .map(|message| Violation::new(path, link.line, message))
                })
        })
        .collect()
}

/// A README that is a crate's documentation may also link to items, as rustdoc does.
fn is_relative(path: &str, target: &str) -> bool {
    let item = in_library(path) && !target.contains(['/', '.', '#']);
    !(item || target.contains(':') || target.is_empty())
}

fn broken(tree: &Tree, from: &str, target: &str) -> Option<String> {
    let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
    let resolved = if file.is_empty() {
        from.to_owned()
    } else {
        resolve(from, file)?
    };
    if !tree.exists(&resolved) {
        return Some(format!("`{resolved}` does not exist"));
    }
    let text = tree.text(&resolved)?;
    let wanted = !anchor.is_empty() && has_extension(&resolved, "md");
    (wanted && !headings(text).contains(anchor))
        .then(|| format!("`{resolved}` has no heading `{anchor}`"))
}

fn has_extension(path: &str, extension: &str) -> bool {
    path.rsplit_once('.')
        .is_some_and(|(_, end)| end == extension)
}

/// `None` when the target leaves the repository.
fn resolve(from: &str, target: &str) -> Option<String> {
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// Inline links and images outside of code: `[text](target)`.
fn links(text: &str) -> impl Iterator<Item = Link<'_>> {
    let mut fenced = false;
    text.lines()
        .enumerate()
        .filter(move |(_, line)| {
            let fence = line.trim_start().starts_with("```");
            fenced ^= fence;
            !fenced && !fence
        })
        .flat_map(|(index, line)| {
            line.match_indices("](")
                .filter(|(at, _)| line[..*at].matches('`').count() % 2 == 0)
                .filter_map(move |(at, open)| {
                    let target = line[at + open.len()..].split([')', ' ']).next()?;
                    Some(Link {
                        line: index + 1,
                        target,
                    })
                })
        })
}

/// The anchors of a document's headings, as GitHub makes them.
fn headings(text: &str) -> BTreeSet<String> {
    text.lines()
        .filter_map(|line| line.strip_prefix('#'))
        .map(|line| {
            line.trim_start_matches('#')
                .trim()
                .to_lowercase()
                .chars()
                .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'))
                .map(|c| if c == ' ' { '-' } else { c })
                .collect()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::sources;

    fn map(text: &str) -> Vec<String> {
        let tree = Tree::from_files([
            (MAP, text),
            (
                "rhc-arm/src/a.rs",
                "pub async fn begin_put() {}\n// fn gone() {}",
            ),
        ]);
        map_resolves(&tree, &sources(&tree))
            .into_iter()
            .map(|violation| format!("{}: {}", violation.line, violation.message))
            .collect()
    }

    fn relative(path: &str, line: &str) -> Vec<String> {
        let tree = Tree::from_files([
            (path, line),
            ("README.md", "# One Heading, with `code`\n"),
            ("docs/a.md", ""),
        ]);
        relative_links_resolve(&tree)
            .into_iter()
            .map(|violation| violation.message)
            .collect()
    }

    #[test]
    fn the_map_leads_to_items() {
        assert_eq!(
            map("| x | [`begin_put`](rhc-arm/src/a.rs#begin_put) |"),
            [""; 0]
        );
        assert_eq!(
            map("\n[gone](rhc-arm/src/a.rs#gone)"),
            ["2: `rhc-arm/src/a.rs` defines no `gone`"]
        );
        assert_eq!(
            map("[x](rhc-arm/src/b.rs#x)"),
            ["1: `rhc-arm/src/b.rs` does not exist"]
        );
        assert_eq!(map("no links"), ["0: no link of the form `file.rs#item`"]);
    }

    #[test]
    fn a_dead_relative_link_is_seen() {
        for (path, line, message) in [
            (
                "CONTRIBUTING.md",
                "[a](docs/b.md)",
                "`docs/b.md` does not exist",
            ),
            ("docs/c.md", "[a](../none.md)", "`none.md` does not exist"),
            (
                "docs/c.md",
                "[a](../README.md#two)",
                "`README.md` has no heading `two`",
            ),
            (
                "docs/c.md",
                "# One\n[a](#two)",
                "`docs/c.md` has no heading `two`",
            ),
            ("CONTRIBUTING.md", "![a](a.png)", "`a.png` does not exist"),
        ] {
            assert_eq!(relative(path, line), [message], "{line}");
        }
    }

    #[test]
    fn live_links_code_and_the_web_pass() {
        for (path, line) in [
            (
                "docs/c.md",
                "[a](a.md) [b](../README.md#one-heading-with-code)",
            ),
            ("docs/c.md", "[a](../docs)"),
            ("CONTRIBUTING.md", "[a](https://example.org/none.md)"),
            ("CONTRIBUTING.md", "`[a](none.md)`"),
            ("CONTRIBUTING.md", "```\n[a](none.md)\n```"),
            ("rhc-core/README.md", "[`Service`](Service)"),
        ] {
            assert_eq!(relative(path, line), [""; 0], "{line}");
        }
    }
}
