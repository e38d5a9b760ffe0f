//! `$search` on directory objects: words at the beginning of a property's words.
//!
//! Source: [search parameter](https://learn.microsoft.com/graph/search-query-parameter). Unverified: the words of the refusals,
//! and that each property is cut into words; Microsoft says so of displayName and description.

use super::super::Refusal;
use super::super::schema::{self, Property};
use serde_json::{Map, Value};

/// A parsed `$search`: one of the lists has to hold as a whole.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Search(Vec<Vec<(String, String)>>);

impl Search {
    /// Parses `"displayName:words" AND "description:words"`; `OR` binds less than `AND`.
    ///
    /// # Errors
    /// 400 where it cannot be parsed or names an unknown property.
    pub(super) fn parse(
        text: &str,
        properties: &[Property],
        type_name: &str,
    ) -> Result<Self, Refusal> {
        let syntax = || {
            let message = format!(
                "Syntax error: character '\"' is expected in '{text}'. Use \"property:value\"."
            );
            Refusal::new(400, "Request_UnsupportedQuery", message)
        };
        let mut all = vec![Vec::new()];
        let mut rest = text.trim();
        loop {
            let (clause, after) = clause(rest).ok_or_else(syntax)?;
            let (name, words) = clause.split_once(':').ok_or_else(syntax)?;
            let property = schema::find(properties, name)
                .ok_or_else(|| Refusal::unknown_property(name, type_name))?;
            if let Some(last) = all.last_mut() {
                last.push((property.name.to_owned(), words.to_lowercase()));
            }
            rest = after.trim_start();
            if rest.is_empty() {
                return Ok(Self(all));
            } else if let Some(after) = rest.strip_prefix("AND ") {
                rest = after.trim_start();
            } else {
                rest = rest.strip_prefix("OR ").ok_or_else(syntax)?.trim_start();
                all.push(Vec::new());
            }
        }
    }

    /// Whether an object is among the wanted ones.
    pub(super) fn holds(&self, object: &Map<String, Value>) -> bool {
        let found = |(name, words): &(String, String)| match object.get(name) {
            Some(Value::String(text)) => has(text, words),
            Some(Value::Array(texts)) => texts
                .iter()
                .filter_map(Value::as_str)
                .any(|text| has(text, words)),
            _ => false,
        };
        self.0.iter().any(|clauses| clauses.iter().all(found))
    }
}

/// The text between two quotes, and what is behind them.
fn clause(text: &str) -> Option<(String, &str)> {
    let mut inner = String::new();
    let mut signs = text.strip_prefix('"')?.char_indices();
    while let Some((at, sign)) = signs.next() {
        match sign {
            '"' => return Some((inner, text.get(at + 2..)?)),
            '\\' => inner.push(signs.next()?.1),
            sign => inner.push(sign),
        }
    }
    None
}

fn has(text: &str, words: &str) -> bool {
    let text = text.to_lowercase();
    let begins = |start: usize| {
        text.get(start..)
            .is_some_and(|rest| rest.starts_with(words))
    };
    let mut before = ' ';
    text.char_indices().any(|(at, sign)| {
        let first = !before.is_alphanumeric();
        before = sign;
        first && begins(at)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const PROPERTIES: &[Property] = &[schema::text("displayName"), schema::texts("tags")];

    fn holds(text: &str) -> Result<bool, Refusal> {
        let object = json!({"displayName": "SQL administrators (QA) of \"HP2\"", "tags": ["rhc-environment:qa"]});
        let search = Search::parse(text, PROPERTIES, "thing")?;
        Ok(search.holds(object.as_object().unwrap()))
    }

    #[test]
    fn words_are_found_where_words_begin() {
        for (text, expected) in [
            (r#""displayName:sql""#, true),
            (r#""displayName:Admin""#, true),
            (r#""displayName:dmin""#, false),
            (r#""displayName:qa" AND "tags:rhc""#, true),
            (r#""displayName:nobody" AND "tags:rhc""#, false),
            (r#""displayName:nobody" OR "tags:environment:qa""#, true),
            (r#""displayName:of \"hp""#, true),
        ] {
            assert_eq!(holds(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_search_is_refused() {
        for text in [
            "",
            "sql",
            r#""displayName""#,
            r#""displayName:sql"#,
            r#""displayName:sql" and "tags:x""#,
            r#""colour:red""#,
        ] {
            assert_eq!(holds(text).unwrap_err().status(), 400, "{text}");
        }
    }
}
