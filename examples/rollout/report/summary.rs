//! What an apply came to: what was done, what waits for whom, what to run next.

use super::plan::steps;
use super::text::{Detail, Text, Tone, some};
use crate::engine::{Summary, Window};

/// Draws the end of an apply.
pub fn summary(text: &mut Text, summary: &Summary) {
    text.gap();
    let mut line = format!(
        "Apply: {} created, {} updated, {} failed",
        summary.created,
        summary.updated,
        summary.failed.len()
    );
    for (number, what) in [
        (summary.unchanged, "unchanged"),
        (summary.recovered, "found done"),
        (summary.done_by_person, "done by hand"),
        (summary.blocked.len(), "not begun because of a failure"),
        (summary.manual.len(), "waiting for a person"),
        (summary.not_started.len(), "not begun"),
        (summary.left_running.len(), "left under way"),
    ] {
        if number > 0 {
            line.push_str(&format!(", {number} {what}"));
        }
    }
    line.push_str(if summary.stopped { "; stopped." } else { "." });
    text.heading(&line);
    let tell = text.detail() > Detail::Quiet;
    if tell && summary.unchanged + summary.updated > 0 && summary.created > 0 {
        let why =
            "What was planned as new and came with its parent counts as updated or unchanged.";
        text.paragraph("  ", Tone::Faint, why);
    }
    if tell {
        super::made::made(text, &summary.made, &summary.came_with);
    }
    for failure in &summary.failed {
        let line = format!("{}: {}", failure.key, failure.message);
        text.marked("  ! ", Tone::Bad, Tone::Plain, &line);
        if let Some(remedy) = &failure.remedy {
            text.paragraph("      ", Tone::Plain, remedy);
        }
    }
    let open = |window: &&Window| tell || window.closed.is_none();
    windows(text, summary.windows.iter().filter(open).collect());
    if !summary.manual.is_empty() {
        text.gap();
        text.heading("Waits for a person");
        for waiting in &summary.manual {
            text.marked("  * ", Tone::Warn, Tone::Plain, waiting.key.as_str());
            steps(text, &waiting.instructions);
            if !waiting.holds_up.is_empty() {
                let held = waiting.holds_up.iter().map(crate::engine::Key::as_str);
                let line = format!("holds up {}", some(held, 3));
                text.paragraph("      ", Tone::Faint, &line);
            }
        }
    }
}

/// Which doors stood open for the operator, and from when to when.
fn windows(text: &mut Text, windows: Vec<&Window>) {
    if windows.is_empty() {
        return;
    }
    text.gap();
    text.heading("Doors that were opened for this run");
    for window in windows {
        let whom = window
            .address
            .map_or_else(String::new, |address| format!(" for {address}"));
        let opened = window
            .opened
            .as_ref()
            .map_or("by an earlier run".to_owned(), |at| format!("at {at}"));
        match &window.closed {
            Some(closed) => text.paragraph(
                "  ",
                Tone::Plain,
                &format!("{}: opened{whom} {opened}, closed at {closed}", window.door),
            ),
            None => text.marked(
                "  ! ",
                Tone::Bad,
                Tone::Plain,
                &format!(
                    "{}: opened{whom} {opened}, and may still be open: run apply again, which closes it first",
                    window.door
                ),
            ),
        }
    }
}
