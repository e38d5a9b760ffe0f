//! Rust source as the checks want to see it: code only, and code that is not a test.
//!
//! A small lexer instead of a parser: it has to know where a comment, a string and a block end, and nothing else.

use std::collections::BTreeSet;

use crate::tree::Tree;

/// One Rust file. All three texts have the same lines and the same length.
#[derive(Clone, Debug)]
pub struct Source<'a> {
    /// Path in the tree.
    pub path: &'a str,
    /// As it is written.
    pub text: &'a str,
    /// Comments and the contents of strings blanked.
    pub code: String,
    /// Also blanked: items under `#[cfg(test)]`, and the whole of a file that only tests include.
    pub shipped: String,
}

/// The Rust files of the tree.
#[must_use]
pub fn sources(tree: &Tree) -> Vec<Source<'_>> {
    let mut found: Vec<_> = tree
        .with_extension("rs")
        .map(|(path, text)| {
            let code = mask(text);
            let shipped = without_tests(&code);
            Source {
                path,
                text,
                code,
                shipped,
            }
        })
        .collect();
    let tests: BTreeSet<String> = found
        .iter()
        .flat_map(|source| {
            test_modules(&source.code, source.text)
                .into_iter()
                .flat_map(|module| module.paths(source.path))
        })
        .collect();
    for source in &mut found {
        let integration = source.path.contains("/tests/") || source.path.contains("/benches/");
        let included = tests
            .iter()
            .any(|path| source.path == path || source.path.starts_with(&format!("{path}/")));
        if integration || included {
            source.shipped = blank(&source.shipped);
        }
    }
    found
}

/// The lines (from 1) on which `needle` stands as a word of its own.
#[must_use]
pub fn lines_with(code: &str, needle: &str) -> Vec<usize> {
    code.lines()
        .enumerate()
        .filter(|(_, line)| has_word(line, needle))
        .map(|(index, _)| index + 1)
        .collect()
}

/// Whether `needle` stands in `line` with no letter, digit or underscore grown onto it.
#[must_use]
pub fn has_word(line: &str, needle: &str) -> bool {
    let grown = |c: Option<char>| c.is_some_and(is_word);
    line.match_indices(needle).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + needle.len()..].chars().next();
        !(needle.starts_with(is_word) && grown(before) || needle.ends_with(is_word) && grown(after))
    })
}

/// The name of every item that `code` defines: functions, types, traits, constants, modules, macros.
#[must_use]
pub fn items(code: &str) -> BTreeSet<&str> {
    const KEYWORDS: [&str; 10] = [
        "fn",
        "struct",
        "enum",
        "union",
        "trait",
        "type",
        "const",
        "static",
        "mod",
        "macro_rules!",
    ];
    let words: Vec<_> = code.split_whitespace().collect();
    words
        .windows(2)
        .filter(|pair| KEYWORDS.contains(&pair[0]))
        .filter_map(|pair| pair[1].split(|c| !is_word(c)).next())
        .filter(|name| !name.is_empty())
        .collect()
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Spaces instead of everything but the line ends.
fn blank(code: &str) -> String {
    code.bytes()
        .map(|byte| if byte == b'\n' { '\n' } else { ' ' })
        .collect()
}

/// Blanks comments and the contents of literals.
#[must_use]
pub fn mask(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let grown = out.ends_with(is_word);
        let taken = literal_or_comment(rest, grown);
        if let Some(length) = taken {
            let (masked, after) = rest.split_at(length);
            out.push_str(&blank(masked));
            rest = after;
        } else {
            out.push(first);
            rest = &rest[first.len_utf8()..];
        }
    }
    out
}

/// The length of the comment or literal that `rest` starts with.
fn literal_or_comment(rest: &str, grown: bool) -> Option<usize> {
    if rest.starts_with("//") {
        return Some(rest.find('\n').unwrap_or(rest.len()));
    }
    if rest.starts_with("/*") {
        return Some(block_comment(rest));
    }
    if rest.starts_with('\'') {
        return char_literal(rest);
    }
    let prefix = if grown {
        0
    } else {
        rest.find(|c| !matches!(c, 'b' | 'c' | 'r'))?
    };
    if prefix > 2 {
        return None;
    }
    let (letters, literal) = rest.split_at(prefix);
    if letters.contains('r') {
        let hashes = literal.len() - literal.trim_start_matches('#').len();
        let body = literal[hashes..].strip_prefix('"')?;
        let end = format!("\"{}", "#".repeat(hashes));
        let length = body.find(&end).map_or(body.len(), |at| at + end.len());
        return Some(prefix + hashes + 1 + length);
    }
    if letters == "b" && literal.starts_with('\'') {
        return char_literal(literal).map(|length| prefix + length);
    }
    literal
        .starts_with('"')
        .then(|| prefix + 1 + string_end(&literal[1..], '"'))
}

