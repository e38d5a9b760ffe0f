//! The values of the runbook that only the services know: what each is called, and where it is read.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use super::conditions::sends;
use super::path::{self, Path};
use super::recording::Recording;
use super::text::{hole, names, slug, uuids};
use crate::connection::{Sent, What};
use crate::engine::{Key, Meta};
use crate::manifest::Manifest;

/// A value that is known when somebody follows the runbook.
#[derive(Clone, Debug)]
pub(super) struct Value {
    /// As scripts call it.
    pub(super) name: String,
    /// The step after which it is known.
    pub(super) after: Option<Key>,
    /// The output of that step, if it is one.
    pub(super) output: Option<String>,
    pub(super) source: Source,
    /// What it was in the rehearsal.
    pub(super) rehearsed: String,
    /// The place in the rehearsal of the answer that it stands in, if that was to a question of its own step.
    pub(super) found_at: Option<usize>,
}

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Source {
    /// It stands in an answer.
    Read {
        tenant: Option<String>,
        url: String,
        path: Path,
        form: Form,
    },
    /// It is the id of the tenant with this domain.
    Tenant { domain: String },
    /// It is who is signed in to this tenant.
    Myself { domain: String },
    /// It is the SID of an application in a database, by the value that is its client id.
    Sid { of: String },
    /// It is the public address from which one works.
    Address,
    /// Whoever makes the thing chooses it: a new UUID.
    Chosen,
    /// It is the UUID that words stand for, the same for everybody who says them.
    Named { words: String },
    /// A person has to find it out.
    ByHand,
}

/// How a value stands in an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// As it is.
    Whole,
    /// At the end of an address.
    LastPart,
    /// As seconds since 1970.
    Seconds,
}

/// All values, and texts with their places.
#[derive(Debug, Default)]
pub(super) struct Values {
    list: Vec<Value>,
    /// What stands for which value, the longest first, in each of the two rehearsals.
    replaced: [Vec<Replaced>; 2],
}

/// A text and the value in whose place it stands.
#[derive(Debug)]
struct Replaced {
    literal: String,
    name: String,
    /// The only step in which it does.
    only: Option<Key>,
}

/// The two rehearsals, which differ in what services make up.
pub(super) struct Both<'r> {
    pub(super) manifest: &'r Manifest,
    pub(super) first: &'r Recording,
    pub(super) second: &'r Recording,
    /// The environment file's words, in which ids stand that nobody makes up.
    pub(super) file: String,
    /// UUIDs that whoever sends a PUT chooses, the same each time.
    pub(super) chosen: BTreeSet<String>,
}

impl<'r> Both<'r> {
    pub(super) fn new(manifest: &'r Manifest, first: &'r Recording, second: &'r Recording) -> Self {
        let ends = |recording: &Recording| -> BTreeSet<String> {
            let puts = recording
                .written
                .iter()
                .filter_map(|sent| match &sent.what {
                    What::Http { method, url, .. } if method == "PUT" => {
                        url.path_segments()?.next_back()
                    }
                    _ => None,
                });
            puts.flat_map(uuids).collect()
        };
        let chosen = ends(first).intersection(&ends(second)).cloned().collect();
        Self {
            manifest,
            first,
            second,
            file: format!("{manifest:?}").to_lowercase(),
            chosen,
        }
    }

    /// Whether a UUID is nobody's invention.
    fn is_given(&self, uuid: &str) -> bool {
        // Microsoft's own applications, and the one that stands for none.
        let well_known = uuid.ends_with("-0000-c000-000000000000") || uuid.starts_with("00000000-");
        well_known || self.file.contains(uuid) || self.chosen.contains(uuid)
    }

    /// The domain of a tenant, by the id that it has in the first rehearsal.
    pub(super) fn domain(&self, id: &str) -> Option<&'r str> {
        self.first.domain(self.manifest, id)
    }
}

impl Values {
    /// The values that the steps make known to each other, and who follows the runbook.
    pub(super) fn of_steps(both: &Both<'_>) -> Self {
        let mut values = Self::default();
        values.add(
            Value {
                name: "my_address".to_owned(),
                after: None,
                output: None,
                source: Source::Address,
                rehearsed: both.first.address.to_string(),
                found_at: None,
            },
            both.second.address.to_string(),
        );
        values.people(both);
        let mut outputs: Vec<(&Meta, &str, &str, String)> = Vec::new();
        for meta in &both.first.steps {
            let Some(first) = both.first.outputs.get(&meta.key) else {
                continue;
            };
            let second = both.second.outputs.get(&meta.key);
            let second = second.cloned().unwrap_or_default();
            for (name, value) in first.texts() {
                let other = second.get(name).and_then(Json::as_str).unwrap_or_default();
                outputs.push((meta, name, value, other.to_owned()));
            }
        }
        // Ids first, then what is made of them.
        outputs.sort_by_key(|(_, _, value, _)| value.len());
        for (meta, output, value, other) in outputs {
            let (first, second) = (values.fill(value), values.fill_second(&meta.key, &other));
            let invented = uuids(&first).iter().any(|uuid| !both.is_given(uuid));
            if value.len() < 8 || !(invented || first != second) {
                continue;
            }
            let tenant = both.domain(value);
            let source = match tenant {
                Some(domain) => Source::Tenant {
                    domain: domain.to_owned(),
                },
                None => Source::ByHand,
            };
            let name = values.free_name(meta, output);
            let value = Value {
                name,
                after: Some(meta.key.clone()),
                output: Some(output.to_owned()),
                source,
                rehearsed: value.to_owned(),
                found_at: None,
            };
            values.add(value, other);
        }
        values.find_sources(both);
        values
    }

