//! The steps as somebody follows them: which requests, when they may be left out, what to wait for.

use std::collections::BTreeSet;

use serde_json::Value as Json;
use url::Url;
use uuid::Uuid;

use super::conditions::{Await, There, then, unless};
use super::path::{Down, texts};
use super::recording::Recording;
use super::text::names;
use super::values::{Both, Form, Source, Value, Values};
use crate::connection::{Sent, What};
use crate::engine::{Doing, Key, Meta};
use crate::steps::{named, role_words};

/// A step.
#[derive(Debug)]
pub(super) struct Item {
    pub(super) meta: Meta,
    pub(super) parts: Vec<Part>,
    /// Values that have to be read right after a part, by its place: later they cannot be read, or are others.
    pub(super) reads: Vec<(usize, String)>,
}

/// Something to send.
#[derive(Debug)]
pub(super) enum Part {
    Http(Box<Request>),
    Sql {
        /// The domain of the tenant whose token it takes.
        tenant: Option<String>,
        host: String,
        database: String,
        batch: String,
    },
}

/// A request, with values in it.
#[derive(Debug)]
pub(super) struct Request {
    /// The domain of the tenant whose token it takes; none for GitHub.
    pub(super) tenant: Option<String>,
    pub(super) method: String,
    pub(super) url: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Option<Json>,
    /// It is left out if this is there.
    pub(super) unless: Option<There>,
    /// What to wait for afterwards.
    pub(super) then: Option<Await>,
}

impl Part {
    /// The domain of the tenant whose token it takes; none for GitHub.
    pub(super) fn tenant(&self) -> Option<&str> {
        match self {
            Self::Sql { tenant, .. } => tenant.as_deref(),
            Self::Http(request) => request.tenant.as_deref(),
        }
    }

    /// The values that must be known.
    pub(super) fn needs(&self) -> BTreeSet<String> {
        let mut all = BTreeSet::new();
        let mut add = |text: &str| all.extend(names(text).into_iter().map(str::to_owned));
        match self {
            Self::Sql {
                host,
                database,
                batch,
                ..
            } => [host, database, batch]
                .into_iter()
                .for_each(|text| add(text)),
            Self::Http(request) => {
                add(&request.url);
                request.headers.iter().for_each(|(_, value)| add(value));
                if let Some(body) = &request.body {
                    add(&body.to_string());
                }
                if let Some(there) = &request.unless {
                    add(&there.url);
                    texts(&there.path).for_each(&mut add);
                }
                if let Some(then) = &request.then {
                    add(&then.url);
                }
            }
        }
        all
    }
}

impl Request {
    /// Whether this takes back that another one has let somebody in.
    fn shuts(&self, opening: &Self) -> bool {
        let addresses = |request: &Self| {
            let body = request.body.as_ref();
            let rules = body.and_then(|body| body.pointer("/properties/networkAcls/ipRules"));
            rules.and_then(Json::as_array).map(Vec::len)
        };
        self.url == opening.url
            && match (opening.method.as_str(), self.method.as_str()) {
                ("PUT", "DELETE") => true,
                ("PATCH", "PATCH") => addresses(self) < addresses(opening),
                _ => false,
            }
    }
}

impl Item {
    /// The parts that open a door, each with the later one that shuts it again.
    pub(super) fn doors(&self) -> Vec<(usize, usize)> {
        let requests = || {
            let parts = self.parts.iter().enumerate();
            parts.filter_map(|(at, part)| match part {
                Part::Http(request) => Some((at, request.as_ref())),
                Part::Sql { .. } => None,
            })
        };
        let shut = |(opens, opening): (usize, &Request)| {
            let mut later = requests().filter(|(at, _)| *at > opens);
            let (shuts, _) = later.find(|(_, later)| later.shuts(opening))?;
            Some((opens, shuts))
        };
        requests().filter_map(shut).collect()
    }

    /// For each part, the values that must be known by then and were not needed before; and those to read right after it.
    pub(super) fn needs_by_part(&self) -> Vec<(Vec<String>, Vec<String>)> {
        let mut known: BTreeSet<String> = BTreeSet::new();
        let doors = self.doors();
        let by_part = self.parts.iter().enumerate().map(|(at, part)| {
            // A door is shut with what is known when it is opened.
            let shuts = doors.iter().find(|(opens, _)| *opens == at);
            let shutting = shuts.and_then(|(_, shuts)| self.parts.get(*shuts));
            let before = [Some(part), shutting]
                .into_iter()
                .flatten()
                .flat_map(Part::needs)
                .filter(|name| known.insert(name.clone()));
            let before: Vec<String> = before.collect();
            let after = self.reads.iter().filter(|(place, _)| *place == at);
            let after: Vec<String> = after.map(|(_, name)| name.clone()).collect();
            known.extend(after.iter().cloned());
            (before, after)
        });
        by_part.collect()
    }

    /// The values that must be known.
    pub(super) fn needs(&self) -> BTreeSet<String> {
        self.parts.iter().flat_map(Part::needs).collect()
    }
}

