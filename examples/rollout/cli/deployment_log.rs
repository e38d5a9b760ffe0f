//! The deployment log: who did what and when, with what result. It is added to and never rewritten.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use time::OffsetDateTime;
use time::macros::format_description;

use super::args::Args;
use super::state;
use crate::engine::{Effect, Plan, Progress, Summary};

/// The log of a run. Where it cannot be written the run goes on: the journal is what it rests on.
#[derive(Debug)]
pub(super) struct DeploymentLog {
    file: Option<File>,
    /// Why it is not written.
    pub(super) lost: Option<String>,
    path: PathBuf,
}

impl DeploymentLog {
    /// Beside the journal; beside the state of an embedded cloud.
    pub(super) fn path(args: &Args, journal: Option<&Path>) -> Option<PathBuf> {
        match &args.state {
            Some(state) => Some(state::beside(state, ".deployment-log.md")),
            None => Some(journal?.with_file_name("deployment-log.md")),
        }
    }

    /// Begins the entry of a run.
    pub(super) fn begin(
        path: PathBuf,
        title: &str,
        what: &str,
        who: &str,
        now: OffsetDateTime,
        plan: &Plan,
    ) -> Self {
        let opened = OpenOptions::new().create(true).append(true).open(&path);
        let mut log = Self {
            lost: None,
            file: None,
            path,
        };
        match opened {
            Ok(file) => log.file = Some(file),
            Err(error) => log.lose(&error),
        }
        let is_new = log
            .file
            .as_ref()
            .is_some_and(|file| file.metadata().is_ok_and(|about| about.len() == 0));
        if is_new {
            log.write(&format!(
                "# {}: deployment log\n\nKept by `apply`, `destroy` and `import`, the newest run last. No secret stands in it.\n",
                cell(title)
            ));
        }
        let totals = &plan.totals;
        let first = first(&[(totals.delete, "to delete"), (totals.adopt, "to adopt")]);
        log.write(&format!(
            "\n## {}\n\n- What: {}\n- Who: {}\n- Plan: {first}{} to create, {} to update, {} unchanged, {} by hand\n\n| when (UTC) | step | result |\n|---|---|---|\n",
            when(now),
            cell(what),
            cell(who),
            totals.create,
            totals.update,
            totals.unchanged,
            totals.manual
        ));
        log
    }

    /// Takes note of what became of a step.
    pub(super) fn take(&mut self, event: &Progress, now: OffsetDateTime) {
        let (key, result) = match event {
            Progress::Done { key, effect } => (
                key,
                match effect {
                    Effect::Created => "made".to_owned(),
                    Effect::Updated => "changed".to_owned(),
                    Effect::Recovered => "found done: an earlier run had begun it".to_owned(),
                    Effect::DoneByPerson => "done by a person".to_owned(),
                    Effect::Deleted => "deleted".to_owned(),
                    Effect::Adopted => "adopted".to_owned(),
                    Effect::Unchanged => return,
                },
            ),
            Progress::Failed { key, message, .. } => (key, format!("**failed**: {message}")),
            Progress::Blocked { key, by } => (key, format!("not begun: it rests on `{by}`")),
            Progress::WaitsForPerson { key, .. } => (key, "waits for a person".to_owned()),
            _ => return,
        };
        let line = format!("| {} | `{key}` | {} |\n", when(now), cell(&result));
        self.write(&line);
    }

    /// Ends the entry.
    pub(super) fn end(&mut self, summary: &Summary, now: OffsetDateTime) {
        let first = first(&[(summary.deleted, "deleted"), (summary.adopted, "adopted")]);
        let mut text = format!(
            "\n- Result, {}: {first}{} created, {} updated, {} unchanged, {} failed, {} waiting for a person\n",
            when(now),
            summary.created,
            summary.updated,
            summary.unchanged,
            summary.failed.len(),
            summary.manual.len()
        );
        if summary.stopped {
            text.push_str("- Stopped by the user\n");
        }
        for window in &summary.windows {
            let closed = window.closed.as_deref().unwrap_or("**may still be open**");
            text.push_str(&format!(
                "- Door {}: open from {}, closed {closed}\n",
                window.door,
                window.opened.as_deref().unwrap_or("an unknown time")
            ));
        }
        self.write(&text);
    }

    fn write(&mut self, text: &str) {
        let Some(file) = &mut self.file else {
            return;
        };
        if let Err(error) = file.write_all(text.as_bytes()) {
            self.lose(&error);
        }
    }

    fn lose(&mut self, error: &std::io::Error) {
        self.file = None;
        let path = self.path.display();
        self.lost = Some(format!("{path}: the deployment log is not kept: {error}"));
    }
}

/// What stands first, because there is some of it.
fn first(counts: &[(usize, &str)]) -> String {
    let some = counts.iter().filter(|(number, _)| *number > 0);
    some.map(|(number, what)| format!("{number} {what}, "))
        .collect()
}

/// Who runs this program, as the computer knows him.
pub(super) fn who() -> String {
    let of = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let user = of("USER").or_else(|| of("USERNAME"));
    match (of("GITHUB_ACTOR"), of("GITHUB_RUN_ID")) {
        (Some(actor), Some(run)) => format!("{actor}, by the workflow run {run}"),
        _ => user.unwrap_or_else(|| "unknown user".to_owned()),
    }
}

fn when(now: OffsetDateTime) -> String {
    let form = format_description!("[year]-[month]-[day] [hour]:[minute]:[second]");
    now.to_offset(time::UtcOffset::UTC)
        .format(&form)
        .unwrap_or_default()
}

/// One line without what would end a cell.
fn cell(text: &str) -> String {
    text.split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .replace('|', "\\|")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Key;
    use time::macros::datetime;

    fn plan() -> Plan {
        Plan {
            environment: "qa".to_owned(),
            entries: Vec::new(),
            totals: crate::engine::Totals {
                create: 2,
                ..crate::engine::Totals::default()
            },
            orphans: Vec::new(),
            notes: Vec::new(),
            observed: crate::engine::ObserveStats::default(),
        }
    }

    #[test]
    fn a_second_run_is_added_and_what_breaks_a_table_does_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log.md");
        let now = datetime!(2026-11-23 09:00:05 UTC);
        for _ in 0..2 {
            let mut log =
                DeploymentLog::begin(path.clone(), "QA", "apply on azure", "ron", now, &plan());
            let key = Key::new("a");
            log.take(
                &Progress::Done {
                    key: key.clone(),
                    effect: Effect::Created,
                },
                now,
            );
            log.take(
                &Progress::Blocked {
                    key: Key::new("b"),
                    by: key,
                },
                now,
            );
            log.end(
                &Summary {
                    created: 1,
                    ..Summary::default()
                },
                now,
            );
            assert_eq!(log.lost, None);
        }
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(text.matches("# QA: deployment log").count(), 1);
        assert_eq!(text.matches("- Who: ron").count(), 2);
        assert_eq!(
            text.matches("| 2026-11-23 09:00:05 | `a` | made |").count(),
            2
        );
        assert!(
            text.contains("| `b` | not begun: it rests on `a` |"),
            "{text}"
        );
        assert_eq!(cell("a|b\n c"), "a\\|b c");
    }

    #[test]
    fn a_log_that_cannot_be_written_says_so_and_stops_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let now = datetime!(2026-11-23 09:00:05 UTC);
        let path = folder.path().to_owned();
        let mut log = DeploymentLog::begin(path, "QA", "apply", "ron", now, &plan());
        log.end(&Summary::default(), now);
        assert!(log.lost.unwrap().contains("not kept"));
    }
}