    /// Who is signed in to each tenant.
    fn people(&mut self, both: &Both<'_>) {
        let of = |recording: &Recording| -> BTreeMap<String, String> {
            let all = recording.written.iter();
            all.filter_map(|sent| Some((sent.tenant.clone()?, sent.caller.clone()?)))
                .collect()
        };
        let second: BTreeMap<String, String> = of(both.second);
        for (tenant, caller) in of(both.first) {
            let Some(domain) = both.domain(&tenant) else {
                continue;
            };
            let key = both
                .manifest
                .tenants
                .iter()
                .find(|(_, of)| of.domain == domain);
            let key = key.map_or("", |(key, _)| key.as_str());
            let other = second
                .get(&tenant)
                .cloned()
                .unwrap_or_else(|| caller.clone());
            self.add(
                Value {
                    name: format!("my_object_id_in_{}", slug(key)),
                    after: None,
                    output: None,
                    source: Source::Myself {
                        domain: domain.to_owned(),
                    },
                    rehearsed: caller,
                    found_at: None,
                },
                other,
            );
        }
    }

    /// Adds a value, unless one is the same already.
    pub(super) fn add(&mut self, value: Value, other: String) {
        // Ids tell things apart wherever they stand; that two things were made in the same second is chance.
        let only = value.after.clone();
        let only = only.filter(|_| path::is_time(&value.rehearsed));
        let known = self.replaced[0].iter();
        let is_known = |known: &Replaced| known.literal == value.rehearsed && known.only == only;
        if known.into_iter().any(is_known) {
            return;
        }
        for (table, literal) in self.replaced.iter_mut().zip([&value.rehearsed, &other]) {
            if !literal.is_empty() {
                table.push(Replaced {
                    literal: literal.clone(),
                    name: value.name.clone(),
                    only: only.clone(),
                });
                table.sort_by_key(|known| std::cmp::Reverse(known.literal.len()));
            }
        }
        self.list.push(value);
    }

    /// The text with values in the places of what they were in the first rehearsal.
    pub(super) fn fill(&self, text: &str) -> String {
        replace(text, &self.replaced[0], None)
    }

    /// The same with what a step knows besides.
    pub(super) fn fill_in(&self, step: &Key, text: &str) -> String {
        replace(text, &self.replaced[0], Some(step))
    }

    /// The same for the second rehearsal.
    fn fill_second(&self, step: &Key, text: &str) -> String {
        replace(text, &self.replaced[1], Some(step))
    }

    /// The whole document of a step.
    pub(super) fn fill_json(&self, step: &Key, value: &Json) -> Json {
        map(value, &|text| self.fill_in(step, text))
    }