/// What a step wrote, in order: everything but questions, and only what was let through.
fn writes<'r>(recording: &'r Recording, step: &'r Key) -> impl Iterator<Item = (usize, &'r Sent)> {
    let all = recording.written.iter().enumerate();
    all.filter(move |(_, sent)| {
        let wrote = match &sent.what {
            What::Http { method, status, .. } => method != "GET" && *status < 300,
            What::Sql { .. } => true,
        };
        wrote && sent.doing == Doing::Writes && sent.step == *step
    })
}

/// All steps, and the values that turned up in their requests.
pub(super) fn items(both: &Both<'_>, values: &mut Values) -> Vec<Item> {
    let mut items = Vec::new();
    for meta in &both.first.steps {
        let first: Vec<_> = writes(both.first, &meta.key).collect();
        let second: Vec<_> = writes(both.second, &meta.key).collect();
        for (nth, (at, sent)) in first.iter().enumerate() {
            let other = second.get(nth).map(|(_, sent)| *sent);
            explain(both, values, meta, (*at, sent), other);
        }
        let parts = first
            .iter()
            .map(|(at, sent)| part(both, values, *at, sent))
            .collect();
        let places: Vec<usize> = first.iter().map(|(at, _)| *at).collect();
        let of_step = |value: &&Value| value.after.as_ref() == Some(&meta.key);
        let reads = values.all().iter().filter(of_step).filter_map(|value| {
            let part = places
                .iter()
                .rposition(|place| Some(*place) < value.found_at)?;
            Some((part, value.name.clone()))
        });
        items.push(Item {
            meta: meta.clone(),
            parts,
            reads: reads.collect(),
        });
    }
    items
}

/// Finds out where everything in a request comes from that no step made known.
fn explain(
    both: &Both<'_>,
    values: &mut Values,
    meta: &Meta,
    sent: (usize, &Sent),
    other: Option<&Sent>,
) {
    let (at, sent) = sent;
    match &sent.what {
        What::Sql { batch, .. } => sids(values, batch, other),
        What::Http { url, body, .. } => {
            let body_text = body.as_ref().map(Json::to_string).unwrap_or_default();
            let text = format!("{url} {body_text}");
            for uuid in values.unexplained(both, &text) {
                found(both, values, meta, (at, sent), &text, &uuid, other);
            }
            let (
                Some(body),
                Some(Sent {
                    what:
                        What::Http {
                            body: Some(second), ..
                        },
                    ..
                }),
            ) = (body, other)
            else {
                return;
            };
            let (first, second) = (
                values.fill_json(&meta.key, body),
                values.fill_json_second(&meta.key, second),
            );
            let mut differing = Vec::new();
            differences(&first, &second, &mut differing);
            for (literal, second) in differing {
                let is = |text: &str| text == literal;
                let read = [Form::Whole, Form::Seconds].into_iter().find_map(|form| {
                    let mut asked = before(both, at, &sent.step);
                    asked.find_map(|(at, asked)| {
                        let (source, _) = values.source_in(both, asked, form, &is)?;
                        Some((source, (asked.step == sent.step).then_some(at)))
                    })
                });
                let (source, found_at) = read.unwrap_or((Source::ByHand, None));
                let name = values.free_name(meta, last_property(&source).unwrap_or("value"));
                values.add(
                    Value {
                        name,
                        after: Some(meta.key.clone()),
                        output: None,
                        source,
                        rehearsed: literal,
                        found_at,
                    },
                    second,
                );
            }
        }
    }
}

/// What was asked before a request, the step's own questions first.
pub(super) fn before<'r>(
    both: &Both<'r>,
    at: usize,
    step: &'r Key,
) -> impl Iterator<Item = (usize, &'r Sent)> {
    let asked = both.first.written.get(..at).unwrap_or_default();
    let asked = asked.iter().enumerate().rev();
    let own = asked.clone().filter(move |(_, sent)| sent.step == *step);
    own.chain(asked)
}

/// Finds out where an id in the text of a request comes from.
fn found(
    both: &Both<'_>,
    values: &mut Values,
    meta: &Meta,
    sent: (usize, &Sent),
    text: &str,
    uuid: &str,
    other: Option<&Sent>,
) {
    let (at, sent) = sent;
    let What::Http {
        method, url, body, ..
    } = &sent.what
    else {
        return;
    };
    let is = |candidate: &str| candidate.to_lowercase().contains(uuid) && has_word(text, candidate);
    let read = before(both, at, &meta.key)
        .find_map(|(_, sent)| values.source_in(both, sent, Form::Whole, &is));
    let last = url
        .path_segments()
        .and_then(Iterator::last)
        .unwrap_or_default();
    let second = match other.map(|sent| &sent.what) {
        Some(What::Http { url: second, .. }) => second
            .path_segments()
            .and_then(Iterator::last)
            .unwrap_or_default()
            .to_owned(),
        _ => String::new(),
    };
    let (source, rehearsed, second) = match read {
        Some((source, whole)) => (source, whole, String::new()),
        // The same in every world: one of Microsoft's own, such as a role's.
        None if method != "PUT" || last != uuid || last == second => return,
        None => {
            let words = role_named(url, body.as_ref()).map(|words| values.fill(&words));
            let source = words.map_or(Source::Chosen, |words| Source::Named { words });
            (source, uuid.to_owned(), second)
        }
    };
    let output = match &source {
        Source::Chosen | Source::Named { .. } => "assignment",
        other => last_property(other).unwrap_or("id"),
    };
    let name = values.free_name(meta, &format!("found {output}"));
    values.add(
        Value {
            name,
            after: Some(meta.key.clone()),
            output: None,
            source,
            rehearsed,
            found_at: None,
        },
        second,
    );
}

