//! The journal for people: which runs there were, how they ended, and what nobody knows the end of.

use serde::Serialize;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::text::{Text, Tone, count};
use crate::engine::{Contents, Held, Key, Outcome, Record};

/// What a journal says.
#[derive(Clone, Debug, Serialize)]
pub struct JournalReport {
    /// The file.
    pub path: String,
    /// Whether a run writes it now.
    pub held: bool,
    /// Which one, if it can be read.
    pub holder: Option<String>,
    /// Bytes of a last line that is not whole.
    pub torn: usize,
    /// How often the computer's clock went back from one line to the next. Nothing is decided by it.
    pub clock_went_back: usize,
    /// The runs, the first one first.
    pub runs: Vec<Run>,
    /// Writes of which nobody knows how they ended.
    pub open: Vec<OpenWrite>,
    /// Doors that were opened for the operator and not closed again.
    pub doors: Vec<String>,
}

/// One run.
#[derive(Clone, Debug, Serialize)]
pub struct Run {
    /// When it began.
    pub began: String,
    /// Its process.
    pub pid: u32,
    /// When it ended; absent where it was cut off, or is under way.
    pub ended: Option<String>,
    /// What it said at its end.
    pub summary: Option<String>,
    /// How many writes made something.
    pub created: usize,
    /// How many changed something.
    pub updated: usize,
    /// How many deleted something.
    pub deleted: usize,
    /// How many put the environment's mark on something.
    pub adopted: usize,
    /// How many were found done.
    pub unchanged: usize,
    /// What failed.
    pub failed: Vec<Failed>,
}

/// A write that failed.
#[derive(Clone, Debug, Serialize)]
pub struct Failed {
    /// The step.
    pub key: Key,
    /// Why, if it was written down.
    pub message: Option<String>,
}

/// A write of which nobody knows how it ended.
#[derive(Clone, Debug, Serialize)]
pub struct OpenWrite {
    /// The step.
    pub key: Key,
    /// Since when.
    pub since: String,
    /// Whether the service said by which operation it can be followed. The link itself may be signed, and is not shown.
    pub operation: bool,
}

impl JournalReport {
    /// Reads the lines from the first to the last.
    pub fn of(path: String, contents: &Contents, held: &Held) -> Self {
        let recovery = contents.recovery();
        let mut report = Self {
            path,
            held: *held != Held::Free,
            holder: match held {
                Held::By(Some(holder)) => Some(holder.to_string()),
                Held::By(None) | Held::Free => None,
            },
            torn: contents.torn,
            clock_went_back: 0,
            runs: Vec::new(),
            open: Vec::new(),
            doors: recovery.windows.keys().map(ToString::to_string).collect(),
        };
        let mut before: Option<OffsetDateTime> = None;
        for entry in &contents.entries {
            let at = OffsetDateTime::parse(&entry.at, &Rfc3339).ok();
            report.clock_went_back += usize::from(at < before && at.is_some());
            before = at.or(before);
            report.take(&entry.at, &entry.record);
        }
        for (key, intent) in recovery.open {
            let begun = contents.entries.iter().rev().find(
                |entry| matches!(&entry.record, Record::Intent { key: own, .. } if *own == key),
            );
            report.open.push(OpenWrite {
                key,
                since: begun.map(|entry| entry.at.clone()).unwrap_or_default(),
                operation: intent.operation.is_some(),
            });
        }
        report
    }

    fn take(&mut self, at: &str, record: &Record) {
        if let Record::RunStarted { pid } = record {
            self.runs.push(Run {
                began: at.to_owned(),
                pid: *pid,
                ended: None,
                summary: None,
                created: 0,
                updated: 0,
                deleted: 0,
                adopted: 0,
                unchanged: 0,
                failed: Vec::new(),
            });
        }
        let Some(run) = self.runs.last_mut() else {
            return;
        };
        match record {
            Record::RunEnded { summary } => {
                run.ended = Some(at.to_owned());
                run.summary = Some(summary.clone());
            }
            Record::Outcome {
                key,
                outcome,
                message,
            } => match outcome {
                Outcome::Created => run.created += 1,
                Outcome::Updated => run.updated += 1,
                Outcome::Deleted => run.deleted += 1,
                Outcome::Adopted => run.adopted += 1,
                Outcome::Unchanged => run.unchanged += 1,
                Outcome::Failed => run.failed.push(Failed {
                    key: key.clone(),
                    message: message.clone(),
                }),
            },
            Record::RunStarted { .. }
            | Record::Intent { .. }
            | Record::Operation { .. }
            | Record::Made { .. }
            | Record::WindowOpening { .. }
            | Record::WindowClosed { .. } => {}
        }
    }
}

/// Draws it.
pub fn journal(text: &mut Text, report: &JournalReport) {
    let runs = count(report.runs.len(), "run");
    text.heading(&format!("{}: {runs}", report.path));
    if report.held {
        let who = report.holder.as_deref().unwrap_or("who cannot be read");
        text.marked(
            "  > ",
            Tone::Warn,
            Tone::Plain,
            &format!("a run is using it ({who})"),
        );
    }
    let last = report.runs.len().saturating_sub(1);
    for (at, run) in report.runs.iter().enumerate() {
        let how = match (&run.ended, &run.summary) {
            (Some(ended), Some(summary)) => format!("ended {}: {summary}", second(ended)),
            _ if at == last && report.held => "under way".to_owned(),
            _ if run.adopted > 0 => format!("cut off; until then {} adopted", run.adopted),
            _ if run.deleted > 0 => format!("cut off; until then {} deleted", run.deleted),
            _ => format!(
                "cut off; until then {} created, {} updated",
                run.created, run.updated
            ),
        };
        let line = format!("began {} (process {}), {how}", second(&run.began), run.pid);
        text.paragraph("  ", Tone::Plain, &line);
        for failed in &run.failed {
            let why = failed.message.as_deref().unwrap_or("failed");
            text.marked(
                "    ! ",
                Tone::Bad,
                Tone::Faint,
                &format!("{}: {why}", failed.key),
            );
        }
    }
    if !report.open.is_empty() {
        text.gap();
        text.heading(
            "Nobody knows how these ended; the next apply looks before it does anything about them",
        );
        for open in &report.open {
            let operation = if open.operation {
                ", with the id of its operation"
            } else {
                ""
            };
            let line = format!("{}, since {}{operation}", open.key, second(&open.since));
            text.marked("  ? ", Tone::Warn, Tone::Plain, &line);
        }
    }
    if !report.doors.is_empty() {
        text.gap();
        text.heading("Doors that may be open; the next apply closes them before anything else");
        for door in &report.doors {
            text.marked("  ! ", Tone::Bad, Tone::Plain, door);
        }
    }
    if report.torn > 0 {
        let line = format!(
            "The last line is not whole ({} bytes): it is being written, or a crash cut it off, and the next apply takes it away.",
            report.torn
        );
        text.gap();
        text.paragraph("", Tone::Faint, &line);
    }
    if report.clock_went_back > 0 {
        let times = count(report.clock_went_back, "time");
        let line = format!(
            "This computer's clock was set back meanwhile ({times}); only what people read goes by it."
        );
        text.gap();
        text.paragraph("", Tone::Faint, &line);
    }
}

/// A moment without what is finer than a second.
fn second(at: &str) -> String {
    match at.split_once('.') {
        Some((second, _)) => format!("{second}Z"),
        None => at.to_owned(),
    }
}
