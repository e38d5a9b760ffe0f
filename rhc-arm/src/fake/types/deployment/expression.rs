//! The expressions of templates, as far as this cloud knows them.

use serde_json::{Value, json};

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
}

/// Evaluates every expression in a document.
pub(super) fn evaluate(value: &Value, scope: &Scope) -> Result<Value, String> {
    match value {
        Value::String(text) => match text.strip_prefix('[') {
            Some(rest) if rest.starts_with('[') => Ok(json!(rest)),
            Some(rest) if rest.ends_with(']') => {
                let mut parser = Parser {
                    rest: rest.get(..rest.len() - 1).unwrap_or_default(),
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
                let filled = texts()
                    .iter()
                    .skip(1)
                    .enumerate()
                    .fold(text(0)?.to_owned(), |text, (index, own)| {
                        text.replace(&format!("{{{index}}}"), own)
                    });
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