/// The words that name the role assignment at this address, if the rollout names it by words.
fn role_named(url: &Url, body: Option<&Json>) -> Option<String> {
    let (scope, name) = url
        .path()
        .split_once("/providers/Microsoft.Authorization/roleAssignments/")?;
    let principal = body?.pointer("/properties/principalId")?;
    let words = role_words(scope, principal.as_str()?);
    (named(&words).to_string() == name).then_some(words)
}

/// Whether a text holds another as a whole, and not as a part of a longer name.
fn has_word(text: &str, word: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    text.match_indices(word).any(|(start, _)| {
        let before = text.get(..start).and_then(|text| text.chars().next_back());
        let after = text
            .get(start + word.len()..)
            .and_then(|text| text.chars().next());
        !before.is_some_and(is_part) && !after.is_some_and(is_part)
    })
}

fn last_property(source: &Source) -> Option<&str> {
    let Source::Read { path, .. } = source else {
        return None;
    };
    path.iter().rev().find_map(|down| match down {
        Down::Property(name) => Some(name.as_str()),
        Down::Item(_) => None,
    })
}

/// The SIDs in a batch: the bytes of a client id, as Windows orders them.
fn sids(values: &mut Values, batch: &str, other: Option<&Sent>) {
    let known: Vec<(String, String)> = values
        .all()
        .iter()
        .filter_map(|value| Some((value.name.clone(), sid(&value.rehearsed)?)))
        .filter(|(_, sid)| batch.contains(sid.as_str()))
        .collect();
    let second = match other.map(|sent| &sent.what) {
        Some(What::Sql { batch, .. }) => {
            let (_, rest) = batch.split_once("0x").unwrap_or_default();
            let end = rest
                .find(|c: char| !c.is_ascii_hexdigit())
                .unwrap_or(rest.len());
            rest.get(..end)
                .map(|hex| format!("0x{hex}"))
                .unwrap_or_default()
        }
        _ => String::new(),
    };
    for (of, sid) in known {
        let value = Value {
            name: format!("{of}_sid"),
            after: None,
            output: None,
            source: Source::Sid { of },
            rehearsed: sid,
            found_at: None,
        };
        values.add(value, second.clone());
    }
}

fn sid(text: &str) -> Option<String> {
    let bytes = Uuid::try_parse(text).ok()?.to_bytes_le();
    let hex: String = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
    Some(format!("0x{hex}"))
}

/// Texts at the same places that are not the same.
fn differences(first: &Json, second: &Json, found: &mut Vec<(String, String)>) {
    match (first, second) {
        (Json::String(a), Json::String(b)) if a != b => found.push((a.clone(), b.clone())),
        (Json::Array(a), Json::Array(b)) => {
            a.iter().zip(b).for_each(|(a, b)| differences(a, b, found));
        }
        (Json::Object(a), Json::Object(b)) => {
            for (name, a) in a {
                if let Some(b) = b.get(name) {
                    differences(a, b, found);
                }
            }
        }
        _ => {}
    }
}

fn part(both: &Both<'_>, values: &Values, at: usize, sent: &Sent) -> Part {
    let fill = |text: &str| values.fill_in(&sent.step, text);
    match &sent.what {
        What::Sql {
            host,
            database,
            batch,
        } => Part::Sql {
            tenant: both
                .manifest
                .database_tenant()
                .map(|(_, tenant)| tenant.domain.clone()),
            host: fill(host),
            database: fill(database),
            batch: fill(batch),
        },
        What::Http {
            method,
            url,
            headers,
            body,
            status,
            answer,
        } => Part::Http(Box::new(Request {
            tenant: sent
                .tenant
                .as_deref()
                .and_then(|id| both.domain(id))
                .map(str::to_owned),
            method: method.clone(),
            url: fill(url.as_str()),
            headers: headers.clone(),
            body: body.as_ref().map(|body| values.fill_json(&sent.step, body)),
            unless: unless(both, at, sent).map(|there| There {
                url: fill(&there.url),
                path: super::path::with(&there.path, &fill),
                is: there.is,
            }),
            then: then(both, method, url, *status, answer.as_ref()).map(|then| Await {
                url: fill(&then.url),
                ..then
            }),
        })),
    }
}
