//! `$filter`: parsed into a tree and evaluated against an object's JSON.

use super::super::Refusal;
use super::super::schema::{self, Property};
use serde_json::{Map, Value};

/// A parsed `$filter`.
#[derive(Debug, Clone, PartialEq)]
pub(in super::super) enum Filter {
    And(Box<Filter>, Box<Filter>),
    Or(Box<Filter>, Box<Filter>),
    Not(Box<Filter>),
    Compare(String, Operator, Value),
    In(String, Vec<Value>),
    StartsWith(String, String),
    EndsWith(String, String),
    Any(String, String, Box<Filter>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Operator {
    Eq,
    Ne,
    Ge,
    Le,
}

/// Each is a step down when the filter is read and when it is asked. Unverified: where Graph itself ends.
const MOST_PARTS: usize = 120;

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Word(String),
    Text(String),
    Open,
    Close,
    Comma,
    Colon,
}

fn syntax(at: &str) -> Refusal {
    Refusal::new(
        400,
        "BadRequest",
        format!("Invalid filter clause: syntax error at '{at}'."),
    )
}

impl Filter {
    /// Parses a filter and checks that it names only properties of the type.
    ///
    /// # Errors
    /// 400 where it cannot be parsed or names an unknown property; 400 `Request_UnsupportedQuery` where an operator
    /// needs `ConsistencyLevel: eventual` and `$count=true`.
    pub(in super::super) fn parse(
        text: &str,
        properties: &[Property],
        type_name: &str,
        advanced: bool,
    ) -> Result<Self, Refusal> {
        let mut parser = Parser {
            tokens: tokens(text)?,
            at: 0,
            parts: 0,
        };
        let filter = parser.or()?;
        if let Some(token) = parser.peek() {
            return Err(syntax(&format!("{token:?}")));
        }
        filter.check(properties, type_name, None)?;
        if !advanced && let Some(operator) = filter.advanced_operator() {
            return Err(Refusal::new(
                400,
                "Request_UnsupportedQuery",
                format!(
                    "Operator '{operator}' is not supported because the 'ConsistencyLevel:eventual' header is missing. Refer to https://aka.ms/graph-docs/advanced-queries for more information."
                ),
            ));
        }
        Ok(filter)
    }

    /// Whether an object is among the wanted ones. Strings compare without case, as the directory does.
    pub(in super::super) fn holds(&self, object: &Map<String, Value>) -> bool {
        self.holds_for(object, None)
    }

    fn holds_for(&self, object: &Map<String, Value>, item: Option<(&str, &Value)>) -> bool {
        let value = |path: &str| lookup(object, item, path);
        match self {
            Self::And(left, right) => left.holds_for(object, item) && right.holds_for(object, item),
            Self::Or(left, right) => left.holds_for(object, item) || right.holds_for(object, item),
            Self::Not(inner) => !inner.holds_for(object, item),
            Self::Compare(path, operator, wanted) => {
                let found = value(path);
                match operator {
                    Operator::Eq => same(&found, wanted),
                    Operator::Ne => !same(&found, wanted),
                    Operator::Ge => text(&found) >= text(wanted),
                    Operator::Le => text(&found) <= text(wanted),
                }
            }
            Self::In(path, wanted) => {
                let found = value(path);
                wanted.iter().any(|wanted| same(&found, wanted))
            }
            Self::StartsWith(path, wanted) => {
                text(&value(path)).starts_with(&wanted.to_lowercase())
            }
            Self::EndsWith(path, wanted) => text(&value(path)).ends_with(&wanted.to_lowercase()),
            Self::Any(path, variable, inner) => value(path).as_array().is_some_and(|items| {
                items
                    .iter()
                    .any(|item| inner.holds_for(object, Some((variable, item))))
            }),
        }
    }

