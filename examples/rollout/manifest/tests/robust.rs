//! No text makes the reader panic, and no mutation of the file is accepted by accident as something it is not.

use super::*;

/// Every way to cut the file off at the end of a line.
#[test]
fn the_file_cut_off_at_any_line() {
    let mut end = 0;
    for line in QA.split_inclusive('\n') {
        end += line.len();
        if let Err(error) = Manifest::parse("qa.toml", &QA[..end]) {
            assert!(!error.problems().is_empty());
            assert!(!error.to_string().is_empty());
        }
    }
}

/// Every line of the file left out by itself. What is accepted then must be a model that differs, unless the line said
/// nothing: a comment, or an empty list.
#[test]
fn the_file_without_any_one_line() {
    let whole = Manifest::parse("qa.toml", QA).unwrap();
    let lines: Vec<&str> = QA.lines().collect();
    for skipped in 0..lines.len() {
        let text: Vec<&str> = lines
            .iter()
            .enumerate()
            .filter(|(index, _)| *index != skipped)
            .map(|(_, line)| *line)
            .collect();
        let line = lines[skipped].trim();
        let silent = line.is_empty() || line.starts_with('#') || line.ends_with("= []");
        match Manifest::parse("qa.toml", &text.join("\n")) {
            Ok(manifest) => assert_eq!(manifest == whole, silent, "without {line:?}"),
            Err(error) => assert!(
                !silent && !error.problems().is_empty(),
                "without {line:?}: {error}"
            ),
        }
    }
}

/// Every value of the file replaced by some of these: refused with a place in that line or elsewhere, or read as another
/// model, but never a panic.
#[test]
fn every_value_replaced() {
    let values = [
        "0",
        "-1",
        "1e999",
        "nan",
        "true",
        "\"\"",
        "\"\u{0}\"",
        "\"é\"",
        "[]",
        "{}",
        "[[]]",
        "1979-05-27",
        "'''\n'''",
        "\"a/b\"",
        "999999999999999999999999",
    ];
    let lines: Vec<&str> = QA.lines().collect();
    let mut refused = 0;
    for (index, line) in lines.iter().enumerate() {
        let Some((key, _)) = line.split_once(" = ").filter(|_| !line.starts_with('#')) else {
            continue;
        };
        // Five of the values for each line, in turn: parsing without optimisation takes its time.
        for value in values.iter().cycle().skip(index).take(5) {
            let mut text = lines.clone();
            let changed = format!("{key} = {value}");
            text[index] = &changed;
            if let Err(error) = Manifest::parse("qa.toml", &text.join("\n")) {
                refused += 1;
                assert!(
                    error
                        .problems()
                        .iter()
                        .all(|problem| problem.line <= lines.len() + 2),
                    "{error}"
                );
                // Drawing is slow and always the same code; a sample is enough.
                let drawn = if refused % 50 == 0 {
                    format!("{:?}", error.report())
                } else {
                    error.to_string()
                };
                assert!(!drawn.is_empty());
            }
        }
    }
    assert!(
        refused > 500,
        "only {refused} of the changed files were refused"
    );
}

/// Bytes of the file overwritten by a fixed pseudo-random sequence.
#[test]
fn bytes_overwritten() {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    for round in 0..200 {
        let mut bytes = QA.as_bytes().to_vec();
        for _ in 0..=next() % 4 {
            let at = usize::try_from(next() % QA.len() as u64).unwrap();
            bytes[at] = u8::try_from(next() % 128).unwrap();
        }
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Err(error) = Manifest::parse("qa.toml", &text) {
            let drawn = if round % 20 == 0 {
                format!("{:?}", error.report())
            } else {
                error.to_string()
            };
            assert!(!drawn.is_empty());
        }
    }
}

#[test]
fn depths_and_oddities() {
    let deep = format!("x = {}{}", "[".repeat(5000), "]".repeat(5000));
    let tables = format!("[{}]", vec!["a"; 2000].join("."));
    for text in [
        "",
        "\u{0}",
        "=",
        "[",
        "[[",
        "\"",
        "a.b.c = ",
        "\r",
        "a = 'é",
        &deep,
        &tables,
        "[protected]\ntenants = [1, {}, []]",
    ] {
        let error = Manifest::parse("x.toml", text).unwrap_err();
        assert!(!error.problems().is_empty());
        let _ = format!("{error} {:?}", error.report());
    }
}