fn block_comment(rest: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while at < rest.len() {
        let here = &rest.as_bytes()[at..];
        if here.starts_with(b"/*") {
            depth += 1;
            at += 2;
        } else if here.starts_with(b"*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    rest.len()
}

/// A lifetime is no literal: only `'x'` and `'\…'` are.
fn char_literal(rest: &str) -> Option<usize> {
    let mut inner = rest[1..].chars();
    let first = inner.next()?;
    if first == '\\' {
        return Some(1 + string_end(&rest[1..], '\''));
    }
    (inner.next() == Some('\'')).then(|| 2 + first.len_utf8())
}

/// How far it is behind the closing quote.
fn string_end(body: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in body.char_indices() {
        if escaped {
            escaped = false;
        } else if c == '\\' {
            escaped = true;
        } else if c == quote {
            return at + c.len_utf8();
        }
    }
    body.len()
}

/// How items begin that are compiled for tests only; what fuzzers call is compiled for them too.
const TEST_ATTRIBUTES: [&str; 4] = [
    "#[cfg(test)]",
    "#[cfg(all(test",
    "#[cfg(any(test, fuzzing))]",
    "#[cfg(all(any(test, fuzzing)",
];

/// Blanks each item that follows a `cfg(test)`.
fn without_tests(code: &str) -> String {
    let mut out = code.to_owned();
    let mut from = 0;
    while let Some(start) = next_cfg_test(&out, from) {
        let end = start + item_length(&out[start..]);
        let gap = blank(&out[start..end]);
        out.replace_range(start..end, &gap);
        from = end;
    }
    out
}

fn next_cfg_test(code: &str, from: usize) -> Option<usize> {
    TEST_ATTRIBUTES
        .iter()
        .filter_map(|attribute| code[from..].find(attribute))
        .min()
        .map(|at| from + at)
}

/// Attributes, then everything to the `;` or to the end of the first block.
fn item_length(code: &str) -> usize {
    let mut depth = 0_usize;
    let mut brackets = 0_usize;
    for (at, c) in code.char_indices() {
        match c {
            '[' | '(' => brackets += 1,
            ']' | ')' => brackets = brackets.saturating_sub(1),
            '{' => depth += 1,
            '}' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return at + 1;
                }
            }
            ';' if depth == 0 && brackets == 0 => return at + 1,
            _ => {}
        }
    }
    code.len()
}

/// A module that only tests include from a file of its own.
struct TestModule {
    name: String,
    /// From `#[path = "…"]`.
    file: Option<String>,
}

impl TestModule {
    /// Where the module of `parent` may lie: the file, and the folder of its children.
    fn paths(&self, parent: &str) -> Vec<String> {
        let (folder, file) = parent.rsplit_once('/').unwrap_or((".", parent));
        if let Some(given) = &self.file {
            return vec![format!("{folder}/{given}")];
        }
        let base = match file {
            "lib.rs" | "main.rs" | "mod.rs" => folder.to_owned(),
            file => format!("{folder}/{}", file.trim_end_matches(".rs")),
        };
        let name = &self.name;
        vec![format!("{base}/{name}.rs"), format!("{base}/{name}")]
    }
}

/// Each `#[cfg(test)] mod name;`. The code says where, the text says what stands in its strings.
fn test_modules(code: &str, text: &str) -> Vec<TestModule> {
    let mut modules = Vec::new();
    let mut from = 0;
    while let Some(start) = next_cfg_test(code, from) {
        let end = start + item_length(&code[start..]);
        let item = &code[start..end];
        if let Some((_, name)) = item.trim_end_matches(';').rsplit_once("mod ")
            && item.ends_with(';')
        {
            let file = text[start..end]
                .split_once("#[path = \"")
                .and_then(|(_, rest)| rest.split_once('"'))
                .map(|(file, _)| file.to_owned());
            let name = name.trim().to_owned();
            modules.push(TestModule { name, file });
        }
        from = end;
    }
    modules
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_literals_are_blanked_and_the_lines_stay() {
        let text = "a(\"x // \\\" y\"); // z\n/* q /* r */\ns */ b('\"', '\\'', r#\"t\"u\"#, b\"v\") c::<'static>()";
        let masked = mask(text);
        for gone in ['x', 'y', 'z', 'q', 'r', 't', 'u', 'v'] {
            let kept = masked.replace("static", "").replace("'static", "");
            assert!(!kept.contains(gone), "{gone} in {masked}");
        }
        assert!(
            masked.contains("a(") && masked.contains("b(") && masked.contains("c::<'static>()")
        );
        assert_eq!(masked.lines().count(), text.lines().count());
        assert_eq!(masked.len(), text.len());
    }

    #[test]
    fn an_identifier_that_ends_in_r_does_not_open_a_raw_string() {
        assert_eq!(
            mask("macro_for\"x\" ; r#type ; bar"),
            "macro_for    ; r#type ; bar"
        );
    }

    #[test]
    fn what_only_tests_see_is_not_shipped() {
        let tree = Tree::from_files([
            (
                "a/src/lib.rs",
                "fn one() {}\n#[cfg(test)]\nmod tests;\n#[cfg(test)]\n#[path = \"other.rs\"]\nmod more;\n#[cfg(test)]\nmod inner { fn two() { if x {} } }\n#[cfg(any(test, fuzzing))]\nmod fuzzed;\nfn three() {}",
            ),
            ("a/src/tests.rs", "fn four() {}"),
            ("a/src/tests/deep.rs", "fn five() {}"),
            ("a/tests/it.rs", "fn six() {}"),
            ("a/src/fuzzed.rs", "fn eight() {}"),
            ("a/src/other.rs", "fn seven() {}"),
        ]);
        let shipped: String = sources(&tree)
            .iter()
            .map(|source| source.shipped.clone())
            .collect();
        assert_eq!(
            items(&shipped),
            BTreeSet::from(["one", "three"]),
            "{shipped}"
        );
    }

    #[test]
    fn a_word_has_nothing_grown_onto_it() {
        assert!(has_word("std::env::var(x)", "env::var"));
        assert!(!has_word("std::env::vars(x)", "env::var"));
        assert!(!has_word("eprintln!(x)", "println!"));
        assert!(has_word("{println!(x)}", "println!"));
    }

    #[test]
    fn items_are_found_by_kind_and_name() {
        let code = "pub(crate) async fn go<T>() {} struct Answer<T>(T); const LIMIT: u8 = 1; macro_rules! table { () => {} }";
        assert_eq!(
            items(code),
            BTreeSet::from(["go", "Answer", "LIMIT", "table"])
        );
    }
}