    fn check(
        &self,
        properties: &[Property],
        type_name: &str,
        variable: Option<&str>,
    ) -> Result<(), Refusal> {
        let known = |path: &str| {
            let first = path.split('/').next().unwrap_or_default();
            if Some(first) == variable || schema::find(properties, first).is_some() {
                return Ok(());
            }
            Err(Refusal::new(
                400,
                "BadRequest",
                format!(
                    "Could not find a property named '{first}' on type 'microsoft.graph.{type_name}'."
                ),
            ))
        };
        match self {
            Self::And(left, right) | Self::Or(left, right) => {
                left.check(properties, type_name, variable)?;
                right.check(properties, type_name, variable)
            }
            Self::Not(inner) => inner.check(properties, type_name, variable),
            Self::Compare(path, ..)
            | Self::In(path, _)
            | Self::StartsWith(path, _)
            | Self::EndsWith(path, _) => known(path),
            Self::Any(path, variable, inner) => {
                known(path)?;
                inner.check(properties, type_name, Some(variable))
            }
        }
    }

    fn advanced_operator(&self) -> Option<&'static str> {
        match self {
            Self::And(left, right) | Self::Or(left, right) => {
                left.advanced_operator().or(right.advanced_operator())
            }
            Self::Not(_) => Some("Not"),
            Self::EndsWith(..) => Some("EndsWith"),
            Self::Compare(_, Operator::Ne, _) => Some("NotEqual"),
            Self::Any(_, _, inner) => inner.advanced_operator(),
            _ => None,
        }
    }
}

fn lookup(object: &Map<String, Value>, item: Option<(&str, &Value)>, path: &str) -> Value {
    let mut parts = path.split('/');
    let first = parts.next().unwrap_or_default();
    let start = match item {
        Some((variable, item)) if variable == first => Some(item),
        _ => object.get(first),
    };
    let found = parts.fold(start, |value, part| value.and_then(|value| value.get(part)));
    found.cloned().unwrap_or(Value::Null)
}

