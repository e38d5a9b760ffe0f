//! What code may not say: output and exits in libraries, the wall clock, unfinished work.

use super::{Violation, forbid, in_library};
use crate::source::Source;

/// What libraries leave to the program, by the words that would do it.
const PROGRAM_ONLY: [&str; 10] = [
    "println!",
    "eprintln!",
    "print!",
    "eprint!",
    "process::exit",
    "process::abort",
    "env::var",
    "env::var_os",
    "env::vars",
    "env::vars_os",
];

/// Reading the environment is the point of these: the file, the word, the reason.
const PROGRAM_ONLY_EXCEPTIONS: &[(&str, &[&str], &str)] = &[(
    "rhc-core/src/testing/",
    &["env::var", "env::var_os"],
    "feature `test-util`: `RHC_RECORD` turns the replay of fixtures into a recording",
)];

/// Types and functions of the wall clock and of the monotonic clock that tokio cannot pause.
const CLOCKS: [&str; 4] = ["SystemTime", "now_utc", "now_local", "std::time::Instant"];

/// The wall clock is the point of these: the path's beginning and the reason.
const CLOCK_EXCEPTIONS: &[(&str, &str)] = &[
    (
        "rhc-core/src/clock.rs",
        "reads the machine's clock once, and adds what tokio measured since",
    ),
    (
        "examples/rollout/engine/journal/",
        "a line carries the time of day for its reader; nothing computes with it",
    ),
    (
        "examples/rollout/cli/watch.rs",
        "says how long the person waited, also where the clock is paused",
    ),
    ("xtask/", "measures real time"),
];

/// Libraries never print, exit or read the environment.
#[must_use]
pub fn libraries_stay_silent(sources: &[Source<'_>]) -> Vec<Violation> {
    sources
        .iter()
        .filter(|source| in_library(source.path))
        .flat_map(|source| {
            let words = except(&PROGRAM_ONLY, PROGRAM_ONLY_EXCEPTIONS, source.path);
            forbid(
                source,
                &source.shipped,
                &words,
                "a library leaves this to the program",
            )
        })
        .collect()
}

/// What ends a program that did nothing wrong.
const PANICS: [&str; 6] = [
    ".unwrap()",
    ".expect(",
    ".unwrap_err()",
    "panic!",
    "unreachable!",
    "assert!",
];

/// Panics that cannot happen, or are the point: the path's beginning, the words, the reason.
const PANICS_EXCEPTIONS: &[(&str, &[&str], &str)] = &[
    (
        "rhc-core/src/testing/",
        &PANICS,
        "feature `test-util`: a failed replay is a failed test",
    ),
    (
        "rhc-core/src/cloud.rs",
        &[".expect("],
        "addresses written in that file, and a test parses each",
    ),
    (
        "rhc-core/src/fake/section.rs",
        &["unreachable!"],
        "the slot is filled on the line before",
    ),
];

/// No panic outside of tests.
#[must_use]
pub fn no_panics(sources: &[Source<'_>]) -> Vec<Violation> {
    const WHY: &str = "return an error; outside of tests nothing panics";
    sources
        .iter()
        .flat_map(|source| {
            let words = except(&PANICS, PANICS_EXCEPTIONS, source.path);
            // A parser's own `expect` takes a token and returns an error.
            let code = source.shipped.replace("self.expect(", "self_expect(");
            forbid(source, &code, &words, WHY)
        })
        .collect()
}

/// The words without those that an exception allows at `path`.
fn except<'a>(words: &[&'a str], exceptions: &[(&str, &[&str], &str)], path: &str) -> Vec<&'a str> {
    let allowed = |word: &&str| {
        exceptions
            .iter()
            .any(|(beginning, allowed, _)| path.starts_with(beginning) && allowed.contains(word))
    };
    words
        .iter()
        .copied()
        .filter(|word| !allowed(word))
        .collect()
}

