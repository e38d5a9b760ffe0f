//! `--events`: the run as JSON lines, on standard output or in a file.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use rhc_core::Clock;
use serde::Serialize;
use time::format_description::well_known::Rfc3339;

use super::console::Console;
use super::failure::CliError;
use crate::report::{Event, Named, SCHEMA};

/// How standard output is named.
pub(super) const STANDARD_OUTPUT: &str = "-";

/// Where the events of a run go. Cheap to clone; clones share it.
#[derive(Clone, Default)]
pub(super) struct Events(Option<Arc<Mutex<Lines>>>);

struct Lines {
    to: Box<dyn Write + Send>,
    clock: Option<Clock>,
    written: u64,
}

#[derive(Serialize)]
struct Line<'a> {
    schema: u32,
    number: u64,
    /// The cloud's time; nobody knows it before the cloud is reached.
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<String>,
    #[serde(flatten)]
    event: Event<'a>,
}

impl Events {
    /// To the place that was asked for; nowhere, where none was.
    pub(super) fn open(place: Option<&Path>, console: &mut Console) -> Result<Self, CliError> {
        let Some(place) = place else {
            return Ok(Self::default());
        };
        let to: Box<dyn Write + Send> = if place == Path::new(STANDARD_OUTPUT) {
            Box::new(console.script())
        } else {
            let file = File::create(place).map_err(|error| {
                CliError::usage(
                    format!("{}: {error}", place.display()),
                    "name a file that can be written with --events=FILE, or leave FILE out for standard output",
                )
            })?;
            Box::new(file)
        };
        Ok(Self(Some(Arc::new(Mutex::new(Lines {
            to,
            clock: None,
            written: 0,
        })))))
    }

    /// From now on events have a time.
    pub(super) fn set_clock(&self, clock: Clock) {
        if let Some(lines) = &self.0 {
            lines.lock().unwrap_or_else(PoisonError::into_inner).clock = Some(clock);
        }
    }

    /// Writes an event. Where nobody reads any more, nothing is written and the work goes on.
    pub(super) fn tell(&self, event: Event<'_>) {
        let Some(lines) = &self.0 else { return };
        let lines = &mut *lines.lock().unwrap_or_else(PoisonError::into_inner);
        lines.written += 1;
        let at = lines
            .clock
            .and_then(|clock| clock.now().format(&Rfc3339).ok());
        let line = Line {
            schema: SCHEMA,
            number: lines.written,
            at,
            event,
        };
        if let Ok(mut text) = serde_json::to_string(&line) {
            text.push('\n');
            let to = &mut lines.to;
            let _ = to.write_all(text.as_bytes()).and_then(|()| to.flush());
        }
    }

    /// Writes an event with a name of its own.
    pub(super) fn say(&self, named: Named<'_>) {
        self.tell(Event::Named(named));
    }
}