fn same(found: &Value, wanted: &Value) -> bool {
    match (found, wanted) {
        (Value::String(found), Value::String(wanted)) => found.eq_ignore_ascii_case(wanted),
        _ => found == wanted,
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.to_lowercase(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    /// How many conditions, negations and parentheses there were.
    parts: usize,
}

impl Parser {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn next(&mut self) -> Option<Token> {
        let token = self.tokens.get(self.at).cloned();
        self.at += 1;
        token
    }

    fn is_word(&self, word: &str) -> bool {
        matches!(self.peek(), Some(Token::Word(own)) if own == word)
    }

    fn expect(&mut self, wanted: &Token) -> Result<(), Refusal> {
        match self.next() {
            Some(token) if token == *wanted => Ok(()),
            token => Err(syntax(&format!("{token:?}"))),
        }
    }

    fn word(&mut self) -> Result<String, Refusal> {
        match self.next() {
            Some(Token::Word(word)) => Ok(word),
            token => Err(syntax(&format!("{token:?}"))),
        }
    }

    fn or(&mut self) -> Result<Filter, Refusal> {
        let mut left = self.and()?;
        while self.is_word("or") {
            self.at += 1;
            left = Filter::Or(Box::new(left), Box::new(self.and()?));
        }
        Ok(left)
    }

    fn and(&mut self) -> Result<Filter, Refusal> {
        let mut left = self.one()?;
        while self.is_word("and") {
            self.at += 1;
            left = Filter::And(Box::new(left), Box::new(self.one()?));
        }
        Ok(left)
    }

    fn one(&mut self) -> Result<Filter, Refusal> {
        self.parts += 1;
        if self.parts > MOST_PARTS {
            return Err(syntax("a filter with too many parts"));
        }
        if self.peek() == Some(&Token::Open) {
            self.at += 1;
            let inner = self.or()?;
            self.expect(&Token::Close)?;
            return Ok(inner);
        }
        let word = self.word()?;
        match word.to_ascii_lowercase().as_str() {
            "not" => Ok(Filter::Not(Box::new(self.one()?))),
            "startswith" => self.function(Filter::StartsWith),
            "endswith" => self.function(Filter::EndsWith),
            _ => match word.strip_suffix("/any") {
                Some(path) if self.peek() == Some(&Token::Open) => self.any(path),
                _ => self.comparison(word),
            },
        }
    }

    fn function(&mut self, make: fn(String, String) -> Filter) -> Result<Filter, Refusal> {
        self.expect(&Token::Open)?;
        let path = self.word()?;
        self.expect(&Token::Comma)?;
        let text = match self.next() {
            Some(Token::Text(text)) => text,
            token => return Err(syntax(&format!("{token:?}"))),
        };
        self.expect(&Token::Close)?;
        Ok(make(path, text))
    }

    fn any(&mut self, path: &str) -> Result<Filter, Refusal> {
        self.expect(&Token::Open)?;
        let variable = self.word()?;
        self.expect(&Token::Colon)?;
        let inner = self.or()?;
        self.expect(&Token::Close)?;
        Ok(Filter::Any(path.to_owned(), variable, Box::new(inner)))
    }

    fn comparison(&mut self, path: String) -> Result<Filter, Refusal> {
        let operator = match self.word()?.as_str() {
            "eq" => Operator::Eq,
            "ne" => Operator::Ne,
            "ge" => Operator::Ge,
            "le" => Operator::Le,
            "in" => {
                self.expect(&Token::Open)?;
                let mut wanted = vec![self.literal()?];
                while self.peek() == Some(&Token::Comma) {
                    self.at += 1;
                    wanted.push(self.literal()?);
                }
                self.expect(&Token::Close)?;
                return Ok(Filter::In(path, wanted));
            }
            other => return Err(syntax(other)),
        };
        Ok(Filter::Compare(path, operator, self.literal()?))
    }

    fn literal(&mut self) -> Result<Value, Refusal> {
        match self.next() {
            Some(Token::Text(text)) => Ok(Value::String(text)),
            Some(Token::Word(word)) => match word.as_str() {
                "true" => Ok(true.into()),
                "false" => Ok(false.into()),
                "null" => Ok(Value::Null),
                word => {
                    if let Ok(number) = word.parse::<i64>() {
                        return Ok(number.into());
                    }
                    // A GUID or a date needs no quotes; a bare word is a forgotten pair of them.
                    if word.parse::<uuid::Uuid>().is_ok()
                        || word.starts_with(|c: char| c.is_ascii_digit())
                    {
                        return Ok(word.into());
                    }
                    Err(syntax(word))
                }
            },
            token => Err(syntax(&format!("{token:?}"))),
        }
    }
}

fn tokens(text: &str) -> Result<Vec<Token>, Refusal> {
    let mut found = Vec::new();
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        found.push(match c {
            ' ' => continue,
            '(' => Token::Open,
            ')' => Token::Close,
            ',' => Token::Comma,
            ':' => Token::Colon,
            '\'' => {
                let mut value = String::new();
                loop {
                    match rest.next() {
                        Some('\'') if rest.peek() == Some(&'\'') => {
                            rest.next();
                            value.push('\'');
                        }
                        Some('\'') => break,
                        Some(c) => value.push(c),
                        None => return Err(syntax("an unterminated string")),
                    }
                }
                Token::Text(value)
            }
            c => {
                let mut word = String::from(c);
                // A colon belongs to a date, but ends a lambda's variable.
                while let Some(c) = rest.next_if(|c| {
                    !" (),'".contains(*c)
                        && (*c != ':' || word.starts_with(|c: char| c.is_ascii_digit()))
                }) {
                    word.push(c);
                }
                Token::Word(word)
            }
        });
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const PROPERTIES: &[Property] = &[
        schema::text("displayName"),
        schema::text("userType"),
        schema::flag("accountEnabled"),
        schema::texts("tags"),
        schema::guid("appOwnerOrganizationId"),
        schema::time("createdDateTime"),
        schema::objects(
            "identities",
            &[schema::text("issuer"), schema::text("issuerAssignedId")],
        ),
    ];

    fn holds(filter: &str, advanced: bool) -> Result<bool, Refusal> {
        let object = json!({"displayName": "O'Brien (QA)", "userType": "Guest", "accountEnabled": true,
            "tags": ["rhc-environment:qa", "x"], "appOwnerOrganizationId": "ed01df5d-6b39-45f8-82ae-36b88e5daae0",
            "createdDateTime": "2026-11-23T09:00:00Z",
            "identities": [{"issuer": "contoso.onmicrosoft.com", "issuerAssignedId": "a@x.org"}, {"issuer": "other", "issuerAssignedId": "b@x.org"}]});
        let filter = Filter::parse(filter, PROPERTIES, "thing", advanced)?;
        Ok(filter.holds(object.as_object().unwrap()))
    }

    #[test]
    fn a_filter_of_very_many_parts_is_refused() {
        let one = "accountEnabled eq true";
        for times in [100, 100_000] {
            for filter in [
                format!("{}{one}{}", "(".repeat(times), ")".repeat(times)),
                format!("{}{one}", "not ".repeat(times)),
                vec![one; times].join(" and "),
            ] {
                let held = holds(&filter, true).map_err(|refusal| refusal.status());
                assert_eq!(held, if times == 100 { Ok(true) } else { Err(400) });
            }
        }
    }

    #[test]
    fn what_is_used_is_understood() {
        for (filter, expected) in [
            ("displayName eq 'o''brien (qa)'", true),
            ("startswith(displayName,'O''B')", true),
            ("startswith(displayName, 'B')", false),
            ("userType eq 'Guest' and accountEnabled eq true", true),
            ("userType eq 'Guest' and accountEnabled eq false", false),
            (
                "userType eq 'x' or (accountEnabled eq true and displayName eq null)",
                false,
            ),
            ("userType in ('Member','Guest')", true),
            ("tags/any(t:t eq 'rhc-environment:qa')", true),
            ("tags/any(t: startswith(t,'rhc-environment:prod'))", false),
            (
                "identities/any(c:c/issuerAssignedId eq 'a@x.org' and c/issuer eq 'contoso.onmicrosoft.com')",
                true,
            ),
            (
                "identities/any(c:c/issuerAssignedId eq 'b@x.org' and c/issuer eq 'contoso.onmicrosoft.com')",
                false,
            ),
            (
                "appOwnerOrganizationId eq ed01df5d-6b39-45f8-82ae-36b88e5daae0",
                true,
            ),
            ("createdDateTime ge 2026-11-01T00:00:00Z", true),
            ("createdDateTime le 2026-11-01T00:00:00Z", false),
        ] {
            assert_eq!(holds(filter, false), Ok(expected), "{filter}");
        }
        for (filter, expected) in [
            ("userType ne 'Member'", true),
            ("not(startswith(displayName,'O'))", false),
            ("endswith(displayName,'(QA)')", true),
        ] {
            assert_eq!(holds(filter, true), Ok(expected), "{filter}");
        }
    }

    #[test]
    fn advanced_operators_need_the_header() {
        for filter in [
            "userType ne 'Member'",
            "not(userType eq 'x')",
            "endswith(displayName,'x')",
            "tags/any(t:t ne 'x')",
        ] {
            let error = holds(filter, false).unwrap_err();
            assert_eq!(error.code(), "Request_UnsupportedQuery", "{filter}");
        }
    }

    #[test]
    fn what_is_no_filter_is_refused() {
        for filter in [
            "",
            "displayName",
            "displayName eq",
            "displayName eq x",
            "displayName == 'x'",
            "displayName eq 'x' and",
            "(displayName eq 'x'",
            "displayName eq 'x')",
            "startswith(displayName)",
            "displayName eq 'x",
        ] {
            assert_eq!(holds(filter, true).unwrap_err().status(), 400, "{filter}");
        }
    }

    #[test]
    fn an_unknown_property_is_refused() {
        for filter in [
            "displayname2 eq 'x'",
            "tags/any(t:t eq 'x' and y eq 'x')",
            "startswith(foo,'x')",
        ] {
            let error = holds(filter, false).unwrap_err();
            assert!(
                error.message().contains("Could not find a property"),
                "{filter}: {error:?}"
            );
        }
    }
}
