//! The same in a program's own words: the command of the Azure CLI or of a PowerShell module beside a request.
//!
//! A table says for each kind of request which command makes the same, and which of its options carries which part of the
//! request. There are no values in it: all of them are those of the request. What no option carries is said beside the command.

mod cli;
mod modules;
mod place;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::fmt::Write;

use serde_json::Value as Json;

use super::items::{Item, Part, Request};
use super::text::written;
use super::{bash, powershell};
use place::Place;

/// A command, for one kind of request.
#[derive(Debug)]
struct Row {
    /// The request's method, and the resource type or the path below Graph's version.
    of: &'static str,
    /// The module or the program that has the command.
    module: &'static str,
    /// The command that makes it.
    make: &'static str,
    /// The command that shows it, by the same words.
    look: Option<&'static str>,
    /// The options that say which one it is.
    which: &'static [(&'static str, Of)],
    /// The options that carry what stands in the body.
    carries: &'static [Carries],
}

/// What an address says.
#[derive(Clone, Copy, Debug)]
enum Of {
    Subscription,
    Group,
    /// A name in it, the first one first.
    Name(usize),
    /// What an extension is put on.
    Scope,
}

/// An option, and what it carries: option, place in the body, form.
type Carries = (&'static str, &'static str, How);

/// How a command takes what stands in a body.
#[derive(Clone, Copy, Debug)]
enum How {
    /// As it is: a text, a number, true or false.
    Text,
    /// A list of texts.
    List,
    /// Of each item of a list, what stands there.
    Each(&'static str),
    /// Names with texts.
    Tags,
    /// As JSON.
    Document,
    /// Without a value, where the body says this.
    Flag(Is),
    /// By this word, because the body has anything there; what that is another option carries.
    Because(&'static str),
    /// Not at all: where the body says this, the command does it by itself.
    ByItself(Is),
}

/// What a body may say.
#[derive(Clone, Copy, Debug)]
enum Is {
    Yes,
    No,
    Word(&'static str),
    Nothing,
    /// Whatever it is: the command knows it.
    Known,
}

impl Is {
    fn what(self, said: &Json) -> bool {
        match self {
            Self::Yes => *said == Json::Bool(true),
            Self::No => *said == Json::Bool(false),
            Self::Word(word) => said.as_str() == Some(word),
            Self::Nothing => said.as_array().is_some_and(Vec::is_empty),
            Self::Known => true,
        }
    }
}

/// What is given to an option.
#[derive(Clone, Debug, PartialEq)]
enum Given {
    Nothing,
    One(Json),
    Several(Vec<String>),
    Named(Vec<(String, String)>),
    Document(Json),
}

/// A command with what is given to it.
#[derive(Clone, Debug, PartialEq)]
struct Command {
    module: &'static str,
    make: &'static str,
    look: Option<&'static str>,
    which: Vec<(&'static str, Given)>,
    carried: Vec<(&'static str, Given)>,
    /// What it does not carry.
    lacks: Vec<String>,
    subscription: Option<String>,
}

/// The shorter way by the Azure CLI, if it has one for any request of a step.
pub(super) fn of_cli(item: &Item) -> Option<String> {
    told(item, |request, text| {
        let command = command(cli::ROWS, request)?;
        if !command.lacks.is_empty() {
            let _ = writeln!(text, "# does not carry: {}", command.lacks.join(", "));
        }
        let line = |words: &str, options: &[&[(&'static str, Given)]]| {
            let options = options.iter().flat_map(|options| options.iter());
            let options: String = options
                .map(|(name, given)| format!(" {name}{}", in_shell(given)))
                .collect();
            format!("{words}{options}\n")
        };
        text.push_str(&line(command.make, &[&command.which, &command.carried]));
        if let Some(look) = command.look {
            text.push_str(&line(look, &[&command.which]));
        }
        Some(())
    })
}

/// The shorter way by the modules of PowerShell, if they have one for any request of a step.
pub(super) fn of_modules(item: &Item) -> Option<String> {
    let mut subscription = None;
    told(item, |request, text| {
        let (module, line) = if let Some(command) = command(modules::AZ, request) {
            let named = command
                .which
                .iter()
                .any(|(name, _)| *name == "-SubscriptionId");
            if !named && command.subscription.is_some() && command.subscription != subscription {
                let id = powershell::quoted(command.subscription.as_deref().unwrap_or_default());
                let _ = writeln!(text, "Set-AzContext -Subscription {id} | Out-Null");
                subscription.clone_from(&command.subscription);
            }
            if !command.lacks.is_empty() {
                let _ = writeln!(text, "# does not carry: {}", command.lacks.join(", "));
            }
            let options = command.which.iter().chain(&command.carried);
            let options: String = options
                .map(|(name, given)| format!(" {name}{}", in_powershell(given)))
                .collect();
            (command.module, format!("{}{options}", command.make))
        } else {
            of_graph(request)?
        };
        let _ = writeln!(text, "{line} # {module}");
        Some(())
    })
}

/// The cmdlet of Microsoft Graph for a request. Such cmdlets take the body as it is.
fn of_graph(request: &Request) -> Option<(&'static str, String)> {
    let (row, place) = row(modules::GRAPH, request)?;
    let mut text = row.make.to_owned();
    for (option, given) in which(row, &place)? {
        let _ = write!(text, " {option}{}", in_powershell(&given));
    }
    if !request.headers.is_empty() {
        let _ = write!(text, " -Headers {}", powershell::named(&request.headers));
    }
    if request.body.is_some() {
        text.push_str(" -BodyParameter $body");
    }
    Some((row.module, text))
}

/// What is told of a step's requests, in their order; nothing, if there is nothing to tell of any. A step that opens a door has
/// no shorter way: the script shuts the door again whatever happens, and single commands do not.
fn told(item: &Item, mut tell: impl FnMut(&Request, &mut String) -> Option<()>) -> Option<String> {
    let (mut text, mut any) = (String::new(), false);
    for part in &item.parts {
        let Part::Http(request) = part else {
            continue;
        };
        if tell(request, &mut text).is_some() {
            any = true;
        } else {
            let (address, _) = request.url.split_once('?').unwrap_or((&request.url, ""));
            let address = written(address, str::to_owned, |name| format!("${{{name}}}"));
            let _ = writeln!(text, "# as a request only: {} {address}", request.method);
        }
    }
    (any && item.doors().is_empty()).then_some(text)
}

fn row(rows: &'static [Row], request: &Request) -> Option<(&'static Row, Place)> {
    let place = Place::of(&request.method, &request.url)?;
    let row = rows.iter().find(|row| row.of == place.kind)?;
    Some((row, place))
}

/// The options that say which one it is, if the address says all of them.
fn which(row: &Row, place: &Place) -> Option<Vec<(&'static str, Given)>> {
    let which = row.which.iter().map(|(option, of)| {
        let said = match of {
            Of::Subscription => place.subscription.clone(),
            Of::Group => place.group.clone(),
            Of::Name(at) => place.names.get(*at).cloned(),
            Of::Scope => place.scope.clone(),
        };
        Some((*option, Given::One(Json::String(said?))))
    });
    which.collect()
}

/// The command for a request, if the table has one.
fn command(rows: &'static [Row], request: &Request) -> Option<Command> {
    let (row, place) = row(rows, request)?;
    let which = which(row, &place)?;
    let mut left = BTreeSet::new();
    let none = Json::Null;
    let body = request.body.as_ref().unwrap_or(&none);
    leaves(body, String::new(), &mut left);
    let mut carried = Vec::new();
    for (option, from, how) in row.carries {
        let Some(said) = body.pointer(from) else {
            continue;
        };
        let Some(given) = given(*how, said) else {
            continue;
        };
        match how {
            How::Each(field) => left.retain(|leaf| {
                let item = leaf
                    .strip_prefix(from)
                    .and_then(|rest| rest.strip_prefix('/'));
                item.and_then(|item| item.split_once('/'))
                    .map(|(_, name)| name)
                    != Some(field)
            }),
            How::Because(_) => {}
            _ => left.retain(|leaf| {
                let below = leaf.strip_prefix(from);
                below.is_none_or(|rest| !rest.is_empty() && !rest.starts_with('/'))
            }),
        }
        if !matches!(how, How::ByItself(_)) {
            carried.push((*option, given));
        }
    }
    Some(Command {
        module: row.module,
        make: row.make,
        look: row.look,
        which,
        carried,
        lacks: left.iter().map(|leaf| dotted(leaf)).collect(),
        subscription: place.subscription,
    })
}

/// What an option takes of what a body says, if it can.
fn given(how: How, said: &Json) -> Option<Given> {
    let texts = |items: &mut dyn Iterator<Item = Option<&str>>| {
        let texts = items.map(|text| text.map(str::to_owned));
        let texts = texts.collect::<Option<Vec<_>>>()?;
        (!texts.is_empty()).then_some(Given::Several(texts))
    };
    match how {
        How::Text => (!said.is_object() && !said.is_array()).then(|| Given::One(said.clone())),
        How::List => texts(&mut said.as_array()?.iter().map(Json::as_str)),
        How::Each(field) => {
            let field = format!("/{field}");
            let items = said.as_array()?.iter();
            texts(&mut items.map(|item| item.pointer(&field)?.as_str()))
        }
        How::Tags => {
            let tags = said.as_object()?.iter();
            let tags = tags.map(|(name, text)| Some((name.clone(), text.as_str()?.to_owned())));
            tags.collect::<Option<Vec<_>>>().map(Given::Named)
        }
        How::Document => Some(Given::Document(said.clone())),
        How::Because(word) => Some(Given::One(word.into())),
        How::Flag(is) | How::ByItself(is) => is.what(said).then_some(Given::Nothing),
    }
}

/// The places in a body at which something is said, as JSON pointers. A list of plain values is one of them.
fn leaves(body: &Json, here: String, found: &mut BTreeSet<String>) {
    match body {
        Json::Null if here.is_empty() => {}
        Json::Object(map) => {
            for (name, inner) in map {
                let name = name.replace('~', "~0").replace('/', "~1");
                leaves(inner, format!("{here}/{name}"), found);
            }
        }
        Json::Array(items) if items.iter().any(|item| item.is_object() || item.is_array()) => {
            for (at, inner) in items.iter().enumerate() {
                leaves(inner, format!("{here}/{at}"), found);
            }
        }
        _ => {
            found.insert(here);
        }
    }
}

/// A JSON pointer as people write a property.
fn dotted(pointer: &str) -> String {
    let mut text = String::new();
    for name in pointer.split('/').skip(1) {
        if name.chars().all(|c| c.is_ascii_digit()) {
            let _ = write!(text, "[{name}]");
        } else {
            let dot = if text.is_empty() { "" } else { "." };
            let _ = write!(text, "{dot}{}", name.replace("~1", "/").replace("~0", "~"));
        }
    }
    text
}

fn in_shell(given: &Given) -> String {
    let word = |text: &str| format!(" {}", bash::word(text));
    match given {
        Given::Nothing => String::new(),
        Given::One(Json::String(text)) => word(text),
        Given::One(other) => word(&other.to_string()),
        Given::Several(texts) => texts.iter().map(|text| word(text)).collect(),
        Given::Named(tags) => {
            let tags = tags
                .iter()
                .map(|(name, text)| word(&format!("{name}={text}")));
            tags.collect()
        }
        Given::Document(json) => word(&json.to_string()),
    }
}

fn in_powershell(given: &Given) -> String {
    match given {
        Given::Nothing => String::new(),
        Given::One(Json::String(text)) => format!(" {}", powershell::quoted(text)),
        Given::One(other @ Json::Bool(_)) => format!(" ${other}"),
        Given::One(other) => format!(" {other}"),
        Given::Document(json) => format!(" {}", powershell::quoted(&json.to_string())),
        Given::Several(texts) => {
            let texts: Vec<_> = texts.iter().map(|text| powershell::quoted(text)).collect();
            format!(" {}", texts.join(", "))
        }
        Given::Named(tags) => format!(" {}", powershell::named(tags)),
    }
}
