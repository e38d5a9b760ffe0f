//! The expressions of templates, as far as this cloud knows them.

use std::cell::Cell;

use serde_json::{Value, json};

/// How many bytes all expressions of a template may come to. Unverified: where the service itself ends.
pub(super) const MOST: usize = 16 << 20;
/// How deep functions stand in each other, and how deep is what they come to.
const DEEPEST: usize = 64;

/// What an expression can ask for.
pub(super) struct Scope {
    pub(super) parameters: Value,
    pub(super) variables: Value,
    /// The id of the group or subscription.
    pub(super) id: String,
    pub(super) subscription: String,
    pub(super) tenant: String,
    /// The group, if it is one.
    pub(super) group: Option<Value>,
    /// How many bytes its expressions may still come to: each can be many times what it is made of.
    pub(super) left: Cell<usize>,
}

impl Scope {
    fn spend(&self, bytes: usize) -> Result<(), String> {
        let left = self.left.get().checked_sub(bytes);
        self.left.set(left.ok_or_else(|| {
            format!("The template's expressions come to more than {MOST} bytes.")
        })?);
        Ok(())
    }

    /// Takes what a function came to.
    fn spend_on(&self, value: &Value) -> Result<(), String> {
        let bytes = size(value, DEEPEST).ok_or_else(|| {
            format!("What the template's expressions come to is deeper than {DEEPEST}.")
        })?;
        self.spend(bytes)
    }
}

/// About how many bytes a value has; nothing where it is deeper than that.
fn size(value: &Value, deepest: usize) -> Option<usize> {
    let below = || deepest.checked_sub(1);
    match value {
        Value::String(text) => Some(text.len()),
        Value::Array(items) => items
            .iter()
            .try_fold(8, |sum: usize, own| Some(sum + 8 + size(own, below()?)?)),
        Value::Object(members) => members.iter().try_fold(8, |sum: usize, (name, own)| {
            Some(sum + 8 + name.len() + size(own, below()?)?)
        }),
        _ => Some(8),
    }
}

/// Evaluates every expression in a document.
pub(super) fn evaluate(value: &Value, scope: &Scope) -> Result<Value, String> {
    match value {
        Value::String(text) => match text.strip_prefix('[') {
            Some(rest) if rest.starts_with('[') => Ok(json!(rest)),
            Some(rest) if rest.ends_with(']') => {
                let mut parser = Parser {
                    rest: rest.get(..rest.len() - 1).unwrap_or_default(),
                    depth: 0,
                    scope,
                };
                let value = parser.expression()?;
                match parser.rest.trim() {
                    "" => Ok(value),
                    left => Err(format!(
                        "'{left}' is not expected in the template language expression '{text}'."
                    )),
                }
            }
            _ => Ok(value.clone()),
        },
        Value::Array(items) => items.iter().map(|own| evaluate(own, scope)).collect(),
        Value::Object(members) => members
            .iter()
            .map(|(name, own)| Ok((name.clone(), evaluate(own, scope)?)))
            .collect(),
        other => Ok(other.clone()),
    }
}

struct Parser<'a> {
    rest: &'a str,
    depth: usize,
    scope: &'a Scope,
}