/// Everything with a time in it runs on tokio's clock.
#[must_use]
pub fn clock(sources: &[Source<'_>]) -> Vec<Violation> {
    sources
        .iter()
        .filter(|source| {
            !CLOCK_EXCEPTIONS
                .iter()
                .any(|(path, _)| source.path.starts_with(path))
        })
        .flat_map(|source| {
            const WHY: &str =
                "time comes from `tokio::time`, so that a test can run on a paused clock";
            let named = forbid(source, &source.shipped, &CLOCKS, WHY);
            let imported = std_time_imports(&source.shipped)
                .filter(|(_, names)| {
                    names
                        .split(|c: char| !c.is_alphanumeric())
                        .any(|name| name == "Instant" || name == "self")
                })
                .map(|(line, _)| {
                    Violation::new(source.path, line, format!("`std::time::Instant`: {WHY}"))
                });
            named.into_iter().chain(imported).collect::<Vec<_>>()
        })
        .collect()
}

/// Nothing is left for later.
#[must_use]
pub fn unfinished(sources: &[Source<'_>]) -> Vec<Violation> {
    sources
        .iter()
        .flat_map(|source| {
            forbid(
                source,
                &source.code,
                &["todo!", "unimplemented!", "#[ignore"],
                "finish it, or leave it out",
            )
        })
        .collect()
}

/// The line, and the names between the braces, of `use std::time::{…}` and of `time::{…}` in `use std::{…}`.
fn std_time_imports(code: &str) -> impl Iterator<Item = (usize, &str)> {
    code.match_indices("use std::").filter_map(|(at, found)| {
        let line = code[..at].matches('\n').count() + 1;
        let import = code[at + found.len()..].split(';').next()?;
        let start = import
            .match_indices("time::")
            .map(|(start, name)| (start, start + name.len()))
            .find(|(start, _)| !import[..*start].ends_with(|c: char| c.is_alphanumeric()))?
            .1;
        let names = &import[start..];
        let names = names
            .strip_prefix('{')
            .map_or(names.split(',').next(), |list| list.split('}').next())?;
        Some((line, names))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{source::sources, tree::Tree};

    fn found(
        check: impl Fn(&[Source<'_>]) -> Vec<Violation>,
        path: &str,
        text: &str,
    ) -> Vec<(usize, String)> {
        let tree = Tree::from_files([(path, text)]);
        check(&sources(&tree))
            .into_iter()
            .map(|violation| {
                let word = violation.message.split('`').nth(1).unwrap().to_owned();
                (violation.line, word)
            })
            .collect()
    }

    fn one(line: usize, word: &str) -> Vec<(usize, String)> {
        vec![(line, word.to_owned())]
    }

    #[test]
    fn a_library_that_prints_exits_or_reads_the_environment_is_seen() {
        for word in PROGRAM_ONLY {
            let text = format!("fn f() {{\n    std::{word}(\"x\");\n}}\n");
            assert_eq!(
                found(libraries_stay_silent, "rhc-arm/src/a.rs", &text),
                one(2, word)
            );
            assert_eq!(
                found(libraries_stay_silent, "examples/a.rs", &text),
                [],
                "{word}"
            );
        }
    }

    #[test]
    fn docs_tests_and_the_recorder_may() {
        let text = "/// println!(\"x\")\nfn f() {}\n#[cfg(test)]\nmod tests { fn g() { println!(\"x\") } }\n";
        assert_eq!(found(libraries_stay_silent, "rhc-arm/src/a.rs", text), []);
        let text = "fn f() { std::env::var(\"RHC_RECORD\"); }";
        assert_eq!(
            found(
                libraries_stay_silent,
                "rhc-core/src/testing/fixture.rs",
                text
            ),
            []
        );
        let text = "fn f() { std::env::vars(); }";
        assert_eq!(
            found(
                libraries_stay_silent,
                "rhc-core/src/testing/fixture.rs",
                text
            ),
            one(1, "env::vars")
        );
    }

    #[test]
    fn a_panic_is_seen_outside_of_tests_only() {
        for word in PANICS {
            let call = format!("fn f() {{ x; {word}y) }}\n");
            let path = "rhc-arm/src/a.rs";
            assert_eq!(found(no_panics, path, &call), one(1, word));
            let test = format!("#[cfg(test)]\nmod tests {{ {call} }}");
            assert_eq!(found(no_panics, path, &test), []);
            assert_eq!(found(no_panics, "rhc-arm/tests/a.rs", &call), []);
            assert_eq!(found(no_panics, "rhc-core/src/testing/a.rs", &call), []);
        }
        let harmless = "fn f() { x.unwrap_or(1); self.expect(Token)?; debug_assert!(true); }";
        assert_eq!(found(no_panics, "rhc-arm/src/a.rs", harmless), []);
    }

    #[test]
    fn every_way_to_the_other_clocks_is_seen() {
        for (text, word) in [
            (
                "fn f() {\nstd::time::Instant::now(); }",
                "std::time::Instant",
            ),
            (
                "\nuse std::{fmt, time::{Duration, Instant}};",
                "std::time::Instant",
            ),
            (
                "\nuse std::time::{Duration, Instant};",
                "std::time::Instant",
            ),
            ("\nuse std::{time::{self, Duration}};", "std::time::Instant"),
            ("\nfn f() { SystemTime::now(); }", "SystemTime"),
            ("\nfn f() { OffsetDateTime::now_utc(); }", "now_utc"),
        ] {
            let path = "examples/rollout/a.rs";
            assert_eq!(found(clock, path, text), one(2, word), "{text}");
            assert_eq!(found(clock, "xtask/src/bench.rs", text), [], "{text}");
        }
    }

    #[test]
    fn the_clock_of_tokio_is_fine() {
        let text = "use std::{sync::Arc, time::Duration};\nuse tokio::time::{self, Instant};\nfn f() { Instant::now(); time::Instant::now(); }";
        assert_eq!(found(clock, "rhc-core/src/a.rs", text), []);
    }

    #[test]
    fn unfinished_work_is_seen_even_in_tests() {
        for (text, word) in [
            ("fn f() { todo!() }", "todo!"),
            ("fn f() { unimplemented!(\"later\") }", "unimplemented!"),
            ("#[ignore = \"slow\"]\nfn f() {}", "#[ignore"),
        ] {
            assert_eq!(found(unfinished, "rhc-arm/tests/a.rs", text), one(1, word));
        }
    }
}
