//! Parts of the state that belong to one fake each: typed in memory, JSON in the file.

use std::any::Any;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::OnceLock;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::save::StateError;

/// A fake's own part of a World's state.
pub trait Section: Default + Serialize + DeserializeOwned + Send + 'static {
    /// Its name in the state file; stable, because files outlive builds.
    const NAME: &'static str;

    /// Says what is wrong with a section that parsed but makes no sense, and where (a JSON path inside the section).
    ///
    /// # Errors
    /// A person can edit the file; whatever he can break belongs here.
    fn validate(&self) -> Result<(), SectionProblem> {
        Ok(())
    }
}

/// What is wrong with a section of a loaded state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SectionProblem {
    /// Where, from the section on: `tenants.ed01df5d-….domains[0]`.
    pub path: String,
    /// What, with the value and the way out.
    pub message: String,
}

impl SectionProblem {
    /// A problem at `path`.
    pub fn new(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            message: message.into(),
        }
    }
}

trait Stored: Any + Send {
    fn to_value(&self) -> Result<Value, serde_json::Error>;
    fn as_any(&self) -> &dyn Any;
    fn as_any_mut(&mut self) -> &mut dyn Any;
}

impl<S: Section> Stored for S {
    fn to_value(&self) -> Result<Value, serde_json::Error> {
        serde_json::to_value(self)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }
}

struct Parsed {
    value: Box<dyn Stored>,
    problem: Option<StateError>,
}

#[derive(Default)]
struct Slot {
    raw: Option<Value>,
    parsed: OnceLock<Parsed>,
}

impl Slot {
    fn parse<S: Section>(raw: Option<&Value>) -> Parsed {
        let Some(raw) = raw else {
            return Parsed {
                value: Box::new(S::default()),
                problem: None,
            };
        };
        match parse::<S>(raw) {
            Ok(value) => Parsed {
                value: Box::new(value),
                problem: None,
            },
            Err(problem) => Parsed {
                value: Box::new(S::default()),
                problem: Some(problem),
            },
        }
    }

    fn parsed<S: Section>(&self) -> &Parsed {
        self.parsed
            .get_or_init(|| Self::parse::<S>(self.raw.as_ref()))
    }

    /// The value to save: what did not parse is saved as it was found.
    fn to_value(&self) -> Result<Value, serde_json::Error> {
        match self.parsed.get() {
            Some(parsed) if parsed.problem.is_none() => parsed.value.to_value(),
            _ => Ok(self.raw.clone().unwrap_or(Value::Null)),
        }
    }
}

fn parse<S: Section>(raw: &Value) -> Result<S, StateError> {
    let place = format!("sections.{}", S::NAME);
    let section: S = serde_path_to_error::deserialize(raw)
        .map_err(|error| StateError::nonsense(&place, &error))?;
    match section.validate() {
        Ok(()) => Ok(section),
        Err(problem) => Err(StateError::at(
            format!("{place}.{}", problem.path),
            problem.message,
        )),
    }
}

/// All sections but the directory, by name; the unknown ones are kept as they were loaded.
#[derive(Default)]
pub(super) struct Sections(BTreeMap<String, Slot>);

impl Sections {
    pub(super) fn load(raw: impl IntoIterator<Item = (String, Value)>) -> Self {
        let slot = |raw| Slot {
            raw: Some(raw),
            parsed: OnceLock::new(),
        };
        Self(
            raw.into_iter()
                .map(|(name, raw)| (name, slot(raw)))
                .collect(),
        )
    }

    pub(super) fn get<S: Section>(&self) -> Option<&S> {
        let parsed = self.0.get(S::NAME)?.parsed::<S>();
        parsed.value.as_any().downcast_ref()
    }

    pub(super) fn get_mut<S: Section>(&mut self) -> &mut S {
        let slot = self.0.entry(S::NAME.to_owned()).or_default();
        slot.parsed::<S>();
        let fits = |parsed: &Parsed| parsed.value.as_any().is::<S>();
        if !slot.parsed.get().is_some_and(fits) {
            // Two types share the name: the JSON form is what they have in common.
            let raw = slot.to_value().ok();
            slot.parsed = OnceLock::from(Slot::parse::<S>(raw.as_ref()));
        }
        match slot
            .parsed
            .get_mut()
            .and_then(|parsed| parsed.value.as_any_mut().downcast_mut())
        {
            Some(section) => section,
            // The slot holds this type since just above; the compiler cannot know, and nothing here may panic.
            None => Box::leak(Box::default()),
        }
    }

    /// Parses a loaded section now.
    pub(super) fn check<S: Section>(&self) -> Result<(), StateError> {
        match self.0.get(S::NAME) {
            Some(slot) => slot.parsed::<S>().problem.clone().map_or(Ok(()), Err),
            None => Ok(()),
        }
    }

    /// The first section that was read and made no sense.
    pub(super) fn problem(&self) -> Option<StateError> {
        self.0
            .values()
            .filter_map(|slot| slot.parsed.get())
            .find_map(|parsed| parsed.problem.clone())
    }

    pub(super) fn to_values(
        &self,
    ) -> impl Iterator<Item = (String, Result<Value, serde_json::Error>)> {
        self.0
            .iter()
            .map(|(name, slot)| (name.clone(), slot.to_value()))
    }
}

impl fmt::Debug for Sections {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.keys()).finish()
    }
}
