//! The state as JSON: one documented format (`README.md` beside this file), read strictly because people edit it.

use std::fmt;
use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use time::OffsetDateTime;

use super::directory::Directory;
use super::events::{Event, Events};
use super::section::Sections;
use super::state::State;

const FORMAT: &str = "rhc-world";
const VERSION: u64 = 1;
/// In which a World can be.
const YEARS: RangeInclusive<i32> = 1970..=9000;
/// How many ids can have been drawn, and events numbered.
const MOST: u64 = 1 << 53;
const DIRECTORY: &str = "directory";

/// Why a state file cannot be used: where in it, and what is wrong there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StateError {
    path: String,
    message: String,
}

impl StateError {
    pub(super) fn at(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            message: message.into(),
        }
    }

    pub(super) fn nonsense(
        place: &str,
        error: &serde_path_to_error::Error<serde_json::Error>,
    ) -> Self {
        let inner = error.path().to_string();
        let path = match (place, inner.as_str()) {
            ("", "." | "?") => String::new(),
            ("", inner) => inner.to_owned(),
            (place, "." | "?") => place.to_owned(),
            (place, inner) => format!("{place}.{inner}"),
        };
        Self::at(path, error.inner().to_string())
    }

    /// The JSON path of the offending value, empty for the document as a whole.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What is wrong there.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for StateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() {
            write!(f, "the state is not usable: {}", self.message)
        } else {
            write!(
                f,
                "the state is not usable: at {}: {}",
                self.path, self.message
            )
        }
    }
}

impl std::error::Error for StateError {}

/// The document's own level; `format` and `version` are looked at first, so that another version's file is named
/// as such and not by the first key that this one does not know.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    format: String,
    version: u64,
    #[serde(with = "time::serde::rfc3339")]
    now: OffsetDateTime,
    seed: u64,
    ids: u64,
    events: Vec<Event>,
    sections: Map<String, Value>,
}

/// Writes the state; the order of keys is fixed, so that two files can be compared.
pub(super) fn to_json(state: &State) -> Result<Value, StateError> {
    let failed = |name: &str, error: serde_json::Error| {
        StateError::at(format!("sections.{name}"), error.to_string())
    };
    let mut sections = Map::new();
    let directory =
        serde_json::to_value(&state.directory).map_err(|error| failed(DIRECTORY, error))?;
    sections.insert(DIRECTORY.to_owned(), directory);
    for (name, value) in state.sections.to_values() {
        let value = value.map_err(|error| failed(&name, error))?;
        sections.insert(name, value);
    }
    sections.sort_keys();
    let document = Document {
        format: FORMAT.to_owned(),
        version: VERSION,
        now: state.now,
        seed: state.seed,
        ids: state.drawn,
        events: state.events.iter().cloned().collect(),
        sections,
    };
    serde_json::to_value(document).map_err(|error| StateError::at("", error.to_string()))
}

/// Reads a state.
pub(super) fn from_json(text: &str) -> Result<State, StateError> {
    let raw: Value = serde_json::from_str(text)
        .map_err(|error| StateError::at("", format!("it is not JSON: {error}")))?;
    let document = envelope(&raw)?;
    bounded(&document)?;
    let mut sections = document.sections;
    let directory = match sections.remove(DIRECTORY) {
        Some(raw) => {
            let place = format!("sections.{DIRECTORY}");
            let directory: Directory = serde_path_to_error::deserialize(&raw)
                .map_err(|error| StateError::nonsense(&place, &error))?;
            directory.validate().map_err(|problem| {
                StateError::at(format!("{place}.{}", problem.path), problem.message)
            })?;
            directory
        }
        None => Directory::default(),
    };
    unique_numbers(&document.events)?;
    let mut state = State {
        seed: document.seed,
        drawn: document.ids,
        now: document.now,
        events: Events::load(document.events),
        directory,
        sections: Sections::load(sections),
    };
    state.set_now(document.now);
    Ok(state)
}

fn envelope(raw: &Value) -> Result<Document, StateError> {
    match raw.get("format").and_then(Value::as_str) {
        Some(FORMAT) => {}
        Some(other) => {
            return Err(StateError::at(
                "format",
                format!("this is {other:?}, but a World's state says {FORMAT:?}"),
            ));
        }
        None => {
            return Err(StateError::at(
                "format",
                format!("a World's state says \"format\": {FORMAT:?}; this file does not"),
            ));
        }
    }
    match raw.get("version").and_then(Value::as_u64) {
        Some(VERSION) => {}
        Some(other) => {
            return Err(StateError::at(
                "version",
                format!("this build reads version {VERSION}, the file is of version {other}"),
            ));
        }
        None => return Err(StateError::at("version", "a whole number is needed here")),
    }
    serde_path_to_error::deserialize(raw).map_err(|error| StateError::nonsense("", &error))
}

/// Time goes on and ids are drawn: what stands at the end of either has no room for that.
fn bounded(document: &Document) -> Result<(), StateError> {
    if !YEARS.contains(&document.now.year()) {
        let (first, last) = (YEARS.start(), YEARS.end());
        let message = format!("a World's time is between the years {first} and {last}");
        return Err(StateError::at("now", message));
    }
    if document.ids > MOST {
        let message = format!("at most {MOST} ids can have been drawn");
        return Err(StateError::at("ids", message));
    }
    Ok(())
}

fn unique_numbers(events: &[Event]) -> Result<(), StateError> {
    let mut seen = std::collections::BTreeSet::new();
    for (index, event) in events.iter().enumerate() {
        if event.number > MOST {
            return Err(StateError::at(
                format!("events[{index}].number"),
                format!("an event's number is at most {MOST}"),
            ));
        }
        if !seen.insert(event.number) {
            return Err(StateError::at(
                format!("events[{index}].number"),
                format!("{} is the number of an earlier event too", event.number),
            ));
        }
    }
    Ok(())
}