impl Parser<'_> {
    fn take(&mut self, expected: char) -> bool {
        let trimmed = self.rest.trim_start();
        match trimmed.strip_prefix(expected) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn word(&mut self) -> Result<String, String> {
        let trimmed = self.rest.trim_start();
        let end = trimmed
            .find(|own: char| !own.is_ascii_alphanumeric() && own != '_')
            .unwrap_or(trimmed.len());
        let (word, rest) = trimmed.split_at(end);
        if word.is_empty() {
            return Err(format!("A name is expected at '{trimmed}'."));
        }
        self.rest = rest;
        Ok(word.to_owned())
    }

    fn expression(&mut self) -> Result<Value, String> {
        let trimmed = self.rest.trim_start();
        if let Some(text) = trimmed.strip_prefix('\'') {
            let end = text.find('\'').ok_or("A text has no end.")?;
            let (text, rest) = text.split_at(end);
            self.rest = rest.get(1..).unwrap_or_default();
            return Ok(json!(text));
        }
        if trimmed.starts_with(|own: char| own.is_ascii_digit() || own == '-') {
            let end = trimmed
                .find(|own: char| !own.is_ascii_digit() && own != '-')
                .unwrap_or(trimmed.len());
            let (number, rest) = trimmed.split_at(end);
            self.rest = rest;
            return number
                .parse::<i64>()
                .map(Value::from)
                .map_err(|error| error.to_string());
        }
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(format!(
                "The template's functions stand in each other deeper than {DEEPEST}."
            ));
        }
        let value = self.function();
        self.depth -= 1;
        value
    }

    /// A function, and what is taken of what it comes to.
    fn function(&mut self) -> Result<Value, String> {
        let function = self.word()?;
        if !self.take('(') {
            return Err(format!(
                "The template function '{function}' needs parentheses."
            ));
        }
        let mut arguments = Vec::new();
        if !self.take(')') {
            loop {
                arguments.push(self.expression()?);
                if self.take(')') {
                    break;
                }
                if !self.take(',') {
                    return Err(format!("A comma is expected at '{}'.", self.rest));
                }
            }
        }
        let mut value = self.call(&function, &arguments)?;
        self.scope.spend_on(&value)?;
        loop {
            if self.take('.') {
                let name = self.word()?;
                value = value.get(&name).cloned().ok_or_else(|| {
                    format!("The language expression property '{name}' doesn't exist.")
                })?;
            } else if self.take('[') {
                let index = self.expression()?;
                let found = match &index {
                    Value::String(name) => value.get(name),
                    index => index
                        .as_u64()
                        .and_then(|index| value.get(usize::try_from(index).ok()?)),
                };
                value = found
                    .cloned()
                    .ok_or_else(|| format!("The index {index} is not valid."))?;
                if !self.take(']') {
                    return Err("A bracket has no end.".to_owned());
                }
            } else {
                return Ok(value);
            }
        }
    }

    fn call(&self, function: &str, arguments: &[Value]) -> Result<Value, String> {
        let scope = self.scope;
        let text = |index: usize| {
            arguments.get(index).and_then(Value::as_str).ok_or_else(|| {
                format!(
                    "The template function '{function}' expects a text as its parameter {}.",
                    index + 1
                )
            })
        };
        let named = |kind: &str, from: &Value| {
            let name = text(0)?;
            from.get(name)
                .cloned()
                .ok_or_else(|| format!("The template {kind} '{name}' is not found."))
        };
        let texts = || arguments.iter().map(plain).collect::<Vec<_>>();
        match function.to_ascii_lowercase().as_str() {
            "parameters" => named("parameter", &scope.parameters),
            "variables" => named("variable", &scope.variables),
            "concat" => Ok(json!(texts().concat())),
            "tolower" => Ok(json!(text(0)?.to_lowercase())),
            "toupper" => Ok(json!(text(0)?.to_uppercase())),
            "string" => Ok(json!(arguments.first().map(plain).unwrap_or_default())),
            "format" => {
                let filled = texts().iter().skip(1).enumerate().try_fold(
                    text(0)?.to_owned(),
                    |text, (index, own)| {
                        let hole = format!("{{{index}}}");
                        let times = text.matches(&hole).count();
                        scope.spend(times.saturating_mul(own.len()))?;
                        Ok::<_, String>(text.replace(&hole, own))
                    },
                )?;
                Ok(json!(filled))
            }
            "subscription" => Ok(json!({
                "id": format!("/subscriptions/{}", scope.subscription),
                "subscriptionId": scope.subscription,
                "tenantId": scope.tenant,
            })),
            "resourcegroup" => scope.group.clone().ok_or_else(|| {
                "The template function 'RESOURCEGROUP' is not expected at this location.".to_owned()
            }),
            "resourceid" => {
                let kind = text(0)?;
                let Some((namespace, types)) = kind.split_once('/') else {
                    return Err(format!("'{kind}' is not a resource type."));
                };
                let names = texts().into_iter().skip(1);
                let pairs: String = types
                    .split('/')
                    .zip(names)
                    .map(|(kind, name)| format!("/{kind}/{name}"))
                    .collect();
                Ok(json!(format!("{}/providers/{namespace}{pairs}", scope.id)))
            }
            _ => Err(format!("The template function '{function}' is not valid.")),
        }
    }
}

fn plain(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope(variables: Value) -> Scope {
        Scope {
            parameters: json!({}),
            variables,
            id: String::new(),
            subscription: String::new(),
            tenant: String::new(),
            group: None,
            left: Cell::new(MOST),
        }
    }

    fn said(text: &str, variables: Value) -> String {
        evaluate(&json!(text), &scope(variables)).unwrap_err()
    }

    #[test]
    fn functions_stand_in_each_other_only_so_deep() {
        let deep = |times: usize| format!("[{}'a'{}]", "concat(".repeat(times), ")".repeat(times));
        assert_eq!(
            evaluate(&json!(deep(64)), &scope(json!({}))),
            Ok(json!("a"))
        );
        assert!(said(&deep(100_000), json!({})).contains("deeper than 64"));
    }

    #[test]
    fn expressions_come_to_so_much_and_no_more() {
        let scope = scope(json!({ "v": "x".repeat(1024) }));
        let mut scope = scope;
        let mut doubled = || {
            let twice = evaluate(&json!("[concat(variables('v'), variables('v'))]"), &scope)?;
            scope.variables["v"] = twice;
            Ok::<_, String>(())
        };
        let failed = (0..40).find_map(|_| doubled().err());
        assert!(failed.unwrap().contains("more than 16777216 bytes"));
        let holes = format!("[format('{}', variables('v'))]", "{0}".repeat(200_000));
        let long = json!({ "v": "x".repeat(20_000) });
        assert!(said(&holes, long).contains("more than 16777216 bytes"));
        let mut deep = json!(1);
        for _ in 0..100 {
            deep = json!([deep]);
        }
        assert!(said("[variables('v')]", json!({ "v": deep })).contains("deeper than 64"));
    }
}
