//! From text to [`Manifest`]: every fault of form is found in one pass, each with its place.

mod locations;
mod node;
mod secrets;
mod suggest;

use serde::Deserialize;
use toml::de::DeTable;

pub(super) use locations::Locations;
pub(super) use secrets::hide;
pub(super) use suggest::nearest;

use super::model::Manifest;
use super::problem::{Finding, Rule};

/// What became of a text.
#[derive(Debug)]
pub(super) struct Reading {
    /// The model, if the form of the file is right in all that the model needs.
    pub(super) manifest: Option<Manifest>,
    pub(super) locations: Locations,
    pub(super) findings: Vec<Finding>,
}

/// What to do about a text that is not TOML, of which office programs and other countries' numbers are common causes.
fn syntax_help(text: &str, at: usize) -> &'static str {
    let (before, after) = text.split_at_checked(at).unwrap_or((text, ""));
    let digit = |character: Option<char>| character.is_some_and(|own| own.is_ascii_digit());
    let fraction = after.strip_prefix(',').map(|rest| rest.chars().next());
    if after.starts_with(['“', '”', '„', '‘', '’', '«', '»']) {
        "write the straight quotes of the keyboard (\") in place of typographic ones"
    } else if digit(before.chars().next_back()) && fraction.is_some_and(digit) {
        "write a fraction with a point: 0.5"
    } else {
        "mend the line; texts stand in quotes, a table starts with [name], and a key is given once"
    }
}

/// Reads a text.
pub(super) fn read(text: &str) -> Reading {
    let (tree, errors) = DeTable::parse_recoverable(text);
    let locations = Locations::of(tree.get_ref());
    let mut findings = secrets::find(&locations, text);
    if !errors.is_empty() {
        findings.extend(errors.iter().map(|error| Finding {
            rule: Rule::Syntax,
            span: error.span().unwrap_or(0..0),
            path: String::new(),
            shows_value: false,
            message: format!("this is not TOML: {}", error.message().replace('\n', ", ")),
            help: syntax_help(text, error.span().map_or(0, |span| span.start)).to_owned(),
        }));
        return Reading {
            manifest: None,
            locations,
            findings,
        };
    }
    let sink = node::Sink::new(&locations);
    let manifest = Manifest::deserialize(node::Node::root(tree.get_ref(), &sink));
    let (mut found, whole) = sink.into_parts();
    let manifest = match manifest {
        Ok(manifest) if whole => Some(manifest),
        Ok(_) => None,
        Err(node::Broken(message)) => {
            if found.is_empty() {
                found.push(Finding {
                    rule: Rule::WrongType,
                    span: 0..0,
                    path: String::new(),
                    shows_value: false,
                    message,
                    help: "compare the file with examples/environments/qa.toml".to_owned(),
                });
            }
            None
        }
    };
    // A key that holds a secret is unknown as well; saying so would only hide the reason that matters.
    found.retain(|finding| {
        !(finding.rule == Rule::UnknownKey
            && findings.iter().any(|secret| secret.path == finding.path))
    });
    findings.extend(found);
    Reading {
        manifest,
        locations,
        findings,
    }
}
