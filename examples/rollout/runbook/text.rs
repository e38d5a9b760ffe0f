//! Text with values in it that are known only when somebody follows the runbook.

/// Around the name of a value.
const OPEN: char = '\u{27e6}'; // ⟦
const CLOSE: char = '\u{27e7}'; // ⟧

/// The place of a value.
pub(super) fn hole(name: &str) -> String {
    format!("{OPEN}{name}{CLOSE}")
}

/// A part of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part<'a> {
    Text(&'a str),
    Value(&'a str),
}

/// The parts of a text, in order.
pub(super) fn parts(text: &str) -> Vec<Part<'_>> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(OPEN) {
        let Some((name, tail)) = after.split_once(CLOSE) else {
            break;
        };
        if !before.is_empty() {
            found.push(Part::Text(before));
        }
        found.push(Part::Value(name));
        rest = tail;
    }
    if !rest.is_empty() {
        found.push(Part::Text(rest));
    }
    found
}

/// The names of the values in a text.
pub(super) fn names(text: &str) -> Vec<&str> {
    let name = |part| match part {
        Part::Value(name) => Some(name),
        Part::Text(_) => None,
    };
    parts(text).into_iter().filter_map(name).collect()
}

/// A text for a place with its own way to write text and values.
pub(super) fn written(
    text: &str,
    plain: impl Fn(&str) -> String,
    value: impl Fn(&str) -> String,
) -> String {
    let write = |part| match part {
        Part::Text(text) => plain(text),
        Part::Value(name) => value(name),
    };
    parts(text).into_iter().map(write).collect()
}

/// The UUIDs in a text, in small letters.
pub(super) fn uuids(text: &str) -> Vec<String> {
    const LENGTH: usize = 36;
    let bytes = text.as_bytes();
    let is_word = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let starts = 0..bytes.len().saturating_sub(LENGTH - 1);
    let found = starts.filter_map(|start| {
        let word = text.get(start..start + LENGTH)?;
        let alone =
            (start == 0 || !is_word(bytes.get(start - 1))) && !is_word(bytes.get(start + LENGTH));
        let dashed = word.split('-').map(str::len).eq([8, 4, 4, 4, 12]);
        let hex = word.bytes().all(|c| c == b'-' || c.is_ascii_hexdigit());
        (alone && dashed && hex).then(|| word.to_ascii_lowercase())
    });
    found.collect()
}

/// `hp225qa_id_principal_id`: words as a name that shells take.
pub(super) fn slug(text: &str) -> String {
    let mut name = String::new();
    let mut small = false;
    for c in text.chars() {
        if c.is_ascii_uppercase() && small {
            name.push('_');
        }
        small = c.is_ascii_lowercase() || c.is_ascii_digit();
        if c.is_ascii_alphanumeric() {
            name.push(c.to_ascii_lowercase());
        } else if !name.ends_with('_') && !name.is_empty() {
            name.push('_');
        }
    }
    let name = name.trim_end_matches('_').to_owned();
    if name.starts_with(|c: char| c.is_ascii_digit()) {
        format!("v{name}")
    } else {
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_in_a_text_and_written_in_another_way() {
        let text = format!("/subscriptions/{}/x", hole("a"));
        assert_eq!(names(&text), ["a"]);
        let shell = written(
            &text,
            |text| text.replace('/', "|"),
            |name| format!("${name}"),
        );
        assert_eq!(shell, "|subscriptions|$a|x");
        assert_eq!(parts("⟦open"), [Part::Text("⟦open")]);
    }

    #[test]
    fn only_whole_uuids_count() {
        let id = "5D1bb7a2-0a3c-4c55-8a3e-0a51b2f9c001";
        assert_eq!(uuids(&format!("x-{id}/é")), [id.to_lowercase()]);
        for none in ["", "5d1bb7a2", &format!("{id}0"), &format!("a{id}"), "é-é"] {
            assert!(uuids(none).is_empty(), "{none}");
        }
    }

    #[test]
    fn names_are_words_that_a_shell_takes() {
        for (text, name) in [
            ("hp225qa-id principalId", "hp225qa_id_principal_id"),
            (
                "rhc-b2c-qa-sub subscriptionId",
                "rhc_b2c_qa_sub_subscription_id",
            ),
            ("9 lives", "v9_lives"),
        ] {
            assert_eq!(slug(text), name);
        }
    }
}