    /// The whole document of a step in the second rehearsal.
    pub(super) fn fill_json_second(&self, step: &Key, value: &Json) -> Json {
        map(value, &|text| self.fill_second(step, text))
    }

    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        self.list.iter().find(|value| value.name == name)
    }

    pub(super) fn all(&self) -> &[Value] {
        &self.list
    }

    /// UUIDs that services made up and that no value stands for yet.
    pub(super) fn unexplained(&self, both: &Both<'_>, text: &str) -> Vec<String> {
        let mut left = uuids(&self.fill(text));
        left.retain(|uuid| !both.is_given(uuid));
        left
    }

    /// Only what is used, or what that is read with.
    pub(super) fn keep_only(&mut self, mut used: BTreeSet<String>) {
        let mut open: Vec<String> = used.iter().cloned().collect();
        while let Some(name) = open.pop() {
            let needed = self.get(&name).map(|value| value.source.needs());
            for need in needed.unwrap_or_default() {
                if used.insert(need.clone()) {
                    open.push(need);
                }
            }
        }
        self.list.retain(|value| used.contains(&value.name));
    }

    /// A name of its own: the thing's and the output's, with its kind where that is not enough.
    pub(super) fn free_name(&self, meta: &Meta, output: &str) -> String {
        let kind = meta.kind.rsplit('/').next().unwrap_or_default();
        let kind = kind.strip_suffix('s').unwrap_or(kind);
        let graph = !meta.kind.contains('.');
        let short = format!("{} {output}", meta.name);
        let long = format!("{} {kind} {output}", meta.name);
        let whole = format!("{} {} {kind} {output}", meta.tenant, meta.name);
        let candidates = if graph {
            [&long, &whole, &whole]
        } else {
            [&short, &long, &whole]
        };
        let mut candidates = candidates.into_iter().map(|text| slug(text));
        let free = |name: &String| self.get(name).is_none();
        candidates
            .find(free)
            .unwrap_or_else(|| slug(&format!("{} {output}", meta.key)))
    }

    fn find_sources(&mut self, both: &Both<'_>) {
        for at in 0..self.list.len() {
            let Some(value) = self
                .list
                .get(at)
                .filter(|value| value.source == Source::ByHand)
            else {
                continue;
            };
            let found = self.read_of(both, value);
            if let (Some((source, found_at)), Some(value)) = (found, self.list.get_mut(at)) {
                value.source = source;
                value.found_at = found_at;
            }
        }
    }

    /// The request whose answer has the value: one of the step's own, if there is one, else of an earlier step.
    fn read_of(&self, both: &Both<'_>, value: &Value) -> Option<(Source, Option<usize>)> {
        let mut earlier = BTreeSet::new();
        for meta in &both.first.steps {
            earlier.insert(&meta.key);
            if Some(&meta.key) == value.after.as_ref() {
                break;
            }
        }
        let own = |sent: &Sent| Some(&sent.step) == value.after.as_ref();
        let read = both.first.read.iter().map(|sent| (None, sent));
        let written = both.first.written.iter().enumerate().rev();
        let written = written.map(|(at, sent)| (own(sent).then_some(at), sent));
        let ordinary = read
            .clone()
            .filter(|(_, sent)| own(sent))
            .chain(written.clone().filter(|(_, sent)| own(sent)))
            .chain(read)
            .chain(written.clone())
            .filter(|(_, sent)| earlier.contains(&sent.step));
        // What a step itself sends it has to know before.
        let sent_at = sends(both, value);
        let before = written.filter(|(at, sent)| own(sent) && at.is_some() && *at < sent_at);
        let candidates: [Vec<_>; 2] = [before.collect(), ordinary.collect()];
        let end = format!("/{}", value.rehearsed);
        let forms = [Form::Whole, Form::Seconds, Form::LastPart];
        let ways = candidates
            .iter()
            .flat_map(|candidates| forms.map(|form| (candidates, form)));
        for (candidates, form) in ways {
            let is = |text: &str| match form {
                Form::Whole | Form::Seconds => text == value.rehearsed,
                Form::LastPart => text.ends_with(&end),
            };
            let found = candidates.iter().find_map(|(at, sent)| {
                let (source, _) = self.source_in(both, sent, form, &is)?;
                (!source.needs().contains(&value.name)).then_some((source, *at))
            });
            if found.is_some() {
                return found;
            }
        }
        None
    }

    /// Where such a text stands in what a request answered, if the runbook can send that request.
    pub(super) fn source_in(
        &self,
        both: &Both<'_>,
        sent: &Sent,
        form: Form,
        is: &impl Fn(&str) -> bool,
    ) -> Option<(Source, String)> {
        let What::Http {
            method,
            url,
            status: 200,
            answer: Some(answer),
            ..
        } = &sent.what
        else {
            return None;
        };
        if method != "GET" || !self.unexplained(both, url.as_str()).is_empty() {
            return None;
        }
        let (path, text) = match form {
            Form::Seconds => path::find_time(answer, is)?,
            Form::Whole | Form::LastPart => path::find(answer, is)?,
        };
        let explained = path::texts(&path).all(|text| self.unexplained(both, text).is_empty());
        let source = Source::Read {
            tenant: sent
                .tenant
                .as_deref()
                .and_then(|id| both.domain(id))
                .map(str::to_owned),
            url: self.fill(url.as_str()),
            path: path::with(&path, &|text| self.fill(text)),
            form,
        };
        explained.then_some((source, text))
    }
}

impl Source {
    /// The values that must be known before.
    pub(super) fn needs(&self) -> Vec<String> {
        match self {
            Self::Read { url, path, .. } => {
                let texts = std::iter::once(url.as_str()).chain(path::texts(path));
                texts.flat_map(names).map(str::to_owned).collect()
            }
            Self::Sid { of } => vec![of.clone()],
            Self::Named { words } => names(words).into_iter().map(str::to_owned).collect(),
            Self::Tenant { .. }
            | Self::Myself { .. }
            | Self::Address
            | Self::Chosen
            | Self::ByHand => Vec::new(),
        }
    }
}

fn replace(text: &str, table: &[Replaced], step: Option<&Key>) -> String {
    let mut text = text.to_owned();
    let known = |known: &&Replaced| known.only.is_none() || known.only.as_ref() == step;
    for Replaced { literal, name, .. } in table.iter().filter(known) {
        if text.contains(literal.as_str()) {
            text = text.replace(literal.as_str(), &hole(name));
        }
    }
    text
}

/// The document with each text changed, names included: identities are a map whose names are ids.
pub(super) fn map(value: &Json, change: &impl Fn(&str) -> String) -> Json {
    match value {
        Json::String(text) => Json::String(change(text)),
        Json::Array(items) => Json::Array(items.iter().map(|item| map(item, change)).collect()),
        Json::Object(object) => Json::Object(
            object
                .iter()
                .map(|(name, inner)| (change(name), map(inner, change)))
                .collect(),
        ),
        other => other.clone(),
    }
}
